//! A till's request, and the reference that commits to it (protocol, Points).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::campaign::CampaignId;
use crate::day::Day;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Salt};
use crate::points::Points;
use crate::reference::Reference;
use crate::time::TimeMs;

/// The way in which a request is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum RequestKind {
    /// By points that are redeemed at once.
    Redeem,
    /// By points that are held for the till, which takes what it needs of them.
    Hold {
        /// The time at which the hold is asked to end.
        expires_ms: TimeMs,
    },
}

/// A request for points. The reference of its answer is its hash, so nothing else than what it asks for can use that.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Request {
    /// The brand of the points.
    pub brand: BrandId,
    /// The number of points.
    pub amount: Points,
    /// The way to answer.
    pub kind: RequestKind,
    /// The day on which it was made.
    pub dated: Day,
    /// The time from which on it must not be answered any more.
    pub until_ms: TimeMs,
    /// The household whose pool is to pay, if it is to be that one.
    pub household: Option<Address>,
    /// Random bytes, which make two requests for the same thing two.
    pub salt: Salt,
}

/// A request for uses of a voucher of a campaign. The reference of its answer is its hash.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct VoucherRequest {
    /// The brand of the campaign.
    pub brand: BrandId,
    /// The campaign whose voucher is to be used.
    pub campaign: CampaignId,
    /// The number of uses.
    pub quantity: u16,
    /// The day on which it was made.
    pub dated: Day,
    /// The time from which on it must not be answered any more.
    pub until_ms: TimeMs,
    /// The household whose voucher is to be used, if it is to be that one's.
    pub household: Option<Address>,
    /// Random bytes, which make two requests for the same thing two.
    pub salt: Salt,
}

/// The request that an operation answers: its reference, and what the operation doesn't say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnsweredRequest {
    /// The hash of the request; a request is answered once.
    pub reference: Reference,
    /// The request's day.
    pub dated: Day,
    /// The request's end.
    pub until_ms: TimeMs,
    /// True if the request names the household whose pool is to pay, which is the account that pays.
    pub for_household: bool,
    /// The request's random bytes.
    pub salt: Salt,
}

impl Request {
    /// The reference of the answer on a network.
    pub fn reference(&self, chain: &ChainId) -> Reference {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        let digest = chain_hash(tag::REQUEST, chain, &[&bytes]);
        Reference::new(digest.to_vec()).expect("a hash has the length of a reference")
    }
}

impl VoucherRequest {
    /// The reference of the answer on a network.
    pub fn reference(&self, chain: &ChainId) -> Reference {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        let digest = chain_hash(tag::VOUCHER_REQUEST, chain, &[&bytes]);
        Reference::new(digest.to_vec()).expect("a hash has the length of a reference")
    }
}

impl AnsweredRequest {
    /// The request as it must have been for an account to answer it so.
    pub(crate) fn request(&self, brand: BrandId, amount: Points, kind: RequestKind, from: Address) -> Request {
        let household = self.for_household.then_some(from);
        Request { brand, amount, kind, dated: self.dated, until_ms: self.until_ms, household, salt: self.salt }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: ChainId = ChainId::new([7; 32]);

    fn request() -> Request {
        Request {
            brand: "nordmat".parse().expect("valid"),
            amount: Points::new(500),
            kind: RequestKind::Redeem,
            dated: Day::default(),
            until_ms: TimeMs::default().plus_ms(600_000),
            household: None,
            salt: Salt::new([5; 16]),
        }
    }

    #[test]
    fn a_request_for_anything_else_has_another_reference() {
        let hold = |ms| RequestKind::Hold { expires_ms: TimeMs::default().plus_ms(ms) };
        let others = [
            Request { brand: "kaffet".parse().expect("valid"), ..request() },
            Request { amount: Points::new(1), ..request() },
            Request { kind: hold(1), ..request() },
            Request { kind: hold(2), ..request() },
            Request { dated: Day::default().plus(1), ..request() },
            Request { until_ms: TimeMs::default(), ..request() },
            Request { household: Some(Address::new([1; 20])), ..request() },
            Request { household: Some(Address::new([2; 20])), ..request() },
            Request { salt: Salt::new([6; 16]), ..request() },
        ];
        let mut references: Vec<Reference> = others.iter().map(|request| request.reference(&CHAIN)).collect();
        references.extend([request().reference(&CHAIN), request().reference(&ChainId::new([8; 32]))]);
        let count = references.len();
        references.sort();
        references.dedup();
        assert_eq!(references.len(), count);
    }
}
