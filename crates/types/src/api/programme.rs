//! Answers about what brands count beside points.

mod leaders;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::brand::BrandId;
use crate::campaign::{CampaignId, MarkId};
use crate::day::Day;
use crate::ids::Height;
use crate::time::TimeMs;
use crate::track::{Track, TrackId};

pub use self::leaders::{Leader, Leaders, is_listed, leader_words};

/// `GET /v1/brands/{id}/tracks`: the tracks of a brand that aren't over.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Tracks {
    /// The brand.
    pub brand: BrandId,
    /// Its tracks, by number.
    pub tracks: Vec<BrandTrack>,
    /// The highest number that a track of the brand has ever had; a new one has a higher one.
    pub last: TrackId,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// A track of a brand.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandTrack {
    /// Its number.
    pub track: TrackId,
    /// Its terms.
    pub terms: Track,
    /// Its state at the time of the last block.
    pub state: TrackState,
    /// The time from which on nobody has anything of it any more; null if it isn't decided.
    pub over_ms: Option<TimeMs>,
}

/// The state of a track that isn't over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackState {
    /// It hasn't opened.
    Announced,
    /// It can be stamped.
    Open,
    /// It can't be stamped any more.
    Closed,
}

/// `GET /v1/accounts/{address}/standing`: the standings of an account.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Standings {
    /// The account.
    pub address: AddressText,
    /// Its standing at each brand that has ever stamped anything for it, by brand.
    pub standings: Vec<Standing>,
    /// The brands at which it is shown, for an operator who sees nothing else of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_of: Option<Vec<BrandId>>,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// The standing of an account at a brand: all that is counted of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Standing {
    /// The brand.
    pub brand: BrandId,
    /// The day of the first stamp or grant; null if the account has only claimed something.
    pub since: Option<Day>,
    /// The sum of what the member allows: 1 to be listed by rank, 2 profiling, 4 sharing with partners, 8 reminders.
    pub consents: u8,
    /// The tracks that aren't over and on which something counts or a level is held, by number.
    pub tracks: Vec<TrackStanding>,
    /// The marks that it has, by number.
    #[serde(default)]
    pub marks: Vec<MarkStanding>,
    /// The units of campaigns that count for their bounds, by campaign.
    #[serde(default)]
    pub taken: Vec<TakenStanding>,
}

/// A mark that an account has: a badge, a membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MarkStanding {
    /// Its number.
    pub mark: MarkId,
    /// The last day on which it has it; null for ever.
    pub until: Option<Day>,
}

/// The units that an account has taken of a campaign with a bound for each account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TakenStanding {
    /// The campaign.
    pub campaign: CampaignId,
    /// True for the members that it has brought along, false for its own units.
    pub as_referrer: bool,
    /// The number of units.
    pub times: u16,
    /// The last day on which they count for the bound; null for all time.
    pub until: Option<Day>,
}

/// The units that count on one track, and the level that they have reached.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TrackStanding {
    /// The track.
    pub track: TrackId,
    /// Its terms.
    pub terms: Track,
    /// The units or places that count now.
    pub units: u64,
    /// The places that count, by number from 0, if the track counts places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<u8>,
    /// The number of the level now; 0 is none.
    pub level: u8,
    /// The end of the level, if there is one.
    pub lasts: Option<LevelEnd>,
    /// The next level, if there is one and the track is open.
    pub next: Option<NextLevel>,
}

/// The time for which a level lasts if nothing more is stamped, and what comes of it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LevelEnd {
    /// The time from which on it isn't the level any more: the end of a month.
    pub until_ms: TimeMs,
    /// The units that, stamped in the last month, let the level be held on; null if the track isn't open.
    pub keeps: Option<u64>,
    /// The number of the level that follows; 0 is none.
    pub then: u8,
}

/// A level that hasn't been reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NextLevel {
    /// Its number.
    pub level: u8,
    /// The units that reach it.
    pub at_least: u64,
    /// The units that, stamped now, would reach it.
    pub missing: u64,
}

/// `GET /v1/brands/{id}/stamps/{reference}`: a stamp, and what can still be taken back of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Stamped {
    /// The day of its reference, which a taking back names.
    pub dated: Day,
    /// The account that was stamped.
    pub to: AddressText,
    /// The track.
    pub track: TrackId,
    /// The number of units; 1 for a place.
    pub amount: u64,
    /// The place that it has counted; null if the track counts none, or the place had been counted before.
    pub place: Option<u8>,
    /// The number of units that have been taken back.
    pub taken_back: u64,
    /// The number of units that could be taken back now.
    pub left: u64,
    /// The time from which on nothing of it can be taken back.
    pub until_ms: TimeMs,
}
