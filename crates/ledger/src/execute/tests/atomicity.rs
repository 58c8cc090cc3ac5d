//! "The operations of one transaction are atomic: all or none." (protocol §6)

use lojal_types::{Code, Operation, Outcome, PublicKey, VerifiedTransaction};

use crate::execute::Executor;
use crate::fixture::*;

/// The till and Anna both hold points and the till may do everything, so that one sender can do every kind of operation.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, TILL, 500, "first"));
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "second"));
    ledger.apply(TILL, issue(CAFE, TILL, 500, "first"));
    ledger
}

/// One operation of each kind, all of which succeed one after the other.
fn every_kind() -> Vec<Operation> {
    vec![
        issue(GROCER, BO, 10, "new"),
        issue(CAFE, CLEO, 10, "new"),
        redeem_for(GROCER, TILL, 100, "till 7"),
        redeem(CAFE, TILL, 500),
        transfer(GROCER, TILL, BO, 400),
        reverse(GROCER, ANNA, 200, "second", "return"),
        rotate(key(77).public_key()),
    ]
}

/// One operation of each kind that fails after [`every_kind`].
fn failures() -> [(Operation, Code); 5] {
    [
        (issue(GROCER, BO, 10, "new"), Code::DuplicateReference),
        (redeem(GROCER, TILL, 1), Code::InsufficientPoints),
        (transfer(GROCER, TILL, BO, 10), Code::InsufficientPoints),
        (reverse(GROCER, ANNA, 301, "second", "return 2"), Code::ReversalExceedsIssue),
        (rotate(key(77).public_key()), Code::KeyUnchanged),
    ]
}

#[test]
fn one_operation_of_every_kind_succeeds_together() {
    let mut ledger = ledger();
    assert_eq!(ledger.run(TILL, every_kind()), Outcome::Applied);
    assert_eq!(ledger.totals(GROCER), [1010, 710, 100, 0, 200]);
    assert_eq!(ledger.balance(BO, GROCER), 410);
}

#[test]
fn a_last_operation_of_any_kind_that_fails_takes_all_the_others_back() {
    for (last, code) in failures() {
        let mut ledger = ledger();
        let before = records(ledger.view());
        let position = u8::try_from(every_kind().len()).expect("few");
        let operations = every_kind().into_iter().chain([last]).collect();
        assert_eq!(ledger.run(TILL, operations), failed(position, code));
        assert_eq!(records(ledger.view()), before, "{code}");
        assert!(ledger.view().account(address(BO)).is_none(), "not even an account is opened");
        assert_eq!(ledger.run(TILL, every_kind()), Outcome::Applied, "no reference was used up, no key replaced");
    }
}

#[test]
fn every_prefix_before_a_failure_is_taken_back() {
    for length in 1..=every_kind().len() {
        let mut ledger = ledger();
        let before = records(ledger.view());
        let mut operations: Vec<Operation> = every_kind().into_iter().take(length).collect();
        operations.push(rotate(PublicKey::new([2; 32])));
        operations.extend(every_kind());
        let position = u8::try_from(length).expect("few");
        assert_eq!(ledger.run(TILL, operations), failed(position, Code::InvalidKey));
        assert_eq!(records(ledger.view()), before, "{length} operations before the failure");
    }
}

#[test]
fn a_failure_takes_back_its_own_transaction_only() {
    let mut with_failure = ledger();
    let mut without = ledger();
    let first = with_failure.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 50), redeem(GROCER, ANNA, 50)]);
    let failing = with_failure.sign(ANNA, vec![redeem(GROCER, ANNA, 400), redeem(GROCER, ANNA, 1)]);
    let last = with_failure.sign(BO, vec![redeem(GROCER, BO, 50)]);
    let time = with_failure.next_time();
    let answers = with_failure.block(time, &[first.clone(), failing, last.clone()]);
    let applied = Ok(Outcome::Applied);
    assert_eq!(answers, [applied, Ok(failed(1, Code::InsufficientPoints)), applied]);
    assert_eq!(without.block(time, &[first, last]), [applied, applied]);
    assert_eq!(records(with_failure.view()), records(without.view()));
    assert_ne!(with_failure.view().state_root(), without.view().state_root(), "but its id is remembered");
}

#[test]
fn a_failure_in_the_first_block_of_a_month_does_not_bring_expired_points_back() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(RESORT, ANNA, 8, "pass"));
    let until = start_of("2027-01").plus_ms(HOUR_MS / 2);
    let failing = ledger.sign_until(ANNA, until, vec![redeem(RESORT, ANNA, 8)]);
    let mut executor = Executor::new(&ledger.state, start_of("2027-01"));
    let receipt = executor.push(&failing).expect("in its window");
    assert_eq!(receipt.outcome, failed(0, Code::PointsExpired));
    let after = executor.finish().expect("conserved");
    let mut quiet = Executor::new(&ledger.state, start_of("2027-01"));
    assert!(quiet.push(&long_over()).is_err(), "refused transactions leave nothing either");
    let quiet = quiet.finish().expect("conserved");
    let without_ids = |tree: &crate::StateTree| {
        let tip = ledger.view().tip();
        records(crate::State::restore(&ledger.genesis, tip, tree.clone(), Default::default()).view())
    };
    assert_eq!(without_ids(after.tree()), without_ids(quiet.tree()));
}

/// A transaction whose window has passed by then.
fn long_over() -> VerifiedTransaction {
    Ledger::new().sign(TILL, vec![issue(CAFE, ANNA, 1, "late")])
}
