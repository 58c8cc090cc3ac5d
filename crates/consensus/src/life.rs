//! The signs of life of this node, which a motion waits for that gives it a vote, other keys or more power (protocol,
//! Governance): a validator that is voted in before it runs could halt the others.

use std::collections::BTreeSet;

use lojal_ledger::record::Motion;
use lojal_ledger::{Missing, View};
use lojal_network::{Network, PeerId, peer_id_of};
use lojal_store::{Store, StoreError};
use lojal_types::{Address, MotionId, MotionStatus, PublicKey, Readiness, SignOfLife, Validator, ValidatorSet};
use thiserror::Error;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::condition::Condition;
use crate::successor::Successor;
use crate::voice::{Voice, VoiceError};
use crate::workers::Workers;

/// The parts of a node that its signs of life rest on.
#[derive(Clone)]
pub struct Life {
    /// The holder of the key that signs.
    voice: Voice,
    /// The holder of the key that takes its place one day.
    successor: Successor,
    /// The committed state.
    store: Store,
    /// The peers.
    network: Network,
    /// The node's condition.
    condition: watch::Receiver<Condition>,
    /// The clock that it takes the time from.
    clock: Clock,
    /// The place where pages of the state are read.
    workers: Workers,
}

/// A reason there is no sign of life.
#[derive(Debug, Error)]
pub enum NoSign {
    /// There is no such motion, or none any more.
    #[error("there is no such motion")]
    Unknown,
    /// Too few approve of it, or it is decided.
    #[error("the motion doesn't wait for signs of life: too few have approved it yet, or it is decided")]
    NotAwaited,
    /// It waits for other nodes.
    #[error("the motion waits for signs of life of other nodes, not of this one")]
    OtherNodes,
    /// The node hasn't caught up.
    #[error("this node hasn't caught up with the others yet")]
    NotReady,
    /// It couldn't decide with those that it is connected to.
    #[error(
        "this node is connected to too few of the validators that the motion leaves: it takes more than two thirds of \
         their power"
    )]
    NoQuorum,
    /// Its key signs nothing now.
    #[error(transparent)]
    Voice(#[from] VoiceError),
    /// The state can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Life {
    /// Those of a node with threads and the system's clock.
    pub fn of_node(
        (voice, successor): (&Voice, &Successor),
        store: &Store,
        network: &Network,
        condition: &watch::Receiver<Condition>,
    ) -> Self {
        let (voice, successor) = (voice.clone(), successor.clone());
        let (store, network, condition) = (store.clone(), network.clone(), condition.clone());
        Self { voice, successor, store, network, condition, clock: Clock::System, workers: Workers::Threads }
    }

    /// The same by another clock, with its work done elsewhere.
    pub fn at(self, clock: Clock, workers: Workers) -> Self {
        Self { clock, workers, ..self }
    }

    /// The key that takes the place of the validator's own one day, if there is one.
    pub fn next_key(&self) -> Option<PublicKey> {
        self.successor.voice().map(|voice| voice.key())
    }

    /// Signs that this node is ready for what a motion asks of it.
    ///
    /// # Errors
    /// The reason why it doesn't.
    pub async fn signs(&self, motion: MotionId) -> Result<Vec<SignOfLife>, NoSign> {
        let store = self.store.clone();
        let question = move |view: &View| awaited(view, motion);
        let asked = self.workers.blocking(move || store.read(question)).await?.ok_or(NoSign::Unknown)?;
        let voices: Vec<Voice> = [self.voice.clone()].into_iter().chain(self.successor.voice()).collect();
        let awaited = indexes_of(&asked, &voices.iter().map(Voice::address).collect::<Vec<_>>())?;
        if !self.condition.borrow().is_level() {
            return Err(NoSign::NotReady);
        }
        let connected: BTreeSet<PeerId> = self.network.peers().into_iter().collect();
        let after = asked.motion.set_after(&asked.validators).ok_or(NoSign::NotAwaited)?;
        if !has_quorum(&after, self.network.local_peer_id(), &connected) {
            return Err(NoSign::NoQuorum);
        }
        let mut signs = Vec::with_capacity(awaited.len());
        for (index, own) in awaited {
            let readiness = Readiness { motion, digest: asked.motion.digest, index, time_ms: self.clock.now() };
            let signature = voices[own].live(readiness).await?;
            signs.push(SignOfLife { index, time_ms: readiness.time_ms, signature });
        }
        Ok(signs)
    }
}

/// A motion, and the validators that decide.
struct Asked {
    motion: Motion,
    validators: ValidatorSet,
}

fn awaited(view: &View, motion: MotionId) -> Result<Option<Asked>, Missing> {
    let validators = view.validators().clone();
    Ok(view.motion(motion)?.map(|motion| Asked { motion, validators }))
}

/// The places of the actions that wait for this node, each with the place of its address among its own.
fn indexes_of(asked: &Asked, own: &[Address]) -> Result<Vec<(u8, usize)>, NoSign> {
    if !matches!(asked.motion.status, MotionStatus::Approved { .. }) {
        return Err(NoSign::NotAwaited);
    }
    let place = |key: &PublicKey| own.iter().position(|own| *own == Address::of_key(key));
    let awaited = asked.motion.awaited(&asked.validators);
    let indexes: Vec<(u8, usize)> = awaited.iter().filter_map(|(index, key)| Some((*index, place(key)?))).collect();
    if indexes.is_empty() { Err(NoSign::OtherNodes) } else { Ok(indexes) }
}

/// True if this node and those that it is connected to are a quorum of a set.
fn has_quorum(set: &ValidatorSet, own: PeerId, connected: &BTreeSet<PeerId>) -> bool {
    let is_here =
        |one: &&Validator| peer_id_of(one.network_key.as_bytes()).is_ok_and(|id| id == own || connected.contains(&id));
    let power = set.validators().iter().filter(is_here).fold(0_u64, |sum, one| sum.saturating_add(one.power));
    set.is_quorum(power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{peer, validators};

    #[test]
    fn a_quorum_of_the_set_to_be_is_needed_this_node_included() {
        let with =
            |numbers: &[u8]| has_quorum(&validators(4), peer(3), &numbers.iter().map(|one| peer(*one)).collect());
        assert!(!with(&[]) && !with(&[0]) && with(&[0, 1]) && with(&[0, 1, 2]));
        assert!(!with(&[0, 7, 8]), "strangers don't count");
        assert!(has_quorum(&validators(1), peer(0), &BTreeSet::new()), "one is a quorum of one");
    }
}
