//! Holds, captures and releases.

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{Code, TimeMs};

use super::Failing;
use crate::fixture::*;

fn in_an_hour(ledger: &Ledger) -> TimeMs {
    ledger.now().plus_ms(HOUR_MS)
}

/// Anna holds 100 for "till 7", for an hour.
fn held(ledger: &mut Ledger) {
    ledger.apply(ANNA, hold(GROCER, ANNA, 100, "till 7", in_an_hour(ledger)));
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::AmountZero, |ledger| (ANNA, hold(GROCER, ANNA, 0, "till 7", in_an_hour(ledger)))),
    (Code::AmountTooLarge, |ledger| (ANNA, hold(GROCER, ANNA, u64::MAX, "till 7", in_an_hour(ledger)))),
    (Code::UnknownBrand, |ledger| (ANNA, hold("nobody", ANNA, 1, "till 7", in_an_hour(ledger)))),
    (Code::NotOwner, |ledger| (BO, hold(GROCER, ANNA, 10, "till 7", in_an_hour(ledger)))),
    (Code::NotOwner, |ledger| (TILL, hold(GROCER, ANNA, 10, "till 7", in_an_hour(ledger)))),
    (Code::HoldExpiryOutOfRange, |ledger| (ANNA, hold(GROCER, ANNA, 10, "till 7", ledger.next_time()))),
    (Code::HoldExpiryOutOfRange, |ledger| {
        (ANNA, hold(GROCER, ANNA, 10, "till 7", ledger.next_time().plus_ms(HOLD_MS_MAX + 1)))
    }),
    (Code::InsufficientPoints, |ledger| (ANNA, hold(GROCER, ANNA, 501, "till 7", in_an_hour(ledger)))),
    (Code::HoldTooSmall, |ledger| (ANNA, hold(GROCER, ANNA, 9, "till 7", in_an_hour(ledger)))),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2027-12"));
        (ANNA, hold(GROCER, ANNA, 500, "till 7", in_an_hour(ledger)))
    }),
    (Code::DuplicateReference, |ledger| {
        let expires = in_an_hour(ledger);
        ledger.apply(ANNA, hold(GROCER, ANNA, 100, "till 7", expires));
        (ANNA, hold(GROCER, ANNA, 100, "till 7", expires))
    }),
    (Code::RequestMismatch, |ledger| {
        let asked = hold(GROCER, ANNA, 10, "till 7", in_an_hour(ledger));
        (ANNA, with_request(asked, |request| request.reference = of_nothing()))
    }),
    (Code::RequestExpired, |ledger| {
        let asked = hold(GROCER, ANNA, 10, "till 7", in_an_hour(ledger));
        (ANNA, with_request(asked, |request| request.until_ms = ledger.next_time()))
    }),
    (Code::TooManyHolds, |ledger| {
        for number in 0..16 {
            ledger.apply(ANNA, hold(GROCER, ANNA, 10, &format!("till {number}"), in_an_hour(ledger)));
        }
        (ANNA, hold(GROCER, ANNA, 10, "till 16", in_an_hour(ledger)))
    }),
    (Code::AmountZero, |_| (TILL, capture(GROCER, ANNA, "till 7", 0, "own"))),
    (Code::AmountTooLarge, |_| (TILL, capture(GROCER, ANNA, "till 7", u64::MAX, "own"))),
    (Code::UnknownBrand, |_| (TILL, capture("nobody", ANNA, "till 7", 1, "own"))),
    (Code::NotOperator, |_| (ANNA, capture(GROCER, ANNA, "till 7", 1, "own"))),
    (Code::RoleMissing, |_| (ISSUER, capture(GROCER, ANNA, "till 7", 1, "own"))),
    (Code::DuplicateReference, |ledger| {
        held(ledger);
        ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", 1, "own"));
        ledger.apply(ANNA, hold(GROCER, ANNA, 100, "till 8", in_an_hour(ledger)));
        (CASHIER, capture(GROCER, ANNA, "till 8", 1, "own"))
    }),
    (Code::UnknownHold, |_| (TILL, capture(GROCER, ANNA, "till 7", 1, "own"))),
    (Code::UnknownHold, |ledger| {
        held(ledger);
        (TILL, capture(GROCER, BO, "till 7", 1, "own"))
    }),
    (Code::HoldClosed, |ledger| {
        held(ledger);
        ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", 1, "own"));
        (CASHIER, capture(GROCER, ANNA, "till 7", 1, "another"))
    }),
    (Code::HoldClosed, |ledger| {
        held(ledger);
        ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", 1, "till 7"));
        (CASHIER, capture(GROCER, ANNA, "till 7", 1, "till 7"))
    }),
    (Code::HoldExpired, |ledger| {
        held(ledger);
        ledger.apply(ANNA, hold(GROCER, ANNA, 10, "till 8", in_an_hour(ledger)));
        ledger.apply(CASHIER, capture(GROCER, ANNA, "till 8", 1, "till 7"));
        ledger.pass_to(ledger.now().plus_ms(2 * HOUR_MS));
        (CASHIER, capture(GROCER, ANNA, "till 7", 1, "till 7"))
    }),
    (Code::HoldClosed, |ledger| {
        held(ledger);
        ledger.apply(CASHIER, release(GROCER, ANNA, "till 7"));
        ledger.pass_to(ledger.now().plus_ms(2 * HOUR_MS));
        (CASHIER, capture(GROCER, ANNA, "till 7", 1, "own"))
    }),
    (Code::HoldExpired, |ledger| {
        held(ledger);
        ledger.pass_to(ledger.now().plus_ms(HOUR_MS + MINUTE_MS));
        (CASHIER, capture(GROCER, ANNA, "till 7", 1, "own"))
    }),
    (Code::CaptureExceedsHold, |ledger| {
        held(ledger);
        (CASHIER, capture(GROCER, ANNA, "till 7", 101, "own"))
    }),
    (Code::UnknownBrand, |_| (ANNA, release("nobody", ANNA, "till 7"))),
    (Code::NotOperator, |ledger| {
        held(ledger);
        (BO, release(GROCER, ANNA, "till 7"))
    }),
    (Code::RoleMissing, |ledger| {
        held(ledger);
        (ISSUER, release(GROCER, ANNA, "till 7"))
    }),
    (Code::HoldNotExpired, |ledger| {
        held(ledger);
        (ANNA, release(GROCER, ANNA, "till 7"))
    }),
    (Code::UnknownHold, |_| (ANNA, release(GROCER, ANNA, "till 7"))),
    (Code::HoldClosed, |ledger| {
        held(ledger);
        ledger.apply(CASHIER, release(GROCER, ANNA, "till 7"));
        (ANNA, release(GROCER, ANNA, "till 7"))
    }),
    // It has returned already.
    (Code::HoldExpired, |ledger| {
        held(ledger);
        ledger.pass_to(ledger.now().plus_ms(HOUR_MS + MINUTE_MS));
        ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
        (ANNA, release(GROCER, ANNA, "till 7"))
    }),
];
