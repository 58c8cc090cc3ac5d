//! References once more: what was used on which day, for as long as it is remembered.

use lojal_types::{BrandId, Code, Day, Month, Reference};

use super::{DAY_MS, Model, ensure};
use crate::table::Table;

/// A reference as it stands on a shelf.
pub(crate) type Shelved = (Month, BrandId, Reference);

impl Model {
    /// Checks the day of a reference, and gives the month on whose shelf it is.
    pub(super) fn date(&mut self, dated: Day) -> Result<Month, Code> {
        let (day, today) = (u64::from(dated.get()), self.time / DAY_MS);
        ensure(day <= today + 1, Code::ReferenceInFuture)?;
        ensure(day + u64::from(self.receipt_days) >= today, Code::ReferenceTooOld)?;
        if !self.is_kept(dated.month()) {
            // Months have 28 to 31 days, so the month after so many is found from its first day on.
            let mut first_after = dated;
            let mut months = 0;
            while months <= self.keep_months {
                let month = first_after.month();
                while first_after.month() == month {
                    first_after = first_after.plus(1);
                }
                months += 1;
            }
            self.tables.shelves.set(dated.month(), u64::from(first_after.get()) * DAY_MS);
        }
        Ok(dated.month())
    }

    /// Tells whether what was used with a day of a month is still remembered.
    pub(crate) fn is_kept(&self, month: Month) -> bool {
        self.tables.shelves.get(&month).is_some_and(|drop| self.time < *drop)
    }

    /// The time at which what was used with a day of a month is forgotten.
    pub(super) fn drop_of(&self, month: Month) -> u64 {
        self.tables.shelves.get(&month).copied().unwrap_or(0)
    }

    /// A reference is fresh if it was not used with any day that a reference can have now, or could have two days ago.
    pub(super) fn check_fresh<V: Clone>(
        &self,
        used: &Table<Shelved, V>,
        brand: BrandId,
        reference: &Reference,
    ) -> Result<(), Code> {
        let today = self.time / DAY_MS;
        let days = today.saturating_sub(u64::from(self.receipt_days) + 2)..=today + 1;
        let mut months: Vec<Month> = days
            .filter_map(|day| Day::new(u32::try_from(day).ok()?).ok())
            .map(Day::month)
            .filter(|month| self.is_kept(*month))
            .collect();
        months.dedup();
        let is_used = months.into_iter().any(|month| used.contains(&(month, brand, reference.clone())));
        ensure(!is_used, Code::DuplicateReference)
    }

    /// The record of a reference that is still remembered.
    pub(super) fn shelved<V: Clone>(&self, used: &Table<Shelved, V>, key: &Shelved) -> Option<V> {
        used.get(key).filter(|_| self.is_kept(key.0)).cloned()
    }
}
