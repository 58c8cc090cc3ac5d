//! References by their days: used once, and forgotten with their shelf (protocol, References).

use lojal_types::{Code, Day, Operation, Release, TimeMs};

use crate::fixture::*;
use crate::key::{IssuedKey, ShelfKey};
use crate::record::Issued;

fn day(text: &str) -> Day {
    text.parse().expect("the tests use valid days")
}

/// A ledger whose last block was at noon of a day.
fn on(text: &str) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.pass_to(noon(text));
    ledger
}

fn noon(text: &str) -> TimeMs {
    day(text).start().plus_ms(12 * HOUR_MS)
}

fn receipt(dated_on: &str) -> Operation {
    dated(day(dated_on), issue(GROCER, ANNA, 5, "receipt"))
}

fn issued(ledger: &Ledger, receipt: &str) -> Option<Issued> {
    ledger
        .view()
        .latest(|shelf| IssuedKey { shelf, brand: brand(GROCER), reference: reference(receipt) }, None)
        .expect("in memory")
}

#[test]
fn a_receipt_is_dated_from_thirty_five_days_before_until_tomorrow() {
    for (dated_on, code) in [
        ("2027-01-11", Some(Code::ReferenceInFuture)),
        ("2027-01-10", None),
        ("2027-01-09", None),
        ("2026-12-05", None),
        ("2026-12-04", Some(Code::ReferenceTooOld)),
    ] {
        let mut ledger = on("2027-01-09");
        match code {
            None => ledger.apply(TILL, receipt(dated_on)),
            Some(code) => ledger.fails(TILL, receipt(dated_on), code),
        }
    }
}

#[test]
fn a_receipt_that_is_tried_again_under_another_day_is_found() {
    // After 2 days and after 20, and on New Year's night in both datings.
    for (first, first_dated, later, later_dated) in [
        ("2026-12-30", "2026-12-30", "2027-01-01", "2027-01-01"),
        ("2026-12-20", "2026-12-20", "2027-01-09", "2027-01-09"),
        ("2026-12-31", "2026-12-31", "2026-12-31", "2027-01-01"),
        ("2026-12-31", "2027-01-01", "2026-12-31", "2026-12-31"),
        ("2027-01-01", "2026-12-31", "2027-01-01", "2027-01-01"),
        ("2027-01-01", "2027-01-01", "2027-01-01", "2026-12-31"),
        ("2027-01-01", "2027-01-02", "2027-02-05", "2027-02-06"),
    ] {
        let mut ledger = on(first);
        ledger.apply(TILL, receipt(first_dated));
        if later != first {
            ledger.pass_to(noon(later));
        }
        ledger.fails(TILL, receipt(later_dated), Code::DuplicateReference);
        ledger.fails(TILL, receipt(first_dated), Code::DuplicateReference);
        assert_eq!(issued(&ledger, "receipt").expect("on its shelf").dated, day(first_dated));
    }
}

#[test]
fn a_shelf_is_dropped_whole_in_the_first_block_that_is_not_earlier_than_its_time() {
    let mut ledger = on("2027-01-09");
    ledger.apply(TILL, receipt("2027-01-09"));
    ledger.apply(TILL, dated(day("2026-12-31"), issue(GROCER, ANNA, 5, "older")));
    let months = |ledger: &Ledger| ledger.view().shelves().iter().map(|(month, _)| month).collect::<Vec<_>>();
    assert_eq!(months(&ledger), [month("2026-12"), month("2027-01")]);
    let shelf = ledger.view().get(&ShelfKey(month("2026-12"))).expect("in memory").expect("it was begun");
    assert_eq!((shelf.count, shelf.drop_ms), (1, start_of("2028-02")));
    ledger.pass_to(time(start_of("2028-02").get() - 1));
    assert_eq!(months(&ledger).len(), 2);
    ledger.pass_to(start_of("2028-02"));
    assert_eq!(months(&ledger), [month("2027-01")]);
    assert!(ledger.view().get(&ShelfKey(month("2026-12"))).expect("in memory").is_none());
    assert!(issued(&ledger, "older").is_none() && issued(&ledger, "receipt").is_some());
    ledger.fails(TILL, reverse(GROCER, ANNA, 1, "older", "return"), Code::UnknownReference);
    ledger.fails(TILL, dated(day("2026-12-31"), issue(GROCER, ANNA, 5, "older")), Code::ReferenceTooOld);
    ledger.pass_to(start_of("2030-01"));
    assert!(ledger.view().shelves().is_empty());
}

#[test]
fn an_issue_can_be_reversed_for_no_longer_than_its_shelf_is_there() {
    let mut ledger = on("2027-01-09");
    let long = lojal_types::Policy { reversal_window_ms: 400 * DAY_MS, ..policy_of(GROCER) };
    ledger.apply(TILL, set_policy(GROCER, long));
    ledger.apply(TILL, dated(day("2026-12-31"), issue(GROCER, ANNA, 5, "old")));
    assert_eq!(issued(&ledger, "old").expect("there").reversible_until_ms, start_of("2028-02"));
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "new"));
    let until = issued(&ledger, "new").expect("there").reversible_until_ms;
    assert_eq!(until, ledger.now().plus_ms(400 * DAY_MS));
}

#[test]
fn a_reversal_a_capture_and_a_release_name_the_day_of_what_was() {
    let mut ledger = on("2027-01-09");
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "receipt"));
    let Operation::Reverse(back) = reverse(GROCER, ANNA, 5, "receipt", "return") else { panic!("a reversal") };
    for wrong in ["2027-01-08", "2026-12-09"] {
        let wrong = lojal_types::Reverse { issue_dated: day(wrong), ..back.clone() };
        ledger.fails(TILL, Operation::Reverse(wrong), Code::UnknownReference);
    }
    ledger.apply(TILL, Operation::Reverse(back));
    let expires = ledger.now().plus_ms(DAY_MS);
    ledger.apply(ANNA, hold(GROCER, ANNA, 50, "held", expires));
    let Operation::Capture(taken) = capture(GROCER, ANNA, "held", 5, "taken") else { panic!("a capture") };
    let Operation::Release(let_go) = release(GROCER, ANNA, "held") else { panic!("a release") };
    let wrong = day("2027-01-08");
    let wrong_capture = lojal_types::Capture { hold_dated: wrong, ..taken.clone() };
    ledger.fails(TILL, Operation::Capture(wrong_capture), Code::UnknownHold);
    ledger.fails(TILL, Operation::Release(Release { hold_dated: wrong, ..let_go }), Code::UnknownHold);
    ledger.apply(TILL, Operation::Capture(taken));
}

#[test]
fn a_hold_ends_before_its_shelf_is_dropped() {
    let mut ledger = Ledger::with_days(62, 3);
    ledger.pass_to(noon("2027-02-28"));
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "receipt"));
    ledger.pass_to(noon("2027-04-02"));
    // The shelf of January goes on the first of May.
    let held = |end: TimeMs| dated(day("2027-01-31"), hold(GROCER, ANNA, 50, "held", end));
    ledger.fails(ANNA, held(start_of("2027-05").plus_ms(1)), Code::HoldExpiryOutOfRange);
    ledger.apply(ANNA, held(start_of("2027-05")));
    ledger.pass_to(start_of("2027-05"));
    assert_eq!(ledger.balance(ANNA, GROCER), 500);
    ledger.fails(ANNA, release(GROCER, ANNA, "held"), Code::UnknownHold);
}

#[test]
fn what_fails_begins_no_shelf() {
    let mut ledger = on("2027-01-09");
    let transaction = ledger.sign(TILL, vec![receipt("2027-01-09"), issue(GROCER, ANNA, 0, "nothing")]);
    ledger.block(ledger.next_time(), &[transaction]);
    assert!(
        ledger.view().shelves().is_empty()
            && ledger.view().get(&ShelfKey(month("2027-01"))).expect("in memory").is_none()
    );
}

#[test]
fn a_settlement_stays_for_ever() {
    let mut ledger = on("2027-01-09");
    let terms = terms(1, 1);
    ledger.apply(TILL, propose(GROCER, CAFE, &terms));
    ledger.apply(BARISTA, accept(GROCER, CAFE, &terms));
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "receipt"));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 100, 100));
    ledger.apply(BARISTA, settle(CAFE, GROCER, 10, "payment"));
    ledger.pass_to(start_of("2032-01"));
    ledger.fails(BARISTA, settle(CAFE, GROCER, 10, "payment"), Code::DuplicateReference);
}

#[test]
fn the_same_receipt_dated_by_two_clocks_is_rewarded_once_while_either_day_is_taken() {
    // One clock is a day late, one is a day early; the month ends between them.
    for (first, other) in [("2027-01-31", "2027-02-01"), ("2027-01-30", "2027-02-01"), ("2027-01-31", "2027-02-02")] {
        for receipt_days in [1, 28, 35, 62] {
            let mut ledger = Ledger::with_days(receipt_days, 3);
            ledger.pass_to(noon("2027-01-31"));
            ledger.apply(TILL, receipt(first));
            let mut today = day("2027-02-01");
            while today.minus(receipt_days.into()) <= day(other) {
                ledger.pass_to(today.start().plus_ms(12 * HOUR_MS));
                ledger.fails(TILL, receipt(other), Code::DuplicateReference);
                today = today.plus(1);
            }
            ledger.pass_to(today.start().plus_ms(12 * HOUR_MS));
            ledger.fails(TILL, receipt(other), Code::ReferenceTooOld);
        }
    }
}
