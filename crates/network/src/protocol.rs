//! The protocols by which nodes ask each other.

use std::time::Duration;

use crate::limits;

/// A protocol of requests and responses, with streams, limits and budgets of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Blocks for those that catch up; between members only.
    Blocks,
    /// Transactions of a node without a vote, for one that has one; between members only.
    Submissions,
    /// Everything else that nodes give each other; guests may ask too.
    Data,
}

impl Protocol {
    /// Lower-case name, as in protocol names.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Blocks => "requests",
            Self::Submissions => "submissions",
            Self::Data => "data",
        }
    }

    /// Longest request, in bytes.
    pub const fn request_bytes_max(self) -> usize {
        match self {
            Self::Blocks => limits::REQUEST_BYTES_MAX,
            Self::Submissions => limits::SUBMISSION_BYTES_MAX,
            Self::Data => limits::DATA_REQUEST_BYTES_MAX,
        }
    }

    /// Longest response, in bytes.
    pub const fn response_bytes_max(self) -> usize {
        match self {
            Self::Blocks => limits::RESPONSE_BYTES_MAX,
            Self::Submissions => limits::SUBMISSION_ANSWER_BYTES_MAX,
            Self::Data => limits::DATA_RESPONSE_BYTES_MAX,
        }
    }

    /// Time for a request and its response together.
    pub const fn timeout(self) -> Duration {
        match self {
            Self::Blocks => limits::REQUEST_TIMEOUT,
            Self::Submissions => limits::SUBMISSION_TIMEOUT,
            Self::Data => limits::DATA_TIMEOUT,
        }
    }

    /// Streams on one connection, both directions together.
    pub(crate) const fn streams_max(self) -> usize {
        match self {
            Self::Blocks => limits::REQUEST_STREAMS_MAX,
            Self::Submissions => limits::SUBMISSION_STREAMS_MAX,
            Self::Data => limits::DATA_STREAMS_MAX,
        }
    }

    /// Requests of this node without an answer yet.
    pub const fn outbound_max(self) -> usize {
        match self {
            Self::Blocks => limits::OUTBOUND_REQUESTS_MAX,
            Self::Submissions => limits::SUBMISSIONS_OUTBOUND_MAX,
            Self::Data => limits::DATA_OUTBOUND_MAX,
        }
    }

    /// Requests of all peers that are not answered completely.
    pub const fn inbound_max(self) -> usize {
        match self {
            Self::Blocks => limits::INBOUND_REQUESTS_MAX,
            Self::Submissions => limits::SUBMISSIONS_INBOUND_MAX,
            Self::Data => limits::DATA_INBOUND_MAX,
        }
    }

    /// Requests of one peer that are not answered completely.
    pub const fn inbound_per_peer_max(self) -> usize {
        match self {
            Self::Blocks => limits::INBOUND_REQUESTS_PER_PEER_MAX,
            Self::Submissions => limits::SUBMISSIONS_INBOUND_PER_PEER_MAX,
            Self::Data => limits::DATA_INBOUND_PER_PEER_MAX,
        }
    }
}
