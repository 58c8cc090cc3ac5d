//! A backup of a node that runs, and a node out of it.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_client::ClientError;
use lojal_types::api::Problem;
use lojal_types::{AddressText, Height, NetworkKind};

use crate::network::Network;
use crate::programs::{Output, eventually, program, run};
use crate::wallet::{Signer, balance, is_applied, issue, transfer};

const NODE: usize = 3;

/// The heights of the snapshots in a directory.
fn snapshots(directory: &Path) -> Vec<u64> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter_map(|name| name.strip_suffix(".manifest")?.parse().ok()).collect()
}

/// The files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("readable").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn back_up(network: &Network, out: &Path) -> Output {
    run(program("lojal-node").arg("backup").arg("--dir").arg(network.node_dir(NODE)).arg(out))
}

fn restore(dir: &Path, backup: &Path) -> Output {
    run(program("lojal-node").arg("restore").arg("--dir").arg(dir).arg(backup))
}

fn audit(network: &Network) -> Output {
    let mut command = program("lojal-audit");
    command.args(["verify", "--quiet", "--genesis"]).arg(network.genesis());
    run(command.arg("--dir").arg(network.node_dir(NODE)))
}

/// The problem with which a gateway refuses.
fn refusal<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> Problem {
    match answer {
        Err(ClientError::Problem(problem)) => *problem,
        other => panic!("it is refused: {other:?}"),
    }
}

#[test]
fn a_backup_of_a_running_node_is_restored_catches_up_and_is_audited_from_its_snapshot() {
    let mut network = Network::start_with(|document| document.parameters.snapshot_interval_ms = 2_000);
    let (operator, anna, bo) =
        (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"), Signer::of(&network, "member-2"));
    let client = network.client(0);
    let send = |signed| assert!(is_applied(&client.submit(&signed, true).expect("a running gateway")));
    send(operator.sign(1, issue(anna.address(), 100, "receipt")));
    (2..6).for_each(|nonce| send(anna.sign(nonce, transfer(anna.address(), bo.address(), 1))));
    let height = network.height(0).get();
    let directory = network.node_dir(NODE).join("data/snapshots");
    let heights = || snapshots(&directory);
    eventually("a snapshot with all of that", || heights().into_iter().find(|cut| *cut >= height));
    send(anna.sign(6, transfer(anna.address(), bo.address(), 1)));

    let backup = network.scratch().join("backup");
    let told = back_up(&network, &backup).success();
    let base = snapshots(&backup.join("base"))[0];
    assert!(told.contains(&format!("the snapshot at height {base} and the blocks after it")), "{told}");
    assert_eq!(back_up(&network, &backup).status.code(), Some(4), "there is one already");
    let secret = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "key") || path.ends_with("guard");
    assert_eq!(files(&backup).iter().filter(|path| secret(path)).count(), 0);
    send(anna.sign(7, transfer(anna.address(), bo.address(), 1)));

    network.stop(NODE);
    assert_eq!(restore(&network.node_dir(NODE), &backup).status.code(), Some(4), "there is data");
    fs::remove_dir_all(network.node_dir(NODE).join("data")).expect("it is there");
    let told = restore(&network.node_dir(NODE), &backup).success();
    assert!(told.contains("restored"), "{told}");
    send(anna.sign(8, transfer(anna.address(), bo.address(), 1)));
    network.revive(NODE);
    network.catch_up(&[0, NODE]);
    assert_eq!(balance(&network, NODE, &bo), 7);
    answers_from_its_base_on(&network, &anna, base);
    network.stop(NODE);
    let report = audit(&network).success();
    assert!(report.contains(&format!("Everything holds from the snapshot at height {base}")), "{report}");
}

/// Asks a node whose blocks begin above a height.
fn answers_from_its_base_on(network: &Network, anna: &Signer, base: u64) {
    let client = network.client(NODE);
    let first = Some(Height::new(base + 1));
    for problem in [refusal(client.block(Height::new(1))), refusal(client.export(Height::new(1), 10))] {
        assert_eq!((problem.status, problem.code.as_str(), problem.first_height), (410, "pruned", first));
    }
    assert!(client.block(Height::new(base + 1)).is_ok());
    let address: AddressText = anna.address().to_text(NetworkKind::Test);
    let history = client.history(&address, 50, None).expect("its own blocks have some of it");
    assert_eq!((history.complete_from, history.next_cursor), (first, None));
    let shown = history.transactions.len() as u64;
    assert_eq!((history.before.unwrap_or_default().count, history.head.map(|head| head.count)), (8 - shown, Some(8)));
    let mut command = program("lojal-audit");
    command.args(["verify", "--quiet", "--genesis"]).arg(network.genesis());
    let refused = run(command.args(["--url", &network.url(NODE), "--key"]).arg(network.auditor_key()));
    assert!(refused.status.code() == Some(3) && refused.stderr.contains("its blocks begin at height"), "{refused:?}");
}

#[test]
fn a_backup_that_has_been_changed_is_not_restored() {
    let network = Network::start_with(|document| document.parameters.snapshot_interval_ms = 1_000);
    let directory = network.node_dir(NODE).join("data/snapshots");
    eventually("a snapshot", || (!snapshots(&directory).is_empty()).then_some(()));
    let inside = back_up(&network, &network.node_dir(NODE).join("data/backup"));
    assert!(!inside.status.success() && inside.stderr.contains("in the node's own directory"), "{inside:?}");
    let backup = network.scratch().join("backup");
    back_up(&network, &backup).success();
    let dir = network.scratch().join("other");
    for (number, path) in files(&backup).into_iter().enumerate() {
        let before = fs::read(&path).expect("a file");
        if before.is_empty() {
            continue;
        }
        let mut changed = before.clone();
        changed[before.len() / 2] ^= 1;
        fs::write(&path, changed).expect("a file of ours");
        let refused = restore(&dir, &backup);
        assert!(!refused.status.success(), "{}: {refused:?}", path.display());
        assert!(!dir.join("data").exists(), "{number}");
        fs::write(&path, before).expect("a file of ours");
    }
    let told = restore(&dir, &backup).success();
    assert!(told.contains("put network.key and validator.key here"), "{told}");
    assert!(dir.join("data/base").exists() && dir.join("genesis.toml").exists());
}
