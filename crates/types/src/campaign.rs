//! Campaigns: what a brand gives its members, by whom, for what and how much of it (protocol, Campaigns).

mod invitation;
mod terms;

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::invitation::{Invitation, Invited};
use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::day::Day;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash, TransactionId, VoucherId};
use crate::limits::{CAMPAIGN_EARLY_REQUIRES_MAX, CAMPAIGN_REQUIRES_MAX, INVITATION_LISTS_MAX};
use crate::points::Points;
use crate::reference::Reference;
use crate::time::{Month, TimeMs};
use crate::track::TrackId;

/// The number of a campaign of a brand; a later one has a higher number, and none is used again.
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
pub struct CampaignId(u32);

impl CampaignId {
    /// Wraps a number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}
impl FromStr for CampaignId {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}
impl fmt::Display for CampaignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a mark of a brand: a badge, a membership.
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
pub struct MarkId(u16);

impl MarkId {
    /// Wraps a number.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }
    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}
impl FromStr for MarkId {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}
impl fmt::Display for MarkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The terms of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// The time from which on it gives something.
    pub opens_ms: TimeMs,
    /// The time from which on it gives nothing more.
    pub closes_ms: TimeMs,
    /// The members for whom it opens before that.
    #[serde(default)]
    pub early: Option<Early>,
    /// The facts that all have to hold of an account.
    #[serde(default)]
    pub requires: Bounded<Requirement, 0, CAMPAIGN_REQUIRES_MAX>,
    /// The ones who take out of it.
    pub by: TakenBy,
    /// The points that a unit costs; 0 if it is free.
    #[serde(default)]
    pub price: Points,
    /// The thing that a unit gives.
    pub award: Award,
    /// The points for a member who has brought another one along.
    #[serde(default)]
    pub referral: Option<Referral>,
    /// The bound for one account; none if it can take part as often as it likes.
    #[serde(default)]
    pub per_member: Option<PerMember>,
    /// Most units in all.
    #[serde(default)]
    pub stock: Option<u64>,
    /// Most points in all, those for referrals included.
    #[serde(default)]
    pub budget: Option<Points>,
    /// The other brand that pays for the points.
    #[serde(default)]
    pub sponsor: Option<Sponsor>,
    /// The roots of the lists of those who are invited, each to a sum of its own.
    #[serde(default)]
    pub invited: Bounded<Hash, 0, INVITATION_LISTS_MAX>,
    /// True if households can take part.
    #[serde(default)]
    pub households: bool,
    /// True if members can return vouchers that they haven't used, for the points that these cost.
    #[serde(default)]
    pub returnable: bool,
    /// The days that the points which it gives are pending, at most 90.
    #[serde(default)]
    pub pending_days: u8,
    /// True while it gives nothing.
    #[serde(default)]
    pub paused: bool,
    /// The hash of the document that tells members about it.
    pub about: Hash,
}

/// An earlier time for some members.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Early {
    /// The time by which it opens earlier, in milliseconds, at most 30 days.
    pub ms: u64,
    /// The facts that all have to hold of an account until it opens for everybody.
    pub requires: Bounded<Requirement, 1, CAMPAIGN_EARLY_REQUIRES_MAX>,
}

/// The ones who take out of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenBy {
    /// Operators grant it.
    Operator,
    /// Members claim it.
    Member,
    /// Both do.
    Either,
}

/// The thing that a campaign gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Award {
    /// New points.
    Points {
        /// The points of a claim.
        amount: Points,
        /// Most points of a grant.
        up_to: Points,
        /// The months that they live at most, 1 to 60, if that is less than the policy gives.
        #[serde(default)]
        months: Option<u8>,
    },
    /// A mark: a badge, a membership.
    Mark {
        /// Its number.
        mark: MarkId,
        /// The days that one unit gives, 1 to 1100; for ever without.
        #[serde(default)]
        days: Option<u16>,
    },
    /// A voucher: a coffee, a ticket, which is used at a till.
    Voucher {
        /// The days that it can be used after the one on which it is given, 1 to 400.
        valid_days: u16,
    },
    /// Nothing for whoever pays: the points are donated.
    Cause {
        /// The brand to which their value is owed then, if it is one.
        #[serde(default)]
        to: Option<Recipient>,
    },
}

/// A brand that donations go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The brand.
    pub brand: BrandId,
    /// The debt to it for each point, in millionths of the settlement currency's minor unit, 1 to 10^12.
    pub price_micro: u64,
}

/// The award of a member who has brought another one along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// The points for each.
    pub award: Points,
    /// Most members that one brings along in a calendar year (UTC).
    pub year_max: u16,
}

/// The bound of a campaign for one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerMember {
    /// Most units, 1 to 1000.
    pub times: u16,
    /// The time in which so many can be taken.
    pub per: Period,
}

/// A time in which something is counted, by the calendar (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
    /// All time.
    Ever,
}

impl Period {
    /// The last day of the period that a day is in; none of all time.
    pub fn last_day(self, day: Day) -> Option<Day> {
        let month = day.month();
        let last_of = |month: Month| month.plus(1).start().day().minus(1);
        match self {
            Self::Day => Some(day),
            Self::Month => Some(last_of(month)),
            Self::Year => Some(last_of(Month::new(month.get() / 12 * 12 + 11))),
            Self::Ever => None,
        }
    }
}

/// The reference of what a claim issues or gives: the first 16 bytes of the hash under `lojal/claim/v1` of the
/// transaction's id and the operation's place in it (protocol, Campaigns). So whoever signs it knows it beforehand.
pub fn claim_reference(chain: &ChainId, transaction: &TransactionId, index: u8) -> Reference {
    Reference::new(voucher_id(chain, transaction, index).as_bytes().to_vec()).expect("16 bytes")
}

/// The id of the voucher that an operation gives: the same bytes as a claim's reference.
pub fn voucher_id(chain: &ChainId, transaction: &TransactionId, index: u8) -> VoucherId {
    let hash = chain_hash(tag::CLAIM, chain, &[transaction.as_bytes(), &[index]]);
    VoucherId::new(*hash.first_chunk().expect("a hash has more than 16 bytes"))
}

/// The reference of the points for whoever has brought the member of a claim along: that of the claim, and a byte 1.
pub fn referral_reference(claim: &Reference) -> Reference {
    Reference::new(claim.as_bytes().iter().copied().chain([1]).collect()).expect("17 bytes")
}

/// A brand that pays for the points of another one's campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sponsor {
    /// The brand that pays.
    pub brand: BrandId,
    /// Its debt for each point, in millionths of the settlement currency's minor unit, 1 to 10^12.
    pub price_micro: u64,
}

/// A fact that has to hold of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Requirement {
    /// A number of units or places that count on a track.
    Progress {
        /// The track.
        track: TrackId,
        /// The number of units or places.
        at_least: u64,
        /// True if only stamps of the running month count; of rolling tracks.
        #[serde(default)]
        this_month: bool,
        /// True if the units are used up by it, the earliest first; of rolling tracks without levels.
        #[serde(default)]
        consume: bool,
    },
    /// A level of a track is reached.
    Level {
        /// The track.
        track: TrackId,
        /// The level's number, from 1 on, or a higher one.
        level: u8,
    },
    /// The account has a mark of the brand.
    Mark {
        /// The mark.
        mark: MarkId,
    },
    /// The brand has first stamped or granted something at most so many days ago.
    New {
        /// The days, at most 1100.
        days: u16,
    },
    /// The brand has first stamped or granted something at least so many days ago.
    Since {
        /// The days, at most 1100.
        days: u16,
    },
    /// The account shows an invitation; one to whom it is granted needs none.
    Invited,
}
