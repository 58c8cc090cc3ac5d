//! Two versions of the state side by side, a slice of the key hashes at a time: whoever goes through them can pause
//! after each slice, and the old version goes behind him.

use super::StateTree;
use super::diff::diff;
use super::node::{Entry, Hash, Node, bit};

/// Most entries of a slice in each of the two versions: about a megabyte.
const SLICE_ENTRIES_MAX: u64 = 4096;

/// A part of the key hashes, next to each other, in two versions.
pub struct Slice {
    first: Hash,
    older: Node,
    newer: Node,
}

impl Slice {
    /// The lowest key hash that can be in it; all of them are below that of the next slice.
    pub fn first(&self) -> &[u8; 32] {
        &self.first
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

    /// Calls `f(key hash, key, value in newer or None)` for every entry that differs, in the order of the key hashes.
    pub fn changes<'a>(&'a self, mut f: impl FnMut(&'a [u8; 32], &'a [u8], Option<&'a [u8]>)) {
        diff(&self.older, &self.newer, &mut f);
    }

    /// Key hash, key and value of every entry of the newer version, in the order of the key hashes.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8; 32], &[u8], &[u8])> {
        self.newer.entries().map(|entry| (entry.key_hash, entry.key, entry.value))
    }
}

/// The slices of two versions, in the order of the key hashes.
pub struct Slices {
    /// The parts that are left, the next one last, each with the number of bits in which its key hashes agree.
    parts: Vec<(Slice, usize)>,
}

impl Slices {
    pub(super) fn new(older: StateTree, newer: &StateTree) -> Self {
        Self { parts: vec![(Slice { first: [0; 32], older: older.top, newer: newer.top.clone() }, 0)] }
    }
}

impl Iterator for Slices {
    type Item = Slice;

    fn next(&mut self) -> Option<Slice> {
        loop {
            let (slice, depth) = self.parts.pop()?;
            if slice.older.len().max(slice.newer.len()) <= SLICE_ENTRIES_MAX {
                return Some(slice);
            }
            let (older_left, older_right) = halves(&slice.older, depth);
            let (newer_left, newer_right) = halves(&slice.newer, depth);
            let mut middle = slice.first;
            middle[depth / 8] |= 0x80 >> (depth % 8);
            self.parts.push((Slice { first: middle, older: older_right, newer: newer_right }, depth + 1));
            self.parts.push((Slice { first: slice.first, older: older_left, newer: newer_left }, depth + 1));
        }
    }
}

/// The two subtrees of a subtree at `depth`; those of a page aren't parts of any tree.
fn halves(node: &Node, depth: usize) -> (Node, Node) {
    match node {
        Node::Branch(branch) => (branch.left.clone(), branch.right.clone()),
        Node::Page(page) => {
            let (right, left): (Vec<Entry<'_>>, Vec<Entry<'_>>) =
                page.entries().partition(|entry| bit(entry.key_hash, depth));
            (Node::build(&left, depth + 1), Node::build(&right, depth + 1))
        }
    }
}

#[cfg(test)]
mod tests;
