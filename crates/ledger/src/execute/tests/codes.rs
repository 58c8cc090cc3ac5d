//! Every code that the ledger answers with, provoked, and that nothing changes then.

use std::collections::BTreeSet;

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Code, Operation, Outcome, PublicKey, VerifiedTransaction};

use crate::admission::validate;
use crate::execute::Executor;
use crate::fixture::*;

/// What is answered before a transaction reaches the ledger: by decoding, by the signature check, by the mempool.
const BEFORE_THE_LEDGER: [Code; 6] = [
    Code::Malformed,
    Code::TransactionTooLarge,
    Code::WrongChain,
    Code::BadSignature,
    Code::QuotaExceeded,
    Code::MempoolFull,
];

/// Makes the transaction that must be answered with the code, on a ledger that it may prepare.
type Refused = fn(&mut Ledger) -> VerifiedTransaction;

/// The sender and the operation that must fail with the code, on a ledger that they may prepare.
type Failing = fn(&mut Ledger) -> (u8, Operation);

/// What can't be in a block at all.
const REFUSALS: [(Code, Refused); 5] = [
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
    (Code::UnknownAccount, |ledger| ledger.sign(CLEO, vec![redeem(GROCER, CLEO, 1)])),
    (Code::WrongKey, |ledger| {
        let until = ledger.now().plus_ms(HOUR_MS);
        ledger.sign_with(&key(BO), address(ANNA), until, vec![redeem(GROCER, ANNA, 1)])
    }),
];

/// What lands with a receipt and without effect.
const FAILURES: [(Code, Failing); 42] = [
    (Code::AmountZero, |_| (TILL, issue(GROCER, ANNA, 0, "new"))),
    (Code::AmountZero, |_| (ANNA, redeem(GROCER, ANNA, 0))),
    (Code::AmountZero, |_| (ANNA, transfer(GROCER, ANNA, BO, 0))),
    (Code::AmountZero, |_| (TILL, reverse(GROCER, ANNA, 0, "first", "return"))),
    (Code::AmountTooLarge, |_| (TILL, issue(GROCER, ANNA, POINTS_MAX + 1, "new"))),
    (Code::AmountTooLarge, |_| (TILL, issue(GROCER, ANNA, u64::MAX, "new"))),
    (Code::AmountTooLarge, |_| (ANNA, redeem(GROCER, ANNA, u64::MAX))),
    (Code::AmountTooLarge, |_| (ANNA, transfer(GROCER, ANNA, BO, u64::MAX))),
    (Code::AmountTooLarge, |_| (TILL, reverse(GROCER, ANNA, u64::MAX, "first", "return"))),
    // 500 of the grocer's points have been issued already, and the sum of all issues is bounded too.
    (Code::AmountTooLarge, |_| (TILL, issue(GROCER, ANNA, POINTS_MAX - 499, "new"))),
    (Code::UnknownBrand, |_| (TILL, issue("nobody", ANNA, 1, "new"))),
    (Code::UnknownBrand, |_| (ANNA, redeem("nobody", ANNA, 1))),
    (Code::UnknownBrand, |_| (ANNA, transfer("nobody", ANNA, BO, 1))),
    (Code::UnknownBrand, |_| (TILL, reverse("nobody", ANNA, 1, "first", "return"))),
    (Code::InsufficientPoints, |_| (ANNA, redeem(GROCER, ANNA, 501))),
    (Code::InsufficientPoints, |_| (ANNA, transfer(GROCER, ANNA, BO, 501))),
    (Code::InsufficientPoints, |ledger| {
        ledger.apply(ANNA, redeem(GROCER, ANNA, 450));
        (TILL, reverse(GROCER, ANNA, 51, "first", "return"))
    }),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2027-12"));
        (ANNA, redeem(GROCER, ANNA, 500))
    }),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2027-12"));
        (ANNA, transfer(GROCER, ANNA, BO, 500))
    }),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2026-12"));
        ledger.apply(TILL, issue(RESORT, ANNA, 5, "pass"));
        ledger.pass_to(start_of("2027-02"));
        (TILL, reverse(RESORT, ANNA, 5, "pass", "return"))
    }),
    // A brand can never take points by itself.
    (Code::NotOwner, |_| (TILL, redeem(GROCER, ANNA, 1))),
    (Code::NotOwner, |_| (BO, transfer(GROCER, ANNA, BO, 10))),
    (Code::SameAccount, |_| (ANNA, transfer(GROCER, ANNA, ANNA, 10))),
    (Code::PolicyForbidsTransfer, |ledger| {
        ledger.apply(TILL, issue(RESORT, ANNA, 5, "pass"));
        (ANNA, transfer(RESORT, ANNA, BO, 5))
    }),
    (Code::TransferTooSmall, |_| (ANNA, transfer(GROCER, ANNA, BO, 9))),
    (Code::TransferTooLarge, |_| (ANNA, transfer(GROCER, ANNA, BO, 1001))),
    (Code::NotOperator, |_| (ANNA, issue(GROCER, ANNA, 1, "new"))),
    (Code::NotOperator, |_| (ISSUER, issue(CAFE, ANNA, 1, "new"))),
    (Code::NotOperator, |_| (ANNA, reverse(GROCER, ANNA, 1, "first", "return"))),
    (Code::RoleMissing, |_| (RETURNS, issue(GROCER, ANNA, 1, "new"))),
    (Code::RoleMissing, |_| (ISSUER, reverse(GROCER, ANNA, 1, "first", "return"))),
    (Code::DuplicateReference, |_| (TILL, issue(GROCER, BO, 1, "first"))),
    (Code::UnknownReference, |_| (TILL, reverse(GROCER, ANNA, 1, "nothing", "return"))),
    (Code::IssueToOther, |_| (TILL, reverse(GROCER, BO, 1, "first", "return"))),
    (Code::ReversalExceedsIssue, |_| (TILL, reverse(GROCER, ANNA, 501, "first", "return"))),
    (Code::KeyUnchanged, |_| (ANNA, rotate(key(ANNA).public_key()))),
    (Code::DuplicateReference, |ledger| {
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 1, "till 7"));
        (ANNA, redeem_for(GROCER, ANNA, 1, "till 7"))
    }),
    (Code::DuplicateReference, |ledger| {
        ledger.apply(TILL, reverse(GROCER, ANNA, 1, "first", "return"));
        (TILL, reverse(GROCER, ANNA, 1, "first", "return"))
    }),
    (Code::ReversalWindowClosed, |ledger| {
        ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS));
        (TILL, reverse(GROCER, ANNA, 1, "first", "return"))
    }),
    // A window of 0: the café never takes anything back.
    (Code::ReversalWindowClosed, |ledger| {
        ledger.apply(TILL, issue(CAFE, ANNA, 5, "cup"));
        (TILL, reverse(CAFE, ANNA, 1, "cup", "return"))
    }),
    (Code::ReversalExceedsIssue, |ledger| {
        ledger.apply(TILL, reverse(GROCER, ANNA, 300, "first", "return"));
        (TILL, reverse(GROCER, ANNA, 201, "first", "another return"))
    }),
    (Code::InvalidKey, |_| (ANNA, rotate(PublicKey::new([2; 32])))),
];

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
        assert_eq!(validate(&ledger.state, &transaction, time), Err(code));
        let mut executor = Executor::new(&ledger.state, time);
        assert_eq!(executor.push(&transaction), Err(code));
        let execution = executor.finish().expect("nothing happened");
        assert!(execution.receipts().is_empty(), "{code}");
        assert_eq!(execution.tree().root(), ledger.view().tree().root(), "{code}: not even its id is remembered");
    }
}

#[test]
fn what_fails_in_a_block_has_a_receipt_with_its_code_and_changes_nothing() {
    for (number, (code, provoke)) in FAILURES.into_iter().enumerate() {
        let mut ledger = ledger();
        let (sender, operation) = provoke(&mut ledger);
        let (before, next) = (records(ledger.view()), ledger.next_time());
        let transaction = ledger.sign(sender, vec![operation]);
        assert_eq!(validate(&ledger.state, &transaction, next), Err(code), "failure {number}");
        let answer = ledger.block(next, std::slice::from_ref(&transaction));
        assert_eq!(answer, [Ok(failed(0, code))], "failure {number}");
        assert_eq!(records(ledger.view()), before, "failure {number}, {code}: nothing changes");
        // It has landed all the same: it can never succeed later behind its submitter's back.
        let again = ledger.block(ledger.next_time(), &[transaction]);
        assert_eq!(again, [Err(Code::DuplicateTransaction)], "failure {number}");
    }
}

#[test]
fn every_code_is_provoked_here_or_given_before_the_ledger() {
    let refusals = REFUSALS.iter().map(|(code, _)| *code);
    let failures = FAILURES.iter().map(|(code, _)| *code);
    let provoked: BTreeSet<Code> = refusals.chain(failures).collect();
    assert!(BEFORE_THE_LEDGER.iter().all(|code| !provoked.contains(code)));
    let covered: BTreeSet<Code> = provoked.into_iter().chain(BEFORE_THE_LEDGER).collect();
    assert_eq!(covered, Code::all().collect());
}
