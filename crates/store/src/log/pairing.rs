//! Finds, for every certificate of the log, its block.

use std::collections::VecDeque;
use std::sync::Arc;

use lojal_types::{BlockId, Certificate, Height};

use crate::error::DamageReason;
use crate::limits::{PENDING_PROPOSALS_MAX, UNDECIDED_BLOCKS_MAX};
use crate::log::record::{ProposalRecord, Record};

/// A block that no certificate has been seen for.
#[derive(Clone, Debug)]
pub(crate) struct UndecidedBlock {
    pub(crate) id: BlockId,
    pub(crate) offset: u64,
    pub(crate) bytes: Arc<[u8]>,
}

/// A block with its certificate. Neither has been verified, but they belong together.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) block: UndecidedBlock,
    pub(crate) certificate: Certificate,
}

/// The records seen so far of the height that comes next.
#[derive(Debug)]
pub(crate) struct Pairing {
    pub(crate) next_height: Height,
    pub(crate) blocks: VecDeque<UndecidedBlock>,
    pub(crate) proposals: VecDeque<ProposalRecord>,
}

impl Pairing {
    pub(crate) fn new(next_height: Height) -> Self {
        Self { next_height, blocks: VecDeque::new(), proposals: VecDeque::new() }
    }

    /// Takes the next record, which begins at `offset`.
    pub(crate) fn take(&mut self, offset: u64, record: Record) -> Result<Option<Pair>, DamageReason> {
        match record {
            Record::Header(_) => Err(DamageReason::Order),
            Record::Filler => Ok(None),
            Record::Block { id, height, bytes } => {
                self.expect(height)?;
                push_bounded(&mut self.blocks, UndecidedBlock { id, offset, bytes }, UNDECIDED_BLOCKS_MAX);
                Ok(None)
            }
            Record::Proposal(proposal) => {
                self.expect(proposal.height)?;
                push_bounded(&mut self.proposals, proposal, PENDING_PROPOSALS_MAX);
                Ok(None)
            }
            Record::Commit(certificate) => {
                self.expect(certificate.height)?;
                let index = self.blocks.iter().position(|block| block.id == certificate.block);
                let block = index.and_then(|index| self.blocks.remove(index)).ok_or(DamageReason::MissingBlock)?;
                *self = Self::new(self.next_height.next());
                Ok(Some(Pair { block, certificate }))
            }
        }
    }

    fn expect(&self, found: Height) -> Result<(), DamageReason> {
        if found == self.next_height { Ok(()) } else { Err(DamageReason::Height { found, expected: self.next_height }) }
    }
}

/// Appends, and drops the oldest if there are too many.
pub(crate) fn push_bounded<T>(queue: &mut VecDeque<T>, item: T, max: usize) {
    if queue.len() == max {
        queue.pop_front();
    }
    queue.push_back(item);
}
