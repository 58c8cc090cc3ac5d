//! The protocols of the swarm and their settings.

use std::collections::HashSet;

use libp2p::allow_block_list::{self, AllowedPeers};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::gossipsub::{self, MessageAuthenticity, MessageId, ValidationMode, Version, WhitelistSubscriptionFilter};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{StreamProtocol, ping};
use sha2::{Digest, Sha256};

use crate::codec::ByteCodec;
use crate::members::{Gate, Gossip, Spoken, Voting};
use crate::topic::{Lane, Names};
use crate::{NetworkError, Protocol, Topic, limits};

/// Everything that runs over a connection. The allow-list comes first: the others never hear of a stranger. The
/// members' protocols are the last that may refuse a connection: what they know of is one that nobody refuses any more.
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    pub(crate) allowed: allow_block_list::Behaviour<AllowedPeers>,
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    pub(crate) members: Gate<Spoken>,
    data: request_response::Behaviour<ByteCodec>,
}

impl Behaviour {
    pub(crate) fn new(keypair: &Keypair, names: &Names) -> Result<Self, NetworkError> {
        let limits = ConnectionLimits::default()
            .with_max_pending_incoming(Some(limits::PENDING_INCOMING_MAX))
            .with_max_pending_outgoing(Some(limits::PENDING_OUTGOING_MAX))
            .with_max_established_per_peer(Some(limits::CONNECTIONS_PER_PEER_MAX))
            .with_max_established(Some(limits::CONNECTIONS_MAX));
        let ping = ping::Config::new().with_interval(limits::PING_INTERVAL).with_timeout(limits::PING_TIMEOUT);
        Ok(Self {
            allowed: allow_block_list::Behaviour::default(),
            limits: connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::new(ping),
            members: Gate::new(Spoken {
                voting: Gate::new(Voting {
                    votes: gossip(keypair, names, Lane::Votes)?,
                    parts: gossip(keypair, names, Lane::Parts)?,
                    transactions: gossip(keypair, names, Lane::Transactions)?,
                }),
                heights: gossip(keypair, names, Lane::Heights)?,
                blocks: requests(names, Protocol::Blocks)?,
                submissions: requests(names, Protocol::Submissions)?,
            }),
            data: requests(names, Protocol::Data)?,
        })
    }

    /// The requests of a protocol.
    pub(crate) fn requests_mut(&mut self, protocol: Protocol) -> &mut request_response::Behaviour<ByteCodec> {
        match protocol {
            Protocol::Blocks => &mut self.members.inner.blocks,
            Protocol::Submissions => &mut self.members.inner.submissions,
            Protocol::Data => &mut self.data,
        }
    }

    /// The gossipsub that carries a topic.
    pub(crate) fn gossip_mut(&mut self, topic: Topic) -> &mut Gossip {
        let Spoken { voting, heights, .. } = &mut self.members.inner;
        match topic.lane() {
            Lane::Votes => &mut voting.inner.votes,
            Lane::Parts => &mut voting.inner.parts,
            Lane::Transactions => &mut voting.inner.transactions,
            Lane::Heights => heights,
        }
    }
}

fn requests(names: &Names, protocol: Protocol) -> Result<request_response::Behaviour<ByteCodec>, NetworkError> {
    let name = StreamProtocol::try_from_owned(names.request_protocol(protocol))
        .map_err(|error| setup("a request protocol", error))?;
    let config = request_response::Config::default()
        .with_request_timeout(protocol.timeout())
        .with_max_concurrent_streams(protocol.streams_max());
    Ok(request_response::Behaviour::with_codec(ByteCodec(protocol), [(name, ProtocolSupport::Full)], config))
}

fn gossip(keypair: &Keypair, names: &Names, lane: Lane) -> Result<Gossip, NetworkError> {
    let topics: HashSet<_> = lane.topics().map(|topic| names.topic(topic).hash()).collect();
    let mut gossip = Gossip::new_with_subscription_filter(
        MessageAuthenticity::Signed(keypair.clone()),
        gossip_config(names, lane)?,
        WhitelistSubscriptionFilter(topics),
    )
    .map_err(|error| setup("gossip", error))?;
    for topic in lane.topics().filter(|topic| topic.is_heard_by_voters()) {
        gossip.subscribe(names.topic(topic)).map_err(|error| setup("a gossip topic", error))?;
    }
    Ok(gossip)
}

fn gossip_config(names: &Names, lane: Lane) -> Result<gossipsub::Config, NetworkError> {
    let mut config = gossipsub::ConfigBuilder::default();
    config
        .protocol_id(names.gossip_protocol(lane), Version::V1_1)
        .validation_mode(ValidationMode::Strict)
        // Messages are passed on only after their source has been checked.
        .validate_messages()
        .flood_publish(true)
        .message_id_fn(message_id)
        .max_transmit_size(limits::FRAME_BYTES_MAX)
        .max_messages_per_rpc(Some(limits::MESSAGES_PER_FRAME_MAX))
        .heartbeat_initial_delay(limits::HEARTBEAT_INTERVAL)
        .heartbeat_interval(limits::HEARTBEAT_INTERVAL)
        .history_length(limits::HISTORY_HEARTBEATS)
        .history_gossip(limits::ANNOUNCE_HEARTBEATS)
        .duplicate_cache_time(limits::DUPLICATE_MEMORY)
        .publish_queue_duration(limits::PUBLISH_WAIT_MAX)
        .forward_queue_duration(limits::FORWARD_WAIT_MAX)
        .connection_handler_queue_len(match lane {
            Lane::Votes | Lane::Heights => limits::VOTES_QUEUE_MAX,
            Lane::Parts => limits::PARTS_QUEUE_MAX,
            Lane::Transactions => limits::TRANSACTIONS_QUEUE_MAX,
        });
    if lane != Lane::Votes {
        // No mesh: a publisher reaches every peer directly, and forwarding on top of that would
        // send each block part to each node several times.
        config.mesh_n(0).mesh_n_low(0).mesh_n_high(0).mesh_outbound_min(0);
        match lane {
            // A height is of use to those that are connected to its source: they can ask it for blocks.
            Lane::Heights => config.gossip_lazy(0).gossip_factor(0.0),
            // Recent messages are announced to all peers instead, and fetched by those that miss them.
            _ => config.gossip_lazy(limits::PEERS_MAX),
        };
    }
    for topic in lane.topics() {
        config.set_topic_max_transmit_size(
            names.topic(topic).hash(),
            topic.message_bytes_max() + limits::ENVELOPE_BYTES_MAX,
        );
    }
    config.build().map_err(|error| setup("the gossip settings", error))
}

/// The id that two equal messages share: the first 20 bytes of SHA-256(sequence number ‖ source ‖ topic). Short,
/// because announcements are lists of these.
fn message_id(message: &gossipsub::Message) -> MessageId {
    let mut hash = Sha256::new();
    hash.update(message.sequence_number.unwrap_or_default().to_be_bytes());
    if let Some(source) = &message.source {
        hash.update(source.to_bytes());
    }
    hash.update(message.topic.as_str());
    MessageId::new(&hash.finalize()[..20])
}

fn setup(what: &'static str, reason: impl ToString) -> NetworkError {
    NetworkError::Setup { what, reason: reason.to_string() }
}
