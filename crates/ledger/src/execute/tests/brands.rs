//! `SetPolicy`, `SetOperator` and `RemoveOperator` (protocol, Brands).

use lojal_types::{Code, Outcome, Points, Policy, Role};

use crate::fixture::*;

#[test]
fn a_policy_change_never_shortens_the_life_of_a_lot_already_issued() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "before"));
    ledger.apply(TILL, issue(CAFE, ANNA, 50, "before"));
    for id in [GROCER, CAFE] {
        ledger.apply(TILL, set_policy(id, Policy { expiry_months: Some(1), ..policy_of(id) }));
        ledger.apply(TILL, issue(id, ANNA, 5, "after"));
    }
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2026-12", 5), lot("2027-11", 50)]);
    assert_eq!(ledger.lots(ANNA, CAFE), [lot("2026-12", 5), lot("never", 50)]);
    ledger.pass_to(start_of("2027-11"));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(ANNA, CAFE)), (50, 50));
}

#[test]
fn a_new_policy_counts_from_the_next_operation_on() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 50, "pass"));
    ledger.fails(ANNA, transfer(RESORT, ANNA, BO, 5), Code::PolicyForbidsTransfer);
    ledger.apply(TILL, set_policy(RESORT, Policy { transferable: true, ..policy_of(RESORT) }));
    ledger.apply(ANNA, transfer(RESORT, ANNA, BO, 5));
    assert!(ledger.view().brand(brand(RESORT)).expect("in memory").expect("there").policy.transferable);
}

#[test]
fn a_daily_cap_on_transfers_is_per_member_and_starts_again_at_midnight_utc() {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b")] {
        ledger.apply(TILL, issue(GROCER, member, 1000, receipt));
    }
    let policy = Policy { transfer_daily_max: Some(Points::new(100)), ..policy_of(GROCER) };
    ledger.apply(TILL, set_policy(GROCER, policy));
    ledger.apply(ANNA, transfer(GROCER, ANNA, CLEO, 60));
    ledger.fails(ANNA, transfer(GROCER, ANNA, CLEO, 41), Code::TransferDailyMaxReached);
    ledger.apply(ANNA, transfer(GROCER, ANNA, CLEO, 40));
    assert_eq!(ledger.view().transferred_today(address(ANNA), brand(GROCER)).expect("in memory"), Points::new(100));
    ledger.apply(BO, transfer(GROCER, BO, CLEO, 100));
    // The last millisecond of the day, and the first of the next.
    let midnight = time(START_MS / DAY_MS * DAY_MS + DAY_MS);
    ledger.pass_to(time(midnight.get() - 2));
    let first = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, CLEO, 10)]);
    let second = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, CLEO, 100)]);
    let too_much = Ok(failed(0, Code::TransferDailyMaxReached));
    assert_eq!(ledger.block(time(midnight.get() - 1), &[first]), [too_much]);
    assert_eq!(ledger.block(midnight, &[second]), [Ok(Outcome::Applied)]);
}

#[test]
fn a_deposit_into_a_pool_counts_for_the_daily_cap_too() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 1000, "a"));
    let policy = Policy { transfer_daily_max: Some(Points::new(100)), ..policy_of(GROCER) };
    ledger.apply(TILL, set_policy(GROCER, policy));
    let household = ledger.household(ANNA, &[]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, household, 60));
    ledger.fails(ANNA, of(household, transfer(GROCER, ANNA, BO, 41)), Code::TransferDailyMaxReached);
    ledger.apply(ANNA, of(household, transfer(GROCER, ANNA, BO, 40)));
}

#[test]
fn a_new_operator_can_act_at_once_and_a_removed_one_no_more() {
    let mut ledger = Ledger::new();
    let gift = |receipt: &str| issue(GROCER, BO, 1, receipt);
    ledger.apply(TILL, set_operator(GROCER, ANNA, &[Role::Issue], None));
    assert!(
        ledger.view().account(address(ANNA)).expect("in memory").is_some(),
        "an operator has an account from the start"
    );
    ledger.apply(ANNA, gift("a"));
    ledger.apply(TILL, set_operator(GROCER, ANNA, &[Role::Reverse], None));
    ledger.fails(ANNA, gift("b"), Code::RoleMissing);
    ledger.apply(ANNA, reverse(GROCER, BO, 1, "a", "return"));
    ledger.apply(TILL, remove_operator(GROCER, ANNA));
    ledger.fails(ANNA, gift("c"), Code::NotOperator);
    assert!(ledger.view().account(address(ANNA)).expect("in memory").is_some(), "the account stays");
}

#[test]
fn the_operators_of_a_brand_are_listed_with_roles_and_limits() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, set_operator(CAFE, ANNA, &[Role::Issue, Role::Capture], Some(70)));
    ledger.apply(ANNA, issue(CAFE, BO, 30, "cup"));
    let operators = ledger.view().operators(brand(CAFE)).expect("in memory");
    assert_eq!(operators.len(), 3);
    assert!(operators.is_sorted_by_key(|(operator, _)| *operator));
    let (_, anna) = operators.iter().find(|(operator, _)| *operator == address(ANNA)).expect("listed");
    assert_eq!((&*anna.roles, anna.issue_daily_max), (&[Role::Issue, Role::Capture][..], Some(Points::new(70))));
    assert_eq!(ledger.view().issued_today(brand(CAFE), address(ANNA)).expect("in memory"), Points::new(30));
    ledger.apply(TILL, remove_operator(CAFE, ANNA));
    assert_eq!(ledger.view().operators(brand(CAFE)).expect("in memory").len(), 2);
    assert_eq!(ledger.view().issued_today(brand(CAFE), address(ANNA)).expect("in memory"), Points::ZERO);
}

#[test]
fn a_brand_has_up_to_64_operators() {
    let mut ledger = Ledger::new();
    let more = (60..120).map(|seed| set_operator(GROCER, seed, &[Role::Issue], None)).collect();
    assert_eq!(ledger.run(TILL, more), Outcome::Applied);
    assert_eq!(ledger.view().operators(brand(GROCER)).expect("in memory").len(), 64);
    ledger.fails(TILL, set_operator(GROCER, 120, &[Role::Issue], None), Code::TooManyOperators);
    // One of them can be changed, and one removed makes room.
    ledger.apply(TILL, set_operator(GROCER, 60, &[Role::Reverse], None));
    ledger.apply(TILL, remove_operator(GROCER, 60));
    ledger.apply(TILL, set_operator(GROCER, 120, &[Role::Issue], None));
}

#[test]
fn the_last_admin_stays_and_an_earlier_one_can_go_when_there_is_another() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, set_operator(RESORT, ANNA, &[Role::Admin], None));
    ledger.apply(ANNA, remove_operator(RESORT, TILL));
    ledger.fails(ANNA, remove_operator(RESORT, ANNA), Code::LastAdmin);
    ledger.fails(ANNA, set_operator(RESORT, ANNA, &[Role::Issue], None), Code::LastAdmin);
    ledger.apply(ANNA, set_operator(RESORT, ANNA, &[Role::Issue, Role::Admin], None));
}

#[test]
fn an_operator_issues_up_to_its_daily_limit_and_starts_again_at_midnight_utc() {
    let mut ledger = Ledger::new();
    ledger.apply(ISSUER, issue(GROCER, ANNA, 999, "a"));
    ledger.fails(ISSUER, issue(GROCER, ANNA, 2, "b"), Code::IssueDailyMaxReached);
    ledger.apply(ISSUER, issue(GROCER, ANNA, 1, "b"));
    // Setting the same operator again, or reversing, makes no room; another operator has its own limit.
    ledger.apply(TILL, set_operator(GROCER, ISSUER, &[Role::Issue], Some(1000)));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 500, "a", "return"));
    ledger.fails(ISSUER, issue(GROCER, ANNA, 1, "c"), Code::IssueDailyMaxReached);
    ledger.apply(TILL, issue(GROCER, ANNA, 5000, "c"));
    ledger.pass_to(time(START_MS / DAY_MS * DAY_MS + DAY_MS));
    ledger.apply(ISSUER, issue(GROCER, ANNA, 1000, "d"));
}
