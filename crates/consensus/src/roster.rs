//! The nodes that may be on the network, as the ledger lists them.

use std::collections::{BTreeMap, BTreeSet};

use lojal_ledger::{Missing, View};
use lojal_network::{Multiaddr, Peer, PeerId, peer_id_of};
use lojal_types::{Action, Endpoint, MotionStatus, Name, PublicKey};

use crate::outlook::Outlook;

/// The part that a node has on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It decides the next block.
    Validator,
    /// It follows, until a motion that is approved makes it a validator.
    Candidate,
    /// It follows.
    Follower,
    /// It decides blocks that this node doesn't have yet.
    Ahead,
}

/// A node that may be on the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name of the validator or follower.
    pub name: Name,
    /// The part that it has.
    pub role: Role,
    /// The address at which the ledger says that it is reached.
    pub endpoint: Option<Endpoint>,
}

/// The nodes that may be on the network after a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster(BTreeMap<PeerId, Member>);

impl Roster {
    /// Those of a version of the state.
    ///
    /// # Errors
    /// When pages of the state are missing.
    pub fn of(view: &View) -> Result<Self, Missing> {
        let mut roster = Self::default();
        for (validator, seat) in view.seats()? {
            roster.add(&validator.network_key, validator.name, Role::Validator, seat.endpoint);
        }
        for open in view.register()?.open.iter() {
            let Some(motion) = view.motion(open.motion)? else { continue };
            if !matches!(motion.status, MotionStatus::Approved { .. }) {
                continue;
            }
            for action in motion.actions.iter() {
                match action {
                    Action::AddValidator(add) => {
                        let (key, name) = (&add.validator.network_key, add.validator.name.clone());
                        roster.add(key, name, Role::Candidate, add.endpoint.clone());
                    }
                    Action::SetKeys(keys) => roster.add(&keys.network_key, keys.name.clone(), Role::Candidate, None),
                    _ => {}
                }
            }
        }
        // A follower that is about to get a vote hears what candidates hear.
        for follower in view.followers()? {
            roster.add(&follower.network_key, follower.name, Role::Follower, follower.endpoint);
        }
        Ok(roster)
    }

    /// The same with those who validate now by what others have proven, though this node doesn't have these blocks yet.
    pub(crate) fn with(mut self, outlook: Option<Outlook>) -> Self {
        for one in outlook.iter().flat_map(|outlook| outlook.validators.validators()) {
            self.add(&one.network_key, one.name.clone(), Role::Ahead, None);
        }
        self
    }

    /// Adds a node, unless it has a part already.
    fn add(&mut self, key: &PublicKey, name: Name, role: Role, endpoint: Option<Endpoint>) {
        if let Ok(peer) = peer_id_of(key.as_bytes()) {
            self.0.entry(peer).or_insert(Member { name, role, endpoint });
        }
    }

    /// A node's part, if it has one.
    pub fn get(&self, peer: &PeerId) -> Option<&Member> {
        self.0.get(peer)
    }

    /// All of them.
    pub fn members(&self) -> impl Iterator<Item = (&PeerId, &Member)> {
        self.0.iter()
    }

    /// The names of all.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.values().map(|member| &member.name)
    }

    /// The nodes other than `own` as the network takes them, each at the address that its operator gives, or else at
    /// that of the ledger; with those that only the operator names.
    pub fn peers(&self, own: &PeerId, addresses: &Addresses) -> Vec<Peer> {
        let members = self.0.iter().map(|(id, member)| (id, member.address(&addresses.named)));
        let mut all: BTreeMap<PeerId, Multiaddr> = members.map(|(id, address)| (*id, address)).collect();
        all.extend(addresses.given.iter().map(|(id, address)| (*id, address.clone())));
        all.remove(own);
        all.into_iter().map(|(id, address)| Peer { id, address }).collect()
    }

    /// The nodes with a part.
    pub(crate) fn with_role(&self, role: Role) -> BTreeSet<PeerId> {
        self.0.iter().filter(|(_, member)| member.role == role).map(|(id, _)| *id).collect()
    }

    /// The nodes that have no part in the later one any more.
    pub(crate) fn gone_in(&self, later: &Self) -> Vec<PeerId> {
        self.0.keys().filter(|id| !later.0.contains_key(id)).copied().collect()
    }
}

impl Member {
    /// The address of the configuration, or that of the ledger; empty if neither has one.
    fn address(&self, addresses: &BTreeMap<Name, Multiaddr>) -> Multiaddr {
        let of_ledger = || self.endpoint.as_ref().and_then(|endpoint| endpoint.as_str().parse().ok());
        addresses.get(&self.name).cloned().or_else(of_ledger).unwrap_or_else(Multiaddr::empty)
    }
}

/// The addresses that a node's operator gives; they go before those of the ledger.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// Those of the configuration, by the names on the ledger.
    pub named: BTreeMap<Name, Multiaddr>,
    /// Those of peers that the operator has named by their ids, and that are let in whoever they are.
    pub given: BTreeMap<PeerId, Multiaddr>,
}

#[cfg(test)]
mod tests;
