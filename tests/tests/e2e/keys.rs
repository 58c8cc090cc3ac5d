//! A validator that gets another key while its node runs.

use std::fs;

use lojal_types::MotionId;

use crate::network::Network;
use crate::newcomer::vote;
use crate::programs::{eventually, program, run};
use crate::wallet::{done, wallet};

/// The validator whose key changes, by its place.
const OWN: usize = 1;

/// The key with which the ledger has a validator vote.
fn key_on_ledger(network: &Network, name: &str) -> String {
    let validators = network.client(0).validators().expect("a running gateway").validators;
    validators.iter().find(|one| one.name.as_str() == name).expect("it validates").public_key.to_string()
}

fn issue(network: &Network, receipt: &str) {
    let address = done(network, "member-1", &["address"]);
    done(network, "nordmat", &["issue", address.trim(), "100", "nordmat", "--receipt", receipt, "--yes"]);
}

/// Makes the next key of the validator's node, and the file of the motion for it.
fn next_key(network: &Network) -> std::path::PathBuf {
    let key = |command: &str| {
        let mut key = program("lojal-node");
        key.args(["key", command, "--dir"]).arg(network.node_dir(OWN));
        run(&mut key)
    };
    let card = key("new").success();
    assert_eq!(key("card").success(), card, "it can be printed again");
    let twice = key("new");
    assert!(!twice.status.success() && twice.stderr.contains("is the next key already"), "{twice:?}");
    let path = network.scratch().join("key.toml");
    fs::write(&path, card).expect("a directory of the test's own");
    path
}

#[test]
fn a_validator_gets_another_key_while_its_node_runs_and_votes_with_it_from_the_next_block_on() {
    let mut network = Network::start();
    network.kill(OWN);
    network.revive(OWN);
    let dir = network.node_dir(OWN);
    let before = key_on_ledger(&network, "fjallen");
    let backup = network.scratch().join("backup");
    run(program("lojal-node").arg("backup").arg("--dir").arg(&dir).arg(&backup)).success();
    let card = next_key(&network);
    vote(&network, "1", &card, &["nordmat", "fjallen", "kaffet"]);
    assert_eq!(key_on_ledger(&network, "fjallen"), before, "nothing changes before the key has given a sign of life");
    let elsewhere = wallet(&network, "nordmat", &["govern", "activate", "1", "--node", &network.url(0), "--yes"]);
    assert!(!elsewhere.status.success(), "another node hasn't the key: {elsewhere:?}");
    eventually("the next key's sign of life", || network.client(OWN).readiness(MotionId::new(1)).ok());
    done(&network, "nordmat", &["govern", "activate", "1", "--node", &network.url(OWN), "--yes"]);

    let now = key_on_ledger(&network, "fjallen");
    assert_ne!(now, before);
    eventually("the node's next key", || (!dir.join("next").exists()).then_some(()));
    assert!(dir.join(format!("retired/{before}.key")).exists(), "the one before is there to be destroyed");
    network.wait_until_ready(OWN);
    // Its vote is needed now.
    network.kill(3);
    issue(&network, "R-1");
    // And it is the same after a crash.
    network.kill(OWN);
    network.revive(OWN);
    issue(&network, "R-2");
    network.revive(3);
    network.catch_up(&[0, OWN, 2, 3]);
    network.assert_same_state(&[0, OWN, 2, 3]);
    // With data of before, it follows until they say that the key is its own.
    network.stop(OWN);
    fs::remove_dir_all(dir.join("data")).expect("a directory of ours");
    run(program("lojal-node").arg("restore").arg("--dir").arg(&dir).arg(&backup)).success();
    network.revive(OWN);
    network.catch_up(&[0, OWN, 2, 3]);
    network.kill(3);
    issue(&network, "R-3");
    network.revive(3);

    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis());
    audit.args(["--url", &network.url(0), "--key"]).arg(network.auditor_key());
    run(&mut audit).success();
}
