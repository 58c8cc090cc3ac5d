//! The latest transactions, out of the runs, with the minutes in which their validity ends.

use std::sync::Arc;

use super::pages::PageFile;
use super::recent::RecentInfo;
use super::run::Run;
use crate::error::{IndexError, StoreError};
use crate::placed::Placed;

/// The files that have them, open.
pub(in crate::index) struct RecentRuns {
    pub(super) runs: Arc<[Arc<Run>]>,
    pub(super) minutes: Vec<(RecentInfo, PageFile)>,
}

impl RecentRuns {
    /// Calls `f` for each of them, in the order of the chain, with its minute.
    pub(in crate::index) fn each(
        &self,
        mut f: impl FnMut(Placed, u64) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        const MISSING: IndexError = IndexError::Inconsistent("not all recent transactions are there");
        let Some((first, _)) = self.minutes.first() else { return Ok(()) };
        let mut minutes = self.minutes()?.into_iter();
        let mut take = |placed: Placed| {
            let minute = minutes.next().ok_or(MISSING)?;
            f(placed, minute.into())
        };
        self.runs.iter().try_for_each(|run| run.each_from(first.first, &mut take))?;
        minutes.next().map_or(Ok(()), |_| Err(MISSING.into()))
    }

    /// The minutes of all of them.
    pub(super) fn minutes(&self) -> Result<Vec<u32>, StoreError> {
        let mut minutes = Vec::new();
        self.minutes.iter().try_for_each(|(info, file)| info.read_open(file, &mut minutes))?;
        Ok(minutes)
    }
}
