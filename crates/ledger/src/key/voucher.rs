//! The keys of vouchers, and of the references of vouchers, their uses, payments by claims, and refunds.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, BrandId, Month, Reference};

use super::StateKey;
use crate::record::{GivenVoucher, Refunded, UsedVoucher, Vouchers};

/// The key of an account's vouchers at a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct VouchersKey {
    /// The account.
    pub account: Address,
    /// The brand.
    pub brand: BrandId,
}
impl StateKey for VouchersKey {
    const KIND: u8 = 38;
    type Record = Vouchers;
}

/// A voucher that was granted or claimed, by its reference.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GivenVoucherKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for GivenVoucherKey {
    const KIND: u8 = 89;
    type Record = GivenVoucher;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference that the use of a voucher has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UsedVoucherKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for UsedVoucherKey {
    const KIND: u8 = 90;
    type Record = UsedVoucher;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference that a refund has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RefundedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for RefundedKey {
    const KIND: u8 = 92;
    type Record = Refunded;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}
