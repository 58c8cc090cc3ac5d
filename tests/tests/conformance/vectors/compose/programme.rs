//! Tracks, stamps and consents as the samples write them.

use lojal_types::{
    AddressText, Bounded, Hash, Operation, SetConsent, SetPendingDays, SetTrack, Stamp, TakeBack, TakenBackOf, TimeMs,
    Track, TrackId, TrackKind, TrackLevel,
};

use super::{Written, reference, today};
use crate::vectors::samples::{START_MS, account, household, named, parse, time};

/// A track of two levels.
pub(in crate::vectors) fn rolling(closes_ms: Option<TimeMs>) -> Track {
    let levels = [TrackLevel { at_least: 500, months: 12 }, TrackLevel { at_least: 2_000, months: 24 }];
    Track {
        kind: TrackKind::Rolling { months: 12, closes_ms },
        stamp_max: 10_000,
        levels: Bounded::new(levels.to_vec()).expect("two"),
        soft: true,
        take_back_days: 60,
        about: Hash::new([0x77; 32]),
    }
}

fn set_track(track: u16, terms: Track) -> Written {
    Operation::SetTrack(SetTrack { brand: parse("nordmat"), track: TrackId::new(track), terms })
}

/// The beginning of a track.
pub(in crate::vectors) fn track() -> Written {
    set_track(1, rolling(None))
}

/// A stamp on the first track.
pub(in crate::vectors) fn stamp(to: AddressText, amount: u64, place: Option<u8>, receipt: &str) -> Written {
    let (brand, track, reference) = (parse("nordmat"), TrackId::new(1), reference(receipt));
    Operation::Stamp(Stamp { brand, track, to, amount, place, reference, dated: today() })
}

/// The same track with a level that takes more.
pub(in crate::vectors) fn harder_track() -> Written {
    let levels = Bounded::from([TrackLevel { at_least: 501, months: 12 }, TrackLevel { at_least: 2_000, months: 24 }]);
    set_track(1, Track { levels, ..rolling(None) })
}

/// A stamp that is taken back.
pub(in crate::vectors) fn take_back(from: AddressText, amount: u64, receipt: &str, own: &str) -> Written {
    let (brand, of_reference, reference) = (parse("nordmat"), reference(receipt), reference(own));
    let (of_dated, dated) = (today(), today());
    let of = TakenBackOf::Stamp;
    Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated })
}

/// The sum of what a member allows.
pub(in crate::vectors) fn set_consent(consents: u8) -> Written {
    Operation::SetConsent(SetConsent { brand: parse("nordmat"), consents })
}

/// The days that what the grocer issues is pending.
pub(in crate::vectors) fn set_pending_days(days: u8) -> Written {
    Operation::SetPendingDays(SetPendingDays { brand: parse("nordmat"), days })
}

/// The operations of the programme.
pub(in crate::vectors) fn of_programme() -> Vec<(String, Written)> {
    let (opens_ms, closes_ms) = (time(START_MS), time(START_MS + 8_640_000_000));
    let plain = Track { levels: Bounded::default(), soft: false, ..rolling(None) };
    let places = TrackKind::Places { opens_ms, closes_ms, count: 64 };
    vec![
        named("set_track", track()),
        named("set_track that closes", set_track(2, rolling(Some(closes_ms)))),
        named(
            "set_track of a window",
            set_track(3, Track { kind: TrackKind::Window { opens_ms, closes_ms }, ..plain.clone() }),
        ),
        named("set_track of places", set_track(u16::MAX, Track { kind: places, stamp_max: 1, ..plain })),
        named("stamp", stamp(account(4), 70, None, "receipt 1")),
        named("stamp of a household's place", stamp(household(), 1, Some(63), "receipt 2")),
        named("take_back", take_back(account(4), 70, "receipt 1", "return 1")),
        named("set_consent", set_consent(9)),
        named("set_pending_days", set_pending_days(14)),
    ]
}
