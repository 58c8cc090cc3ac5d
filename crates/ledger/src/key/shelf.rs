//! The keys of what lies on shelves, and of the shelves themselves.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BrandId, Month, Reference};

use super::StateKey;
use crate::record::{Captured, Held, Issued, Redeemed, Reversed, Shelf};

/// The shelf of the references of one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ShelfKey(pub Month);
impl StateKey for ShelfKey {
    const KIND: u8 = 6;
    type Record = Shelf;
}

/// An issue, by the brand's reference.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct IssuedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for IssuedKey {
    const KIND: u8 = 80;
    type Record = Issued;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference that a redemption has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RedeemedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for RedeemedKey {
    const KIND: u8 = 81;
    type Record = Redeemed;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference that a reversal has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReversedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for ReversedKey {
    const KIND: u8 = 82;
    type Record = Reversed;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference that a hold has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeldKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for HeldKey {
    const KIND: u8 = 83;
    type Record = Held;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference that a capture has used.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CapturedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for CapturedKey {
    const KIND: u8 = 84;
    type Record = Captured;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}
