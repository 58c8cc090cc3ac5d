//! What is known of the blocks after the last checkpoint, in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_ledger::recent::minute_of;
use lojal_types::{Address, BlockId, Height, Outcome, TransactionId};

use crate::limits::RECENT_BLOCKS_BYTES_MAX;
use crate::log::{BlockPlace, Position};
use crate::reader::Placed;

/// The accounts that a block's transaction concerns: its sender and whomever its operations name, each once.
fn accounts_of(transaction: &lojal_types::Transaction) -> Vec<Address> {
    let named = transaction.operations.iter().flat_map(|operation| operation.accounts());
    let mut accounts: Vec<Address> = named.chain([&transaction.sender]).copied().collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

/// What the index will know of some consecutive blocks.
#[derive(Default)]
pub(crate) struct Layer {
    pub(crate) blocks: BTreeMap<Height, (BlockId, BlockPlace)>,
    pub(crate) transactions: BTreeMap<TransactionId, Placed>,
    pub(crate) history: BTreeMap<(Address, Height, u32), (TransactionId, Outcome)>,
    /// The ids in the order of the blocks, each with the minute in which its validity ends.
    pub(crate) recent_ids: Vec<(u64, TransactionId)>,
    /// Encoded bytes of the blocks.
    pub(crate) block_bytes: u64,
}

impl Layer {
    fn push(&mut self, block: &CommittedBlock, place: BlockPlace) {
        let height = block.header.height;
        self.blocks.insert(height, (block.id, place));
        self.block_bytes = self.block_bytes.saturating_add(block.bytes.len() as u64);
        for ((verified, receipt), index) in block.transactions.iter().zip(&block.receipts).zip(0_u32..) {
            let transaction = verified.transaction();
            let placed = Placed { id: verified.id(), height, index, outcome: receipt.outcome };
            self.transactions.insert(placed.id, placed);
            for account in accounts_of(transaction) {
                self.history.insert((account, height, index), (placed.id, placed.outcome));
            }
            self.recent_ids.push((minute_of(transaction), placed.id));
        }
    }

    /// An account's transactions before a place, the newest first.
    pub(crate) fn history(&self, account: Address, before: (Height, u32), limit: usize) -> Vec<Placed> {
        let range = (account, Height::GENESIS, 0)..(account, before.0, before.1);
        let newest_first = self.history.range(range).rev().take(limit);
        newest_first
            .map(|((_, height, index), (id, outcome))| Placed {
                id: *id,
                height: *height,
                index: *index,
                outcome: *outcome,
            })
            .collect()
    }
}

/// The committed state, and everything that the index doesn't know yet.
pub(crate) struct Tail {
    /// The blocks since the last checkpoint began.
    pub(crate) active: Layer,
    /// The blocks of the checkpoint that is being written.
    pub(crate) frozen: Option<Arc<Layer>>,
    /// The last block of the last complete checkpoint: what the index can be asked about.
    pub(crate) checkpoint: Height,
    /// The state after the last block, and before it.
    pub(crate) view: View,
    pub(crate) before: View,
    /// Where the log goes on after the last block.
    pub(crate) position: Position,
    /// The latest blocks, without a gap.
    pub(crate) latest: VecDeque<Arc<CommittedBlock>>,
    latest_bytes: usize,
}

impl Tail {
    pub(crate) fn new(view: View, position: Position) -> Self {
        Self {
            active: Layer::default(),
            frozen: None,
            checkpoint: view.tip().height,
            before: view.clone(),
            view,
            position,
            latest: VecDeque::new(),
            latest_bytes: 0,
        }
    }

    pub(crate) fn push(&mut self, block: Arc<CommittedBlock>, place: BlockPlace, view: View) {
        self.active.push(&block, place);
        self.before = std::mem::replace(&mut self.view, view);
        self.position = place.end();
        self.latest_bytes = self.latest_bytes.saturating_add(block.bytes.len());
        self.latest.push_back(block);
        // The last block stays, whatever its size.
        while self.latest_bytes > RECENT_BLOCKS_BYTES_MAX && self.latest.len() > 1 {
            if let Some(oldest) = self.latest.pop_front() {
                self.latest_bytes = self.latest_bytes.saturating_sub(oldest.bytes.len());
            }
        }
    }

    /// The layers, the newest first.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.active).chain(self.frozen.as_deref())
    }

    /// A block, if it is one of the latest.
    pub(crate) fn latest_block(&self, height: Height) -> Option<&Arc<CommittedBlock>> {
        let first = self.latest.front()?.header.height;
        let index = height.get().checked_sub(first.get())?;
        self.latest.get(usize::try_from(index).ok()?)
    }
}
