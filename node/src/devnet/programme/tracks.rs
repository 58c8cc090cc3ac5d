//! The tracks of the template's brands.

use lojal_types::{Bounded, Hash, TimeMs, Track, TrackKind, TrackLevel, hash};

/// The days for which lifts are collected.
const HUNT_DAYS: u64 = 200;
/// The number of the resort's lifts.
pub(super) const LIFTS: u8 = 6;
/// A day in milliseconds.
pub(super) const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The coffee bar's stamp card, which a claim uses up.
pub(super) fn card() -> Track {
    let about = "A stamp for each cup. Ten stamps are a free cup; each counts for its month and six more.";
    Track { stamp_max: 10, take_back_days: 7, ..rolling(6, about) }
}

/// The ski resort's levels.
pub fn slopes() -> Track {
    let about = "A unit for each krona. Three levels, held for a year after the month in which they were reached; \
                 a level that isn't kept falls by one at a time.";
    let level = |at_least: u64| TrackLevel { at_least, months: 12 };
    let levels = Bounded::from([level(1_000), level(3_000), level(8_000)]);
    Track { stamp_max: 100_000, levels, soft: true, take_back_days: 30, ..rolling(12, about) }
}

/// The ski resort's hunt for lifts.
pub(super) fn lifts(time: TimeMs) -> Track {
    let (opens_ms, closes_ms) = (time, time.plus_ms(HUNT_DAYS * DAY_MS));
    let kind = TrackKind::Places { opens_ms, closes_ms, count: LIFTS };
    let about = "A stamp for each of the six lifts, once.";
    Track { kind, stamp_max: 1, take_back_days: 7, ..rolling(1, about) }
}

/// The containers that members bring back to the grocer.
pub(super) fn containers() -> Track {
    let about = "A stamp for each bottle and can that is brought back. Each counts for its month and twelve more.";
    Track { stamp_max: 100, take_back_days: 1, ..rolling(12, about) }
}

/// The purchases at the grocer's.
pub(super) fn purchases() -> Track {
    let about = "A stamp for each purchase. Each counts for its month and twelve more.";
    Track { stamp_max: 1, take_back_days: 30, ..rolling(12, about) }
}

/// The hash of a document, which tells members what the numbers mean.
pub(super) fn about(text: &str) -> Hash {
    Hash::new(hash::hash("", &[text.as_bytes()]))
}

fn rolling(months: u8, text: &str) -> Track {
    Track {
        kind: TrackKind::Rolling { months, closes_ms: None },
        stamp_max: 1,
        levels: Bounded::from([]),
        soft: false,
        take_back_days: 0,
        about: about(text),
    }
}
