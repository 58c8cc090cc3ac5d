//! The words of the development network to whoever started it.

use super::layout::{Layout, PASSPHRASE};

/// Prints the line that says that all gateways answer, their URLs, and commands to try.
pub fn print(layout: &Layout, processes: &[Option<u32>]) {
    let dir = layout.dir.display();
    lojal_print::line(format!("ready: chain {}", layout.genesis.chain_id()));
    for (index, process) in (0..layout.count).zip(processes) {
        let process = process.map(|id| format!("process {id}")).unwrap_or_default();
        lojal_print::line(format!(
            "    node-{index} {:<12} {} {process}",
            layout.name(index).as_str(),
            layout.url(index)
        ));
    }
    for (number, process) in (0..layout.followers).zip(processes.iter().skip(usize::from(layout.count))) {
        let process = process.map(|id| format!("process {id}")).unwrap_or_default();
        let (name, url) = (layout.follower_name(number), layout.url(layout.count + number));
        lojal_print::line(format!("    {name:<19} {url} {process}"));
    }
    lojal_print::line(format!(
        "\nA wallet in the browser: {}/wallet/, with the key file {dir}/wallets/member-1/key.json and the passphrase \
         {PASSPHRASE}.",
        layout.url(0)
    ));
    let Some(brand) = layout.genesis.document().brands.first().map(|brand| brand.id) else { return };
    lojal_print::line(format!(
        "
Try, in another terminal:
    lojal() {{ cargo run --quiet --release --bin lojal -- \"$@\"; }}
    export LOJAL_PASSPHRASE={PASSPHRASE}
    lojal --home {dir}/wallets/{brand} issue $(lojal --home {dir}/wallets/member-1 address) 1250 {brand} --receipt \
    \"receipt $RANDOM\"
    lojal --home {dir}/wallets/member-1 balance
    lojal --home {dir}/wallets/member-1 send $(lojal --home {dir}/wallets/member-2 address) 250 {brand}
    lojal --home {dir}/wallets/member-2 history
    lojal --home {dir}/wallets/member-1 campaign list {brand}
    cargo run --quiet --release --bin lojal-audit -- verify --genesis {dir}/genesis.toml --url {url} \
    --key {dir}/auditor.key

Ctrl-C stops everything.",
        url = layout.url(0)
    ));
}
