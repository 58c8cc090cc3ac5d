//! Reading the remembered transactions of a checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lojal_ledger::StateTree;
use lojal_ledger::recent::{RecentMinute, minutes_at};
use lojal_types::limits::VALIDITY_WINDOW_MS_MAX;
use lojal_types::{Height, TimeMs, TransactionId};

use super::Index;
use super::runs::RecentRuns;
use super::write::recent_count;
use crate::error::StoreError;
use crate::pages::Pages;
use crate::pieces::Pieces;

/// The transactions that the state of a checkpoint remembers, and perhaps some that it has forgotten. Their files are
/// open, so that later checkpoints may delete them.
pub(crate) struct Remembered {
    /// The base, which has those up to its block.
    base: Option<Arc<Pieces>>,
    runs: RecentRuns,
}

impl Index {
    /// Opens what there is of them.
    pub(crate) fn remembered(&self) -> Result<Remembered, StoreError> {
        Ok(Remembered { base: self.base.get(), runs: self.runs.recent_runs()? })
    }

    /// The remembered ids of a state with this main tree, which is loaded as far as it takes.
    pub(super) fn recent(
        &self,
        tree: &mut StateTree,
        (last, time): (Height, TimeMs),
    ) -> Result<Vec<RecentMinute>, StoreError> {
        let mut minutes = BTreeMap::<u64, Vec<TransactionId>>::new();
        self.remembered()?.each(&self.runs.pages, tree, (last, time), |minute, id| {
            minutes.entry(minute).or_default().push(id);
            Ok(())
        })?;
        Ok(minutes.into_iter().map(|(minute, ids)| RecentMinute { minute, ids }).collect())
    }
}

impl Remembered {
    /// Calls `f` for each transaction that is remembered by the state after a block, which has this main tree, with its
    /// minute; those of one minute in the order of the chain. Loads what the tree lacks for that.
    pub(crate) fn each(
        &self,
        pages: &Pages,
        tree: &mut StateTree,
        (last, time): (Height, TimeMs),
        mut f: impl FnMut(u64, TransactionId) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut remembered = BTreeSet::new();
        for minute in minutes_at(time) {
            if pages.ask(tree, |tree| recent_count(tree, minute))?.is_some() {
                remembered.insert(minute);
            }
        }
        let after = self.base.as_ref().map_or(Height::GENESIS, |base| base.height());
        for base in self.base.iter().filter(|base| is_remembered(base, time)) {
            for (number, part) in (0..).zip(base.manifest().recent()) {
                if remembered.contains(&part.minute)
                    && let Some((_, ids)) = base.recent(number)?
                {
                    ids.into_iter().try_for_each(|id| f(part.minute, id))?;
                }
            }
        }
        self.runs.each(|placed, minute| {
            let counts = placed.height > after && placed.height <= last && remembered.contains(&minute);
            if counts { f(minute, placed.id) } else { Ok(()) }
        })
    }
}

/// True if anything of what a base remembers can still be remembered at a time.
fn is_remembered(base: &Pieces, time: TimeMs) -> bool {
    // A minute is remembered to its end.
    base.header().time_ms.plus_ms(VALIDITY_WINDOW_MS_MAX + 60_000) > time
}
