//! Tills and their customers who want to know without anybody's word: before, after, and for ever.

use std::fs;
use std::path::Path;
use std::process::Command;

use lojal_types::NetworkKind;
use serde_json::Value;

use crate::network::Network;
use crate::programs::{Output, program, repository, run, tell};
use crate::wallet::{Signer, balance, issue, lojal};

const RECEIPT: &str = "till 7, receipt 4711";

fn json_of(output: Output) -> Value {
    serde_json::from_str(&output.success()).expect("one document")
}

#[test]
fn a_dry_run_tells_what_then_happens_and_a_reference_what_has() {
    let network = Network::start();
    let member = Signer::of(&network, "member-1");
    let to = member.address().to_text(NetworkKind::Test).to_string();
    let till = |args: &[&str]| run(lojal(&network, "nordmat").args(args));
    let reward = ["issue", &to, "125", "nordmat", "--receipt", RECEIPT];
    let reference = ["reference", "issue", "nordmat", "--receipt", RECEIPT];
    let dry = [&reward[..], &["--dry-run"]].concat();

    let told = till(&dry).success();
    assert!(told.contains("it would have: issued 125 nordmat to tloj1"), "{told}");
    assert!(told.contains("125") && told.contains("nothing was signed or sent"), "{told}");
    assert_eq!(balance(&network, 0, &member), 0);
    let unused = till(&reference);
    assert_eq!(unused.status.code(), Some(1), "{unused:#?}");
    assert!(unused.stderr.contains("knows no use"), "{unused:#?}");

    let sent = json_of(till(&[&reward[..], &["--json"]].concat()));
    let used = json_of(till(&[&reference[..], &["--json"]].concat()));
    assert_eq!(
        (&used["state"], &used["amount"], &used["account"]),
        (&"issued".into(), &125.into(), &to.as_str().into())
    );
    assert_eq!((&used["transaction"]["id"], &used["left"]), (&sent["id"], &125.into()));
    assert_eq!(used["transaction"]["height"], sent["height"]);
    let words = till(&reference).success();
    assert!(words.contains("issued 125 nordmat to tloj1") && words.contains("can be taken back now"), "{words}");
    let again = till(&dry);
    assert_eq!(again.status.code(), Some(1), "{again:#?}");
    assert!(again.stderr.contains("duplicate_reference"), "{again:#?}");
    // The member reads it too, and nobody else.
    let of = |wallet: &str| run(lojal(&network, wallet).args(reference)).status.code();
    assert_eq!((of("member-1"), of("member-2")), (Some(0), Some(1)));

    let other = Signer::of(&network, "member-2").address().to_text(NetworkKind::Test).to_string();
    let send = |amount: &str| run(lojal(&network, "member-1").args(["send", &other, amount, "nordmat", "--dry-run"]));
    let enough = send("100").success();
    assert!(enough.contains("sent 100 nordmat"), "{enough}");
    let row = enough.lines().find(|line| line.starts_with("tloj1")).expect("the account's own row");
    assert_eq!(row.split_whitespace().skip(1).collect::<Vec<_>>(), ["nordmat", "125", "25", "0", "0"]);
    let too_much = send("126");
    assert_eq!(too_much.status.code(), Some(1), "{too_much:#?}");
    assert!(too_much.stderr.contains("insufficient_points"), "{too_much:#?}");
    assert_eq!(balance(&network, 0, &member), 125);
}

/// The wallet's program without a wallet.
fn verify(genesis: &Path, file: &Path) -> Output {
    let mut command = program("lojal");
    run(command.args(["receipt", "verify", "--genesis"]).arg(genesis).arg(file))
}

#[test]
fn a_saved_receipt_holds_when_the_network_is_gone_and_not_with_another_byte() {
    let mut network = Network::start();
    let till = Signer::of(&network, "nordmat");
    let member = Signer::of(&network, "member-1");
    // Some in one block, so that there are paths.
    let many: Vec<_> = (1..=5)
        .map(|nonce| till.sign(nonce, issue(member.address(), 10 * nonce, &format!("receipt {nonce}"))))
        .collect();
    let chain = till.genesis().chain_id();
    let id = many[3].transaction.id(&chain).to_string();
    network.client(0).submit_batch(&many, true).expect("taken in");
    let file = network.scratch().join("receipt.json");
    let save = |wallet: &str, id: &str| run(lojal(&network, wallet).args(["receipt", "save", id]).arg(&file));
    assert_eq!(save("member-1", &"00".repeat(32)).status.code(), Some(1), "nobody proves what there isn't");
    save("member-1", &id).success();
    let again = save("member-1", &id);
    assert_eq!(again.status.code(), Some(1), "a file that is there stays as it is");
    assert!(again.stderr.contains("another name"), "{again:#?}");
    let printed = run(lojal(&network, "member-1").args(["receipt", "save", &id, "-"])).success();
    assert_eq!(printed, fs::read_to_string(&file).expect("the file"));

    assert!(network.devnet.take().expect("running").interrupt().success());
    let shown = verify(&network.genesis(), &file).success();
    assert!(shown.contains(&id) && shown.contains("40 nordmat") && shown.contains("proven by"), "{shown}");
    let of_wallet = run(lojal(&network, "member-1").args(["--json", "receipt", "verify"]).arg(&file));
    let json = json_of(of_wallet);
    assert_eq!((&json["id"], &json["receipt"]["result"]), (&id.as_str().into(), &"applied".into()));

    let saved = fs::read(&file).expect("the file");
    let changed = network.scratch().join("changed.json");
    for at in (0..saved.len()).step_by(saved.len() / 40) {
        let mut bytes = saved.clone();
        // A byte that is still text, and then one that isn't.
        bytes[at] ^= if at % 2 == 0 { 1 } else { 0x80 };
        fs::write(&changed, bytes).expect("writable");
        let refused = verify(&network.genesis(), &changed);
        assert_eq!(refused.status.code(), Some(4), "byte {at}: {refused:#?}");
    }
    let elsewhere = verify(&repository().join("genesis/dev.toml"), &file);
    assert_ne!(elsewhere.status.code(), Some(0), "another network's document proves nothing: {elsewhere:#?}");
    independently(&network.genesis(), &file, &changed);
}

/// The verifier in Python says the same.
fn independently(genesis: &Path, good: &Path, bad: &Path) {
    let mut python = Command::new("python3");
    let script = repository().join("tests/independent/receipt.py");
    if python.arg("--version").output().is_err() {
        return tell("the independent verifier is not asked: there is no Python");
    }
    let code = |file: &Path| run(Command::new("python3").arg(&script).arg(genesis).arg(file)).status.code();
    assert_eq!((code(good), code(bad)), (Some(0), Some(1)));
}
