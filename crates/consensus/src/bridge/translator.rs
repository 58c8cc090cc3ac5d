//! The words of peers, in the form in which the engine hears them.

use std::fmt::Display;

use arc_malachitebft_app_channel::app::types::PeerId as EnginePeerId;
use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::{LivenessMsg, SignedConsensusMsg};
use arc_malachitebft_core_types::SignedVote;
use arc_malachitebft_engine::network::{NetworkEvent, Status as PeerStatus};
use arc_malachitebft_engine::util::streaming::StreamMessage;
use arc_malachitebft_sync::{OutboundFailureReason, OutboundRequestId, Request, Response, Status};
use lojal_network::{Event, InboundRequest, PeerId, Protocol, RequestFailure, Topic, Warnings};

use crate::codec::BorshCodec;
use crate::context::{Context, Part};
use crate::data::Question;
use crate::enquiries::Enquiries;
use crate::forgery::Forgery;
use crate::membership::Membership;
use crate::mempool::{Mempool, read_message};
use crate::peer_ids::engine_id;
use crate::progress::Progress;
use crate::relay::Relay;
use crate::serving::{Asked, Desks, Wanted};
use crate::submissions::Submitted;

/// The listeners to what peers say, beside the engine.
#[derive(Clone)]
pub(crate) struct Listeners {
    pub(crate) progress: Progress,
    pub(crate) mempool: Mempool,
    /// The ways to those who answer peers.
    pub(crate) desks: Desks,
    /// Whoever has asked something beside the engine.
    pub(crate) enquiries: Enquiries,
    pub(crate) forgery: Forgery,
    pub(crate) membership: Membership,
    /// True if the engine signs.
    pub(crate) signs: bool,
}

/// Reads what peers say.
pub(super) struct Translator {
    listeners: Listeners,
    warnings: Warnings<PeerId>,
    /// The sender of what was read last, if no honest peer sends that.
    pub(super) to_blame: Option<PeerId>,
    /// The request that was read last, if too many wait.
    pub(super) to_refuse: Option<InboundRequest>,
    pub(super) relay: Relay,
}

impl Translator {
    pub(super) fn new(listeners: Listeners) -> Self {
        let relay = Relay::new(listeners.membership.clone());
        Self { listeners, warnings: Warnings::default(), to_blame: None, to_refuse: None, relay }
    }

    pub(super) async fn translate(&mut self, event: Event) -> Option<NetworkEvent<Context>> {
        match event {
            Event::Listening(address) => Some(NetworkEvent::Listening(address)),
            Event::Connected(peer) => {
                self.listeners.progress.connected(peer, true);
                Some(NetworkEvent::PeerConnected(engine_id(peer)))
            }
            Event::Disconnected(peer) => {
                self.listeners.progress.connected(peer, false);
                self.relay.forget(&peer);
                Some(NetworkEvent::PeerDisconnected(engine_id(peer)))
            }
            Event::Message { topic: Topic::Transactions, source, data, .. } => {
                match read_message(&data) {
                    Some(transactions) => self.listeners.mempool.receive(source, transactions),
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
            Event::Request { id, peer, protocol: Protocol::Submissions, data } => {
                if self.listeners.desks.submissions.try_send(Submitted { id, peer, data }).is_err() {
                    self.to_refuse = Some(id);
                }
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
            Event::Response { id, data, .. } if self.listeners.enquiries.has(id) => {
                self.listeners.enquiries.answered(id, Some(data));
                None
            }
            Event::RequestFailed { id, .. } if self.listeners.enquiries.has(id) => {
                self.listeners.enquiries.answered(id, None);
                None
            }
            Event::Response { id, peer, data } => {
                let response: Option<Response<Context>> = self.decode(data, peer);
                if let Some(Response::ValueResponse(blocks)) = &response {
                    self.listeners
                        .progress
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
                    if self.listeners.forgery.is_proposal(source, &proposal) {
                        return self.forged(source, "a proposal that nobody signed");
                    }
                    self.listeners.progress.votes_on(source, proposal.message.height.0);
                    NetworkEvent::Proposal(neighbour, proposal)
                }
            }),
            Topic::Liveness => Some(match self.decode(data, source)? {
                LivenessMsg::<Context>::Vote(vote) => self.vote(neighbour, source, vote)?,
                LivenessMsg::PolkaCertificate(certificate) => {
                    if self.listeners.forgery.is_polka(&certificate).await {
                        return self.forged(source, "a certificate of a block that doesn't hold");
                    }
                    NetworkEvent::PolkaCertificate(neighbour, certificate)
                }
                LivenessMsg::SkipRoundCertificate(certificate) => {
                    if self.listeners.forgery.is_round(&certificate).await {
                        return self.forged(source, "a certificate of a round that doesn't hold");
                    }
                    NetworkEvent::RoundCertificate(neighbour, certificate)
                }
            }),
            Topic::Parts => {
                let part: StreamMessage<Part> = self.decode(data, source)?;
                Some(NetworkEvent::ProposalPart(neighbour, Some(engine_id(source)), part))
            }
            Topic::Status | Topic::Tips => {
                let status: Status<Context> = self.decode(data, source)?;
                self.listeners.progress.has_blocks(source, status.history_min_height.0, status.tip_height.0);
                // The engine takes one without a block for one that has nothing to give, for ever. And one that signs
                // gets its blocks of those who decide them, unless it has a key and no vote.
                let Listeners { membership, signs, .. } = &self.listeners;
                let is_idle = *signs && membership.is_follower(&source) && !membership.follows();
                if status.tip_height.0 == lojal_types::Height::GENESIS || is_idle {
                    return None;
                }
                let content = PeerStatus::new(status.tip_height, status.history_min_height);
                if self.relay.holds(source, &content) {
                    return None;
                }
                Some(NetworkEvent::Status(engine_id(source), content))
            }
            Topic::Transactions => None,
        }
    }

    /// Hands a request to whoever answers it, or refuses it if too many wait.
    fn pass_on(&mut self, asked: Asked) {
        let (id, answers) = match asked.wanted {
            Wanted::Blocks { .. } => (asked.id, &self.listeners.desks.blocks),
            Wanted::Data(_) => (asked.id, &self.listeners.desks.data),
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
        if self.listeners.forgery.is_vote(source, &vote) {
            return self.forged(source, "a vote that nobody signed");
        }
        self.listeners.progress.votes_on(source, vote.message.height.0);
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
