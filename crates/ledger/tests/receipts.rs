//! Receipts are rewarded once: however often tills try them again, whatever their clocks say, over New Year's night and
//! over the drop of their shelf, by the ledger and by the model alike.

mod blocks;

use std::collections::BTreeMap;

use lojal_ledger::{BlockExecutor, State};
use lojal_model::{Model, Random};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Address, Bounded, BrandId, Capture, Code, Day, Genesis, GenesisDocument, Governance, Issue, KeyPair, Operation,
    Outcome, Parameters, Points, Policy, Reference, Request, RequestKind, Reverse, Roles, Salt, TimeMs, Transaction,
    Validator, VerifiedTransaction,
};

use self::blocks::{answer, tip_after};

const HISTORIES: u64 = 60;
const BLOCKS: u64 = 90;
const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// The distances between blocks: hours around midnights, and now and then so long that shelves are dropped.
const STEPS_MS: [u64; 12] = [
    1,
    HOUR_MS,
    HOUR_MS,
    5 * HOUR_MS,
    5 * HOUR_MS,
    5 * HOUR_MS,
    11 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    9 * DAY_MS,
    20 * DAY_MS,
    70 * DAY_MS,
];

fn key(seed: u8) -> KeyPair {
    KeyPair::from_seed(&[seed; 32])
}

fn brand() -> BrandId {
    "nordmat".parse().expect("valid")
}

fn genesis(receipt_days: u8, keep_months: u8) -> Genesis {
    let operators = vec![GenesisOperator::new(key(1).public_key(), Roles::all())];
    let policy = Policy { reversal_window_ms: 400 * DAY_MS, ..Policy::open() };
    let brand = GenesisBrand::new(brand(), policy, Bounded::new(operators).expect("one"));
    let validator = Validator {
        name: "one".parse().expect("valid"),
        public_key: key(200).public_key(),
        network_key: key(201).public_key(),
        power: 1,
    };
    // A week before New Year.
    let start = "2026-12-25".parse::<Day>().expect("valid").start();
    let document = GenesisDocument {
        governance: Governance::of([&validator], |validator| validator.network_key),
        parameters: Parameters { receipt_days, keep_months, ..Parameters::standard() },
        validators: Bounded::new(vec![validator]).expect("one"),
        brands: Bounded::new(vec![brand]).expect("one"),
        ..GenesisDocument::empty("receipts".parse().expect("valid"), start)
    };
    Genesis::new(document).expect("keeps the rules")
}

/// The kinds of operations that use a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Issue,
    Redeem,
    Reverse,
    Capture,
}

/// A receipt in the hands of a till, which has kept its day.
#[derive(Clone)]
struct Receipt {
    kind: Kind,
    operation: Operation,
    /// The day that it was applied with, if it was.
    applied: Option<Day>,
}

struct History {
    genesis: Genesis,
    random: Random,
    state: State,
    model: Model,
    receipts: Vec<Receipt>,
    /// Transactions as they were sent, to be sent again.
    sent: Vec<(usize, VerifiedTransaction)>,
    nonce: u64,
    /// The number of answers of each code.
    codes: BTreeMap<Code, u64>,
    dropped: usize,
}

impl History {
    fn new(seed: u64) -> Self {
        let genesis = genesis([35, 1, 62, 10][(seed % 4) as usize], [3, 4, 13][(seed % 3) as usize]);
        let (state, model) = (State::genesis(&genesis), Model::genesis(&genesis));
        let (receipts, sent, codes) = (Vec::new(), Vec::new(), BTreeMap::new());
        let random = Random::new(seed);
        Self { genesis, random, state, model, receipts, sent, nonce: 0, codes, dropped: 0 }
    }

    fn member(&self) -> Address {
        key(2).address()
    }

    fn reference(&self, kind: Kind) -> Reference {
        let number = u64::try_from(self.receipts.len()).expect("few");
        Reference::new([&number.to_be_bytes()[..], &[kind as u8]].concat()).expect("short")
    }

    /// A receipt of now, by a till whose clock may be a day wrong, or some.
    fn receipt(&mut self, time: TimeMs) -> Option<Receipt> {
        let today = time.day();
        let dated = [today, today, today, today.plus(1), today.minus(1), today.plus(2)][self.random.index(6)];
        let (brand, from, amount) = (brand(), self.member(), Points::new(3));
        let applied = |kind| {
            let of_kind = self.receipts.iter().filter(move |one| one.kind == kind && one.applied.is_some());
            of_kind.map(|one| one.operation.clone()).collect::<Vec<_>>()
        };
        let (issues, kind) = (applied(Kind::Issue), self.random.clone().within(0..8));
        let operation = match kind {
            0..4 => {
                let reference = self.reference(Kind::Issue);
                (Kind::Issue, Operation::Issue(Issue { brand, to: from, amount, reference, dated, expiry: None }))
            }
            4 => {
                let Operation::Issue(issue) = self.random.pick(&issues)? else { return None };
                let (at_least, reference) = (Points::new(1), self.reference(Kind::Reverse));
                let (issue_reference, issue_dated, amount) = (issue.reference, issue.dated, Points::new(1));
                (
                    Kind::Reverse,
                    Operation::Reverse(Reverse {
                        brand,
                        from,
                        amount,
                        at_least,
                        issue_reference,
                        issue_dated,
                        reference,
                        dated,
                    }),
                )
            }
            5 => (Kind::Redeem, self.request(RequestKind::Redeem, time, dated)),
            _ => return self.hold_and_capture(time, dated),
        };
        let _ = self.random.number();
        let (kind, operation) = operation;
        Some(Receipt { kind, operation, applied: None })
    }

    /// The member's answer to a request for a point, which can be answered for years.
    fn request(&self, kind: RequestKind, time: TimeMs, dated: Day) -> Operation {
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&(self.receipts.len() as u64).to_be_bytes());
        let until_ms = time.plus_ms(2_000 * DAY_MS);
        let request = Request {
            brand: brand(),
            amount: Points::new(1),
            kind,
            dated,
            until_ms,
            household: None,
            salt: Salt::new(salt),
        };
        request.answer(&self.genesis.chain_id(), self.member())
    }

    /// A capture of a hold that is made at once.
    fn hold_and_capture(&mut self, time: TimeMs, dated: Day) -> Option<Receipt> {
        let expires_ms = time.plus_ms(20 * DAY_MS);
        let Operation::Hold(hold) = self.request(RequestKind::Hold { expires_ms }, time, dated) else { return None };
        let signed = self.sign(2, time, vec![Operation::Hold(hold.clone())]);
        self.block(time, &[signed]);
        let reference = self.reference(Kind::Capture);
        let (hold_reference, hold_dated) = (hold.request.reference, hold.request.dated);
        let (brand, from, amount) = (hold.brand, hold.from, hold.amount);
        let capture = Capture { brand, from, hold_reference, hold_dated, amount, reference, dated };
        Some(Receipt { kind: Kind::Capture, operation: Operation::Capture(capture), applied: None })
    }

    fn sign(&mut self, by: u8, time: TimeMs, operations: Vec<Operation>) -> VerifiedTransaction {
        self.nonce += 1;
        let chain = self.genesis.chain_id();
        let transaction = Transaction {
            chain: chain.tag(),
            sender: key(by).address(),
            valid_until_ms: time.plus_ms(HOUR_MS),
            nonce: self.nonce,
            operations: Bounded::new(operations).expect("one"),
        };
        transaction.sign(&chain, &key(by)).verify(&chain).expect("just signed")
    }

    /// A block by ledger and model; both say the same.
    fn block(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) -> Vec<Result<Outcome, Code>> {
        let time = time.max(self.state.view().tip().time_ms.plus_ms(1));
        let before = self.state.view().shelves().iter().count();
        let mut executor = BlockExecutor::new(&self.state, time);
        let answers: Vec<_> =
            transactions.iter().map(|one| answer(executor.push(one)).map(|receipt| receipt.outcome)).collect();
        let execution = executor.finish().expect("points are conserved");
        self.state.apply(execution, tip_after(self.state.view(), time));
        assert_eq!(answers, self.model.apply_block(time, transactions), "the model says something else");
        self.dropped += before.saturating_sub(self.state.view().shelves().iter().count());
        for answer in &answers {
            if let Ok(Outcome::Failed { code, .. }) | Err(code) = answer {
                *self.codes.entry(*code).or_default() += 1;
            }
        }
        answers
    }

    /// Sends a receipt; it must not be applied if it was before.
    fn send(&mut self, number: usize, transaction: VerifiedTransaction, time: TimeMs) {
        let dated = dated_of(&transaction.signed().transaction.operations[0]).expect("a receipt has a day");
        let answer = self.block(time, &[transaction]);
        if answer == [Ok(Outcome::Applied)] {
            let now = self.state.view().tip().time_ms;
            let before = self.receipts[number].applied.replace(dated);
            assert_eq!(before, None, "{:?} was applied twice, again at {now:?}", self.receipts[number].operation);
        }
    }

    fn step(&mut self) {
        let step_ms = self.random.pick(&STEPS_MS).expect("not empty");
        let time = self.state.view().tip().time_ms.plus_ms(step_ms);
        if self.receipts.is_empty() || self.random.within(0..5) < 2 {
            let Some(receipt) = self.receipt(time) else { return };
            self.receipts.push(receipt);
        }
        for _ in 0..4 {
            // Mostly one of the latest, else one of long ago.
            let back = if self.random.within(0..4) < 3 { 4 } else { self.receipts.len() };
            let number = self.receipts.len() - 1 - self.random.index(back.min(self.receipts.len()));
            let Receipt { kind, mut operation, applied } = self.receipts[number].clone();
            let now = self.state.view().tip().time_ms.plus_ms(1).max(time);
            // A till that has lost the day gives today's, while the day of the first use can still be given; and a day
            // that differs by at most two from that of the first use, another till's clock may give at any time.
            let (today, own) = (now.day(), dated_of(&operation).expect("a receipt has a day"));
            let other = match self.random.within(0..8) {
                0 | 1 if applied.is_none_or(|used| self.could_be_given(used, today)) => Some(today),
                2 => Some(own.plus(1)).filter(|day| applied.is_none_or(|used| *day <= used.plus(2))),
                _ => Some(own).filter(|day| applied.is_none_or(|used| *day <= used.plus(2))),
            };
            let Some(dated) = other else { continue };
            redate(&mut operation, dated);
            let by = if kind == Kind::Redeem { 2 } else { 1 };
            let signed = self.sign(by, now, vec![operation]);
            self.sent.push((number, signed.clone()));
            self.send(number, signed, now);
        }
        // What another validator still has, or anybody who has listened.
        let replayed = self.random.index(self.sent.len());
        let (number, transaction) = self.sent[replayed].clone();
        self.send(number, transaction, time);
    }

    /// Tells whether the day that a receipt was used with is still one that can be given.
    fn could_be_given(&self, used: Day, today: Day) -> bool {
        used.plus(self.genesis.document().parameters.receipt_days.into()) >= today
    }
}

/// The day of a receipt.
fn dated_of(operation: &Operation) -> Option<Day> {
    match operation {
        Operation::Issue(one) => Some(one.dated),
        Operation::Reverse(one) => Some(one.dated),
        Operation::Capture(one) => Some(one.dated),
        Operation::Redeem(one) => one.request.as_ref().map(|request| request.dated),
        _ => None,
    }
}

/// Gives a receipt another day. A request's own is a part of it, and can't be changed.
fn redate(operation: &mut Operation, day: Day) {
    match operation {
        Operation::Issue(one) => one.dated = day,
        Operation::Reverse(one) => one.dated = day,
        Operation::Capture(one) => one.dated = day,
        _ => {}
    }
}

#[test]
fn a_receipt_is_rewarded_once_whatever_tills_clocks_say_and_however_often_it_is_tried() {
    let (mut codes, mut applied, mut dropped) = (BTreeMap::<Code, u64>::new(), BTreeMap::new(), 0);
    for seed in 0..HISTORIES {
        let mut history = History::new(seed);
        for _ in 0..BLOCKS {
            history.step();
        }
        for receipt in history.receipts.iter().filter(|receipt| receipt.applied.is_some()) {
            *applied.entry(receipt.kind).or_insert(0_u64) += 1;
        }
        history.codes.into_iter().for_each(|(code, count)| *codes.entry(code).or_default() += count);
        dropped += history.dropped;
    }
    assert!(dropped > 100, "{dropped} shelves dropped");
    for kind in [Kind::Issue, Kind::Redeem, Kind::Reverse, Kind::Capture] {
        assert!(applied.get(&kind).is_some_and(|count| *count > 20), "{applied:?}");
    }
    let expected = [Code::ReferenceTooOld, Code::ReferenceInFuture, Code::UnknownReference, Code::HoldClosed];
    for code in [&expected[..], &[Code::DuplicateReference]].concat() {
        assert!(codes.get(&code).is_some_and(|count| *count > 20), "{codes:?}");
    }
}
