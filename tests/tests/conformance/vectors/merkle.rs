//! Merkle roots over lists.

use lojal_types::{Hash, merkle};

use super::golden::check;

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
