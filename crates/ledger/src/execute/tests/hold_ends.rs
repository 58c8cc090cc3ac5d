//! The points whose hold has ended: every view says the same from that minute on (protocol, Holds).

use lojal_types::{Code, MemberRole};

use crate::conservation::{BrandSheet, balance_sheet};
use crate::fixture::*;
use crate::key::{BalanceKey, HeldKey, HeldUntilKey, HoldEndsKey, HoldsKey, ShelfKey, StateKey};

fn sheet(ledger: &Ledger, id: &str) -> BrandSheet {
    let sheets = balance_sheet(ledger.view()).expect("every account adds up to the totals");
    sheets.into_iter().find(|sheet| sheet.brand == brand(id)).expect("every brand has a sheet")
}

/// Number of the state's entries about held points and the ends of their holds.
fn entries(ledger: &Ledger) -> usize {
    let is_one = |key: &[u8]| HeldUntilKey::decode(key).is_some() || HoldEndsKey::decode(key).is_some();
    in_memory(ledger.view().tree().iter()).filter(|(key, _)| is_one(key)).count()
}

#[test]
fn a_hold_ends_on_a_whole_minute_rounded_up() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "bread"));
    let minute = time(START_MS + 5 * MINUTE_MS);
    for (number, asked) in [minute, time(minute.get() - 1), time(minute.get() - MINUTE_MS + 1)].into_iter().enumerate()
    {
        ledger.apply(ANNA, hold(GROCER, ANNA, 10, &format!("till {number}"), asked));
    }
    let holds = ledger.view().holds(address(ANNA), brand(GROCER)).expect("in memory");
    assert!(holds.iter().all(|hold| hold.expires_ms == minute), "{holds:?}");
    assert_eq!(entries(&ledger), 2, "the three are kept as one");
    ledger.pass_to(time(minute.get() - 1));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, outstanding: 70, held: 30, ..Sums::default() });
    ledger.pass_to(minute);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, outstanding: 100, ..Sums::default() });
    assert_eq!(entries(&ledger), 0);
}

#[test]
fn an_account_a_brand_and_the_auditor_say_the_same_of_a_hold_that_has_ended() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "bread"));
    ledger.apply(ANNA, hold(GROCER, ANNA, 60, "till 7", ledger.now().plus_ms(8 * SECOND_MS)));
    ledger.pass_to(ledger.now().plus_ms(MINUTE_MS));
    assert_eq!(ledger.balance(ANNA, GROCER), 100);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, outstanding: 100, ..Sums::default() });
    let sheet = sheet(&ledger, GROCER);
    assert_eq!((sheet.totals.outstanding.get(), sheet.held, sheet.holders), (100, vec![], 1));
    // The lots return to the balance when something touches it, and count once.
    ledger.apply(ANNA, redeem(GROCER, ANNA, 100));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, redeemed: 100, ..Sums::default() });
}

#[test]
fn a_hold_that_has_ended_leaves_its_reference_once_its_points_are_touched() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "bread"));
    let without = records(ledger.view());
    let mut touched = ledger.clone();
    touched.apply(ANNA, redeem(GROCER, ANNA, 1));
    ledger.apply(ANNA, hold(GROCER, ANNA, 60, "till 7", ledger.now().plus_ms(HOUR_MS)));
    ledger.pass_to(ledger.now().plus_ms(2 * HOUR_MS));
    let reference = ledger.request(&reference("till 7"));
    let month = ledger.now().month();
    let held = HeldKey { shelf: month, brand: brand(GROCER), reference }.encode().to_vec();
    let shelf = ShelfKey(month).encode().to_vec();
    let holds = HoldsKey { account: address(ANNA), brand: brand(GROCER) }.encode().to_vec();
    let balance = BalanceKey { account: address(ANNA), brand: brand(GROCER) }.encode().to_vec();
    let mut changed = records(ledger.view());
    changed.retain(|key, record| without.get(key) != Some(record));
    let mut expected = vec![held.clone(), shelf.clone(), balance, holds];
    expected.sort_unstable();
    assert_eq!(changed.into_keys().collect::<Vec<_>>(), expected, "until then its lots wait with the account");
    ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
    let (mut left, mut touched) = (records(ledger.view()), records(touched.view()));
    assert!(left.remove(&held).is_some());
    assert_ne!(left.remove(&shelf), touched.remove(&shelf), "the shelf has the reference");
    assert_eq!(left, touched, "nothing else");
}

#[test]
fn who_has_points_only_by_a_hold_that_has_ended_is_a_holder() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 60, "bread"));
    ledger.apply(ANNA, hold(GROCER, ANNA, 60, "till 7", ledger.now().plus_ms(HOUR_MS)));
    assert_eq!(sheet(&ledger, GROCER).holders, 0, "what is held is nobody's to use");
    ledger.pass_to(ledger.now().plus_ms(2 * HOUR_MS));
    assert_eq!(sheet(&ledger, GROCER).holders, 1);
}

#[test]
fn the_end_of_a_month_makes_breakage_of_ended_holds_too_whenever_they_ended() {
    let new_year = start_of("2027-01");
    let before = |ms| time(new_year.get() - ms);
    // The hold ends before the month does, at the same minute, and after it.
    let expired = Sums { issued: 10, expired: 10, ..Sums::default() };
    let held = Sums { issued: 10, held: 10, ..Sums::default() };
    for (ends, at_new_year) in [(before(HOUR_MS), expired), (new_year, expired), (new_year.plus_ms(HOUR_MS), held)] {
        let mut ledger = Ledger::new();
        ledger.apply(TILL, issue(RESORT, ANNA, 10, "pass")); // until 2026-12
        ledger.pass_to(before(DAY_MS));
        ledger.apply(ANNA, hold(RESORT, ANNA, 10, "lift", ends));
        ledger.pass_to(before(1));
        let is_held = u64::from(ends >= new_year) * 10;
        assert_eq!(
            ledger.totals(RESORT),
            Sums { issued: 10, outstanding: 10 - is_held, held: is_held, ..Sums::default() }
        );
        ledger.pass_to(new_year);
        assert_eq!(ledger.totals(RESORT), at_new_year, "{ends:?}");
        ledger.pass_to(new_year.plus_ms(2 * HOUR_MS));
        assert_eq!(ledger.totals(RESORT), Sums { issued: 10, expired: 10, ..Sums::default() });
        assert_eq!((ledger.balance(ANNA, RESORT), sheet(&ledger, RESORT).holders), (0, 0));
        ledger.fails(ANNA, redeem(RESORT, ANNA, 10), Code::PointsExpired);
    }
}

#[test]
fn a_month_and_a_hold_that_end_while_the_network_stands_still_are_booked_at_once() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "pass")); // until 2026-12
    ledger.apply(ANNA, hold(RESORT, ANNA, 4, "lift", ledger.now().plus_ms(HOUR_MS)));
    ledger.pass_to(start_of("2029-01"));
    assert_eq!(ledger.totals(RESORT), Sums { issued: 10, expired: 10, ..Sums::default() });
    assert_eq!(entries(&ledger), 0);
}

#[test]
fn a_limit_is_shown_with_what_ended_holds_have_given_back() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 1000, "bread"));
    ledger.apply(TILL, issue(CAFE, CLEO, 1, "cup"));
    let household = ledger.household(ANNA, &[(CLEO, MemberRole::Child, &[(GROCER, 70)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, household, 500));
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 60)));
    ledger.apply(CLEO, of(household, hold(GROCER, CLEO, 10, "till 7", ledger.now().plus_ms(HOUR_MS))));
    let spent = |ledger: &Ledger| {
        ledger.view().spent_this_month(household, address(CLEO), brand(GROCER)).expect("in memory").get()
    };
    assert_eq!(spent(&ledger), 70);
    ledger.fails(CLEO, of(household, redeem(GROCER, CLEO, 1)), Code::MemberLimitReached);
    ledger.pass_to(ledger.now().plus_ms(2 * HOUR_MS));
    assert_eq!(spent(&ledger), 60, "nothing has touched the pool");
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 10)));
    assert_eq!(spent(&ledger), 70);
}

#[test]
fn a_shortage_of_points_that_a_hold_has_outlived_says_that_they_expired_in_a_pool_too() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "pass")); // until 2026-12
    ledger.apply(TILL, issue(CAFE, BO, 1, "cup"));
    let household = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[])]);
    ledger.apply(ANNA, deposit(RESORT, ANNA, household, 10));
    ledger.pass_to(time(start_of("2027-01").get() - DAY_MS));
    ledger.apply(BO, of(household, hold(RESORT, BO, 10, "lift", ledger.now().plus_ms(3 * DAY_MS))));
    ledger.pass_to(start_of("2027-02"));
    ledger.fails(BO, of(household, redeem(RESORT, BO, 10)), Code::PointsExpired);
    ledger.fails(BO, of(household, redeem(RESORT, BO, 11)), Code::InsufficientPoints);
}
