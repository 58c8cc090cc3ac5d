//! Points that wait: "pending = the sum of all accounts' lots that wait, by day and expiry" (protocol, Points).

use std::collections::BTreeMap;

use lojal_types::{BrandId, Day, Expiry, Lot, PendingLot};

use super::fault::ConservationError;
use super::{Sums, Tally};
use crate::key::PendingKey;

/// The points that wait, as differences.
#[derive(Default)]
pub(super) struct Waits {
    /// Those in accounts, by brand, day and expiry.
    in_accounts: BTreeMap<(BrandId, Day, Expiry), i128>,
    /// Those that brands have pending, by the same.
    pending: BTreeMap<(BrandId, Day, Expiry), i128>,
    /// The same by brand, those included that have just matured.
    by_brand: BTreeMap<BrandId, i128>,
    /// A brand, and a day that has come until which something of the brand is still pending.
    too_long: Option<(BrandId, Day)>,
}

impl Waits {
    /// Accounts have waiting what brands have pending.
    pub(super) fn add_up(&self) -> Result<(), ConservationError> {
        if let Some((brand, matures)) = self.too_long {
            return Err(ConservationError::PendingTooLong { brand, matures });
        }
        for key in self.in_accounts.keys().chain(self.pending.keys()) {
            let at = |sums: &BTreeMap<_, i128>| sums.get(key).copied().unwrap_or_default();
            let (in_accounts, pending) = (at(&self.in_accounts), at(&self.pending));
            if in_accounts != pending {
                let (brand, matures, expiry) = *key;
                return Err(ConservationError::Waits { brand, matures, expiry, in_accounts, pending });
            }
        }
        Ok(())
    }
    /// Checks that what is pending of a brand by day is the change of its total.
    pub(super) fn settle(&mut self, brand: BrandId, pending: i128) -> Result<(), ConservationError> {
        let by_day = self.by_brand.remove(&brand).unwrap_or_default();
        if by_day == pending { Ok(()) } else { Err(ConservationError::Pending { brand, by_day, pending }) }
    }
    /// Checks that nothing is left: whatever is changed without a change of the totals.
    pub(super) fn nothing_is_left(&self) -> Result<(), ConservationError> {
        match self.by_brand.iter().find(|(_, points)| **points != 0) {
            Some((brand, by_day)) => Err(ConservationError::Pending { brand: *brand, by_day: *by_day, pending: 0 }),
            None => Ok(()),
        }
    }
    /// The points that accounts have waiting, by brand and expiry.
    pub(super) fn by_expiry(&self) -> Sums {
        let mut sums = Sums::new();
        for ((brand, _, expiry), points) in &self.in_accounts {
            *sums.entry((*brand, *expiry)).or_default() += points;
        }
        sums
    }
}

impl Tally {
    /// The lots whose day has come are their account's, wherever they still stand.
    pub(super) fn add_waiting(&mut self, brand: BrandId, lots: &[PendingLot], sign: i128) {
        for lot in lots {
            if lot.matures <= self.time.day() {
                self.add_to_account(brand, &[lot.lot()], sign);
                continue;
            }
            let key = (brand, lot.matures, lot.expiry);
            *self.waits.in_accounts.entry(key).or_default() += sign * i128::from(lot.amount.get());
        }
    }
    pub(super) fn add_pending(&mut self, PendingKey { brand, matures }: PendingKey, lots: &[Lot], sign: i128) {
        for lot in lots {
            let points = sign * i128::from(lot.amount.get());
            *self.waits.by_brand.entry(brand).or_default() += points;
            if matures > self.time.day() {
                *self.waits.pending.entry((brand, matures, lot.expiry)).or_default() += points;
            } else if sign > 0 {
                self.waits.too_long = Some((brand, matures));
            } else {
                // What is pending no longer because its day has come belongs to accounts that weren't touched for it.
                self.add_to_account(brand, &[*lot], -sign);
            }
        }
    }
}
