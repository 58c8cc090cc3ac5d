//! Two versions of the state side by side, a slice of the key hashes at a time: whoever goes through them can pause
//! after each slice, and the old version goes behind him.

use super::StateTree;
use super::branches::{PageAt, PageInMemory, Place, walk, walk_all, walk_changed};
use super::node::Node;

/// Most entries of a slice in each of the two versions: about a megabyte.
const SLICE_ENTRIES_MAX: u64 = 4096;

/// A part of the key hashes, next to each other, in two versions.
pub struct Slice {
    place: Place,
    older: Side,
    newer: Side,
}

/// A version in a slice.
enum Side {
    /// Its subtree there.
    Here(Node),
    /// A part of a page that lies above the slice: the first slice below that page has the page, the others nothing.
    Above(Option<(Node, Place)>),
}

impl Slice {
    /// The lowest key hash that can be in it; all of them are below that of the next slice.
    pub fn first(&self) -> &[u8; 32] {
        &self.place.path
    }

    /// The number of entries of the newer version.
    pub fn len(&self) -> u64 {
        self.newer.len()
    }

    /// The number of entries of the older version.
    pub fn older_len(&self) -> u64 {
        self.older.len()
    }

    /// True if the newer version has no entries there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `f` for each page of the newer version that isn't one of the older in the same place, in the order of the
    /// key hashes: also where there are no entries any more.
    pub fn changed_pages(&self, mut f: impl FnMut(PageAt, Option<PageInMemory<'_>>)) {
        changed(&self.older, &self.newer, self.place, &mut f);
    }

    /// The same for each page of the older version that the newer one hasn't in the same place.
    pub fn gone_pages(&self, mut f: impl FnMut(PageAt)) {
        changed(&self.newer, &self.older, self.place, &mut |page, _| f(page));
    }

    /// Calls `f` for all pages of the newer version, in the order of the key hashes, with whether they are new in their
    /// place.
    pub fn pages(&self, mut f: impl FnMut(PageAt, Option<PageInMemory<'_>>, bool)) {
        match (&self.older, &self.newer) {
            (Side::Here(older), Side::Here(newer)) => walk_all(older, newer, self.place, &mut f),
            _ => self.changed_pages(|at, page| f(at, page, true)),
        }
    }
}

fn changed(before: &Side, after: &Side, place: Place, f: &mut impl FnMut(PageAt, Option<PageInMemory<'_>>)) {
    match (before, after) {
        (Side::Here(before), Side::Here(after)) => walk_changed(before, after, place, f),
        (_, Side::Here(after)) => walk(after, place, f),
        (_, Side::Above(Some((page, place)))) => walk(page, *place, f),
        (_, Side::Above(None)) => {}
    }
}

impl Side {
    fn len(&self) -> u64 {
        match self {
            Self::Here(node) | Self::Above(Some((node, _))) => node.len(),
            Self::Above(None) => 0,
        }
    }

    /// The version in the two halves of the slice.
    fn halves(self, place: Place) -> (Self, Self) {
        match self {
            Self::Here(Node::Branch(branch)) => (Self::Here(branch.left.clone()), Self::Here(branch.right.clone())),
            Self::Here(page) => (Self::Above(Some((page, place))), Self::Above(None)),
            Self::Above(page) => (Self::Above(page), Self::Above(None)),
        }
    }
}

/// The slices of two versions, in the order of the key hashes.
pub struct Slices {
    /// The parts that are left, the next one last.
    parts: Vec<Slice>,
}

impl Slices {
    pub(super) fn new(older: StateTree, newer: &StateTree) -> Self {
        let (older, newer) = (Side::Here(older.top), Side::Here(newer.top.clone()));
        Self { parts: vec![Slice { place: Place::TOP, older, newer }] }
    }
}

impl Iterator for Slices {
    type Item = Slice;

    fn next(&mut self) -> Option<Slice> {
        loop {
            let slice = self.parts.pop()?;
            if slice.older.len().max(slice.newer.len()) <= SLICE_ENTRIES_MAX {
                return Some(slice);
            }
            let Slice { place, older, newer } = slice;
            let (older_left, older_right) = older.halves(place);
            let (newer_left, newer_right) = newer.halves(place);
            self.parts.push(Slice { place: place.right(), older: older_right, newer: newer_right });
            self.parts.push(Slice { place: place.left(), older: older_left, newer: newer_left });
        }
    }
}

#[cfg(test)]
mod tests;
