use super::*;

/// Keys and values, in the order of the key hashes.
fn entries(count: u32) -> Vec<(Hash, Vec<u8>, Vec<u8>)> {
    let entry = |number: u32| {
        let key = format!("key {number}").into_bytes();
        (hash_key(&key), key, vec![number as u8; number as usize % 40])
    };
    let mut entries: Vec<_> = (0..count).map(entry).collect();
    entries.sort();
    entries
}

fn builder_of(entries: &[(Hash, Vec<u8>, Vec<u8>)]) -> TreeBuilder {
    let mut builder = TreeBuilder::default();
    for (key_hash, key, value) in entries {
        builder.push(*key_hash, key, value).expect("in their order");
    }
    builder
}

#[test]
fn a_tree_of_any_size_is_the_same_whether_it_was_built_or_changed_entry_by_entry() {
    for count in [0, 1, 2, 16, 17, 40, 300, 5_000] {
        let entries = entries(count);
        let built = builder_of(&entries).finish();
        let changes = entries.iter().map(|(_, key, value)| (key.as_slice().into(), Some(value.as_slice().into())));
        let changed = StateTree::new().apply(&changes.collect()).expect("in memory");
        assert_eq!((built.root(), built.len()), (changed.root(), u64::from(count)));
        assert!(built.iter().eq(changed.iter()), "{count} entries");
        StateTree::diff(&built, &changed, |_, key, _| panic!("{key:?} differs")).expect("in memory");
    }
}

#[test]
fn parts_that_were_built_apart_are_one_tree() {
    let entries = entries(3_000);
    let whole = builder_of(&entries).finish();
    for first_bits in [0_u16, 1, 100, 1 << 11, 4095, 4096] {
        let middle = entries.partition_point(|(key_hash, ..)| group_of(key_hash) < first_bits);
        let (first, second) = entries.split_at(middle);
        let mut builder = builder_of(first);
        builder.append(builder_of(second)).expect("they come after the others");
        let joined = builder.finish();
        assert!(joined.root() == whole.root() && joined.iter().eq(whole.iter()));
    }
}

#[test]
fn entries_that_are_not_in_their_order_are_refused() {
    let entries = entries(3_000);
    let (key_hash, key, value) = &entries[1_500];
    let (key_hash_before, key_before, value_before) = &entries[1_499];
    let mut builder = builder_of(&entries[..=1_500]);
    assert_eq!(builder.push(*key_hash, key, value), Err(OutOfOrder));
    assert_eq!(builder.push(*key_hash_before, key_before, value_before), Err(OutOfOrder));
    let mut builder = builder_of(&entries[1_500..1_501]);
    assert_eq!(builder.append(builder_of(&entries[..2])), Err(OutOfOrder));
    assert_eq!(builder.append(builder_of(&entries[1_500..])), Err(OutOfOrder));
    // What was there before is so still, and what comes after it can follow.
    assert_eq!(builder.push(*key_hash, key, value), Err(OutOfOrder));
    builder.append(builder_of(&entries[2_900..])).expect("after all");
    assert_eq!(builder.finish().len(), 101);
}
