//! Readings of a standing: units that count, and the level that they and those before have reached (protocol,
//! Programme).

use lojal_types::limits::HELD_LEVELS_MAX;
use lojal_types::{Bounded, CampaignId, Day, MarkId, Month, Track, TrackId};

use crate::record::{Count, HeldLevel, Progress, Standing, Taken, TrackLevels};

/// A level of a track that an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelNow {
    /// Its number; 0 is none.
    pub level: u8,
    /// The last month in which it is held whatever happens; none if only what counts now keeps it.
    pub until: Option<Month>,
}

impl Count {
    /// True if it counts in a month, as long as its track isn't over.
    pub fn is_live_in(&self, month: Month) -> bool {
        match self {
            Self::Rolling { until, .. } => *until >= month,
            Self::Window { .. } | Self::Places { .. } => true,
        }
    }
    /// The number of units or places.
    pub fn units(&self) -> u64 {
        match self {
            Self::Rolling { units, .. } | Self::Window { units } => *units,
            Self::Places { set } => u64::from(set.count_ones()),
        }
    }
    /// True if both have one end, so that they are counted together.
    pub(crate) fn joins(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rolling { until, .. }, Self::Rolling { until: other, .. }) => until == other,
            (Self::Window { .. }, Self::Window { .. }) | (Self::Places { .. }, Self::Places { .. }) => true,
            _ => false,
        }
    }
}

impl Standing {
    /// The standing of an account that a brand stamps or grants something on a day.
    pub(crate) fn known_on(self, day: Day) -> Self {
        Self { since: self.since.or(Some(day)), ..self }
    }
    /// The units or places that count on a track in a month, while it isn't over, without those that are used up.
    pub fn units(&self, track: TrackId, month: Month) -> u64 {
        let counts = self.progress.iter().filter(|one| one.track == track && one.count.is_live_in(month));
        counts.map(Progress::left).fold(0, u64::saturating_add)
    }
    /// The places that count on a track, a bit each.
    pub fn places(&self, track: TrackId) -> u64 {
        let set = |one: &Progress| match one.count {
            Count::Places { set } if one.track == track => Some(set),
            _ => None,
        };
        self.progress.iter().find_map(set).unwrap_or(0)
    }
    /// The units that count on a rolling track through a month, and that aren't used up.
    pub(crate) fn units_through(&self, track: TrackId, until: Month) -> u64 {
        let ends_then = |one: &&Progress| matches!(one.count, Count::Rolling { until: end, .. } if end == until);
        self.progress.iter().filter(ends_then).find(|one| one.track == track).map_or(0, Progress::left)
    }
    /// True if an account has a mark on a day.
    pub fn has_mark(&self, mark: MarkId, day: Day) -> bool {
        self.marks.iter().any(|one| one.mark == mark && one.is_live_on(day))
    }
    /// The units of a campaign that are counted on a day: its own, or members that it has brought along.
    pub fn taken(&self, campaign: CampaignId, as_referrer: bool, day: Day) -> u16 {
        let of = |one: &&Taken| one.campaign == campaign && one.as_referrer == as_referrer && one.is_live_on(day);
        self.taken.iter().find(of).map_or(0, |one| one.times)
    }
    /// The levels of a track that an account has reached and holds, or has held last.
    pub fn held(&self, track: TrackId) -> &[HeldLevel] {
        self.levels.iter().find(|levels| levels.track == track).map_or(&[], |levels| &levels.held)
    }
    /// The level of a track in a month: "The level is the best of what the units that count now reach and what is
    /// held." (protocol, Programme)
    pub fn level(&self, id: TrackId, track: &Track, month: Month) -> LevelNow {
        let natural = LevelNow { level: track.level_of(self.units(id, month)), until: None };
        let held = held_in(self.held(id), track, month);
        if held.level >= natural.level && held.level > 0 { held } else { natural }
    }
}

/// The best level that is held in a month, or what it falls to by steps.
///
/// "When the last that is held has ended, a soft track falls by one level at a time, each for its months; any other
/// falls to what the units reach." (protocol, Programme)
fn held_in(held: &[HeldLevel], track: &Track, month: Month) -> LevelNow {
    let live = held.iter().filter(|one| one.until >= month);
    if let Some(best) = live.max_by_key(|one| (one.level, one.until)) {
        return LevelNow { level: best.level, until: Some(best.until) };
    }
    let last = held.iter().max_by_key(|one| (one.until, one.level)).filter(|_| track.soft);
    last.map_or_else(LevelNow::default, |last| fallen(*last, track, month))
}

fn fallen(last: HeldLevel, track: &Track, month: Month) -> LevelNow {
    let (mut level, mut until) = (last.level, last.until);
    while level > 0 && until < month {
        level -= 1;
        until = until.plus(track.months_of(level));
    }
    LevelNow { level, until: (level > 0).then_some(until) }
}

/// The levels that are held after one is reached in a month, without those that say nothing any more: "one a month; of
/// more than 4 the weakest goes" (protocol, Programme).
pub(crate) fn reach(held: &[HeldLevel], level: u8, track: &Track, month: Month) -> Vec<HeldLevel> {
    let until = month.plus(track.months_of(level));
    let others = held.iter().filter(|one| one.reached != month && one.until >= month);
    let mut held: Vec<HeldLevel> = others.copied().chain([HeldLevel { reached: month, level, until }]).collect();
    held.sort_unstable();
    if held.len() > HELD_LEVELS_MAX {
        let weakest = held.iter().copied().min_by_key(|one| (one.level, one.until, one.reached));
        held.retain(|one| Some(*one) != weakest);
    }
    held
}

/// Puts the levels of a track in the place of those that there were.
pub(crate) fn with_levels(levels: Vec<TrackLevels>, track: TrackId, held: Vec<HeldLevel>) -> Vec<TrackLevels> {
    let mut levels: Vec<TrackLevels> = levels.into_iter().filter(|one| one.track != track).collect();
    if let Ok(held) = Bounded::new(held) {
        levels.push(TrackLevels { track, held });
    }
    levels.sort_unstable_by_key(|one| one.track);
    levels
}
