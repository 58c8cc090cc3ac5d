use std::fs;
use std::path::Path;

use lojal_ledger::tree::PagePath;
use lojal_random::Random;

use super::*;
use crate::disk::Disk;
use crate::index::runs::trees::{self, OpenTree};
use crate::pace::Pace;

/// Calls `f` with a directory to write in.
fn in_folder<T>(directory: &Path, f: impl FnOnce(&Folder<'_>) -> T) -> T {
    f(&Folder { disk: &Disk::real(), directory, pace: &Pace::at_once() })
}

/// The bytes that an entry has in a page.
fn without_any(tree: &StateTree) -> StateTree {
    let mut paths = Vec::new();
    tree.pages(|at, _| paths.push(PagePath::of(&at.path)));
    tree.without_pages(&paths, |_, _| true)
}

fn entry_bytes(key: &[u8], value: &[u8]) -> u64 {
    8 + (key.len() + value.len()) as u64
}

/// The bytes that the pages that have changed take in a file.
fn cost_of(older: &StateTree, newer: &StateTree) -> u64 {
    let (mut bytes, mut page) = (0, Vec::new());
    StateTree::changed_pages(older, newer, |_, in_memory| {
        page.clear();
        in_memory.inspect(|in_memory| in_memory.encode(&mut page));
        bytes += cost(&page);
    });
    bytes
}

/// A tree that changes from checkpoint to checkpoint, with its files.
struct Fixture {
    dir: tempfile::TempDir,
    pages: Pages,
    tree: StateTree,
    height: u64,
    infos: Vec<StateInfo>,
    random: Random,
    /// The longest value.
    value_bytes: u64,
    /// The bytes of the pages that have changed at the last checkpoint, and of all entries.
    changed: u64,
    entry_bytes: u64,
    /// True if no page that is in a file stays in memory.
    gives_up: bool,
}

impl Fixture {
    fn new(seed: u64) -> Self {
        Self {
            dir: tempfile::tempdir().expect("a temporary directory"),
            pages: Pages::default(),
            tree: StateTree::new(),
            height: 0,
            infos: Vec::new(),
            random: Random::new(seed),
            value_bytes: 60,
            changed: 0,
            entry_bytes: 0,
            gives_up: false,
        }
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
            let len = self.random.below(self.value_bytes) as usize;
            let value = (self.random.below(4) > 0).then(|| vec![self.random.byte(); len]);
            (key.into_boxed_slice(), value.map(Vec::into_boxed_slice))
        });
        let (changes, mut tree) = (changes.collect(), self.tree.clone());
        let tree = self.pages.ask(&mut tree, |tree| tree.apply(&changes)).expect("readable");
        self.checkpoint_of(tree)
    }

    fn checkpoint_of(&mut self, tree: StateTree) -> u64 {
        let older = std::mem::replace(&mut self.tree, tree);
        if !self.gives_up {
            self.changed = cost_of(&older, &self.tree);
            let of = |key: &[u8], value: Option<&[u8]>| value.map_or(0, |value| entry_bytes(key, value));
            // Where a page isn't in memory, nobody asks how many bytes there are.
            let _ = StateTree::diff(&older, &self.tree, |_, key, value| {
                let before = of(key, older.get(key).expect("in memory"));
                self.entry_bytes = self.entry_bytes + of(key, value) - before;
            });
        }
        self.height += 1;
        let heights = (Height::new(self.height), Height::new(self.height));
        let changes = StateChanges { shelf: None, older, newer: &self.tree };
        let infos = std::mem::take(&mut self.infos);
        let add = |folder: &Folder<'_>| trees::add(folder, &self.pages, infos, heights, changes);
        self.infos = in_folder(self.dir.path(), add).expect("writable");
        self.pages.end_checkpoint();
        if self.gives_up {
            self.tree = without_any(&self.tree);
        }
        let bytes = |kind: &str| {
            let path = self.dir.path().join(format!("{0:020}-{0:020}.{kind}", self.height));
            fs::metadata(path).expect("just written").len()
        };
        bytes("pages") + bytes("directory")
    }

    /// Compares what a start would find with the tree, and that with the places that are known.
    fn check(&self) {
        assert!(are_complete(&self.infos));
        let pages = Pages::default();
        for is_alone in [false, true] {
            let pages = if is_alone { &Pages::default() } else { &pages };
            let open = OpenTree::open(&Disk::real(), self.dir.path(), &self.infos, pages).expect("readable");
            let tree = open.load(is_alone).expect("readable");
            assert_eq!((tree.root(), tree.len()), (self.tree.root(), self.tree.len()), "height {}", self.height);
            open.verify().expect("readable");
        }
        self.tree.pages(|page, in_memory| {
            if page.entries > 0 {
                let bytes = self.pages.bytes_of(&page.hash).expect("known");
                assert_eq!(bytes, pages.bytes_of(&page.hash).expect("known"));
                let mut expected = Vec::new();
                in_memory.inspect(|page| page.encode(&mut expected));
                assert!(in_memory.is_none() || bytes == expected);
            }
        });
    }

    fn bytes(&self) -> u64 {
        self.infos.iter().map(StateInfo::bytes).sum()
    }
}

/// More bytes than what isn't counted takes: the ends of pages of a directory with their checksums.
const LITTLE: u64 = 9_000;

#[test]
fn the_files_of_checkpoints_are_the_state_and_none_has_more_than_what_changed_and_what_is_owed() {
    const KEYS: u64 = 30_000;
    let mut fixture = Fixture::new(1);
    let first = fixture.checkpoint(2 * KEYS, KEYS);
    let (mut turns, mut last) = (0, fixture.infos[0].whole.to);
    let (mut written, mut changed) = (0, 0);
    for round in 0..60_u64 {
        let owed = fixture.infos.last().expect("files").owed;
        let changes = if round % 9 == 8 { 350 } else { 100 };
        let bytes = fixture.change(changes, KEYS);
        written += bytes - bytes.min(LITTLE);
        changed += fixture.changed;
        assert!(bytes <= fixture.changed + owed + LITTLE, "{bytes} at once for {} and {owed}", fixture.changed);
        assert!(2 * written <= 7 * changed, "{written} for {changed}");
        let to = fixture.infos.last().expect("files").whole.to;
        turns += usize::from(to < last);
        last = to;
        if round % 6 == 0 {
            fixture.check();
        }
    }
    assert!(turns > 2 && fixture.infos[0].first > Height::new(20), "{turns} turns");
    assert!(written > 3 * changed, "{written} for {changed}: what is owed is written");
    assert!(first > 20 * LITTLE);
}

#[test]
fn the_files_stay_below_one_and_six_tenths_of_the_state_in_a_long_run() {
    const KEYS: u64 = 40_000;
    let mut fixture = Fixture::new(4);
    // An account with points of a brand has entries of about a hundred bytes.
    fixture.value_bytes = 180;
    fixture.change(2 * KEYS, KEYS);
    let (mut most, mut replaced) = (0, 0);
    for round in 0..220_u64 {
        let changes = [40, 40, 40, 100, 2, 50][(round % 6) as usize];
        fixture.change(changes, KEYS);
        if fixture.infos[0].first > Height::new(1) {
            replaced += 1;
            most = most.max(fixture.bytes() * 1_000 / fixture.entry_bytes);
        }
    }
    fixture.check();
    let entries = fixture.tree.iter().map(|entry| entry.expect("in memory"));
    assert_eq!(entries.map(|(key, value)| entry_bytes(key, value)).sum::<u64>(), fixture.entry_bytes);
    assert!(replaced > 100, "{replaced} checkpoints after the first file had gone");
    assert!(most <= 1_600, "{most} thousandths of the state, in {} files", fixture.infos.len());
}

#[test]
fn files_of_few_changes_become_one_and_the_state_is_not_written_again_for_them() {
    for gives_up in [false, true] {
        let mut fixture = Fixture { gives_up, ..Fixture::new(2) };
        let first = fixture.checkpoint(30_000, 14_000);
        let (mut written, mut most) = (0, 0);
        for _ in 0..40 {
            written += fixture.checkpoint(3, 14_000);
            most = most.max(fixture.infos.len());
        }
        assert!(written < first, "{written} bytes for few changes beside {first}");
        assert!((3..15).contains(&most), "{most} files");
    }
}

#[test]
fn a_state_that_shrinks_and_grows_comes_back() {
    for gives_up in [false, true] {
        let mut fixture = Fixture { gives_up, ..Fixture::new(3) };
        for (changes, keys) in [(20_000, 14_000), (1, 14_000), (0, 14_000), (3_000, 14_000), (400, 40), (90_000, 9_000)]
        {
            fixture.checkpoint(changes, keys);
        }
        fixture.checkpoint_of(StateTree::new());
        fixture.check();
        for (changes, keys) in
            [(0, 40), (10, 40), (30, 40), (20, 30), (20_000, 14_000), (2_000, 14_000), (2_000, 14_000)]
        {
            fixture.checkpoint(changes, keys);
        }
        let few: Vec<[u8; 1]> = (0..9_u8).map(|key| [key]).collect();
        fixture.checkpoint_of(StateTree::from_entries(few.iter().map(|key| (key, key))));
        fixture.check();
        fixture.checkpoint(20_000, 14_000);
    }
}

#[test]
fn what_is_in_the_state_no_more_can_be_loaded_until_two_more_checkpoints_have_been_written_and_is_forgotten_then() {
    let mut fixture = Fixture::new(5);
    fixture.checkpoint(9_000, 6_000);
    let older = fixture.tree.clone();
    fixture.checkpoint(1_000, 6_000);
    let mut gone = Vec::new();
    StateTree::changed_pages(&fixture.tree, &older, |page, _| gone.extend((page.entries > 0).then_some(page.hash)));
    assert!(gone.len() > 100);
    for _ in 0..2 {
        assert_eq!(fixture.pages.load(&gone).expect("still there").len(), gone.len());
        fixture.checkpoint(0, 6_000);
    }
    for hash in &gone {
        assert!(matches!(fixture.pages.load(&[*hash]), Err(StoreError::PageGone)));
    }
    let mut pages = 0;
    fixture.tree.pages(|page, _| pages += u64::from(page.entries > 0));
    assert_eq!(fixture.pages.counts().stored_pages, pages);
}

#[test]
fn a_page_that_becomes_again_what_it_was_is_found_whenever_it_was_given_up() {
    let mut fixture = Fixture::new(6);
    fixture.checkpoint(9_000, 6_000);
    let (key, value) = ([&[200][..], &7_u64.to_le_bytes()].concat(), vec![1; 90]);
    let with = |tree: &StateTree, value: &[u8]| {
        tree.apply(&[(key.clone().into(), Some(value.into()))].into()).expect("in memory")
    };
    let first = with(&fixture.tree, &value);
    fixture.checkpoint_of(first.clone());
    fixture.checkpoint_of(with(&first, &[2]));
    fixture.checkpoint_of(with(&first, &[3]));
    let without = without_any(&first);
    fixture.checkpoint_of(without);
    fixture.check();
    for _ in 0..4 {
        fixture.checkpoint(0, 6_000);
    }
    let mut tree = fixture.tree.clone();
    let read = fixture.pages.ask(&mut tree, |tree| Ok(tree.get(&key)?.map(<[u8]>::to_vec))).expect("readable");
    assert_eq!(read, Some(value));
}

#[test]
fn pages_of_any_size_come_back() {
    let mut fixture = Fixture::new(7);
    let sizes = [0, 1, 400, 500, 7_000, 7_150, 7_168, 9_000, 300_000];
    let entries: Vec<(Vec<u8>, Vec<u8>)> =
        (0..90_u8).map(|key| (vec![key; 3], vec![key; sizes[usize::from(key) % sizes.len()]])).collect();
    fixture.checkpoint_of(StateTree::from_entries(entries));
    fixture.check();
    fixture.checkpoint_of(StateTree::from_entries([(b"key", vec![7; 200_000])]));
    fixture.check();
}

/// Pages with their bytes.
type Stored = Vec<(PageAt, Vec<u8>)>;

#[test]
fn a_directory_whose_pages_are_not_in_their_order_or_overlap_is_refused() {
    let tree = StateTree::from_entries((0..2_000_u32).map(|number| (number.to_le_bytes(), b"value")));
    let mut stored = Stored::new();
    tree.pages(|page, in_memory| {
        let mut bytes = Vec::new();
        in_memory.expect("in memory").encode(&mut bytes);
        stored.push((page, bytes));
    });
    let load = |change: &dyn Fn(&mut Stored)| {
        let (dir, pages) = (tempfile::tempdir().expect("a temporary directory"), Pages::default());
        let mut changed = stored.clone();
        change(&mut changed);
        let info = in_folder(dir.path(), |folder| {
            let mut writer = StateWriter::create(folder, &pages, None, (Height::new(1), Height::new(2))).expect("new");
            changed.iter().for_each(|(page, bytes)| writer.write(page, bytes, false).expect("writable"));
            writer.finish(Span::ALL, 0).expect("writable")
        });
        let pages = Pages::default();
        let (infos, disk) = ([info], Disk::real());
        let open = OpenTree::open(&disk, dir.path(), &infos, &pages).expect("readable");
        open.load(false).map(|tree| tree.root())
    };
    assert_eq!(load(&|_| {}).expect("as it was"), tree.root());
    let changes: [&dyn Fn(&mut Stored); 4] =
        [&|pages| pages.swap(3, 4), &|pages| pages.swap(0, 90), &|pages| pages.insert(5, pages[5].clone()), &|pages| {
            pages[9].0.depth -= 1
        }];
    for change in changes {
        assert!(matches!(load(change), Err(StoreError::Index(_))));
    }
}
