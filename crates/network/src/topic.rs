//! Topics, and the lanes that carry them.

use libp2p::gossipsub::{IdentTopic, TopicHash};

use crate::{Protocol, Rate, limits};

/// The subject of a gossip message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Votes and proposals.
    Consensus,
    /// Repeated votes and certificates that get a stuck round moving.
    Liveness,
    /// Parts of proposed blocks.
    Parts,
    /// The height a node has reached.
    Status,
    /// Transactions on their way to a proposer.
    Transactions,
    /// The last block of a node as soon as it has one; followers alone hear it.
    Tips,
}

/// A gossipsub of its own: own queues and own streams, so that lanes don't wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Votes,
    Parts,
    Transactions,
    Heights,
}

impl Topic {
    /// All topics, in the order of their index.
    pub const ALL: [Self; 6] =
        [Self::Consensus, Self::Liveness, Self::Parts, Self::Status, Self::Transactions, Self::Tips];

    /// True if every node subscribes to it, whatever its part is, so that none is taken for connected before.
    pub(crate) const fn is_heard_by_all(self) -> bool {
        matches!(self, Self::Status)
    }

    /// True if those who take part in consensus subscribe to it.
    pub(crate) const fn is_heard_by_voters(self) -> bool {
        !matches!(self, Self::Tips)
    }

    /// Lower-case name, as in topic names, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consensus => "consensus",
            Self::Liveness => "liveness",
            Self::Parts => "parts",
            Self::Status => "status",
            Self::Transactions => "transactions",
            Self::Tips => "tips",
        }
    }

    /// Longest message on this topic, in bytes.
    pub const fn message_bytes_max(self) -> usize {
        match self {
            Self::Consensus => limits::CONSENSUS_BYTES_MAX,
            Self::Liveness => limits::LIVENESS_BYTES_MAX,
            Self::Parts => limits::PART_BYTES_MAX,
            Self::Status | Self::Tips => limits::STATUS_BYTES_MAX,
            Self::Transactions => limits::TRANSACTIONS_BYTES_MAX,
        }
    }

    /// The rate at which one node may send on this topic.
    pub const fn rate(self) -> Rate {
        match self {
            Self::Consensus => limits::CONSENSUS_RATE,
            Self::Liveness => limits::LIVENESS_RATE,
            Self::Parts => limits::PARTS_RATE,
            Self::Status | Self::Tips => limits::STATUS_RATE,
            Self::Transactions => limits::TRANSACTIONS_RATE,
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    pub(crate) const fn lane(self) -> Lane {
        match self {
            Self::Consensus | Self::Liveness => Lane::Votes,
            Self::Status | Self::Tips => Lane::Heights,
            Self::Parts => Lane::Parts,
            Self::Transactions => Lane::Transactions,
        }
    }
}

impl Lane {
    pub(crate) const ALL: [Self; 4] = [Self::Votes, Self::Parts, Self::Transactions, Self::Heights];

    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Votes => "votes",
            Self::Parts => "parts",
            Self::Transactions => "transactions",
            Self::Heights => "heights",
        }
    }

    pub(crate) fn topics(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(move |topic| topic.lane() == self)
    }
}

/// The names of topics and protocols on one network.
pub(crate) struct Names {
    prefix: String,
    topics: [IdentTopic; Topic::ALL.len()],
}

impl Names {
    pub(crate) fn new(network_id: &[u8; 32]) -> Self {
        let prefix = format!("/lojal/{}", hex::encode(network_id));
        let topics = Topic::ALL.map(|topic| IdentTopic::new(format!("{prefix}/{}/1", topic.name())));
        Self { prefix, topics }
    }

    pub(crate) fn topic(&self, topic: Topic) -> &IdentTopic {
        &self.topics[topic.index()]
    }

    /// The topic with this hash, unless it belongs to another network.
    pub(crate) fn topic_of(&self, hash: &TopicHash) -> Option<Topic> {
        Topic::ALL.into_iter().find(|topic| self.topic(*topic).hash() == *hash)
    }

    pub(crate) fn gossip_protocol(&self, lane: Lane) -> String {
        format!("{}/gossip/{}/1", self.prefix, lane.name())
    }

    pub(crate) fn request_protocol(&self, protocol: Protocol) -> String {
        format!("{}/{}/1", self.prefix, protocol.name())
    }
}

#[cfg(test)]
mod tests;
