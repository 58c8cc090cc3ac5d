//! A node that joined by a snapshot fetches the blocks before it, and then answers as one that always had them.

use std::fs;

use lojal_client::Client;
use lojal_types::api::{History, TransactionStatus};
use lojal_types::{AddressText, Height, NetworkKind};

use crate::joining::{approved, join};
use crate::network::{Network, metric_at};
use crate::newcomer::Newcomer;
use crate::programs::{Running, eventually, program, run};
use crate::pruning::{INTERVAL_MS, gone};
use crate::stream::{Stream, two_members};
use crate::wallet::Signer;

#[test]
fn a_node_that_joined_fetches_what_was_before_and_answers_as_one_that_always_had_it() {
    let network = Network::start_with(|document| document.parameters.snapshot_interval_ms = INTERVAL_MS);
    let members = two_members(&network);
    let newcomer = approved(&network);
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    Stream::during(&clients, (&members.0, &members.1), |stream| {
        stream.wait_for(60);
        run(&mut join(&newcomer)).success();
        stream.wait_for(20);
    });
    let admin = configure(&network, &newcomer);
    let client = Client::new(&newcomer.gateway).expect("a valid URL");
    network.read_everything_with(&client);

    let running = fetches_in_spite_of_a_kill(&newcomer, &admin);
    let joined = histories_begin_where_it_joined(&client, &members.0);
    let others = network.client(0);
    for height in (1..joined.get()).map(Height::new) {
        let [here, there] = [&client, &others].map(|client| client.block(height).expect("it has it"));
        assert_eq!((here.header, here.transactions), (there.header, there.transactions));
        let [here, there] = [&client, &others].map(|client| client.light_block(Some(height)).expect("it has it"));
        assert_eq!(here.header, there.header);
    }
    audits(&network, &newcomer);
    let status = run(program("lojal-node").args(["status", "--once", "--dir"]).arg(&newcomer.dir)).success();
    assert!(status.contains("of blocks from 1 on"), "{status}");
    assert!(running.interrupt().success());

    let told = run(program("lojal-node").args(["replay", "--dir"]).arg(&newcomer.dir)).success();
    assert!(told.contains("begins with the first block now"), "{told}");
    let again = run(program("lojal-node").args(["replay", "--dir"]).arg(&newcomer.dir));
    assert!(again.status.code() == Some(4) && again.stderr.contains("nothing to take in"), "{again:?}");
    let _running = newcomer.start();
    let height = network.height(0);
    eventually("the height of the others", || (client.status().ok()?.height >= height).then_some(()));
    for signer in [&members.0, &members.1] {
        let ((here, last), (there, _)) = (history(&client, signer), history(&others, signer));
        assert!(here.len() > 60, "{}", here.len());
        assert_eq!(here, there);
        assert_eq!((last.start().count, last.complete_from), (0, None), "it is whole");
    }
    audits(&network, &newcomer);
}

/// Has the node fetch what was before, and serve auditors and its own people.
fn configure(network: &Network, newcomer: &Newcomer) -> String {
    let admin = newcomer.serve_own(network);
    let of_another = fs::read_to_string(network.node_dir(0).join("node.toml")).expect("it has one");
    let (_, auditors) = of_another.split_once("\n[[auditors]]").expect("the devnet lists one");
    let auditors = auditors.split_once("\n[[").map_or(auditors, |(auditors, _)| auditors);
    let path = newcomer.dir.join("node.toml");
    let config = fs::read_to_string(&path).expect("it has one");
    let config = format!("backfill = true\n{config}\n[[auditors]]{auditors}\n");
    fs::write(&path, config).expect("a file of the test's own");
    admin
}

/// Runs the node, kills it as soon as blocks have come, and runs it again until all are there.
fn fetches_in_spite_of_a_kill(newcomer: &Newcomer, admin: &str) -> Running {
    let older = newcomer.dir.join("data/older");
    let mut running = newcomer.start();
    eventually("older blocks", || older.read_dir().ok()?.next().map(drop));
    running.kill();
    let running = newcomer.start();
    eventually("all blocks", || (metric_at(admin, "lojal_first_height")? == 1.0).then_some(()));
    running
}

/// The first height whose transactions the node knows, as it says on the last page of an account's history.
fn histories_begin_where_it_joined(client: &Client, of: &Signer) -> Height {
    let (_, last) = history(client, of);
    let joined = last.complete_from.expect("there is more before it");
    assert!(last.start().count > 0 && joined > Height::new(1), "{last:?}");
    assert!(gone(client.block(joined)).is_none());
    joined
}

/// The history of an account, the newest first, and the last page of it.
fn history(client: &Client, of: &Signer) -> (Vec<TransactionStatus>, History) {
    let address: AddressText = of.address().to_text(NetworkKind::Test);
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = client.history(&address, 100, cursor.as_deref()).expect("a running gateway");
        all.extend(page.transactions.clone());
        cursor = page.next_cursor.clone();
        if cursor.is_none() {
            return (all, page);
        }
    }
}

/// Auditors verify from the first block on, out of the directory and out of the gateway.
fn audits(network: &Network, newcomer: &Newcomer) {
    let verify = || {
        let mut audit = program("lojal-audit");
        audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis());
        audit
    };
    let of_directory = run(verify().arg("--dir").arg(&newcomer.dir)).success();
    let of_gateway = run(verify().args(["--url", &newcomer.gateway, "--key"]).arg(network.auditor_key())).success();
    for report in [of_directory, of_gateway] {
        assert!(report.contains("Everything holds from") && !report.contains("from the snapshot"), "{report}");
    }
}
