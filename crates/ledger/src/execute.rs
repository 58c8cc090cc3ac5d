//! A block's transactions, one after the other (protocol, Transactions; protocol, Blocks and finality).

use std::collections::BTreeMap;

use lojal_types::{
    Address, BrandId, ChainId, Code, Hash, Height, Month, Outcome, Parameters, Points, Receipt, Rules, TimeMs,
    TransactionId, VerifiedTransaction,
};

use crate::activity::Concerned;
use crate::admission::admit;
use crate::allowance::Usage;
use crate::conservation::{ConservationError, check_block};
use crate::execution::Execution;
use crate::expiry::expire;
use crate::hold_ends::end_holds;
use crate::key::{AccountKey, RecentKey, ShelfKey, StateKey};
use crate::motions::{begin_version, lapse};
use crate::operations::{Context, apply, set_aside};
use crate::overlay::{Overlay, Written};
use crate::recent::{IdSet, first_minute, minute_of};
use crate::record::{DayUse, RecentDigest, Sent, Shelf};
use crate::shelves::Shelves;
use crate::state::{State, View};
use crate::tree::hash_key;

/// Most operations for which it is worth reading ahead at once: the pages of their accounts stay within a
/// processor's own cache, and enough of them are read for the waits for memory to overlap.
const READ_AHEAD_OPERATIONS: usize = 64;

/// Points of an account that something else is going to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The account.
    pub account: Address,
    /// Their brand.
    pub brand: BrandId,
    /// The number of points; more than there are is as good as all.
    pub amount: Points,
}

/// Transactions of one sender that come before another one of the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The amounts that they take of the sender's allowance.
    pub usage: Usage,
    /// The points that they are going to take of those that the other one wants.
    pub claims: Vec<Claim>,
}

/// Executes one block on top of a state that it doesn't change.
pub struct BlockExecutor<'a> {
    state: &'a State,
    rules: &'static Rules,
    time: TimeMs,
    height: Height,
    parameters: Parameters,
    overlay: Overlay<'a>,
    /// The months whose shelves this block drops.
    dropped: Vec<Month>,
    /// The digests of the minutes of `added_ids`, to be written at the end.
    digests: BTreeMap<u64, RecentDigest>,
    added: IdSet,
    added_ids: Vec<(u64, TransactionId)>,
    receipts: Vec<Receipt>,
    concerned: Concerned,
    /// The accounts that the running transaction concerns; kept for its memory.
    named: Vec<Address>,
}

impl<'a> BlockExecutor<'a> {
    /// Begins a block at `time`, which the caller has checked to be later than the parent's, under the rules of its
    /// version. Points whose month is over by then expire first, holds whose time is over end, motions that nobody
    /// decided lapse, and shelves whose time has come are dropped.
    pub fn new(state: &'a State, time: TimeMs) -> Self {
        Self::under(state.view().rules(), state, time)
    }

    /// The same under given rules, which are those of no version: to test what no version has yet.
    pub fn under(rules: &'static Rules, state: &'a State, time: TimeMs) -> Self {
        let height = state.view().tip().height.next();
        let mut overlay = Overlay::on(state.view().tree(), state.view().shelves());
        let dropped = drop_shelves(&mut overlay, state.view(), time);
        end_holds(&mut overlay, state.view().tip().time_ms, time);
        expire(&mut overlay, state.view(), time);
        lapse(&mut overlay, time);
        begin_version(&mut overlay, height);
        for minute in state.recent().minutes_before(first_minute(time)) {
            overlay.remove(&RecentKey(minute));
        }
        overlay.keep();
        Self {
            state,
            rules,
            time,
            height,
            parameters: state.view().parameters(),
            overlay,
            dropped,
            digests: BTreeMap::new(),
            added: IdSet::default(),
            added_ids: Vec::new(),
            receipts: Vec::new(),
            concerned: Concerned::default(),
            named: Vec::new(),
        }
    }

    /// Brings the accounts that the next transactions name into the processor's caches, all together. Nothing depends
    /// on it but time. Returns for how many of the transactions it did so, which is as many as is worth it.
    pub fn read_ahead<'b>(&self, next: impl Iterator<Item = &'b VerifiedTransaction>) -> usize {
        let (mut count, mut operations) = (0, 0);
        let mut accounts = Vec::new();
        for transaction in next.map(VerifiedTransaction::transaction) {
            operations += transaction.operations.len();
            if count > 0 && operations > READ_AHEAD_OPERATIONS {
                break;
            }
            count += 1;
            let named = transaction.operations.iter().flat_map(|operation| operation.accounts());
            accounts.extend(named.chain([&transaction.sender]).map(|account| hash_key(&AccountKey(*account).encode())));
        }
        accounts.sort_unstable();
        accounts.dedup();
        self.state.view().tree().read_ahead(accounts.iter());
        count
    }

    /// Executes the next transaction: "All operations happen, or none." (protocol, Transactions)
    ///
    /// # Errors
    /// When it can't be in this block at all; then it isn't, and nothing has changed.
    pub fn push(&mut self, verified: &VerifiedTransaction) -> Result<Receipt, Code> {
        let sent = self.admit(verified, &Usage::default())?;
        let outcome = self.run(verified);
        self.named.clear();
        match outcome {
            Outcome::Applied => {
                self.overlay.add_concerned(&mut self.named);
                self.overlay.keep();
            }
            Outcome::Failed { .. } => self.overlay.take_back(),
        }
        // "What fails after that fails **with a receipt**: it is on the ledger, has no effect, and can never succeed
        // later." (protocol, Transactions)
        self.remember(verified);
        self.note(verified, outcome, sent);
        let receipt = Receipt { transaction: verified.id(), outcome };
        self.receipts.push(receipt);
        Ok(receipt)
    }

    /// Checks that a transaction could be in this block and every operation would succeed, as things are, but for
    /// what others of the same sender take before it; nothing changes.
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub(crate) fn try_out(&mut self, verified: &VerifiedTransaction, beside: &Beside) -> Result<(), Code> {
        self.admit(verified, &beside.usage)?;
        for claim in &beside.claims {
            set_aside(&mut self.context(verified, 0), claim.account, claim.brand, claim.amount);
        }
        let outcome = self.run(verified);
        self.overlay.take_back();
        match outcome {
            Outcome::Applied => Ok(()),
            Outcome::Failed { code, .. } => Err(code),
        }
    }

    /// Checks that a transaction could be in this block, whatever would become of it, if others of the same sender were
    /// in it before. Answers with what the sender will have sent on this day then.
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub(crate) fn admit(&mut self, verified: &VerifiedTransaction, before: &Usage) -> Result<Sent, Code> {
        // "An id whose first 16 bytes are those of one that is remembered under the same minute, or that stands before
        // it in the block, counts as the same" (protocol, Transactions)
        if self.added.contains(&verified.id()) {
            return Err(Code::DuplicateTransaction);
        }
        // "A block with an operation or action that its version doesn't have is invalid" (protocol, Staying compatible)
        if !verified.transaction().operations.iter().all(|operation| operation.is_known_to(self.rules)) {
            return Err(Code::UnknownInVersion);
        }
        let account = admit(&mut self.overlay, self.state.recent(), verified, self.time)?;
        // "its sender's allowance for the day has room for it" (protocol, Transactions)
        let sent = account.used_on(self.time.day()).sent;
        sent.beside(before).with(&Usage::of(verified), self.parameters.allowances.of(account.is_operator()))
    }

    /// Ends the block.
    ///
    /// # Errors
    /// When points appeared or vanished: a fault of this program, after which nothing may be trusted.
    pub fn finish(mut self) -> Result<Execution, ConservationError> {
        for (minute, digest) in &self.digests {
            self.overlay.put(&RecentKey(*minute), digest);
        }
        let shelves = self.put_shelves();
        let written = self.overlay.into_written();
        check_block(&written, self.time)?;
        let in_tree = written.iter().filter(|written| written.key.shelf().is_none());
        let tree = self.state.view().tree().apply_changes(in_tree.map(Written::change).collect());
        let Self { added_ids, receipts, concerned, .. } = self;
        Ok(Execution { tree, shelves, added_ids, receipts, concerned })
    }

    /// Commits to the shelves as the block leaves them.
    fn put_shelves(&mut self) -> Shelves {
        let changed = self.overlay.written_shelves();
        for (month, tree) in &changed {
            let begun = self.overlay.get(&ShelfKey(*month)).expect("a shelf is begun before anything lies on it");
            let (root, count) = (Hash::new(tree.root()), tree.len());
            self.overlay.put(&ShelfKey(*month), &Shelf { root, count, ..begun });
        }
        self.state.view().shelves().with(&self.dropped, changed)
    }

    /// Applies the operations up to the first that fails. What they have written is neither kept nor taken back yet.
    fn run(&mut self, verified: &VerifiedTransaction) -> Outcome {
        let transaction = verified.transaction();
        for (operation, index) in transaction.operations.iter().zip(0_u8..) {
            if let Err(code) = apply(&mut self.context(verified, index), operation) {
                return Outcome::Failed { operation: index, code };
            }
        }
        Outcome::Applied
    }

    fn context(&mut self, verified: &VerifiedTransaction, index: u8) -> Context<'_, 'a> {
        Context {
            overlay: &mut self.overlay,
            chain: self.state.view().chain_id(),
            transaction: verified.id(),
            index,
            sender: verified.transaction().sender,
            signer: verified.public_key(),
            time: self.time,
            height: self.height,
            parameters: &self.parameters,
        }
    }

    /// The record under a key as it is now.
    pub(crate) fn get<K: StateKey>(&mut self, key: &K) -> Option<K::Record> {
        self.overlay.get(key)
    }

    fn remember(&mut self, verified: &VerifiedTransaction) {
        let (id, minute) = (verified.id(), minute_of(verified.transaction()));
        let chain = self.chain_id();
        let digest = self
            .digests
            .entry(minute)
            .or_insert_with(|| self.overlay.get(&RecentKey(minute)).unwrap_or_else(RecentDigest::empty));
        *digest = digest.with(&id, &chain);
        self.added.insert(&id);
        self.added_ids.push((minute, id));
    }

    /// Notes a transaction in the records of the accounts that it concerns, and in its sender's what that has sent on
    /// this day. "A transaction concerns its sender, whatever became of it." (protocol, Activity)
    fn note(&mut self, verified: &VerifiedTransaction, outcome: Outcome, sent: Sent) {
        let sender = verified.transaction().sender;
        self.named.push(sender);
        self.named.sort_unstable();
        self.named.dedup();
        for address in &self.named {
            // "every account that has a record after it" (protocol, Activity): a household that was dissolved has none.
            let Some(account) = self.overlay.change_account(*address) else { continue };
            account.bring_to(self.time);
            self.concerned.add(*address, account.activity);
            account.activity = account.activity.with(&verified.id(), self.height, &outcome);
            if *address == sender {
                account.used = Some(DayUse { sent, ..account.used_on(self.time.day()) });
            }
        }
        self.concerned.end();
    }

    fn chain_id(&self) -> ChainId {
        self.state.view().chain_id()
    }
}

/// Drops the shelves whose time has come; answers with their months. "A shelf is dropped whole, in the first block that
/// isn't earlier than that." (protocol, References)
fn drop_shelves(overlay: &mut Overlay<'_>, before: &View, time: TimeMs) -> Vec<Month> {
    let mut dropped = Vec::new();
    // The time of a drop is the beginning of a month.
    if before.tip().time_ms.month() == time.month() {
        return dropped;
    }
    for (month, _) in before.shelves().iter() {
        let shelf = overlay.get(&ShelfKey(month)).expect("every shelf has its record");
        if shelf.is_over(time) {
            overlay.drop_shelf(month);
            dropped.push(month);
        }
    }
    dropped
}

#[cfg(test)]
mod tests;
