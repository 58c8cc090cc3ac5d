//! The state tree: the whole state behind one hash, with proofs (protocol, State and proofs; ARCHITECTURE.md, The
//! state).
//!
//! A map from keys to values, kept as a binary Merkle trie over key hashes whose leaves are pages:
//!
//! - key hash = SHA-256(`lojal/key/v1` ‖ key), its first four bytes replaced by those of the account's address if the
//!   key is about an account.
//! - An entry's hash = SHA-256(`lojal/entry/v1` ‖ key hash ‖ value), and its label the first eight bytes of the
//!   account's address if its key is about one, and else of its key hash.
//! - A subtree with at most [`PAGE_ENTRIES_MAX`] entries is one page: SHA-256(`lojal/page/v1` ‖ label ‖ hash of each
//!   entry, in the order of the key hashes).
//! - A larger subtree is a branch, split on the next bit of the key hash, most significant first:
//!   SHA-256(`lojal/branch/v1` ‖ left hash ‖ right hash).
//! - The root is the hash of the top node, which is a page while it fits in one.
//!
//! So the shape and the root depend on the content alone, never on the order in which it came about.
//! The preimages carry no chain id: the header that commits to the root does.
//!
//! Versions are immutable and share the subtrees in which they don't differ. A page is one piece of
//! memory with all its hashes, keys and values: it is cheap to copy on a change, and an entry takes
//! little more memory than its bytes and its two hashes.
//!
//! A page may be absent from memory: then its hash and its number of entries are all that is known of it, and whoever
//! needs it is told that it is [`Missing`], brings it as a [`LoadedPage`], and asks again. A tree never loads anything,
//! and is the same tree whichever of its pages are there.
//!
//! Two keys with the same hash would be one entry; 224 bits of SHA-256 rule that out. An account's entries
//! lie next to each other, so that a transaction finds what it needs of an account in one place.

mod branches;
mod build;
mod diff;
mod hash;
mod memory;
mod missing;
mod node;
mod page;
mod proof;
mod range;
mod slices;
mod subtree;
mod update;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

pub use branches::{Half, MisplacedPage, PageAt, PageInMemory};
pub use build::{OutOfOrder, TreeBuilder};
pub(crate) use hash::Hash;
use hash::label_of;
pub use hash::{hash_branch, hash_key};
pub use missing::Missing;
use node::Node;
pub use page::{LoadedPage, PageError, PagePath};
pub use proof::{Proof, ProofError, ProvenPage};
pub use slices::{Slice, Slices};
pub use subtree::{Subtree, root_of_subtrees};
pub(crate) use update::Change;

/// Most entries of a page: "A subtree with at most 16 entries is one page; a larger one splits on the next bit, the
/// most significant first." (protocol, State and proofs)
pub const PAGE_ENTRIES_MAX: usize = 16;

/// Most branches above a page: the bits of a key hash.
pub const DEPTH_MAX: usize = 256;

/// One immutable version of the state. Cloning copies a pointer.
#[derive(Clone, Default)]
pub struct StateTree {
    top: Node,
}

impl StateTree {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds a tree at once, as after a restart; of entries with the same key the last one counts.
    ///
    /// # Panics
    ///
    /// If the keys and values of one page exceed 4 GiB.
    pub fn from_entries<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let owned: Vec<(K, V)> = entries.into_iter().collect();
        let mut hashed: Vec<(Hash, usize)> =
            owned.iter().enumerate().map(|(place, (key, _))| (hash_key(key.as_ref()), place)).collect();
        // Entries with the same key stay in the order in which they came.
        hashed.sort_unstable();
        let mut builder = TreeBuilder::default();
        let mut hashed = hashed.into_iter().peekable();
        while let Some((key_hash, place)) = hashed.next() {
            if hashed.peek().is_none_or(|(next, _)| *next != key_hash) {
                let (key, value) = &owned[place];
                builder.push(key_hash, key.as_ref(), value.as_ref()).expect("sorted, and each key once");
            }
        }
        builder.finish()
    }

    /// The hash that commits to every entry: `state_root` in a block's header.
    pub fn root(&self) -> [u8; 32] {
        *self.top.hash()
    }

    /// The number of entries.
    pub fn len(&self) -> u64 {
        self.top.len()
    }

    /// True if there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// When its page is not in memory.
    pub fn get(&self, key: &[u8]) -> Result<Option<&[u8]>, Missing> {
        self.get_hashed(&hash_key(key))
    }

    /// The value of the key with this hash.
    ///
    /// # Errors
    /// When its page is not in memory.
    pub(crate) fn get_hashed(&self, key_hash: &Hash) -> Result<Option<&[u8]>, Missing> {
        Ok(self.top.find_page(key_hash, |_| ())?.get(key_hash))
    }

    /// Brings what lies around these keys into the processor's caches, faster than the searches for them would.
    ///
    /// # Errors
    /// All the pages among them that are not in memory.
    pub(crate) fn read_ahead<'a>(&self, key_hashes: impl Iterator<Item = &'a Hash>) -> Result<(), Missing> {
        self.top.read_ahead(key_hashes, 0, |_| ())
    }

    /// All keys and values, in the order of the key hashes; for each page that is not in memory, an error.
    pub fn iter(&self) -> impl Iterator<Item = Result<(&[u8], &[u8]), Missing>> {
        self.top.pages().flat_map(|page| {
            let (page, missing) = match page {
                Ok(page) => (Some(page), None),
                Err(missing) => (None, Some(Err(missing))),
            };
            let entries = page.into_iter().flat_map(|page| page.entries());
            entries.map(|entry| Ok((entry.key, entry.value))).chain(missing)
        })
    }

    /// The version after `changes`: `Some` sets a value, `None` removes a key. Setting what is
    /// already there and removing what is absent change nothing. Only the pages that the changes
    /// touch and the branches above them are made and hashed again; the rest is shared.
    ///
    /// # Errors
    /// All the pages that are not in memory and change, or become a part of one beside them.
    ///
    /// # Panics
    ///
    /// If the keys and values of one page exceed 4 GiB.
    pub fn apply(&self, changes: &BTreeMap<Box<[u8]>, Option<Box<[u8]>>>) -> Result<Self, Missing> {
        self.apply_changes(changes.iter().map(|(key, value)| Change::new(key, value.as_deref())).collect())
    }

    /// As [`apply`](Self::apply), with changes of distinct keys in any order.
    pub(crate) fn apply_changes(&self, mut changes: Vec<Change<'_>>) -> Result<Self, Missing> {
        changes.sort_unstable_by(|one, another| one.key_hash().cmp(another.key_hash()));
        Ok(Self { top: update::update(&self.top, &changes, 0)? })
    }

    /// Calls `f(key hash, key, value in newer or None)` for every entry that differs between two versions, in
    /// the order of the key hashes. Subtrees that both versions share cost nothing.
    ///
    /// # Errors
    /// When a page that differs is not in memory; `f` may have been called before.
    pub fn diff<'a>(
        older: &'a StateTree,
        newer: &'a StateTree,
        mut f: impl FnMut(&'a [u8; 32], &'a [u8], Option<&'a [u8]>),
    ) -> Result<(), Missing> {
        diff::diff(&older.top, &newer.top, &mut f)
    }

    /// Both versions in slices of bounded size, in the order of the key hashes. What only the older one has is freed
    /// slice by slice, if nobody else has it.
    pub fn slices(older: StateTree, newer: &StateTree) -> Slices {
        Slices::new(older, newer)
    }

    /// A proof of the value of `key`, or of its absence, against [`root`](Self::root).
    ///
    /// # Errors
    /// When its page is not in memory.
    pub fn prove(&self, key: &[u8]) -> Result<Proof, Missing> {
        let key_hash = hash_key(key);
        Proof::new(&self.top, &key_hash, label_of(key, &key_hash))
    }
}

impl fmt::Debug for StateTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateTree")
            .field("root", &format_args!("{:02x?}", self.root()))
            .field("len", &self.len())
            .finish()
    }
}
