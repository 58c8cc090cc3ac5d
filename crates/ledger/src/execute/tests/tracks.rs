//! `SetTrack`, `Stamp`, `TakeBack` and `SetConsent` (protocol, Programme).

use lojal_types::{Code, Outcome, Track, TrackKind};

use crate::fixture::*;
use crate::key::{StandingKey, StateKey, TrackKey, TrackListKey};

/// Bronze at 100, held for 2 months; silver at 300, for 3; gold at 600, for 6. Stamps count for 3 months.
fn levels() -> Track {
    rolling(3, &[(100, 2), (300, 3), (600, 6)])
}

fn ledger(terms: Track) -> Ledger {
    let mut ledger = Ledger::with_programme();
    ledger.apply(TILL, set_track(GROCER, 1, terms));
    ledger
}

fn held(level: u8, until: &str) -> (u8, Option<String>) {
    (level, Some(until.to_owned()))
}

#[test]
fn a_stamp_counts_through_the_months_of_its_track_and_opens_the_account() {
    let mut ledger = ledger(rolling(2, &[]));
    ledger.apply(ISSUER, stamp(GROCER, 1, ANNA, 40, "november"));
    assert!(ledger.view().account(address(ANNA)).expect("in memory").is_some());
    assert_eq!(ledger.balance(ANNA, GROCER), 0, "without points");
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(ISSUER, stamp(GROCER, 1, ANNA, 2, "december"));
    ledger.apply(ISSUER, stamp(GROCER, 1, ANNA, 3, "more"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 45);
    ledger.pass_to(start_of("2027-02"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 5, "November is over");
    ledger.pass_to(start_of("2027-03"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 0);
}

#[test]
fn a_level_is_held_for_its_months_and_won_again_by_what_counts() {
    let mut ledger = ledger(levels());
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 99, "a"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), (0, None));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 501, "b"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(3, "2027-05"));
    ledger.pass_to(start_of("2027-02"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 600);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "c"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(3, "2027-08"), "won again in February");
    ledger.pass_to(start_of("2027-03"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 1);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 320, "d"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(3, "2027-08"), "silver now, and still gold");
    ledger.pass_to(start_of("2027-09"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), (0, None));
}

#[test]
fn a_soft_track_falls_by_one_level_at_a_time_and_any_other_at_once() {
    for (soft, falls) in [(true, [2, 2, 1, 0]), (false, [0, 0, 0, 0])] {
        let mut ledger = ledger(Track { soft, ..levels() });
        ledger.apply(TILL, stamp(GROCER, 1, ANNA, 600, "a"));
        let mut levels = Vec::new();
        for month in ["2027-06", "2027-08", "2027-09", "2027-11"] {
            ledger.pass_to(start_of(month));
            levels.push(ledger.level(ANNA, GROCER, 1).0);
        }
        assert_eq!(levels, falls, "soft: {soft}");
    }
}

#[test]
fn a_returned_purchase_takes_its_level_along_and_what_was_reached_before_stays() {
    let mut ledger = ledger(levels());
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 310, "november"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 290, "december"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(3, "2027-06"));
    ledger.apply(RETURNS, take_back(GROCER, ANNA, 200, "december", "return 1"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 400);
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(2, "2027-03"), "what is left reaches silver, from December on");
    ledger.fails(RETURNS, take_back(GROCER, ANNA, 91, "december", "return 2"), Code::TakeBackExceeds);
    ledger.apply(RETURNS, take_back(GROCER, ANNA, 90, "december", "return 2"));
    ledger.apply(RETURNS, take_back(GROCER, ANNA, 310, "november", "return 3"));
    assert_eq!((ledger.units(ANNA, GROCER, 1), ledger.level(ANNA, GROCER, 1)), (0, (0, None)));
}

#[test]
fn what_was_reached_before_the_month_of_the_stamp_stays() {
    let mut ledger = ledger(levels());
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 600, "november"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 50, "december"));
    ledger.apply(TILL, take_back(GROCER, ANNA, 50, "december", "return"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(3, "2027-06"), "600 are there in December without it too");
    ledger.pass_to(start_of("2027-03"));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 120, "march"));
    ledger.apply(TILL, take_back(GROCER, ANNA, 120, "march", "another return"));
    assert_eq!(ledger.level(ANNA, GROCER, 1), held(3, "2027-06"));
}

#[test]
fn a_stamp_is_taken_back_when_its_months_are_over_and_nothing_else_changes() {
    let mut ledger = ledger(rolling(1, &[(10, 1)]));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 20, "november"));
    ledger.pass_to(start_of("2027-01"));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 5, "january"));
    ledger.apply(TILL, take_back(GROCER, ANNA, 20, "november", "return"));
    assert_eq!((ledger.units(ANNA, GROCER, 1), ledger.level(ANNA, GROCER, 1).0), (5, 0));
    ledger.pass_to(ledger.now().plus_ms(60 * DAY_MS));
    ledger.fails(TILL, take_back(GROCER, ANNA, 5, "january", "too late"), Code::TakeBackWindowClosed);
}

#[test]
fn a_place_counts_once_and_again_when_its_stamp_is_taken_back() {
    let mut ledger = Ledger::with_programme();
    let (opens, closes) = (ledger.now(), ledger.now().plus_ms(30 * DAY_MS));
    ledger.apply(TILL, set_track(GROCER, 1, places(opens, closes, 3)));
    ledger.apply(TILL, stamp_place(GROCER, 1, ANNA, 0, "a"));
    ledger.apply(TILL, stamp_place(GROCER, 1, ANNA, 0, "b"));
    ledger.apply(TILL, stamp_place(GROCER, 1, ANNA, 2, "c"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 2);
    ledger.apply(TILL, take_back(GROCER, ANNA, 1, "b", "return b"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 2, "the second stamp had counted nothing");
    ledger.apply(TILL, take_back(GROCER, ANNA, 1, "a", "return a"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 1);
    ledger.apply(TILL, stamp_place(GROCER, 1, ANNA, 0, "d"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 2);
}

#[test]
fn what_is_counted_in_a_window_counts_as_long_as_it_is_made_longer() {
    let mut ledger = Ledger::with_programme();
    let opens = ledger.now();
    let until = |days: u64| window(opens, opens.plus_ms(days * DAY_MS));
    ledger.apply(TILL, set_track(GROCER, 1, until(10)));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 7, "a"));
    ledger.apply(TILL, set_track(GROCER, 1, until(100)));
    ledger.pass_to(opens.plus_ms(99 * DAY_MS));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 5, "b"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 12);
}

#[test]
fn a_track_that_is_over_is_none_any_more_and_the_next_one_removes_it() {
    let mut ledger = Ledger::with_programme();
    let opens = ledger.now();
    for number in 1..=16 {
        ledger.apply(TILL, set_track(CAFE, number, window(opens, opens.plus_ms(10 * DAY_MS))));
        ledger.apply(TILL, stamp(CAFE, number, ANNA, 1, &format!("receipt {number}")));
    }
    ledger.fails(TILL, set_track(CAFE, 17, window(opens, opens.plus_ms(DAY_MS))), Code::TooManyTracks);
    // 10 days and 60 to take a stamp back end in January.
    ledger.pass_to(start_of("2027-02"));
    ledger.fails(TILL, stamp(CAFE, 1, ANNA, 1, "late"), Code::UnknownTrack);
    let (from, to) = (ledger.now(), ledger.now().plus_ms(DAY_MS));
    ledger.fails(TILL, set_track(CAFE, 1, window(from, to)), Code::TrackOutOfBounds);
    ledger.apply(TILL, set_track(CAFE, 17, window(from, to)));
    let tracks = in_memory(ledger.view().tree().iter()).filter(|(key, _)| key[0] == TrackKey::KIND).count();
    assert_eq!(tracks, 1, "the record of none that is over is left");
    let list = ledger.view().get(&TrackListKey(brand(CAFE))).expect("in memory").expect("there");
    assert_eq!((list.last.get(), list.tracks.len()), (17, 1));
    ledger.apply(TILL, stamp(CAFE, 17, ANNA, 9, "new"));
    let standing = ledger.view().standing(address(ANNA), brand(CAFE)).expect("in memory").expect("stamped");
    assert_eq!(standing.progress.len(), 1, "what was counted on the others has made room");
}

#[test]
fn what_a_window_has_counted_can_be_taken_back_as_long_as_its_track_is_not_over() {
    let mut ledger = Ledger::with_programme();
    let opens = ledger.now();
    let open = |days: u64| window(opens, opens.plus_ms(days * DAY_MS));
    ledger.apply(TILL, set_track(CAFE, 1, open(10)));
    ledger.apply(TILL, stamp(CAFE, 1, ANNA, 5, "first"));
    let sooner = Track { take_back_days: 0, ..open(10) };
    ledger.fails(TILL, set_track(CAFE, 1, sooner), Code::TrackPromised);
    for number in 2..=16 {
        ledger.apply(TILL, set_track(CAFE, number, open(100)));
        ledger.apply(TILL, stamp(CAFE, number, ANNA, 1, &format!("receipt {number}")));
    }
    // The first closes after 10 days, its stamp can be taken back for 60, and then its place is needed.
    ledger.pass_to(opens.plus_ms(59 * DAY_MS));
    ledger.apply(TILL, take_back(CAFE, ANNA, 2, "first", "return"));
    assert_eq!(ledger.units(ANNA, CAFE, 1), 3);
    ledger.pass_to(start_of("2027-02"));
    ledger.apply(TILL, set_track(CAFE, 17, open(100)));
    ledger.apply(TILL, stamp(CAFE, 17, ANNA, 1, "another"));
    ledger.fails(TILL, take_back(CAFE, ANNA, 1, "first", "too late"), Code::TakeBackWindowClosed);
}

#[test]
fn a_promise_is_only_ever_relaxed() {
    let soft = Track { soft: true, ..levels() };
    let mut ledger = ledger(soft.clone());
    let closing = |days: u64, ledger: &Ledger| {
        let closes_ms = Some(ledger.next_time().plus_ms(days * DAY_MS));
        Track { kind: TrackKind::Rolling { months: 3, closes_ms }, ..soft.clone() }
    };
    let harder = [
        Track { kind: TrackKind::Rolling { months: 2, closes_ms: None }, ..soft.clone() },
        Track { stamp_max: 999, ..soft.clone() },
        Track { soft: false, ..soft.clone() },
        Track { take_back_days: 61, ..soft.clone() },
        Track { soft: true, ..rolling(3, &[(101, 2), (300, 3), (600, 6)]) },
        Track { soft: true, ..rolling(3, &[(100, 1), (300, 3), (600, 6)]) },
        Track { soft: true, ..rolling(3, &[(100, 2), (300, 3)]) },
        closing(29, &ledger),
        window(ledger.now(), ledger.now().plus_ms(DAY_MS)),
    ];
    for terms in harder {
        ledger.fails(TILL, set_track(GROCER, 1, terms), Code::TrackPromised);
    }
    let kinder = Track { soft: true, ..rolling(4, &[(90, 2), (300, 3), (600, 6), (900, 6)]) };
    let later = closing(40, &ledger);
    ledger.apply(TILL, set_track(GROCER, 1, later));
    let earlier = closing(35, &ledger);
    ledger.fails(TILL, set_track(GROCER, 1, earlier), Code::TrackPromised);
    ledger.apply(TILL, set_track(GROCER, 1, kinder));
}

#[test]
fn a_pool_is_stamped_for_itself_and_leaves_nothing_when_it_is_dissolved() {
    let mut ledger = ledger(levels());
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "points"));
    let pool = ledger.household(ANNA, &[]);
    ledger.apply(TILL, stamp_for(GROCER, 1, pool, (100, None), "family"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 0);
    assert!(ledger.view().standing(pool, brand(GROCER)).expect("in memory").is_some());
    ledger.apply(ANNA, leave(pool));
    let standings = in_memory(ledger.view().tree().iter()).filter(|(key, _)| key[0] == StandingKey::KIND).count();
    assert_eq!(standings, 0);
    // What was stamped can be taken back from nobody.
    ledger.apply(RETURNS, take_back_from(GROCER, pool, 100, "family", "return"));
    ledger.fails(TILL, stamp_for(GROCER, 1, pool, (1, None), "again"), Code::UnknownHousehold);
}

#[test]
fn consents_are_the_members_and_take_a_stamp() {
    let mut ledger = ledger(levels());
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "points"));
    ledger.fails(ANNA, set_consent(GROCER, 1), Code::NoRelation);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "a"));
    ledger.fails(ANNA, set_consent(GROCER, 16), Code::UnknownConsent);
    ledger.apply(ANNA, set_consent(GROCER, 9));
    let consents = |ledger: &Ledger| {
        ledger.view().standing(address(ANNA), brand(GROCER)).expect("in memory").expect("stamped").consents
    };
    assert_eq!(consents(&ledger), 9);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "b"));
    assert_eq!(consents(&ledger), 9, "a stamp leaves them as they are");
    ledger.apply(ANNA, set_consent(GROCER, 0));
    assert_eq!(consents(&ledger), 0);
}

#[test]
fn a_sale_with_its_stamp_is_returned_in_one_transaction() {
    let mut ledger = ledger(levels());
    let sale = vec![issue(GROCER, ANNA, 120, "sale"), stamp(GROCER, 1, ANNA, 120, "sale")];
    assert_eq!(ledger.run(TILL, sale), Outcome::Applied);
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.level(ANNA, GROCER, 1).0), (120, 1));
    let back = vec![reverse(GROCER, ANNA, 120, "sale", "back"), take_back(GROCER, ANNA, 120, "sale", "back")];
    assert_eq!(ledger.run(RETURNS, back), Outcome::Applied);
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.level(ANNA, GROCER, 1).0), (0, 0));
}

#[test]
fn at_most_four_levels_are_remembered_and_the_weakest_goes() {
    let mut ledger = ledger(rolling(24, &[(10, 12)]));
    for (number, month) in ["2026-12", "2027-01", "2027-02", "2027-03", "2027-04"].into_iter().enumerate() {
        ledger.pass_to(start_of(month));
        ledger.apply(TILL, stamp(GROCER, 1, ANNA, 10, &format!("receipt {number}")));
    }
    let standing = ledger.view().standing(address(ANNA), brand(GROCER)).expect("in memory").expect("stamped");
    let held = standing.held(lojal_types::TrackId::new(1));
    assert_eq!(
        held.iter().map(|one| one.reached.to_string()).collect::<Vec<_>>(),
        ["2027-01", "2027-02", "2027-03", "2027-04"]
    );
    assert_eq!(ledger.level(ANNA, GROCER, 1).1.as_deref(), Some("2028-04"));
}
