use super::*;
use crate::tree::hash_key;

type Change = ([u8; 32], Vec<u8>, Option<Vec<u8>>);

/// A tree of some of many keys, whose values depend on `variant`.
fn tree(count: u32, variant: u32) -> StateTree {
    let is_there = |number: &u32| number % 7 != variant % 7;
    let value = |number: u32| vec![(number % (variant + 2)) as u8; number as usize % 5];
    StateTree::from_entries((0..count).filter(is_there).map(|number| (number.to_le_bytes(), value(number))))
}

/// Goes through the slices of two versions and compares them with the versions.
fn check(older: &StateTree, newer: &StateTree) -> usize {
    let (mut changes, mut entries, mut firsts) = (Vec::<Change>::new(), Vec::new(), Vec::new());
    for slice in StateTree::slices(older.clone(), newer) {
        firsts.push(*slice.first());
        let (from, before) = (entries.len(), changes.len());
        slice.changes(|hash, key, value| changes.push((*hash, key.to_vec(), value.map(<[u8]>::to_vec))));
        entries.extend(slice.entries().map(|(hash, key, value)| (*hash, key.to_vec(), value.to_vec())));
        assert!((entries.len() - from) as u64 <= SLICE_ENTRIES_MAX);
        assert!(changes[before..].iter().all(|(hash, ..)| hash >= slice.first()));
        assert!(entries[from..].iter().all(|(hash, ..)| hash >= slice.first()));
        let all_before = changes[..before].iter().map(|change| change.0).chain(entries[..from].iter().map(|one| one.0));
        assert!(all_before.max().is_none_or(|hash| hash < *slice.first()));
    }
    assert!(firsts.is_sorted() && firsts[0] == [0; 32]);
    let mut expected = Vec::new();
    StateTree::diff(older, newer, |hash, key, value| {
        expected.push((*hash, key.to_vec(), value.map(<[u8]>::to_vec)));
    });
    assert!(changes == expected, "{} changes in slices, {} in all", changes.len(), expected.len());
    assert!(entries.iter().map(|(_, key, value)| (key.as_slice(), value.as_slice())).eq(newer.iter()));
    assert!(entries.iter().all(|(hash, key, _)| *hash == hash_key(key)));
    firsts.len()
}

#[test]
fn the_slices_of_two_versions_of_any_sizes_are_their_changes_and_entries() {
    for (older, newer) in [(0, 0), (0, 10), (10, 0), (30, 40), (3, 20_000), (20_000, 3), (15_000, 20_000), (9, 9_000)] {
        let slices = check(&tree(older, 1), &tree(newer, 2));
        assert_eq!(slices > 1, older.max(newer) > 5_000, "{slices} slices of {older} and {newer}");
        check(&tree(newer, 3), &tree(newer, 3));
    }
}

#[test]
fn the_old_version_goes_behind_whoever_goes_through_the_slices() {
    let (older, newer) = (tree(20_000, 1), tree(20_000, 2));
    let Node::Branch(branch) = &older.top else { panic!("many entries") };
    let [left, right] = [&branch.left, &branch.right].map(|half| {
        let Node::Branch(half) = half else { panic!("many entries") };
        std::sync::Arc::downgrade(half)
    });
    let slices = StateTree::slices(older, &newer);
    let mut middle = [0; 32];
    middle[0] = 0x80;
    for slice in slices {
        let is_second_half = *slice.first() >= middle;
        drop(slice);
        assert!(!is_second_half || left.upgrade().is_none(), "the first half is gone when the second one begins");
    }
    assert!(right.upgrade().is_none());
}
