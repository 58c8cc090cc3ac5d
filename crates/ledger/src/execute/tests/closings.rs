//! Brands that leave: what goes on until then, and what is left afterwards.

use lojal_types::{Code, MemberRole, Outcome, Role, TimeMs};

use crate::fixture::*;

/// The time so many milliseconds earlier.
fn before(time: TimeMs, ms: u64) -> TimeMs {
    crate::fixture::time(time.get() - ms)
}

/// Anna has 500 points of the café, which never expire, and 300 of the grocer; the café leaves.
fn ledger() -> (Ledger, TimeMs) {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, ANNA, 500, "first"));
    ledger.apply(TILL, issue(GROCER, ANNA, 300, "first"));
    for (from, to) in [(CAFE, GROCER), (GROCER, CAFE)] {
        ledger.apply(TILL, propose(from, to, &terms(1, 2)));
        ledger.apply(if from == GROCER { BARISTA } else { TILL }, accept(from, to, &terms(1, 2)));
    }
    let closes = ledger.leaving_at();
    ledger.apply(BARISTA, close_brand(CAFE, Some(closes)));
    (ledger, closes)
}

#[test]
fn a_brand_that_leaves_gives_no_points_and_everything_else_goes_on() {
    let (mut ledger, _) = ledger();
    ledger.fails(TILL, issue(CAFE, ANNA, 1, "second"), Code::BrandClosing);
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 100, 50), Code::BrandClosing);
    ledger.apply(ANNA, redeem(CAFE, ANNA, 10));
    ledger.apply(ANNA, transfer(CAFE, ANNA, BO, 10));
    ledger.apply(ANNA, convert(ANNA, CAFE, GROCER, 100, 50));
    let end = ledger.now().plus_ms(HOUR_MS);
    ledger.apply(ANNA, hold(CAFE, ANNA, 50, "till", end));
    ledger.apply(TILL, capture(CAFE, ANNA, "till", 20, "taken"));
    ledger.apply(TILL, settle(GROCER, CAFE, 100, "paid"));
    ledger.apply(TILL, set_policy(CAFE, policy_of(CAFE)));
    assert_eq!(ledger.balance(ANNA, CAFE), 500 - 10 - 10 - 100 - 20);
}

#[test]
fn what_is_left_expires_with_the_millisecond_at_which_the_brand_leaves_and_is_nobodys_then() {
    let (mut ledger, closes) = ledger();
    ledger.pass_to(before(closes, 2));
    assert_eq!((ledger.balance(ANNA, CAFE), ledger.totals(CAFE).outstanding), (500, 500));
    let last = ledger.sign_until(ANNA, closes.plus_ms(HOUR_MS / 2), vec![redeem(CAFE, ANNA, 1)]);
    assert_eq!(ledger.block(before(closes, 1), &[last]), [Ok(Outcome::Applied)]);
    ledger.pass_to(closes);
    assert_eq!(ledger.balance(ANNA, CAFE), 0);
    assert_eq!((ledger.totals(CAFE).outstanding, ledger.totals(CAFE).expired), (0, 499));
    for (sender, operation) in [
        (TILL, issue(CAFE, ANNA, 1, "second")),
        (ANNA, redeem(CAFE, ANNA, 1)),
        (ANNA, transfer(CAFE, ANNA, BO, 1)),
        (ANNA, convert(ANNA, CAFE, GROCER, 100, 50)),
        (ANNA, convert(ANNA, GROCER, CAFE, 100, 50)),
        (TILL, reverse(CAFE, ANNA, 1, "first", "return")),
        (TILL, release(CAFE, ANNA, "till")),
        (TILL, capture(CAFE, ANNA, "till", 1, "taken")),
        (BARISTA, close_brand(CAFE, None)),
        (TILL, set_policy(CAFE, policy_of(CAFE))),
    ] {
        ledger.fails(sender, operation, Code::BrandClosed);
    }
    // The months go on, and the grocer with them.
    ledger.pass_to(start_of("2027-06"));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.totals(CAFE).expired), (300, 499));
}

#[test]
fn no_hold_ends_later_than_its_brand_leaves_and_what_it_held_expires_with_the_rest() {
    let (mut ledger, closes) = ledger();
    ledger.pass_to(before(closes, DAY_MS));
    let late = hold(CAFE, ANNA, 10, "late", closes.plus_ms(1));
    ledger.fails(ANNA, late, Code::HoldExpiryOutOfRange);
    ledger.apply(ANNA, hold(CAFE, ANNA, 10, "last", closes));
    assert_eq!(ledger.totals(CAFE).held, 10);
    ledger.pass_to(closes);
    assert_eq!((ledger.totals(CAFE).held, ledger.totals(CAFE).expired), (0, 500));
    assert_eq!(ledger.balance(ANNA, CAFE), 0);
}

#[test]
fn what_is_owed_to_a_brand_that_has_left_and_by_it_is_settled() {
    let (mut ledger, closes) = ledger();
    ledger.apply(ANNA, convert(ANNA, CAFE, GROCER, 100, 50));
    ledger.pass_to(closes);
    ledger.apply(TILL, settle(GROCER, CAFE, 60, "half"));
    ledger.apply(TILL, settle(GROCER, CAFE, 40, "rest"));
    ledger.apply(BARISTA, end(CAFE, GROCER));
    ledger.apply(BARISTA, remove_operator(CAFE, TILL));
}

#[test]
fn a_brand_leaves_90_days_ahead_at_the_earliest_and_stays_if_it_says_so() {
    let mut ledger = Ledger::new();
    let soon = ledger.next_time().plus_ms(90 * DAY_MS).to_whole_minute().expect("in range");
    let minute = MINUTE_MS;
    for wrong in [Some(before(soon, minute)), Some(soon.plus_ms(1)), Some(soon.plus_ms(1740 * DAY_MS)), None] {
        ledger.fails(TILL, close_brand(GROCER, wrong), Code::ClosingOutOfRange);
    }
    ledger.apply(TILL, close_brand(GROCER, Some(soon.plus_ms(minute))));
    ledger.fails(TILL, issue(GROCER, ANNA, 100, "a"), Code::BrandClosing);
    ledger.apply(TILL, close_brand(GROCER, Some(soon.plus_ms(DAY_MS))));
    ledger.apply(TILL, close_brand(GROCER, None));
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "a"));
    ledger.pass_to(soon.plus_ms(2 * DAY_MS));
    assert_eq!(ledger.balance(ANNA, GROCER), 100);
}

#[test]
fn it_takes_as_many_admins_as_the_brand_asks_for_and_waits() {
    let mut ledger = Ledger::new();
    ledger.let_brand_ask_for(GROCER, 2, DAY_MS);
    let closes = ledger.leaving_at().plus_ms(DAY_MS);
    ledger.fails(TILL, close_brand(GROCER, Some(closes)), Code::MotionNeeded);
    let motion = ledger.propose_for(TILL, GROCER, vec![close_brand(GROCER, Some(closes))]);
    ledger.approve_for(BOSS, GROCER, motion);
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "a"));
    ledger.pass_to(ledger.now().plus_ms(DAY_MS));
    ledger.approve_for(BOSS, GROCER, motion);
    ledger.fails(TILL, issue(GROCER, ANNA, 100, "b"), Code::BrandClosing);
    // What its admins are about to decide when it leaves, they can't do any more.
    ledger.pass_to(before(closes, DAY_MS));
    let appoint = ledger.propose_for(TILL, GROCER, vec![set_operator(GROCER, BO, &[Role::Issue], None)]);
    let approval = ledger.approval_of(GROCER, appoint);
    ledger.pass_to(closes);
    ledger.fails(BOSS, approval, Code::BrandClosed);
}

#[test]
fn a_household_with_nothing_but_points_of_a_brand_that_has_left_is_empty() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "a"));
    let pool = ledger.household(ANNA, &[(TILL, MemberRole::Adult, &[])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, pool, 100));
    let closes = ledger.leaving_at();
    ledger.apply(TILL, close_brand(GROCER, Some(closes)));
    ledger.apply(TILL, leave(pool));
    ledger.fails(ANNA, leave(pool), Code::LastHouseholdAdmin);
    ledger.pass_to(closes);
    ledger.apply(ANNA, leave(pool));
    assert!(ledger.view().household(pool).expect("in memory").is_none());
}
