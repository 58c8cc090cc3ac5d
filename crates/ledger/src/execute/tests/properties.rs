//! Random histories against the naive model: the same answers, balances and totals; the same roots every time.

use std::cell::RefCell;
use std::collections::BTreeSet;

use lojal_types::limits::POINTS_MAX;
use lojal_types::{
    Address, BrandId, Code, Expiry, Hash, Operation, Outcome, Points, PublicKey, Reverse, TimeMs, VerifiedTransaction,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use super::model::Model;
use crate::conservation::balance_sheet;
use crate::execute::Executor;
use crate::fixture::{self, *};

/// Whoever acts and whoever gets points: three members, two more that start without an account, three operators.
const ACTORS: [u8; 8] = [ANNA, BO, CLEO, 4, 5, TILL, ISSUER, RETURNS];

#[derive(Clone, Debug)]
enum Amount {
    Exactly(u64),
    /// All that the account holds, and some more or less.
    AllAnd(i64),
}

#[derive(Clone, Debug)]
enum Wish {
    Issue {
        brand: usize,
        to: usize,
        amount: Amount,
        receipt: u8,
    },
    Redeem {
        brand: usize,
        from: Option<usize>,
        amount: Amount,
        request: Option<u8>,
    },
    Transfer {
        brand: usize,
        from: Option<usize>,
        to: usize,
        amount: Amount,
    },
    /// Of one of the issues so far, mostly from whoever got it.
    Reverse {
        brand: usize,
        from: Option<usize>,
        amount: Amount,
        issue: usize,
        own: u8,
    },
    Rotate {
        key: u8,
    },
}

#[derive(Clone, Debug)]
enum Submission {
    /// By whom, valid how long after the block, signed by the account's key or by the first one, doing what.
    New { sender: usize, valid_ms: u64, by_first_key: bool, wishes: Vec<Wish> },
    /// One that was submitted before, counted from the last one back.
    Again(usize),
}

type History = Vec<(u64, Vec<Submission>)>;

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        30 => (1_u64..60).prop_map(Amount::Exactly),
        8 => (-2_i64..3).prop_map(Amount::AllAnd),
        1 => prop::sample::select(vec![0, 5000, POINTS_MAX - 300, POINTS_MAX, POINTS_MAX + 1, u64::MAX])
            .prop_map(Amount::Exactly),
    ]
}

/// Mostly one of the three brands.
fn brand_index() -> impl Strategy<Value = usize> {
    prop_oneof![40 => 0_usize..3, 1 => Just(3_usize)]
}

/// Mostly the sender itself.
fn source() -> impl Strategy<Value = Option<usize>> {
    prop_oneof![20 => Just(None), 1 => (0..ACTORS.len()).prop_map(Some)]
}

fn wish() -> impl Strategy<Value = Wish> {
    let who = || 0..ACTORS.len();
    prop_oneof![
        8 => (brand_index(), who(), amount(), 0_u8..60)
            .prop_map(|(brand, to, amount, receipt)| Wish::Issue { brand, to, amount, receipt }),
        5 => (brand_index(), source(), amount(), prop::option::weighted(0.3, 0_u8..20))
            .prop_map(|(brand, from, amount, request)| Wish::Redeem { brand, from, amount, request }),
        6 => (brand_index(), source(), who(), amount())
            .prop_map(|(brand, from, to, amount)| Wish::Transfer { brand, from, to, amount }),
        4 => (brand_index(), source(), amount(), 0_usize..40, 0_u8..60)
            .prop_map(|(brand, from, amount, issue, own)| Wish::Reverse { brand, from, amount, issue, own }),
        1 => (0_u8..4).prop_map(|key| Wish::Rotate { key }),
    ]
}

fn submission() -> impl Strategy<Value = Submission> {
    let valid_ms = prop_oneof![
        20 => 1..=HOUR_MS,
        1 => prop::sample::select(vec![0, 1, HOUR_MS, HOUR_MS + 1]),
    ];
    // The till, which may do most, acts most often.
    let sender = prop_oneof![1 => 0..ACTORS.len(), 1 => Just(5_usize)];
    prop_oneof![
        12 => (sender, valid_ms, prop::bool::weighted(0.1), vec(wish(), 1..4)).prop_map(
            |(sender, valid_ms, by_first_key, wishes)| Submission::New { sender, valid_ms, by_first_key, wishes }
        ),
        1 => (0_usize..6).prop_map(Submission::Again),
    ]
}

fn history() -> impl Strategy<Value = History> {
    let short = vec![1, SECOND_MS, MINUTE_MS, 40 * MINUTE_MS, DAY_MS];
    let long = vec![20 * DAY_MS, 45 * DAY_MS, 400 * DAY_MS, 7 * 366 * DAY_MS];
    let step = prop_oneof![3 => prop::sample::select(short), 1 => prop::sample::select(long)];
    vec((step, vec(submission(), 0..9)), 1..30)
}

/// What an account holds, in the model.
fn held(model: &Model, account: u8, brand: BrandId) -> u64 {
    model.balance(address(account), brand).iter().map(|(_, amount)| amount).sum()
}

fn operation(model: &Model, sender: u8, wish: &Wish) -> Operation {
    let id = |index: usize| *BRANDS.get(index).unwrap_or(&"nobody");
    let exact = |amount: &Amount, account: u8, id: &str| match amount {
        Amount::Exactly(amount) => *amount,
        Amount::AllAnd(more) => held(model, account, brand(id)).saturating_add_signed(*more),
    };
    match wish {
        Wish::Issue { brand, to, amount, receipt } => {
            let to = ACTORS[*to];
            issue(id(*brand), to, exact(amount, to, id(*brand)), &format!("receipt {receipt}"))
        }
        Wish::Redeem { brand, from, amount, request } => {
            let from = from.map_or(sender, |from| ACTORS[from]);
            let amount = exact(amount, from, id(*brand));
            match request {
                Some(request) => redeem_for(id(*brand), from, amount, &format!("request {request}")),
                None => redeem(id(*brand), from, amount),
            }
        }
        Wish::Transfer { brand, from, to, amount } => {
            let from = from.map_or(sender, |from| ACTORS[from]);
            transfer(id(*brand), from, ACTORS[*to], exact(amount, from, id(*brand)))
        }
        Wish::Reverse { brand, from, amount, issue, own } => {
            let issues = model.issues(fixture::brand(id(*brand)));
            let nothing = (reference("nothing"), address(sender), 0);
            let (issue_reference, receiver, rest) = issues.get(issue % (issues.len() + 1)).unwrap_or(&nothing);
            let amount = match amount {
                Amount::Exactly(amount) => *amount,
                Amount::AllAnd(more) => rest.saturating_add_signed(*more),
            };
            Operation::Reverse(Reverse {
                brand: fixture::brand(id(*brand)),
                from: from.map_or(*receiver, |from| address(ACTORS[from])),
                amount: Points::new(amount),
                issue_reference: issue_reference.clone(),
                reference: reference(&format!("return {own}")),
            })
        }
        Wish::Rotate { key: 0 } => rotate(PublicKey::new([2; 32])),
        Wish::Rotate { key: number } => rotate(key(later_key(sender, *number)).public_key()),
    }
}

/// The seeds of an account's later keys; number 1 is the first one once more.
fn later_key(account: u8, number: u8) -> u8 {
    if number == 1 { account } else { account + 50 * number }
}

/// Signs as the model says that the account signs now.
fn submit(ledger: &mut Ledger, model: &Model, time: TimeMs, submission: &Submission) -> Option<VerifiedTransaction> {
    let Submission::New { sender, valid_ms, by_first_key, wishes } = submission else { return None };
    let sender = ACTORS[*sender];
    let operations = wishes.iter().map(|wish| operation(model, sender, wish)).collect();
    let current = model.account(address(sender)).flatten();
    let signs = |seed: &u8| Some(key(*seed).public_key()) == current;
    let seeds = (1..4).map(|number| later_key(sender, number));
    let seed = if *by_first_key { sender } else { seeds.into_iter().find(signs).unwrap_or(sender) };
    Some(ledger.sign_with(&key(seed), address(sender), time.plus_ms(*valid_ms), operations))
}

/// Everything that was answered, so that the histories are known to reach what they are meant to reach.
#[derive(Default)]
struct Reached {
    codes: BTreeSet<Code>,
    applied: BTreeSet<&'static str>,
}

impl Reached {
    fn note(&mut self, transaction: &VerifiedTransaction, answer: Result<Outcome, Code>) {
        match answer {
            Ok(Outcome::Applied) => {
                self.applied.extend(transaction.transaction().operations.iter().map(|one| one.name()))
            }
            Ok(Outcome::Failed { code, .. }) | Err(code) => {
                self.codes.insert(code);
            }
        }
    }
}

fn compare(ledger: &Ledger, model: &Model) -> Result<(), TestCaseError> {
    for id in BRANDS {
        prop_assert_eq!(ledger.totals(id), model.totals(brand(id)), "totals of {}", id);
        for actor in ACTORS {
            let lots: Vec<(Expiry, u64)> = ledger.lots(actor, id).iter().map(|l| (l.expiry, l.amount.get())).collect();
            prop_assert_eq!(lots, model.balance(address(actor), brand(id)));
        }
    }
    for actor in ACTORS {
        let address: Address = address(actor);
        let account = ledger.view().account(address).map(|account| account.rotated_key);
        prop_assert_eq!(account, model.account(address));
    }
    prop_assert!(balance_sheet(ledger.view()).is_ok());
    Ok(())
}

fn follow(history: &History, reached: &mut Reached) -> Result<(), TestCaseError> {
    let mut ledger = Ledger::new();
    let mut model = Model::new(&ledger.genesis);
    let mut submitted: Vec<VerifiedTransaction> = Vec::new();
    let mut blocks: Vec<(TimeMs, Vec<VerifiedTransaction>, Hash)> = Vec::new();
    for (step_ms, submissions) in history {
        let time = ledger.now().plus_ms(*step_ms);
        model.begin(time);
        let root = ledger.view().state_root();
        let mut executor_input = Vec::new();
        let mut expected = Vec::new();
        for submission in submissions {
            let earlier = match submission {
                Submission::Again(back) => submitted.iter().nth_back(*back).cloned(),
                Submission::New { .. } => None,
            };
            let Some(transaction) = earlier.or_else(|| submit(&mut ledger, &model, time, submission)) else { continue };
            let answer = model.push(&transaction);
            reached.note(&transaction, answer);
            expected.push(answer);
            submitted.push(transaction.clone());
            executor_input.push(transaction);
        }
        let mut dropped = Executor::new(&ledger.state, time);
        let answers: Vec<_> =
            executor_input.iter().map(|one| dropped.push(one).map(|receipt| receipt.outcome)).collect();
        drop(dropped);
        prop_assert_eq!(ledger.view().state_root(), root, "an executor that is dropped changes nothing");
        prop_assert_eq!(&answers, &expected);
        prop_assert_eq!(ledger.block(time, &executor_input), expected);
        compare(&ledger, &model)?;
        blocks.push((time, executor_input, ledger.view().state_root()));
    }
    let mut second = Ledger::new();
    for (time, transactions, root) in blocks {
        second.block(time, &transactions);
        prop_assert_eq!(second.view().state_root(), root, "the same blocks give the same roots");
    }
    prop_assert_eq!(second.state.recent(), ledger.state.recent());
    Ok(())
}

#[test]
fn any_history_gives_what_the_rules_say_and_conserves_every_point() {
    let config =
        ProptestConfig { cases: 150, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Default::default() };
    let reached = RefCell::new(Reached::default());
    let result = TestRunner::new(config).run(&history(), |history| follow(&history, &mut reached.borrow_mut()));
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let reached = reached.into_inner();
    let every_operation = BTreeSet::from(["issue", "redeem", "transfer", "reverse", "rotate_key"]);
    assert_eq!(reached.applied, every_operation);
    let before_the_ledger = 6;
    let missing: Vec<Code> = Code::all().filter(|code| !reached.codes.contains(code)).collect();
    assert_eq!(missing.len(), before_the_ledger, "the histories reach every code of the ledger: {missing:?}");
}
