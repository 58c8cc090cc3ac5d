//! Tracks: what a brand counts of its members beside points, and the levels that are reached by it (protocol,
//! Programme).

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;
use crate::ids::Hash;
use crate::limits::{
    POINTS_MAX, TAKE_BACK_DAYS_MAX, TRACK_LEVELS_MAX, TRACK_MONTHS_MAX, TRACK_NOTICE_MS, TRACK_OVER_MONTHS,
    TRACK_PLACES_MAX, TRACK_WINDOW_MS_MAX,
};
use crate::time::{Month, TimeMs};

/// The number of a track of a brand; a later one has a higher number, and none is used again.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct TrackId(u16);

impl TrackId {
    /// Wraps a number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }
    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}
impl FromStr for TrackId {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}
impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The time over which a track counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrackKind {
    /// Each stamp counts for some months.
    Rolling {
        /// The months that a stamp counts after its own, 1 to 24.
        months: u8,
        /// The time from which on nothing is stamped; none if it isn't decided.
        #[serde(default)]
        closes_ms: Option<TimeMs>,
    },
    /// Stamps of a window count through its end.
    Window {
        /// The time from which on it is stamped.
        opens_ms: TimeMs,
        /// The time from which on nothing is stamped.
        closes_ms: TimeMs,
    },
    /// Each place counts once in a window.
    Places {
        /// The time from which on it is stamped.
        opens_ms: TimeMs,
        /// The time from which on nothing is stamped.
        closes_ms: TimeMs,
        /// The number of places, 1 to 64.
        count: u8,
    },
}

/// A level of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrackLevel {
    /// The units that reach it.
    pub at_least: u64,
    /// The months that it is held after the one in which it was reached, 1 to 24.
    pub months: u8,
}

/// The terms of a track.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The time over which it counts.
    pub kind: TrackKind,
    /// Most units of one stamp.
    pub stamp_max: u64,
    /// The levels, the lowest first; the first one has the number 1.
    #[serde(default)]
    pub levels: Bounded<TrackLevel, 0, TRACK_LEVELS_MAX>,
    /// True if a level that isn't kept is followed by the next lower one, for the months of that.
    #[serde(default)]
    pub soft: bool,
    /// The days after a stamp in which it can be taken back, at most 400.
    pub take_back_days: u16,
    /// The hash of the document that tells members about it.
    pub about: Hash,
}

impl Track {
    /// True if a track that begins at a time can have these terms: "A track is in bounds if" what the protocol lists
    /// holds (protocol, Programme).
    pub fn is_in_bounds(&self, time: TimeMs) -> bool {
        let ends = match self.kind {
            TrackKind::Rolling { closes_ms, .. } => {
                closes_ms.is_none_or(|closes_ms| closes_ms >= time.plus_ms(TRACK_NOTICE_MS))
            }
            TrackKind::Window { closes_ms, .. } | TrackKind::Places { closes_ms, .. } => closes_ms > time,
        };
        ends && self.keeps_limits()
    }

    /// True if the terms keep what doesn't depend on when they are set.
    pub fn keeps_limits(&self) -> bool {
        let units = |amount: u64| (1..=POINTS_MAX).contains(&amount);
        let months = |months: u8| (1..=TRACK_MONTHS_MAX).contains(&months);
        let window = |opens_ms: TimeMs, closes_ms: TimeMs| {
            let length_ms = closes_ms.get().saturating_sub(opens_ms.get());
            (1..=TRACK_WINDOW_MS_MAX).contains(&length_ms) && self.levels.is_empty()
        };
        let kind = match self.kind {
            TrackKind::Rolling { months: counted, .. } => months(counted),
            TrackKind::Window { opens_ms, closes_ms } => window(opens_ms, closes_ms),
            TrackKind::Places { opens_ms, closes_ms, count } => {
                window(opens_ms, closes_ms) && (1..=TRACK_PLACES_MAX).contains(&count) && self.stamp_max == 1
            }
        };
        let rises = |pair: &[TrackLevel]| pair[0].at_least < pair[1].at_least && pair[0].months <= pair[1].months;
        let rising = self.levels.windows(2).all(rises);
        let levels = self.levels.iter().all(|level| units(level.at_least) && months(level.months));
        let falls = !self.soft || !self.levels.is_empty();
        kind && units(self.stamp_max) && rising && levels && falls && self.take_back_days <= TAKE_BACK_DAYS_MAX
    }

    /// True if these terms are nowhere harder for members than others that are in force: "A promise is only ever
    /// relaxed" (protocol, Programme).
    pub fn relaxes(&self, before: &Self, time: TimeMs) -> bool {
        let kept = self.levels.iter().zip(before.levels.iter());
        let mut kept = kept.map(|(level, before)| level.at_least <= before.at_least && level.months >= before.months);
        self.kind.relaxes(before.kind, time)
            && self.stamp_max >= before.stamp_max
            && self.levels.len() >= before.levels.len()
            && kept.all(|kept| kept)
            && (self.soft || !before.soft)
            && self.returns_relax(before)
    }

    /// True if stamps can't be taken back for longer than before. A window's track is over when the last of its stamps
    /// can't be taken back any more, and stamps keep the time with which they were made; so there it stays the same.
    fn returns_relax(&self, before: &Self) -> bool {
        match self.kind {
            TrackKind::Rolling { .. } => self.take_back_days <= before.take_back_days,
            TrackKind::Window { .. } | TrackKind::Places { .. } => self.take_back_days == before.take_back_days,
        }
    }

    /// True if something can be stamped at a time.
    pub fn is_open(&self, time: TimeMs) -> bool {
        match self.kind {
            TrackKind::Rolling { closes_ms, .. } => closes_ms.is_none_or(|closes_ms| time < closes_ms),
            TrackKind::Window { opens_ms, closes_ms } | TrackKind::Places { opens_ms, closes_ms, .. } => {
                opens_ms <= time && time < closes_ms
            }
        }
    }

    /// The first month in which nobody has anything of it any more; none if it isn't decided.
    ///
    /// "A rolling track is over 25 months after the one in which it closes, and any other when the month of the last
    /// day on which one of its stamps can be taken back is over." (protocol, Programme)
    pub fn over_from(&self) -> Option<Month> {
        match self.kind {
            TrackKind::Rolling { closes_ms, .. } => Some(closes_ms?.month().plus(TRACK_OVER_MONTHS)),
            TrackKind::Window { closes_ms, .. } | TrackKind::Places { closes_ms, .. } => {
                Some(self.takes_back_until(closes_ms).month().plus(1))
            }
        }
    }

    /// True if it is over in a month.
    pub fn is_over_in(&self, month: Month) -> bool {
        self.over_from().is_some_and(|from| from <= month)
    }

    /// True if each stamp counts for months of its own.
    pub const fn is_rolling(&self) -> bool {
        matches!(self.kind, TrackKind::Rolling { .. })
    }

    /// The time from which on a stamp of a time can't be taken back.
    pub fn takes_back_until(&self, stamped: TimeMs) -> TimeMs {
        stamped.plus_ms(u64::from(self.take_back_days) * 24 * 60 * 60 * 1000)
    }

    /// The number of the highest level that so many units reach, 0 for none.
    pub fn level_of(&self, units: u64) -> u8 {
        let reached = self.levels.iter().filter(|level| level.at_least <= units).count();
        u8::try_from(reached).expect("at most 8 levels")
    }

    /// The months that a level is held, by its number from 1 on; 0 for none that there is.
    pub fn months_of(&self, level: u8) -> u8 {
        let place = usize::from(level).checked_sub(1);
        place.and_then(|place| self.levels.get(place)).map_or(0, |level| level.months)
    }
}

impl TrackKind {
    fn relaxes(self, before: Self, time: TimeMs) -> bool {
        match (self, before) {
            (Self::Rolling { months, closes_ms }, Self::Rolling { months: counted, closes_ms: closed_ms }) => {
                let closes = match (closes_ms, closed_ms) {
                    (None, _) => true,
                    (Some(closes_ms), None) => closes_ms >= time.plus_ms(TRACK_NOTICE_MS),
                    (Some(closes_ms), Some(closed_ms)) => closes_ms >= closed_ms,
                };
                months >= counted && closes
            }
            (Self::Window { opens_ms, closes_ms }, Self::Window { opens_ms: opened_ms, closes_ms: closed_ms }) => {
                opens_ms <= opened_ms && closes_ms >= closed_ms
            }
            (
                Self::Places { opens_ms, closes_ms, count },
                Self::Places { opens_ms: opened_ms, closes_ms: closed_ms, count: counted },
            ) => opens_ms <= opened_ms && closes_ms >= closed_ms && count >= counted,
            _ => false,
        }
    }
}
