//! Lies about blocks.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_engine::util::streaming::{StreamContent, StreamId, StreamMessage};
use lojal_consensus::SharedState;
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{Part, Proposal};
use lojal_consensus::parts::split;
use lojal_network::Topic;
use lojal_store::ProposalRecord;
use lojal_types::block::transactions_root;
use lojal_types::{Block, BlockId, Bounded, Hash, Operation, Signature, SignedTransaction, TimeMs, Transaction};

use super::Liar;
use crate::network::Hub;
use crate::people;
use crate::schedule::Malice;
use crate::workload::issue;

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// A proposal of the liar's own engine, as far as it has come out.
#[derive(Default)]
pub(super) struct Begun {
    proposal: Option<Proposal>,
    parts: Vec<Vec<u8>>,
    bytes: Vec<u8>,
    missing: u32,
}

impl Liar {
    /// The engine publishes a part of its block.
    pub(super) fn part(&mut self, hub: &Hub, state: &SharedState, data: Vec<u8>) -> u64 {
        let Ok(StreamMessage { content: StreamContent::Data(part), .. }) = BorshCodec.decode(data.clone().into())
        else {
            return 0;
        };
        let part: Part = part;
        if self.malice == Malice::WithholdsParts {
            if part.height.0.get().is_multiple_of(2) {
                hub.publish_to(self.number, Topic::Parts, data, &self.left);
            }
            return 0;
        }
        let begun = self.begun.entry(part.block).or_insert_with(|| Begun { missing: part.total, ..Begun::default() });
        begun.parts.push(data);
        begun.bytes.extend(&part.bytes);
        begun.missing = begun.missing.saturating_sub(1);
        self.publish_lies(hub, state, part.block)
    }

    /// The engine publishes its proposal.
    pub(super) fn proposal(&mut self, hub: &Hub, state: &SharedState, proposal: Proposal, data: Vec<u8>) -> u64 {
        let block = proposal.value.0;
        if proposal.address.0 != self.key.address() {
            hub.publish_to(self.number, Topic::Consensus, data, &self.everybody());
            return 0;
        }
        let begun = self.begun.entry(block).or_insert_with(|| Begun { missing: u32::MAX, ..Begun::default() });
        begun.proposal = Some(proposal);
        self.publish_lies(hub, state, block)
    }

    /// Publishes something else in the place of a proposal, or beside it, when all of the proposal is there.
    fn publish_lies(&mut self, hub: &Hub, state: &SharedState, block: BlockId) -> u64 {
        let Some(begun) = self.begun.get(&block) else { return 0 };
        let (Some(proposal), true) = (&begun.proposal, begun.bytes.len() > 4 && !begun.parts.is_empty()) else {
            return 0;
        };
        let Ok(original) = Block::decode(&begun.bytes) else { return 0 };
        let proposal = proposal.clone();
        let is_pair = matches!(self.malice, Malice::ProposesTwice | Malice::SplitsBrains);
        let Some(other) = (if is_pair { self.rival(state, &original) } else { Some(self.spoilt(original)) }) else {
            return 0;
        };
        let Some(begun) = self.begun.remove(&block) else { return 0 };
        let id = other.header.id();
        let told = if is_pair { self.right.clone() } else { self.everybody() };
        if is_pair {
            self.plot.agree(block, id);
            self.tell_left(hub, Topic::Consensus, self.signed_proposal(&proposal, block));
            for part in begun.parts {
                self.tell_left(hub, Topic::Parts, part);
            }
        }
        hub.publish_to(self.number, Topic::Consensus, self.signed_proposal(&proposal, id), &told);
        for part in parts(&proposal, id, &other.encode()) {
            hub.publish_to(self.number, Topic::Parts, part, &told);
        }
        for (vote, data) in std::mem::take(&mut self.held_back) {
            self.vote_by_plot(hub, &vote, data);
        }
        0
    }

    /// Another valid block in the place of a block.
    fn rival(&self, state: &SharedState, block: &Block) -> Option<Block> {
        let state = state.read().ok()?;
        let time = TimeMs::new(block.header.time_ms.get().checked_sub(1)?).ok()?;
        let proposal = lojal_chain::propose(&state, self.key.address(), time, Vec::new()).ok()?;
        let rival = Block::decode(proposal.block.bytes()).ok()?;
        (rival.header.height == block.header.height && rival.header.id() != block.header.id()).then_some(rival)
    }

    /// A block that breaks a rule.
    fn spoilt(&mut self, mut block: Block) -> Block {
        match self.malice {
            Malice::WrongStateRoot => block.header.state_root = changed(&block.header.state_root),
            Malice::ForgesTransactions => {
                let mut transactions = block.transactions.into_inner();
                transactions.push(self.forged(block.header.time_ms));
                let encoded: Vec<Vec<u8>> = transactions.iter().map(SignedTransaction::encode).collect();
                block.header.transactions_root = transactions_root(encoded.iter().map(Vec::as_slice));
                block.transactions = Bounded::new(transactions).expect("the engine's block was not full");
            }
            _ => self.spoil_header(&mut block),
        }
        block
    }

    fn spoil_header(&mut self, block: &mut Block) {
        let header = &mut block.header;
        match self.random.below(8) {
            0 => header.version += 1,
            1 => {
                header.parent = BlockId::new(self.random.number().to_le_bytes().repeat(4).try_into().unwrap_or([1; 32]))
            }
            2 => header.time_ms = header.time_ms.plus_ms(HOUR_MS),
            3 => header.time_ms = TimeMs::default(),
            4 => header.height = header.height.next(),
            5 => header.receipts_root = changed(&header.receipts_root),
            6 => header.next_validators_hash = changed(&header.next_validators_hash),
            _ => header.proposer = people::member(0).address(),
        }
    }

    /// A transaction that the till it names did not sign.
    pub(super) fn forged(&mut self, now: TimeMs) -> SignedTransaction {
        let operation = Operation::Issue(issue(self.random.number(), people::member(0).address(), now.day()));
        let transaction = Transaction {
            chain: self.chain.tag(),
            sender: people::till(0).address(),
            valid_until_ms: now.plus_ms(HOUR_MS / 4),
            nonce: self.random.number(),
            operations: Bounded::new(vec![operation]).expect("one"),
        };
        let mut signed = transaction.sign(&self.chain, &people::till(0));
        signed.signature = Signature::new([7; 64]);
        signed
    }
}

fn changed(hash: &Hash) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[31] ^= 1;
    Hash::new(bytes)
}

/// The messages that carry a block.
pub(super) fn parts(proposal: &Proposal, block: BlockId, bytes: &[u8]) -> Vec<Vec<u8>> {
    let round = proposal.round.as_u32().unwrap_or_default();
    let record = ProposalRecord {
        height: proposal.height.0,
        round,
        valid_round: proposal.pol_round.as_u32(),
        proposer: proposal.address.0,
        block,
    };
    let stream = StreamId::new(block.as_bytes()[..12].to_vec().into());
    let messages = split(&record, bytes).into_iter().zip(0..);
    messages
        .map(|(part, sequence)| {
            let message = StreamMessage::new(stream.clone(), sequence, StreamContent::Data(part));
            BorshCodec.encode(&message).expect("writing to memory can't fail").to_vec()
        })
        .collect()
}
