//! Every code that the ledger answers with, provoked, and that nothing changes then.

mod between;
mod brands;
mod campaigns;
mod governance;
mod holds;
mod households;
mod keys;
mod market;
mod points;
mod programme;
mod vouchers;

use std::collections::BTreeSet;

use lojal_model::BEFORE_THE_LEDGER;
use lojal_types::{Action, Code, DisallowFollower, Operation, Outcome, VerifiedTransaction};

use crate::DryRun;
use crate::execute::BlockExecutor;
use crate::fixture::*;

/// Makes the transaction that must be answered with the code, on a ledger that it may prepare.
type Refused = fn(&mut Ledger) -> VerifiedTransaction;

/// The sender and the operation that must fail with the code, on a ledger that they may prepare.
type Failing = fn(&mut Ledger) -> (u8, Operation);

/// The codes of transactions that can't be in a block at all.
const REFUSALS: [(Code, Refused); 6] = [
    (Code::TransactionExpired, |ledger| {
        let block_time = ledger.next_time();
        ledger.sign_until(ANNA, block_time, vec![redeem(GROCER, ANNA, 1)])
    }),
    (Code::WindowTooLong, |ledger| {
        let beyond = ledger.next_time().plus_ms(HOUR_MS + 1);
        ledger.sign_until(ANNA, beyond, vec![redeem(GROCER, ANNA, 1)])
    }),
    (Code::DuplicateTransaction, |ledger| {
        let transaction = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]);
        assert_eq!(ledger.block(ledger.next_time(), std::slice::from_ref(&transaction)), [Ok(Outcome::Applied)]);
        transaction
    }),
    (Code::AllowanceSpent, |ledger| {
        for _ in 0..4 {
            assert_eq!(ledger.run(ANNA, vec![redeem(GROCER, ANNA, 1); 100]), Outcome::Applied);
        }
        ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)])
    }),
    (Code::UnknownAccount, |ledger| ledger.sign(CLEO, vec![redeem(GROCER, CLEO, 1)])),
    (Code::WrongKey, |ledger| {
        let until = ledger.now().plus_ms(HOUR_MS);
        ledger.sign_with(&key(BO), address(ANNA), until, vec![redeem(GROCER, ANNA, 1)])
    }),
];

/// The codes of transactions that land with a receipt and without effect.
fn failures() -> impl Iterator<Item = &'static (Code, Failing)> {
    let groups = [points::FAILURES, holds::FAILURES, keys::FAILURES, brands::FAILURES, between::FAILURES];
    let more = [households::FAILURES, governance::FAILURES, governance::FAILURES_OF_NODES];
    let of_version_2 = [programme::FAILURES, campaigns::FAILURES, vouchers::FAILURES, market::FAILURES];
    groups.into_iter().chain(more).chain(of_version_2).flatten()
}

/// Anna has 500 points of the grocer, Bo 40 of the café.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger.apply(TILL, issue(CAFE, BO, 40, "first"));
    ledger
}

#[test]
fn what_can_not_be_in_a_block_is_refused_with_its_code_and_changes_nothing() {
    for (code, provoke) in REFUSALS {
        let mut ledger = ledger();
        let transaction = provoke(&mut ledger);
        let time = ledger.next_time();
        assert_eq!(DryRun::new(&ledger.state, time).validate(&transaction), Err(code.into()));
        let mut executor = BlockExecutor::new(&ledger.state, time);
        assert_eq!(executor.push(&transaction), Err(code.into()));
        let execution = executor.finish().expect("nothing happened");
        assert!(execution.receipts().is_empty(), "{code}");
        assert_eq!(execution.tree().root(), ledger.view().tree().root(), "{code}: not even its id is remembered");
    }
}

#[test]
fn what_fails_in_a_block_has_a_receipt_with_its_code_and_changes_nothing() {
    for (number, (code, provoke)) in failures().enumerate() {
        let mut ledger = ledger();
        let (sender, operation) = provoke(&mut ledger);
        let (before, next) = (records(ledger.view()), ledger.next_time());
        let transaction = ledger.sign(sender, vec![operation]);
        assert_eq!(
            DryRun::new(&ledger.state, next).validate(&transaction),
            Err((*code).into()),
            "failure {number}, {code}"
        );
        let answer = ledger.block(next, std::slice::from_ref(&transaction));
        assert_eq!(answer, [Ok(failed(0, *code))], "failure {number}, {code}");
        assert_eq!(records(ledger.view()), before, "failure {number}, {code}: nothing changes");
        // It has landed all the same: it can never succeed later behind its submitter's back.
        let again = ledger.block(ledger.next_time(), &[transaction]);
        assert_eq!(again, [Err(Code::DuplicateTransaction)], "failure {number}");
    }
}

#[test]
fn what_a_version_does_not_have_can_not_be_in_a_block_of_it() {
    let mut ledger = ledger();
    let nobody = DisallowFollower { name: "nobody".parse().expect("a valid name") };
    let both = [suspend(CAFE), Action::DisallowFollower(nobody)].map(|action| propose_motion(vec![action]));
    let transaction = ledger.sign(GOVERNOR, both.to_vec());
    let (time, state) = (ledger.next_time(), &ledger.state);
    let mut executor = BlockExecutor::on(state.view(), state.recent(), &WITHOUT_FOLLOWERS, time);
    assert_eq!(executor.push(&transaction), Err(Code::UnknownInVersion.into()));
    assert!(executor.finish().expect("points are conserved").receipts().is_empty());
    let track = set_track(GROCER, 1, rolling(1, &[]));
    for operation in [track.clone(), propose_for(GROCER, vec![track]), stamp(GROCER, 1, ANNA, 1, "new")] {
        let transaction = ledger.sign(TILL, vec![operation]);
        assert_eq!(ledger.block(ledger.next_time(), &[transaction]), [Err(Code::UnknownInVersion)]);
    }
}

#[test]
fn every_code_is_provoked_here_or_given_before_the_ledger() {
    let refusals = REFUSALS.iter().map(|(code, _)| *code);
    let failures = failures().map(|(code, _)| *code);
    let provoked: BTreeSet<Code> = refusals.chain(failures).chain([Code::UnknownInVersion]).collect();
    assert!(BEFORE_THE_LEDGER.iter().all(|code| !provoked.contains(code)));
    let covered: BTreeSet<Code> = provoked.into_iter().chain(BEFORE_THE_LEDGER).collect();
    assert_eq!(covered, Code::all().collect());
}
