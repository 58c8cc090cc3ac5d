//! The use of vouchers, and refunds of what was paid (protocol, Vouchers and refunds).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::campaign::CampaignId;
use crate::day::Day;
use crate::ids::VoucherId;
use crate::points::Points;
use crate::reference::Reference;
use crate::request::{AnsweredRequest, VoucherRequest};

/// The owner of a voucher uses it at a till.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseVoucher<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The account that has the voucher.
    pub account: A,
    /// The voucher.
    pub voucher: VoucherId,
    /// The number of uses.
    pub quantity: u16,
    /// The till's request that this answers, or one that the wallet makes itself.
    pub request: AnsweredRequest,
}

impl UseVoucher {
    /// The request that it answers, if the voucher is of a campaign.
    pub fn asked(&self, campaign: CampaignId) -> VoucherRequest {
        let AnsweredRequest { dated, until_ms, salt, .. } = self.request;
        let household = self.request.for_household.then_some(self.account);
        VoucherRequest { brand: self.brand, campaign, quantity: self.quantity, dated, until_ms, household, salt }
    }
}

impl<A> UseVoucher<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<UseVoucher<B>, E> {
        let Self { brand, account, voucher, quantity, request } = self;
        Ok(UseVoucher { brand, account: f(account)?, voucher, quantity, request })
    }
}

/// The kind of payment that is refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// A redemption that answered a request.
    Redeem,
    /// A capture.
    Capture,
    /// A claim that cost points.
    Claim,
}

/// A brand gives points back that were paid to it, with the lives that they had.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refund<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The account that paid.
    pub to: A,
    /// The kind of the payment.
    pub of: Payment,
    /// The payment's reference.
    pub of_reference: Reference,
    /// The day of that reference.
    pub of_dated: Day,
    /// The number of points; of a claim, those of whole units.
    pub amount: Points,
    /// The reference of this operation; a brand refunds once per reference.
    pub reference: Reference,
    /// The day of this operation's reference.
    pub dated: Day,
}

impl<A> Refund<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Refund<B>, E> {
        let Self { brand, to, of, of_reference, of_dated, amount, reference, dated } = self;
        Ok(Refund { brand, to: f(to)?, of, of_reference, of_dated, amount, reference, dated })
    }
}
