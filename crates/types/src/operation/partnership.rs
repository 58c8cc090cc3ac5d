//! Between brands.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::money::Money;
use crate::partnership::PartnershipTerms;
use crate::points::Points;
use crate::reference::Reference;

/// An admin of one of two brands puts forward on which terms points become another brand's.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposePartnership {
    /// The brand whose points are burned.
    pub from: BrandId,
    /// The brand that issues points for them.
    pub to: BrandId,
    /// The terms.
    pub terms: PartnershipTerms,
}

/// An admin of the other brand agrees; from then on these terms are in force.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptPartnership {
    /// The brand whose points are burned.
    pub from: BrandId,
    /// The brand that issues points for them.
    pub to: BrandId,
    /// The terms, exactly as they were put forward.
    pub terms: PartnershipTerms,
}

/// An admin of one of the two brands ends the partnership, or takes a proposal off the table.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndPartnership {
    /// The brand whose points were burned.
    pub from: BrandId,
    /// The brand that issued points for them.
    pub to: BrandId,
}

/// The owner of points turns them into another brand's.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convert<A = Address> {
    /// The account whose points they are and stay.
    pub account: A,
    /// The brand whose points go.
    pub from: BrandId,
    /// The brand whose points come.
    pub to: BrandId,
    /// Points that go: the fewest that give as many.
    pub burned: Points,
    /// Points that come: all that the terms give for them.
    pub received: Points,
}

impl<A> Convert<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Convert<B>, E> {
        let Self { account, from, to, burned, received } = self;
        Ok(Convert { account: f(account)?, from, to, burned, received })
    }
}

/// An admin of a brand confirms that another brand has paid what it owed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// The brand that was paid.
    pub creditor: BrandId,
    /// The brand that paid.
    pub debtor: BrandId,
    /// The amount, in minor units of the settlement currency; at most what is owed.
    pub amount: Money,
    /// The reference of the payment; a creditor settles once per reference.
    pub reference: Reference,
}
