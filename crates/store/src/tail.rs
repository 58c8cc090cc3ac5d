//! The knowledge of the blocks after the last checkpoint, in memory.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_ledger::recent::minute_of;
use lojal_types::{Activity, Address, BlockId, Height, TransactionId};

use crate::limits::{HISTORY_MARK_STEP, RECENT_BLOCKS_BYTES_MAX};
use crate::log::{BlockPlace, Position};
use crate::placed::{Mark, Page, Placed};
use crate::references;

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
    /// The states after the last block of each month that was over during these blocks.
    pub(crate) month_ends: Vec<View>,
    /// By accounts, by uses of references, and by brands.
    postings: HashMap<Address, Postings>,
    /// Encoded bytes of the blocks.
    pub(crate) block_bytes: u64,
}

/// The transactions that concern an account.
#[derive(Default)]
pub(crate) struct Postings {
    /// Their numbers, ascending.
    pub(crate) numbers: Vec<u32>,
    /// The account's activity before some of them.
    pub(crate) marks: Vec<Mark>,
}

impl Postings {
    fn push(&mut self, number: u32, before: Activity) {
        let posting = u32::try_from(self.numbers.len()).expect("no more than there are transactions");
        let from = self.marks.last().map_or(0, |mark| mark.posting);
        let is_first_here = posting == 0 && before.count > 0;
        if is_first_here || posting - from >= HISTORY_MARK_STEP {
            self.marks.push(Mark { posting, before });
        }
        self.numbers.push(number);
    }
    /// The last mark up to a posting; without one the account begins here.
    fn mark_before(&self, posting: usize) -> Mark {
        let marks = self.marks.partition_point(|mark| mark.posting as usize <= posting);
        let beginning = Mark { posting: 0, before: Activity::default() };
        marks.checked_sub(1).map_or(beginning, |last| self.marks[last])
    }
}

impl Layer {
    fn push(&mut self, block: &CommittedBlock, place: BlockPlace) {
        let height = block.header.height;
        self.blocks.insert(height, (block.id, place));
        self.block_bytes = self.block_bytes.saturating_add(block.bytes.len() as u64);
        let receipts = block.receipts.iter().zip(block.concerned.iter());
        for ((verified, (receipt, concerned)), index) in block.transactions.iter().zip(receipts).zip(0_u32..) {
            let placed = Placed { id: verified.id(), height, index, outcome: receipt.outcome };
            self.add(placed, minute_of(verified.transaction()), concerned);
            let named = (block.header.chain_id, verified.id());
            self.add_under(references::addresses(named, verified.transaction(), receipt.outcome));
            self.add_under(references::addresses_of_brands(verified.transaction(), receipt.outcome));
        }
    }

    /// Takes in the last transaction under addresses that are no accounts', and have no activity.
    fn add_under(&mut self, addresses: impl Iterator<Item = Address>) {
        let Some(number) = self.transactions.len().checked_sub(1).and_then(|last| u32::try_from(last).ok()) else {
            return;
        };
        for address in addresses {
            let postings = self.postings.entry(address).or_default();
            if postings.numbers.last() != Some(&number) {
                postings.push(number, Activity::default());
            }
        }
    }

    /// Takes in the transaction after the last one, with the accounts that it concerns, each once.
    pub(crate) fn add(&mut self, placed: Placed, minute: u64, concerned: &[(Address, Activity)]) {
        let number = u32::try_from(self.transactions.len()).expect("so many transactions don't fit into memory");
        self.transactions.push(placed);
        self.minutes.push(minute);
        self.numbers.insert(placed.id, number);
        for (account, before) in concerned {
            self.postings.entry(*account).or_default().push(number, *before);
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

    /// The transactions of a block, in its order; none if it is none of these.
    pub(crate) fn placed_in(&self, height: Height) -> Option<Vec<Placed>> {
        self.blocks.get(&height)?;
        let start = self.transactions.partition_point(|placed| placed.height < height);
        Some(self.transactions[start..].iter().take_while(|placed| placed.height == height).copied().collect())
    }

    /// An account's transactions before a place, the newest first.
    pub(crate) fn history(&self, account: &Address, before: (Height, u32), limit: usize) -> Page {
        let Some(postings) = self.postings.get(account) else { return Page::default() };
        let end = self.transactions.partition_point(|placed| (placed.height, placed.index) < before);
        let end = postings.numbers.partition_point(|number| (*number as usize) < end);
        let start = end.saturating_sub(limit);
        if start == end {
            return Page::default();
        }
        let at = |number: &u32| self.transactions[*number as usize];
        let mark = postings.mark_before(start);
        let skipped = postings.numbers[mark.posting as usize..start].iter().map(at);
        let before = skipped.fold(mark.before, |activity, placed| placed.added_to(activity));
        Page { transactions: postings.numbers[start..end].iter().rev().map(at).collect(), before }
    }

    /// An account's transactions from a place on, the oldest first.
    pub(crate) fn history_from(&self, account: &Address, from: (Height, u32), limit: usize) -> Vec<Placed> {
        let Some(postings) = self.postings.get(account) else { return Vec::new() };
        let start = self.transactions.partition_point(|placed| (placed.height, placed.index) < from);
        let start = postings.numbers.partition_point(|number| (*number as usize) < start);
        let numbers = postings.numbers[start..].iter().take(limit);
        numbers.map(|number| self.transactions[*number as usize]).collect()
    }

    /// The accounts with the transactions that concern them; in any order.
    pub(crate) fn postings(&self) -> impl Iterator<Item = (&Address, &Postings)> {
        self.postings.iter()
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
        let (last, next) = (self.view.tip(), view.tip());
        if last.height > Height::GENESIS && last.time_ms.month() < next.time_ms.month() {
            self.active.month_ends.push(self.view.clone());
        }
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
