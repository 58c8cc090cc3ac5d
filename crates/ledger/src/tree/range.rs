//! Pages next to each other, from a key hash on, for whoever goes through a version by and by.

use super::branches::Place;
use super::hash::Hash;
use super::node::Node;
use super::{Missing, StateTree};

/// The keys of a page, and the least key hash that can be in it.
pub(crate) struct PageOfKeys<'a> {
    pub(crate) path: Hash,
    pub(crate) keys: Vec<&'a [u8]>,
}

/// Some pages next to each other.
pub(crate) struct Range<'a> {
    /// In the order of the key hashes.
    pub(crate) pages: Vec<PageOfKeys<'a>>,
    /// The least key hash that can be in the page after them; none at the end.
    pub(crate) next: Option<Hash>,
}

impl StateTree {
    /// The pages that have, or could have, a key hash or a later one, so many at most.
    ///
    /// # Errors
    /// All of them that are not in memory.
    pub(crate) fn pages_from(&self, from: &Hash, most: usize) -> Result<Range<'_>, Missing> {
        let (pages, next) = (Vec::new(), None);
        let mut walk = Walk { from, most, range: Range { pages, next }, missing: Vec::new() };
        walk.through(&self.top, Place::TOP);
        Missing::all(walk.missing).map(|()| walk.range)
    }
}

struct Walk<'a, 'b> {
    from: &'b Hash,
    most: usize,
    range: Range<'a>,
    missing: Vec<Hash>,
}

impl<'a> Walk<'a, '_> {
    fn through(&mut self, node: &'a Node, place: Place) {
        if self.range.next.is_some() || place.ends_before(self.from) {
            return;
        }
        if let Node::Branch(branch) = node {
            self.through(&branch.left, place.left());
            self.through(&branch.right, place.right());
            return;
        }
        if self.range.pages.len() + self.missing.len() >= self.most {
            self.range.next = Some(place.path);
            return;
        }
        match node {
            Node::Page(page) => {
                let keys = page.entries().map(|entry| entry.key).collect();
                self.range.pages.push(PageOfKeys { path: place.path, keys });
            }
            absent => self.missing.push(*absent.hash()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::hash_key;

    #[test]
    fn ranges_of_pages_are_all_of_them_each_once_wherever_they_are_cut() {
        let entries: Vec<([u8; 4], [u8; 1])> = (0..500_u32).map(|number| (number.to_le_bytes(), [7])).collect();
        let tree = StateTree::from_entries(entries);
        let all: Vec<&[u8]> = tree.iter().map(|entry| entry.expect("in memory").0).collect();
        for most in [1, 3, 1_000] {
            let (mut found, mut from) = (Vec::new(), Some([0; 32]));
            while let Some(path) = from {
                let range = tree.pages_from(&path, most).expect("in memory");
                assert!(range.pages.len() <= most);
                assert!(range.pages.iter().all(|page| page.path >= path));
                found.extend(range.pages.into_iter().flat_map(|page| page.keys));
                from = range.next;
            }
            assert_eq!(found, all);
        }
        let last = hash_key(all[499]);
        let end = tree.pages_from(&last, 9).expect("in memory");
        assert!(end.pages.len() == 1 && end.pages[0].keys.contains(&all[499]) && end.next.is_none());
        let empty = StateTree::new();
        assert!(empty.pages_from(&[0; 32], 1).expect("in memory").pages[0].keys.is_empty());
    }
}
