//! A node joins by a snapshot: it fetches the state and not the blocks before it, and is voted in.

use std::process::Command;

use lojal_client::ClientError;
use lojal_types::api::TransactionStatus;
use lojal_types::{MotionId, SignedTransaction};

use crate::network::Network;
use crate::newcomer::{Newcomer, vote};
use crate::programs::{Running, eventually, program, run};
use crate::stream::{Stream, assert_kept_everywhere, two_members};
use crate::wallet::{Signer, done, is_applied, issue};

/// The node that joins.
const NAME: &str = "vandrarhem";
/// The time between two snapshots.
const INTERVAL_MS: u64 = 1_000;
/// The number of times that it is killed while it joins.
const KILLS: usize = 3;

#[test]
fn a_fifth_node_joins_a_running_network_by_a_snapshot_and_is_voted_in() {
    let mut network = Network::start_with(|document| document.parameters.snapshot_interval_ms = INTERVAL_MS);
    let signer = Signer::of(&network, "nordmat");
    let members = two_members(&network);
    let signed = signer.sign(2, issue(signer.address(), 10, "R-2"));
    assert!(is_applied(&network.client(0).submit(&signed, true).expect("a running gateway")));
    let newcomer = approved(&network);

    let clients: Vec<_> = [0, 1, 2].map(|node| network.client(node)).into();
    let acknowledged = Stream::during(&clients, (&members.0, &members.1), |stream| {
        stream.wait_for(30);
        join_in_spite_of_kills(&newcomer);
        stream.wait_for(30);
    });
    assert_kept_everywhere(&network, (&members.0, &members.1), &acknowledged);

    let _running = newcomer.start();
    eventually("the node's sign of life", || newcomer.client().readiness(MotionId::new(1)).ok());
    done(&network, "kaffet", &["govern", "activate", "1", "--node", &newcomer.gateway, "--yes"]);
    // Without one of the old validators nothing is final but with its vote.
    network.kill(3);
    let last = signer.sign(9, issue(signer.address(), 1, "R-9"));
    assert!(is_applied(&taken_by(&newcomer, &last)));
    knows_what_was_before(&network, &newcomer, &signed);
}

/// The outcome of a transaction that a node takes which has just been voted in: it knows that with its next block.
pub fn taken_by(newcomer: &Newcomer, signed: &SignedTransaction) -> TransactionStatus {
    eventually("the part of a node that was voted in", || newcomer.client().submit(signed, true).ok())
}

/// A node whose validator the others have approved.
pub fn approved(network: &Network) -> Newcomer {
    let newcomer = Newcomer::init(network, NAME, 4);
    newcomer.know(network, &[("nordmat", 0), ("fjallen", 1), ("havshotell", 2), ("kaffet", 3)]);
    let governor = done(network, "member-2", &["address", "--key"]);
    let card = newcomer.card(network, Some(governor.trim()));
    vote(network, "1", &card, &["nordmat", "fjallen", "havshotell"]);
    newcomer
}

/// The command by which a node joins.
pub fn join(newcomer: &Newcomer) -> Command {
    let mut join = program("lojal-node");
    join.arg("join").arg("--dir").arg(&newcomer.dir);
    join
}

/// Joins, and is killed as soon as pieces come; then it goes on, and is not to be joined twice.
fn join_in_spite_of_kills(newcomer: &Newcomer) {
    for _ in 0..KILLS {
        let mut joining = Running::start(&mut join(newcomer));
        let has_begun = || newcomer.dir.join("join/pieces").exists() || newcomer.dir.join("data").exists();
        eventually("pieces of the snapshot", || has_begun().then_some(()));
        joining.kill();
    }
    let joined = run(&mut join(newcomer));
    let is_whole_before = joined.stderr.contains("is there already");
    let has_joined = joined.status.success() && joined.stdout.contains("has the state after block");
    assert!(has_joined || is_whole_before, "{joined:#?}");
    let again = run(&mut join(newcomer));
    assert!(again.status.code() == Some(4) && again.stderr.contains("is there already"), "{again:#?}");
}

/// It has the state of the others and the ids of what was decided lately, and not the blocks before.
fn knows_what_was_before(network: &Network, newcomer: &Newcomer, signed: &SignedTransaction) {
    match newcomer.client().submit(signed, false) {
        Ok(status) => assert!(is_applied(&status), "{status:?}"),
        Err(ClientError::Problem(problem)) => assert_eq!(problem.code, "duplicate_transaction"),
        Err(other) => panic!("{other}"),
    }
    let first = ureq::get(format!("{}/v1/light/blocks/1", newcomer.gateway)).call();
    assert!(matches!(first, Err(ureq::Error::StatusCode(410))), "it has no earlier blocks: {first:?}");
    let status = newcomer.client().status().expect("a running gateway");
    network.wait_for_height(0, status.height);
    assert_eq!(network.state_root(0, status.height), status.state_root);
}
