//! The pages that a version has in memory: more when they have been loaded, fewer when they are given up. The version
//! stays the same one, with the same hashes.

use super::node::{Branch, Node, bit};
use super::page::LoadedPage;
use super::{Hash, StateTree};

/// One of the equal parts of all key hashes: those that begin with these bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part(u8);

impl Part {
    /// The number of parts.
    pub const COUNT: usize = 256;
    /// The bits that say which part a key hash is in.
    const BITS: usize = 8;

    /// All of them, in the order of the key hashes.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=u8::MAX).map(Self)
    }

    /// The part that a key hash is in.
    pub fn of(key_hash: &[u8; 32]) -> Self {
        Self(key_hash[0])
    }

    /// The part that the first key hash of a page is in.
    pub fn of_page(page: &LoadedPage) -> Self {
        Self::of(page.first())
    }

    /// Its number in their order, from 0.
    pub fn number(self) -> usize {
        self.0.into()
    }

    /// The part after it; after the last one the first.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    fn goes_right(self, depth: usize) -> bool {
        self.0 & (0x80 >> depth) != 0
    }

    /// True if it is the first of the parts that agree in their first bits.
    fn is_first_below(self, depth: usize) -> bool {
        self.0 & (u8::MAX >> depth) == 0
    }
}

impl StateTree {
    /// The same version with these pages in memory. Those that belong to another version, or are there already, change
    /// nothing.
    #[must_use = "a tree is immutable: the pages are in the one returned"]
    pub fn with_pages<'a>(&self, pages: impl IntoIterator<Item = &'a LoadedPage>) -> Self {
        let mut sorted: Vec<&LoadedPage> = pages.into_iter().collect();
        sorted.sort_unstable_by(|one, another| one.first().cmp(another.first()));
        Self { top: bring(&self.top, &sorted, 0) }
    }

    /// The same version without those pages of a part that `gives_up` says, given the hash of a page and the bytes of
    /// memory that it takes. A page that lies in several parts, because the tree is small, is one of the first.
    #[must_use = "a tree is immutable: the pages are gone in the one returned"]
    pub fn without_pages(&self, part: Part, mut gives_up: impl FnMut(&[u8; 32], usize) -> bool) -> Self {
        Self { top: leave_part(&self.top, part, 0, &mut gives_up) }
    }

    /// The same version with those pages in memory that another one has, where that is the same: whoever keeps both
    /// then keeps there only what the other one has.
    #[must_use = "a tree is immutable: the pages are in the one returned"]
    pub fn like(&self, other: &StateTree) -> Self {
        Self { top: share(&self.top, &other.top) }
    }
}

/// The subtree at `depth` with pages, sorted by key hash, of which some may belong into it.
fn bring(node: &Node, pages: &[&LoadedPage], depth: usize) -> Node {
    if pages.is_empty() {
        return node.clone();
    }
    match node {
        Node::Page(_) => node.clone(),
        Node::Absent(_) => match pages.iter().find(|page| page.hash() == node.hash()) {
            Some(page) => Node::Page(page.0.clone()),
            None => node.clone(),
        },
        Node::Branch(branch) => {
            let middle = pages.partition_point(|page| !bit(page.first(), depth));
            let (left, right) = pages.split_at(middle);
            with_halves(node, branch, bring(&branch.left, left, depth + 1), bring(&branch.right, right, depth + 1))
        }
    }
}

/// The way to a part.
fn leave_part(node: &Node, part: Part, depth: usize, gives_up: &mut impl FnMut(&Hash, usize) -> bool) -> Node {
    match node {
        Node::Branch(branch) if depth < Part::BITS => {
            let (mut left, mut right) = (branch.left.clone(), branch.right.clone());
            let half = if part.goes_right(depth) { &mut right } else { &mut left };
            *half = leave_part(half, part, depth + 1, gives_up);
            with_halves(node, branch, left, right)
        }
        _ if depth < Part::BITS && !part.is_first_below(depth) => node.clone(),
        _ => leave(node, gives_up),
    }
}

fn leave(node: &Node, gives_up: &mut impl FnMut(&Hash, usize) -> bool) -> Node {
    match node {
        Node::Page(page) if page.len() > 0 && gives_up(page.hash(), page.size()) => {
            Node::absent(*page.hash(), page.len())
        }
        Node::Branch(branch) => {
            let (left, right) = (leave(&branch.left, gives_up), leave(&branch.right, gives_up));
            with_halves(node, branch, left, right)
        }
        Node::Page(_) | Node::Absent(_) => node.clone(),
    }
}

fn share(node: &Node, other: &Node) -> Node {
    match (node, other) {
        _ if node.hash() == other.hash() => other.clone(),
        (Node::Branch(branch), Node::Branch(other)) => {
            with_halves(node, branch, share(&branch.left, &other.left), share(&branch.right, &other.right))
        }
        _ => node.clone(),
    }
}

/// The branch with halves that have its halves' hashes; itself if they are its own.
fn with_halves(node: &Node, branch: &Branch, left: Node, right: Node) -> Node {
    if left.is_same(&branch.left) && right.is_same(&branch.right) {
        return node.clone();
    }
    branch.with(left, right)
}

#[cfg(test)]
mod tests;
