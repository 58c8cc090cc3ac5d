//! Histories from a place on, the oldest first.

use lojal_types::{Address, Height};

use super::Runs;
use super::run::{POSTING_BYTES, Run, place};
use crate::error::StoreError;
use crate::placed::Placed;

impl Runs {
    /// An account's transactions from a place on, the oldest first.
    pub(in crate::index) fn history_from(
        &self,
        account: &Address,
        from: (Height, u32),
        limit: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let mut found = Vec::new();
        for run in self.list().runs.iter() {
            found.extend(run.history_from(account, from, limit.saturating_sub(found.len()))?);
        }
        Ok(found)
    }
}

impl Run {
    fn history_from(&self, account: &Address, from: (Height, u32), limit: usize) -> Result<Vec<Placed>, StoreError> {
        if from > (self.info.last, u32::MAX) || limit == 0 {
            return Ok(Vec::new());
        }
        let mut postings = self.anywhere();
        let Some((start, end)) = self.postings_of(account, &mut postings)? else { return Ok(Vec::new()) };
        let mut records = self.anywhere();
        let mut at = |slot: u32| -> Result<Placed, StoreError> {
            let number = u32::from_le_bytes(postings.read(place(self.info.postings_at(), slot, POSTING_BYTES))?);
            self.placed(&mut records, number)
        };
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            let placed = at(middle)?;
            if (placed.height, placed.index) < from { low = middle + 1 } else { high = middle }
        }
        let last = end.min(low.saturating_add(u32::try_from(limit).unwrap_or(u32::MAX)));
        (low..last).map(at).collect()
    }
}
