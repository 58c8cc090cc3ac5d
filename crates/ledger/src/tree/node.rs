//! Pages and branches: their memory, their hashes, and the canonical shape of a set of entries.

use std::hint::black_box;
use std::iter;
use std::sync::Arc;

use super::hash::{ACCOUNT_PATH_BYTES, HASH_BYTES, Hash, Label, bit, hash_branch, hash_page, label_of};
use super::{Missing, PAGE_ENTRIES_MAX};

/// Bytes of an entry's tag, and where in its key hash they are: after those that an account's entries share.
const TAG_BYTES: usize = 4;
const TAG_START: usize = ACCOUNT_PATH_BYTES;
/// Bytes of an entry's two hashes in a page.
const PAIR_BYTES: usize = 2 * HASH_BYTES;
/// Bytes before the tags: a page's hash, and the number of its entries.
const HEAD_BYTES: usize = HASH_BYTES + 1;
/// Bytes that processors read at once.
const CACHE_LINE_BYTES: usize = 64;
/// Bytes that say where an entry's key and value end.
const ENDS_BYTES: usize = 8;

/// A subtree. Its hash and its number of entries are computed once, when it is made. Cloning copies a pointer.
#[derive(Clone)]
pub(super) enum Node {
    Page(Page),
    Branch(Arc<Branch>),
    /// A page that lies elsewhere.
    Absent(Arc<Absent>),
}

/// All that a version keeps of a page that isn't in memory.
pub(super) struct Absent {
    hash: Hash,
    len: u8,
}

/// At most [`PAGE_ENTRIES_MAX`] entries, sorted by key hash, in one piece of memory: the page's hash, the number of
/// entries, then the tag of each, then key hash ‖ entry hash of each, then where key and value of each end (two
/// little-endian u32), then the keys and values. The tags are what a search reads: a few bytes next to each other,
/// where the key hashes would be as many cache lines.
#[derive(Clone)]
pub(super) struct Page(Arc<[u8]>);

/// More than [`PAGE_ENTRIES_MAX`] entries, split on one bit of their key hashes.
pub(super) struct Branch {
    hash: Hash,
    len: u64,
    pub(super) left: Node,
    pub(super) right: Node,
}

/// The parts of a page's bytes.
#[derive(Clone, Copy)]
struct Parts<'a> {
    tags: &'a [[u8; TAG_BYTES]],
    pairs: &'a [[u8; PAIR_BYTES]],
    ends: &'a [[u8; ENDS_BYTES]],
    keys_and_values: &'a [u8],
}

/// One entry, borrowed from a page or from the caller who brings it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) key_hash: &'a Hash,
    pub(super) hash: &'a Hash,
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

impl Default for Node {
    fn default() -> Self {
        Node::Page(Page::new(&[]))
    }
}

impl Node {
    /// The canonical subtree of `entries`, which are sorted by key hash, distinct, and agree in the first `depth` bits:
    /// "A subtree with at most 16 entries is one page; a larger one splits on the next bit, the most significant
    /// first." (protocol, State and proofs) Distinct hashes part by bit 256 at the latest, so the recursion ends.
    pub(super) fn build(entries: &[Entry<'_>], depth: usize) -> Node {
        if entries.len() <= PAGE_ENTRIES_MAX {
            return Node::Page(Page::new(entries));
        }
        let middle = entries.partition_point(|entry| !bit(entry.key_hash, depth));
        let (left, right) = entries.split_at(middle);
        Node::branch(Node::build(left, depth + 1), Node::build(right, depth + 1))
    }

    /// The branch over two subtrees that together are too large for a page.
    pub(super) fn branch(left: Node, right: Node) -> Node {
        let (hash, len) = (hash_branch(left.hash(), right.hash()), left.len() + right.len());
        Node::Branch(Arc::new(Branch { hash, len, left, right }))
    }

    /// A page of so many entries, at least one, that is not in memory.
    pub(super) fn absent(hash: Hash, len: u8) -> Node {
        Node::Absent(Arc::new(Absent { hash, len }))
    }

    /// True if they are one subtree in memory.
    pub(super) fn is_same(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Page(one), Node::Page(another)) => Arc::ptr_eq(&one.0, &another.0),
            (Node::Branch(one), Node::Branch(another)) => Arc::ptr_eq(one, another),
            (Node::Absent(one), Node::Absent(another)) => Arc::ptr_eq(one, another),
            _ => false,
        }
    }

    pub(super) fn hash(&self) -> &Hash {
        match self {
            Node::Page(page) => page.hash(),
            Node::Branch(branch) => &branch.hash,
            Node::Absent(absent) => &absent.hash,
        }
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Node::Page(page) => page.len().into(),
            Node::Branch(branch) => branch.len,
            Node::Absent(absent) => absent.len.into(),
        }
    }

    /// The page where `key_hash` belongs. Calls `beside` with each subtree that the path
    /// to it leaves aside, from the top down.
    pub(super) fn find_page<'a>(
        &'a self,
        key_hash: &Hash,
        mut beside: impl FnMut(&'a Node),
    ) -> Result<&'a Page, Missing> {
        let mut node = self;
        let mut depth = 0;
        loop {
            let branch = match node {
                Node::Page(page) => return Ok(page),
                Node::Branch(branch) => branch,
                Node::Absent(absent) => return Err(absent.missing()),
            };
            let (child, sibling) = branch.part(key_hash, depth);
            beside(sibling);
            node = child;
            depth += 1;
        }
    }

    /// Reads what lies between this subtree at `depth` and the pages of many key hashes, so that it is in the
    /// processor's caches when it is needed. One search waits for memory at every step; of many, level by level, the
    /// waits overlap. Calls `beside` with each subtree that a path leaves aside.
    pub(super) fn read_ahead<'a>(
        &self,
        key_hashes: impl Iterator<Item = &'a Hash>,
        depth: usize,
        beside: impl Fn(&Node),
    ) -> Result<(), Missing> {
        let mut searches: Vec<(&Hash, &Node)> = key_hashes.map(|key_hash| (key_hash, self)).collect();
        let (mut depth, mut is_done) = (depth, false);
        while !is_done {
            is_done = true;
            for (key_hash, node) in &mut searches {
                let Node::Branch(branch) = node else { continue };
                let (child, sibling) = branch.part(key_hash, depth);
                beside(sibling);
                *node = child;
                is_done = false;
            }
            depth += 1;
        }
        let mut missing = Vec::new();
        for (_, node) in searches {
            match node {
                Node::Page(page) => {
                    black_box(page.0.iter().step_by(CACHE_LINE_BYTES).fold(0, |sum, byte| sum ^ byte));
                }
                Node::Absent(absent) => missing.push(absent.hash),
                Node::Branch(_) => {}
            }
        }
        Missing::all(missing)
    }

    /// All pages, in the order of the key hashes; of one that isn't in memory, its hash.
    pub(super) fn pages(&self) -> impl Iterator<Item = Result<&Page, Missing>> {
        let mut stack = vec![self];
        iter::from_fn(move || {
            loop {
                match stack.pop()? {
                    Node::Page(page) => return Some(Ok(page)),
                    Node::Branch(branch) => stack.extend([&branch.right, &branch.left]),
                    Node::Absent(absent) => return Some(Err(absent.missing())),
                }
            }
        })
    }

    /// All entries, in the order of the key hashes.
    pub(super) fn entries(&self) -> Result<Vec<Entry<'_>>, Missing> {
        let mut entries = Vec::new();
        for page in self.pages() {
            entries.extend(page?.entries());
        }
        Ok(entries)
    }
}

impl Absent {
    pub(super) fn missing(&self) -> Missing {
        Missing::page(self.hash)
    }
}

impl Branch {
    /// The same with other subtrees that have the same hashes.
    pub(super) fn with(&self, left: Node, right: Node) -> Node {
        Node::Branch(Arc::new(Branch { hash: self.hash, len: self.len, left, right }))
    }

    /// The child at whose side of this branch, which is at `depth`, a key hash belongs, and the other one.
    fn part(&self, key_hash: &Hash, depth: usize) -> (&Node, &Node) {
        if bit(key_hash, depth) { (&self.right, &self.left) } else { (&self.left, &self.right) }
    }
}

impl Page {
    pub(super) fn new(entries: &[Entry<'_>]) -> Self {
        let size: usize = entries.iter().map(|entry| entry.key.len() + entry.value.len()).sum();
        let mut bytes = Vec::with_capacity(HEAD_BYTES + entries.len() * (TAG_BYTES + PAIR_BYTES + ENDS_BYTES) + size);
        bytes.extend_from_slice(&[0; HASH_BYTES]);
        bytes.push(u8::try_from(entries.len()).expect("at most sixteen"));
        for entry in entries {
            bytes.extend_from_slice(tag_of(entry.key_hash));
        }
        for entry in entries {
            bytes.extend_from_slice(entry.key_hash);
            bytes.extend_from_slice(entry.hash);
        }
        let hash = hash_page(entries.iter().map(|entry| (entry.label(), entry.hash)));
        bytes[..HASH_BYTES].copy_from_slice(&hash);
        let mut end = 0_usize;
        for entry in entries {
            for part in [entry.key, entry.value] {
                end += part.len();
                let end = u32::try_from(end).expect("sixteen bounded entries stay far below 4 GiB");
                bytes.extend_from_slice(&end.to_le_bytes());
            }
        }
        for entry in entries {
            bytes.extend_from_slice(entry.key);
            bytes.extend_from_slice(entry.value);
        }
        Self(bytes.into())
    }

    /// The page with other values, as long as those before, of keys that it has; `None` if it lacks one of them, or if
    /// a length differs. A copy with a few bytes changed is made far faster than a page out of its entries.
    pub(super) fn with_values<'a>(&self, entries: impl Iterator<Item = Option<Entry<'a>>>) -> Option<Self> {
        let mut changed: Arc<[u8]> = Arc::from(&*self.0);
        let bytes = Arc::get_mut(&mut changed).expect("nobody else has it yet");
        let count = usize::from(self.len());
        let pairs = HEAD_BYTES + count * TAG_BYTES;
        let values = pairs + count * (PAIR_BYTES + ENDS_BYTES);
        for entry in entries {
            let entry = entry?;
            let index = self.place(entry.key_hash)?;
            let (start, end) = self.parts().ends_of(index);
            if end - start != entry.value.len() {
                return None;
            }
            let pair = pairs + index * PAIR_BYTES;
            bytes[pair + HASH_BYTES..pair + PAIR_BYTES].copy_from_slice(entry.hash);
            bytes[values + start..values + end].copy_from_slice(entry.value);
        }
        let hash = hash_page(parts_of(bytes).labelled());
        bytes[..HASH_BYTES].copy_from_slice(&hash);
        Some(Self(changed))
    }

    pub(super) fn hash(&self) -> &Hash {
        self.0.first_chunk().expect("a page begins with its hash")
    }

    pub(super) fn len(&self) -> u8 {
        self.0[HASH_BYTES]
    }

    /// The memory that it takes, in bytes.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, key_hash: &Hash) -> Option<&[u8]> {
        Some(self.parts().entry(self.place(key_hash)?).value)
    }

    /// The place of the entry with this key hash.
    fn place(&self, key_hash: &Hash) -> Option<usize> {
        let parts = self.parts();
        let tag = tag_of(key_hash);
        let is_at = |index: &usize| parts.tags[*index] == *tag && parts.pairs[*index][..HASH_BYTES] == *key_hash;
        (0..parts.tags.len()).find(is_at)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let parts = self.parts();
        (0..parts.tags.len()).map(move |index| parts.entry(index))
    }

    fn parts(&self) -> Parts<'_> {
        parts_of(&self.0)
    }
}

/// The parts of the bytes of a page.
fn parts_of(page: &[u8]) -> Parts<'_> {
    let count = usize::from(page[HASH_BYTES]);
    let (tags, rest) = page[HEAD_BYTES..].split_at(count * TAG_BYTES);
    let (pairs, rest) = rest.split_at(count * PAIR_BYTES);
    let (ends, keys_and_values) = rest.split_at(count * ENDS_BYTES);
    Parts { tags: tags.as_chunks().0, pairs: pairs.as_chunks().0, ends: ends.as_chunks().0, keys_and_values }
}

impl Entry<'_> {
    pub(super) fn label(&self) -> Label {
        label_of(self.key, self.key_hash)
    }
}

impl<'a> Parts<'a> {
    fn entry(self, index: usize) -> Entry<'a> {
        let (key_hash, hash) = self.pairs[index].split_at(HASH_BYTES);
        let start = index.checked_sub(1).map_or(0, |before| self.ends_of(before).1);
        let (key_end, value_end) = self.ends_of(index);
        let two_hashes = "a pair is two hashes";
        Entry {
            key_hash: key_hash.try_into().expect(two_hashes),
            hash: hash.try_into().expect(two_hashes),
            key: &self.keys_and_values[start..key_end],
            value: &self.keys_and_values[key_end..value_end],
        }
    }

    /// The label and the hash of each entry.
    fn labelled(self) -> impl Iterator<Item = (Label, &'a Hash)> {
        (0..self.tags.len()).map(move |index| {
            let entry = self.entry(index);
            (entry.label(), entry.hash)
        })
    }

    /// The ends of an entry's key and of its value.
    fn ends_of(self, index: usize) -> (usize, usize) {
        let [a, b, c, d, e, f, g, h] = self.ends[index];
        (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize)
    }
}

/// The part of a key hash that a page's search compares first.
fn tag_of(key_hash: &Hash) -> &[u8; TAG_BYTES] {
    key_hash[TAG_START..].first_chunk().expect("a hash is longer")
}
