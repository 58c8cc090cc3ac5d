//! Validators that come and go by vote: a fifth one is let in, decides with the others, hands over to another node with
//! other keys, and is voted out again.

use std::fs;

use lojal_client::Client;
use lojal_types::MotionId;

use crate::network::Network;
use crate::newcomer::{Newcomer, vote};
use crate::programs::{Running, eventually, program, run};
use crate::wallet::{done, wallet};

/// The validator that joins.
const NAME: &str = "vandrarhem";

fn names(client: &Client) -> Vec<String> {
    let validators = client.validators().expect("a running gateway").validators;
    validators.iter().map(|one| one.name.to_string()).collect()
}

fn audit(network: &Network, what: &[&str]) -> String {
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).args(what);
    audit.arg("--key").arg(network.auditor_key());
    run(&mut audit).success()
}

#[test]
fn a_node_is_voted_in_and_needed_and_replaced_and_voted_out_and_the_chain_is_audited_across_all() {
    let mut network = Network::start();
    let (fifth, sixth) = (Newcomer::init(&network, NAME, 4), Newcomer::init(&network, NAME, 5));
    let before = vote_in(&network, &fifth);
    is_needed(&mut network, &fifth, "R-1");
    let mut running = hand_over(&network, before, &sixth);
    is_needed(&mut network, &sixth, "R-2");
    vote_out(&network, &mut running);
    let height = network.catch_up(&[0, 1, 2, 3]);

    let report = audit(&network, &["--url", &network.url(1)]);
    assert!(report.contains(&format!("height {}", height.get())) || report.contains("verified"), "{report}");
    running.kill();
    let dir = sixth.dir.join("data");
    audit(&network, &["--dir", dir.to_str().expect("UTF-8")]);

    // The way from genesis to those who decide now outlives a crash of everybody.
    network.kill_all();
    network.start_again();
    network.wait_for_height(2, height);
    assert_eq!(names(&network.client(2)).len(), 4);
}

/// Three of four decide, and the node has its vote as soon as it says that it runs.
fn vote_in(network: &Network, fifth: &Newcomer) -> Running {
    let governor = done(network, "member-2", &["address", "--key"]);
    let card = fifth.card(network, Some(governor.trim()));
    vote(network, "1", &card, &["nordmat", "fjallen", "havshotell"]);
    let shown = done(network, "kaffet", &["govern", "show", "1"]);
    assert!(shown.contains(NAME) && shown.contains("waits for signs of life"), "{shown}");
    assert_eq!(names(&network.client(0)).len(), 4, "nothing changes before it runs");
    let early = wallet(network, "nordmat", &["govern", "activate", "1", "--node", &fifth.gateway, "--yes"]);
    assert!(!early.status.success(), "nobody signs for a node that doesn't run: {early:?}");

    let running = fifth.start();
    eventually("the node's sign of life", || fifth.client().readiness(MotionId::new(1)).ok());
    done(network, "kaffet", &["govern", "activate", "1", "--node", &fifth.gateway, "--yes"]);
    assert!(done(network, "kaffet", &["govern", "show", "1"]).contains("enacted in block"));
    assert_eq!(names(&network.client(0)).len(), 5);
    let mut check = program("lojal-node");
    check.arg("check").arg("--dir").arg(&fifth.dir).args(["--gateway", &network.url(0)]);
    let checked = run(&mut check).stdout;
    assert!(checked.contains(&format!("ok     seat: {} on the ledger after block", NAME)), "{checked}");
    running
}

/// Without one of the old validators, nothing is final but with the new one's vote.
fn is_needed(network: &mut Network, fifth: &Newcomer, receipt: &str) {
    network.kill(3);
    let before = network.height(0);
    done(network, "nordmat", &["issue", &address_of(network), "100", "nordmat", "--receipt", receipt, "--yes"]);
    eventually("the new validator's height", || (fifth.client().status().ok()?.height > before).then_some(()));
    assert!(names(&fifth.client()).contains(&NAME.to_owned()));
    network.revive(3);
}

/// Another node gets the vote, with keys of its own; the one before is removed.
fn hand_over(network: &Network, mut before: Running, sixth: &Newcomer) -> Running {
    sixth.know(network, &[("nordmat", 0), ("fjallen", 1), ("havshotell", 2), ("kaffet", 3)]);
    let card = sixth.card(network, None);
    vote(network, "2", &card, &["nordmat", "fjallen", "havshotell", "kaffet"]);
    let running = sixth.start();
    eventually("the node's sign of life", || sixth.client().readiness(MotionId::new(2)).ok());
    done(network, "nordmat", &["govern", "activate", "2", "--node", &sixth.gateway, "--yes"]);
    assert_eq!(names(&network.client(0)).len(), 5);
    let line = |line: &str| line.contains("removed from the network by its governors").then_some(());
    before.line("what has become of the node before", line);
    assert!(before.interrupt().success(), "SIGINT is no failure");
    running
}

/// Four of five decide; the node says what has become of it, and the four go on.
fn vote_out(network: &Network, running: &mut Running) {
    let removal = network.scratch().join("removal.toml");
    let action = format!("[[actions]]\ntype = \"remove_validator\"\nname = \"{}\"\n", NAME);
    fs::write(&removal, action).expect("a directory of the test's own");
    vote(network, "3", &removal, &["kaffet", "fjallen", "havshotell"]);
    assert_eq!(names(&network.client(0)).len(), 5, "three of five are not enough");
    done(network, "nordmat", &["govern", "approve", "3", "--yes"]);
    assert_eq!(names(&network.client(0)).len(), 4);
    let line = |line: &str| line.contains("removed from the network by its governors").then_some(());
    running.line("what has become of the node", line);
    done(network, "nordmat", &["issue", &address_of(network), "100", "nordmat", "--receipt", "R-3", "--yes"]);
}

fn address_of(network: &Network) -> String {
    done(network, "member-1", &["address"]).trim().to_owned()
}
