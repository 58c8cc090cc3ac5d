//! The book: every wish and request with what became of it. What it says is in the journal before it says so.

mod requests;

use std::collections::BTreeMap;
use std::path::Path;

use lojal_store::Disk;
use lojal_types::{Day, Points, Reference, SignedTransaction, TimeMs};
use thiserror::Error;

use self::requests::Requests;
use crate::entry::{Answer, Call, Entry, Id, Payment, State, Use};
use crate::journal::{Item, Journal, JournalError, Owner};
use crate::limits::{ENTRIES_MAX, MEMORY_DAYS, REQUESTS_MAX, WAITING_MAX};
use crate::wish::Kind;

/// A reason that a wish is not taken in.
#[derive(Debug, Error)]
pub(crate) enum BookError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Something else was asked for under the reference.
    #[error("the reference was used before, for something else")]
    Different,
    #[error("too much waits")]
    Full,
    /// The key's limit for the day, and the end of the day.
    #[error("the limit of the day")]
    DailyMax { max: Points, ends_ms: TimeMs },
}

/// The bounds of a book.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Days for which an end is remembered.
    memory_days: u32,
    waiting_max: usize,
    entries_max: usize,
    /// Most payments, and most uses of vouchers.
    requests_max: usize,
}

impl Bounds {
    /// Those for references that can be used for so many days.
    pub(crate) fn of(receipt_days: u32) -> Self {
        let memory_days = receipt_days.saturating_add(MEMORY_DAYS);
        Self { memory_days, waiting_max: WAITING_MAX, entries_max: ENTRIES_MAX, requests_max: REQUESTS_MAX }
    }
    /// Those of an import, which forgets nothing.
    pub(crate) fn for_good() -> Self {
        Self { memory_days: u32::MAX, waiting_max: WAITING_MAX, entries_max: usize::MAX, requests_max: 0 }
    }
}

/// The book of a connector.
#[derive(Debug)]
pub(crate) struct Book {
    journal: Journal,
    bounds: Bounds,
    entries: BTreeMap<Id, Entry>,
    /// Those that wait, in the order in which they were asked for.
    waiting: BTreeMap<u64, Id>,
    /// Those that have ended, likewise.
    ended: BTreeMap<u64, Id>,
    payments: Requests<Payment>,
    calls: Requests<Call>,
    /// The points of each key's wishes of a kind, on the last day on which there were any.
    spent: BTreeMap<(u32, Kind), (Day, Points)>,
    next_number: u64,
}

impl Book {
    /// Opens the book of a directory.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub(crate) fn open(
        disk: &Disk,
        directory: &Path,
        owner: Owner,
        (today, bounds): (Day, Bounds),
    ) -> Result<Self, JournalError> {
        let (journal, items) = Journal::open(disk, directory, owner)?;
        let mut book = Self {
            journal,
            bounds,
            entries: BTreeMap::new(),
            waiting: BTreeMap::new(),
            ended: BTreeMap::new(),
            payments: Requests::new(),
            calls: Requests::new(),
            spent: BTreeMap::new(),
            next_number: 0,
        };
        for item in items {
            match item {
                Item::Entry(entry) => book.set(*entry),
                Item::Payment(payment) => book.set_payment(*payment),
                Item::Call(call) => book.set_call(*call),
            }
        }
        let counted: Vec<Entry> = book.entries.values().cloned().collect();
        counted.iter().for_each(|entry| book.count(entry));
        book.forget(today);
        book.write_anew()?;
        Ok(book)
    }

    /// The wish under a reference.
    pub(crate) fn entry(&self, id: &Id) -> Option<&Entry> {
        self.entries.get(id)
    }
    /// The number of wishes that it has.
    pub(crate) fn remembered(&self) -> usize {
        self.entries.len()
    }
    /// The number of wishes that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
    /// The first wishes that wait, in order.
    pub(crate) fn front(&self, most: usize) -> Vec<Entry> {
        self.waiting.values().take(most).filter_map(|id| self.entries.get(id)).cloned().collect()
    }
    /// The payment with an id.
    pub(crate) fn payment(&self, id: &Reference) -> Option<&Payment> {
        self.payments.get(id)
    }
    /// The payment that a till has asked for under a reference of its own.
    pub(crate) fn payment_named(&self, name: &str) -> Option<&Payment> {
        self.payments.named(name)
    }
    /// The uses of a voucher that were asked for, with an id.
    pub(crate) fn call(&self, id: &Reference) -> Option<&Call> {
        self.calls.get(id)
    }
    /// Those that a till has asked for under a reference of its own.
    pub(crate) fn call_named(&self, name: &str) -> Option<&Call> {
        self.calls.named(name)
    }

    /// Takes a wish in, which waits from now on, and tells whether it is a new one. The same as before changes nothing,
    /// unless that has failed: then it is tried again, or another one in its place, under the day that it had.
    ///
    /// # Errors
    /// See [`BookError`].
    pub(crate) fn accept(&mut self, entry: Entry, daily_max: Option<Points>) -> Result<bool, BookError> {
        let entry = match self.entries.get(&entry.id()) {
            Some(first @ Entry { state: State::Failed(_), .. }) => Entry { dated: first.dated, ..entry },
            Some(first) if first.wish != entry.wish || first.name != entry.name => return Err(BookError::Different),
            Some(_) => return Ok(false),
            None => entry,
        };
        if self.waiting.len() >= self.bounds.waiting_max {
            return Err(BookError::Full);
        }
        if let Some(max) = daily_max {
            let day = entry.accepted_ms.day();
            let spent = self.spent.get(&(entry.key, entry.wish.kind())).filter(|(of, _)| *of == day);
            let spent = spent.map_or(Points::ZERO, |(_, points)| *points);
            let amount = entry.wish.amount().unwrap_or_default();
            if spent.checked_add(amount).is_none_or(|sum| sum > max) {
                return Err(BookError::DailyMax { max, ends_ms: day.plus(1).start() });
            }
        }
        let entry = Entry { number: self.next_number, signed: None, state: State::Waiting, ..entry };
        self.journal.append(&[Item::Entry(Box::new(entry.clone()))])?;
        self.count(&entry);
        let today = entry.accepted_ms.day();
        self.set(entry);
        self.tidy(today)?;
        Ok(true)
    }
    /// Keeps what is signed for wishes that wait, with the day under which it is, before any of it is sent.
    ///
    /// # Errors
    /// See [`JournalError`]; nothing may be sent then.
    pub(crate) fn sign(&mut self, signed: Vec<(Id, Day, SignedTransaction)>) -> Result<(), JournalError> {
        let with = |(id, dated, signed): (Id, Day, SignedTransaction)| {
            let entry = self.entries.get(&id).filter(|entry| entry.is_waiting())?;
            Some(Entry { dated, signed: Some(signed), ..entry.clone() })
        };
        let changed: Vec<Entry> = signed.into_iter().filter_map(with).collect();
        self.keep(changed)
    }
    /// Keeps the ends of wishes; those that were found on the ledger have the day under which they are there.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub(crate) fn end(&mut self, ends: Vec<(Id, State, Option<Day>)>) -> Result<(), JournalError> {
        let with = |(id, state, dated): (Id, State, Option<Day>)| {
            let entry = self.entries.get(&id).filter(|entry| entry.is_waiting())?.clone();
            Some(Entry { dated: dated.unwrap_or(entry.dated), signed: None, state, ..entry })
        };
        let changed: Vec<Entry> = ends.into_iter().filter_map(with).collect();
        changed.iter().filter(|entry| matches!(entry.state, State::Failed(_))).for_each(|entry| self.give_back(entry));
        self.keep(changed)
    }
    /// Keeps a payment that is to be asked for.
    ///
    /// # Errors
    /// See [`BookError`].
    pub(crate) fn open_payment(&mut self, payment: Payment, today: Day) -> Result<(), BookError> {
        let payment = Payment { number: self.next_number, ..payment };
        self.journal.append(&[Item::Payment(Box::new(payment.clone()))])?;
        self.set_payment(payment);
        Ok(self.tidy(today)?)
    }
    /// Keeps the answer to a payment.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub(crate) fn answer(&mut self, id: &Reference, answer: Answer) -> Result<(), JournalError> {
        let Some(payment) = self.payments.get(id).filter(|payment| payment.answer.is_none()) else { return Ok(()) };
        let payment = Payment { answer: Some(answer), ..payment.clone() };
        self.journal.append(&[Item::Payment(Box::new(payment.clone()))])?;
        self.set_payment(payment);
        Ok(())
    }

    /// Keeps uses of a voucher that are to be asked for.
    ///
    /// # Errors
    /// See [`BookError`].
    pub(crate) fn open_call(&mut self, call: Call, today: Day) -> Result<(), BookError> {
        let call = Call { number: self.next_number, ..call };
        self.journal.append(&[Item::Call(Box::new(call.clone()))])?;
        self.set_call(call);
        Ok(self.tidy(today)?)
    }
    /// Keeps the answer to them.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub(crate) fn answer_call(&mut self, id: &Reference, answer: Use) -> Result<(), JournalError> {
        let Some(call) = self.calls.get(id).filter(|call| call.answer.is_none()) else { return Ok(()) };
        let call = Call { answer: Some(answer), ..call.clone() };
        self.journal.append(&[Item::Call(Box::new(call.clone()))])?;
        self.set_call(call);
        Ok(())
    }

    fn keep(&mut self, changed: Vec<Entry>) -> Result<(), JournalError> {
        if changed.is_empty() {
            return Ok(());
        }
        let items: Vec<Item> = changed.iter().map(|entry| Item::Entry(Box::new(entry.clone()))).collect();
        self.journal.append(&items)?;
        changed.into_iter().for_each(|entry| self.set(entry));
        Ok(())
    }
    /// Puts an entry in the place of the one before.
    fn set(&mut self, entry: Entry) {
        let id = entry.id();
        if let Some(before) = self.entries.get(&id) {
            self.waiting.remove(&before.number);
            self.ended.remove(&before.number);
        }
        let list = if entry.is_waiting() { &mut self.waiting } else { &mut self.ended };
        list.insert(entry.number, id.clone());
        self.next_number = self.next_number.max(entry.number.saturating_add(1));
        self.entries.insert(id, entry);
    }
    fn set_payment(&mut self, payment: Payment) {
        self.next_number = self.next_number.max(payment.number.saturating_add(1));
        self.payments.set((payment.number, payment.name.clone(), payment.id.clone()), payment);
    }
    fn set_call(&mut self, call: Call) {
        self.next_number = self.next_number.max(call.number.saturating_add(1));
        self.calls.set((call.number, call.name.clone(), call.id.clone()), call);
    }
    /// Counts a wish against its key's limit of the day.
    fn count(&mut self, entry: &Entry) {
        let Some(amount) = entry.wish.amount().filter(|_| !matches!(entry.state, State::Failed(_))) else { return };
        let day = entry.accepted_ms.day();
        let spent = self.spent.entry((entry.key, entry.wish.kind())).or_insert((day, Points::ZERO));
        if spent.0 < day {
            *spent = (day, Points::ZERO);
        }
        if spent.0 == day {
            spent.1 = spent.1.checked_add(amount).unwrap_or(Points::new(u64::MAX));
        }
    }
    /// Counts one no more that has failed.
    fn give_back(&mut self, entry: &Entry) {
        let Some(amount) = entry.wish.amount() else { return };
        if let Some((day, points)) = self.spent.get_mut(&(entry.key, entry.wish.kind()))
            && *day == entry.accepted_ms.day()
        {
            *points = points.checked_sub(amount).unwrap_or(Points::ZERO);
        }
    }
    /// Writes the journal anew once it has grown, without what need not be remembered.
    fn tidy(&mut self, today: Day) -> Result<(), JournalError> {
        let requests = self.payments.len().max(self.calls.len());
        if self.entries.len() > self.bounds.entries_max || requests > self.bounds.requests_max {
            self.forget(today);
        }
        if self.journal.is_full() {
            self.forget(today);
            self.write_anew()?;
        }
        Ok(())
    }
    /// Forgets what has ended before any reference of its day can be used, and the oldest of what is too much. Nothing
    /// happens twice for that: before a reference is first used, the ledger is asked for it.
    fn forget(&mut self, today: Day) {
        let oldest = today.minus(self.bounds.memory_days);
        // Some room at once, so that not every new one makes a search.
        let room = |count: usize, max: usize| if count > max { max - max / 10 } else { max };
        let entries_max = room(self.entries.len(), self.bounds.entries_max);
        let ended: Vec<(u64, Id)> = self.ended.iter().map(|(number, id)| (*number, id.clone())).collect();
        for (number, id) in ended {
            let is_old = self.entries.get(&id).is_some_and(|entry| entry.accepted_ms.day() < oldest);
            if is_old || self.entries.len() > entries_max {
                self.entries.remove(&id);
                self.ended.remove(&number);
            }
        }
        let most = self.bounds.requests_max;
        self.payments.forget(room(self.payments.len(), most), |payment| payment.ends_ms().day() < oldest);
        self.calls.forget(room(self.calls.len(), most), |call| call.request.until_ms.day() < oldest);
    }
    fn write_anew(&mut self) -> Result<(), JournalError> {
        let entries = self.entries.values().map(|entry| Item::Entry(Box::new(entry.clone())));
        let payments = self.payments.iter().map(|payment| Item::Payment(Box::new(payment.clone())));
        let calls = self.calls.iter().map(|call| Item::Call(Box::new(call.clone())));
        self.journal.write_anew(entries.chain(payments).chain(calls))
    }
}

#[cfg(test)]
mod calls;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod tests;
