//! Valid blocks of the next height that are not decided yet, and the rounds in which they were proposed.

use std::collections::VecDeque;

use lojal_chain::ExecutedBlock;
use lojal_store::ProposalRecord;
use lojal_store::limits::{PENDING_PROPOSALS_MAX, UNDECIDED_BLOCKS_MAX};
use lojal_types::{Address, BlockId, Height};

/// As many as the block log gives back after a crash, so that a start finds again what votes rested on.
#[derive(Default)]
pub(super) struct UndecidedBlocks {
    blocks: VecDeque<ExecutedBlock>,
    records: VecDeque<ProposalRecord>,
    built: Option<BlockId>,
}

impl UndecidedBlocks {
    /// True if another block can be kept without forgetting one that this node may have voted for.
    pub(super) fn has_room(&self) -> bool {
        self.blocks.len() < UNDECIDED_BLOCKS_MAX
    }
    /// Keeps a proposal, with its block unless that is here already. The oldest goes if there is no room.
    pub(super) fn add(&mut self, record: ProposalRecord, block: Option<ExecutedBlock>) {
        if let Some(block) = block {
            if !self.has_room() {
                self.blocks.pop_front();
            }
            self.blocks.push_back(block);
        }
        if !self.records.contains(&record) {
            if self.records.len() >= PENDING_PROPOSALS_MAX {
                self.records.pop_front();
            }
            self.records.push_back(record);
        }
    }
    /// Remembers the block that this node has built.
    pub(super) fn built(&mut self, block: BlockId) {
        self.built.get_or_insert(block);
    }
    pub(super) fn get(&self, id: &BlockId) -> Option<&ExecutedBlock> {
        self.blocks.iter().find(|block| block.id() == *id)
    }
    /// The block that this node proposes if there is one already: the one that it has built; or the oldest of somebody
    /// else, which the others have most likely executed as well, while a new one would cost everybody an execution
    /// more. A block that somebody made in this node's name isn't taken, unless there is no room for another.
    pub(super) fn to_propose(&self, own: Address) -> Option<&ExecutedBlock> {
        let built = self.built.and_then(|id| self.get(&id));
        let of_others = || self.blocks.iter().find(|block| block.header().proposer != own);
        built.or_else(of_others).or_else(|| if self.has_room() { None } else { self.blocks.front() })
    }
    pub(super) fn take(&mut self, id: &BlockId) -> Option<ExecutedBlock> {
        let at = self.blocks.iter().position(|block| block.id() == *id)?;
        self.blocks.remove(at)
    }
    /// The proposals of one round whose blocks are here.
    pub(super) fn proposals(&self, height: Height, round: u32) -> Vec<ProposalRecord> {
        let of_round = self.records.iter().filter(|record| record.height == height && record.round == round);
        of_round.filter(|record| self.get(&record.block).is_some()).copied().collect()
    }
    /// True if a proposal of the log is one that this validator built itself: others can claim its name only in the
    /// header, and proposals in its name come from nobody else.
    pub(super) fn is_own(record: &ProposalRecord, block: &ExecutedBlock, own: Address) -> bool {
        record.proposer == own && record.valid_round.is_none() && block.header().proposer == own
    }
}
