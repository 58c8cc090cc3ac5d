use std::collections::BTreeMap;
use std::fs;

use super::*;

fn change(key: &[u8], value: Option<&[u8]>) -> Change {
    (key.to_vec(), value.map(<[u8]>::to_vec))
}

fn all(directory: &Path, infos: &[StateInfo]) -> Result<Vec<Change>, StoreError> {
    let mut found = Vec::new();
    each(&Disk::real(), directory, infos, |key, value| {
        found.push((key, value));
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
            let key = below(300).to_be_bytes()[..6 + below(3) as usize].to_vec();
            let value = (below(3) > 0).then(|| vec![height as u8; below(200) as usize]);
            expected.insert(key.clone(), value.clone());
            changes.push((key, value));
        }
        infos.push(write(&disk, directory, (Height::new(height), Height::new(height)), changes).expect("writable"));
        if let Some(from) = first_to_merge(&infos) {
            let merged = merge(&disk, directory, &infos[from..], from == 0).expect("writable");
            infos.truncate(from);
            infos.push(merged);
            merges += usize::from(from > 0);
        }
        let mut found = all(directory, &infos).expect("readable");
        found.retain(|(_, value)| value.is_some());
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
        change(b"", Some(b"")),
        change(b"a", None),
        change(b"b", Some(&large)),
        change(&longest, Some(b"x")),
        change(b"b2", Some(b"old")),
        change(b"b2", Some(b"new")),
    ];
    let info = write(&Disk::real(), dir.path(), heights, changes).expect("writable");
    let found = all(dir.path(), &[info]).expect("readable");
    let expected = [
        change(&longest, Some(b"x")),
        change(b"", Some(b"")),
        change(b"a", None),
        change(b"b", Some(&large)),
        change(b"b2", Some(b"new")),
    ];
    assert!(found.len() == 5 && expected.iter().all(|change| found.contains(change)));
    let longer = [&longest[..], b"8"].concat();
    assert!(write(&Disk::real(), dir.path(), heights, vec![change(&longer, None)]).is_err());
    let nothing = write(&Disk::real(), dir.path(), heights, Vec::new()).expect("writable");
    assert_eq!(all(dir.path(), &[nothing]).expect("readable"), []);
}

#[test]
fn a_file_with_any_flipped_bit_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let changes = (0..100_u8).map(|key| change(&[key], Some(&[key; 60]))).collect();
    let info = write(&Disk::real(), dir.path(), (Height::new(1), Height::new(9)), changes).expect("writable");
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
