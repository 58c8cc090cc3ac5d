//! The order in which requests are answered.

use std::collections::{BTreeMap, VecDeque};

use lojal_network::{Bucket, PeerId, Rate};
use tokio::time::Instant;

use super::Asked;
use crate::limits::SYNC_BURST;

/// Requests that wait, and the budgets of those who ask. A peer's entry goes when it has nothing to wait for and its
/// budget is whole, so there are as many as peers.
pub(super) struct Queue {
    peers: BTreeMap<PeerId, Peer>,
    rates: Rates,
    /// The budget of all together.
    all: Bucket,
    /// The number of requests that have been answered.
    turn: u64,
}

struct Peer {
    requests: VecDeque<Asked>,
    budget: Bucket,
    /// The turn in which it was answered last.
    last_turn: u64,
}

/// The rates at which answers are given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    /// Those to one peer.
    pub(crate) peer: Rate,
    /// Those to all together.
    pub(crate) all: Rate,
}

impl Queue {
    /// An empty one, all of whose budgets are whole.
    pub(super) fn new(rates: Rates) -> Self {
        Self { peers: BTreeMap::new(), rates, all: Bucket::full(Instant::now()), turn: 0 }
    }

    /// Takes a request in. The network bounds how many of one peer are open.
    pub(super) fn push(&mut self, asked: Asked, now: Instant) {
        self.peers.retain(|_, peer| !peer.requests.is_empty() || !peer.budget.is_full(now));
        let new = || Peer { requests: VecDeque::new(), budget: Bucket::full(now), last_turn: 0 };
        self.peers.entry(asked.peer).or_insert_with(new).requests.push_back(asked);
    }

    /// The request whose turn it is, if one may be answered now.
    pub(super) fn take(&mut self, now: Instant) -> Option<Asked> {
        if self.all.has_some_at(SYNC_BURST) > now {
            return None;
        }
        let ready = self
            .peers
            .values_mut()
            .filter(|peer| !peer.requests.is_empty() && peer.budget.has_some_at(SYNC_BURST) <= now);
        let peer = ready.min_by_key(|peer| peer.last_turn)?;
        self.turn += 1;
        peer.last_turn = self.turn;
        peer.requests.pop_front()
    }

    /// Takes an answer out of the budgets. How large it is shows only afterwards, so they may be overdrawn by one.
    pub(super) fn charge(&mut self, peer: PeerId, bytes: usize, now: Instant) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.budget.charge(self.rates.peer.time_of(bytes), now);
        }
        self.all.charge(self.rates.all.time_of(bytes), now);
    }

    /// The time at which a request that waits may be answered; none while none waits.
    pub(super) fn next(&self) -> Option<Instant> {
        let waiting = self.peers.values().filter(|peer| !peer.requests.is_empty());
        let first = waiting.map(|peer| peer.budget.has_some_at(SYNC_BURST)).min()?;
        Some(first.max(self.all.has_some_at(SYNC_BURST)))
    }
}

#[cfg(test)]
mod tests;
