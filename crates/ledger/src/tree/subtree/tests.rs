use super::*;
use crate::tree::{StateTree, hash_key};

type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// Entries of a tree with some branches.
fn entries() -> Entries {
    let mut entries: Entries =
        (0..200_u32).map(|number| (number.to_be_bytes().to_vec(), vec![number as u8; number as usize % 7])).collect();
    entries.sort_by_key(|(key, _)| hash_key(key));
    entries
}

fn encode(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in entries {
        for part in [key, value] {
            bytes.extend((part.len() as u32).to_le_bytes());
        }
        bytes.extend(key);
        bytes.extend(value);
    }
    bytes
}

/// The entries whose key hashes begin with these bits.
fn part(bits: &[bool]) -> ([u8; 32], Entries) {
    let mut path = [0; 32];
    for (at, _) in bits.iter().enumerate().filter(|(_, bit)| **bit) {
        path[at / 8] |= 0x80 >> (at % 8);
    }
    let is_in = |(key, _): &(Vec<u8>, Vec<u8>)| agree(&path, &hash_key(key), bits.len());
    (path, entries().into_iter().filter(is_in).collect())
}

fn subtree(bits: &[bool]) -> Subtree {
    let (path, entries) = part(bits);
    Subtree::decode(&path, bits.len() as u16, &encode(&entries)).expect("entries of this place, in their order")
}

#[test]
fn subtrees_that_lie_next_to_each_other_give_the_tree_and_its_root() {
    let tree = StateTree::from_entries(entries());
    for cuts in [vec![vec![]], vec![vec![false], vec![true]], vec![vec![false], vec![true, false], vec![true, true]]] {
        let subtrees: Vec<Subtree> = cuts.iter().map(|bits| subtree(bits)).collect();
        let parts: Vec<(u16, [u8; 32])> =
            subtrees.iter().zip(&cuts).map(|(subtree, bits)| (bits.len() as u16, *subtree.hash())).collect();
        let (root, paths) = root_of_subtrees(&parts).expect("a tree");
        assert_eq!(root, tree.root());
        assert_eq!(paths, cuts.iter().map(|bits| part(bits).0).collect::<Vec<_>>());
        assert_eq!(subtrees.iter().map(Subtree::len).sum::<u64>(), tree.len());
        let whole = StateTree::of_subtrees(subtrees).expect("a tree");
        assert_eq!((whole.root(), whole.len()), (tree.root(), tree.len()));
    }
}

#[test]
fn the_pages_of_a_subtree_are_those_that_the_tree_has_there() {
    let encoded = |page: PageInMemory<'_>| {
        let mut bytes = Vec::new();
        page.encode(&mut bytes);
        bytes
    };
    let (mut of_tree, mut of_halves) = (Vec::new(), Vec::new());
    let tree = StateTree::from_entries(entries());
    tree.pages(|at, page| of_tree.push((at, encoded(page.expect("in memory")))));
    for half in [subtree(&[false]), subtree(&[true])] {
        half.pages(|at, page| of_halves.push((at, encoded(page))));
    }
    assert_eq!(of_halves, of_tree);
}

#[test]
fn entries_out_of_order_twice_or_of_another_place_are_no_subtree() {
    let (path, right) = part(&[false]);
    let mut swapped = right.clone();
    swapped.swap(3, 4);
    let twice = [&right[..1], &right[..]].concat();
    let stranger = [&right[..], &part(&[true]).1[..1]].concat();
    for wrong in [swapped, twice, stranger] {
        assert!(matches!(Subtree::decode(&path, 1, &encode(&wrong)), Err(PageError::Form)));
    }
    let bytes = encode(&right);
    assert!((1..9).all(|short| Subtree::decode(&path, 1, &bytes[..bytes.len() - short]).is_err()));
    assert!(Subtree::decode(&path, 1, &[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn depths_that_no_tree_has_are_refused() {
    let hash = [7; 32];
    for depths in [&[][..], &[1], &[0, 0], &[1, 1, 1], &[1, 2], &[2, 1, 2], &[257, 257]] {
        let parts: Vec<(u16, [u8; 32])> = depths.iter().map(|depth| (*depth, hash)).collect();
        assert_eq!(root_of_subtrees(&parts), Err(MisplacedPage), "{depths:?}");
    }
}
