//! A tree out of entries that come in the order of their key hashes, with no more memory than the tree takes.

use thiserror::Error;

use super::hash::{Hash, hash_entry, hash_key};
use super::node::{Entry, Node};
use super::update::join;
use super::{Missing, StateTree};

/// Entries that agree in so many first bits of their key hashes are kept until all of them are there, and become a
/// subtree then. With a million entries these are some hundreds; a tree of so few that many subtrees would be parts of
/// one page is built in no time anyway.
const GROUP_BITS: usize = 12;

/// Entries did not come in the order of their key hashes, or two with the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the entries of the state are not in their order, or one is there twice")]
pub struct OutOfOrder;

/// Builds a [`StateTree`] of entries that come in the order of their key hashes. Several builders can each take a part
/// of the entries, at the same time, and be [joined](Self::append) then.
#[derive(Default)]
pub struct TreeBuilder {
    /// The first bits of the key hashes, ascending, and the subtree of all entries with them.
    groups: Vec<(u16, Node)>,
    /// The entries of the group after those.
    pending: Vec<Pending>,
    keys_and_values: Vec<u8>,
}

/// An entry whose key and value are in the builder.
struct Pending {
    key_hash: Hash,
    hash: Hash,
    key_end: usize,
    value_end: usize,
}

impl TreeBuilder {
    /// Takes the next entry, with the [`hash_key`] of its key.
    ///
    /// # Errors
    /// When the key hash is not above that of the entry before.
    ///
    /// # Panics
    /// As [`StateTree::from_entries`].
    pub fn push(&mut self, key_hash: [u8; 32], key: &[u8], value: &[u8]) -> Result<(), OutOfOrder> {
        debug_assert_eq!(key_hash, hash_key(key), "the hash is that of the key");
        let is_above = match self.pending.last() {
            Some(last) => last.key_hash < key_hash,
            None => self.groups.last().is_none_or(|(group, _)| *group < group_of(&key_hash)),
        };
        if !is_above {
            return Err(OutOfOrder);
        }
        if self.pending.last().is_some_and(|last| group_of(&last.key_hash) != group_of(&key_hash)) {
            self.end_group();
        }
        self.keys_and_values.extend_from_slice(key);
        let key_end = self.keys_and_values.len();
        self.keys_and_values.extend_from_slice(value);
        let value_end = self.keys_and_values.len();
        self.pending.push(Pending { key_hash, hash: hash_entry(&key_hash, value), key_end, value_end });
        Ok(())
    }

    /// Takes over what another builder has, whose entries all come after those of this one; and not one of them may
    /// agree with one of these in its first 12 bits.
    ///
    /// # Errors
    /// When they don't come after these.
    ///
    /// # Panics
    /// As [`push`](Self::push).
    pub fn append(&mut self, mut later: TreeBuilder) -> Result<(), OutOfOrder> {
        self.end_group();
        later.end_group();
        if let (Some((last, _)), Some((first, _))) = (self.groups.last(), later.groups.first())
            && last >= first
        {
            return Err(OutOfOrder);
        }
        self.groups.append(&mut later.groups);
        Ok(())
    }

    /// The tree of all entries.
    ///
    /// # Panics
    /// As [`push`](Self::push).
    pub fn finish(mut self) -> StateTree {
        self.end_group();
        StateTree { top: assemble(&self.groups, 0).expect("all that it has built is in memory") }
    }

    /// Makes a subtree of the entries that are kept.
    fn end_group(&mut self) {
        let Some(group) = self.pending.first().map(|first| group_of(&first.key_hash)) else { return };
        let mut start = 0;
        let entries = self.pending.iter().map(|pending| {
            let key = &self.keys_and_values[start..pending.key_end];
            let value = &self.keys_and_values[pending.key_end..pending.value_end];
            start = pending.value_end;
            Entry { key_hash: &pending.key_hash, hash: &pending.hash, key, value }
        });
        let entries: Vec<Entry<'_>> = entries.collect();
        self.groups.push((group, Node::build(&entries, GROUP_BITS)));
        self.pending.clear();
        self.keys_and_values.clear();
    }
}

/// The first bits of a key hash.
fn group_of(key_hash: &Hash) -> u16 {
    u16::from_be_bytes([key_hash[0], key_hash[1]]) >> (u16::BITS as usize - GROUP_BITS)
}

/// The subtree of groups that agree in their first `depth` bits.
fn assemble(groups: &[(u16, Node)], depth: usize) -> Result<Node, Missing> {
    match groups {
        [] => Ok(Node::default()),
        // Of two groups, one bit at least is another one.
        [(_, subtree)] if depth == GROUP_BITS => Ok(subtree.clone()),
        _ => {
            let middle = groups.partition_point(|(group, _)| group >> (GROUP_BITS - 1 - depth) & 1 == 0);
            let (left, right) = groups.split_at(middle);
            join(assemble(left, depth + 1)?, assemble(right, depth + 1)?, depth)
        }
    }
}

#[cfg(test)]
mod tests;
