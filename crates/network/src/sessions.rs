//! Connected peers, and which of them have subscribed to what they have to hear.
//!
//! Gossipsub sends its subscriptions on the first connection to a peer only. Whoever lacks a
//! subscription when the time is up, because the other side knew of an older connection,
//! closes the connection, and both start afresh.

use std::collections::{BTreeMap, BTreeSet};

use libp2p::PeerId;
use tokio::time::Instant;

use crate::Topic;
use crate::limits::SUBSCRIBE_TIMEOUT;

/// The peers with an established connection.
#[derive(Default)]
pub(crate) struct Sessions(BTreeMap<PeerId, Session>);

struct Session {
    subscribed: BTreeSet<Topic>,
    /// True if the peer and this node take part in consensus.
    votes: bool,
    /// The time to give up; `None` while nothing is lacking, or once the peer is given up.
    deadline: Option<Instant>,
    /// True if it has been told that the peer is ready.
    is_told: bool,
}

impl Session {
    fn needs(&self, topic: Topic) -> bool {
        if self.votes { topic.is_heard_by_voters() } else { topic.is_heard_by_all() }
    }

    fn is_ready(&self) -> bool {
        Topic::ALL.into_iter().all(|topic| !self.needs(topic) || self.subscribed.contains(&topic))
    }

    /// Takes note of a change. True if the peer is ready now, and wasn't before.
    fn settle(&mut self, now: Instant) -> bool {
        if !self.is_ready() {
            // One that isn't ready yet has its time already.
            if self.is_told && self.deadline.is_none() {
                self.deadline = Some(now + SUBSCRIBE_TIMEOUT);
            }
            return false;
        }
        self.deadline = None;
        !std::mem::replace(&mut self.is_told, true)
    }
}

impl Sessions {
    /// The first connection to the peer is established; with `votes` it and this node take part in consensus.
    pub(crate) fn open(&mut self, peer: PeerId, votes: bool, now: Instant) {
        self.0.entry(peer).or_insert(Session {
            subscribed: BTreeSet::new(),
            votes,
            deadline: Some(now + SUBSCRIBE_TIMEOUT),
            is_told: false,
        });
    }

    /// The peer subscribed to a topic. True if that makes it ready.
    pub(crate) fn subscribe(&mut self, peer: &PeerId, topic: Topic, now: Instant) -> bool {
        let Some(session) = self.0.get_mut(peer) else {
            return false;
        };
        session.subscribed.insert(topic) && session.settle(now)
    }

    /// The peer hears a topic no more. True if it has to.
    pub(crate) fn unsubscribe(&mut self, peer: &PeerId, topic: Topic) -> bool {
        let Some(session) = self.0.get_mut(peer) else {
            return false;
        };
        session.subscribed.remove(&topic);
        session.needs(topic)
    }

    /// Others take part in consensus than before: what peers lack for that is due within the usual time. Returns those
    /// that are ready now, and weren't before.
    pub(crate) fn judge(&mut self, votes: impl Fn(&PeerId) -> bool, now: Instant) -> Vec<PeerId> {
        let settle = |(peer, session): (&PeerId, &mut Session)| {
            session.votes = votes(peer);
            session.settle(now).then_some(*peer)
        };
        self.0.iter_mut().filter_map(settle).collect()
    }

    /// True if the peer has been ready since it connected.
    pub(crate) fn is_ready(&self, peer: &PeerId) -> bool {
        self.0.get(peer).is_some_and(|session| session.is_told)
    }

    /// The last connection to the peer is closed. True if the peer was ready.
    pub(crate) fn close(&mut self, peer: &PeerId) -> bool {
        self.0.remove(peer).is_some_and(|session| session.is_told)
    }

    /// The next time at which [`Self::take_expired`] has something to return.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.0.values().filter_map(|session| session.deadline).min()
    }

    /// The peers that should have subscribed by now, each returned once.
    pub(crate) fn take_expired(&mut self, now: Instant) -> Vec<PeerId> {
        let mut expired = Vec::new();
        for (peer, session) in &mut self.0 {
            if session.deadline.is_some_and(|deadline| deadline <= now) {
                session.deadline = None;
                expired.push(*peer);
            }
        }
        expired
    }
}

#[cfg(test)]
mod tests;
