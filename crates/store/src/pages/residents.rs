//! The pages in memory, about: how many there are of each part of each tree, and whose turn it is to give some up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use lojal_ledger::tree::Part;
use lojal_types::Month;

use crate::limits::TURN_ENTRIES;

const UNPOISONED: &str = "nobody panics while holding this lock";

/// The number of parts of a tree of so many entries that have their turn at once.
pub(super) fn parts_at_once(entries: u64) -> u64 {
    let part = (entries / Part::COUNT as u64).max(1);
    (TURN_ENTRIES / part).clamp(1, Part::COUNT as u64)
}

/// Pages and their bytes.
type Amount = (u64, u64);

/// The amounts are those that were found when a part had its turn, with what has come since and without what went. A
/// reader's page counts although nobody keeps it; that is found out at the next turn.
pub(super) struct Residents {
    bytes_max: u64,
    trees: Mutex<Trees>,
}

#[derive(Default)]
struct Trees {
    all: Amount,
    /// By shelf; without one it is the main tree.
    trees: BTreeMap<Option<Month>, Tree>,
}

struct Tree {
    next: Part,
    all: Amount,
    parts: Vec<Amount>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { next: Part::of(&[0; 32]), all: (0, 0), parts: vec![(0, 0); Part::COUNT] }
    }
}

impl Residents {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self { bytes_max, trees: Mutex::default() }
    }

    /// The pages that there are, and their bytes.
    pub(super) fn size(&self) -> Amount {
        self.trees().all
    }

    pub(super) fn is_full(&self) -> bool {
        self.trees().all.1 > self.bytes_max
    }

    /// Notes pages of so many bytes that are in memory now.
    pub(super) fn come(&self, pages: impl IntoIterator<Item = (Option<Month>, Part, usize)>) {
        let mut trees = self.trees();
        for (shelf, part, size) in pages {
            trees.change(shelf, part, |(pages, bytes)| (pages + 1, bytes.saturating_add(size as u64)));
        }
    }

    /// Notes that a page is in memory no more.
    pub(super) fn go(&self, shelf: Option<Month>, part: Part, size: usize) {
        self.trees().change(shelf, part, |(pages, bytes)| (pages.saturating_sub(1), bytes.saturating_sub(size as u64)));
    }

    /// The part of a tree whose turn it is; none if there is room, or nothing is known to be there.
    pub(super) fn next_part(&self, shelf: Option<Month>) -> Option<Part> {
        let mut trees = self.trees();
        if trees.all.1 <= self.bytes_max {
            return None;
        }
        let tree = trees.trees.get_mut(&shelf).filter(|tree| tree.all.1 > 0)?;
        let part = tree.next;
        tree.next = part.next();
        Some(part)
    }

    /// Notes what is left of a part after its turn.
    pub(super) fn passed(&self, shelf: Option<Month>, part: Part, left: Amount) {
        self.trees().change(shelf, part, |_| left);
    }

    /// Forgets the trees of other shelves than these.
    pub(super) fn keep(&self, shelves: impl Iterator<Item = Month>) {
        let kept: Vec<Option<Month>> = shelves.map(Some).chain([None]).collect();
        let mut trees = self.trees();
        trees.trees.retain(|shelf, _| kept.contains(shelf));
        trees.all =
            trees.trees.values().fold((0, 0), |all, tree| (all.0 + tree.all.0, all.1.saturating_add(tree.all.1)));
    }

    fn trees(&self) -> MutexGuard<'_, Trees> {
        self.trees.lock().expect(UNPOISONED)
    }
}

impl Trees {
    fn change(&mut self, shelf: Option<Month>, part: Part, change: impl FnOnce(Amount) -> Amount) {
        let tree = self.trees.entry(shelf).or_default();
        let amount = &mut tree.parts[part.number()];
        let (before, after) = (*amount, change(*amount));
        *amount = after;
        for all in [&mut tree.all, &mut self.all] {
            all.0 = (all.0 + after.0).saturating_sub(before.0);
            all.1 = all.1.saturating_add(after.1).saturating_sub(before.1);
        }
    }
}

#[cfg(test)]
mod tests;
