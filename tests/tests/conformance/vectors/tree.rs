//! State trees and proofs.

use lojal_ledger::StateTree;
use lojal_ledger::tree::{PAGE_ENTRIES_MAX, Proof};
use lojal_types::Hash;
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    /// Keys and values, both UTF-8, in any order.
    entries: Vec<(String, String)>,
    /// The keys to prove, present or not.
    prove: Vec<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    root: Hash,
    proofs: Vec<Shown>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Shown {
    key: String,
    /// `null`: the proof shows that the key is absent.
    value: Option<String>,
    proof_borsh: String,
}

fn build(input: &Input) -> Output {
    let tree = StateTree::from_entries(input.entries.iter().map(|(key, value)| (key, value)));
    let reversed = StateTree::from_entries(input.entries.iter().rev().map(|(key, value)| (key, value)));
    assert_eq!(tree.root(), reversed.root(), "the root depends on the content alone");
    let show = |key: &String| {
        let value = tree.get(key.as_bytes()).expect("in memory");
        let proof: Proof = tree.prove(key.as_bytes()).expect("in memory");
        assert_eq!(proof.verify(&tree.root(), key.as_bytes(), value), Ok(()));
        assert!(proof.verify(&tree.root(), key.as_bytes(), Some(b"another value")).is_err());
        let value = value.map(|bytes| String::from_utf8(bytes.to_vec()).expect("the input is text"));
        Shown { key: key.clone(), value, proof_borsh: canonical_hex(&proof) }
    };
    Output { root: Hash::new(tree.root()), proofs: input.prove.iter().map(show).collect() }
}

fn sample(count: usize) -> (String, Input) {
    let entries: Vec<(String, String)> =
        (0..count).map(|number| (format!("key {number}"), format!("value {}", number * number))).collect();
    let prove = entries.iter().take(2).map(|(key, _)| key.clone()).chain(["absent".to_owned()]).collect();
    (format!("{count} entries"), Input { entries, prove })
}

/// Entries of three accounts, whose keys begin with a byte of a kind that is about accounts and 20 of an address.
fn of_accounts() -> (String, Input) {
    let key = |account: char, brand: u32| format!("+{account}{0:019}/{brand}", 0);
    let brands = |account| (0..4).map(move |brand| (key(account, brand), format!("{brand} points of {account}")));
    let entries = "abc".chars().flat_map(brands).collect();
    let prove = vec![key('a', 2), key('b', 9), "of nobody".to_owned()];
    ("entries of three accounts".to_owned(), Input { entries, prove })
}

#[test]
fn state_trees_have_their_roots_and_proofs() {
    let counts = [0, 1, 2, PAGE_ENTRIES_MAX, PAGE_ENTRIES_MAX + 1, 100];
    let about = "Entries in any order -> the root of the state tree, and proofs of membership and absence against it";
    check("tree.json", about, counts.into_iter().map(sample).chain([of_accounts()]).collect(), build);
}
