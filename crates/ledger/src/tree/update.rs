//! A new version out of an old one and a batch of changes.

use std::hint::black_box;

use super::hash::{Hash, bit, hash_entry, hash_key};
use super::node::{Entry, Node, Page};
use super::{Missing, PAGE_ENTRIES_MAX};

/// Most changes that are read ahead for at once: their pages together stay within a processor's own cache.
const READ_AHEAD_MAX: usize = 128;
/// Fewer aren't worth it.
const READ_AHEAD_MIN: usize = 8;

/// The change of one key: set to a value, or removed.
pub(crate) struct Change<'a> {
    key_hash: Hash,
    key: &'a [u8],
    /// The entry's hash and its value; `None` if the key goes.
    value: Option<(Hash, &'a [u8])>,
}

impl<'a> Change<'a> {
    pub(crate) fn new(key: &'a [u8], value: Option<&'a [u8]>) -> Self {
        Self::hashed(hash_key(key), key, value)
    }

    /// The change of a key whose hash is known.
    pub(crate) fn hashed(key_hash: Hash, key: &'a [u8], value: Option<&'a [u8]>) -> Self {
        Self { key_hash, key, value: value.map(|value| (hash_entry(&key_hash, value), value)) }
    }

    #[cfg(test)]
    pub(super) fn crafted(key_hash: Hash, hash: Option<Hash>) -> Self {
        Self { key_hash, key: b"", value: hash.map(|hash| (hash, b"".as_slice())) }
    }

    pub(super) fn key_hash(&self) -> &Hash {
        &self.key_hash
    }

    /// The entry that it sets.
    pub(super) fn entry(&self) -> Option<Entry<'_>> {
        let (hash, value) = self.value.as_ref()?;
        Some(Entry { key_hash: &self.key_hash, hash, key: self.key, value })
    }
}

/// The subtree at `depth` after `changes`, which are sorted by key hash, distinct, and belong into
/// it. A subtree that comes out as it was stays the same one in memory.
///
/// # Errors
/// All pages that are not in memory although a change belongs into them, or a page beside them has become so small that
/// the two are one.
pub(super) fn update(node: &Node, changes: &[Change<'_>], depth: usize) -> Result<Node, Missing> {
    update_below(node, changes, depth, false)
}

/// `is_near`: the processor has read everything from here to the pages that change, and what becomes a part of the new
/// version beside it.
fn update_below(node: &Node, changes: &[Change<'_>], depth: usize, is_near: bool) -> Result<Node, Missing> {
    if changes.is_empty() {
        return Ok(node.clone());
    }
    if !is_near && (READ_AHEAD_MIN..=READ_AHEAD_MAX).contains(&changes.len()) {
        let beside = |sibling: &Node| {
            black_box(sibling.len());
        };
        // What isn't in memory is noticed below.
        drop(node.read_ahead(changes.iter().map(Change::key_hash), depth, beside));
    }
    let is_near = is_near || changes.len() <= READ_AHEAD_MAX;
    let updated = match node {
        Node::Page(page) => match page.with_values(changes.iter().map(Change::entry)) {
            Some(page) => Node::Page(page),
            None => Node::build(&merge(page, changes), depth),
        },
        Node::Branch(branch) => {
            let middle = changes.partition_point(|change| !bit(change.key_hash(), depth));
            let (left, right) = changes.split_at(middle);
            let left = update_below(&branch.left, left, depth + 1, is_near);
            let right = update_below(&branch.right, right, depth + 1, is_near);
            let (left, right) = Missing::both(left, right)?;
            join(left, right, depth)?
        }
        Node::Absent(absent) => return Err(absent.missing()),
    };
    Ok(if updated.hash() == node.hash() { node.clone() } else { updated })
}

/// Two neighbours as a branch, or as one page if removals left so little that they fit.
pub(super) fn join(left: Node, right: Node, depth: usize) -> Result<Node, Missing> {
    if left.len() + right.len() > PAGE_ENTRIES_MAX as u64 {
        return Ok(Node::branch(left, right));
    }
    let (left, right) = Missing::both(left.entries(), right.entries())?;
    Ok(Node::build(&[left, right].concat(), depth))
}

/// The entries of a page after `changes`; both are sorted by key hash, and so is the result.
fn merge<'a>(page: &'a Page, changes: &'a [Change<'_>]) -> Vec<Entry<'a>> {
    let mut merged = Vec::with_capacity(PAGE_ENTRIES_MAX + changes.len());
    let mut entries = page.entries().peekable();
    for change in changes {
        let key_hash = change.key_hash();
        while let Some(entry) = entries.next_if(|entry| entry.key_hash < key_hash) {
            merged.push(entry);
        }
        // The old entry of this key, if there is one, is replaced or removed.
        entries.next_if(|entry| entry.key_hash == key_hash);
        merged.extend(change.entry());
    }
    merged.extend(entries);
    merged
}
