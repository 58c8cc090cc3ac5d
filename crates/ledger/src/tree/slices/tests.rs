use super::*;

/// A tree of some of many keys, whose values depend on `variant`.
fn tree(count: u32, variant: u32) -> StateTree {
    let is_there = |number: &u32| number % 7 != variant % 7;
    let value = |number: u32| vec![(number % (variant + 2)) as u8; number as usize % 5];
    StateTree::from_entries((0..count).filter(is_there).map(|number| (number.to_le_bytes(), value(number))))
}

/// Goes through the slices of two versions and compares them with the versions.
fn check(older: &StateTree, newer: &StateTree) -> usize {
    let (mut changed, mut gone, mut all, mut firsts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for slice in StateTree::slices(older.clone(), newer) {
        firsts.push(*slice.first());
        let (from, mut entries) = (all.len(), 0);
        slice.changed_pages(|at, page| changed.push((at, page.is_some())));
        slice.gone_pages(|at| gone.push(at));
        slice.pages(|at, _, is_changed| {
            entries += u64::from(at.entries);
            all.push((at, is_changed));
        });
        assert_eq!((entries, slice.is_empty()), (slice.len(), entries == 0));
        assert!(entries <= SLICE_ENTRIES_MAX && slice.older_len() <= SLICE_ENTRIES_MAX);
        assert!(all[from..].iter().all(|(at, _)| at.path >= *slice.first()));
        assert!(all[..from].iter().all(|(at, _)| at.path < *slice.first()));
    }
    assert!(firsts.is_sorted() && firsts[0] == [0; 32]);
    let (mut expected, mut expected_gone, mut expected_all) = (Vec::new(), Vec::new(), Vec::new());
    StateTree::changed_pages(older, newer, |at, page| expected.push((at, page.is_some())));
    StateTree::changed_pages(newer, older, |at, _| expected_gone.push(at));
    newer.pages(|at, _| expected_all.push(at));
    assert!(changed == expected, "{} pages in slices, {} in all", changed.len(), expected.len());
    assert!(gone == expected_gone, "{} pages in slices, {} in all", gone.len(), expected_gone.len());
    assert!(all.iter().map(|(at, _)| at).eq(&expected_all));
    assert!(all.iter().filter(|(_, is_changed)| *is_changed).map(|(at, _)| at).eq(expected.iter().map(|(at, _)| at)));
    firsts.len()
}

#[test]
fn the_slices_of_two_versions_of_any_sizes_are_their_pages() {
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
