use std::collections::BTreeMap;
use std::fs;

use super::*;

/// A whole key with its new value, none if it goes.
type Entry = (Vec<u8>, Option<Vec<u8>>);

fn change(key: &[u8], value: Option<&[u8]>) -> Entry {
    (key.to_vec(), value.map(<[u8]>::to_vec))
}

/// Writes a file of entries, none of which comes from a tree.
fn write_entries(directory: &Path, heights: (Height, Height), entries: &[Entry]) -> Result<StateInfo, StoreError> {
    let others = entries.iter().map(|(key, value)| Change::new(key, value.clone()).expect("not empty")).collect();
    let empty = StateTree::default();
    write(&Disk::real(), directory, heights, StateChanges { shelf: None, older: &empty, newer: &empty, others })
}

fn all(directory: &Path, infos: &[StateInfo]) -> Result<Vec<Entry>, StoreError> {
    read(directory, infos, Part::Whole)
}

fn read(directory: &Path, infos: &[StateInfo], part: Part) -> Result<Vec<Entry>, StoreError> {
    let mut found = Vec::new();
    each(&Disk::real(), directory, infos, part, |order, key, value| {
        assert_eq!(Some(*order), Order::of(key));
        found.push(change(key, value));
        Ok(())
    })?;
    Ok(found)
}

#[test]
fn the_newest_change_of_a_key_counts_in_any_number_of_files_and_when_they_become_one() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (disk, directory) = (Disk::real(), dir.path());
    let mut expected = BTreeMap::<Vec<u8>, Option<Vec<u8>>>::new();
    let (mut infos, mut random, mut merges, mut largest) = (Vec::new(), 1_u64, 0, 0);
    let mut below = |end: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % end
    };
    for height in 1..60 {
        let mut changes = Vec::new();
        for _ in 0..below(120) {
            let kind = [keys::BLOCK, keys::STATE, keys::STATE, keys::RECENT][below(4) as usize];
            let key = [&[kind], &below(100).to_be_bytes()[..6 + below(3) as usize]].concat();
            let value = (below(3) > 0).then(|| vec![height as u8; below(200) as usize]);
            expected.insert(key.clone(), value.clone());
            changes.push((key, value));
        }
        infos.push(write_entries(directory, (Height::new(height), Height::new(height)), &changes).expect("writable"));
        if let Some(from) = first_to_merge(&infos) {
            let merged = merge(&disk, directory, &infos[from..], from == 0).expect("writable");
            infos.truncate(from);
            infos.push(merged);
            merges += usize::from(from > 0);
        }
        let mut found = all(directory, &infos).expect("readable");
        let halves = [Part::First, Part::Second].map(|part| read(directory, &infos, part).expect("readable"));
        assert!(halves[0].iter().all(|(key, _)| Order::of(key) < Some(Order::middle())));
        assert!(halves[1].iter().all(|(key, _)| Order::of(key) >= Some(Order::middle())));
        assert!(halves.iter().flatten().eq(&found), "the halves are the whole");
        assert!(found.is_sorted_by_key(|(key, _)| Order::of(key)));
        found.retain(|(_, value)| value.is_some());
        found.sort();
        let live = expected.iter().filter(|(_, value)| value.is_some());
        assert!(found.iter().map(|(key, value)| (key, value)).eq(live), "height {height}");
        largest = largest.max(infos.len());
    }
    assert!(merges > 5 && (3..12).contains(&largest), "{merges} merges of newer files, {largest} files");
    let one = merge(&disk, directory, &infos, true).expect("writable");
    let found = all(directory, &[one]).expect("readable");
    assert!(found.iter().all(|(_, value)| value.is_some()), "what went leaves no trace in the oldest file");
}

#[test]
fn keys_and_values_of_any_size_come_back_and_larger_ones_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let heights = (Height::new(1), Height::new(2));
    let large = vec![7; 300_000];
    let longest = vec![8; usize::from(u16::MAX)];
    let changes = vec![
        change(b"c", Some(b"")),
        change(b"a", None),
        change(b"b", Some(&large)),
        change(&longest, Some(b"x")),
        change(b"b2", Some(b"old")),
        change(b"b2", Some(b"new")),
    ];
    let info = write_entries(dir.path(), heights, &changes).expect("writable");
    let found = all(dir.path(), &[info]).expect("readable");
    let expected = [
        change(&longest, Some(b"x")),
        change(b"c", Some(b"")),
        change(b"a", None),
        change(b"b", Some(&large)),
        change(b"b2", Some(b"new")),
    ];
    assert!(found.len() == 5 && expected.iter().all(|change| found.contains(change)));
    let longer = [&longest[..], b"8"].concat();
    assert!(write_entries(dir.path(), heights, &[change(&longer, None)]).is_err());
    assert!(Change::new(b"", None).is_none(), "a key has a kind");
    let nothing = write_entries(dir.path(), heights, &[]).expect("writable");
    assert_eq!(all(dir.path(), &[nothing]).expect("readable"), []);
}

#[test]
fn a_file_with_any_flipped_bit_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let changes: Vec<Entry> = (0..100_u8).map(|key| change(&[key], Some(&[key; 60]))).collect();
    let info = write_entries(dir.path(), (Height::new(1), Height::new(9)), &changes).expect("writable");
    let path = dir.path().join(info.file_name());
    let whole = fs::read(&path).expect("just written");
    for at in (0..whole.len()).step_by(37) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).expect("a file");
        assert!(matches!(all(dir.path(), &[info]), Err(StoreError::Index(_))), "flipped at {at}");
        fs::write(&path, &whole).expect("a file");
    }
}

#[test]
fn a_file_whose_entries_are_not_in_their_order_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut ordered: Vec<Vec<u8>> = (0..9).map(|number| vec![keys::STATE, number]).collect();
    ordered.sort_by_key(|key| Order::of(key));
    for (swapped, other) in [(3, 4), (0, 8), (5, 5)] {
        let mut keys = ordered.clone();
        keys[swapped] = ordered[other].clone();
        keys[other] = ordered[swapped].clone();
        if swapped == other {
            keys.insert(swapped, ordered[swapped].clone());
        }
        let mut writer =
            StateWriter::create(&Disk::real(), dir.path(), None, (Height::new(1), Height::new(2))).expect("new");
        for key in &keys {
            writer.write(&Order::of(key).expect("not empty"), &key[1..], Some(b"value")).expect("writable");
        }
        let info = writer.finish().expect("writable");
        assert!(matches!(all(dir.path(), &[info]), Err(StoreError::Index(_))), "{swapped} and {other}");
    }
}
