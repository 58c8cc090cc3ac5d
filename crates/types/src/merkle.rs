//! Merkle roots over lists, as certificate transparency defines them: "Lists (transactions, receipts): RFC 9162,
//! section 2.1.1 (0x00 before leaves, 0x01 before nodes)." (protocol, Bytes) And paths from an item to such a root.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::Hash;

/// One step of a path from an item to the root: "whether the other hash stands on the left, and that hash" (protocol,
/// Light clients).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// True if the other one stands on the left.
    pub is_left: bool,
    /// The hash of what stands beside the path.
    pub other: Hash,
}

/// The hash of one item.
pub fn leaf(data: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix([0]).chain_update(data).finalize().into()
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The Merkle tree hash of a list; that of no items is the hash of nothing.
pub fn root<'a>(items: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    root_of_leaves(items.map(leaf))
}

/// The Merkle tree hash of a list of which each item's [`leaf`] is known.
///
/// Keeps one complete subtree per power of two, as a binary counter does, and joins them from the smallest.
pub fn root_of_leaves(leaves: impl Iterator<Item = [u8; 32]>) -> [u8; 32] {
    let mut complete: Vec<(u32, [u8; 32])> = Vec::new(); // (log2 of the leaves, hash), largest first
    for leaf in leaves {
        let mut joined = (0, leaf);
        while let Some((level, left)) = complete.pop_if(|(level, _)| *level == joined.0) {
            joined = (level + 1, node(&left, &joined.1));
        }
        complete.push(joined);
    }
    let mut rest = complete.into_iter().rev().map(|(_, hash)| hash);
    let Some(last) = rest.next() else { return Sha256::digest([]).into() };
    rest.fold(last, |right, left| node(&left, &right))
}

/// The path to the root from one of the items whose [`leaf`] hashes these are, from below; none from an item that isn't
/// there.
pub fn path(leaves: &[[u8; 32]], index: usize) -> Option<Vec<Step>> {
    Tree::new(leaves.to_vec()).path(index)
}

/// A whole tree over a list, for whoever needs the paths of many items.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The leaves, and above them the nodes of each level; where a level has an odd one at its end, that is in the next
    /// one, too.
    levels: Vec<Vec<[u8; 32]>>,
}

impl Tree {
    /// The tree over items whose [`leaf`] hashes these are.
    pub fn new(leaves: Vec<[u8; 32]>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => node(left, right),
                alone => alone[0],
            });
            levels.push(above.collect());
        }
        Self { levels }
    }
    /// The Merkle tree hash.
    pub fn root(&self) -> [u8; 32] {
        root_of_leaves(self.levels.last().into_iter().flatten().copied())
    }
    /// The path to the root from an item, from below; none from one that isn't there.
    pub fn path(&self, index: usize) -> Option<Vec<Step>> {
        self.levels.first().filter(|leaves| index < leaves.len())?;
        let beside = |(height, level): (usize, &Vec<[u8; 32]>)| {
            let at = index >> height;
            let other = level.get(at ^ 1)?;
            Some(Step { is_left: at % 2 == 1, other: Hash::new(*other) })
        };
        Some(self.levels.iter().enumerate().filter_map(beside).collect())
    }
}

/// The root to which a path leads from the [`leaf`] hash of an item.
pub fn root_of_path(leaf: [u8; 32], path: &[Step]) -> [u8; 32] {
    let join = |hash: [u8; 32], step: &Step| match step.is_left {
        true => node(step.other.as_bytes(), &hash),
        false => node(&hash, step.other.as_bytes()),
    };
    path.iter().fold(leaf, join)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// MTH of RFC 9162, word for word.
    fn naive(items: &[Vec<u8>]) -> [u8; 32] {
        match items.len() {
            0 => Sha256::digest([]).into(),
            1 => leaf(&items[0]),
            n => {
                let k = n.next_power_of_two() / 2;
                node(&naive(&items[..k]), &naive(&items[k..]))
            }
        }
    }

    #[test]
    fn the_vectors_of_certificate_transparency_hold() {
        // Inputs and roots of the reference implementation's tests (RFC 6962 trees are those of RFC 9162).
        let inputs =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let roots = [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ];
        let items: Vec<Vec<u8>> = inputs.iter().map(|text| hex::decode(text).expect("hex")).collect();
        for (count, expected) in roots {
            let found = root(items[..count].iter().map(Vec::as_slice));
            assert_eq!(hex::encode(found), expected, "{count} leaves");
        }
    }

    proptest! {
        #[test]
        fn equals_the_recursive_definition(
            items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..70)
        ) {
            prop_assert_eq!(root(items.iter().map(Vec::as_slice)), naive(&items));
        }

        #[test]
        fn a_path_leads_from_every_item_to_the_root_and_from_nothing_else(
            items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..8), 0..70)
        ) {
            let leaves: Vec<[u8; 32]> = items.iter().map(|item| leaf(item)).collect();
            for (index, of_item) in leaves.iter().enumerate() {
                let path = path(&leaves, index).expect("it is there");
                prop_assert!(path.len() <= leaves.len().next_power_of_two().ilog2() as usize);
                prop_assert_eq!(root_of_path(*of_item, &path), naive(&items));
                prop_assert_ne!(root_of_path(leaf(b"another item"), &path), naive(&items));
                for at in 0..path.len() {
                    let mut turned = path.clone();
                    turned[at].is_left = !turned[at].is_left;
                    let is_twin = *path[at].other.as_bytes() == root_of_path(*of_item, &path[..at]);
                    prop_assert_eq!(root_of_path(*of_item, &turned) == naive(&items), is_twin);
                }
            }
            prop_assert_eq!(path(&leaves, leaves.len()), None);
            prop_assert_eq!(Tree::new(leaves.clone()).root(), naive(&items));
        }
    }
}
