//! Operations on tracks that bytes choose.

use lojal_types::{
    Bounded, Hash, Operation, SetConsent, SetPendingDays, SetTrack, Stamp, TakeBack, TakenBackOf, Track, TrackId,
    TrackKind, TrackLevel,
};

use super::super::source::Source;
use super::values::{any_brand, any_day, any_reference, any_time};
use super::world::World;

/// Tracks of one brand that there are, or soon will be.
const TRACKS: usize = 4;

/// A track, a stamp, something taken back, or a consent.
pub(super) fn count(kind: usize, source: &mut Source<'_>, world: &World) -> Operation {
    let brand = any_brand(source);
    let track = TrackId::new(source.below(TRACKS + 1) as u16);
    match kind {
        41 => Operation::SetTrack(SetTrack { brand, track, terms: terms(source, world) }),
        42 | 43 => {
            let (to, amount) = (world.account(source), units(source));
            let place = source.flag().then(|| source.byte() % 66);
            let (reference, dated) = (any_reference(source), any_day(source, world));
            Operation::Stamp(Stamp { brand, track, to, amount, place, reference, dated })
        }
        44 => {
            let (from, amount) = (world.account(source), units(source));
            let (of_reference, of_dated) = (any_reference(source), any_day(source, world));
            let (reference, dated) = (any_reference(source), any_day(source, world));
            let of = if source.below(3) == 0 { TakenBackOf::Mark } else { TakenBackOf::Stamp };
            Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated })
        }
        _ if source.flag() => Operation::SetConsent(SetConsent { brand, consents: source.byte() % 20 }),
        _ => Operation::SetPendingDays(SetPendingDays { brand, days: [0, 1, 90, 91][source.below(4)] }),
    }
}

fn units(source: &mut Source<'_>) -> u64 {
    [0, 1, 1, 60, 300, 1 << 53, u64::MAX][source.below(7)]
}

fn terms(source: &mut Source<'_>, world: &World) -> Track {
    let months = source.byte() % 26;
    let (opens_ms, closes_ms) = (world.now(), any_time(source, world));
    let kind = match source.below(4) {
        0 => TrackKind::Window { opens_ms, closes_ms },
        1 => TrackKind::Places { opens_ms, closes_ms, count: source.byte() % 66 },
        _ => TrackKind::Rolling { months, closes_ms: source.flag().then_some(closes_ms) },
    };
    let levels = source.below(4) as u64;
    let level = |number| TrackLevel { at_least: 50 * number, months: months.max(1) };
    Track {
        kind,
        stamp_max: if matches!(kind, TrackKind::Places { .. }) { 1 } else { units(source) },
        levels: Bounded::new((1..=levels).map(level).collect()).expect("at most three"),
        soft: source.flag(),
        take_back_days: [0, 30, 400, 401][source.below(4)],
        about: Hash::new([5; 32]),
    }
}
