//! Reading what a checkpoint holds: the state, and the remembered transactions.

use std::collections::BTreeMap;
use std::thread;

use lojal_ledger::StateTree;
use lojal_ledger::recent::RecentMinute;
use lojal_ledger::tree::{OutOfOrder, TreeBuilder};
use lojal_types::{Height, Month, TransactionId};

use super::keys;
use super::runs::{Order, Part};
use super::write::recent_count;
use super::{Index, panic_text};
use crate::error::{IndexError, StoreError};

const DISORDER: IndexError = IndexError::Inconsistent("the entries of the state are not in their order");

/// The minutes in which transactions' validity ends, in the order of the chain; for each checkpoint with the block of
/// the first of them.
pub(super) type RecentMinutes = Vec<(Height, Vec<u32>)>;

/// The trees of shelves.
pub(super) type ShelfTrees = BTreeMap<Month, StateTree>;

/// The content of a part of the entries.
#[derive(Default)]
struct Contents {
    state: TreeBuilder,
    shelves: BTreeMap<Month, TreeBuilder>,
    recent: RecentMinutes,
}

impl Contents {
    fn take(&mut self, order: &Order, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        if let Some((&keys::STATE, key)) = key.split_first() {
            return Ok(self.state.push(order.key_hash, key, value).map_err(|OutOfOrder| DISORDER)?);
        }
        let first = keys::recent_first(key).ok_or(IndexError::Inconsistent("a key is malformed"))?;
        let (minutes, rest) = value.as_chunks::<4>();
        if minutes.is_empty() || !rest.is_empty() {
            return Err(IndexError::Inconsistent("the minutes of recent transactions are malformed").into());
        }
        self.recent.push((first, minutes.iter().map(|minute| u32::from_le_bytes(*minute)).collect()));
        Ok(())
    }
}

impl Index {
    /// The state with its shelves, of which nobody has checked yet that it is the right one, and the minutes of the
    /// remembered transactions, in the order of the chain. Two threads read and build half of the state each.
    pub(super) fn contents(&self) -> Result<(StateTree, ShelfTrees, RecentMinutes), StoreError> {
        let (first, second) = if self.disk.is_simulated() {
            // A simulated fault meets the same read every time.
            (self.read(Part::First), self.read(Part::Second))
        } else {
            thread::scope(|scope| {
                let second = scope.spawn(|| self.read(Part::Second));
                let first = self.read(Part::First);
                let panicked = |panic: Box<dyn std::any::Any + Send>| Err(StoreError::Thread(panic_text(&*panic)));
                (first, second.join().unwrap_or_else(panicked))
            })
        };
        let (Contents { mut state, mut shelves, mut recent }, second) = (first?, second?);
        state.append(second.state).map_err(|OutOfOrder| DISORDER)?;
        for (month, later) in second.shelves {
            shelves.entry(month).or_default().append(later).map_err(|OutOfOrder| DISORDER)?;
        }
        recent.extend(second.recent);
        recent.sort_unstable_by_key(|(first, _)| *first);
        let shelves = shelves.into_iter().map(|(month, shelf)| (month, shelf.finish())).collect();
        Ok((state.finish(), shelves, recent))
    }

    fn read(&self, part: Part) -> Result<Contents, StoreError> {
        let mut contents = Contents::default();
        self.runs.each_entry(part, |order, key, value| contents.take(order, key, value))?;
        self.runs.each_shelved(part, |month, order, key, value| {
            let Some((&keys::STATE, key)) = key.split_first() else { return Err(DISORDER.into()) };
            let shelf = contents.shelves.entry(month).or_default();
            Ok(shelf.push(order.key_hash, key, value).map_err(|OutOfOrder| DISORDER)?)
        })?;
        Ok(contents)
    }

    /// The remembered ids, which are the latest in the runs.
    pub(super) fn recent(&self, recent: &RecentMinutes, tree: &StateTree) -> Result<Vec<RecentMinute>, StoreError> {
        const MISSING: IndexError = IndexError::Inconsistent("not all recent transactions are there");
        let mut minutes = BTreeMap::<u64, Vec<TransactionId>>::new();
        let mut each = recent.iter().flat_map(|(_, minutes)| minutes);
        if let Some((first, _)) = recent.first() {
            self.runs.each_from(*first, |placed| {
                let minute = each.next().ok_or(MISSING)?;
                minutes.entry(u64::from(*minute)).or_default().push(placed.id);
                Ok(())
            })?;
        }
        if each.next().is_some() {
            return Err(MISSING.into());
        }
        minutes.retain(|minute, _| recent_count(tree, *minute).is_some());
        Ok(minutes.into_iter().map(|(minute, ids)| RecentMinute { minute, ids }).collect())
    }
}
