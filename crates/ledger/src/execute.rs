//! A block's transactions, one after the other (protocol, Transactions; protocol, Blocks and finality).

use std::collections::BTreeMap;
use std::mem;

use lojal_types::{
    Address, BrandId, ChainId, Code, Hash, Height, IdentifiedTransaction, Month, Outcome, Parameters, Points, Receipt,
    Rules, TimeMs, TransactionId, VerifiedTransaction,
};

use crate::activity::Concerned;
use crate::admission::admit;
use crate::ahead::read_ahead;
use crate::allowance::Usage;
use crate::closings::close_brands;
use crate::conservation::check_block;
use crate::execution::Execution;
use crate::expiry::expire;
use crate::fundamentals::Fundamentals;
use crate::hold_ends::end_holds;
use crate::key::{ClosingsKey, RecentKey, ShelfKey, StateKey};
use crate::motions::{begin_version, lapse};
use crate::operations::{By, Context, apply, set_aside};
use crate::overlay::Overlay;
use crate::pending::mature;
use crate::recent::{IdSet, RecentIds, first_minute, minute_of};
use crate::record::{DayUse, RecentDigest, Sent, Shelf};
use crate::shelves::Shelves;
use crate::state::{State, View};
use crate::stop::{Stop, decided};
use crate::tree::{LoadedPage, Missing};
use crate::unfinished::Unfinished;

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
    view: &'a View,
    recent: &'a RecentIds,
    rules: &'static Rules,
    time: TimeMs,
    height: Height,
    parameters: Parameters,
    overlay: Overlay<'a>,
    /// True once what happens by itself in the block has happened.
    is_begun: bool,
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
    /// version. Holds whose time is over by then end first, points whose wait is over mature, those whose month is over
    /// expire, brands that leave are gone, motions that nobody decided lapse, and shelves whose time has come are
    /// dropped.
    pub fn new(state: &'a State, time: TimeMs) -> Self {
        Self::on(state.view(), state.recent(), state.view().rules(), time)
    }

    /// The same on a version of the state, with the ids that are remembered at it.
    pub(crate) fn on(view: &'a View, recent: &'a RecentIds, rules: &'static Rules, time: TimeMs) -> Self {
        Self {
            view,
            recent,
            rules,
            time,
            height: view.tip().height.next(),
            parameters: view.parameters().clone(),
            overlay: Overlay::on(view.tree(), view.shelves()),
            is_begun: false,
            dropped: Vec::new(),
            digests: BTreeMap::new(),
            added: IdSet::default(),
            added_ids: Vec::new(),
            receipts: Vec::new(),
            concerned: Concerned::default(),
            named: Vec::new(),
        }
    }

    /// Takes pages that were missing.
    pub fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.overlay.supply(pages);
    }

    /// Brings what the next transactions need into the processor's caches, all together. Nothing depends on it but
    /// time. Returns for how many of the transactions it did so, which is as many as is worth it, and the pages that
    /// they need and that are neither in memory nor have been [supplied](Self::supply).
    pub fn read_ahead<'b>(&self, next: impl Iterator<Item = &'b VerifiedTransaction>) -> (usize, Result<(), Missing>) {
        let (count, missing) = read_ahead(self.view, self.time, next.map(VerifiedTransaction::identified));
        (count, missing.or_else(|missing| missing.without(|page| self.overlay.is_supplied(page))))
    }

    /// The pages that transactions are going to need, as far as it can be told before they are executed, and that are
    /// neither in memory nor have been [supplied](Self::supply).
    pub fn lacking(&self, mut next: &[&VerifiedTransaction]) -> Vec<[u8; 32]> {
        let mut lacking = Vec::new();
        while !next.is_empty() {
            let (count, missing) = self.read_ahead(next.iter().copied());
            lacking.extend(missing.err().iter().flat_map(Missing::pages));
            next = &next[count.clamp(1, next.len())..];
        }
        lacking
    }

    /// Does what happens by itself at the beginning of the block. What can be much of it is read before any of it
    /// changes, so that what is missing is told together.
    fn begin(&mut self) -> Result<(), Missing> {
        if self.is_begun {
            return Ok(());
        }
        match self.end_what_is_over() {
            Ok(dropped) => {
                self.overlay.keep();
                (self.dropped, self.is_begun) = (dropped, true);
                Ok(())
            }
            Err(missing) => {
                self.overlay.take_back();
                Err(missing)
            }
        }
    }

    /// Ends what is over by the block's time; answers with the months whose shelves are dropped.
    fn end_what_is_over(&mut self) -> Result<Vec<Month>, Missing> {
        let Self { view, recent, time, height, overlay, .. } = self;
        let dropped = drop_shelves(overlay, view, *time)?;
        end_holds(overlay, view.tip().time_ms, *time)?;
        mature(overlay, view, *time)?;
        expire(overlay, view, *time)?;
        close_brands(overlay, view.tip().time_ms, *time)?;
        lapse(overlay, *time)?;
        begin_version(overlay, *height)?;
        let over = recent.minutes_before(first_minute(*time));
        Missing::each(over.map(|minute| overlay.remove(&RecentKey(minute))))?;
        Ok(dropped)
    }

    /// Executes the next transaction: "All operations happen, or none." (protocol, Transactions)
    ///
    /// # Errors
    /// When it can't be in this block at all, and then it isn't; or when pages are missing, and then it is pushed again
    /// once they have been [supplied](Self::supply). Nothing has changed.
    pub fn push(&mut self, verified: &VerifiedTransaction) -> Result<Receipt, Stop> {
        self.execute(verified.identified())
    }

    /// The same of a transaction whose signature the caller answers for.
    pub(crate) fn execute(&mut self, identified: &IdentifiedTransaction) -> Result<Receipt, Stop> {
        let sent = self.admit(identified, &Usage::default())?;
        let outcome = match self.run_and_touch(identified) {
            Ok(outcome) => outcome,
            Err(missing) => {
                self.overlay.take_back();
                return Err(missing.into());
            }
        };
        self.overlay.keep();
        // "What fails after that fails **with a receipt**: it is on the ledger, has no effect, and can never succeed
        // later." (protocol, Transactions)
        self.remember(identified);
        self.note(identified, outcome, sent);
        let receipt = Receipt { transaction: identified.id(), outcome };
        self.receipts.push(receipt);
        Ok(receipt)
    }

    /// Applies a transaction, and makes sure that whatever is written after it is there to be written.
    fn run_and_touch(&mut self, identified: &IdentifiedTransaction) -> Result<Outcome, Missing> {
        let outcome = self.run(identified)?;
        self.named.clear();
        match outcome {
            Outcome::Applied => self.overlay.add_concerned(&mut self.named),
            Outcome::Failed { .. } => self.overlay.take_back(),
        }
        self.named.push(identified.transaction().sender);
        self.named.sort_unstable();
        self.named.dedup();
        self.overlay.touch(&self.named)?;
        let minute = minute_of(identified.transaction());
        if !self.digests.contains_key(&minute) {
            let digest = self.overlay.get(&RecentKey(minute))?.unwrap_or_else(RecentDigest::empty);
            self.digests.insert(minute, digest);
        }
        Ok(outcome)
    }

    /// Checks that a transaction could be in this block and every operation would succeed, as things are, but for
    /// what others of the same sender take before it; nothing changes.
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub(crate) fn try_out(&mut self, identified: &IdentifiedTransaction, beside: &Beside) -> Result<(), Stop> {
        self.admit(identified, &beside.usage)?;
        let outcome = self.run_beside(identified, &beside.claims);
        self.overlay.take_back();
        match outcome? {
            Outcome::Applied => Ok(()),
            Outcome::Failed { code, .. } => Err(code.into()),
        }
    }

    fn run_beside(&mut self, identified: &IdentifiedTransaction, claims: &[Claim]) -> Result<Outcome, Missing> {
        for claim in claims {
            set_aside(&mut self.context(identified, 0), claim.account, claim.brand, claim.amount)?;
        }
        self.run(identified)
    }

    /// Checks that a transaction could be in this block, whatever would become of it, if others of the same sender were
    /// in it before. Answers with what the sender will have sent on this day then.
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub(crate) fn admit(&mut self, identified: &IdentifiedTransaction, before: &Usage) -> Result<Sent, Stop> {
        self.begin()?;
        // "An id whose first 16 bytes are those of one that is remembered under the same minute, or that stands before
        // it in the block, counts as the same" (protocol, Transactions)
        if self.added.contains(&identified.id()) {
            return Err(Code::DuplicateTransaction.into());
        }
        // "A block with an operation or action that its version doesn't have is invalid" (protocol, Staying compatible)
        if !identified.transaction().operations.iter().all(|operation| operation.is_known_to(self.rules)) {
            return Err(Code::UnknownInVersion.into());
        }
        let account = admit(&mut self.overlay, self.recent, identified, self.time)?;
        // "its sender's allowance for the day has room for it" (protocol, Transactions)
        let sent = account.used_on(self.time.day()).sent;
        let allowance = self.parameters.allowances.of(account.is_operator());
        Ok(sent.beside(before).with(&Usage::of_identified(identified), allowance)?)
    }

    /// Ends the block. What it has executed is gone from it then.
    ///
    /// # Errors
    /// When pages are missing, and then it is ended again once they have been [supplied](Self::supply); or when points
    /// appeared or vanished: a fault of this program, after which nothing may be trusted.
    pub fn finish(&mut self) -> Result<Execution, Unfinished> {
        self.begin()?;
        for (minute, digest) in &self.digests {
            self.overlay.put(&RecentKey(*minute), digest)?;
        }
        let shelves = self.put_shelves()?;
        let fundamentals = Fundamentals::after(self.view.fundamentals(), &mut self.overlay)?;
        let closings = self.overlay.get(&ClosingsKey)?.unwrap_or_default();
        self.overlay.seal()?;
        let written = self.overlay.written();
        let tree = self.overlay.written_tree(&written)?;
        check_block(&written, self.time, closings.closed_at(self.time).collect())?;
        let (added_ids, receipts) = (mem::take(&mut self.added_ids), mem::take(&mut self.receipts));
        Ok(Execution { tree, shelves, fundamentals, added_ids, receipts, concerned: mem::take(&mut self.concerned) })
    }

    /// Commits to the shelves as the block leaves them.
    fn put_shelves(&mut self) -> Result<Shelves, Missing> {
        let changed = self.overlay.written_shelves()?;
        for (month, tree) in &changed {
            let begun = self.overlay.get(&ShelfKey(*month))?.expect("a shelf is begun before anything lies on it");
            let (root, count) = (Hash::new(tree.root()), tree.len());
            self.overlay.put(&ShelfKey(*month), &Shelf { root, count, ..begun })?;
        }
        Ok(self.view.shelves().with(&self.dropped, changed))
    }

    /// Applies the operations up to the first that fails. What they have written is neither kept nor taken back yet.
    fn run(&mut self, identified: &IdentifiedTransaction) -> Result<Outcome, Missing> {
        let transaction = identified.transaction();
        for (operation, index) in transaction.operations.iter().zip(0_u8..) {
            if let Err(code) = decided(apply(&mut self.context(identified, index), operation))? {
                return Ok(Outcome::Failed { operation: index, code });
            }
        }
        Ok(Outcome::Applied)
    }

    fn context(&mut self, identified: &IdentifiedTransaction, index: u8) -> Context<'_, 'a> {
        Context {
            overlay: &mut self.overlay,
            chain: self.view.chain_id(),
            transaction: identified.id(),
            index,
            sender: identified.transaction().sender,
            by: By::Sender,
            signer: identified.public_key(),
            time: self.time,
            height: self.height,
            parameters: &self.parameters,
            rules: self.rules,
        }
    }

    /// The record under a key as it is now.
    pub(crate) fn get<K: StateKey>(&mut self, key: &K) -> Result<Option<K::Record>, Missing> {
        self.overlay.get(key)
    }

    fn remember(&mut self, identified: &IdentifiedTransaction) {
        let (id, minute) = (identified.id(), minute_of(identified.transaction()));
        let chain = self.chain_id();
        let digest = self.digests.get_mut(&minute).expect("read when the transaction was executed");
        *digest = digest.with(&id, &chain);
        self.added.insert(&id);
        self.added_ids.push((minute, id));
    }

    /// Notes a transaction in the records of the accounts that it concerns, and in its sender's what that has sent on
    /// this day. "A transaction concerns its sender, whatever became of it." (protocol, Activity)
    fn note(&mut self, identified: &IdentifiedTransaction, outcome: Outcome, sent: Sent) {
        let sender = identified.transaction().sender;
        for address in &self.named {
            let account = self.overlay.change_account(*address).expect("touched when the transaction was executed");
            // "every account that has a record after it" (protocol, Activity): a household that was dissolved has none.
            let Some(account) = account else { continue };
            account.bring_to(self.time);
            self.concerned.add(*address, account.activity);
            account.activity = account.activity.with(&identified.id(), self.height, &outcome);
            if *address == sender {
                account.used = Some(DayUse { sent, ..account.used_on(self.time.day()) });
            }
        }
        self.concerned.end();
    }

    fn chain_id(&self) -> ChainId {
        self.view.chain_id()
    }
}

/// Drops the shelves whose time has come; answers with their months. "A shelf is dropped whole, in the first block that
/// isn't earlier than that." (protocol, References)
fn drop_shelves(overlay: &mut Overlay<'_>, before: &View, time: TimeMs) -> Result<Vec<Month>, Missing> {
    let mut dropped = Vec::new();
    // The time of a drop is the beginning of a month.
    if before.tip().time_ms.month() == time.month() {
        return Ok(dropped);
    }
    let shelves = Missing::each(before.shelves().iter().map(|(month, _)| Ok((month, overlay.get(&ShelfKey(month))?))))?;
    for (month, shelf) in shelves {
        if shelf.expect("every shelf has its record").is_over(time) {
            overlay.drop_shelf(month)?;
            dropped.push(month);
        }
    }
    Ok(dropped)
}

#[cfg(test)]
mod tests;
