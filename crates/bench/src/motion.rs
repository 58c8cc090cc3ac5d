//! Motions of a network's governors, who agree on everything.

use lojal_types::api::TransactionState;
use lojal_types::governance::digest_of;
use lojal_types::limits::MOTION_ACTIONS_MAX;
use lojal_types::{
    Action, Activate, Approve, Bounded, Hash, KeyPair, MotionStatus, Operation, Outcome, Propose, Transaction,
};

use crate::cluster::{Cluster, network_key, now};
use crate::error::BenchError;
use crate::workload::VALIDITY_MS;

/// Has the governors carry out actions, as many in a motion as there can be.
pub fn decide(cluster: &Cluster, actions: &[Action]) -> Result<(), BenchError> {
    actions.chunks(MOTION_ACTIONS_MAX).try_for_each(|some| decide_one(cluster, some))
}

fn decide_one(cluster: &Cluster, actions: &[Action]) -> Result<(), BenchError> {
    let client = cluster.client(0)?;
    let actions = Bounded::new(actions.to_vec()).expect("as many as a motion may have");
    let digest = digest_of(&cluster.genesis().chain_id(), &actions);
    act(cluster, &network_key(0), Operation::Propose(Propose { actions }))?;
    for index in 1..cluster.len() {
        let governance = client.governance()?;
        let Some(open) = governance.open.iter().rfind(|motion| motion.digest == digest) else { break };
        act(cluster, &network_key(index), Operation::Approve(Approve { motion: open.motion, digest }))?;
    }
    activate(cluster, digest)?;
    let governance = client.governance()?;
    let stage = governance.closed.iter().find(|motion| motion.digest == digest).map(|motion| motion.stage);
    match stage {
        Some(MotionStatus::Enacted { .. }) => Ok(()),
        other => Err(BenchError::Submission(format!("the governors' motion is {other:?}"))),
    }
}

/// Hands in the signs of life of all nodes, if a motion waits for any.
fn activate(cluster: &Cluster, digest: Hash) -> Result<(), BenchError> {
    let governance = cluster.client(0)?.governance()?;
    let Some(open) = governance.open.iter().rfind(|motion| motion.digest == digest) else { return Ok(()) };
    let mut signs = Vec::new();
    for index in 0..cluster.len() {
        // Nodes of which nothing is asked refuse.
        if let Ok(readiness) = cluster.client(index)?.readiness(open.motion) {
            signs.extend(readiness.signs);
        }
    }
    let signs = Bounded::new(signs).map_err(|_| BenchError::Submission("no node gives a sign of life".to_owned()))?;
    act(cluster, &network_key(0), Operation::Activate(Activate { motion: open.motion, signs }))
}

fn act(cluster: &Cluster, key: &KeyPair, operation: Operation) -> Result<(), BenchError> {
    let (chain, time) = (cluster.genesis().chain_id(), now());
    let what = operation.name();
    let transaction = Transaction {
        chain: chain.tag(),
        sender: key.address(),
        valid_until_ms: time.plus_ms(VALIDITY_MS),
        nonce: time.get(),
        operations: Bounded::from([operation]),
    };
    match cluster.client(0)?.submit(&transaction.sign(&chain, key), true)?.state {
        TransactionState::Committed { receipt: Outcome::Applied, .. } => Ok(()),
        other => Err(BenchError::Submission(format!("{what} is {other:?}"))),
    }
}
