//! The seats of a network whose validators change: who has one, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use lojal_consensus::Roster;
use lojal_ledger::record::Protocol;
use lojal_network::{Multiaddr, PeerId};
use lojal_store::{Store, StoreError};
use lojal_types::{
    Action, AddValidator, AllowFollower, Header, Height, Name, PublicKey, RemoveValidator, ScheduleVersion, SetKeys,
    SetPower, ValidatorSet,
};

use tokio::sync::MutexGuard;

use super::{Node, World};
use crate::change::Step;
use crate::people;
use crate::schedule::ChangeMoment;

/// The changes of the validators so far, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changes {
    /// The transactions that were submitted to decide one.
    asked: u64,
    /// The changes that a node has.
    decided: u64,
    /// Those of them after which a node has one block more.
    next: u64,
    /// The block of the last one.
    last: Height,
}

impl Changes {
    fn count(&self, moment: ChangeMoment) -> u64 {
        match moment {
            ChangeMoment::Asked => self.asked,
            ChangeMoment::Decided => self.decided,
            ChangeMoment::Next => self.next,
        }
    }

    /// Takes note of a block of some node; true if it is news.
    fn saw(&mut self, header: &Header) -> bool {
        let height = header.height;
        let is_change = header.next_validators_hash != header.validators_hash && height > self.last;
        let is_next = self.next < self.decided && height == self.last.next();
        if is_next {
            self.next = self.decided;
        }
        if is_change {
            self.last = height;
            self.decided += 1;
        }
        is_change || is_next
    }
}

impl World {
    /// The nodes that a node lets in when it starts, by the state that it has: a real one reads the same.
    pub(super) fn let_in(&self, store: &Store) -> Result<BTreeSet<usize>, StoreError> {
        let roster = store.read(Roster::of)?;
        Ok((0..self.nodes()).filter(|number| roster.get(&people::peer(*number)).is_some()).collect())
    }

    /// The nodes that a node lets in when it starts, with those that its operator names, because none runs of those
    /// that it knows: one that validates now.
    pub(super) fn with_named(
        &self,
        number: usize,
        mut allowed: BTreeSet<usize>,
    ) -> (BTreeSet<usize>, BTreeMap<PeerId, Multiaddr>) {
        let runs = |other: &usize| *other != number && self.node(*other).is_some();
        let named =
            if !self.0.has_changes || allowed.iter().any(runs) { None } else { self.seated().into_iter().find(runs) };
        allowed.extend(named);
        (allowed, named.into_iter().map(|other| (people::peer(other), Multiaddr::empty())).collect())
    }

    /// The node that has the validator key, if it is one of this network.
    pub fn holder(&self, key: &PublicKey) -> Option<usize> {
        self.0.keys.iter().position(|own| own == key)
    }

    /// The nodes that are among these validators.
    pub fn holders(&self, validators: &ValidatorSet) -> Vec<usize> {
        validators.validators().iter().filter_map(|one| self.holder(&one.public_key)).collect()
    }

    /// An honest node of those that run, none of which has more blocks.
    pub fn furthest(&self) -> Option<Node> {
        let honest: Vec<usize> = self.history().honest().collect();
        let running = honest.into_iter().filter_map(|number| self.node(number));
        running.max_by_key(|node| node.store.tip().height)
    }

    /// The honest nodes that are validators by the furthest node's last block; none if no node runs that knows them.
    pub fn seated(&self) -> BTreeSet<usize> {
        if !self.0.has_changes {
            return self.history().honest().collect();
        }
        let Some(furthest) = self.furthest() else { return BTreeSet::new() };
        let holders = self.holders(furthest.store.view().validators());
        let history = self.history();
        holders.into_iter().filter(|number| !history.byzantine.contains(number)).collect()
    }

    /// A transaction was submitted that may change the validators.
    pub fn change_is_asked(&self) {
        self.0.changes.send_modify(|changes| changes.asked += 1);
    }

    /// A node has a block.
    pub(super) fn change_is_seen(&self, header: &Header) {
        self.0.changes.send_if_modified(|changes| changes.saw(header));
    }

    /// Waits until no other fault that waits for a change is in effect, for as long as the answer is kept.
    pub async fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.0.waiting.lock().await
    }

    /// Waits for this moment of the next change.
    pub async fn wait_for_change(&self, moment: ChangeMoment) {
        let mut changes = self.0.changes.subscribe();
        let before = changes.borrow().count(moment);
        // The world outlasts whoever waits.
        let _ = changes.wait_for(|changes| changes.count(moment) > before).await;
    }

    /// The action that schedules the next version; none if no node runs, or it is scheduled already.
    fn upgrade(&self, blocks: u64) -> Option<Action> {
        let store = self.furthest()?.store;
        let (view, tip) = (store.view(), store.tip().height.get());
        let Protocol { version, scheduled: None } = *view.protocol() else { return None };
        let height = Height::new(tip.checked_add(blocks)?);
        Some(Action::ScheduleVersion(ScheduleVersion { version: version.checked_add(1)?, height }))
    }

    /// A step as the action of a motion, if it fits these validators; `name` is for one that joins.
    pub fn action(&self, step: &Step, name: Name, validators: &ValidatorSet) -> Option<Action> {
        let named = |node: &usize| {
            let key = self.0.keys.get(*node)?;
            validators.validators().iter().find(|one| one.public_key == *key).map(|one| one.name.clone())
        };
        match step {
            Step::Add { node, power } if named(node).is_none() => {
                let governor = self.workload().histories().free_governor()?;
                let proof = people::proof(&self.chain(), &name, *node);
                let validator = people::as_validator(*node, name, *power);
                Some(Action::AddValidator(AddValidator { validator, governor, proof, endpoint: None }))
            }
            Step::Add { .. } => None,
            Step::Remove { node } => Some(Action::RemoveValidator(RemoveValidator { name: named(node)? })),
            Step::Hand { from, to } if named(to).is_none() => {
                let name = named(from)?;
                let proof = people::proof(&self.chain(), &name, *to);
                let heir = people::as_validator(*to, name, 1);
                let (name, public_key, network_key) = (heir.name, heir.public_key, heir.network_key);
                Some(Action::SetKeys(SetKeys { name, public_key, network_key, proof }))
            }
            Step::Hand { .. } => None,
            Step::Follow { node } => {
                let (network_key, sponsor) =
                    (people::network_key(*node), validators.validators().first()?.name.clone());
                Some(Action::AllowFollower(AllowFollower { name, network_key, sponsor, endpoint: None }))
            }
            Step::Upgrade { blocks } => self.upgrade(*blocks),
            Step::SetPower { node, power } => Some(Action::SetPower(SetPower { name: named(node)?, power: *power })),
        }
    }
}
