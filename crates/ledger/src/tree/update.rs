//! A new version out of an old one and a batch of changes.

use std::sync::Arc;

use super::PAGE_ENTRIES_MAX;
use super::node::{Entry, Hash, Node, bit, hash_key};

/// What becomes of one key.
pub(super) enum Change<'a> {
    Set(Entry<'a>),
    Remove(Hash),
}

impl<'a> Change<'a> {
    pub(super) fn new(key: &'a [u8], value: Option<&'a [u8]>) -> Self {
        match value {
            Some(value) => Change::Set(Entry::new(key, value)),
            None => Change::Remove(hash_key(key)),
        }
    }

    pub(super) fn key_hash(&self) -> &Hash {
        match self {
            Change::Set(entry) => &entry.key_hash,
            Change::Remove(key_hash) => key_hash,
        }
    }
}

/// The subtree at `depth` after `changes`, which are sorted by key hash, distinct, and belong into
/// it. A subtree that comes out as it was stays the same one in memory.
pub(super) fn update(node: &Arc<Node>, changes: &[Change<'_>], depth: usize) -> Arc<Node> {
    if changes.is_empty() {
        return Arc::clone(node);
    }
    let updated = match &**node {
        Node::Page(page) => Node::build(&merge(page.entries(), changes), depth),
        Node::Branch(branch) => {
            let middle = changes.partition_point(|change| !bit(change.key_hash(), depth));
            let (left, right) = changes.split_at(middle);
            join(update(&branch.left, left, depth + 1), update(&branch.right, right, depth + 1), depth)
        }
    };
    if updated.hash() == node.hash() { Arc::clone(node) } else { updated }
}

/// Two neighbours as a branch, or as one page if removals left so little that they fit.
fn join(left: Arc<Node>, right: Arc<Node>, depth: usize) -> Arc<Node> {
    if left.len() + right.len() > PAGE_ENTRIES_MAX as u64 {
        return Node::branch(left, right);
    }
    let entries: Vec<Entry<'_>> = left.entries().chain(right.entries()).collect();
    Node::build(&entries, depth)
}

/// The entries of a page after `changes`; both are sorted by key hash, and so is the result.
fn merge<'a>(entries: impl Iterator<Item = Entry<'a>>, changes: &[Change<'a>]) -> Vec<Entry<'a>> {
    let mut merged = Vec::with_capacity(PAGE_ENTRIES_MAX + changes.len());
    let mut entries = entries.peekable();
    for change in changes {
        let key_hash = change.key_hash();
        while let Some(entry) = entries.next_if(|entry| entry.key_hash < *key_hash) {
            merged.push(entry);
        }
        // The old entry of this key, if there is one, is replaced or removed.
        entries.next_if(|entry| entry.key_hash == *key_hash);
        if let Change::Set(entry) = change {
            merged.push(*entry);
        }
    }
    merged.extend(entries);
    merged
}
