//! The conduct of permitted peers, and the consequences of misbehaving.
//!
//! A message belongs to its source, which has signed it, whichever neighbour delivers it. So each source has a budget
//! of its own per topic. What goes beyond is neither passed on nor delivered. A source that sends far beyond its
//! budgets, or what no honest peer sends, or that connects again and again, is shut out for a while: its connections
//! are closed and no new one is let in. Closing is what spares this node the work, since decryption and the check of a
//! message's signature come before anything that this crate could decide.

use std::collections::BTreeMap;

use libp2p::PeerId;
use tokio::time::Instant;

use crate::budget::Bucket;
use crate::limits::{
    BURST_IN, CONNECTIONS_PER_MINUTE_MAX, OFFENCE_INTERVAL, OVER_BUDGET_PER_MINUTE_MAX, REPLAY_DISTANCE_MAX,
    REPORTS_PER_MINUTE_MAX, SHUT_OUT_TIME,
};
use crate::topic::Lane;
use crate::{Peer, Topic};

/// The permitted peers that have sent something, and those that are shut out.
#[derive(Default)]
pub(crate) struct Conduct {
    sources: BTreeMap<PeerId, Source>,
    shut_out: BTreeMap<PeerId, ShutOut>,
}

struct Source {
    budgets: [Bucket; Topic::ALL.len()],
    /// The sequence number to go by on each lane: a node counts its messages up, lane by lane.
    newest: [Option<u64>; Lane::ALL.len()],
    offences: [Tally; Offence::ALL.len()],
}

struct ShutOut {
    peer: Peer,
    until: Instant,
}

/// An act that a peer can do too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offence {
    /// A message, request or response that the consumer reports as one that no honest peer sends.
    Reported,
    /// A message or request beyond the budget.
    OverBudget,
    /// A connection.
    Connection,
}

/// The number of times something has happened in the current minute.
#[derive(Clone, Copy)]
struct Tally {
    since: Instant,
    count: u64,
}

/// A message that has arrived from a permitted source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) topic: Topic,
    pub(crate) source: PeerId,
    /// True if the source itself delivered it.
    pub(crate) is_direct: bool,
    /// The number that the source gave it.
    pub(crate) sequence: u64,
    pub(crate) bytes: usize,
}

/// The treatment of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Deliver it, and pass it on.
    Fine,
    /// Drop it: somebody sends an old message again. Its source is not to blame.
    Replayed,
    /// Drop it, the source sends too much.
    OverBudget,
    /// Drop it, the source doesn't take part in consensus: no more, or as far as this node knows not yet. Its budget
    /// bounds it all the same.
    NoVoter,
}

impl Offence {
    const ALL: [Self; 3] = [Self::Reported, Self::OverBudget, Self::Connection];

    pub(crate) const fn per_minute_max(self) -> u64 {
        match self {
            Self::Reported => REPORTS_PER_MINUTE_MAX,
            Self::OverBudget => OVER_BUDGET_PER_MINUTE_MAX,
            Self::Connection => CONNECTIONS_PER_MINUTE_MAX,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reported => "what no honest peer sends",
            Self::OverBudget => "messages or requests beyond the budget",
            Self::Connection => "connections",
        }
    }
}

impl Source {
    fn new(now: Instant) -> Self {
        Self {
            budgets: [Bucket::full(now); Topic::ALL.len()],
            newest: [None; Lane::ALL.len()],
            offences: [Tally { since: now, count: 0 }; Offence::ALL.len()],
        }
    }

    /// True if somebody else delivers what the source sent long ago. Duplicates are only known for a while, and without
    /// this a neighbour could use up the source's budget with its own old messages. What the source delivers itself is
    /// no replay, and sets the number, also backwards: its clock, where the numbers begin, may have been corrected.
    fn is_replay(&mut self, arrival: &Arrival) -> bool {
        let newest = &mut self.newest[arrival.topic.lane().index()];
        let highest = match *newest {
            Some(newest) if !arrival.is_direct => {
                if arrival.sequence.saturating_add(REPLAY_DISTANCE_MAX) < newest {
                    return true;
                }
                newest.max(arrival.sequence)
            }
            _ => arrival.sequence,
        };
        *newest = Some(highest);
        false
    }
}

impl Conduct {
    /// Judges a message of a permitted source.
    pub(crate) fn judge(&mut self, arrival: &Arrival, now: Instant) -> Verdict {
        let source = self.sources.entry(arrival.source).or_insert_with(|| Source::new(now));
        if source.is_replay(arrival) {
            return Verdict::Replayed;
        }
        let time = arrival.topic.rate().time_of(arrival.bytes);
        if source.budgets[arrival.topic.index()].take(time, BURST_IN, now) {
            Verdict::Fine
        } else {
            Verdict::OverBudget
        }
    }

    /// Takes note of what a permitted peer did. True if that is more than can be put up with.
    pub(crate) fn note(&mut self, peer: PeerId, offence: Offence, now: Instant) -> bool {
        let source = self.sources.entry(peer).or_insert_with(|| Source::new(now));
        let tally = &mut source.offences[offence as usize];
        if now.duration_since(tally.since) >= OFFENCE_INTERVAL {
            *tally = Tally { since: now, count: 0 };
        }
        tally.count += 1;
        tally.count > offence.per_minute_max()
    }

    /// The peer gets no connection for a while, and then a fresh start.
    pub(crate) fn shut_out(&mut self, peer: Peer, now: Instant) {
        self.sources.remove(&peer.id);
        self.shut_out.insert(peer.id, ShutOut { peer, until: now + SHUT_OUT_TIME });
    }

    /// Notes the address at which a peer that is shut out is dialed later; true if it is shut out.
    pub(crate) fn readdress(&mut self, peer: &Peer) -> bool {
        self.shut_out.get_mut(&peer.id).map(|entry| entry.peer.address.clone_from(&peer.address)).is_some()
    }

    /// True if the peer is shut out.
    pub(crate) fn is_shut_out(&self, peer: &PeerId) -> bool {
        self.shut_out.contains_key(peer)
    }

    /// The number of peers that are shut out.
    pub(crate) fn shut_out_len(&self) -> usize {
        self.shut_out.len()
    }

    /// The peer is not permitted any more.
    pub(crate) fn forget(&mut self, peer: &PeerId) {
        self.sources.remove(peer);
        self.shut_out.remove(peer);
    }

    /// The next time at which [`Self::take_released`] has something to return.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.shut_out.values().map(|entry| entry.until).min()
    }

    /// The peers whose time outside is over.
    pub(crate) fn take_released(&mut self, now: Instant) -> Vec<Peer> {
        self.shut_out.extract_if(.., |_, entry| entry.until <= now).map(|(_, entry)| entry.peer).collect()
    }
}

#[cfg(test)]
mod tests;
