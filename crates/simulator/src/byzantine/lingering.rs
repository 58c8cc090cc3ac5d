//! Votes and proposals of somebody who need not be a validator any more.

use arc_malachitebft_core_consensus::SignedConsensusMsg;
use arc_malachitebft_core_types::{NilOrVal, Round, SignedMessage, VoteType};
use lojal_consensus::context::{Address, Height, Proposal, Value, Vote};
use lojal_network::Topic;
use lojal_types::BlockId;

use super::blocks::parts;
use super::{Liar, encode};
use crate::network::Hub;

/// Bytes of a block that is none.
const BYTES_MAX: usize = 2_000;

impl Liar {
    /// Says something about the height that its kind works on, and has its accomplices pass it on.
    pub(super) fn linger(&mut self, hub: &Hub) {
        let height = Height(self.plot.height().next());
        let round = Round::new(self.random.below(3) as u32);
        let value = Value(BlockId::new(self.random.bytes(32).try_into().expect("32 bytes")));
        let address = Address(self.key.address());
        let messages = match self.random.below(6) {
            0..4 => {
                let kind = if self.random.coin() { VoteType::Prevote } else { VoteType::Precommit };
                let value = if self.random.coin() { NilOrVal::Nil } else { NilOrVal::Val(value) };
                let vote = Vote { kind, height, round, value, address };
                let content = vote.content().expect("it has a round");
                let signature = self.key.sign(&content.signing_bytes(&self.chain));
                vec![(Topic::Consensus, encode(&SignedConsensusMsg::Vote(SignedMessage::new(vote, signature))))]
            }
            4 => {
                let proposal = Proposal { height, round, value, pol_round: Round::Nil, address };
                let length = 1 + self.random.index(BYTES_MAX);
                let block = parts(&proposal, value.0, &self.random.bytes(length));
                let signed = (Topic::Consensus, self.signed_proposal(&proposal, value.0));
                [signed].into_iter().chain(block.into_iter().map(|part| (Topic::Parts, part))).collect()
            }
            _ => {
                let old = self.random.index(self.memory.len());
                self.memory.get(old).cloned().into_iter().collect()
            }
        };
        for (topic, data) in messages {
            hub.publish_to(self.number, topic, data.clone(), &self.everybody());
            for accomplice in self.plot.lingering(self.number) {
                hub.pass_on(accomplice, self.number, topic, data.clone());
            }
        }
    }
}
