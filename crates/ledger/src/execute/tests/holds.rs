//! `Hold`, `Capture` and `Release` (protocol, Holds).

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{Code, Outcome, TimeMs};

use crate::fixture::*;
use crate::key::{BalanceKey, HoldsKey};

/// Anna gets 50 of the grocer's points until 2027-11 and 60 until 2027-12.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "november"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(GROCER, ANNA, 60, "december"));
    ledger
}

fn in_days(ledger: &Ledger, days: u64) -> TimeMs {
    ledger.now().plus_ms(days * DAY_MS)
}

fn open_holds(ledger: &Ledger, member: u8, id: &str) -> usize {
    ledger.view().holds(address(member), brand(id)).expect("in memory").len()
}

#[test]
fn a_hold_sets_the_earliest_lots_aside_for_nobody_else() {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 70, "till 7", in_days(&ledger, 1)));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, outstanding: 40, held: 70, ..Sums::default() });
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 40)]);
    let holds = ledger.view().holds(address(ANNA), brand(GROCER)).expect("in memory");
    assert_eq!(*holds[0].lots, [lot("2027-11", 50), lot("2027-12", 20)]);
    ledger.fails(ANNA, redeem(GROCER, ANNA, 41), Code::InsufficientPoints);
    ledger.fails(ANNA, transfer(GROCER, ANNA, BO, 41), Code::InsufficientPoints);
}

#[test]
fn a_capture_of_all_redeems_all() {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 110, "till 7", in_days(&ledger, 1)));
    ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", 110, "own"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, redeemed: 110, ..Sums::default() });
    let (account, brand) = (address(ANNA), brand(GROCER));
    assert!(ledger.view().get(&HoldsKey { account, brand }).expect("in memory").is_none(), "nothing is left behind");
    assert!(ledger.view().get(&BalanceKey { account, brand }).expect("in memory").is_none(), "nothing is left behind");
}

#[test]
fn a_capture_of_a_part_takes_the_earliest_lots_and_returns_the_rest_with_its_expiry() {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 110, "till 7", in_days(&ledger, 1)));
    ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", 55, "own"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, outstanding: 55, redeemed: 55, ..Sums::default() });
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 55)]);
    ledger.fails(CASHIER, capture(GROCER, ANNA, "till 7", 1, "again"), Code::HoldClosed);
}

#[test]
fn a_released_hold_returns_every_lot_with_its_expiry() {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 70, "till 7", in_days(&ledger, 1)));
    ledger.apply(CASHIER, release(GROCER, ANNA, "till 7"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 60)]);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, outstanding: 110, ..Sums::default() });
}

#[test]
fn a_hold_can_be_captured_to_the_millisecond_before_it_expires() {
    let mut ledger = ledger();
    let expires = in_days(&ledger, 1).to_whole_minute().expect("long before the year 6999");
    ledger.apply(ANNA, hold(GROCER, ANNA, 20, "in time", expires));
    ledger.apply(ANNA, hold(GROCER, ANNA, 20, "late", expires));
    ledger.pass_to(time(expires.get() - 2));
    let first = ledger.sign(CASHIER, vec![capture(GROCER, ANNA, "in time", 20, "a")]);
    let second = ledger.sign(CASHIER, vec![capture(GROCER, ANNA, "late", 20, "b")]);
    assert_eq!(ledger.block(time(expires.get() - 1), &[first]), [Ok(Outcome::Applied)]);
    assert_eq!(ledger.block(expires, &[second]), [Ok(failed(0, Code::HoldExpired))]);
}

#[test]
fn a_hold_expires_at_most_30_days_ahead() {
    let mut ledger = ledger();
    let furthest = ledger.next_time().plus_ms(HOLD_MS_MAX);
    ledger.apply(ANNA, hold(GROCER, ANNA, 20, "till 7", furthest));
    let beyond = ledger.next_time().plus_ms(HOLD_MS_MAX + 1);
    ledger.fails(ANNA, hold(GROCER, ANNA, 20, "till 8", beyond), Code::HoldExpiryOutOfRange);
}

/// Anna's hold of 100 has expired, another one of 10 hasn't.
fn with_an_expired_hold() -> Ledger {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 100, "expired", in_days(&ledger, 1)));
    ledger.apply(ANNA, hold(GROCER, ANNA, 10, "open", in_days(&ledger, 3)));
    ledger.pass_to(in_days(&ledger, 2));
    ledger
}

#[test]
fn an_expired_hold_is_shown_as_available_although_nothing_has_swept_it() {
    let ledger = with_an_expired_hold();
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 50)]);
    assert_eq!(open_holds(&ledger, ANNA, GROCER), 1);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, outstanding: 100, held: 10, ..Sums::default() });
}

#[test]
fn an_expired_hold_returns_when_its_points_are_next_touched_by_whatever_operation() {
    let touches = [
        (ANNA, redeem(GROCER, ANNA, 100)),
        (ANNA, transfer(GROCER, ANNA, BO, 100)),
        (ANNA, hold(GROCER, ANNA, 100, "new", in_days(&with_an_expired_hold(), 1))),
        (TILL, issue(GROCER, ANNA, 1, "new")),
        (TILL, reverse(GROCER, ANNA, 50, "november", "return")),
        (ANNA, release(GROCER, ANNA, "expired")),
        (CASHIER, release(GROCER, ANNA, "expired")),
        (CASHIER, release(GROCER, ANNA, "open")),
        (CASHIER, capture(GROCER, ANNA, "open", 1, "own")),
    ];
    let (account, brand) = (address(ANNA), brand(GROCER));
    for (sender, touch) in touches {
        let mut ledger = with_an_expired_hold();
        ledger.apply(sender, touch.clone());
        let holds = ledger.view().get(&HoldsKey { account, brand }).expect("in memory").unwrap_or_default().holds;
        assert!(holds.iter().all(|hold| hold.reference != ledger.request(&reference("expired"))), "{touch:?}");
    }
}

#[test]
fn lots_whose_month_ended_in_a_hold_are_honoured_by_a_capture() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "pass")); // until 2026-12
    ledger.pass_to(time(start_of("2027-01").get() - DAY_MS));
    ledger.apply(ANNA, hold(RESORT, ANNA, 10, "lift", in_days(&ledger, 5)));
    ledger.pass_to(start_of("2027-01"));
    assert_eq!(
        ledger.totals(RESORT),
        Sums { issued: 10, held: 10, ..Sums::default() },
        "the end of a month passes holds by"
    );
    ledger.apply(TILL, capture(RESORT, ANNA, "lift", 7, "own"));
    // What the resort didn't take is dead when it returns.
    assert_eq!(ledger.totals(RESORT), Sums { issued: 10, redeemed: 7, expired: 3, ..Sums::default() });
    assert_eq!(ledger.lots(ANNA, RESORT), []);
}

#[test]
fn dead_lots_of_a_hold_become_breakage_when_they_return_and_live_ones_go_to_the_balance() {
    for by_expiry in [false, true] {
        let mut ledger = Ledger::new();
        ledger.apply(TILL, issue(RESORT, ANNA, 10, "old")); // until 2026-12
        ledger.pass_to(start_of("2026-12"));
        ledger.apply(TILL, issue(RESORT, ANNA, 20, "young")); // until 2027-01
        ledger.pass_to(time(start_of("2027-01").get() - DAY_MS));
        ledger.apply(ANNA, hold(RESORT, ANNA, 30, "lift", in_days(&ledger, 3)));
        ledger.pass_to(if by_expiry { in_days(&ledger, 4) } else { start_of("2027-01") });
        let returned = Sums { issued: 30, outstanding: 20, expired: 10, ..Sums::default() };
        assert_eq!(
            ledger.totals(RESORT),
            if by_expiry { returned } else { Sums { issued: 30, held: 30, ..Sums::default() } }
        );
        ledger.apply(TILL, release(RESORT, ANNA, "lift"));
        assert_eq!(ledger.totals(RESORT), returned);
        assert_eq!(ledger.lots(ANNA, RESORT), [lot("2027-01", 20)]);
    }
}

#[test]
fn a_hold_that_outlived_all_of_its_lots_is_shown_as_nothing() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "pass"));
    ledger.pass_to(time(start_of("2027-01").get() - DAY_MS));
    ledger.apply(ANNA, hold(RESORT, ANNA, 10, "lift", in_days(&ledger, 3)));
    ledger.pass_to(start_of("2027-03"));
    assert_eq!((ledger.lots(ANNA, RESORT), open_holds(&ledger, ANNA, RESORT)), (vec![], 0));
    assert_eq!(
        ledger.totals(RESORT),
        Sums { issued: 10, expired: 10, ..Sums::default() },
        "they were breakage when the hold ended"
    );
    ledger.fails(ANNA, redeem(RESORT, ANNA, 1), Code::PointsExpired);
    ledger.apply(ANNA, release(RESORT, ANNA, "lift"));
    assert_eq!(ledger.totals(RESORT), Sums { issued: 10, expired: 10, ..Sums::default() });
    ledger.fails(ANNA, redeem(RESORT, ANNA, 1), Code::PointsExpired);
    ledger.fails(ANNA, redeem(RESORT, ANNA, 11), Code::InsufficientPoints);
}

#[test]
fn sixteen_holds_can_be_open_and_an_expired_one_makes_room() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "more"));
    for number in 0..16 {
        let days = if number == 3 { 1 } else { 20 };
        ledger.apply(ANNA, hold(GROCER, ANNA, 10, &format!("till {number}"), in_days(&ledger, days)));
    }
    ledger.fails(ANNA, hold(GROCER, ANNA, 10, "one more", in_days(&ledger, 1)), Code::TooManyHolds);
    // Another brand's holds are counted for themselves.
    ledger.apply(TILL, issue(CAFE, ANNA, 5, "cup"));
    ledger.apply(ANNA, hold(CAFE, ANNA, 1, "till 1", in_days(&ledger, 1)));
    ledger.pass_to(in_days(&ledger, 2));
    ledger.apply(ANNA, hold(GROCER, ANNA, 10, "one more", in_days(&ledger, 1)));
    assert_eq!(open_holds(&ledger, ANNA, GROCER), 16);
}

#[test]
fn a_till_s_request_is_held_for_once_whoever_holds() {
    let mut ledger = ledger();
    let expires = in_days(&ledger, 1);
    ledger.apply(TILL, issue(GROCER, BO, 10, "bo"));
    ledger.apply(ANNA, hold(GROCER, ANNA, 10, "till 7", expires));
    ledger.fails(BO, hold(GROCER, BO, 10, "till 7", expires), Code::DuplicateReference);
    ledger.apply(CASHIER, release(GROCER, ANNA, "till 7"));
    ledger.fails(BO, hold(GROCER, BO, 10, "till 7", expires), Code::DuplicateReference);
    // A request to pay with the same random bytes is another.
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 1, "till 7"));
}

#[test]
fn a_reversal_takes_no_held_lots() {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 30, "till 7", in_days(&ledger, 1)));
    ledger.fails(TILL, reverse(GROCER, ANNA, 21, "november", "return"), Code::InsufficientPoints);
    // Partly now, and the rest when the till has let go.
    ledger.apply(TILL, reverse_between(GROCER, ANNA, (1, 50), "november", "return"));
    ledger.apply(CASHIER, release(GROCER, ANNA, "till 7"));
    ledger.fails(TILL, reverse(GROCER, ANNA, 31, "november", "rest"), Code::ReversalExceedsIssue);
    ledger.apply(TILL, reverse(GROCER, ANNA, 30, "november", "rest"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, outstanding: 60, reversed: 50, ..Sums::default() });
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 60)]);
}

#[test]
fn a_brand_can_capture_what_a_frozen_account_holds_for_it() {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 20, "till 7", in_days(&ledger, 1)));
    ledger.apply(ANNA, freeze());
    ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", 20, "own"));
    assert_eq!(ledger.totals(GROCER).redeemed, 20);
}

#[test]
fn a_hold_can_be_captured_in_the_block_in_which_it_was_made() {
    let mut ledger = ledger();
    let held = ledger.sign(ANNA, vec![hold(GROCER, ANNA, 20, "till 7", in_days(&ledger, 1))]);
    let taken = ledger.sign(CASHIER, vec![capture(GROCER, ANNA, "till 7", 5, "own")]);
    assert_eq!(ledger.block(ledger.next_time(), &[held, taken]), [Ok(Outcome::Applied); 2]);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 110, outstanding: 105, redeemed: 5, ..Sums::default() });
}
