//! The engine's network actor, over our own swarm: what the engine says goes out as bytes on topics and requests, what
//! peers say comes in as the engine's events (ARCHITECTURE.md, A transaction's way).

use std::fmt::Display;
use std::sync::Arc;

use arc_malachitebft_app_channel::NetworkMsg as AppNetworkMsg;
use arc_malachitebft_app_channel::app::types::PeerId as EnginePeerId;
use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::{LivenessMsg, SignedConsensusMsg};
use arc_malachitebft_core_types::SignedVote;
use arc_malachitebft_engine::network::{NetworkEvent, NetworkMsg, NetworkRef, Status as PeerStatus};
use arc_malachitebft_engine::util::output_port::OutputPort;
use arc_malachitebft_engine::util::streaming::StreamMessage;
use arc_malachitebft_sync::{OutboundFailureReason, OutboundRequestId, Request, Response, Status};
use async_trait::async_trait;
use lojal_network::{Event, InboundRequest, Multiaddr, Network, PeerId, Protocol, RequestFailure, Topic, Warnings};
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr};
use tokio::sync::{mpsc, watch};

use crate::codec::BorshCodec;
use crate::context::{Context, Part};
use crate::data::Question;
use crate::enquiries::Enquiries;
use crate::forgery::Forgery;
use crate::mempool::{Mempool, read_message};
use crate::progress::Progress;
use crate::serving::{Asked, Desks, Wanted};
use crate::signing::UNSIGNED;

/// Events that the engine's port holds for a slow subscriber; it drops beyond that, so it is generous.
const PORT_CAPACITY: usize = 4_096;
/// The engine's actors that subscribe: consensus and sync.
const SUBSCRIBERS: usize = 2;
/// Messages of the application on their way to the network.
const APP_QUEUE: usize = 64;

type Port = Arc<OutputPort<NetworkEvent<Context>>>;

/// The started actor.
pub struct Bridge {
    /// The actor that the engine talks to.
    pub actor: NetworkRef<Context>,
    /// The channel through which the application publishes parts.
    pub app: mpsc::Sender<AppNetworkMsg<Context>>,
    network: Network,
    port: Port,
    subscribed: watch::Receiver<usize>,
}

struct BridgeActor {
    network: Network,
    port: Port,
    subscribed: watch::Sender<usize>,
    listening: Multiaddr,
}

impl Bridge {
    /// Starts the actor. Events of the network flow once [`Bridge::forward`] runs.
    ///
    /// # Errors
    /// When the actor can't be started.
    pub async fn start(network: Network, listening: Multiaddr) -> Result<Self, SpawnErr> {
        let port: Port = Arc::new(OutputPort::with_capacity(PORT_CAPACITY));
        let (subscribed, subscriptions) = watch::channel(0);
        let bridge = BridgeActor { network: network.clone(), port: port.clone(), subscribed, listening };
        let (actor, _) = Actor::spawn(None, bridge, ()).await?;
        let (app, mut messages) = mpsc::channel::<AppNetworkMsg<Context>>(APP_QUEUE);
        let engine = actor.clone();
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                if engine.cast(message.into()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { actor, app, network, port, subscribed: subscriptions })
    }

    /// Forwards the network's events, from the moment on that the engine listens, until the network stops.
    pub(crate) async fn forward(mut self, events: &mut mpsc::Receiver<Event>, listeners: Listeners) {
        if self.subscribed.wait_for(|count| *count >= SUBSCRIBERS).await.is_err() {
            return;
        }
        let mut translator = Translator::new(listeners);
        while let Some(event) = events.recv().await {
            if let Some(event) = translator.translate(event).await {
                self.port.send(event);
            }
            if let Some(peer) = translator.to_blame.take()
                && self.network.report(peer).await.is_err()
            {
                return;
            }
            if let Some(id) = translator.to_refuse.take()
                && self.network.reject(id).await.is_err()
            {
                return;
            }
        }
    }
}

#[async_trait]
impl Actor for BridgeActor {
    type Msg = NetworkMsg<Context>;
    type State = ();
    type Arguments = ();

    async fn pre_start(&self, _: ActorRef<Self::Msg>, (): ()) -> Result<(), ActorProcessingErr> {
        Ok(())
    }

    async fn handle(&self, _: ActorRef<Self::Msg>, message: Self::Msg, (): &mut ()) -> Result<(), ActorProcessingErr> {
        let network = &self.network;
        if is_held_back(&message) {
            return Ok(());
        }
        match message {
            NetworkMsg::Subscribe(subscriber) => {
                // The engine starts with the first address that it hears of.
                subscriber.send(NetworkEvent::Listening(self.listening.clone()));
                subscriber.subscribe_to_port(&self.port);
                self.subscribed.send_modify(|count| *count += 1);
            }
            NetworkMsg::PublishConsensusMsg(message) => network.publish(Topic::Consensus, encode(&message)?).await?,
            NetworkMsg::PublishLivenessMsg(message) => network.publish(Topic::Liveness, encode(&message)?).await?,
            NetworkMsg::PublishProposalPart(message) => network.publish(Topic::Parts, encode(&message)?).await?,
            NetworkMsg::BroadcastStatus(PeerStatus { tip_height, history_min_height }) => {
                let peer_id = engine_id(network.local_peer_id());
                let status = Status::<Context> { peer_id, tip_height, history_min_height };
                network.publish(Topic::Status, encode(&status)?).await?;
            }
            NetworkMsg::OutgoingRequest(peer, request, reply) => {
                let peer = PeerId::from_bytes(&peer.to_bytes())?;
                let id = network.request(peer, encode(&request)?).await?;
                // A sync actor that is gone needs no id.
                let _ = reply.send(OutboundRequestId::new(id));
            }
            NetworkMsg::DumpState(reply) => {
                let _ = reply.send(None);
            }
            // Requests end by their own time-out, and those of peers don't reach the engine; who may connect, and who
            // validates, is the ledger's business.
            NetworkMsg::CancelRequest(_)
            | NetworkMsg::OutgoingResponse(..)
            | NetworkMsg::CancelInboundRequest(_)
            | NetworkMsg::UpdatePersistentPeers(..)
            | NetworkMsg::UpdateValidatorSet(_)
            | NetworkMsg::ValidatorProofVerified { .. }
            | NetworkMsg::NewEvent(_) => {}
        }
        Ok(())
    }
}

/// True for what the guard has not signed.
fn is_held_back(message: &NetworkMsg<Context>) -> bool {
    match message {
        NetworkMsg::PublishConsensusMsg(SignedConsensusMsg::Vote(vote))
        | NetworkMsg::PublishLivenessMsg(LivenessMsg::Vote(vote)) => vote.signature == UNSIGNED,
        NetworkMsg::PublishConsensusMsg(SignedConsensusMsg::Proposal(proposal)) => proposal.signature == UNSIGNED,
        _ => false,
    }
}

fn encode<T>(message: &T) -> Result<Vec<u8>, std::io::Error>
where
    BorshCodec: Codec<T, Error = std::io::Error>,
{
    BorshCodec.encode(message).map(Vec::from)
}

/// The engine's form of a peer id.
pub(crate) fn engine_id(peer: PeerId) -> EnginePeerId {
    EnginePeerId::from_bytes(&peer.to_bytes()).expect("both are the multihash of the peer's key")
}

/// Our form of a peer id of the engine.
pub(crate) fn our_id(peer: EnginePeerId) -> PeerId {
    PeerId::from_bytes(&peer.to_bytes()).expect("both are the multihash of the peer's key")
}

/// The listeners to what peers say, beside the engine.
pub(crate) struct Listeners {
    pub(crate) progress: Progress,
    pub(crate) mempool: Mempool,
    /// The ways to those who answer peers.
    pub(crate) desks: Desks,
    /// Whoever has asked something beside the engine.
    pub(crate) enquiries: Enquiries,
    pub(crate) forgery: Forgery,
}

/// Reads what peers say.
struct Translator {
    progress: Progress,
    mempool: Mempool,
    desks: Desks,
    enquiries: Enquiries,
    forgery: Forgery,
    warnings: Warnings<PeerId>,
    /// The sender of what was read last, if no honest peer sends that.
    to_blame: Option<PeerId>,
    /// The request that was read last, if too many wait.
    to_refuse: Option<InboundRequest>,
}

impl Translator {
    fn new(listeners: Listeners) -> Self {
        let Listeners { progress, mempool, desks, enquiries, forgery } = listeners;
        let warnings = Warnings::default();
        Self { progress, mempool, desks, enquiries, forgery, warnings, to_blame: None, to_refuse: None }
    }

    async fn translate(&mut self, event: Event) -> Option<NetworkEvent<Context>> {
        match event {
            Event::Listening(address) => Some(NetworkEvent::Listening(address)),
            Event::Connected(peer) => {
                self.progress.connected(peer, true);
                Some(NetworkEvent::PeerConnected(engine_id(peer)))
            }
            Event::Disconnected(peer) => {
                self.progress.connected(peer, false);
                Some(NetworkEvent::PeerDisconnected(engine_id(peer)))
            }
            Event::Message { topic: Topic::Transactions, source, data, .. } => {
                match read_message(&data) {
                    Some(transactions) => self.mempool.receive(source, transactions),
                    None => self.blame(source, "undecodable", &"transactions are not as a node writes them"),
                }
                None
            }
            Event::Message { topic, from, source, data } => self.translate_message(topic, from, source, data).await,
            Event::Request { id, peer, protocol: Protocol::Blocks, data } => {
                let Request::ValueRequest(request): Request<Context> = self.decode(data, peer)?;
                let (start, end) = (request.range.start().0, request.range.end().0);
                self.pass_on(Asked { id, peer, wanted: Wanted::Blocks { start, end } });
                None
            }
            Event::Request { id, peer, protocol: Protocol::Data, data } => {
                match Question::decode(&data) {
                    Ok(question) => self.pass_on(Asked { id, peer, wanted: Wanted::Data(question) }),
                    Err(error) => {
                        self.blame(peer, "undecodable", &error);
                        self.to_refuse = Some(id);
                    }
                }
                None
            }
            Event::Response { id, data, .. } if self.enquiries.has(id) => {
                self.enquiries.answered(id, Some(data));
                None
            }
            Event::RequestFailed { id, .. } if self.enquiries.has(id) => {
                self.enquiries.answered(id, None);
                None
            }
            Event::Response { id, peer, data } => {
                let response: Option<Response<Context>> = self.decode(data, peer);
                if let Some(Response::ValueResponse(blocks)) = &response {
                    self.progress
                        .sent(peer, blocks.start_height.0.get()..=blocks.end_height().map_or(0, |it| it.0.get()));
                }
                Some(NetworkEvent::SyncResponse(OutboundRequestId::new(id), engine_id(peer), response))
            }
            Event::RequestFailed { id, peer, reason } => {
                tracing::debug!(%peer, %reason, "a request to a peer failed");
                Some(NetworkEvent::SyncRequestFailed(OutboundRequestId::new(id), engine_id(peer), failure(&reason)))
            }
        }
    }

    async fn translate_message(
        &mut self,
        topic: Topic,
        from: PeerId,
        source: PeerId,
        data: Vec<u8>,
    ) -> Option<NetworkEvent<Context>> {
        let neighbour = engine_id(from);
        match topic {
            Topic::Consensus => Some(match self.decode(data, source)? {
                SignedConsensusMsg::<Context>::Vote(vote) => self.vote(neighbour, source, vote)?,
                SignedConsensusMsg::Proposal(proposal) => {
                    if self.forgery.is_proposal(source, &proposal) {
                        return self.forged(source, "a proposal that nobody signed");
                    }
                    self.progress.votes_on(source, proposal.message.height.0);
                    NetworkEvent::Proposal(neighbour, proposal)
                }
            }),
            Topic::Liveness => Some(match self.decode(data, source)? {
                LivenessMsg::<Context>::Vote(vote) => self.vote(neighbour, source, vote)?,
                LivenessMsg::PolkaCertificate(certificate) => {
                    if self.forgery.is_polka(&certificate).await {
                        return self.forged(source, "a certificate of a block that doesn't hold");
                    }
                    NetworkEvent::PolkaCertificate(neighbour, certificate)
                }
                LivenessMsg::SkipRoundCertificate(certificate) => {
                    if self.forgery.is_round(&certificate).await {
                        return self.forged(source, "a certificate of a round that doesn't hold");
                    }
                    NetworkEvent::RoundCertificate(neighbour, certificate)
                }
            }),
            Topic::Parts => {
                let part: StreamMessage<Part> = self.decode(data, source)?;
                Some(NetworkEvent::ProposalPart(neighbour, Some(engine_id(source)), part))
            }
            Topic::Status => {
                let status: Status<Context> = self.decode(data, source)?;
                self.progress.works_on(source, status.tip_height.0.next());
                // The engine takes one without a block for one that has nothing to give, for ever.
                if status.tip_height.0 == lojal_types::Height::GENESIS {
                    return None;
                }
                let content = PeerStatus::new(status.tip_height, status.history_min_height);
                Some(NetworkEvent::Status(engine_id(source), content))
            }
            Topic::Transactions => None,
        }
    }

    /// Hands a request to whoever answers it, or refuses it if too many wait.
    fn pass_on(&mut self, asked: Asked) {
        let (id, answers) = match asked.wanted {
            Wanted::Blocks { .. } => (asked.id, &self.desks.blocks),
            Wanted::Data(_) => (asked.id, &self.desks.data),
        };
        if answers.try_send(asked).is_err() {
            self.to_refuse = Some(id);
        }
    }

    /// Bytes of a peer; what can't be decoded is dropped, and the peer reported, since only it can be to blame.
    fn decode<T>(&mut self, bytes: Vec<u8>, from: PeerId) -> Option<T>
    where
        BorshCodec: Codec<T, Error = std::io::Error>,
    {
        BorshCodec.decode(bytes.into()).inspect_err(|error| self.blame(from, "undecodable", error)).ok()
    }

    /// A vote, unless nobody signed it.
    fn vote(
        &mut self,
        neighbour: EnginePeerId,
        source: PeerId,
        vote: SignedVote<Context>,
    ) -> Option<NetworkEvent<Context>> {
        if self.forgery.is_vote(source, &vote) {
            return self.forged(source, "a vote that nobody signed");
        }
        self.progress.votes_on(source, vote.message.height.0);
        Some(NetworkEvent::Vote(neighbour, vote))
    }

    fn forged(&mut self, source: PeerId, what: &'static str) -> Option<NetworkEvent<Context>> {
        self.blame(source, "forged", &what);
        None
    }

    fn blame(&mut self, peer: PeerId, what: &'static str, reason: &dyn Display) {
        self.to_blame = Some(peer);
        if let Some(count) = self.warnings.count(peer, what) {
            tracing::warn!(from = %peer, what, %reason, count, "a peer sent what no honest peer sends");
        }
    }
}

fn failure(reason: &RequestFailure) -> OutboundFailureReason {
    match reason {
        RequestFailure::NotConnected => OutboundFailureReason::DialFailure,
        RequestFailure::ConnectionClosed => OutboundFailureReason::ConnectionClosed,
        RequestFailure::Timeout => OutboundFailureReason::Timeout,
        RequestFailure::Unsupported => OutboundFailureReason::UnsupportedProtocols,
        RequestFailure::Refused
        | RequestFailure::Malformed(_)
        | RequestFailure::TooLong
        | RequestFailure::TooMany
        | RequestFailure::Stream(_) => OutboundFailureReason::Io,
    }
}

#[cfg(test)]
mod tests;
