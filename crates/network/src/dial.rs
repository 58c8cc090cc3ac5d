//! The schedule by which peers are dialed.
//!
//! One connection per pair is enough, so the peer with the higher id dials, and the other one
//! only when that has not worked for [`REDIAL_DEFER`]. Thus a pair recovers whichever side
//! restarts, and whichever side can't be reached from outside.

use std::collections::BTreeMap;
use std::time::Duration;

use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use crate::Peer;
use crate::limits::{REDIAL_DEFER, REDIAL_MAX, REDIAL_MIN};

/// The permitted peers and when to dial them next.
pub(crate) struct Dialer {
    local: PeerId,
    targets: BTreeMap<PeerId, Target>,
}

struct Target {
    address: Multiaddr,
    /// Wait after the next failure.
    wait: Duration,
    /// `None` while connected or being dialed.
    next: Option<Instant>,
}

impl Dialer {
    pub(crate) fn new(local: PeerId) -> Self {
        Self { local, targets: BTreeMap::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    pub(crate) fn contains(&self, peer: &PeerId) -> bool {
        self.targets.contains_key(peer)
    }

    /// Adds a peer that is not connected, or gives a known one a new address.
    pub(crate) fn insert(&mut self, peer: Peer, now: Instant) {
        let next = now + self.defer(&peer.id);
        let target = self.targets.entry(peer.id).or_insert(Target {
            address: peer.address.clone(),
            wait: REDIAL_MIN,
            next: (!peer.address.is_empty()).then_some(next),
        });
        if target.address.is_empty() && !peer.address.is_empty() {
            target.next = Some(next);
        }
        target.address = peer.address;
    }

    pub(crate) fn remove(&mut self, peer: &PeerId) -> Option<Peer> {
        self.targets.remove(peer).map(|target| Peer { id: *peer, address: target.address })
    }

    /// The next time at which [`Self::take_due`] has something to return.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.targets.values().filter_map(|target| target.next).min()
    }

    /// The peers to dial now. Each must be followed by [`Self::connected`] or [`Self::failed`].
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<Peer> {
        let due = |target: &Target| target.next.is_some_and(|next| next <= now);
        self.targets
            .iter_mut()
            .filter(|(_, target)| due(target))
            .map(|(id, target)| {
                target.next = None;
                Peer { id: *id, address: target.address.clone() }
            })
            .collect()
    }

    /// There is a connection, by whichever side.
    pub(crate) fn connected(&mut self, peer: &PeerId) {
        if let Some(target) = self.targets.get_mut(peer) {
            target.next = None;
        }
    }

    /// The connection works. Only now is the wait reset: a peer that accepts connections and
    /// closes them at once is dialed ever more slowly.
    pub(crate) fn succeeded(&mut self, peer: &PeerId) {
        if let Some(target) = self.targets.get_mut(peer) {
            target.wait = REDIAL_MIN;
        }
    }

    /// The dial failed, or the connection is lost.
    pub(crate) fn failed(&mut self, peer: &PeerId, now: Instant) {
        let defer = self.defer(peer);
        if let Some(target) = self.targets.get_mut(peer).filter(|target| !target.address.is_empty()) {
            target.next = Some(now + target.wait.max(defer));
            target.wait = (target.wait * 2).min(REDIAL_MAX);
        }
    }

    fn defer(&self, peer: &PeerId) -> Duration {
        if self.local > *peer { Duration::ZERO } else { REDIAL_DEFER }
    }
}

#[cfg(test)]
mod tests;
