use lojal_types::api::{LevelEnd, NextLevel, TrackStanding};

use super::*;
use crate::answers;
use crate::fixture::*;

/// The part of Anna's standing that is on the grocer's first track.
fn anna(ledger: &Ledger) -> TrackStanding {
    let standings = answers::standings(ledger.view(), address(ANNA)).expect("in memory").standings;
    let tracks = standings.into_iter().flat_map(|one| one.tracks);
    tracks.into_iter().find(|one| one.track == TrackId::new(1)).expect("something counts on it")
}

fn stamped(track: Track, amount: u64) -> Ledger {
    let mut ledger = Ledger::with_programme();
    ledger.apply(TILL, set_track(GROCER, 1, track));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, amount, "first"));
    ledger
}

#[test]
fn a_level_lasts_as_long_as_the_ledger_says_and_what_keeps_it_keeps_it() {
    // Units count for 3 months, a level is held for 6.
    let mut ledger = stamped(rolling(3, &[(100, 6), (200, 6)]), 120);
    let month = ledger.now().month();
    let last = month.plus(6);
    let expected = LevelEnd { until_ms: month.plus(7).start(), keeps: Some(100), then: 0 };
    assert_eq!(anna(&ledger).lasts, Some(expected));
    assert_eq!(anna(&ledger).next, Some(NextLevel { level: 2, at_least: 200, missing: 80 }));
    ledger.pass_to(last.start());
    assert_eq!((anna(&ledger).units, anna(&ledger).lasts), (0, Some(expected)));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 99, "too few"));
    assert_eq!(anna(&ledger).lasts.map(|lasts| (lasts.until_ms, lasts.keeps)), Some((last.plus(1).start(), Some(1))));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "enough"));
    assert_eq!(anna(&ledger).lasts.map(|lasts| lasts.until_ms), Some(last.plus(7).start()));
}

#[test]
fn a_level_that_is_not_kept_is_followed_by_the_one_that_the_ledger_says() {
    for (soft, then) in [(true, 1), (false, 0)] {
        let ledger = stamped(Track { soft, ..rolling(3, &[(100, 6), (200, 6)]) }, 250);
        assert_eq!(anna(&ledger).lasts.map(|lasts| lasts.then), Some(then));
        assert_eq!((anna(&ledger).level, anna(&ledger).next), (2, None), "there is no higher one");
    }
}

#[test]
fn a_track_that_is_closed_promises_nothing_more() {
    let mut ledger = stamped(rolling(12, &[(100, 12), (200, 12)]), 120);
    let closes_ms = ledger.now().plus_ms(31 * 24 * HOUR_MS);
    let kind = TrackKind::Rolling { months: 12, closes_ms: Some(closes_ms) };
    ledger.apply(TILL, set_track(GROCER, 1, Track { kind, ..rolling(12, &[(100, 12), (200, 12)]) }));
    ledger.pass_to(closes_ms);
    let closed = anna(&ledger);
    assert_eq!((closed.level, closed.next, closed.lasts.and_then(|lasts| lasts.keeps)), (1, None, None));
    let tracks = tracks(ledger.view(), brand(GROCER)).expect("in memory").tracks;
    assert_eq!(tracks[0].state, api::TrackState::Closed);
    let over = tracks[0].over_ms.expect("it closes");
    ledger.pass_to(over);
    let standings = answers::standings(ledger.view(), address(ANNA)).expect("in memory").standings;
    assert!(standings[0].tracks.is_empty(), "what is over is nothing any more");
}
