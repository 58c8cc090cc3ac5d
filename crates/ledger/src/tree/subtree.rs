//! Subtrees by themselves: out of their entries, and a tree out of subtrees that lie next to each other.

use std::iter::Peekable;

use super::branches::{MisplacedPage, PageAt, PageInMemory, Place, agree, walk};
use super::hash::{Hash, hash_branch};
use super::node::{Entry, Node};
use super::page::{PageError, StoredEntry, next_entry};
use super::{DEPTH_MAX, StateTree};

/// All entries whose key hashes begin with the same bits.
pub struct Subtree {
    node: Node,
    place: Place,
}

impl Subtree {
    /// The subtree at a place, out of its entries in the order of their key hashes, each as a page has it: the lengths
    /// of key and value (two little-endian u32), and then key and value.
    ///
    /// # Errors
    /// When the bytes are no entries, or those of another place or in another order.
    pub fn decode(path: &[u8; 32], depth: u16, mut bytes: &[u8]) -> Result<Self, PageError> {
        let mut stored: Vec<StoredEntry<'_>> = Vec::new();
        while let Some(entry) = next_entry(&mut bytes)? {
            let is_next = stored.last().is_none_or(|(last, ..)| *last < entry.0);
            if !is_next || !agree(path, &entry.0, usize::from(depth)) {
                return Err(PageError::Form);
            }
            stored.push(entry);
        }
        let entries: Vec<Entry<'_>> =
            stored.iter().map(|(key_hash, hash, key, value)| Entry { key_hash, hash, key, value }).collect();
        let node = Node::build(&entries, usize::from(depth));
        Ok(Self { node, place: Place::new(*path, usize::from(depth)) })
    }

    /// The hash that the branch above it has of it; the root if it is the whole tree.
    pub fn hash(&self) -> &[u8; 32] {
        self.node.hash()
    }

    /// The number of its entries.
    pub fn len(&self) -> u64 {
        self.node.len()
    }

    /// True if it has no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `f` for each of its pages, in the order of the key hashes.
    pub fn pages(&self, mut f: impl FnMut(PageAt, PageInMemory<'_>)) {
        walk(&self.node, self.place, &mut |at, page| f(at, page.expect("all that was decoded is in memory")));
    }
}

/// The root of the tree that has these subtrees, given by depth and hash in the order of the key hashes, and the way to
/// each: "They lie next to each other, and their depths and hashes give the root." (protocol, Snapshots)
///
/// # Errors
/// When there is no tree with subtrees of these depths.
pub fn root_of_subtrees(subtrees: &[(u16, [u8; 32])]) -> Result<([u8; 32], Vec<[u8; 32]>), MisplacedPage> {
    let mut paths = Vec::with_capacity(subtrees.len());
    let root = fold(subtrees.iter().copied(), |left, right| hash_branch(&left, &right), |path| paths.push(path))?;
    Ok((root, paths))
}

impl StateTree {
    /// The tree that has these subtrees, in the order of the key hashes.
    ///
    /// # Errors
    /// When there is no such tree.
    pub fn of_subtrees(subtrees: impl IntoIterator<Item = Subtree>) -> Result<Self, MisplacedPage> {
        let subtrees = subtrees.into_iter().map(|subtree| (subtree.place.depth(), subtree.node));
        Ok(Self { top: fold(subtrees, Node::branch, |_| ())? })
    }
}

/// Joins subtrees from the deepest up, and tells the way to each.
fn fold<T>(
    subtrees: impl Iterator<Item = (u16, T)>,
    join: impl Fn(T, T) -> T,
    mut tell: impl FnMut(Hash),
) -> Result<T, MisplacedPage> {
    let mut subtrees = subtrees.peekable();
    let top = fold_at(&mut subtrees, Place::TOP, &join, &mut tell)?;
    subtrees.next().map_or(Ok(top), |_| Err(MisplacedPage))
}

fn fold_at<T>(
    subtrees: &mut Peekable<impl Iterator<Item = (u16, T)>>,
    place: Place,
    join: &impl Fn(T, T) -> T,
    tell: &mut impl FnMut(Hash),
) -> Result<T, MisplacedPage> {
    let allowed = place.depth()..=DEPTH_MAX as u16;
    let depth = subtrees.peek().map(|(depth, _)| *depth).filter(|depth| allowed.contains(depth));
    if depth.ok_or(MisplacedPage)? == place.depth() {
        let (_, subtree) = subtrees.next().ok_or(MisplacedPage)?;
        tell(place.path);
        return Ok(subtree);
    }
    let left = fold_at(subtrees, place.left(), join, tell)?;
    let right = fold_at(subtrees, place.right(), join, tell)?;
    Ok(join(left, right))
}

#[cfg(test)]
mod tests;
