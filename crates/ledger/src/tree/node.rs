//! Pages and branches: their memory, their hashes, and the canonical shape of a set of entries.

use std::iter;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::PAGE_ENTRIES_MAX;

pub(super) type Hash = [u8; 32];

/// A subtree. Its hash and its number of entries are computed once, when it is made.
pub(super) enum Node {
    Page(Page),
    Branch(Branch),
}

/// At most [`PAGE_ENTRIES_MAX`] entries, sorted by key hash.
pub(super) struct Page {
    hash: Hash,
    slots: Box<[Slot]>,
    /// Key and value of each slot, one after the other.
    bytes: Box<[u8]>,
}

/// An entry of a page: its hashes, and where its key and value lie in the page's bytes.
struct Slot {
    key_hash: Hash,
    value_hash: Hash,
    key_start: u32,
    value_start: u32,
    value_end: u32,
}

/// More than [`PAGE_ENTRIES_MAX`] entries, split on one bit of their key hashes.
pub(super) struct Branch {
    hash: Hash,
    len: u64,
    pub(super) left: Arc<Node>,
    pub(super) right: Arc<Node>,
}

/// One entry, borrowed from a page or from the caller who brings it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) key_hash: Hash,
    pub(super) value_hash: Hash,
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<'a> Entry<'a> {
    pub(super) fn new(key: &'a [u8], value: &'a [u8]) -> Self {
        Self { key_hash: hash_key(key), value_hash: hash_value(value), key, value }
    }
}

impl Default for Node {
    fn default() -> Self {
        Node::Page(Page::new(&[]))
    }
}

impl Node {
    /// The canonical subtree of `entries`, which are sorted by key hash, distinct, and agree in the
    /// first `depth` bits. Distinct hashes part by bit 256 at the latest, so the recursion ends.
    pub(super) fn build(entries: &[Entry<'_>], depth: usize) -> Arc<Node> {
        if entries.len() <= PAGE_ENTRIES_MAX {
            return Arc::new(Node::Page(Page::new(entries)));
        }
        let middle = entries.partition_point(|entry| !bit(&entry.key_hash, depth));
        let (left, right) = entries.split_at(middle);
        Node::branch(Node::build(left, depth + 1), Node::build(right, depth + 1))
    }

    /// The branch over two subtrees that together are too large for a page.
    pub(super) fn branch(left: Arc<Node>, right: Arc<Node>) -> Arc<Node> {
        Arc::new(Node::Branch(Branch {
            hash: hash_branch(left.hash(), right.hash()),
            len: left.len() + right.len(),
            left,
            right,
        }))
    }

    pub(super) fn hash(&self) -> &Hash {
        match self {
            Node::Page(page) => &page.hash,
            Node::Branch(branch) => &branch.hash,
        }
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Node::Page(page) => page.slots.len() as u64,
            Node::Branch(branch) => branch.len,
        }
    }

    /// The page where `key_hash` belongs. Calls `beside` with the hash of each subtree that the path
    /// to it leaves aside, from the top down.
    pub(super) fn find_page(&self, key_hash: &Hash, mut beside: impl FnMut(&Hash)) -> &Page {
        let mut node = self;
        let mut depth = 0;
        loop {
            let branch = match node {
                Node::Page(page) => return page,
                Node::Branch(branch) => branch,
            };
            let (child, sibling) =
                if bit(key_hash, depth) { (&branch.right, &branch.left) } else { (&branch.left, &branch.right) };
            beside(sibling.hash());
            node = child;
            depth += 1;
        }
    }

    /// All entries, in the order of the key hashes.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut stack = vec![self];
        let pages = iter::from_fn(move || {
            loop {
                match stack.pop()? {
                    Node::Page(page) => return Some(page),
                    Node::Branch(branch) => stack.extend([&*branch.right, &*branch.left]),
                }
            }
        });
        pages.flat_map(Page::entries)
    }
}

impl Page {
    fn new(entries: &[Entry<'_>]) -> Self {
        let size = entries.iter().map(|entry| entry.key.len() + entry.value.len()).sum();
        let mut bytes = Vec::with_capacity(size);
        let mut append = |part: &[u8]| {
            bytes.extend_from_slice(part);
            u32::try_from(bytes.len()).expect("sixteen bounded entries stay far below 4 GiB")
        };
        let mut end = 0;
        let slots: Box<[Slot]> = entries
            .iter()
            .map(|entry| {
                let key_start = end;
                let value_start = append(entry.key);
                end = append(entry.value);
                Slot { key_hash: entry.key_hash, value_hash: entry.value_hash, key_start, value_start, value_end: end }
            })
            .collect();
        Self {
            hash: hash_page(slots.iter().map(|slot| (&slot.key_hash, &slot.value_hash))),
            slots,
            bytes: bytes.into_boxed_slice(),
        }
    }

    pub(super) fn get(&self, key_hash: &Hash) -> Option<&[u8]> {
        let index = self.slots.binary_search_by(|slot| slot.key_hash.cmp(key_hash));
        Some(self.entry(self.slots.get(index.ok()?)?).value)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.slots.iter().map(|slot| self.entry(slot))
    }

    fn entry(&self, slot: &Slot) -> Entry<'_> {
        Entry {
            key_hash: slot.key_hash,
            value_hash: slot.value_hash,
            key: &self.bytes[slot.key_start as usize..slot.value_start as usize],
            value: &self.bytes[slot.value_start as usize..slot.value_end as usize],
        }
    }
}

/// Bit `depth` of a key hash, counted from the most significant: whether its entry goes right.
pub(super) fn bit(key_hash: &Hash, depth: usize) -> bool {
    key_hash[depth / 8] & (0x80 >> (depth % 8)) != 0
}

pub(super) fn hash_key(key: &[u8]) -> Hash {
    hash("lojal/key/v1", [key])
}

pub(super) fn hash_value(value: &[u8]) -> Hash {
    hash("lojal/value/v1", [value])
}

pub(super) fn hash_branch(left: &Hash, right: &Hash) -> Hash {
    hash("lojal/branch/v1", [left.as_slice(), right.as_slice()])
}

/// The hash of a page with these key hashes and value hashes.
pub(super) fn hash_page<'a>(entries: impl Iterator<Item = (&'a Hash, &'a Hash)>) -> Hash {
    let parts = entries.flat_map(|(key_hash, value_hash)| [key_hash.as_slice(), value_hash]);
    hash("lojal/page/v1", parts)
}

fn hash<'a>(tag: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut hasher = Sha256::new_with_prefix(tag);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
