//! Validators that break the protocol. Their engines run as everybody's do; what comes out of them is changed, kept
//! back or made up here, byte for byte, and can differ from one receiver to the next. Whatever a liar sends carries its
//! own name, and only its own signature is right.

mod blocks;
mod following;
mod lingering;
mod noise;
mod signer;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::SignedConsensusMsg;
use arc_malachitebft_core_types::{NilOrVal, SignedMessage};
use lojal_consensus::SharedState;
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{Context, Proposal, Value, Vote};
use lojal_network::{Command, InboundRequest, Protocol, Topic};
use lojal_store::Store;
use lojal_types::{BlockId, ChainId, Height, KeyPair};

use self::blocks::Begun;
pub use self::signer::LiarSigner;
use self::snapshots::FalseSnapshots;
use crate::network::Hub;
use crate::people;
use crate::plan::VICTIM;
use crate::schedule::Malice;
use lojal_random::Random;

/// The lead with which the victim of a conspiracy hears something.
const HEAD_START: Duration = Duration::from_millis(60);
/// Messages that a liar remembers.
const MEMORY: usize = 500;

/// The agreement of conspirators.
#[derive(Clone, Default)]
pub struct Plot(Arc<Mutex<Agreed>>);

#[derive(Default)]
struct Agreed {
    /// The block that one half of the honest gets, and that of the other half.
    blocks: BTreeMap<BlockId, BlockId>,
    /// The last block that any of them has.
    height: Height,
    /// Those that pass on what others of them say.
    lingering: BTreeSet<usize>,
}

impl Plot {
    fn agreed(&self) -> MutexGuard<'_, Agreed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn agree(&self, one: BlockId, other: BlockId) {
        self.agreed().blocks.insert(one, other);
    }
    fn other(&self, one: BlockId) -> Option<BlockId> {
        self.agreed().blocks.get(&one).copied()
    }
    fn reached(&self, height: Height) {
        let mut agreed = self.agreed();
        agreed.height = agreed.height.max(height);
    }
    fn height(&self) -> Height {
        self.agreed().height
    }
    /// Those that linger, but for one.
    fn lingering(&self, but: usize) -> Vec<usize> {
        self.agreed().lingering.iter().copied().filter(|number| *number != but).collect()
    }
}

/// A validator that lies.
pub struct Liar {
    number: usize,
    malice: Malice,
    key: KeyPair,
    chain: ChainId,
    random: Random,
    /// Everybody else, in two groups that hear different things.
    left: Vec<usize>,
    right: Vec<usize>,
    memory: VecDeque<(Topic, Vec<u8>)>,
    begun: BTreeMap<BlockId, Begun>,
    /// Votes for a block that is not out yet.
    held_back: Vec<(Vote, Vec<u8>)>,
    plot: Plot,
    snapshots: FalseSnapshots,
}

impl Liar {
    /// A liar. Those with the same plot tell the same groups the same.
    pub fn new(number: usize, malice: Malice, chain: ChainId, seed: u64, nodes: usize, plot: Plot) -> Self {
        if malice == Malice::Lingers {
            plot.agreed().lingering.insert(number);
        }
        // Conspirators believe themselves what they tell the left; on the right there is only their victim.
        let is_left =
            |other: &usize| if malice == Malice::SplitsBrains { *other != VICTIM } else { other.is_multiple_of(2) };
        let (left, right) = (0..nodes).filter(|other| *other != number).partition(is_left);
        Self {
            number,
            malice,
            key: people::validator(number),
            chain,
            random: Random::of(seed, &format!("liar {number}")),
            left,
            right,
            memory: VecDeque::new(),
            begun: BTreeMap::new(),
            held_back: Vec::new(),
            plot,
            snapshots: FalseSnapshots::new(number, seed),
        }
    }

    /// The way it lies.
    pub fn malice(&self) -> Malice {
        self.malice
    }

    /// Does with what its engine wants to send what liars of its kind do; returns how often it thereby told everybody
    /// two contradicting things.
    pub fn act(
        &mut self,
        hub: &Hub,
        incarnation: u64,
        (state, store): (&SharedState, &Store),
        command: Command,
    ) -> u64 {
        let (topic, data) = match command {
            Command::Publish(topic, data) => (topic, data),
            Command::Respond(id, data) => {
                if let Some(answer) = self.answer(hub, store, id, data) {
                    hub.command(self.number, incarnation, answer);
                }
                return 0;
            }
            other => {
                if self.malice != Malice::IsSilent {
                    hub.command(self.number, incarnation, other);
                }
                return 0;
            }
        };
        self.remember(topic, &data);
        let message = if topic == Topic::Consensus { BorshCodec.decode(data.clone().into()).ok() } else { None };
        match (self.malice, message) {
            (Malice::IsSilent, _) => 0,
            (Malice::VotesTwice, Some(SignedConsensusMsg::Vote(vote))) => {
                hub.publish_to(self.number, topic, data, &self.everybody());
                hub.publish_to(self.number, topic, self.contradict(&vote.message, None), &self.everybody());
                1
            }
            (Malice::VotesBothWays, Some(SignedConsensusMsg::Vote(vote))) => {
                hub.publish_to(self.number, topic, data, &self.left);
                hub.publish_to(self.number, topic, self.contradict(&vote.message, None), &self.right);
                0
            }
            (Malice::SplitsBrains, Some(SignedConsensusMsg::Vote(vote))) => self.vote_by_plot(hub, &vote.message, data),
            (
                Malice::ProposesTwice
                | Malice::SplitsBrains
                | Malice::ForgesTransactions
                | Malice::WrongHeader
                | Malice::WrongStateRoot,
                Some(SignedConsensusMsg::Proposal(proposal)),
            ) => self.proposal(hub, state, proposal.message, data),
            (
                Malice::ProposesTwice
                | Malice::SplitsBrains
                | Malice::ForgesTransactions
                | Malice::WrongHeader
                | Malice::WrongStateRoot
                | Malice::WithholdsParts,
                _,
            ) if topic == Topic::Parts => self.part(hub, state, data),
            (Malice::ClaimsFalseHeight | Malice::ClaimsFalseBeginning, _) if topic == Topic::Status => {
                hub.publish_to(self.number, topic, self.false_status(data), &self.everybody());
                0
            }
            _ => {
                hub.publish_to(self.number, topic, data, &self.everybody());
                0
            }
        }
    }

    /// The answer that it gives to a request; none if it says nothing.
    fn answer(&mut self, hub: &Hub, store: &Store, id: InboundRequest, data: Vec<u8>) -> Option<Command> {
        Some(match (self.malice, hub.protocol_of(id)) {
            (Malice::IsSilent, _) => return None,
            (Malice::GivesFalseSnapshots, Some(Protocol::Data)) => {
                Command::Respond(id, self.false_answer(store, data)?)
            }
            // What it claims to have it hasn't.
            (Malice::ClaimsFalseBeginning, Some(Protocol::Blocks)) => Command::Reject(id),
            (Malice::AnswersGarbage, _) => Command::Respond(id, self.garbled(data)),
            _ => Command::Respond(id, data),
        })
    }

    fn everybody(&self) -> Vec<usize> {
        [&self.left[..], &self.right].concat()
    }

    fn remember(&mut self, topic: Topic, data: &[u8]) {
        if self.memory.len() >= MEMORY {
            self.memory.pop_front();
        }
        self.memory.push_back((topic, data.to_vec()));
    }

    /// The bytes of a vote for something else in the same round.
    fn contradict(&self, vote: &Vote, instead: Option<BlockId>) -> Vec<u8> {
        let value = match (instead, vote.value) {
            (Some(block), _) => NilOrVal::Val(Value(block)),
            (None, NilOrVal::Nil) => NilOrVal::Val(Value(BlockId::new([9; 32]))),
            (None, NilOrVal::Val(value)) => NilOrVal::Val(Value(other_block(value.0))),
        };
        let vote = Vote { value, ..vote.clone() };
        let content = vote.content().expect("the vote that is contradicted has a round");
        let signature = self.key.sign(&content.signing_bytes(&self.chain));
        encode(&SignedConsensusMsg::Vote(SignedMessage::new(vote, signature)))
    }

    fn signed_proposal(&self, proposal: &Proposal, block: BlockId) -> Vec<u8> {
        let proposal = Proposal { value: Value(block), ..proposal.clone() };
        let signature = self.key.sign(&proposal.signing_bytes(&self.chain));
        encode(&SignedConsensusMsg::Proposal(SignedMessage::new(proposal, signature)))
    }

    /// Conspirators tell the left a little later, so that their victim hears its own version before what is passed on.
    fn tell_left(&self, hub: &Hub, topic: Topic, data: Vec<u8>) {
        if self.malice != Malice::SplitsBrains {
            return hub.publish_to(self.number, topic, data, &self.left);
        }
        let (hub, number, left) = (hub.clone(), self.number, self.left.clone());
        tokio::spawn(async move {
            tokio::time::sleep(HEAD_START).await;
            hub.publish_to(number, topic, data, &left);
        });
    }

    /// For a block of the plot, one half hears a vote for it and the other half one for the other block.
    fn vote_by_plot(&mut self, hub: &Hub, vote: &Vote, data: Vec<u8>) -> u64 {
        if let NilOrVal::Val(value) = vote.value
            && self.begun.contains_key(&value.0)
        {
            // The engine votes for its own block before all of it has come out.
            self.held_back.push((vote.clone(), data));
            return 0;
        }
        let instead = match vote.value {
            NilOrVal::Val(value) => self.plot.other(value.0),
            NilOrVal::Nil => None,
        };
        match instead {
            Some(other) => {
                hub.publish_to(self.number, Topic::Consensus, self.contradict(vote, Some(other)), &self.right);
                self.tell_left(hub, Topic::Consensus, data);
            }
            None => hub.publish_to(self.number, Topic::Consensus, data, &self.everybody()),
        }
        0
    }
}

fn encode(message: &SignedConsensusMsg<Context>) -> Vec<u8> {
    BorshCodec.encode(message).expect("writing to memory can't fail").to_vec()
}

/// The id of a block that doesn't exist.
pub(crate) fn other_block(block: BlockId) -> BlockId {
    let mut bytes = *block.as_bytes();
    bytes[0] ^= 1;
    BlockId::new(bytes)
}
