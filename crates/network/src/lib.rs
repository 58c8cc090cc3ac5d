//! The permissioned libp2p swarm: TCP, Noise, Yamux, gossipsub and request-response between the nodes of one network.
//!
//! This crate knows bytes, topics and peers. What the bytes mean is the business of the crate that bridges it to the
//! consensus engine.
//!
//! # Who may connect
//!
//! A peer that is not on the allow-list completes no connection. The network id is part of the Noise handshake, of
//! every protocol name and of every topic name, so that nodes of two networks can't even shake hands.
//! [`Event::Connected`] is only reported once the peer has subscribed to all topics that it has to hear by its part:
//! from then on what is published reaches it.
//!
//! *Followers* ([`Network::followers`]) have no part in consensus, and no votes, parts or transactions go over their
//! connections, in neither direction: they hear how far the others are, ask for blocks, and hand in transactions by
//! [`Protocol::Submissions`]. So what a follower costs a proposer doesn't grow with what it proposes at that moment,
//! and a follower that floods has nothing to flood but heights and requests, which have budgets.
//!
//! A peer that had a part and has none any more may be let in as a *guest* ([`Network::guests`]): it may ask by
//! [`Protocol::Data`], and hears nothing else. That is how it learns what has become of it. Whoever doesn't let this
//! node take part is in [`Network::reached`] for a few seconds, which is enough to be asked.
//!
//! Names in addresses are looked up by the operating system, on threads that nobody waits for, whenever a peer is
//! dialed.
//!
//! # How messages travel
//!
//! Networks are small and fully connected, so a publisher sends every message straight to every peer. Topics are split
//! over four *lanes*, each a gossipsub of its own with its own queues and its own stream per peer: votes
//! ([`Topic::Consensus`], [`Topic::Liveness`]), heights ([`Topic::Status`], [`Topic::Tips`]), [`Topic::Parts`] and
//! [`Topic::Transactions`]. A flood of transactions or a large block therefore fills its own queue and never that of
//! the votes. Votes are also forwarded through a mesh, so that they survive a broken link at once; the two bulky
//! lanes repair a broken link lazily (announce, then fetch on request) and don't send a block several times. Heights go
//! to the peers and no further: whoever hears that a node has a block asks that node for it, over the same link.
//!
//! Requests have protocols of their own ([`Protocol`]), with streams, limits and time-outs of their own, so that
//! whoever fetches a lot of one kind doesn't use up the other.
//!
//! # Back-pressure
//!
//! The event channel is bounded. The swarm task never waits for the consumer: it serves commands always, and stops
//! reading from the network while more than a few events wait for the consumer, which slows the peers down through TCP.
//! So nothing that consensus needs is dropped on its way to the consumer, and a consumer that awaits
//! [`Network::publish`] or [`Network::request`] between two events can't deadlock. Only transactions are dropped when
//! too many wait, and counted: their submitters try again. While the swarm does not read, its connections stand still
//! in both directions: what is published waits as for a slow peer, and a consumer that reads nothing for some 20 s
//! looks dead to its peers, which disconnect it.
//!
//! Towards a peer that reads too slowly, each lane drops what its queue can't hold or what has waited for
//! [`limits::PUBLISH_WAIT_MAX`], and counts it: consensus repeats its votes, and a node left behind catches up by sync.
//!
//! # Peers that misbehave
//!
//! Each permitted source has a budget per topic ([`Topic::rate`]); what is beyond it is dropped and not passed on. A
//! source that keeps sending far beyond it, or what the consumer can't decode ([`Network::report`]), or that connects
//! all the time, is shut out for [`limits::SHUT_OUT_TIME`]: it looks disconnected, and its messages are refused whoever
//! passes them on. A message is signed by its source, so the neighbour that passes it on is not to blame, and what
//! another peer replays is not charged to its source.
//!
//! # Logging
//!
//! What a peer can provoke is logged once a minute at most, with the number of times ([`Warnings`]).
//!
//! At level `warn` libp2p's gossipsub prints whole messages, blocks included, when a queue is full. Use
//! `libp2p_gossipsub=error`; this crate reports the same as one line and counts it.

mod behaviour;
mod budget;
mod codec;
mod conduct;
mod config;
mod counters;
mod dial;
mod dialing;
mod event;
mod gossip;
mod handle;
pub mod limits;
mod members;
mod offences;
mod outbox;
mod permits;
mod protocol;
mod requests;
mod resolve;
mod sessions;
mod swarm;
mod topic;
mod transport;
mod warnings;
mod wire;

#[cfg(test)]
mod tests;

pub use budget::{Bucket, Rate};
pub use config::{Identity, NetworkConfig, NetworkError, Peer, peer_id_of};
pub use counters::{Counters, OffenceCounters, TopicCounters};
pub use event::{Event, InboundRequest, OutboundRequest, RequestFailure};
pub use handle::{Command, Network, Stopped};
pub use libp2p::{Multiaddr, PeerId};
pub use protocol::Protocol;
pub use swarm::start;
pub use topic::Topic;
pub use warnings::Warnings;
