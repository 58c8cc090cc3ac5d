//! A network whose nodes give up old blocks: what they answer, who can still join, and what a lost index is made of.

use std::fs;
use std::path::Path;

use lojal_client::{Client, ClientError};
use lojal_types::api::{Problem, TransactionState};
use lojal_types::{AddressText, Height, MotionId, NetworkKind};

use crate::joining::{approved, join, taken_by};
use crate::network::Network;
use crate::newcomer::Newcomer;
use crate::programs::{eventually, program, run};
use crate::stream::{FUNDS, Stream, two_members};
use crate::wallet::{Signer, balance, done, is_applied, issue};

/// The time between two snapshots.
pub const INTERVAL_MS: u64 = 1_000;
/// The node that loses its index.
const NODE: usize = 3;

#[test]
fn a_network_gives_up_old_blocks_lets_newcomers_join_and_makes_a_lost_index_of_base_and_log() {
    let mut network = Network::start_with(|document| document.parameters.snapshot_interval_ms = INTERVAL_MS);
    let (from, to) = two_members(&network);
    let newcomer = approved(&network);
    network.kill_all();
    (0..4).for_each(|node| keep_little(&network.node_dir(node)));
    network.start_again();

    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(10);
        for node in 0..4 {
            let client = network.client(node);
            eventually("a node without the first block", || gone(client.block(Height::new(1))));
        }
        asks_in_vain(&newcomer, stream);
        stream.wait_for(10);
    });
    network.catch_up(&[0, 1, 2, 3]);
    for node in 0..4 {
        let received = balance(&network, node, &to);
        assert_eq!(balance(&network, node, &from) + received, FUNDS);
        assert!(received >= acknowledged.len() as u64, "{received} of {}", acknowledged.len());
    }
    answers_from_its_first_block_on(&network.client(NODE), &from);
    loses_its_index(&mut network, &from);
    joins(&mut network, &newcomer);
}

/// Has a node keep as few blocks as it can.
pub fn keep_little(dir: &Path) {
    let path = dir.join("node.toml");
    let config = fs::read_to_string(&path).expect("it has one");
    fs::write(&path, format!("retain = \"since 1000000\"\n{config}")).expect("a file of ours");
}

/// The problem with which a gateway says that a block is gone, if it is.
pub fn gone<T>(answer: Result<T, ClientError>) -> Option<Problem> {
    match answer {
        Err(ClientError::Problem(problem)) => Some(*problem).filter(|problem| problem.status == 410),
        _ => None,
    }
}

/// A node without data asks for the first blocks, which nobody has any more: that stops nobody.
fn asks_in_vain(newcomer: &Newcomer, stream: &Stream) {
    let mut running = newcomer.start();
    eventually("its gateway", || newcomer.client().status().ok());
    stream.wait_for(30);
    running.kill();
    fs::remove_dir_all(newcomer.dir.join("data")).expect("it has none of the blocks");
}

/// Asks a node for what it has, and for what is gone.
fn answers_from_its_first_block_on(client: &Client, from: &Signer) {
    let problem = gone(client.block(Height::new(1))).expect("it is gone");
    assert_eq!(problem.code, "pruned");
    let first = problem.first_height.expect("it says what there is");
    assert!(first > Height::new(1) && client.block(first).is_ok(), "{first}");
    assert!(gone(client.export(Height::new(1), 10)).is_some());
    let address: AddressText = from.address().to_text(NetworkKind::Test);
    let is_there = |state: &TransactionState| match state {
        TransactionState::Committed { height, .. } => *height >= first,
        _ => false,
    };
    let mut cursor: Option<String> = None;
    loop {
        let page = client.history(&address, 100, cursor.as_deref()).expect("what there is of it");
        assert!(page.transactions.iter().all(|status| is_there(&status.state)), "{page:?}");
        cursor = page.next_cursor;
        if cursor.is_none() {
            // How far the base is by now depends on the machine: what is before is counted, and told.
            assert_eq!(
                page.complete_from.is_some(),
                page.before.unwrap_or_default().count > 0,
                "{:?}",
                page.complete_from
            );
            assert!(page.complete_from.is_none_or(|told| told >= first), "{:?}", page.complete_from);
            return;
        }
    }
}

/// A node that has lost its index makes it of its base and the log after it, and goes on.
fn loses_its_index(network: &mut Network, from: &Signer) {
    network.stop(NODE);
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).arg("--dir").arg(network.node_dir(NODE));
    // The first segment of the log is not full yet, so all blocks are on the disk still.
    let report = run(&mut audit).success();
    assert!(report.contains("Everything holds from") && !report.contains("from the snapshot"), "{report}");
    fs::remove_dir_all(network.node_dir(NODE).join("data/index")).expect("it has one");
    network.revive(NODE);
    network.catch_up(&[0, NODE]);
    assert_eq!(balance(network, NODE, from), balance(network, 0, from));
    answers_from_its_first_block_on(&network.client(NODE), from);
}

/// A newcomer joins by a snapshot, is voted in, and is needed.
fn joins(network: &mut Network, newcomer: &Newcomer) {
    let joined = run(&mut join(newcomer)).success();
    assert!(joined.contains("has the state after block"), "{joined}");
    let _running = newcomer.start();
    eventually("the node's sign of life", || newcomer.client().readiness(MotionId::new(1)).ok());
    done(network, "kaffet", &["govern", "activate", "1", "--node", &newcomer.gateway, "--yes"]);
    network.kill(NODE);
    let signer = Signer::of(network, "nordmat");
    let last = signer.sign(9, issue(signer.address(), 1, "R-9"));
    assert!(is_applied(&taken_by(newcomer, &last)));
}
