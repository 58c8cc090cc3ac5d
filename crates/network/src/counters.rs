//! The counters of the swarm, for metrics and alerts.

use crate::Topic;

/// Traffic on one topic since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicCounters {
    /// Messages received, without duplicates.
    pub messages_in: u64,
    /// Bytes of the messages received.
    pub bytes_in: u64,
    /// Messages published by this node.
    pub messages_out: u64,
    /// Bytes of the messages published, counted once however many peers there are.
    pub bytes_out: u64,
    /// Messages dropped because the consumer was too slow; transactions only.
    pub dropped_in: u64,
    /// Messages not published because they were too long or every queue was full.
    pub dropped_out: u64,
}

/// The counts of what a permitted peer has done wrong since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OffenceCounters {
    /// Gossip messages dropped because their source sent more than its budget, see [`Topic::rate`], and requests
    /// refused because too many were open.
    pub over_budget: u64,
    /// Messages, requests and responses that no honest peer sends, see [`crate::Network::report`].
    pub reported: u64,
    /// Times that it was shut out for [`crate::limits::SHUT_OUT_TIME`].
    pub shut_outs: u64,
}

/// A snapshot of everything counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    topics: [TopicCounters; Topic::ALL.len()],
    /// Bytes that have come in over all sockets: everything, handshakes and what encryption adds included.
    pub bytes_received: u64,
    /// Bytes that have gone out over all sockets.
    pub bytes_sent: u64,
    /// Connections refused because the peer is not on the allow-list.
    pub connections_refused: u64,
    /// Connections refused because there were too many.
    pub connections_limited: u64,
    /// Incoming connections that failed in the handshake: another network, no node at all, too slow.
    pub handshakes_failed: u64,
    /// Outgoing connections that failed.
    pub dials_failed: u64,
    /// Connections dropped because the peer stopped answering pings.
    pub pings_failed: u64,
    /// Connections dropped because the peer did not subscribe to every topic.
    pub unsubscribed: u64,
    /// Gossip messages refused: source not on the allow-list or shut out, or too long.
    pub messages_refused: u64,
    /// Gossip messages dropped because somebody sent them again long after their source did.
    pub messages_replayed: u64,
    /// Gossip messages, ours or forwarded, that a slow peer did not get.
    pub messages_lost: u64,
    /// Requests of peers passed to the consumer.
    pub requests_in: u64,
    /// Requests of peers refused because too many were open.
    pub requests_refused: u64,
    /// Requests of ours sent.
    pub requests_out: u64,
    /// Requests of ours without an answer, for whatever reason.
    pub requests_failed: u64,
    /// Bytes of requests and responses received.
    pub request_bytes_in: u64,
    /// Bytes of requests and responses sent.
    pub request_bytes_out: u64,
    /// Messages, requests and responses of this node not sent because they were too long.
    pub oversized: u64,
    /// Failed-request events dropped because the consumer reads none; see
    /// [`crate::limits::REFUSALS_WAITING_MAX`].
    pub events_dropped: u64,
}

impl Counters {
    /// The traffic on one topic.
    pub fn topic(&self, topic: Topic) -> TopicCounters {
        self.topics[topic.index()]
    }

    pub(crate) fn topic_mut(&mut self, topic: Topic) -> &mut TopicCounters {
        &mut self.topics[topic.index()]
    }
}
