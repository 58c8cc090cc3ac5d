//! The messages of validators, on their way from their bridges to the network.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::{LivenessMsg, SignedConsensusMsg};
use arc_malachitebft_engine_byzantine::{ByzantineConfig, ByzantineNetworkProxy, Trigger};
use futures::FutureExt;
use lojal_consensus::Interposer;
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{Address, Context, Value};
use lojal_network::{Command, Topic};
use lojal_types::BlockId;
use tokio::sync::mpsc;

use super::World;
use crate::byzantine::{LiarSigner, other_block};
use crate::history::{Signed, Statement};
use crate::people;
use crate::schedule::Malice;

/// The probability with which the engine's own liar lies.
const ENGINE_LIES: f64 = 0.4;

impl World {
    /// Hands what a validator's bridge asks for to the network, or to the liar that the validator has become.
    pub(super) fn forward_commands(&self, number: usize, incarnation: u64, mut commands: mpsc::Receiver<Command>) {
        let world = self.clone();
        tokio::spawn(async move {
            while let Some(command) = commands.recv().await {
                if matches!(command, Command::Shutdown) {
                    return;
                }
                world.outgoing(number, incarnation, command);
            }
        });
    }

    fn outgoing(&self, number: usize, incarnation: u64, command: Command) {
        let node = {
            let place = self.place(number);
            if place.incarnation != incarnation || (place.running.is_none() && place.joining.is_none()) {
                return;
            }
            place.running.as_ref().map(|running| running.node.clone())
        };
        if let Command::Publish(topic, data) = &command {
            self.record(number, *topic, data);
        }
        let mut place = self.place(number);
        match (&mut place.liar, node) {
            (Some(liar), Some(node)) => {
                let equivocations = liar.act(self.hub(), incarnation, (&node.state, &node.store), command);
                drop(place);
                self.history().equivocations += equivocations;
            }
            _ => {
                drop(place);
                self.hub().command(number, incarnation, command);
            }
        }
    }

    /// Notes what the validator's own engine has signed.
    fn record(&self, number: usize, topic: Topic, data: &[u8]) {
        let statement = match topic {
            Topic::Consensus => match BorshCodec.decode(data.to_vec().into()) {
                Ok(SignedConsensusMsg::<Context>::Vote(vote)) => Signed::Vote(vote.message),
                Ok(SignedConsensusMsg::Proposal(proposal)) => Signed::Proposal(proposal.message),
                Err(_) => return,
            },
            Topic::Liveness => match BorshCodec.decode(data.to_vec().into()) {
                Ok(LivenessMsg::<Context>::Vote(vote)) => Signed::Vote(vote.message),
                _ => return,
            },
            Topic::Parts | Topic::Status | Topic::Transactions | Topic::Tips => return,
        };
        let at_ms = self.now_ms();
        self.history().statements.push(Statement { node: number, at_ms, content: statement });
    }

    /// The engine's own liar, if the validator is to be one.
    pub(super) fn interposer(&self, number: usize) -> Option<Interposer> {
        let is_liar = self.place(number).liar.as_ref().is_some_and(|liar| liar.malice() == Malice::EngineLiar);
        let (chain, seed) = (self.chain(), self.0.seed);
        is_liar.then(|| -> Interposer {
            Box::new(move |network| {
                async move {
                    let lies = || Trigger::Random { probability: ENGINE_LIES };
                    let config = ByzantineConfig::new(Some(seed))
                        .with_equivocate_votes(lies())
                        .with_equivocate_proposals(lies());
                    let key = people::validator(number);
                    let address = Address(key.address());
                    let signer = Box::new(LiarSigner { key, chain });
                    let other = |value: &Value| Value(other_block(value.0));
                    let proposal = Box::new(move |value: &Value| other(value));
                    let vote = Box::new(move |value: Option<&Value>| value.map_or(Value(BlockId::new([9; 32])), other));
                    let span = tracing::Span::none();
                    ByzantineNetworkProxy::spawn(
                        config,
                        network,
                        signer,
                        Context,
                        address,
                        span,
                        Some(proposal),
                        Some(vote),
                    )
                    .await
                    .expect("the configuration holds, and an actor without a name can always be started")
                }
                .boxed()
            })
        })
    }
}
