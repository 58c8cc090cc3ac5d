//! Answers about the market.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::brand::BrandId;
use crate::ids::{Height, OfferId};
use crate::points::Points;
use crate::time::{Expiry, TimeMs};

/// `GET /v1/accounts/{address}/offers`: the offers of an account that haven't ended.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Offers {
    /// The account.
    pub address: AddressText,
    /// Its offers by brand, the oldest first.
    pub offers: Vec<RestingOffer>,
    /// The brands whose points these are, for an operator who sees nothing else of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_of: Option<Vec<BrandId>>,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// `GET /v1/market/{sell}/{buy}`: offers of points of one brand for those of another that can be taken now, the
/// cheapest first.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Market {
    /// The brand of the points that are offered.
    pub brand: BrandId,
    /// The brand of those that are wanted.
    pub wants: BrandId,
    /// The cheapest offers; of one price those whose points live longest come first.
    pub offers: Vec<RestingOffer>,
    /// True if there are more that are left out.
    pub more: bool,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// An offer that can be taken.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct RestingOffer {
    /// The account that offers the points.
    pub owner: AddressText,
    /// The name of the offer.
    pub offer: OfferId,
    /// The brand of the points.
    pub brand: BrandId,
    /// The points that are left.
    pub amount: Points,
    /// The expiry that they have.
    pub expiry: Expiry,
    /// The brand in whose points they are paid.
    pub wants: BrandId,
    /// The number of those points for `price_den` of these.
    pub price_num: u32,
    /// The number of points for `price_num` of the wanted ones.
    pub price_den: u32,
    /// The earliest expiry that payments can have.
    pub wants_until: Expiry,
    /// The fewest points that are taken at once, unless it is all that is left.
    pub min_take: Points,
    /// The time at which it ends.
    pub ends_ms: TimeMs,
}
