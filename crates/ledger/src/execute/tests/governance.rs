//! Governance: how motions are decided, and what they do.

use lojal_types::{
    Action, Code, Height, MotionId, MotionStatus, Name, Operation, Outcome, Parameters, Role, SetParameters,
};

use crate::fixture::*;

/// 14 days.
const LAPSE_MS: u64 = 14 * DAY_MS;

fn is_enacted(ledger: &Ledger, motion: u64) -> bool {
    matches!(ledger.status(motion), MotionStatus::Enacted { .. })
}

fn is_suspended(ledger: &Ledger, id: &str) -> bool {
    ledger.view().brand(brand(id)).expect("in memory").expect("there").suspended
}

fn names(ledger: &Ledger) -> Vec<Name> {
    let mut names: Vec<Name> =
        ledger.view().validators().validators().iter().map(|validator| validator.name.clone()).collect();
    names.sort_unstable();
    names
}

/// Signs of life of the nodes that the first actions of a motion name, by the numbers of their keys.
fn signs(ledger: &Ledger, motion: u64, numbers: &[u8]) -> Vec<lojal_types::SignOfLife> {
    (0..).zip(numbers).map(|(index, number)| ledger.sign_of_life(motion, index, *number, ledger.now())).collect()
}

#[test]
fn three_of_four_decide_and_half_do_not() {
    let mut ledger = Ledger::new();
    let motion = ledger.put_forward(vec![suspend(GROCER)]);
    ledger.approve_by(motion, &[3]);
    assert_eq!(ledger.status(motion), MotionStatus::Open);
    assert!(!is_suspended(&ledger, GROCER));
    ledger.approve_by(motion, &[1]);
    assert_eq!(ledger.status(motion), MotionStatus::Enacted { height: ledger.view().tip().height });
    assert!(is_suspended(&ledger, GROCER));
    assert_eq!(*ledger.motion(motion).approvals, [node(0), node(1), node(3)]);
}

#[test]
fn exactly_two_thirds_are_not_enough() {
    let mut ledger = Ledger::new();
    ledger.enact(vec![remove_validator(3)]);
    assert_eq!(names(&ledger), [node(0), node(1), node(2)]);
    let motion = ledger.put_forward(vec![suspend(GROCER)]);
    ledger.approve_by(motion, &[1]);
    assert_eq!(ledger.status(motion), MotionStatus::Open);
    ledger.approve_by(motion, &[2]);
    assert!(is_enacted(&ledger, motion));
}

#[test]
fn a_motion_lapses_with_its_time_and_keeps_the_time_with_which_it_began() {
    let mut ledger = Ledger::new();
    let motion = ledger.put_forward(vec![suspend(GROCER)]);
    let from = ledger.motion(motion).created_ms;
    ledger.enact(vec![set_lapse(HOUR_MS)]);
    ledger.pass_to(from.plus_ms(LAPSE_MS - 1));
    assert_eq!(ledger.status(motion), MotionStatus::Open);
    let (digest, at) = (ledger.motion(motion).digest, from.plus_ms(LAPSE_MS));
    let late = ledger.sign(GOVERNOR + 1, vec![approve(motion, digest)]);
    assert_eq!(ledger.block(at, &[late]), [Ok(failed(0, Code::MotionClosed))]);
    assert_eq!(ledger.status(motion), MotionStatus::Lapsed);
    let next = ledger.put_forward(vec![suspend(GROCER)]);
    assert_eq!(ledger.motion(next).lapses_ms, ledger.now().plus_ms(HOUR_MS));
}

#[test]
fn the_last_64_decided_motions_are_remembered() {
    let mut ledger = Ledger::new();
    for _ in 0..65 {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        ledger.apply(GOVERNOR, withdraw(motion));
    }
    assert_eq!(ledger.view().register().expect("in memory").closed.len(), 64);
    assert_eq!(ledger.view().motion(MotionId::new(1)).expect("in memory"), None);
    assert_eq!(ledger.status(2), MotionStatus::Withdrawn);
    ledger.fails(GOVERNOR, withdraw(1), Code::UnknownMotion);
}

#[test]
fn what_is_removed_approves_no_more_and_what_gets_another_key_still_does() {
    let mut ledger = Ledger::new();
    let motion = ledger.put_forward(vec![suspend(GROCER)]);
    ledger.approve_by(motion, &[3]);
    let rotation = ledger.enact(vec![ledger.set_keys(0, 10)]);
    ledger.apply(GOVERNOR, activate(rotation, signs(&ledger, rotation, &[10])));
    assert!(is_enacted(&ledger, rotation));
    assert_eq!(ledger.motion(motion).approvals.len(), 2);
    let removal = ledger.enact(vec![remove_validator(3)]);
    assert!(is_enacted(&ledger, removal));
    assert_eq!(*ledger.motion(motion).approvals, [node(0)]);
    ledger.fails(GOVERNOR + 3, withdraw(motion), Code::NotGovernor);
    ledger.approve_by(motion, &[1]);
    assert_eq!(ledger.status(motion), MotionStatus::Open);
    ledger.approve_by(motion, &[2]);
    assert!(is_enacted(&ledger, motion));
}

#[test]
fn whoever_has_approved_can_approve_again_when_others_have_gone() {
    let mut ledger = Ledger::new();
    let motion = ledger.put_forward(vec![suspend(GROCER)]);
    ledger.approve_by(motion, &[1]);
    let digest = ledger.motion(motion).digest;
    ledger.fails(GOVERNOR, approve(motion, digest), Code::AlreadyApproved);
    ledger.enact(vec![remove_validator(2), remove_validator(3)]);
    assert_eq!(ledger.status(motion), MotionStatus::Open);
    ledger.apply(GOVERNOR, approve(motion, digest));
    assert!(is_enacted(&ledger, motion));
}

#[test]
fn of_two_motions_that_contradict_each_other_the_second_fails_and_the_chain_goes_on() {
    let mut ledger = Ledger::new();
    let (first, second) = (
        ledger.put_forward(vec![register(new_brand("extra"))]),
        ledger.put_forward(vec![suspend(CAFE), register(new_brand("extra"))]),
    );
    ledger.approve_by(first, &[1, 2]);
    ledger.approve_by(second, &[1, 2]);
    assert!(is_enacted(&ledger, first));
    assert_eq!(ledger.status(second), MotionStatus::Failed { code: Code::BrandExists });
    assert!(!is_suspended(&ledger, CAFE), "nothing of it happens");
    ledger.apply(TILL, issue("extra", ANNA, 10, "first"));
}

#[test]
fn a_set_that_is_none_fails_the_motion_and_not_the_block() {
    let mut ledger = Ledger::new();
    let first = ledger.put_forward(vec![remove_validator(0), remove_validator(1)]);
    let second = ledger.put_forward(vec![remove_validator(2), remove_validator(3)]);
    ledger.approve_by(second, &[2, 3]);
    assert_eq!(names(&ledger), [node(0), node(1)]);
    let digest = ledger.motion(first).digest;
    ledger.apply(GOVERNOR + 1, approve(first, digest));
    assert_eq!(ledger.status(first), MotionStatus::Failed { code: Code::ValidatorSetInvalid });
    assert_eq!(names(&ledger), [node(0), node(1)]);
    assert!(ledger.view().seat(&node(0)).expect("in memory").is_some());
}

#[test]
fn a_node_has_a_vote_only_after_its_sign_of_life() {
    let mut ledger = Ledger::new();
    let motion = ledger.enact(vec![ledger.add_validator(5, 2), set_power(1, 3), ledger.set_keys(2, 6)]);
    let approved = ledger.view().tip().height;
    assert_eq!(ledger.status(motion), MotionStatus::Approved { height: approved });
    assert_eq!(names(&ledger).len(), 4);
    let [of_new, of_raised, of_rotated] = signs(&ledger, motion, &[5, 1, 6])[..] else { panic!("three") };
    ledger.apply(GOVERNOR + 3, activate(motion, vec![of_new, of_raised]));
    assert_eq!(ledger.status(motion), MotionStatus::Approved { height: approved });
    ledger.pass_to(ledger.now().plus_ms(10 * MINUTE_MS));
    // The others are too old by now, though each was good when it came.
    let fresh = ledger.sign_of_life(motion, 2, 6, ledger.now());
    ledger.apply(GOVERNOR, activate(motion, vec![fresh]));
    assert_eq!(ledger.status(motion), MotionStatus::Approved { height: approved });
    assert_ne!(fresh, of_rotated);
    let before = ledger.view().validators().clone();
    ledger.apply(GOVERNOR, activate(motion, signs(&ledger, motion, &[5, 1, 6])));
    let height = ledger.view().tip().height;
    assert_eq!(ledger.status(motion), MotionStatus::Enacted { height });
    assert_ne!(*ledger.view().validators(), before);
    let power = |number| {
        let set = ledger.view().validators();
        set.validators().iter().find(|one| one.name == node(number)).map(|one| (one.power, one.public_key))
    };
    assert_eq!(power(5), Some((2, node_keys(5)[0].public_key())));
    assert_eq!(power(1), Some((3, node_keys(1)[0].public_key())));
    assert_eq!(power(2), Some((1, node_keys(6)[0].public_key())));
    assert_eq!(ledger.view().seat(&node(5)).expect("in memory").map(|seat| seat.since), Some(height));
    // Its governor has an account, and speaks for it.
    ledger.apply(GOVERNOR + 5, set_endpoint("/dns/node.example.org/tcp/7900"));
}

#[test]
fn a_power_that_falls_needs_no_sign_of_life() {
    let mut ledger = Ledger::new();
    let raise = ledger.enact(vec![set_power(1, 3)]);
    ledger.apply(GOVERNOR, activate(raise, signs(&ledger, raise, &[1])));
    assert!(is_enacted(&ledger, raise));
    let motion = ledger.put_forward(vec![set_power(1, 2)]);
    ledger.approve_by(motion, &[1, 2]);
    assert!(is_enacted(&ledger, motion));
}

#[test]
fn a_scheduled_version_begins_with_its_block() {
    let mut ledger = Ledger::new();
    let height = Height::new(ledger.view().tip().height.get() + 110);
    let schedule = lojal_types::ScheduleVersion { version: 2, height };
    ledger.enact(vec![Action::ScheduleVersion(schedule)]);
    while ledger.view().tip().height.next() < height {
        assert_eq!((ledger.view().protocol().version, ledger.view().next_version()), (1, 1));
        ledger.pass_to(ledger.next_time());
    }
    assert_eq!((ledger.view().protocol().version, ledger.view().next_version()), (1, 2));
    ledger.pass_to(ledger.next_time());
    let protocol = ledger.view().protocol();
    assert_eq!((protocol.version, protocol.scheduled, ledger.view().next_version()), (2, None, 2));
}

#[test]
fn parameters_hold_from_the_next_block_on_and_what_runs_keeps_its_own() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    let parameters = Parameters { recovery_delay_ms: 1_000, ..ledger.view().parameters().clone() };
    let motion = ledger.put_forward(vec![Action::SetParameters(SetParameters { parameters: parameters.clone() })]);
    ledger.approve_by(motion, &[1]);
    ledger.apply(TILL, issue(GROCER, BO, 500, "second"));
    ledger.apply(ANNA, freeze());
    let digest = ledger.motion(motion).digest;
    let (last, waits) = (ledger.sign(GOVERNOR + 2, vec![approve(motion, digest)]), ledger.sign(ANNA, vec![unfreeze()]));
    assert_eq!(ledger.block(ledger.next_time(), &[last, waits]), [Ok(Outcome::Applied); 2]);
    assert_eq!(*ledger.view().parameters(), parameters);
    let waiting = |ledger: &Ledger, member| {
        let account = ledger.view().account(address(member)).expect("in memory").expect("there");
        account.safeguards.waiting.map(|waiting| waiting.from_ms)
    };
    assert_eq!(waiting(&ledger, ANNA), Some(ledger.now().plus_ms(RECOVERY_DELAY_MS)));
    ledger.apply(BO, freeze());
    ledger.apply(BO, unfreeze());
    assert_eq!(waiting(&ledger, BO), Some(ledger.now().plus_ms(1_000)));
}

#[test]
fn a_brand_that_joins_issues_at_once() {
    let mut ledger = Ledger::new();
    let mut brand = new_brand("extra");
    brand.name = "Årets nya".parse().expect("a valid name");
    ledger.enact(vec![register(brand)]);
    ledger.apply(TILL, issue("extra", ANNA, 500, "first"));
    ledger.apply(ANNA, redeem("extra", ANNA, 100));
    assert_eq!((ledger.balance(ANNA, "extra"), ledger.totals("extra").redeemed), (400, 100));
    assert_eq!(
        ledger
            .view()
            .account(lojal_types::Address::of_key(&key(TILL).public_key()))
            .expect("in memory")
            .map(|one| one.operates),
        Some(4)
    );
    assert_eq!(ledger.view().brand_ids().len(), 4);
}

#[test]
fn a_suspended_brand_gives_nothing_out_and_its_points_are_spent() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    let deal = terms(1, 1);
    ledger.apply(TILL, propose(GROCER, CAFE, &deal));
    ledger.apply(BARISTA, accept(GROCER, CAFE, &deal));
    ledger.apply(ANNA, hold(GROCER, ANNA, 50, "till 1", ledger.now().plus_ms(HOUR_MS)));
    ledger.apply(ANNA, hold(GROCER, ANNA, 50, "till 2", ledger.now().plus_ms(HOUR_MS)));
    ledger.enact(vec![suspend(GROCER)]);
    ledger.fails(TILL, issue(GROCER, ANNA, 1, "second"), Code::BrandSuspended);
    ledger.apply(ANNA, redeem(GROCER, ANNA, 10));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 10));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 10));
    ledger.apply(ANNA, hold(GROCER, ANNA, 10, "till 3", ledger.now().plus_ms(HOUR_MS)));
    ledger.apply(TILL, capture(GROCER, ANNA, "till 1", 50, "take 1"));
    ledger.apply(TILL, release(GROCER, ANNA, "till 2"));
    ledger.apply(TILL, remove_operator(GROCER, ISSUER));
    ledger.apply(TILL, end(GROCER, CAFE));
    ledger.enact(vec![reinstate(GROCER)]);
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "second"));
}

#[test]
fn a_brand_that_lost_its_keys_gets_other_admins_and_the_rest_stays() {
    let mut ledger = Ledger::new();
    ledger.enact(vec![set_admins(GROCER, &[CLEO, ISSUER])]);
    let operators = ledger.view().operators(brand(GROCER)).expect("in memory");
    let roles = |seed: u8| {
        let found = operators.iter().find(|(account, _)| *account == address(seed));
        found.map(|(_, operator)| operator.roles.to_vec())
    };
    assert_eq!(roles(CLEO), Some(vec![Role::Admin]));
    assert_eq!(roles(ISSUER), Some(vec![Role::Issue, Role::Admin]));
    assert_eq!(roles(TILL), Some(vec![Role::Issue, Role::Capture, Role::Reverse]));
    assert_eq!(roles(RETURNS), Some(vec![Role::Reverse]));
    ledger.fails(TILL, set_policy(GROCER, policy_of(GROCER)), Code::RoleMissing);
    // The new admin has an account, and can act.
    ledger.apply(CLEO, set_policy(GROCER, policy_of(GROCER)));
    ledger.enact(vec![set_admins(GROCER, &[TILL])]);
    assert!(
        ledger.view().operators(brand(GROCER)).expect("in memory").iter().all(|(account, _)| *account != address(CLEO))
    );
    assert_eq!(ledger.view().account(address(CLEO)).expect("in memory").map(|account| account.operates), Some(0));
}

#[test]
fn a_sole_validator_decides_alone() {
    let mut ledger = Ledger::new();
    ledger.enact(vec![remove_validator(1), remove_validator(2), remove_validator(3)]);
    let motion = ledger.put_forward(vec![suspend(GROCER)]);
    assert!(is_enacted(&ledger, motion));
    // Neither it nor anybody else can leave: there must be one.
    let outcome = ledger.run(GOVERNOR, vec![propose_motion(vec![remove_validator(0)])]);
    assert_eq!(outcome, failed(0, Code::ValidatorSetInvalid));
}

#[test]
fn a_frozen_governor_does_nothing() {
    let mut ledger = Ledger::new();
    ledger.apply(GOVERNOR, freeze());
    let operation: Operation = propose_motion(vec![suspend(GROCER)]);
    ledger.fails(GOVERNOR, operation, Code::AccountFrozen);
}
