//! The keys of what is between brands.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BrandId, Reference};

use super::StateKey;
use crate::record::{BrandList, DayCount, Obligation, Partnership, Used};

/// A partnership, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PartnershipKey {
    /// The brand whose points are burned.
    pub from: BrandId,
    /// The brand that issues points for them.
    pub to: BrandId,
}
impl StateKey for PartnershipKey {
    const KIND: u8 = 48;
    type Record = Partnership;
}

/// The brands whose points a brand's points can become, by agreement or by proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PartnersKey(pub BrandId);
impl StateKey for PartnersKey {
    const KIND: u8 = 49;
    type Record = BrandList;
}

/// The key of the points converted under a partnership, on the last day on which anything was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ConvertedTodayKey {
    /// The brand whose points are burned.
    pub from: BrandId,
    /// The brand that issues points for them.
    pub to: BrandId,
}
impl StateKey for ConvertedTodayKey {
    const KIND: u8 = 50;
    type Record = DayCount;
}

/// The key of one brand's debt to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ObligationKey {
    /// The brand that owes.
    pub debtor: BrandId,
    /// The brand that is owed.
    pub creditor: BrandId,
}
impl StateKey for ObligationKey {
    const KIND: u8 = 51;
    type Record = Obligation;
}

/// The brands that a brand has ever owed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CreditorsKey(pub BrandId);
impl StateKey for CreditorsKey {
    const KIND: u8 = 52;
    type Record = BrandList;
}

/// A reference that a settlement has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SettledKey {
    /// The brand that was paid.
    pub creditor: BrandId,
    /// Its reference.
    pub reference: Reference,
}
impl StateKey for SettledKey {
    const KIND: u8 = 53;
    type Record = Used;
}
