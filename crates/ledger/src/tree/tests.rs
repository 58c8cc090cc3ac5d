use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sha2::{Digest, Sha256};

use super::hash::Hash;
use super::node::Node;
use super::update::{Change, update};
use super::{PAGE_ENTRIES_MAX, StateTree};
use crate::fixture::in_memory;

type Content = BTreeMap<Box<[u8]>, Box<[u8]>>;
type Changes = BTreeMap<Box<[u8]>, Option<Box<[u8]>>>;

/// The definition of the tree (protocol, State and proofs) word for word, over (key hash, label, entry hash) sorted by
/// key hash.
fn naive_root(entries: &[(Hash, [u8; 8], Hash)], depth: usize) -> Hash {
    let mut preimage = Vec::new();
    if entries.len() <= 16 {
        preimage.extend_from_slice(b"lojal/page/v1");
        for (_, label, hash) in entries {
            preimage.extend_from_slice(label);
            preimage.extend_from_slice(hash);
        }
    } else {
        let goes_right = |hash: &Hash| hash[depth / 8] >> (7 - depth % 8) & 1 == 1;
        let (right, left): (Vec<_>, Vec<_>) = entries.iter().partition(|(key_hash, ..)| goes_right(key_hash));
        preimage.extend_from_slice(b"lojal/branch/v1");
        preimage.extend_from_slice(&naive_root(&left, depth + 1));
        preimage.extend_from_slice(&naive_root(&right, depth + 1));
    }
    Sha256::digest(preimage).into()
}

fn naive_root_of(content: &Content) -> Hash {
    let hash = |tag: &str, bytes: &[u8]| -> Hash { Sha256::digest([tag.as_bytes(), bytes].concat()).into() };
    let entry = |key: &[u8], value: &[u8]| {
        let (mut place, mut label) = (hash("lojal/key/v1", key), None);
        if let [32..=47 | 64..=79, address @ ..] = key
            && address.len() >= 20
        {
            place[..4].copy_from_slice(&address[..4]);
            label = address.first_chunk().copied();
        }
        let label = label.or(place.first_chunk().copied()).expect("a hash is longer");
        (place, label, hash("lojal/entry/v1", &[&place, value].concat()))
    };
    let mut entries: Vec<_> = content.iter().map(|(key, value)| entry(key, value)).collect();
    entries.sort();
    naive_root(&entries, 0)
}

fn apply_to_map(content: &mut Content, changes: &Changes) {
    for (key, value) in changes {
        match value {
            Some(value) => content.insert(key.clone(), value.clone()),
            None => content.remove(key),
        };
    }
}

fn content_of(tree: &StateTree) -> Content {
    in_memory(tree.iter()).map(|(key, value)| (key.into(), value.into())).collect()
}

/// The changes that `StateTree::diff` lists; each key must come up once.
fn diff_of(older: &StateTree, newer: &StateTree) -> Changes {
    let mut changes = Changes::new();
    StateTree::diff(older, newer, |key_hash, key, value| {
        assert_eq!(*key_hash, super::hash_key(key));
        let before = changes.insert(key.into(), value.map(Into::into));
        assert!(before.is_none(), "{key:?} is listed twice");
    })
    .expect("in memory");
    changes
}

fn naive_diff(older: &Content, newer: &Content) -> Changes {
    let gone = older.keys().filter(|key| !newer.contains_key(*key));
    let set = newer.iter().filter(|(key, value)| older.get(*key) != Some(value));
    gone.map(|key| (key.clone(), None)).chain(set.map(|(key, value)| (key.clone(), Some(value.clone())))).collect()
}

fn account(i: u32) -> (Box<[u8]>, Box<[u8]>) {
    let key = format!("account/{i}").into_bytes();
    let value = format!("{} points", u64::from(i) * u64::from(i)).into_bytes();
    (key.into(), value.into())
}

fn accounts(numbers: impl IntoIterator<Item = u32>) -> StateTree {
    StateTree::from_entries(numbers.into_iter().map(account))
}

fn set(numbers: impl IntoIterator<Item = u32>) -> Changes {
    let entries = numbers.into_iter().map(account);
    entries.map(|(key, value)| (key, Some(value))).collect()
}

fn remove(numbers: impl IntoIterator<Item = u32>) -> Changes {
    numbers.into_iter().map(|i| (account(i).0, None)).collect()
}

fn hex(hash: Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn reproducible(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

fn key() -> impl Strategy<Value = Box<[u8]>> {
    (0..300_u16).prop_map(|i| i.to_be_bytes().into())
}

fn value() -> impl Strategy<Value = Box<[u8]>> {
    vec(0..3_u8, 0..3).prop_map(Into::into)
}

/// Batches of many keys and of few, with as many removals as values set.
fn batches() -> impl Strategy<Value = Vec<Changes>> {
    let batch = |len| btree_map(key(), proptest::option::of(value()), len);
    vec(prop_oneof![batch(0..6), batch(0..250)], 1..7)
}

/// Key hashes that agree in many first bits, so that subtrees grow deep and narrow.
fn crafted_key_hash() -> impl Strategy<Value = Hash> {
    (0..3_u8, 0..2_u8, 0..=255_u8).prop_map(|(first, middle, last)| {
        let mut hash = [0; 32];
        hash[0] = first << 6;
        hash[15] = middle;
        hash[31] = last;
        hash
    })
}

proptest! {
    #![proptest_config(reproducible(200))]

    #[test]
    fn any_batches_give_the_tree_that_the_final_content_defines(batches in batches()) {
        let mut tree = StateTree::new();
        let mut content = Content::new();
        for changes in &batches {
            let (old_tree, old_content) = (tree.clone(), content.clone());
            tree = tree.apply(changes).expect("in memory");
            apply_to_map(&mut content, changes);

            prop_assert_eq!(tree.root(), naive_root_of(&content));
            prop_assert_eq!(tree.len(), content.len() as u64);
            prop_assert_eq!(content_of(&tree), content.clone());
            prop_assert_eq!(StateTree::from_entries(&content).root(), tree.root());
            for key in changes.keys() {
                prop_assert_eq!(tree.get(key).expect("in memory"), content.get(key).map(|value| &**value));
            }

            let differences = diff_of(&old_tree, &tree);
            prop_assert_eq!(&differences, &naive_diff(&old_content, &content));
            prop_assert_eq!(old_tree.apply(&differences).expect("in memory").root(), tree.root());
            prop_assert_eq!(content_of(&old_tree), old_content, "an old version changed");
        }
        let one_by_one = batches.iter().flatten().fold(StateTree::new(), |tree, (key, value)| {
            tree.apply(&Changes::from([(key.clone(), value.clone())])).expect("in memory")
        });
        prop_assert_eq!(one_by_one.root(), tree.root());
    }

    #[test]
    fn the_order_of_entries_to_build_from_does_not_matter(
        entries in Just((0..100).collect::<Vec<u32>>()).prop_shuffle()
    ) {
        prop_assert_eq!(accounts(entries).root(), accounts(0..100).root());
    }

    #[test]
    fn deep_and_narrow_trees_keep_the_shape_that_their_content_defines_and_find_all_of_it(
        batches in vec(btree_map(crafted_key_hash(), any::<Option<u8>>(), 0..200), 1..6)
    ) {
        let mut top = Node::default();
        let mut content = BTreeMap::new();
        for batch in &batches {
            let mut changes = Vec::new();
            for (key_hash, value) in batch {
                if let Some(value) = value {
                    changes.push(Change::crafted(*key_hash, Some([*value; 32])));
                    content.insert(*key_hash, [*value; 32]);
                } else {
                    changes.push(Change::crafted(*key_hash, None));
                    content.remove(key_hash);
                }
            }
            top = update(&top, &changes, 0).expect("in memory");
            let entries: Vec<_> = content.iter().map(|(k, v)| (*k, *k.first_chunk().expect("longer"), *v)).collect();
            prop_assert_eq!(*top.hash(), naive_root(&entries, 0));
            prop_assert_eq!(top.len(), entries.len() as u64);
            // Their tags are all the same.
            for key_hash in batch.keys() {
                let found = top.find_page(key_hash, |_| ()).expect("in memory").get(key_hash);
                prop_assert_eq!(found.is_some(), content.contains_key(key_hash));
            }
        }
    }
}

#[test]
fn roots_match_the_golden_vectors() {
    // Computed with Python's hashlib from the definition in the module's documentation.
    let golden = [
        (0, "28f8249ca76c5282be95c73f3d5c93ee3cb0e4931dd4cc1d1013c83d8adc8733"),
        (16, "97c91541135546180e3a4f55ec167d5b4949d05525c1a726c600163d67682b94"),
        (20, "9543d1b0d52ac90aa5fd5a0f8b35c344f981d0591bd9ee7b94cc5d211302a49f"),
    ];
    for (len, root) in golden {
        assert_eq!(hex(accounts(0..len).root()), root, "{len} entries");
        assert_eq!(hex(StateTree::new().apply(&set(0..len)).expect("in memory").root()), root, "{len} entries");
    }
}

#[test]
fn a_tree_with_one_entry_more_than_a_page_branches_and_merges_back() {
    let full = PAGE_ENTRIES_MAX as u32;
    let page = accounts(0..full);
    assert!(matches!(page.top, Node::Page(_)));
    let branch = page.apply(&set([full])).expect("in memory");
    assert!(matches!(branch.top, Node::Branch(_)));
    let merged = branch.apply(&remove([full])).expect("in memory");
    assert!(matches!(merged.top, Node::Page(_)));
    assert_eq!(merged.root(), page.root());
}

#[test]
fn removing_everything_leaves_the_empty_tree() {
    let tree = accounts(0..500).apply(&remove(0..500)).expect("in memory");
    assert!(tree.is_empty());
    assert_eq!(tree.iter().count(), 0);
    assert_eq!(tree.root(), StateTree::new().root());
}

#[test]
fn one_batch_may_remove_and_set_in_the_same_page() {
    let mut changes = remove(0..12);
    changes.extend(set(12..24));
    assert_eq!(accounts(0..12).apply(&changes).expect("in memory").root(), accounts(12..24).root());
}

#[test]
fn the_last_of_several_entries_with_one_key_counts() {
    let tree = StateTree::from_entries([("a", "1"), ("b", "2"), ("a", "3"), ("a", "4")]);
    assert_eq!(tree.len(), 2);
    assert_eq!(tree.get(b"a").expect("in memory"), Some(&b"4"[..]));
    assert_eq!(tree.root(), StateTree::from_entries([("a", "4"), ("b", "2")]).root());
}

#[test]
fn an_empty_key_and_an_empty_value_are_entries_like_any_other() {
    let tree = StateTree::from_entries([("", ""), ("a", "")]);
    assert_eq!(tree.len(), 2);
    assert_eq!(tree.get(b"").expect("in memory"), Some(&b""[..]));
    assert_eq!(tree.get(b"b").expect("in memory"), None);
    assert_ne!(tree.root(), StateTree::from_entries([("a", "")]).root());
}

#[test]
fn changes_without_effect_keep_every_node() {
    let tree = accounts(0..500);
    let mut changes = set(100..400);
    changes.extend(remove(500..700));
    assert!(tree.top.is_same(&tree.apply(&changes).expect("in memory").top));
    assert!(tree.top.is_same(&tree.apply(&Changes::new()).expect("in memory").top));
}

#[test]
fn a_change_makes_only_the_nodes_of_its_path() {
    fn new_nodes(old: &Node, new: &Node) -> usize {
        match (old, new) {
            _ if old.is_same(new) => 0,
            (Node::Branch(old), Node::Branch(new)) => {
                1 + new_nodes(&old.left, &new.left) + new_nodes(&old.right, &new.right)
            }
            _ => 1,
        }
    }
    let tree = accounts(0..2_000);
    let (key, _) = account(7);
    let mut depth = 0;
    tree.top.find_page(&super::hash_key(&key), |_| depth += 1).expect("in memory");
    let changed = tree.apply(&Changes::from([(key, Some(b"new".as_slice().into()))])).expect("in memory");
    assert_eq!(new_nodes(&tree.top, &changed.top), depth + 1);
}

#[test]
fn entries_come_in_the_order_of_their_key_hashes() {
    let tree = accounts(0..300);
    let hashes: Vec<Hash> = tree.top.entries().expect("in memory").iter().map(|entry| *entry.key_hash).collect();
    assert!(hashes.is_sorted_by(|a, b| a < b));
}

#[test]
fn differences_between_a_page_and_a_large_tree_are_found_both_ways() {
    let (small, large) = (accounts(0..10), accounts(5..100));
    let (small_content, large_content) = (content_of(&small), content_of(&large));
    assert_eq!(diff_of(&small, &large), naive_diff(&small_content, &large_content));
    assert_eq!(diff_of(&large, &small), naive_diff(&large_content, &small_content));
    assert!(diff_of(&large, &accounts(5..100)).is_empty());
}
