//! Valid blocks of the next height that are not decided yet, and the rounds in which they were proposed.

use std::collections::VecDeque;

use lojal_chain::ExecutedBlock;
use lojal_store::ProposalRecord;
use lojal_types::{Address, BlockId, Height};

use crate::limits::UNDECIDED_BLOCKS_MAX;

#[derive(Default)]
pub(super) struct UndecidedBlocks {
    blocks: VecDeque<ExecutedBlock>,
    records: Vec<ProposalRecord>,
}

impl UndecidedBlocks {
    /// Keeps a proposal, with its block unless that is here already. Honest validators build one block per height, so
    /// only liars can fill this up; the oldest goes first then.
    pub(super) fn add(&mut self, record: ProposalRecord, block: Option<ExecutedBlock>) {
        if let Some(block) = block
            && self.get(&block.id()).is_none()
        {
            if self.blocks.len() >= UNDECIDED_BLOCKS_MAX {
                self.blocks.pop_front();
            }
            self.blocks.push_back(block);
        }
        if !self.records.contains(&record) {
            self.records.push(record);
        }
    }
    pub(super) fn get(&self, id: &BlockId) -> Option<&ExecutedBlock> {
        self.blocks.iter().find(|block| block.id() == *id)
    }
    pub(super) fn built_by(&self, proposer: Address) -> Option<&ExecutedBlock> {
        self.blocks.iter().find(|block| block.header().proposer == proposer)
    }
    pub(super) fn take(&mut self, id: &BlockId) -> Option<ExecutedBlock> {
        let at = self.blocks.iter().position(|block| block.id() == *id)?;
        self.blocks.remove(at)
    }
    /// The proposals of one round whose blocks are here.
    pub(super) fn proposals(&self, height: Height, round: u32) -> Vec<ProposalRecord> {
        let of_round = self.records.iter().filter(|record| record.height == height && record.round == round);
        of_round.filter(|record| self.get(&record.block).is_some()).cloned().collect()
    }
}
