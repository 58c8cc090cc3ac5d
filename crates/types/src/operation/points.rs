//! Giving, moving and taking points.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::day::Day;
use crate::points::Points;
use crate::reference::Reference;
use crate::request::{AnsweredRequest, Request, RequestKind};
use crate::time::Month;

/// A brand's operator gives new points to an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that gets them.
    pub to: A,
    /// The number of points.
    pub amount: Points,
    /// The receipt that they reward; a brand issues once per reference.
    pub reference: Reference,
    /// The day on the receipt.
    pub dated: Day,
    /// The last month in which they can be used, if they expire earlier than the brand's policy says.
    #[serde(default)]
    pub expiry: Option<Month>,
}

impl<A> Issue<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Issue<B>, E> {
        let Self { brand, to, amount, reference, dated, expiry } = self;
        Ok(Issue { brand, to: f(to)?, amount, reference, dated, expiry })
    }
}

/// The owner of points gives them back to the brand for what it offers.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redeem<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they come from.
    pub from: A,
    /// The number of points.
    pub amount: Points,
    /// The till's request that this pays, if it pays one.
    #[serde(default)]
    pub request: Option<AnsweredRequest>,
}

impl Redeem {
    /// The request that it answers, if it answers one.
    pub fn asked(&self) -> Option<Request> {
        let request = self.request.as_ref()?;
        Some(request.request(self.brand, self.amount, RequestKind::Redeem, self.from))
    }
}

impl<A> Redeem<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Redeem<B>, E> {
        let Self { brand, from, amount, request } = self;
        Ok(Redeem { brand, from: f(from)?, amount, request })
    }
}

/// The owner of points gives them to another account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they come from.
    pub from: A,
    /// The account that gets them, with their expiry unchanged.
    pub to: A,
    /// The number of points.
    pub amount: Points,
}

impl<A> Transfer<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Transfer<B>, E> {
        let Self { brand, from, to, amount } = self;
        Ok(Transfer { brand, from: f(from)?, to: f(to)?, amount })
    }
}

/// A brand's operator takes back all or part of an issue after a returned purchase: as many as are left of it, up to
/// `amount`, or nothing if they are fewer than `at_least`.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reverse<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that the points had been issued to.
    pub from: A,
    /// Most points that are taken.
    pub amount: Points,
    /// Least points that are taken, 1 to `amount`.
    pub at_least: Points,
    /// The reference of the issue.
    pub issue_reference: Reference,
    /// The day of the issue's reference.
    pub issue_dated: Day,
    /// The reference of this reversal; a brand reverses once per reference.
    pub reference: Reference,
    /// The day of this reversal's reference.
    pub dated: Day,
}

impl<A> Reverse<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Reverse<B>, E> {
        let Self { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated } = self;
        Ok(Reverse { brand, from: f(from)?, amount, at_least, issue_reference, issue_dated, reference, dated })
    }
}
