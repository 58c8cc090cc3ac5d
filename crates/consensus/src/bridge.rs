//! The engine's network actor, over our own swarm: what the engine says goes out as bytes on topics and requests, what
//! peers say comes in as the engine's events (ARCHITECTURE.md, A transaction's way).

mod translator;

use std::sync::Arc;

use arc_malachitebft_app_channel::NetworkMsg as AppNetworkMsg;
use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::{LivenessMsg, SignedConsensusMsg};
use arc_malachitebft_engine::network::{NetworkEvent, NetworkMsg, NetworkRef, Status as PeerStatus};
use arc_malachitebft_engine::util::output_port::OutputPort;
use arc_malachitebft_sync::{OutboundRequestId, Status};
use async_trait::async_trait;
use lojal_network::{Event, Multiaddr, Network, PeerId, Topic};
use ractor::{Actor, ActorProcessingErr, ActorRef, SpawnErr};
use tokio::sync::{mpsc, watch};

use crate::codec::BorshCodec;
use crate::context::Context;
use crate::peer_ids::engine_id;
use crate::signing::UNSIGNED;
pub(crate) use translator::Listeners;
use translator::Translator;

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
        loop {
            let told = tokio::select! {
                event = events.recv() => match event {
                    Some(event) => translator.translate(event).await,
                    None => return,
                },
                (peer, status) = translator.relay.due() => Some(NetworkEvent::Status(engine_id(peer), status)),
            };
            if let Some(event) = told {
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

#[cfg(test)]
mod tests;
