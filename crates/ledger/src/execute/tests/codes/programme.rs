//! Tracks, stamps and consents.

use lojal_types::Code;

use super::Failing;
use crate::fixture::*;

/// Makes the ledger one of version 2 in which the grocer has a rolling track and one of places, and has stamped Anna.
fn prepare(ledger: &mut Ledger) {
    *ledger = Ledger::with_programme();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger.apply(TILL, set_track(GROCER, 1, rolling(3, &[(100, 2)])));
    let opens = ledger.now().plus_ms(DAY_MS);
    ledger.apply(TILL, set_track(GROCER, 2, places(opens, opens.plus_ms(DAY_MS), 3)));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 50, "stamp"));
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::TrackOutOfBounds, |ledger| {
        prepare(ledger);
        (TILL, set_track(GROCER, 3, rolling(25, &[])))
    }),
    (Code::TrackOutOfBounds, |ledger| {
        prepare(ledger);
        (TILL, set_track(CAFE, 0, rolling(2, &[])))
    }),
    (Code::TooManyTracks, |ledger| {
        prepare(ledger);
        for track in 3..6 {
            ledger.apply(TILL, set_track(GROCER, track, rolling(3, &[])));
        }
        (TILL, set_track(GROCER, 6, rolling(3, &[])))
    }),
    (Code::TrackPromised, |ledger| {
        prepare(ledger);
        (TILL, set_track(GROCER, 1, rolling(3, &[(101, 2)])))
    }),
    (Code::UnknownTrack, |ledger| {
        prepare(ledger);
        (TILL, stamp(GROCER, 9, ANNA, 1, "new"))
    }),
    (Code::TrackClosed, |ledger| {
        prepare(ledger);
        (TILL, stamp_place(GROCER, 2, ANNA, 0, "too early"))
    }),
    (Code::PlaceOutOfRange, |ledger| {
        prepare(ledger);
        ledger.pass_to(ledger.now().plus_ms(DAY_MS));
        (TILL, stamp_place(GROCER, 2, ANNA, 3, "new"))
    }),
    (Code::PlaceOutOfRange, |ledger| {
        prepare(ledger);
        (TILL, stamp_place(GROCER, 1, ANNA, 0, "new"))
    }),
    (Code::StampTooLarge, |ledger| {
        prepare(ledger);
        (TILL, stamp(GROCER, 1, ANNA, 1001, "new"))
    }),
    (Code::AmountZero, |ledger| {
        prepare(ledger);
        (TILL, stamp(GROCER, 1, ANNA, 0, "new"))
    }),
    (Code::RoleMissing, |ledger| {
        prepare(ledger);
        (RETURNS, stamp(GROCER, 1, ANNA, 1, "new"))
    }),
    (Code::DuplicateReference, |ledger| {
        prepare(ledger);
        (TILL, stamp(GROCER, 1, ANNA, 1, "stamp"))
    }),
    (Code::UnknownReference, |ledger| {
        prepare(ledger);
        (TILL, take_back(GROCER, ANNA, 1, "nothing", "return"))
    }),
    (Code::AwardToOther, |ledger| {
        prepare(ledger);
        (TILL, take_back(GROCER, BO, 1, "stamp", "return"))
    }),
    (Code::TakeBackWindowClosed, |ledger| {
        prepare(ledger);
        ledger.pass_to(ledger.now().plus_ms(61 * DAY_MS));
        (TILL, take_back(GROCER, ANNA, 1, "stamp", "return"))
    }),
    (Code::TakeBackExceeds, |ledger| {
        prepare(ledger);
        (TILL, take_back(GROCER, ANNA, 51, "stamp", "return"))
    }),
    (Code::NoRelation, |ledger| {
        prepare(ledger);
        (ANNA, set_consent(CAFE, 1))
    }),
    (Code::UnknownConsent, |ledger| {
        prepare(ledger);
        (ANNA, set_consent(GROCER, 16))
    }),
    (Code::PendingFull, |ledger| {
        prepare(ledger);
        fill_pending(ledger);
        (TILL, issue_until("2027-06", GROCER, ANNA, 1, "one part more"))
    }),
    (Code::PolicyOutOfBounds, |ledger| {
        prepare(ledger);
        (TILL, set_pending_days(GROCER, 91))
    }),
    (Code::NotOperator, |ledger| {
        prepare(ledger);
        (ANNA, set_pending_days(GROCER, 1))
    }),
    (Code::BrandSuspended, |ledger| {
        prepare(ledger);
        ledger.enact(vec![suspend(GROCER)]);
        (TILL, set_pending_days(GROCER, 1))
    }),
    (Code::BrandSuspended, |ledger| {
        prepare(ledger);
        ledger.enact(vec![suspend(GROCER)]);
        (TILL, stamp(GROCER, 1, ANNA, 1, "new"))
    }),
];
