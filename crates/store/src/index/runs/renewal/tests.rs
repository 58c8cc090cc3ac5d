use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lojal_random::Random;

use super::*;
use crate::disk::Disk;
use crate::index::keys;
use crate::index::runs::trees;
use crate::pace::Pace;

/// A whole key with its new value, none if it goes.
type Entry = (Vec<u8>, Option<Vec<u8>>);

fn entry(key: &[u8], value: Option<&[u8]>) -> Entry {
    (key.to_vec(), value.map(<[u8]>::to_vec))
}

/// Calls `f` with a directory to write in.
fn in_folder<T>(directory: &Path, f: impl FnOnce(&Folder<'_>) -> T) -> T {
    f(&Folder { disk: &Disk::real(), directory, pace: &Pace::at_once() })
}

/// Writes a file that has everything, of these entries in any order.
fn write_whole(directory: &Path, entries: &[Entry]) -> Result<StateInfo, StoreError> {
    let mut changed = Changed::new();
    entries.iter().for_each(|(key, value)| note(&mut changed, key, value.clone()));
    in_folder(directory, |folder| {
        let mut writer = StateWriter::create(folder, None, (Height::new(1), Height::new(2)))?;
        for (order, (rest, value)) in &changed {
            writer.write(order, rest, value.as_deref())?;
        }
        writer.finish(Span::ALL, 0)
    })
}

fn read(directory: &Path, infos: &[StateInfo], part: Part) -> Result<Vec<Entry>, StoreError> {
    let mut found = Vec::new();
    each(&Disk::real(), directory, infos, part, |order, key, value| {
        assert_eq!(Some(*order), Order::of(key));
        found.push(entry(key, value));
        Ok(())
    })?;
    Ok(found)
}

/// A tree and entries of another kind that change from checkpoint to checkpoint, with their files.
struct Fixture {
    dir: tempfile::TempDir,
    tree: StateTree,
    others: BTreeMap<Vec<u8>, Vec<u8>>,
    height: u64,
    infos: Vec<StateInfo>,
    random: Random,
    /// The bytes of the changes of the last checkpoint, and of all entries of the tree.
    changed: u64,
    tree_bytes: u64,
}

impl Fixture {
    fn new(seed: u64) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (tree, others, random) = (StateTree::new(), BTreeMap::new(), Random::new(seed));
        Self { dir, tree, others, height: 0, infos: Vec::new(), random, changed: 0, tree_bytes: 0 }
    }

    /// Writes a checkpoint in which so many of the keys have changed, a quarter of them gone, and checks it; returns
    /// the bytes of its own file.
    fn checkpoint(&mut self, changes: u64, keys: u64) -> u64 {
        let bytes = self.change(changes, keys);
        self.check();
        bytes
    }

    /// Writes a checkpoint in which so many of the keys have changed.
    fn change(&mut self, changes: u64, keys: u64) -> u64 {
        let changes = (0..changes).map(|_| {
            let key = [&[200][..], &self.random.below(keys).to_le_bytes()].concat();
            let value = (self.random.below(4) > 0).then(|| vec![self.random.byte(); self.random.below(60) as usize]);
            (key.into_boxed_slice(), value.map(Vec::into_boxed_slice))
        });
        let tree = self.tree.apply(&changes.collect());
        self.checkpoint_of(tree)
    }

    /// Writes a checkpoint of a tree, with one entry of another kind that has come and perhaps one that went.
    fn checkpoint_of(&mut self, tree: StateTree) -> u64 {
        let older = std::mem::replace(&mut self.tree, tree);
        self.changed = 0;
        StateTree::diff(&older, &self.tree, |_, key, value| {
            self.changed += entry_bytes(key, value);
            self.tree_bytes += value.map_or(0, |value| entry_bytes(key, Some(value)));
            self.tree_bytes -= older.get(key).map_or(0, |value| entry_bytes(key, Some(value)));
        });
        let mut others = Changed::new();
        if self.others.len() > 5 {
            let (gone, _) = self.others.pop_first().expect("there are some");
            note(&mut others, &gone, None);
        }
        self.height += 1;
        let (key, value) = (keys::recent(Height::new(self.height)), vec![self.random.byte(); 9]);
        note(&mut others, &key, Some(value.clone()));
        self.others.insert(key, value);
        let heights = (Height::new(self.height), Height::new(self.height));
        let changes = StateChanges { shelf: None, older, newer: &self.tree, others };
        let infos = std::mem::take(&mut self.infos);
        self.infos =
            in_folder(self.dir.path(), |folder| trees::add(folder, infos, heights, changes)).expect("writable");
        let path = self.dir.path().join(format!("{0:020}-{0:020}.state", self.height));
        fs::metadata(path).expect("just written").len()
    }

    fn check(&self) {
        assert!(are_complete(&self.infos));
        let mut found = read(self.dir.path(), &self.infos, Part::Whole).expect("readable");
        let halves = [Part::First, Part::Second].map(|part| read(self.dir.path(), &self.infos, part));
        let [first, second] = halves.map(|half| half.expect("readable"));
        assert!(first.iter().all(|(key, _)| Order::of(key) < Some(Order::middle())));
        assert!(second.iter().all(|(key, _)| Order::of(key) >= Some(Order::middle())));
        assert!(first.iter().chain(&second).eq(&found), "the halves are the whole");
        found.retain(|(_, value)| value.is_some());
        let of_state = self.tree.iter().map(|(key, value)| ([&[keys::STATE], key].concat(), Some(value.to_vec())));
        assert!(found.iter().take(self.tree.len() as usize).cloned().eq(of_state), "height {}", self.height);
        let after = found.split_off(self.tree.len() as usize);
        let after: BTreeSet<Entry> = after.into_iter().collect();
        assert!(after.into_iter().eq(self.others.iter().map(|(key, value)| entry(key, Some(value)))));
    }

    fn bytes(&self) -> u64 {
        self.infos.iter().map(|info| info.stream_bytes).sum()
    }
}

/// More bytes than what isn't counted takes: the rest of a page, and entries of other kinds.
const LITTLE: u64 = 6_000;

#[test]
fn the_files_of_checkpoints_are_the_state_and_none_has_more_than_what_changed_and_twice_what_had_changed_before() {
    const KEYS: u64 = 60_000;
    let mut fixture = Fixture::new(1);
    let first = fixture.checkpoint(2 * KEYS, KEYS);
    let (mut turns, mut last) = (0, fixture.infos[0].whole.to);
    let (mut written, mut changed) = (0, 0);
    for round in 0..60_u64 {
        let owed = fixture.infos.last().expect("files").owed;
        let changes = if round % 9 == 8 { 5_000 } else { 1_500 };
        let bytes = fixture.change(changes, KEYS);
        written += bytes - bytes.min(LITTLE);
        changed += fixture.changed;
        assert!(bytes <= fixture.changed + owed + LITTLE, "{bytes} at once for {} and {owed}", fixture.changed);
        assert!(written <= 3 * changed, "{written} for {changed}");
        let to = fixture.infos.last().expect("files").whole.to;
        turns += usize::from(to < last);
        last = to;
        if round % 6 == 0 {
            fixture.check();
        }
    }
    assert!(turns > 2 && fixture.infos[0].first > Height::new(20), "{turns} turns");
    assert!(2 * written > 5 * changed, "{written} for {changed}: what is owed is written");
    assert!(first > 20 * LITTLE);
}

#[test]
fn the_files_stay_below_one_and_six_tenths_of_the_state_in_a_long_run() {
    const KEYS: u64 = 120_000;
    let mut fixture = Fixture::new(4);
    fixture.change(2 * KEYS, KEYS);
    let (mut most, mut replaced) = (0, 0);
    for round in 0..220_u64 {
        let changes = [900, 900, 900, 2_000, 30, 1_200][(round % 6) as usize];
        fixture.change(changes, KEYS);
        if fixture.infos[0].first > Height::new(1) {
            replaced += 1;
            most = most.max(fixture.bytes() * 1_000 / fixture.tree_bytes);
        }
    }
    fixture.check();
    let all = fixture.tree.iter().map(|(key, value)| entry_bytes(key, Some(value))).sum::<u64>();
    assert_eq!(all, fixture.tree_bytes);
    assert!(replaced > 100, "{replaced} checkpoints after the first file had gone");
    assert!(most <= 1_600, "{most} thousandths of the state, in {} files", fixture.infos.len());
}

#[test]
fn files_of_few_changes_become_one_and_the_state_is_not_written_again_for_them() {
    let mut fixture = Fixture::new(2);
    let first = fixture.checkpoint(30_000, 14_000);
    let (mut written, mut most) = (0, 0);
    for _ in 0..60 {
        written += fixture.checkpoint(6, 14_000);
        most = most.max(fixture.infos.len());
    }
    assert!(written < first, "{written} bytes for few changes beside {first}");
    assert!((3..15).contains(&most), "{most} files");
}

#[test]
fn a_state_that_shrinks_and_grows_comes_back() {
    let mut fixture = Fixture::new(3);
    for changes in [20_000, 1, 0, 3_000, 9_000, 1] {
        fixture.checkpoint(changes, 14_000);
    }
    fixture.checkpoint_of(StateTree::new());
    fixture.check();
    for changes in [0, 10, 20_000, 2_000, 2_000] {
        fixture.checkpoint(changes, 14_000);
    }
}

#[test]
fn keys_and_values_of_any_size_come_back_and_larger_ones_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let large = vec![7; 300_000];
    let longest = vec![8; usize::from(u16::MAX)];
    let changes = vec![
        entry(b"c", Some(b"")),
        entry(b"a", None),
        entry(b"b", Some(&large)),
        entry(&longest, Some(b"x")),
        entry(b"b2", Some(b"old")),
        entry(b"b2", Some(b"new")),
    ];
    let info = write_whole(dir.path(), &changes).expect("writable");
    let found = read(dir.path(), &[info], Part::Whole).expect("readable");
    let expected = [
        entry(&longest, Some(b"x")),
        entry(b"c", Some(b"")),
        entry(b"a", None),
        entry(b"b", Some(&large)),
        entry(b"b2", Some(b"new")),
    ];
    assert!(found.len() == 5 && expected.iter().all(|change| found.contains(change)));
    let longer = [&longest[..], b"8"].concat();
    assert!(write_whole(dir.path(), &[entry(&longer, None)]).is_err());
    let nothing = write_whole(dir.path(), &[entry(b"", None)]).expect("writable");
    assert_eq!(read(dir.path(), &[nothing], Part::Whole).expect("readable"), [], "a key has a kind");
}

#[test]
fn a_file_with_any_flipped_bit_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let changes: Vec<Entry> = (0..100_u8).map(|key| entry(&[key], Some(&[key; 60]))).collect();
    let info = write_whole(dir.path(), &changes).expect("writable");
    let path = dir.path().join(info.file_name());
    let whole = fs::read(&path).expect("just written");
    for at in (0..whole.len()).step_by(37) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).expect("a file");
        let read = read(dir.path(), &[info], Part::Whole);
        assert!(matches!(read, Err(StoreError::Index(_))), "flipped at {at}");
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
        let info = in_folder(dir.path(), |folder| {
            let heights = (Height::new(1), Height::new(2));
            let mut writer = StateWriter::create(folder, None, heights).expect("new");
            for key in &keys {
                writer.write(&Order::of(key).expect("not empty"), &key[1..], Some(b"value")).expect("writable");
            }
            writer.finish(Span::ALL, 0).expect("writable")
        });
        let read = read(dir.path(), &[info], Part::Whole);
        assert!(matches!(read, Err(StoreError::Index(_))), "{swapped} and {other}");
    }
}
