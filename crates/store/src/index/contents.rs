//! Reading the remembered transactions of a checkpoint.

use std::collections::BTreeMap;

use lojal_ledger::StateTree;
use lojal_ledger::recent::RecentMinute;
use lojal_types::{Height, TransactionId};

use super::Index;
use super::write::recent_count;
use crate::error::{IndexError, StoreError};

impl Index {
    /// The remembered ids, which are the latest in the runs, given the block of the first of them and the minutes in
    /// which the validity of each ends. Loads what the tree lacks.
    pub(super) fn recent(
        &self,
        recent: Option<(Height, Vec<u32>)>,
        tree: &mut StateTree,
    ) -> Result<Vec<RecentMinute>, StoreError> {
        const MISSING: IndexError = IndexError::Inconsistent("not all recent transactions are there");
        let Some((first, each)) = recent else { return Ok(Vec::new()) };
        let (mut minutes, mut each) = (BTreeMap::<u64, Vec<TransactionId>>::new(), each.into_iter());
        self.runs.each_from(first, |placed| {
            let minute = each.next().ok_or(MISSING)?;
            minutes.entry(u64::from(minute)).or_default().push(placed.id);
            Ok(())
        })?;
        if each.next().is_some() {
            return Err(MISSING.into());
        }
        let mut remembered = Vec::new();
        for (minute, ids) in minutes {
            if self.runs.pages.ask(tree, |tree| recent_count(tree, minute))?.is_some() {
                remembered.push(RecentMinute { minute, ids });
            }
        }
        Ok(remembered)
    }
}
