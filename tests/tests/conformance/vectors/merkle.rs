//! Merkle roots over lists.

use lojal_chain::inclusion::Path;
use lojal_types::{Bounded, Hash, merkle};

use super::golden::{canonical_hex, check};

/// Items of different lengths, the first of them empty.
fn items(count: u8) -> Vec<String> {
    (0..count).map(|number| hex::encode(vec![number; usize::from(number)])).collect()
}

fn root(items: &[String]) -> Hash {
    let items: Vec<Vec<u8>> = items.iter().map(|item| hex::decode(item).expect("items are hex")).collect();
    Hash::new(merkle::root(items.iter().map(Vec::as_slice)))
}

#[test]
fn lists_have_their_merkle_roots() {
    let samples = (0..=9).chain([16, 21]).map(|count| (format!("{count} items"), items(count))).collect();
    let about =
        "Merkle tree hashes over lists of byte strings (RFC 9162, section 2.1.1): transactions and receipts of a block";
    check("merkle.json", about, samples, |items: &Vec<String>| root(items));
}

#[test]
fn every_item_of_a_list_has_its_path_to_the_root() {
    let samples = (1..=9).chain([16, 21]).map(|count| (format!("{count} items"), items(count))).collect();
    let about = "For each item of a list, the canonical bytes of its path to the list's Merkle root: steps from below, \
                 each whether the other hash stands on the left, and that hash";
    check("paths.json", about, samples, |items: &Vec<String>| {
        let leaf = |item: &String| merkle::leaf(&hex::decode(item).expect("items are hex"));
        let leaves: Vec<[u8; 32]> = items.iter().map(leaf).collect();
        let path = |index| {
            let path = merkle::path(&leaves, index).expect("it is there");
            assert_eq!(Hash::new(merkle::root_of_path(leaves[index], &path)), root(items));
            let path: Path = Bounded::new(path).expect("a short one");
            canonical_hex(&path)
        };
        (0..items.len()).map(path).collect::<Vec<String>>()
    });
}
