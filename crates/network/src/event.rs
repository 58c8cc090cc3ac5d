//! The events that the swarm tells its consumer.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use libp2p::{Multiaddr, PeerId};
use thiserror::Error;

use crate::{Protocol, Topic};

/// A request of a peer, to be answered with [`crate::Network::respond`] or
/// [`crate::Network::reject`] within [`Protocol::timeout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InboundRequest(pub(crate) u64);

/// A request of ours, answered by [`Event::Response`] or [`Event::RequestFailed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboundRequest(pub(crate) u64);

impl fmt::Display for InboundRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads what [`fmt::Display`] writes, for consumers that keep ids as text.
impl FromStr for InboundRequest {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for OutboundRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that happened on the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// This node accepts connections at the address.
    Listening(Multiaddr),
    /// The peer is connected and subscribed to all topics that it has to hear: what is published now reaches it.
    /// Messages and requests of the peer may come a little earlier than this.
    Connected(PeerId),
    /// A peer reported as connected is gone.
    Disconnected(PeerId),
    /// A message on a topic, delivered once however many peers pass it on.
    Message {
        /// The topic it was published on.
        topic: Topic,
        /// The neighbour that delivered it.
        from: PeerId,
        /// The permitted peer that published and signed it.
        source: PeerId,
        /// The message, at most [`Topic::message_bytes_max`] bytes.
        data: Vec<u8>,
    },
    /// A peer asks something.
    Request {
        /// Goes with the answer.
        id: InboundRequest,
        /// The peer that asks: a member, or in [`Protocol::Data`] a guest.
        peer: PeerId,
        /// The protocol by which it asks.
        protocol: Protocol,
        /// The request, at most [`Protocol::request_bytes_max`] bytes.
        data: Vec<u8>,
    },
    /// A peer answered.
    Response {
        /// As returned by [`crate::Network::request`].
        id: OutboundRequest,
        /// The peer that was asked.
        peer: PeerId,
        /// The response, at most [`Protocol::response_bytes_max`] bytes.
        data: Vec<u8>,
    },
    /// A request has definitely got no answer.
    RequestFailed {
        /// As returned by [`crate::Network::request`].
        id: OutboundRequest,
        /// The peer that was asked.
        peer: PeerId,
        /// The reason for it.
        reason: RequestFailure,
    },
}

/// A reason a request got no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestFailure {
    /// There is no connection to the peer.
    #[error("the peer is not connected")]
    NotConnected,
    /// The connection closed before the answer arrived.
    #[error("the connection to the peer closed before it answered")]
    ConnectionClosed,
    /// No answer within [`Protocol::timeout`].
    #[error("the peer did not answer in time")]
    Timeout,
    /// The peer speaks another version of the protocol.
    #[error("the peer does not speak this version of the request protocol: compare versions")]
    Unsupported,
    /// The peer closed the stream without an answer.
    #[error("the peer refused to answer")]
    Refused,
    /// The answer is longer than allowed, or ends too early.
    #[error("the peer's answer is malformed: {0}")]
    Malformed(String),
    /// Not sent: longer than [`Protocol::request_bytes_max`].
    #[error("the request is too long: split it")]
    TooLong,
    /// Not sent: [`Protocol::outbound_max`] requests are waiting for answers.
    #[error("too many requests are waiting for answers: try again when some have come")]
    TooMany,
    /// The stream failed.
    #[error("the stream to the peer failed: {0}")]
    Stream(String),
}
