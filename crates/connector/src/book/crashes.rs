//! Power cuts at every operation on the disk, and a ledger beside them that knows what came out of it.

use std::path::PathBuf;

use lojal_random::Random;
use lojal_store::{Faults, SimulatedDisk};
use lojal_types::{Height, Operation, TrackId, TransactionId};

use super::*;
use crate::entry::Done;
use crate::testing::{CHAIN, brand, earn, member, open, sign, time};
use crate::wish::{Count, Wish};

/// The time for which what is signed can happen.
const VALID_MS: u64 = 60_000;

/// The wishes of these tests, one after the other: points, a stamp, and both in one.
fn wanted(number: u64, name: &str, now: TimeMs) -> Entry {
    let (to, amount, expiry) = (member(1), Points::new(1 + number), None);
    let count = Count { track: TrackId::new(1), amount: 1 + number, place: None };
    let wish = match number % 3 {
        0 => Wish::Earn { to, amount, expiry },
        1 => Wish::Stamp { to, count },
        _ => Wish::EarnAndStamp { to, amount, expiry, count },
    };
    Entry { wish, ..earn(name, 1, now) }
}

/// The use of a reference by an operation: true of a stamp.
fn use_of(operation: &Operation) -> (bool, Reference, Day) {
    match operation {
        Operation::Issue(one) => (false, one.reference.clone(), one.dated),
        Operation::Stamp(one) => (true, one.reference.clone(), one.dated),
        _ => panic!("nothing else is asked for"),
    }
}

/// A ledger that does twice what comes under two days, as the real one does after a while.
#[derive(Default)]
struct Model {
    now: TimeMs,
    done: BTreeMap<(bool, Reference, Day), (TransactionId, Operation)>,
    /// The last transaction that was sent for each wish.
    sent: BTreeMap<Id, SignedTransaction>,
}

impl Model {
    /// Takes a transaction; answers with its id if it is on the ledger.
    fn take(&mut self, signed: &SignedTransaction) -> Option<TransactionId> {
        let id = signed.transaction.id(&CHAIN);
        let operations = &signed.transaction.operations;
        let is_free = operations.iter().all(|operation| !self.done.contains_key(&use_of(operation)));
        if self.now < signed.transaction.valid_until_ms && is_free {
            self.done.extend(operations.iter().map(|operation| (use_of(operation), (id, operation.clone()))));
        }
        self.done.values().any(|(done, _)| *done == id).then_some(id)
    }
    fn used(&self, reference: &Reference) -> Option<(Day, TransactionId)> {
        let found = self.done.iter().find(|((_, known, _), _)| known == reference);
        found.map(|((.., day), (id, _))| (*day, *id))
    }
}

fn done(transaction: TransactionId) -> State {
    State::Done(Done { transaction, height: Height::new(1), time_ms: TimeMs::default(), taken: None })
}

/// A connector whose power is cut.
struct Till {
    simulated: SimulatedDisk,
    dir: PathBuf,
    random: Random,
    book: Option<Book>,
    ledger: Model,
    cuts: u32,
}

impl Till {
    fn new(dir: PathBuf, seed: u64) -> Self {
        let ledger = Model { now: time(0), ..Model::default() };
        let (simulated, random) = (SimulatedDisk::new(), Random::new(seed));
        Self { simulated, dir, random, book: None, ledger, cuts: 0 }
    }
    /// Works on the book, which is opened first where the power was cut; nothing if that happens now.
    fn work<T, E: std::fmt::Debug>(&mut self, work: impl FnOnce(&mut Book) -> Result<T, E>) -> Option<T> {
        let result = match &mut self.book {
            Some(book) => work(book).map_err(|error| format!("{error:?}")),
            none => match open(&self.simulated.disk(), &self.dir, self.ledger.now.day()) {
                Ok(book) => {
                    let book = none.insert(book);
                    check(book, &self.ledger);
                    work(book).map_err(|error| format!("{error:?}"))
                }
                Err(error) => Err(format!("{error:?}")),
            },
        };
        let error = match result {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        assert!(self.simulated.faults().power_is_off, "no other fault than a power cut: {error}");
        self.book = None;
        self.cuts += 1;
        self.simulated.crash(self.random.number()).expect("the real disk works");
        None
    }
    /// Asks for something again and again, now and then on the next day, until it is told that it was taken in.
    fn ask(&mut self, number: u64, name: &str) {
        loop {
            let entry = wanted(number, name, self.ledger.now);
            if self.work(|book| book.accept(entry, None)).is_some() {
                return;
            }
            self.later(60 * 60 * 1000);
        }
    }
    fn later(&mut self, at_most_ms: u64) {
        self.ledger.now = self.ledger.now.plus_ms(self.random.below(at_most_ms));
    }
    /// Sends what waits, as the sender does; requests and answers get lost. Tells whether nothing is left.
    fn send(&mut self) -> bool {
        let Some(batch) = self.work(|book| Ok::<_, BookError>(book.front(4))) else { return false };
        for entry in &batch {
            self.later(VALID_MS / 2);
            let is_over = entry.signed.as_ref().is_none_or(|one| one.transaction.valid_until_ms <= self.ledger.now);
            if let Some((day, id)) = self.ledger.used(&entry.reference).filter(|_| is_over) {
                self.work(|book| book.end(vec![(entry.id(), done(id), Some(day))]));
                continue;
            }
            let signed = match &entry.signed {
                Some(signed) if !is_over => signed.clone(),
                _ => {
                    let signed = sign(entry, self.random.number(), self.ledger.now.plus_ms(VALID_MS));
                    let kept = signed.clone();
                    if self.work(|book| book.sign(vec![(entry.id(), entry.dated, kept)])).is_none() {
                        return false;
                    }
                    signed
                }
            };
            self.ledger.sent.insert(entry.id(), signed.clone());
            let (is_taken, is_told) = (!self.random.once_in(4), !self.random.once_in(4));
            let id = if is_taken { self.ledger.take(&signed) } else { None };
            if let Some(id) = id.filter(|_| is_told) {
                self.work(|book| book.end(vec![(entry.id(), done(id), None)]));
            }
        }
        batch.is_empty()
    }
    fn cut_after(&self, changes: u32) {
        let faults = Faults { power_fails_after: Some(changes), ..Faults::default() };
        self.simulated.set_faults(faults);
    }
    /// Everything is on the ledger once, as a whole, and the book says so.
    fn finish(&mut self, expected: &BTreeMap<Reference, Wish>) {
        while !self.send() {}
        let book = self.book.as_ref().expect("no cut since");
        let mut operations = Vec::new();
        for (reference, wish) in expected {
            let entry = book.entry(&(wish.kind(), reference.clone())).expect("known");
            assert!(matches!(entry.state, State::Done(_)), "{entry:?}");
            operations.extend(wish.operations(brand(), reference, entry.dated));
        }
        operations.sort_by_key(use_of);
        let done: Vec<Operation> = self.ledger.done.values().map(|(_, operation)| operation.clone()).collect();
        assert_eq!(done, operations, "each happens exactly once, under the day that the book has");
    }
}

/// Checks that a book knows after a power cut all that was sent: its bytes, or its end.
fn check(book: &Book, ledger: &Model) {
    for (id, sent) in &ledger.sent {
        let entry = book.entry(id).expect("what was sent was asked for");
        let is_known = !entry.is_waiting() || entry.signed.as_ref() == Some(sent);
        let is_newer =
            entry.signed.as_ref().is_some_and(|one| one.transaction.valid_until_ms > sent.transaction.valid_until_ms);
        assert!(is_known || is_newer, "sent, and not on the disk: {entry:?}");
    }
}

#[test]
fn of_a_thousand_rewards_and_stamps_between_power_cuts_each_happens_once() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut till = Till::new(dir.path().join("data"), 1);
    let mut expected = BTreeMap::new();
    for number in 0..1_000_u64 {
        if till.simulated.faults().power_fails_after.is_none() {
            till.cut_after((number % 17) as u32);
        }
        let name = format!("receipt {number}");
        till.ask(number, &name);
        expected.insert(crate::testing::reference(&name), wanted(number, &name, time(0)).wish);
        // Now and then no gateway answers for a while.
        if !till.random.once_in(3) {
            till.send();
        }
        if till.random.once_in(5) {
            till.ask(number, &name);
        }
    }
    till.simulated.set_faults(Faults::default());
    till.finish(&expected);
    assert!(till.cuts >= 400, "{} power cuts", till.cuts);
}

#[test]
fn a_power_cut_at_any_operation_on_the_disk_loses_and_doubles_nothing() {
    let mut last = 0;
    for changes in 0.. {
        for seed in 0..4 {
            let dir = tempfile::tempdir().expect("a temporary directory");
            let mut till = Till::new(dir.path().join("data"), seed);
            till.cut_after(changes);
            let mut expected = BTreeMap::new();
            for (number, name) in (0..).zip(["a", "b", "c"]) {
                till.ask(number, name);
                expected.insert(crate::testing::reference(name), wanted(number, name, time(0)).wish);
                till.send();
            }
            till.finish(&expected);
            last += till.cuts;
        }
        if std::mem::take(&mut last) == 0 {
            assert!(changes > 20, "{changes} operations");
            return;
        }
    }
}
