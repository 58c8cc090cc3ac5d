//! The pages that a version has in memory: more when they have been loaded, fewer when they are given up. The version
//! stays the same one, with the same hashes.

use super::hash::bit;
use super::node::{Branch, Node};
use super::page::{LoadedPage, PagePath};
use super::{Hash, StateTree};

impl StateTree {
    /// The same version with these pages in memory. Those that belong to another version, or are there already, change
    /// nothing.
    #[must_use = "a tree is immutable: the pages are in the one returned"]
    pub fn with_pages<'a>(&self, pages: impl IntoIterator<Item = &'a LoadedPage>) -> Self {
        let mut sorted: Vec<&LoadedPage> = pages.into_iter().collect();
        sorted.sort_unstable_by(|one, another| one.first().cmp(another.first()));
        Self { top: bring(&self.top, &sorted, 0) }
    }

    /// The same version without those of the pages at the ends of these paths, in their order, that `gives_up` says,
    /// given the hash of a page and the bytes of memory that it takes.
    #[must_use = "a tree is immutable: the pages are gone in the one returned"]
    pub fn without_pages(&self, paths: &[PagePath], mut gives_up: impl FnMut(&[u8; 32], usize) -> bool) -> Self {
        Self { top: leave(&self.top, paths, 0, &mut gives_up) }
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

fn leave(node: &Node, paths: &[PagePath], depth: u32, gives_up: &mut impl FnMut(&Hash, usize) -> bool) -> Node {
    match node {
        Node::Page(page) if !paths.is_empty() && page.len() > 0 && gives_up(page.hash(), page.size()) => {
            Node::absent(*page.hash(), page.len())
        }
        Node::Branch(branch) if !paths.is_empty() && depth < u128::BITS => {
            let (left, right) = paths.split_at(paths.partition_point(|path| !path.goes_right(depth)));
            let left = leave(&branch.left, left, depth + 1, gives_up);
            with_halves(node, branch, left, leave(&branch.right, right, depth + 1, gives_up))
        }
        _ => node.clone(),
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
