//! "All operations happen, or none." (protocol, Transactions)

use std::collections::BTreeSet;

use lojal_types::limits::MEMBERSHIPS_MAX;
use lojal_types::{Address, Allowances, Code, MemberRole, Operation, Outcome, PublicKey, Role, VerifiedTransaction};

use crate::execute::BlockExecutor;
use crate::fixture::*;

/// The till may do everything, holds points, has a household with Anna in it, is invited to hers, guards her account
/// and Bo's, and is being recovered itself: so that one sender can do every kind of operation.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_allowances(Allowances::open());
    for (id, member) in [(GROCER, TILL), (GROCER, ANNA), (GROCER, BO), (CAFE, TILL)] {
        ledger.apply(TILL, issue(id, member, 500, &format!("for {member}")));
    }
    for guarded in [ANNA, BO, CASHIER] {
        ledger.apply(guarded, set_guardians(&[TILL], &[], 1));
    }
    // Both of whom it takes, so that a vote of one can be cancelled without stopping the account.
    ledger.guard(TILL, set_guardians(&[ANNA, BO], &[], 2));
    ledger.apply(TILL, start_recovery(BO, 52));
    let own = ledger.household(TILL, &[(ANNA, MemberRole::Adult, &[])]);
    let hers = ledger.household(ANNA, &[]);
    ledger.apply(ANNA, invite(hers, TILL, MemberRole::Adult, &[]));
    assert_eq!(households(&ledger), (own, hers));
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(ANNA, start_recovery(TILL, 53));
    ledger.apply(CASHIER, set_guardians(&[TILL, ANNA], &[], 1));
    ledger
}

/// The till's household and Anna's.
fn households(ledger: &Ledger) -> (Address, Address) {
    let of = |member| ledger.view().memberships(address(member)).expect("in memory");
    let [own] = of(TILL)[..] else { panic!("the till is a member of one") };
    let hers = of(ANNA).into_iter().find(|household| *household != own).expect("Anna is a member of two");
    (own, hers)
}

/// One operation of each kind but [`the_last_kinds`], all of which succeed one after the other.
fn every_kind(ledger: &Ledger) -> Vec<Operation> {
    let (own, hers) = households(ledger);
    let (expires, deal) = (ledger.now().plus_ms(HOUR_MS), terms(1, 2));
    vec![
        cancel_recovery(),
        agree(CASHIER, ledger.digest(CASHIER)),
        issue(GROCER, BO, 10, "new"),
        issue(CAFE, CLEO, 10, "new"),
        redeem_for(GROCER, TILL, 100, "till 7"),
        redeem(CAFE, TILL, 500),
        transfer(GROCER, TILL, BO, 100),
        reverse(GROCER, ANNA, 200, &format!("for {ANNA}"), "return"),
        hold(GROCER, TILL, 50, "till 7", expires),
        hold(GROCER, TILL, 50, "till 8", expires),
        capture(GROCER, TILL, "till 7", 30, "own"),
        release(GROCER, TILL, "till 8"),
        propose(GROCER, CAFE, &deal),
        accept(GROCER, CAFE, &deal),
        convert(TILL, GROCER, CAFE, 40, 20),
        settle(CAFE, GROCER, 15, "payment"),
        end(GROCER, CAFE),
        set_policy(RESORT, policy_of(CAFE)),
        set_operator(GROCER, 90, &ALL_ROLES, Some(5)),
        remove_operator(GROCER, ISSUER),
        start_recovery(ANNA, 51),
        finish_recovery(BO),
        set_guardians(&[], &[], 0),
        create_household(),
        invite(own, CLEO, MemberRole::Child, &[(GROCER, 1)]),
        join(hers),
        leave(hers),
        set_member(own, ANNA, MemberRole::Admin, &[]),
        remove_member(own, ANNA),
        rotate(key(77).public_key()),
    ]
}

/// The operations that stop the sender, after which nothing else is possible.
fn the_last_kinds() -> Vec<Operation> {
    vec![freeze(), unfreeze()]
}

/// The operations that one of [`failures`] needs between [`every_kind`] and itself: freezing and creating would
/// succeed.
fn preparation(last: &Operation) -> Vec<Operation> {
    match last {
        Operation::Freeze(_) => vec![freeze()],
        // The till is left in its own household and in the one that it has created.
        Operation::CreateHousehold(_) => vec![create_household(); MEMBERSHIPS_MAX - 2],
        _ => vec![],
    }
}

/// One operation of each kind that fails after [`every_kind`] and its [`preparation`].
fn failures(ledger: &Ledger) -> Vec<(Operation, Code)> {
    let (own, hers) = households(ledger);
    let (expires, deal) = (ledger.now().plus_ms(HOUR_MS), terms(1, 2));
    vec![
        (cancel_recovery(), Code::NoRecovery),
        (freeze(), Code::AlreadyFrozen),
        (unfreeze(), Code::NotFrozen),
        (agree(CASHIER, ledger.digest(CASHIER)), Code::UnknownChange),
        (issue(GROCER, BO, 10, "new"), Code::DuplicateReference),
        (redeem(GROCER, TILL, 231), Code::InsufficientPoints),
        (transfer(GROCER, TILL, BO, 231), Code::InsufficientPoints),
        (reverse(GROCER, ANNA, 301, &format!("for {ANNA}"), "return 2"), Code::ReversalExceedsIssue),
        (hold(GROCER, TILL, 50, "till 8", expires), Code::DuplicateReference),
        (capture(GROCER, TILL, "till 7", 1, "own 2"), Code::HoldClosed),
        (release(GROCER, TILL, "till 8"), Code::HoldClosed),
        (propose(GROCER, CAFE, &terms(0, 1)), Code::TermsOutOfBounds),
        (accept(GROCER, CAFE, &deal), Code::UnknownProposal),
        (convert(TILL, GROCER, CAFE, 1, 1), Code::UnknownPartnership),
        (settle(CAFE, GROCER, 26, "payment 2"), Code::SettlementExceedsDebt),
        (end(GROCER, CAFE), Code::UnknownPartnership),
        (set_policy("nobody", policy_of(CAFE)), Code::UnknownBrand),
        (set_operator(RESORT, TILL, &[Role::Issue], None), Code::LastAdmin),
        (remove_operator(GROCER, ISSUER), Code::UnknownOperator),
        (start_recovery(ANNA, 51), Code::RecoveryDecided),
        (finish_recovery(ANNA), Code::RecoveryTooEarly),
        (set_guardians(&[TILL], &[], 1), Code::OwnGuardian),
        (create_household(), Code::TooManyMemberships),
        (invite(own, TILL, MemberRole::Adult, &[]), Code::AlreadyMember),
        (join(hers), Code::NotInvited),
        (leave(hers), Code::NotMember),
        (set_member(own, ANNA, MemberRole::Adult, &[]), Code::UnknownMember),
        (remove_member(own, ANNA), Code::UnknownMember),
        (rotate(key(77).public_key()), Code::KeyUnchanged),
    ]
}

#[test]
fn the_list_has_every_kind() {
    let ledger = ledger();
    let operations = [every_kind(&ledger), the_last_kinds()].concat();
    let kinds: BTreeSet<&str> = operations.iter().map(Operation::name).collect();
    let failing: BTreeSet<&str> = failures(&ledger).iter().map(|(operation, _)| operation.name()).collect();
    assert_eq!(kinds.len(), 29);
    assert_eq!(failing, kinds);
}

#[test]
fn one_operation_of_every_kind_succeeds_together() {
    let mut ledger = ledger();
    let operations = [every_kind(&ledger), the_last_kinds()].concat();
    assert_eq!(ledger.run(TILL, operations), Outcome::Applied);
    assert_eq!(
        ledger.totals(GROCER),
        Sums { issued: 1510, outstanding: 1140, redeemed: 130, converted_out: 40, reversed: 200, ..Sums::default() }
    );
    assert_eq!(ledger.balance(BO, GROCER), 610);
    assert_eq!(ledger.view().owed(brand(GROCER), brand(CAFE)).expect("in memory").minor.get(), 25);
}

#[test]
fn a_last_operation_of_any_kind_that_fails_takes_all_the_others_back() {
    let prepared = ledger();
    for (last, code) in failures(&prepared) {
        let mut ledger = prepared.clone();
        let before = records(ledger.view());
        let every_kind = every_kind(&ledger);
        let mut operations = every_kind.clone();
        operations.extend(preparation(&last));
        let position = u8::try_from(operations.len()).expect("few");
        operations.push(last);
        assert_eq!(ledger.run(TILL, operations), failed(position, code));
        assert_eq!(records(ledger.view()), before, "{code}");
        assert!(ledger.view().account(address(CLEO)).expect("in memory").is_none(), "not even an account is opened");
        assert_eq!(ledger.run(TILL, every_kind), Outcome::Applied, "no reference was used up, no key replaced");
    }
}

#[test]
fn every_prefix_before_a_failure_is_taken_back() {
    let prepared = ledger();
    let every_kind = every_kind(&prepared);
    for length in 1..=every_kind.len() {
        let mut ledger = prepared.clone();
        let before = records(ledger.view());
        let mut operations: Vec<Operation> = every_kind.iter().take(length).cloned().collect();
        operations.push(rotate(PublicKey::new([2; 32])));
        operations.extend(every_kind.iter().cloned());
        let position = u8::try_from(length).expect("few");
        assert_eq!(ledger.run(TILL, operations), failed(position, Code::InvalidKey));
        assert_eq!(records(ledger.view()), before, "{length} operations before the failure");
    }
}

/// Anna holds points.
fn simple_ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger
}

#[test]
fn a_failure_takes_back_its_own_transaction_only() {
    let mut with_failure = simple_ledger();
    let mut without = simple_ledger();
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
    let mut ledger = simple_ledger();
    ledger.apply(TILL, issue(RESORT, ANNA, 8, "pass"));
    let until = start_of("2027-01").plus_ms(HOUR_MS / 2);
    let failing = ledger.sign_until(ANNA, until, vec![redeem(RESORT, ANNA, 8)]);
    let mut executor = BlockExecutor::new(&ledger.state, start_of("2027-01"));
    let receipt = executor.push(&failing).expect("in its window");
    assert_eq!(receipt.outcome, failed(0, Code::PointsExpired));
    let after = executor.finish().expect("conserved");
    let mut quiet = BlockExecutor::new(&ledger.state, start_of("2027-01"));
    assert!(quiet.push(&long_over()).is_err(), "refused transactions leave nothing either");
    let quiet = quiet.finish().expect("conserved");
    let without_ids = |tree: &crate::StateTree| {
        let (tip, parts) = (ledger.view().tip(), (tree.clone(), Default::default()));
        let state = crate::State::restore(&ledger.genesis, tip, parts, Default::default()).expect("in memory");
        records(state.view())
    };
    assert_eq!(without_ids(after.tree()), without_ids(quiet.tree()));
}

/// A transaction whose window has passed by then.
fn long_over() -> VerifiedTransaction {
    Ledger::new().sign(TILL, vec![issue(CAFE, ANNA, 1, "late")])
}
