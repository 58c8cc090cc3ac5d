//! Points that wait for a till.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::day::Day;
use crate::points::Points;
use crate::reference::Reference;
use crate::request::{AnsweredRequest, Request, RequestKind};
use crate::time::TimeMs;

/// The owner of points holds them ready for the brand, which can take them until a time.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they come from.
    pub from: A,
    /// The number of points.
    pub amount: Points,
    /// The time at which the hold ends, rounded up to a whole minute: from then on the brand can't take the points any
    /// more, and they are the owner's again.
    pub expires_ms: TimeMs,
    /// The request that this answers, a till's or the owner's own. Its reference names the hold.
    pub request: AnsweredRequest,
}

impl Hold {
    /// The request that it answers.
    pub fn asked(&self) -> Request {
        let kind = RequestKind::Hold { expires_ms: self.expires_ms };
        self.request.request(self.brand, self.amount, kind, self.from)
    }
}

impl<A> Hold<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Hold<B>, E> {
        let Self { brand, from, amount, expires_ms, request } = self;
        Ok(Hold { brand, from: f(from)?, amount, expires_ms, request })
    }
}

/// A brand's operator takes all or part of what is held; the rest returns at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capture<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they are held from.
    pub from: A,
    /// The reference of the hold.
    pub hold_reference: Reference,
    /// The day of the hold's request.
    pub hold_dated: Day,
    /// The number of points, at most those that are held.
    pub amount: Points,
    /// The reference of this capture; a brand captures once per reference.
    pub reference: Reference,
    /// The day of this capture's reference.
    pub dated: Day,
}

impl<A> Capture<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Capture<B>, E> {
        let Self { brand, from, hold_reference, hold_dated, amount, reference, dated } = self;
        Ok(Capture { brand, from: f(from)?, hold_reference, hold_dated, amount, reference, dated })
    }
}

/// A brand's operator lets go of what is held; once the hold has expired its owner can do so too.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release<A = Address> {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they are held from.
    pub from: A,
    /// The reference of the hold.
    pub hold_reference: Reference,
    /// The day of the hold's request.
    pub hold_dated: Day,
}

impl<A> Release<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Release<B>, E> {
        let Self { brand, from, hold_reference, hold_dated } = self;
        Ok(Release { brand, from: f(from)?, hold_reference, hold_dated })
    }
}
