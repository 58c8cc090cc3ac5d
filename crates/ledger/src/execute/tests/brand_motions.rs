//! Motions of a brand's admins: how many of them it takes, what waits, and what others do meanwhile.

use lojal_types::{Approvals, Code, MotionId, Outcome, Policy, Role, TimeMs};

use crate::fixture::*;

/// 14 days.
const LAPSE_MS: u64 = 14 * DAY_MS;
/// The wait of the brand of these tests.
const WAIT_MS: u64 = 3 * DAY_MS;

/// The grocer asks for two of three admins, and waits three days with what widens.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.let_brand_ask_for(GROCER, 2, WAIT_MS);
    ledger
}

/// A policy that is wider than the grocer's in one field alone.
fn wider() -> Policy {
    Policy { expiry_months: None, ..policy_of(GROCER) }
}

/// A policy that is narrower than the grocer's in one field alone.
fn narrower() -> Policy {
    Policy { transferable: false, ..policy_of(GROCER) }
}

fn policy(ledger: &Ledger) -> Policy {
    ledger.view().brand(brand(GROCER)).expect("in memory").expect("there").policy
}

/// The time so many milliseconds earlier.
fn before(time: TimeMs, ms: u64) -> TimeMs {
    crate::fixture::time(time.get() - ms)
}

fn is_admin(ledger: &Ledger, seed: u8) -> bool {
    let operators = ledger.view().operators(brand(GROCER)).expect("in memory");
    operators.iter().any(|(operator, one)| *operator == address(seed) && one.roles.contains(&Role::Admin))
}

#[test]
fn with_one_admin_and_no_wait_everything_is_done_directly_and_by_motion_alike() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, set_policy(GROCER, wider()));
    assert_eq!(ledger.approvals(GROCER), Approvals { needed: 1, delay_ms: 0 });
    let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, narrower())]);
    assert_eq!((policy(&ledger), ledger.find_brand_motion(GROCER, motion)), (narrower(), None));
}

#[test]
fn what_narrows_is_one_admins_and_everything_else_needs_a_motion() {
    let mut ledger = ledger();
    ledger.apply(CHIEF, set_policy(GROCER, narrower()));
    ledger.apply(BOSS, set_operator(GROCER, ISSUER, &[Role::Issue], Some(999)));
    ledger.apply(BOSS, remove_operator(GROCER, ISSUER));
    let needs = [
        set_policy(GROCER, wider()),
        set_policy(GROCER, Policy { issue_max: Some(lojal_types::Points::new(1)), ..wider() }),
        set_operator(GROCER, ISSUER, &[Role::Issue], Some(1)),
        set_operator(GROCER, RETURNS, &[Role::Capture], None),
        set_operator(GROCER, RETURNS, &[Role::Reverse, Role::Admin], None),
        set_operator(GROCER, BOSS, &[Role::Admin], None),
        remove_operator(GROCER, CHIEF),
        propose(GROCER, CAFE, &terms(1, 2)),
        settle(GROCER, CAFE, 1, "paid"),
        set_approvals(GROCER, 1, WAIT_MS),
        set_approvals(GROCER, 3, WAIT_MS),
    ];
    for operation in needs {
        ledger.fails(TILL, operation, Code::MotionNeeded);
    }
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.fails(ANNA, set_policy(GROCER, wider()), Code::NotOperator);
    // The café asks for one admin: what it accepts is its own.
    ledger.apply(BARISTA, propose(CAFE, GROCER, &terms(1, 2)));
    ledger.fails(TILL, accept(CAFE, GROCER, &terms(1, 2)), Code::MotionNeeded);
    ledger.apply(TILL, end(CAFE, GROCER));
}

#[test]
fn what_is_joint_happens_with_the_approval_that_makes_it_enough_and_what_widens_waits() {
    let mut ledger = ledger();
    let joint = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, CHIEF)]);
    ledger.approve_for(BOSS, GROCER, joint);
    assert!(!is_admin(&ledger, CHIEF));
    let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    ledger.approve_for(BOSS, GROCER, motion);
    let from = ledger.now().plus_ms(WAIT_MS);
    assert_eq!(ledger.brand_motion(GROCER, motion).from_ms, Some(from));
    let approval = ledger.approval_of(GROCER, motion);
    ledger.fails(BOSS, approval.clone(), Code::MotionWaits);
    let early = ledger.sign_until(TILL, from.plus_ms(1), vec![approval.clone()]);
    ledger.pass_to(before(from, 2));
    assert_eq!(ledger.block(before(from, 1), &[early]), [Ok(failed(0, Code::MotionWaits))]);
    let right = ledger.sign(TILL, vec![approval]);
    assert_eq!(ledger.block(from, &[right]), [Ok(Outcome::Applied)]);
    assert_eq!((policy(&ledger), ledger.find_brand_motion(GROCER, motion)), (wider(), None));
}

#[test]
fn the_wait_is_that_which_was_in_force_when_the_motion_was_approved() {
    let mut ledger = ledger();
    let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    let longer = ledger.propose_for(TILL, GROCER, vec![set_approvals(GROCER, 2, WAIT_MS + DAY_MS)]);
    ledger.approve_for(BOSS, GROCER, motion);
    let from = ledger.now().plus_ms(WAIT_MS);
    ledger.approve_for(BOSS, GROCER, longer);
    assert_eq!(ledger.approvals(GROCER).delay_ms, WAIT_MS + DAY_MS);
    assert_eq!(ledger.brand_motion(GROCER, motion).from_ms, Some(from));
}

#[test]
fn a_motion_lapses_with_its_millisecond_before_and_after_its_wait() {
    let mut ledger = ledger();
    let one = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    let other = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, RETURNS)]);
    let lapses = ledger.brand_motion(GROCER, other).lapses_ms();
    let approval = ledger.approval_of(GROCER, other);
    ledger.approve_for(BOSS, GROCER, one);
    let from = ledger.brand_motion(GROCER, one).from_ms.expect("it waits");
    ledger.pass_to(before(lapses, 1));
    assert!(ledger.find_brand_motion(GROCER, other).is_some());
    let late = ledger.sign(BOSS, vec![approval]);
    assert_eq!(ledger.block(lapses, &[late]), [Ok(failed(0, Code::UnknownMotion))]);
    let approval = ledger.approval_of(GROCER, one);
    ledger.pass_to(from.plus_ms(LAPSE_MS - 1));
    assert!(ledger.find_brand_motion(GROCER, one).is_some());
    let late = ledger.sign(BOSS, vec![approval]);
    assert_eq!(ledger.block(from.plus_ms(LAPSE_MS), &[late]), [Ok(failed(0, Code::UnknownMotion))]);
    // Their records go when there is another motion.
    assert_eq!(ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, RETURNS)]), MotionId::new(3));
    assert_eq!(crate::fixture::records(ledger.view()).keys().filter(|key| key[0] == 29).count(), 1);
}

#[test]
fn any_two_admins_stop_what_waits_and_its_proposer_alone_does() {
    let mut ledger = ledger();
    ledger.apply(TILL, propose_for(GROCER, vec![set_operator(GROCER, CASHIER, &[Role::Capture], Some(1))]));
    for admins in [[TILL, BOSS], [BOSS, CHIEF]] {
        let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
        ledger.approve_for(CHIEF, GROCER, motion);
        assert!(ledger.brand_motion(GROCER, motion).from_ms.is_some());
        for admin in admins {
            if ledger.find_brand_motion(GROCER, motion).is_some() {
                ledger.apply(admin, stop_for(GROCER, motion));
            }
        }
        assert_eq!(ledger.find_brand_motion(GROCER, motion), None);
        ledger.fails(BOSS, stop_for(GROCER, motion), Code::UnknownMotion);
    }
}

#[test]
fn whoever_wants_it_stopped_approves_no_more_and_the_wait_begins_anew() {
    let mut ledger = ledger();
    let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    ledger.approve_for(BOSS, GROCER, motion);
    ledger.apply(BOSS, stop_for(GROCER, motion));
    let open = ledger.brand_motion(GROCER, motion);
    assert_eq!((open.approved_by.len(), open.stopped_by.len(), open.from_ms), (1, 1, None));
    ledger.fails(BOSS, stop_for(GROCER, motion), Code::AlreadyApproved);
    ledger.pass_to(ledger.now().plus_ms(WAIT_MS));
    ledger.approve_for(BOSS, GROCER, motion);
    let again = ledger.brand_motion(GROCER, motion);
    assert_eq!((again.stopped_by.len(), again.from_ms), (0, Some(ledger.now().plus_ms(WAIT_MS))));
}

#[test]
fn an_admin_who_was_removed_approves_no_more_also_if_it_comes_back() {
    let mut ledger = ledger();
    let motion = ledger.propose_for(CHIEF, GROCER, vec![set_policy(GROCER, wider())]);
    let removal = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, CHIEF)]);
    ledger.approve_for(TILL, GROCER, motion);
    assert!(ledger.brand_motion(GROCER, motion).from_ms.is_some());
    ledger.approve_for(BOSS, GROCER, removal);
    let open = ledger.brand_motion(GROCER, motion);
    assert_eq!((open.approved_by.to_vec(), open.from_ms), (vec![address(TILL)], None));
    let back = ledger.propose_for(TILL, GROCER, vec![set_operator(GROCER, CHIEF, &[Role::Admin], None)]);
    ledger.approve_for(BOSS, GROCER, back);
    ledger.pass_to(ledger.now().plus_ms(WAIT_MS));
    ledger.approve_for(BOSS, GROCER, back);
    assert!(is_admin(&ledger, CHIEF));
    assert_eq!(ledger.brand_motion(GROCER, motion).approved_by.to_vec(), [address(TILL)]);
}

#[test]
fn the_approval_of_a_frozen_admin_does_not_count_and_another_key_keeps_it() {
    let mut ledger = ledger();
    let motion = ledger.propose_for(CHIEF, GROCER, vec![remove_operator(GROCER, BOSS)]);
    ledger.apply(CHIEF, rotate(key(CHIEF + 100).public_key()));
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let freezing = ledger.sign_with(&key(CHIEF + 100), address(CHIEF), until, vec![freeze()]);
    assert_eq!(ledger.block(ledger.next_time(), &[freezing]), [Ok(Outcome::Applied)]);
    ledger.approve_for(TILL, GROCER, motion);
    assert_eq!(ledger.brand_motion(GROCER, motion).approved_by.len(), 2);
    assert!(is_admin(&ledger, BOSS));
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let thawing = ledger.sign_with(&key(CHIEF + 100), address(CHIEF), until, vec![unfreeze()]);
    assert_eq!(ledger.block(ledger.next_time(), &[thawing]), [Ok(Outcome::Applied)]);
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    // Whoever has approved approves again, and all are counted anew.
    ledger.approve_for(TILL, GROCER, motion);
    assert!(!is_admin(&ledger, BOSS));
}

#[test]
fn fewer_that_are_asked_for_are_enough_for_what_has_been_approved_and_more_end_its_wait() {
    let mut ledger = ledger();
    let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    ledger.approve_for(BOSS, GROCER, motion);
    let more = ledger.propose_for(TILL, GROCER, vec![set_approvals(GROCER, 3, WAIT_MS)]);
    ledger.approve_for(BOSS, GROCER, more);
    assert_eq!(ledger.approvals(GROCER).needed, 3);
    assert_eq!(ledger.brand_motion(GROCER, motion).from_ms, None);
    let fewer = ledger.propose_for(TILL, GROCER, vec![set_approvals(GROCER, 2, WAIT_MS)]);
    for admin in [BOSS, CHIEF] {
        ledger.approve_for(admin, GROCER, fewer);
    }
    ledger.pass_to(ledger.now().plus_ms(WAIT_MS));
    ledger.approve_for(BOSS, GROCER, fewer);
    assert_eq!(ledger.approvals(GROCER).needed, 2);
    ledger.approve_for(BOSS, GROCER, motion);
    assert_eq!(ledger.brand_motion(GROCER, motion).from_ms, Some(ledger.now().plus_ms(WAIT_MS)));
}

#[test]
fn a_brand_asks_for_no_more_admins_than_it_has_and_keeps_as_many_as_it_asks_for() {
    let mut ledger = ledger();
    for (needed, delay_ms) in [(0, WAIT_MS), (4, WAIT_MS), (2, 7 * DAY_MS + 1)] {
        let set = set_approvals(GROCER, needed, delay_ms);
        ledger.fails(TILL, propose_for(GROCER, vec![set]), Code::ApprovalsOutOfBounds);
    }
    let removal = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, CHIEF)]);
    ledger.approve_for(BOSS, GROCER, removal);
    ledger.fails(TILL, propose_for(GROCER, vec![remove_operator(GROCER, BOSS)]), Code::LastAdmin);
    let demoted = set_operator(GROCER, BOSS, &[Role::Issue], None);
    ledger.fails(TILL, propose_for(GROCER, vec![demoted]), Code::LastAdmin);
}

#[test]
fn the_actions_of_a_motion_happen_together_or_not_at_all_and_are_its_own_brands() {
    let mut ledger = ledger();
    let both = vec![remove_operator(GROCER, RETURNS), remove_operator(GROCER, ANNA)];
    ledger.fails(TILL, propose_for(GROCER, both), Code::UnknownOperator);
    for other in [set_policy(CAFE, wider()), propose(CAFE, RESORT, &terms(1, 2)), settle(CAFE, GROCER, 1, "paid")] {
        ledger.fails(TILL, propose_for(GROCER, vec![other]), Code::ActionOfOtherBrand);
    }
    // Of two motions that contradict each other the second one is refused when it would happen, and stays.
    let one = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, CHIEF)]);
    let swap = vec![remove_operator(GROCER, CHIEF), remove_operator(GROCER, CASHIER)];
    let other = ledger.propose_for(TILL, GROCER, swap);
    let approval = ledger.approval_of(GROCER, other);
    ledger.approve_for(BOSS, GROCER, one);
    ledger.fails(BOSS, approval, Code::UnknownOperator);
    assert_eq!(ledger.brand_motion(GROCER, other).approved_by.to_vec(), [address(TILL)]);
}

#[test]
fn a_suspended_brand_decides_what_it_could_do_then_and_nothing_else() {
    let mut ledger = ledger();
    let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    ledger.enact(vec![suspend(GROCER)]);
    let approval = ledger.approval_of(GROCER, motion);
    ledger.fails(BOSS, approval.clone(), Code::BrandSuspended);
    ledger.fails(TILL, propose_for(GROCER, vec![set_approvals(GROCER, 1, 0)]), Code::BrandSuspended);
    let removal = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, CHIEF)]);
    ledger.approve_for(BOSS, GROCER, removal);
    assert!(!is_admin(&ledger, CHIEF));
    ledger.enact(vec![reinstate(GROCER)]);
    ledger.apply(BOSS, approval);
    assert!(ledger.brand_motion(GROCER, motion).from_ms.is_some());
}

#[test]
fn a_brand_acts_as_a_guardian_by_motion_and_the_account_that_it_helps_is_concerned() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.guard(ANNA, set_guardians(&[], &[GROCER], 1));
    ledger.fails(TILL, start_recovery(ANNA, 90), Code::MotionNeeded);
    let before = ledger.view().account(address(ANNA)).expect("in memory").expect("there").activity.count;
    let motion = ledger.propose_for(TILL, GROCER, vec![start_recovery(ANNA, 90)]);
    ledger.fails(TILL, propose_for(GROCER, vec![start_recovery(BO, 90)]), Code::UnknownAccount);
    ledger.approve_for(BOSS, GROCER, motion);
    let account = ledger.view().account(address(ANNA)).expect("in memory").expect("there");
    assert!(account.recovery.is_some_and(|recovery| recovery.agreed.is_some()));
    assert_eq!(account.activity.count, before + 1, "only what happens to an account concerns it");
    ledger.fails(TILL, propose_for(GROCER, vec![finish_recovery(ANNA)]), Code::RecoveryTooEarly);
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    let finish = ledger.propose_for(TILL, GROCER, vec![finish_recovery(ANNA)]);
    ledger.approve_for(CHIEF, GROCER, finish);
    let account = ledger.view().account(address(ANNA)).expect("in memory").expect("there");
    assert_eq!(account.rotated_key, Some(key(90).public_key()));
}

#[test]
fn validators_give_a_brand_other_admins_and_how_many_it_asks_for() {
    let mut ledger = ledger();
    let stolen = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, wider())]);
    ledger.approve_for(BOSS, GROCER, stolen);
    ledger.enact(vec![set_admins_of_whom(GROCER, &[CLEO, BO], 2)]);
    let open = ledger.brand_motion(GROCER, stolen);
    assert_eq!((open.approved_by.len(), open.from_ms), (0, None));
    assert_eq!(ledger.approvals(GROCER), Approvals { needed: 2, delay_ms: WAIT_MS });
    let approval = ledger.approval_of(GROCER, stolen);
    ledger.fails(TILL, approval, Code::RoleMissing);
    for admin in [CLEO, BO] {
        ledger.apply(admin, stop_for(GROCER, stolen));
    }
    assert_eq!(ledger.find_brand_motion(GROCER, stolen), None);
    let too_many = propose_motion(vec![set_admins_of_whom(GROCER, &[TILL], 2)]);
    ledger.fails(GOVERNOR, too_many, Code::ApprovalsOutOfBounds);
}

#[test]
fn one_admin_can_not_keep_the_others_from_deciding() {
    let mut ledger = ledger();
    let harmless = || vec![remove_operator(GROCER, RETURNS)];
    for _ in 0..4 {
        ledger.propose_for(CHIEF, GROCER, harmless());
    }
    ledger.fails(CHIEF, propose_for(GROCER, harmless()), Code::TooManyMotions);
    let removal = ledger.propose_for(TILL, GROCER, vec![remove_operator(GROCER, CHIEF)]);
    ledger.approve_for(BOSS, GROCER, removal);
    assert!(!is_admin(&ledger, CHIEF));
    for _ in 0..4 {
        ledger.propose_for(TILL, GROCER, harmless());
        ledger.propose_for(BOSS, GROCER, harmless());
    }
    ledger.fails(BOSS, propose_for(GROCER, harmless()), Code::TooManyMotions);
}

#[test]
fn at_most_16_motions_of_a_brand_are_undecided() {
    let mut ledger = ledger();
    for admin in [60, 61] {
        let more = ledger.propose_for(TILL, GROCER, vec![set_operator(GROCER, admin, &[Role::Admin], None)]);
        ledger.approve_for(BOSS, GROCER, more);
        ledger.pass_to(ledger.now().plus_ms(WAIT_MS));
        ledger.approve_for(BOSS, GROCER, more);
    }
    for admin in [TILL, BOSS, CHIEF, 60] {
        for _ in 0..4 {
            ledger.propose_for(admin, GROCER, vec![remove_operator(GROCER, RETURNS)]);
        }
    }
    let one_more = propose_for(GROCER, vec![remove_operator(GROCER, RETURNS)]);
    ledger.fails(61, one_more, Code::TooManyMotions);
}
