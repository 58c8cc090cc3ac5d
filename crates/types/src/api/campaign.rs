//! Answers about campaigns.

mod voucher;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::voucher::{Voucher, VoucherUse, Vouchers};
use crate::brand::BrandId;
use crate::campaign::{Campaign, CampaignId};
use crate::ids::{Hash, Height};
use crate::points::Points;
use crate::time::TimeMs;
use crate::totals::GrossPoints;

/// `GET /v1/brands/{id}/campaigns`: the campaigns of a brand that aren't over.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Campaigns {
    /// The brand.
    pub brand: BrandId,
    /// Its campaigns, by number.
    pub campaigns: Vec<BrandCampaign>,
    /// The highest number that a campaign of the brand has ever had; a new one has a higher one.
    pub last: CampaignId,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// A campaign of a brand, and what has been taken out of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandCampaign {
    /// Its number.
    pub campaign: CampaignId,
    /// Its terms.
    pub terms: Campaign,
    /// The digest of its terms, by which a sponsor accepts them.
    pub digest: Hash,
    /// True if its sponsor has accepted the terms as they are; null if it has none.
    pub accepted: Option<bool>,
    /// The part of its time that the last block is in, whether it is paused or not, for those who aren't let in early.
    pub state: CampaignState,
    /// The time from which on it is none any more.
    pub over_ms: TimeMs,
    /// The units that were granted and claimed.
    pub times: u64,
    /// The points that it has given, those for referrals included.
    pub points: GrossPoints,
    /// Those of them that were reversed.
    pub reversed: GrossPoints,
    /// The points that were paid for it.
    pub paid: GrossPoints,
    /// The units that came back to the stock, of claims that were refunded.
    #[serde(default)]
    pub returned: u64,
    /// The points that were refunded of those that were paid.
    #[serde(default)]
    pub refunded: GrossPoints,
    /// The units that are left; null if it has no stock.
    pub stock_left: Option<u64>,
    /// The points that are left; null if it has no budget.
    pub budget_left: Option<Points>,
}

/// The part of a campaign's time that a block is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// It hasn't opened.
    Announced,
    /// It is open.
    Open,
    /// It has closed.
    Closed,
}
