//! Points for points, between members.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::market::OfferId;
use crate::points::Points;
use crate::time::{Expiry, TimeMs};

/// The owner of points offers some of one expiry for points of another brand.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they come from: the sender's, or that of its household.
    pub from: A,
    /// The number of points.
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
    /// The time at which the offer ends, rounded up to a whole minute: from then on what is left is the owner's again.
    pub expires_ms: TimeMs,
}

impl<A> Offer<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Offer<B>, E> {
        let Self { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms } = self;
        let from = f(from)?;
        Ok(Offer { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms })
    }
}

/// A member takes all or part of an offer and pays for it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take<A = Address> {
    /// The brand of the points that are offered.
    pub brand: BrandId,
    /// The account that offers them.
    pub owner: A,
    /// The offer.
    pub offer: OfferId,
    /// The account that pays and gets them: the sender's, or that of its household.
    pub from: A,
    /// The number of points that are taken.
    pub amount: Points,
    /// The brand in whose points they are paid.
    pub wants: BrandId,
    /// Most points that are paid.
    pub max_pay: Points,
    /// The expiry of the points that are taken.
    pub expiry: Expiry,
}

impl<A> Take<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Take<B>, E> {
        let Self { brand, owner, offer, from, amount, wants, max_pay, expiry } = self;
        Ok(Take { brand, owner: f(owner)?, offer, from: f(from)?, amount, wants, max_pay, expiry })
    }
}

/// The owner of an offer takes back what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOffer<A = Address> {
    /// The brand of the points that are offered.
    pub brand: BrandId,
    /// The account that offers them.
    pub from: A,
    /// The offer.
    pub offer: OfferId,
}

impl<A> WithdrawOffer<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<WithdrawOffer<B>, E> {
        let Self { brand, from, offer } = self;
        Ok(WithdrawOffer { brand, from: f(from)?, offer })
    }
}
