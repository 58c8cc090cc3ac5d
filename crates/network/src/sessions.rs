//! Connected peers, and which of them have subscribed to everything.
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
    /// The time to give up; `None` once the peer is ready or given up.
    deadline: Option<Instant>,
}

impl Session {
    fn is_ready(&self) -> bool {
        self.subscribed.len() == Topic::ALL.len()
    }
}

impl Sessions {
    /// The first connection to the peer is established.
    pub(crate) fn open(&mut self, peer: PeerId, now: Instant) {
        self.0.entry(peer).or_insert(Session { subscribed: BTreeSet::new(), deadline: Some(now + SUBSCRIBE_TIMEOUT) });
    }

    /// The peer subscribed to a topic. True if that makes it ready.
    pub(crate) fn subscribe(&mut self, peer: &PeerId, topic: Topic) -> bool {
        let Some(session) = self.0.get_mut(peer) else {
            return false;
        };
        let newly_ready = session.subscribed.insert(topic) && session.is_ready();
        if newly_ready {
            session.deadline = None;
        }
        newly_ready
    }

    /// True if the peer has subscribed to all topics.
    pub(crate) fn is_ready(&self, peer: &PeerId) -> bool {
        self.0.get(peer).is_some_and(Session::is_ready)
    }

    /// The last connection to the peer is closed. True if the peer was ready.
    pub(crate) fn close(&mut self, peer: &PeerId) -> bool {
        self.0.remove(peer).is_some_and(|session| session.is_ready())
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
