//! The lists and statistics of a brand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TransactionStatus;
use crate::address::AddressText;
use crate::ids::Height;
use crate::points::{Lot, Points};
use crate::time::{Expiry, Month, TimeMs};
use crate::totals::GrossPoints;

/// `GET /v1/brands/{id}/transactions`: the transactions with points of a brand, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandTransactions {
    /// One page.
    pub transactions: Vec<TransactionStatus>,
    /// The first height of the gateway's blocks, on the last page of one that doesn't have all: another gateway may
    /// have earlier transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_from: Option<Height>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// `GET /v1/brands/{id}/accounts`: the accounts that have points of a brand.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandAccounts {
    /// One page. It can be empty and not the last one.
    pub accounts: Vec<BrandAccount>,
    /// The block after which this page is so.
    pub height: Height,
    /// The time of that block.
    pub time_ms: TimeMs,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// An account that has points of a brand.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandAccount {
    /// The account.
    pub account: AddressText,
    /// The points that it can use.
    pub total: Points,
    /// They by rising expiry.
    pub lots: Vec<Lot>,
    /// The points that its open holds have set aside.
    pub held: Points,
    /// The points that wait.
    #[serde(default)]
    pub pending: Points,
}

/// `GET /v1/brands/{id}/expiring`: the points in accounts that expire soon.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandExpiring {
    /// The last month with which they do.
    pub until: Month,
    /// The points of all accounts that expire by then, by rising expiry.
    pub points: Vec<PointsByExpiry>,
    /// One page of the accounts, each with the lots that expire by then. It can be empty and not the last one.
    pub accounts: Vec<ExpiringAccount>,
    /// The block after which this page is so.
    pub height: Height,
    /// The time of that block.
    pub time_ms: TimeMs,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// An account of which points expire.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ExpiringAccount {
    /// The account.
    pub account: AddressText,
    /// The number of points.
    pub total: Points,
    /// They by rising expiry.
    pub lots: Vec<Lot>,
}

/// The points that expire together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PointsByExpiry {
    /// The month with which they do, or never.
    pub expiry: Expiry,
    /// The number of points.
    pub points: Points,
}

/// `GET /v1/brands/{id}/statistics`: a brand's points by month.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandStatistics {
    /// The months in which there were blocks, the last ones; the latest comes last and isn't over.
    pub months: Vec<BrandMonth>,
    /// The first block that is counted, if the gateway doesn't know what was before it: the month of that block is
    /// counted from there on, and those before it are not there.
    pub complete_from: Option<Height>,
    /// The block up to which it is counted.
    pub height: Height,
    /// The time of that block.
    pub time_ms: TimeMs,
}

/// The changes of a brand's points in the blocks of a month, and how they stood after the last of them.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandMonth {
    /// The month, by the time of the blocks.
    pub month: Month,
    /// Issued, for other brands' points included.
    pub issued: GrossPoints,
    /// Given back for what the brand offers.
    pub redeemed: GrossPoints,
    /// Turned into other brands' points.
    pub converted_out: GrossPoints,
    /// Gone: those of the month before with the first block of this one.
    pub expired: GrossPoints,
    /// Taken back by the brand.
    pub reversed: GrossPoints,
    /// Given for causes.
    #[serde(default)]
    pub donated: GrossPoints,
    /// Given back of what was redeemed.
    #[serde(default)]
    pub refunded: GrossPoints,
    /// In accounts, not expired, after its last block.
    pub outstanding: Points,
    /// Set aside by holds then.
    pub held: Points,
    /// Given, and not yet in accounts to spend then.
    #[serde(default)]
    pub pending: Points,
    /// The points that were outstanding then, by rising expiry.
    pub by_expiry: Vec<PointsByExpiry>,
    /// Its last block.
    pub height: Height,
}
