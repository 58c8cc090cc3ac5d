//! The shelves of a state: the records of references, by the month of their day.
//!
//! "References of days of one month lie on that month's shelf: a tree of its own, whose root, number of records and
//! time of its drop are one record of the state. A shelf is dropped whole […]." (protocol, References)

mod proof;

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_types::limits::{KEEP_MONTHS, RECEIPT_DAYS};
use lojal_types::{Hash, Month, TimeMs};
use thiserror::Error;

pub use self::proof::ShelfProof;
use crate::key::{ShelfKey, StateKey};
use crate::record::Shelf;
use crate::tree::{Missing, StateTree};

/// One immutable version of all shelves; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shelves(Arc<BTreeMap<Month, StateTree>>);

/// A reason that trees are not the shelves of a state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShelvesError {
    /// The state has no such shelf.
    #[error("there is a shelf of {0} that the state doesn't have")]
    Unknown(Month),
    /// The state has another shelf.
    #[error("the shelf of {0} is not that of the state")]
    Differs(Month),
    /// The state has a shelf whose tree isn't there.
    #[error("the shelf of {0} is missing")]
    Lost(Month),
    /// Nobody knows: a page of the state isn't in memory.
    #[error(transparent)]
    Missing(#[from] Missing),
}

impl Shelves {
    /// The shelves of a state whose main tree and whose last block's time are known, if these trees are they.
    ///
    /// # Errors
    /// When a tree is missing, is another one, or is one too many.
    pub fn restore(main: &StateTree, time: TimeMs, shelves: BTreeMap<Month, StateTree>) -> Result<Self, ShelvesError> {
        for (month, tree) in &shelves {
            let shelf = shelf_in(main, *month)?.ok_or(ShelvesError::Unknown(*month))?;
            if shelf.root != Hash::new(tree.root()) || shelf.count != tree.len() {
                return Err(ShelvesError::Differs(*month));
            }
        }
        for month in months_at(time).filter(|month| !shelves.contains_key(month)) {
            if shelf_in(main, month)?.is_some() {
                return Err(ShelvesError::Lost(month));
            }
        }
        Ok(Self(Arc::new(shelves)))
    }
    /// The tree of a month's shelf.
    pub fn get(&self, month: Month) -> Option<&StateTree> {
        self.0.get(&month)
    }
    /// All shelves, the oldest month first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Month, &StateTree)> {
        self.0.iter().map(|(month, tree)| (*month, tree))
    }
    /// The number of records on all shelves.
    pub fn len(&self) -> u64 {
        self.0.values().map(StateTree::len).sum()
    }
    /// True if there are no shelves.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The same version, each tree as `f` gives it back with other pages in memory.
    pub(crate) fn map(&self, mut f: impl FnMut(Month, &StateTree) -> StateTree) -> Self {
        Self(Arc::new(self.0.iter().map(|(month, tree)| (*month, f(*month, tree))).collect()))
    }
    /// The version without the shelves of some months, and with others changed or begun.
    pub(crate) fn with(&self, dropped: &[Month], changed: BTreeMap<Month, StateTree>) -> Self {
        if dropped.is_empty() && changed.is_empty() {
            return self.clone();
        }
        let mut shelves = (*self.0).clone();
        shelves.retain(|month, _| !dropped.contains(month));
        shelves.extend(changed);
        Self(Arc::new(shelves))
    }
}

/// The time at which a shelf that is begun is dropped: "`keep_months` after its month" (protocol, References).
pub(crate) fn drop_of(month: Month, keep_months: u8) -> TimeMs {
    month.plus(keep_months).plus(1).start()
}

/// Days by which two clocks that date the same receipt can differ: one may be a day late, and one dates tomorrow.
const DATINGS_APART_DAYS: u32 = 2;

/// The first month and the last whose shelves can have the reference of a receipt that is taken at a time: "a reference
/// is looked for on the shelves of all days from two before the oldest that can be given at that time until the latest"
/// (protocol, References).
pub(crate) fn searched_at(time: TimeMs, receipt_days: u8) -> (Month, Month) {
    let today = time.day();
    let first = today.minus(receipt_days.into()).minus(DATINGS_APART_DAYS);
    (first.month(), today.plus(1).month())
}

/// The months of which a state at some time can have shelves: from the oldest that is still kept to that of the latest
/// day that anything can have.
pub fn months_at(time: TimeMs) -> impl Iterator<Item = Month> {
    let oldest =
        time.month().get().saturating_sub(u16::from(*KEEP_MONTHS.end()) + 1 + u16::from(*RECEIPT_DAYS.end()) / 28);
    (oldest..=time.day().plus(1).month().get()).map(Month::new)
}

/// The record of a month's shelf in a main tree.
fn shelf_in(main: &StateTree, month: Month) -> Result<Option<Shelf>, Missing> {
    Ok(main.get(&ShelfKey(month).encode())?.and_then(|bytes| borsh::from_slice(bytes).ok()))
}

#[cfg(test)]
mod tests;
