//! The records of tracks and campaigns, and of what is counted and given by them (protocol, Programme).

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{HELD_LEVELS_MAX, MARKS_MAX, PROGRESS_MAX, TAKEN_MAX, TRACKS_MAX, TRACKS_ROLLING_MAX};
use lojal_types::{Address, Bounded, CampaignId, Day, MarkId, Month, TimeMs, TrackId, read_tail, write_tail};

use super::{Cost, Paid};
use crate::half_id::HalfId;

/// The tracks of a brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrackList {
    /// The highest number that a track of the brand has ever had.
    pub last: TrackId,
    /// The tracks that have a record, by number. Those that are over may still stand here.
    pub tracks: Bounded<TrackId, 0, TRACKS_MAX>,
}

/// The counts of an account at a brand, and the consents that the member gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Standing {
    /// The day of the first stamp or grant; none if the account has only claimed something.
    pub since: Option<Day>,
    /// The sum of what the member allows.
    pub consents: u8,
    /// The counts, in the order of tracks and months. Those that are over may still stand here.
    pub progress: Bounded<Progress, 0, PROGRESS_MAX>,
    /// The levels that were reached, by track.
    pub levels: Bounded<TrackLevels, 0, TRACKS_ROLLING_MAX>,
    /// The marks, by number. Those that are over may still stand here.
    pub marks: Bounded<HeldMark, 0, MARKS_MAX>,
    /// The units of campaigns that are counted for their bounds, by campaign. Those that are over may still stand here.
    pub taken: Bounded<Taken, 0, TAKEN_MAX>,
}

/// A mark of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct HeldMark {
    /// Its number.
    pub mark: MarkId,
    /// The last day on which it is one; none for ever.
    pub until: Option<Day>,
}

impl HeldMark {
    /// True if it is one on a day.
    pub fn is_live_on(&self, day: Day) -> bool {
        self.until.is_none_or(|until| until >= day)
    }
}

/// The units of a campaign that an account has taken in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Taken {
    /// The campaign.
    pub campaign: CampaignId,
    /// True for the members that it has brought along, false for its own units.
    pub as_referrer: bool,
    /// The last day of the period; none for all time.
    pub until: Option<Day>,
    /// The number of units.
    pub times: u16,
}

impl Taken {
    /// True if it still counts on a day.
    pub fn is_live_on(&self, day: Day) -> bool {
        self.until.is_none_or(|until| until >= day)
    }
}

/// The count on one track, with one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Progress {
    /// The track.
    pub track: TrackId,
    /// The count.
    pub count: Count,
    /// The units of it that claims have used up.
    pub consumed: u64,
}

impl Progress {
    /// The units or places that are left of it.
    pub fn left(&self) -> u64 {
        self.count.units().checked_sub(self.consumed).expect("at most what was counted is used up")
    }
}

/// The count of one stamp, or of all with the same end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum Count {
    /// Units of a rolling track.
    Rolling {
        /// The last month in which they count.
        until: Month,
        /// The number of units.
        units: u64,
    },
    /// Units of a window's track; they count until it is over.
    Window {
        /// The number of units.
        units: u64,
    },
    /// Places of a track; they count until it is over.
    Places {
        /// A bit for each place.
        set: u64,
    },
}

/// The levels of one track that an account has reached.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrackLevels {
    /// The track.
    pub track: TrackId,
    /// The levels, by the month in which they were reached; one a month.
    pub held: Bounded<HeldLevel, 1, HELD_LEVELS_MAX>,
}

/// A level that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct HeldLevel {
    /// The month in which it was reached last.
    pub reached: Month,
    /// Its number, from 1 on.
    pub level: u8,
    /// The last month in which it is held.
    pub until: Month,
}

/// A stamp as it was made, and how much of it has been taken back.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Stamped {
    /// The account that was stamped.
    pub to: Address,
    /// The track.
    pub track: TrackId,
    /// The month of the block.
    pub month: Month,
    /// The count that it has made; no place if that had been counted before.
    pub count: Count,
    /// The number of units that have been taken back.
    pub taken_back: u64,
    /// The day of its reference.
    pub dated: Day,
    /// The time from which on nothing of it can be taken back: fixed when it was made, not by later terms.
    pub take_back_until_ms: TimeMs,
    /// The transaction that made it, or has taken some of it back last: it keeps the rest from being guessed.
    pub transaction: HalfId,
}

impl Stamped {
    /// The units that it was made with; 1 for a place.
    pub fn amount(&self) -> u64 {
        match self.count {
            Count::Rolling { units, .. } | Count::Window { units } => units,
            Count::Places { .. } => 1,
        }
    }
    /// The place that it has counted; none if the track counts none, or the place had been counted before.
    pub fn place(&self) -> Option<u8> {
        match self.count {
            Count::Places { set } if set > 0 => u8::try_from(set.trailing_zeros()).ok(),
            _ => None,
        }
    }
    /// The units that earlier operations have left of it.
    pub fn left(&self) -> u64 {
        self.amount().checked_sub(self.taken_back).expect("at most what was stamped is taken back")
    }
}

/// The mark of an account as it was granted or claimed, and how much of it has been taken back.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Marked {
    /// The account.
    pub to: Address,
    /// The campaign.
    pub campaign: CampaignId,
    /// The mark.
    pub mark: MarkId,
    /// The days that it has given; none for a mark without end.
    pub days: Option<u32>,
    /// The number of days that have been taken back; 1 for a mark without end that has.
    pub taken_back: u32,
    /// The day of its reference.
    pub dated: Day,
    /// The time from which on nothing of it can be taken back: fixed when it was given, not by a later policy.
    pub take_back_until_ms: TimeMs,
    /// The transaction that gave it, or has taken some of it back last: it keeps the rest from being guessed.
    pub transaction: HalfId,
    /// The points that it cost, if it was claimed for some.
    #[borsh(serialize_with = "write_tail", deserialize_with = "read_tail")]
    pub cost: Option<Cost>,
}

impl Marked {
    /// The payment for it, if it was claimed for points.
    pub fn paid(&self) -> Option<Paid> {
        let cost = self.cost.as_ref()?;
        Some(cost.paid(self.to, (self.dated, self.take_back_until_ms), self.transaction))
    }
    /// The days that earlier operations have left of it; 1 for a mark without end.
    pub fn left(&self) -> u32 {
        self.days.unwrap_or(1).checked_sub(self.taken_back).expect("at most what was given is taken back")
    }
}

/// The mark that a reference has been used to take back a stamp or a mark, and what it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TakenBack {
    /// The number of units or days.
    pub amount: u64,
    /// The transaction that took them: it keeps the number from being guessed.
    pub transaction: HalfId,
}
