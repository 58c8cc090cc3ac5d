use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_ledger::key::{CapturedKey, ShelfKey, StateKey};
use lojal_ledger::recent::RecentIds;
use lojal_ledger::record::Shelf;
use lojal_ledger::{Shelves, State};
use lojal_types::{BlockId, Hash, Height, Month, Reference};

use super::runs::FileInfos;
use super::*;
use crate::limits::{INDEX_VALUE_BYTES_MAX, STATE_CACHE_BYTES};
use crate::log::BlockPlace;
use crate::pace::Pace;
use crate::tail::Layer;
use crate::testing::{genesis, open_small, options};

mod pages;
mod power;

/// Changes the state and the minutes of the recent transactions in a data directory, as if a fault of the program had.
pub(crate) fn change_contents(directory: &Path, change: impl FnOnce(&mut StateTree, &mut Vec<u32>)) {
    let index = open(&Disk::real(), directory).expect("an index");
    let mut meta: Meta = index.get(&[keys::META]).expect("readable").expect("a checkpoint");
    index.open_files(&meta).expect("whole");
    let infos: FileInfos = index.runs.rewrite(change).expect("writable");
    meta.files = Digest::of(&[keys::FILES], &encode(&infos));
    index.db.insert(keys::part(&[keys::FILES], 0), encode(&infos)).expect("writable");
    index.db.insert([keys::META], encode(&meta)).expect("writable");
    index.persist().expect("the disk works");
    index.trust.settle().expect("the disk works");
}

fn create(disk: &Disk, directory: &Path) -> Index {
    Index::create(disk, directory, STATE_CACHE_BYTES).expect("new")
}

fn open(disk: &Disk, directory: &Path) -> Result<Index, StoreError> {
    Index::open(disk, directory, STATE_CACHE_BYTES)
}

/// The trees of a checkpoint, as a start would find them.
fn trees(index: &Index) -> (StateTree, BTreeMap<Month, StateTree>, Pages) {
    let pages = Pages::default();
    let (main, shelves) = index.runs.trees(&pages, true).expect("readable");
    (main, shelves, pages)
}

/// The whole version in memory.
fn whole(mut tree: StateTree, pages: &Pages) -> StateTree {
    let mut lacking = Vec::new();
    tree.pages(|page, in_memory| lacking.extend(in_memory.is_none().then_some(page.hash)));
    for some in lacking.chunks(100) {
        tree = tree.with_pages(&pages.load(some).expect("readable"));
    }
    tree
}

/// Entries of a state that no ledger would make, next to those that every state has.
fn view(sizes: &[(u8, Option<usize>)], older: &StateTree) -> lojal_ledger::View {
    let genesis = genesis("a network");
    let changes: BTreeMap<Box<[u8]>, Option<Box<[u8]>>> = sizes
        .iter()
        .map(|(key, size)| {
            let value = size.map(|size| (0..size).map(|at| (at % 251) as u8).collect());
            (vec![200, *key].into_boxed_slice(), value)
        })
        .collect();
    let tip = State::genesis(&genesis).view().tip();
    let tree = older.apply(&changes).expect("in memory");
    state(tip, (tree, Shelves::default())).view().clone()
}

fn state(tip: lojal_ledger::Tip, trees: (StateTree, Shelves)) -> State {
    State::restore(&genesis("a network"), tip, trees, RecentIds::default()).expect("in memory")
}

#[test]
fn values_of_any_size_come_back_after_every_change_and_none_in_sled_is_large() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let index = create(&Disk::real(), dir.path());
    let mut base = Base::empty();
    let start = State::genesis(&genesis("a network"));
    let mut tree = start.view().tree().clone();
    let max = INDEX_VALUE_BYTES_MAX;
    let mut height = Height::GENESIS;
    let rounds: [&[(u8, Option<usize>)]; 4] = [
        &[(0, Some(0)), (1, Some(1)), (2, Some(max)), (3, Some(max + 1)), (4, Some(10 * max)), (5, Some(5))],
        &[(0, Some(3 * max)), (2, Some(max + 1)), (3, Some(max)), (4, Some(2 * max)), (5, None)],
        &[(0, Some(0)), (4, None), (5, Some(max * 2))],
        &[(0, None), (1, None), (2, None), (3, None), (5, None)],
    ];
    for sizes in rounds {
        let view = view(sizes, &tree);
        tree = view.tree().clone();
        let position = Position { segment: 1, offset: 53 };
        height = height.next();
        let place = BlockPlace { segment: 1, block_offset: 1, commit_offset: 2, end_offset: 53 };
        let mut layer = Layer::default();
        layer.blocks.insert(height, (BlockId::new([1; 32]), place));
        let layer = Arc::new(layer);
        let snapshot = Snapshot { layer, view, before: start.view().clone(), position, waiting: None, set_changes: 0 };
        base = index.write(base, &snapshot, &Pace::at_once()).expect("the disk works");
        let (read, _, pages) = trees(&index);
        assert_eq!((read.root(), read.len()), (tree.root(), tree.len()));
        assert!(whole(read, &pages).iter().eq(tree.iter()));
        for entry in index.db.iter() {
            assert!(entry.expect("readable").1.len() <= max);
        }
    }
    assert_eq!(tree.root(), start.view().tree().root());
}

#[test]
fn a_state_of_many_entries_comes_back_out_of_its_halves_on_a_real_and_on_a_simulated_disk() {
    for disk in [Disk::real(), crate::SimulatedDisk::new().disk()] {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let index = create(&disk, dir.path());
        let mut base = Base::empty();
        let start = State::genesis(&genesis("a network"));
        let mut tree = start.view().tree().clone();
        for round in 1..5_u32 {
            let changes = (0..2_000_u32 / round).map(|number| {
                let key = [&[200][..], &(number * round).to_le_bytes()].concat();
                let value = (number % 7 > 0).then(|| vec![round as u8; number as usize % 90].into());
                (key.into_boxed_slice(), value)
            });
            tree = tree.apply(&changes.collect()).expect("in memory");
            let tip = start.view().tip();
            let state = state(tip, (tree.clone(), Shelves::default()));
            let height = Height::new(round.into());
            let place = BlockPlace { segment: 1, block_offset: 1, commit_offset: 2, end_offset: 53 };
            let mut layer = Layer::default();
            layer.blocks.insert(height, (BlockId::new([1; 32]), place));
            let (layer, position) = (Arc::new(layer), Position { segment: 1, offset: 53 });
            let before = start.view().clone();
            let snapshot =
                Snapshot { layer, view: state.view().clone(), before, position, waiting: None, set_changes: 0 };
            base = index.write(base, &snapshot, &Pace::at_once()).expect("the disk works");
            let (read, _, pages) = trees(&index);
            assert_eq!((read.root(), read.len()), (tree.root(), tree.len()));
            assert!(whole(read, &pages).iter().eq(tree.iter()));
        }
    }
}

#[test]
fn a_digest_depends_on_every_entry_and_not_on_their_order() {
    let digest = |entries: &[(&str, &str)]| {
        let mut digest = Digest::default();
        entries.iter().for_each(|(key, value)| digest.add(key.as_bytes(), value.as_bytes()));
        digest
    };
    let (a, b) = (("a", "1"), ("b", "2"));
    assert_eq!(digest(&[a, b]), digest(&[b, a]));
    assert_ne!(digest(&[a, b]), digest(&[a]));
    assert_ne!(digest(&[a, b]), digest(&[a, ("b", "3")]));
    assert_ne!(digest(&[a, a]), digest(&[a]));
}

#[test]
fn a_panic_inside_sled_is_an_error() {
    let panicked: Result<(), IndexError> = guarded(|| panic!("of {}", "sled"));
    assert!(matches!(panicked, Err(IndexError::Panicked(text)) if text == "of sled"));
}

#[test]
fn an_index_can_be_opened_again_as_soon_as_it_has_been_dropped() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let genesis = genesis("a network");
    for _ in 0..20 {
        let opened = open_small(dir.path(), &genesis, options()).expect("free");
        assert_eq!(opened.report.index_rebuilt, None);
    }
}

/// A state with shelves of so many references each.
fn with_shelves(sizes: &[(u16, u32)], others: u32) -> (StateTree, Shelves) {
    let start = State::genesis(&genesis("a network"));
    let tip = start.view().tip();
    let month = |number: u16| Month::new(tip.time_ms.month().get() - number);
    let mut main: Vec<(Vec<u8>, Vec<u8>)> = (0..others).map(|n| (n.to_be_bytes().to_vec(), vec![7])).collect();
    let mut shelves = BTreeMap::new();
    for (number, count) in sizes {
        let key = |reference: u32| {
            let (brand, shelf) = ("nordmat".parse().expect("valid"), month(*number));
            let reference = Reference::new(reference.to_be_bytes().to_vec()).expect("4 bytes");
            CapturedKey { shelf, brand, reference }.encode()
        };
        let shelf = StateTree::from_entries((0..*count).map(|reference| (key(reference), b"")));
        let (root, count, drop_ms) = (Hash::new(shelf.root()), shelf.len(), tip.time_ms.plus_ms(1));
        let record = borsh::to_vec(&Shelf { root, count, drop_ms }).expect("in memory");
        main.push((ShelfKey(month(*number)).encode().into_vec(), record));
        shelves.insert(month(*number), shelf);
    }
    let main = main.into_iter().map(|(key, value)| (key.into(), Some(value.into()))).collect();
    let main = start.view().tree().apply(&main).expect("in memory");
    let shelves = Shelves::restore(&main, tip.time_ms, shelves).expect("the state commits to them");
    (main, shelves)
}

fn files_of_shelves(index: &Path) -> Vec<String> {
    let files = std::fs::read_dir(index.join("index/runs")).expect("the directory of the files");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("text"));
    let mut names: Vec<String> =
        names.filter(|name| name.contains(".pages") && name.matches('-').count() > 1).collect();
    names.sort_unstable();
    names
}

#[test]
fn shelves_come_back_and_a_dropped_one_takes_its_files_with_it_while_others_are_not_written_again() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let index = create(&Disk::real(), dir.path());
    let start = State::genesis(&genesis("a network"));
    let (mut base, mut files) = (Base::empty(), Vec::new());
    let steps: [(&[(u16, u32)], u32); 5] =
        [(&[(2, 300)], 9), (&[(2, 310), (1, 1)], 9), (&[(2, 310), (1, 900)], 10), (&[(1, 900)], 11), (&[], 12)];
    for (height, (sizes, others)) in (1..).zip(steps) {
        let (main, shelves) = with_shelves(sizes, others);
        let state = state(start.view().tip(), (main.clone(), shelves.clone()));
        let place = BlockPlace { segment: 1, block_offset: 1, commit_offset: 2, end_offset: 53 };
        let mut layer = Layer::default();
        layer.blocks.insert(Height::new(height), (BlockId::new([1; 32]), place));
        let (layer, position) = (Arc::new(layer), Position { segment: 1, offset: 53 });
        let (view, before) = (state.view().clone(), start.view().clone());
        base = index
            .write(base, &Snapshot { layer, view, before, position, waiting: None, set_changes: 0 }, &Pace::at_once())
            .expect("the disk works");
        let (read, of_shelves, pages) = trees(&index);
        assert_eq!(read.root(), main.root());
        let (read, time_ms) = (whole(read, &pages), start.view().tip().time_ms);
        let restored = Shelves::restore(&read, time_ms, of_shelves).expect("those of the state");
        assert_eq!(restored.len(), shelves.len());
        files.push(files_of_shelves(dir.path()));
    }
    let of_month = |files: &[String], month: &str| -> Vec<String> {
        files.iter().filter(|name| name.starts_with(month)).cloned().collect()
    };
    let [old, young] = [2, 1].map(|number| Month::new(start.view().tip().time_ms.month().get() - number).to_string());
    assert_eq!((files[0].len(), of_month(&files[0], &old).len()), (1, 1));
    assert_eq!(of_month(&files[2], &old), of_month(&files[1], &old), "nothing was used on it, so nothing is written");
    assert_eq!(of_month(&files[3], &old), Vec::<String>::new(), "it was dropped");
    assert_eq!(of_month(&files[3], &young), of_month(&files[2], &young), "nothing is written for the drop of another");
    assert_eq!(files[4], Vec::<String>::new());
}
