//! The pages of a version with their places, for a store to write, and a version out of what a store knows of its
//! pages, with none of them in memory.

use std::iter::Peekable;

use thiserror::Error;

use super::hash::Hash;
use super::node::{Node, Page};
use super::{DEPTH_MAX, PAGE_ENTRIES_MAX, StateTree};

/// All that a version keeps of a page that is not in memory, and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageAt {
    /// The bits in which its key hashes agree, and 0 after them.
    pub path: [u8; 32],
    /// The number of these bits.
    pub depth: u16,
    /// Its hash.
    pub hash: [u8; 32],
    /// The number of its entries; 0 of a part of a larger tree where there are none.
    pub entries: u8,
}

impl PageAt {
    /// True if two pages have key hashes in common: one of them is in the other's place then.
    pub fn overlaps(&self, other: &Self) -> bool {
        agree(&self.path, &other.path, usize::from(self.depth.min(other.depth)))
    }
}

/// True if two paths agree in so many first bits.
pub(super) fn agree(one: &Hash, other: &Hash, depth: usize) -> bool {
    let (bytes, bits) = (depth / 8, depth % 8);
    one[..bytes] == other[..bytes] && (bits == 0 || (one[bytes] ^ other[bytes]) >> (8 - bits) == 0)
}

/// A page that is in memory.
#[derive(Clone, Copy)]
pub struct PageInMemory<'a>(&'a Page);

impl PageInMemory<'_> {
    /// Appends the bytes that [`LoadedPage::decode`](super::LoadedPage::decode) reads.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        self.0.encode(bytes);
    }

    /// The memory that it takes, in bytes.
    pub fn size(&self) -> usize {
        self.0.size()
    }
}

/// A page that can't be where it is said to be: the pages are not those of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the pages of the state are not those of a tree")]
pub struct MisplacedPage;

impl StateTree {
    /// Calls `f` for each page, in the order of the key hashes, with what there is of it in memory.
    pub fn pages(&self, mut f: impl FnMut(PageAt, Option<PageInMemory<'_>>)) {
        walk(&self.top, Place::TOP, &mut f);
    }

    /// Calls `f` for each page of `newer` that isn't one of `older` in the same place, in the order of the key hashes:
    /// also where there are no entries any more. Subtrees that both versions share cost nothing.
    pub fn changed_pages(older: &StateTree, newer: &StateTree, mut f: impl FnMut(PageAt, Option<PageInMemory<'_>>)) {
        walk_changed(&older.top, &newer.top, Place::TOP, &mut f);
    }

    /// The version that has these pages, which come in the order of the key hashes, and none of them in memory.
    ///
    /// # Errors
    /// When there is no such version.
    pub fn of_pages(pages: impl IntoIterator<Item = PageAt>) -> Result<Self, MisplacedPage> {
        Ok(Self { top: all_of_pages(pages, Place::TOP)? })
    }

    /// The same out of two halves, which can be made at the same time.
    ///
    /// # Errors
    /// When there is no such version.
    pub fn of_halves(left: Half, right: Half) -> Result<Self, MisplacedPage> {
        if left.node.len() + right.node.len() <= PAGE_ENTRIES_MAX as u64 {
            return Err(MisplacedPage);
        }
        Ok(Self { top: Node::branch(left.node, right.node) })
    }
}

/// One half of a version that has more than one page.
pub struct Half {
    node: Node,
}

impl Half {
    /// The half with these pages, none of them in memory: those whose path begins with 0, or those with 1.
    ///
    /// # Errors
    /// When there is no such version.
    pub fn of_pages(is_right: bool, pages: impl IntoIterator<Item = PageAt>) -> Result<Self, MisplacedPage> {
        let place = if is_right { Place::TOP.right() } else { Place::TOP.left() };
        Ok(Self { node: all_of_pages(pages, place)? })
    }
}

fn all_of_pages(pages: impl IntoIterator<Item = PageAt>, place: Place) -> Result<Node, MisplacedPage> {
    let mut pages = pages.into_iter().peekable();
    let node = of_pages(&mut pages, place)?;
    pages.next().map_or(Ok(node), |_| Err(MisplacedPage))
}

/// The place of a subtree.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) path: Hash,
    depth: usize,
}

impl Place {
    pub(super) const TOP: Self = Self { path: [0; 32], depth: 0 };

    pub(super) fn new(path: Hash, depth: usize) -> Self {
        Self { path, depth }
    }

    pub(super) fn depth(self) -> u16 {
        u16::try_from(self.depth).expect("a key hash has 256 bits")
    }

    pub(super) fn left(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    pub(super) fn right(mut self) -> Self {
        self.path[self.depth / 8] |= 0x80 >> (self.depth % 8);
        self.left()
    }

    fn page(self, node: &Node) -> PageAt {
        let entries = u8::try_from(node.len()).expect("a page has at most sixteen entries");
        PageAt { path: self.path, depth: self.depth(), hash: *node.hash(), entries }
    }

    /// True if every key hash here and below is lower than one.
    pub(super) fn ends_before(self, key_hash: &Hash) -> bool {
        let mut last = self.path;
        (self.depth..DEPTH_MAX).for_each(|bit| last[bit / 8] |= 0x80 >> (bit % 8));
        last < *key_hash
    }

    /// True of a page that lies here or below.
    fn has(&self, page: &PageAt) -> bool {
        (self.depth..=DEPTH_MAX).contains(&usize::from(page.depth)) && agree(&page.path, &self.path, self.depth)
    }
}

pub(super) fn walk(node: &Node, place: Place, f: &mut impl FnMut(PageAt, Option<PageInMemory<'_>>)) {
    match node {
        Node::Branch(branch) => {
            walk(&branch.left, place.left(), f);
            walk(&branch.right, place.right(), f);
        }
        Node::Page(page) => f(place.page(node), Some(PageInMemory(page))),
        Node::Absent(_) => f(place.page(node), None),
    }
}

pub(super) fn walk_changed(
    older: &Node,
    newer: &Node,
    place: Place,
    f: &mut impl FnMut(PageAt, Option<PageInMemory<'_>>),
) {
    if older.is_same(newer) || older.hash() == newer.hash() {
        return;
    }
    match (older, newer) {
        (Node::Branch(older), Node::Branch(newer)) => {
            walk_changed(&older.left, &newer.left, place.left(), f);
            walk_changed(&older.right, &newer.right, place.right(), f);
        }
        // What was one page is none of several.
        _ => walk(newer, place, f),
    }
}

/// Calls `f` for all pages of `newer`, with whether [`walk_changed`] would come to it.
pub(super) fn walk_all(
    older: &Node,
    newer: &Node,
    place: Place,
    f: &mut impl FnMut(PageAt, Option<PageInMemory<'_>>, bool),
) {
    match (older, newer) {
        _ if older.is_same(newer) || older.hash() == newer.hash() => {
            walk(newer, place, &mut |at, page| f(at, page, false))
        }
        (Node::Branch(older), Node::Branch(newer)) => {
            walk_all(&older.left, &newer.left, place.left(), f);
            walk_all(&older.right, &newer.right, place.right(), f);
        }
        _ => walk(newer, place, &mut |at, page| f(at, page, true)),
    }
}

/// The subtree at a place, of the pages that come next and lie there.
fn of_pages(pages: &mut Peekable<impl Iterator<Item = PageAt>>, place: Place) -> Result<Node, MisplacedPage> {
    let Some(next) = pages.peek().filter(|next| place.has(next)) else { return Ok(Node::default()) };
    if usize::from(next.depth) == place.depth {
        let PageAt { hash, entries, .. } = *next;
        pages.next();
        return match usize::from(entries) {
            0 => Ok(Node::default()),
            1..=PAGE_ENTRIES_MAX => Ok(Node::absent(hash, entries)),
            _ => Err(MisplacedPage),
        };
    }
    let left = of_pages(pages, place.left())?;
    let right = of_pages(pages, place.right())?;
    // So few entries are one page.
    if left.len() + right.len() <= PAGE_ENTRIES_MAX as u64 {
        return Err(MisplacedPage);
    }
    Ok(Node::branch(left, right))
}

#[cfg(test)]
mod tests;
