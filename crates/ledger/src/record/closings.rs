//! The record of the brands that leave.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::BRANDS_MAX;
use lojal_types::{Bounded, BrandId, TimeMs};

/// The brands that leave or have left, by the time at which they do.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Closings {
    /// They.
    pub brands: Bounded<Closing, 0, BRANDS_MAX>,
}

/// A brand that leaves or has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Closing {
    /// The time at which it does.
    pub closes_ms: TimeMs,
    /// The brand.
    pub brand: BrandId,
}

impl Closings {
    /// The brands that have left by a time.
    pub fn closed_at(&self, time: TimeMs) -> impl Iterator<Item = BrandId> {
        self.brands.iter().take_while(move |one| one.closes_ms <= time).map(|one| one.brand)
    }
    /// The same with another time for a brand, or none.
    pub(crate) fn with(&self, brand: BrandId, closes_ms: Option<TimeMs>) -> Self {
        let mut brands = self.brands.to_vec();
        brands.retain(|one| one.brand != brand);
        brands.extend(closes_ms.map(|closes_ms| Closing { closes_ms, brand }));
        brands.sort_unstable();
        Self { brands: Bounded::new(brands).expect("there are no more brands than that") }
    }
}
