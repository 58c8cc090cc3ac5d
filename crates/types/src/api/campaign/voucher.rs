//! Answers about vouchers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::api::TransactionStatus;
use crate::brand::BrandId;
use crate::campaign::CampaignId;
use crate::day::Day;
use crate::ids::{Height, VoucherId};
use crate::time::TimeMs;

/// `GET /v1/accounts/{address}/vouchers`: the vouchers that an account can use.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Vouchers {
    /// The account.
    pub address: AddressText,
    /// The vouchers that it can use on the day of the last block, by brand and id.
    pub vouchers: Vec<Voucher>,
    /// The brands whose vouchers are shown, for an operator who sees nothing else of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_of: Option<Vec<BrandId>>,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// A voucher of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Voucher {
    /// The brand.
    pub brand: BrandId,
    /// Its id.
    pub voucher: VoucherId,
    /// The campaign that gave it; it may be over.
    pub campaign: CampaignId,
    /// The uses that are left.
    pub left: u16,
    /// The last day on which it can be used.
    pub until: Day,
}

/// `GET /v1/uses/{reference}`: the use of a voucher that has answered a till's request.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct VoucherUse {
    /// The brand.
    pub brand: BrandId,
    /// The account that had the voucher.
    pub account: AddressText,
    /// The voucher.
    pub voucher: VoucherId,
    /// The number of uses.
    pub quantity: u16,
    /// The transaction.
    pub transaction: TransactionStatus,
}
