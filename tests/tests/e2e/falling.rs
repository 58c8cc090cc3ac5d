//! A node that was off for longer than the others keep blocks falls back to a snapshot by itself.

use std::fs;
use std::path::PathBuf;

use lojal_client::ClientError;
use lojal_types::Height;

use crate::network::Network;
use crate::programs::{Running, eventually, program, run};
use crate::pruning::{INTERVAL_MS, gone, keep_little};
use crate::stream::{FUNDS, two_members};
use crate::wallet::{Signer, balance, is_applied, issue};

/// The node that is off.
const NODE: usize = 3;
/// The directories of replaced data that a node keeps.
const OLD_MAX: usize = 3;

#[test]
fn a_node_that_was_off_for_longer_than_the_others_keep_blocks_falls_back_by_itself_and_is_needed() {
    let mut network = Network::start_with(|document| document.parameters.snapshot_interval_ms = INTERVAL_MS);
    let (from, to) = two_members(&network);
    network.kill_all();
    (0..4).for_each(|node| keep_little(&network.node_dir(node)));
    network.start_again();
    let tip = network.height(NODE);
    network.kill(NODE);
    for node in 0..NODE {
        // It may have got some more blocks before it was killed.
        let is_beyond = || (first_height(&network, node) > tip.get() + 5).then_some(());
        eventually("a node without the blocks that the other one lacks", is_beyond);
    }

    stops_if_it_is_told_to(&mut network);
    waits_for_a_place_and_is_killed_on_its_way(&network);
    network.revive(NODE);
    assert!(old(&network, OLD_MAX).join("log").exists(), "its blocks are kept");
    assert!(!network.node_dir(NODE).join("join").exists(), "nothing is left of the making");
    assert!(gone(network.client(NODE).block(Height::new(1))).is_some());
    // Blocks are given up too fast to be compared; the state is there still.
    network.wait_for_height(NODE, network.height(0));
    assert_eq!(balance(&network, NODE, &from) + balance(&network, NODE, &to), FUNDS);

    // Without one of the others nothing is final but with its vote.
    network.kill(0);
    let signer = Signer::of(&network, "nordmat");
    let signed = signer.sign(9, issue(signer.address(), 1, "R-9"));
    let vote = || is_applied(&network.client(1).submit(&signed, true).ok()?).then_some(());
    eventually("a block with its vote", vote);
    for node in [1, 2] {
        assert!(metrics(&network, node).contains("\nlojal_evidence_total 0\n"), "it has contradicted itself");
    }
}

/// A place for data that were replaced.
fn old(network: &Network, number: usize) -> PathBuf {
    network.node_dir(NODE).join(format!("data.old-{number}"))
}

fn metrics(network: &Network, node: usize) -> String {
    let answer = ureq::get(format!("{}/metrics", network.admins[node])).call();
    answer.expect("a running node").body_mut().read_to_string().expect("a text")
}

fn first_height(network: &Network, node: usize) -> u64 {
    let metrics = metrics(network, node);
    let value = metrics.lines().find_map(|line| line.strip_prefix("lojal_first_height "));
    value.expect("every node says it").parse().expect("a number")
}

/// It ends with what its operator may do, and leaves everything as it is.
fn stops_if_it_is_told_to(network: &mut Network) {
    let path = network.node_dir(NODE).join("node.toml");
    let before = fs::read_to_string(&path).expect("it has one");
    fs::write(&path, format!("far_behind = \"stop\"\n{before}")).expect("a file of ours");
    network.revive_with(NODE, &mut network.command(NODE));
    let (status, told) = network.end_of(NODE);
    assert_eq!(status.code(), Some(4), "{told}");
    assert!(told.contains("which validators with more than a third of the power keep no more"), "{told}");
    assert!(told.contains("lojal-node join --dir"), "{told}");
    assert!(!network.node_dir(NODE).join("join").exists() && !old(network, 1).exists());
    fs::write(&path, before).expect("a file of ours");
}

/// It says why it waits and serves what it has; once there is a place it goes on, and is killed.
fn waits_for_a_place_and_is_killed_on_its_way(network: &Network) {
    (1..=OLD_MAX).for_each(|number| fs::create_dir(old(network, number)).expect("a directory of its own"));
    let mut waiting = Running::start(&mut network.command(NODE));
    waiting.line("what it will do", |line| line.contains("keep no more: it has stopped its engine").then_some(()));
    waiting.line("why it waits", |line| line.contains("no more are kept").then_some(()));
    let client = network.client(NODE);
    let told = match client.ready() {
        Err(ClientError::Problem(problem)) => problem.detail,
        other => panic!("{other:?}"),
    };
    assert!(told.contains("which its peers keep no more, and waits until it can fetch a snapshot"), "{told}");
    assert!(metrics(network, NODE).contains("\nlojal_far_behind 1\n"));
    let shown = run(program("lojal-node").arg("status").arg("--once").arg("--dir").arg(network.node_dir(NODE)));
    assert!(shown.success().contains("waits until it can fetch a snapshot"));
    fs::remove_dir(old(network, OLD_MAX)).expect("there");
    let on_its_way = || network.node_dir(NODE).join("join").exists() || old(network, OLD_MAX).exists();
    eventually("a snapshot on its way", || on_its_way().then_some(()));
    waiting.kill();
}
