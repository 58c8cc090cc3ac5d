//! Every limit of the peer-to-peer network: sizes in bytes, counts, times.

use std::time::Duration;

use crate::Rate;

/// Peers on the allow-list: 64 validators (protocol, Limits), and as many others: candidates, followers, validators of
/// a later block than this node has, and those that its operator names.
pub const PEERS_MAX: usize = 128;

/// Guests: nodes that had a part on the network and have none any more.
pub const GUESTS_MAX: usize = 32;

/// Connections to one peer. Two, because both sides may dial at the same moment, and because a
/// restarted peer must get in while its old connection is not yet known to be dead.
pub const CONNECTIONS_PER_PEER_MAX: u32 = 2;

/// Established connections in total, those of guests included.
pub const CONNECTIONS_MAX: u32 = PEERS_MAX as u32 * CONNECTIONS_PER_PEER_MAX;

/// Incoming connections that have not finished their handshake. Strangers can use these up,
/// which is why both sides of a pair dial.
pub const PENDING_INCOMING_MAX: u32 = 64;

/// Outgoing connections that have not finished their handshake.
pub const PENDING_OUTGOING_MAX: u32 = PEERS_MAX as u32;

/// Time for TCP, Noise and Yamux together, incoming and outgoing.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Time for sending what is queued before a connection is closed.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Time for a connected peer to subscribe to what it has to hear by its part; then the connection is dropped.
pub const SUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections live for as long as both ends do: ten years without traffic.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Time between two pings on a connection.
pub const PING_INTERVAL: Duration = Duration::from_secs(2);

/// Time to answer a ping. A dead peer is dropped after the second failure, within 20 s.
pub const PING_TIMEOUT: Duration = Duration::from_secs(4);

/// First wait before dialing a peer again; doubles with every failure.
pub const REDIAL_MIN: Duration = Duration::from_millis(250);

/// Longest wait before dialing a peer again.
pub const REDIAL_MAX: Duration = Duration::from_secs(4);

/// Head start of the peer with the higher id, which normally dials.
pub const REDIAL_DEFER: Duration = Duration::from_secs(1);

/// One gossip frame: a message with its envelope, or control messages.
pub const FRAME_BYTES_MAX: usize = 1 << 20;

/// The bytes that gossipsub adds to a message: source, sequence number, topic, signature.
pub const ENVELOPE_BYTES_MAX: usize = 1 << 10;

/// Message on [`Topic::Consensus`](crate::Topic::Consensus): a vote or a proposal.
pub const CONSENSUS_BYTES_MAX: usize = 64 << 10;

/// Message on [`Topic::Liveness`](crate::Topic::Liveness): a vote or a certificate with up to 64 signatures.
pub const LIVENESS_BYTES_MAX: usize = 64 << 10;

/// Message on [`Topic::Parts`](crate::Topic::Parts): a part of up to 256 KiB and its framing.
pub const PART_BYTES_MAX: usize = 512 << 10;

/// Message on [`Topic::Status`](crate::Topic::Status) and [`Topic::Tips`](crate::Topic::Tips).
pub const STATUS_BYTES_MAX: usize = 4 << 10;

/// Message on [`Topic::Transactions`](crate::Topic::Transactions): one transaction or several.
pub const TRANSACTIONS_BYTES_MAX: usize = 256 << 10;

/// The limit of what one node sends on [`Topic::Consensus`](crate::Topic::Consensus). At twenty blocks a second an
/// honest one casts forty votes of some 200 bytes and makes at most twenty proposals; ten times that, for rounds that
/// fail and for repetition. The check of so many votes costs a few per cent of a core.
pub const CONSENSUS_RATE: Rate = Rate { messages_per_s: 400, bytes_per_s: 512 << 10 };

/// The limit of what one node sends on [`Topic::Liveness`](crate::Topic::Liveness): a vote and at most two certificates
/// per second and round, each of up to 64 signatures, some 7 KiB.
pub const LIVENESS_RATE: Rate = Rate { messages_per_s: 100, bytes_per_s: 1 << 20 };

/// The limit of what one node sends on [`Topic::Parts`](crate::Topic::Parts): a proposer that makes eight blocks of 4
/// MiB a second all alone, in parts of 128 KiB, or a part each of five hundred small ones.
pub const PARTS_RATE: Rate = Rate { messages_per_s: 512, bytes_per_s: 32 << 20 };

/// The limit of what one node sends on [`Topic::Status`](crate::Topic::Status), where it says one message of a hundred
/// bytes a second, and on [`Topic::Tips`](crate::Topic::Tips), where it says ten at most.
pub const STATUS_RATE: Rate = Rate { messages_per_s: 100, bytes_per_s: 64 << 10 };

/// The limit of what one node sends on [`Topic::Transactions`](crate::Topic::Transactions): twice the 20,000
/// transactions of 200 bytes a second of a whole network, should all clients use one node. Transactions that arrive
/// together travel together, and 5,000 messages are the four nodes' shares with every transaction alone. An honest node
/// keeps to this by itself, since it is its clients who decide what comes: what it can't publish it publishes again
/// later.
pub const TRANSACTIONS_RATE: Rate = Rate { messages_per_s: 5_000, bytes_per_s: 8 << 20 };

/// The part of its rate's messages that a node publishes at once, on the topic where it limits itself.
pub const BURST_OUT: Duration = Duration::from_secs(2);

/// The part of a source's rate that is taken at once: its own burst, what may wait for [`PUBLISH_WAIT_MAX`] and then
/// arrive together, and some more, so that nobody who keeps to the rates when sending is ever beyond them.
pub const BURST_IN: Duration = Duration::from_secs(10);

/// The greatest distance to its source's newest message of one that another peer delivers, by the count of the source's
/// messages on a lane. Duplicates are known for [`DUPLICATE_MEMORY`], so that many can be replayed in that time, which
/// is less than every topic's rate.
pub const REPLAY_DISTANCE_MAX: u64 = 4_096;

/// Messages, requests and responses of one peer per minute that the consumer reports. An honest peer of the same
/// version sends none; a few are put up with so that a single fault costs nobody a validator.
pub const REPORTS_PER_MINUTE_MAX: u64 = 10;

/// Messages and requests of one source per minute that are beyond its budget. An honest one sends none; this many cost
/// little.
pub const OVER_BUDGET_PER_MINUTE_MAX: u64 = 1_000;

/// Connections of one peer per minute. Two honest nodes dial each other every [`REDIAL_MAX`] while connections fail.
pub const CONNECTIONS_PER_MINUTE_MAX: u64 = 60;

/// Time for which what a peer did is counted.
pub const OFFENCE_INTERVAL: Duration = Duration::from_secs(60);

/// Time for which a peer that misbehaves is shut out.
pub const SHUT_OUT_TIME: Duration = Duration::from_secs(60);

/// Time between two lines in the log about the same peer and matter.
pub const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// Peers and matters about which there are lines in the log at the same time.
pub const WARNINGS_MAX: usize = PEERS_MAX * 8;

/// Messages waiting for one peer on the votes lane; half of it for our own, half for forwarded ones.
pub const VOTES_QUEUE_MAX: usize = 2048;

/// Messages waiting for one peer on the parts lane: eight blocks of 4 MiB in parts of 64 KiB.
pub const PARTS_QUEUE_MAX: usize = 1024;

/// Messages waiting for one peer on the transactions lane.
pub const TRANSACTIONS_QUEUE_MAX: usize = 2048;

/// Time a message of ours may wait for a slow peer before it is dropped.
pub const PUBLISH_WAIT_MAX: Duration = Duration::from_secs(5);

/// Time a message that we forward may wait for a slow peer before it is dropped.
pub const FORWARD_WAIT_MAX: Duration = Duration::from_secs(1);

/// Time between two rounds of mesh upkeep and of announcing recent messages.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(500);

/// Heartbeats for which a message is kept, for peers that ask for it: bounds the memory for
/// messages to two seconds of traffic.
pub const HISTORY_HEARTBEATS: usize = 4;

/// Heartbeats for which a message is announced.
pub const ANNOUNCE_HEARTBEATS: usize = 2;

/// Time for which message ids are remembered, so that a message is delivered once.
pub const DUPLICATE_MEMORY: Duration = Duration::from_secs(60);

/// Messages, and control messages, taken from one gossip frame; we send one per frame.
pub const MESSAGES_PER_FRAME_MAX: usize = 64;

/// Request body.
pub const REQUEST_BYTES_MAX: usize = 64 << 10;

/// Response body: a block of 4 MiB, or 2 MiB of smaller ones, with their certificates.
pub const RESPONSE_BYTES_MAX: usize = 5 << 20;

/// Time for a request and its response together, for both sides.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Request streams on one connection, both directions together.
pub const REQUEST_STREAMS_MAX: usize = 32;

/// Our requests without an answer yet.
pub const OUTBOUND_REQUESTS_MAX: usize = 64;

/// Requests of all peers that are not answered completely.
pub const INBOUND_REQUESTS_MAX: usize = 64;

/// Requests of one peer that are not answered completely.
pub const INBOUND_REQUESTS_PER_PEER_MAX: usize = 8;

/// Request body of the submissions protocol: a batch of transactions, as one gateway takes it at once, or most of it.
pub const SUBMISSION_BYTES_MAX: usize = 512 << 10;

/// Response body of the submissions protocol: a code for each transaction.
pub const SUBMISSION_ANSWER_BYTES_MAX: usize = 64 << 10;

/// [`REQUEST_TIMEOUT`] of the submissions protocol: whoever asks has gone to another node long before.
pub const SUBMISSION_TIMEOUT: Duration = Duration::from_secs(5);

/// [`REQUEST_STREAMS_MAX`] of the submissions protocol.
pub const SUBMISSION_STREAMS_MAX: usize = 16;

/// [`OUTBOUND_REQUESTS_MAX`] of the submissions protocol.
pub const SUBMISSIONS_OUTBOUND_MAX: usize = 64;

/// [`INBOUND_REQUESTS_MAX`] of the submissions protocol: at most so many times [`SUBMISSION_BYTES_MAX`] wait.
pub const SUBMISSIONS_INBOUND_MAX: usize = 64;

/// [`INBOUND_REQUESTS_PER_PEER_MAX`] of the submissions protocol.
pub const SUBMISSIONS_INBOUND_PER_PEER_MAX: usize = 8;

/// Request body of the data protocol.
pub const DATA_REQUEST_BYTES_MAX: usize = 512 << 10;

/// Response body of the data protocol: the list of a large state's pieces.
pub const DATA_RESPONSE_BYTES_MAX: usize = 16 << 20;

/// [`REQUEST_TIMEOUT`] of the data protocol: answers wait for the budget of whoever asks.
pub const DATA_TIMEOUT: Duration = Duration::from_secs(30);

/// [`REQUEST_STREAMS_MAX`] of the data protocol.
pub const DATA_STREAMS_MAX: usize = 8;

/// [`OUTBOUND_REQUESTS_MAX`] of the data protocol.
pub const DATA_OUTBOUND_MAX: usize = 32;

/// [`INBOUND_REQUESTS_MAX`] of the data protocol.
pub const DATA_INBOUND_MAX: usize = 16;

/// [`INBOUND_REQUESTS_PER_PEER_MAX`] of the data protocol.
pub const DATA_INBOUND_PER_PEER_MAX: usize = 4;

/// Names of peers that are looked up at the same time.
pub const LOOKUPS_MAX: usize = 16;

/// Addresses of one name that are dialed.
pub const LOOKUP_ADDRESSES_MAX: usize = 8;

/// Commands waiting for the swarm task.
pub const COMMANDS_MAX: usize = 256;

/// Events in the consumer's channel.
pub const EVENTS_MAX: usize = 128;

/// Events waiting for room in the channel before the swarm stops reading from the network.
pub const EVENTS_WAITING_MAX: usize = 64;

/// Transactions waiting for room in the channel before further ones are dropped.
pub const TRANSACTIONS_WAITING_MAX: usize = 1024;

/// Requests refused on the spot whose events wait for room in the channel. Only a consumer
/// that sends thousands of hopeless requests without reading an event gets here.
pub const REFUSALS_WAITING_MAX: usize = 4096;
