//! The knowledge of the blocks after the last checkpoint, in memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_ledger::recent::minute_of;
use lojal_types::{Address, BlockId, Height, TransactionId};

use crate::limits::RECENT_BLOCKS_BYTES_MAX;
use crate::log::{BlockPlace, Position};
use crate::placed::Placed;

/// The entries that the index will have of some consecutive blocks. It only grows, and each transaction costs a few
/// operations on hash maps: whoever commits pays for it. Nothing goes through the maps in their order.
#[derive(Default)]
pub(crate) struct Layer {
    pub(crate) blocks: BTreeMap<Height, (BlockId, BlockPlace)>,
    /// In the order of the chain; the place here is a transaction's number.
    transactions: Vec<Placed>,
    /// The minutes in which the validity of the transactions ends, in the same order.
    minutes: Vec<u64>,
    numbers: HashMap<TransactionId, u32>,
    /// The numbers of the transactions that concern an account, ascending.
    postings: HashMap<Address, Vec<u32>>,
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
            let named = transaction.operations.iter().flat_map(|operation| operation.accounts());
            self.add(placed, minute_of(transaction), named.chain([&transaction.sender]));
        }
    }

    /// Takes in the transaction after the last one. It concerns the accounts, of which some may be the same.
    pub(crate) fn add<'a>(&mut self, placed: Placed, minute: u64, accounts: impl IntoIterator<Item = &'a Address>) {
        let number = u32::try_from(self.transactions.len()).expect("so many transactions don't fit into memory");
        self.transactions.push(placed);
        self.minutes.push(minute);
        self.numbers.insert(placed.id, number);
        for account in accounts {
            let postings = self.postings.entry(*account).or_default();
            if postings.last() != Some(&number) {
                postings.push(number);
            }
        }
    }

    /// All transactions, in the order of the chain.
    pub(crate) fn transactions(&self) -> &[Placed] {
        &self.transactions
    }

    /// The minutes in which the validity of all transactions ends, in the order of the chain.
    pub(crate) fn minutes(&self) -> &[u64] {
        &self.minutes
    }

    /// A transaction.
    pub(crate) fn transaction(&self, id: &TransactionId) -> Option<Placed> {
        let number = usize::try_from(*self.numbers.get(id)?).ok()?;
        self.transactions.get(number).copied()
    }

    /// An account's transactions before a place, the newest first.
    pub(crate) fn history(&self, account: &Address, before: (Height, u32), limit: usize) -> Vec<Placed> {
        let Some(postings) = self.postings.get(account) else { return Vec::new() };
        let end = self.transactions.partition_point(|placed| (placed.height, placed.index) < before);
        let earlier = postings.partition_point(|number| (*number as usize) < end);
        let newest_first = postings[..earlier].iter().rev().take(limit);
        newest_first.map(|number| self.transactions[*number as usize]).collect()
    }

    /// The accounts with the numbers of the transactions that concern them, ascending; in any order.
    pub(crate) fn postings(&self) -> impl Iterator<Item = (&Address, &[u32])> {
        self.postings.iter().map(|(account, postings)| (account, postings.as_slice()))
    }
}

/// The old entries that a new block has replaced. Freeing it takes longer than putting the new in its place, so whoever
/// holds it lets go of it without the lock that readers wait for.
#[must_use = "it is freed without a lock"]
pub(crate) struct Replaced {
    _before: View,
    blocks: Vec<Arc<CommittedBlock>>,
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
    /// The place in the log after the last block.
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

    pub(crate) fn push(&mut self, block: Arc<CommittedBlock>, place: BlockPlace, view: View) -> Replaced {
        self.active.push(&block, place);
        let before = std::mem::replace(&mut self.view, view);
        let mut replaced = Replaced { _before: std::mem::replace(&mut self.before, before), blocks: Vec::new() };
        self.position = place.end();
        self.latest_bytes = self.latest_bytes.saturating_add(block.bytes.len());
        self.latest.push_back(block);
        // The last block stays, whatever its size.
        while self.latest_bytes > RECENT_BLOCKS_BYTES_MAX && self.latest.len() > 1 {
            if let Some(oldest) = self.latest.pop_front() {
                self.latest_bytes = self.latest_bytes.saturating_sub(oldest.bytes.len());
                replaced.blocks.push(oldest);
            }
        }
        replaced
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

#[cfg(test)]
mod tests;
