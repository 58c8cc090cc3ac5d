//! Snapshots: cut, served, taken in elsewhere, and what rests on them, with power cuts anywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use lojal_types::Height;

use crate::disk::Disk;
use crate::import::{complete, install};
use crate::limits::FIRST_SEGMENT_AFTER_BASE;
use crate::log::segment::segment_path;
use crate::testing::{Chain, append, append_if_writable, copy_dir, on};
use crate::{
    Checkpoints, Faults, Import, ImportError, IndexAfterCrash, Lookup, Opened, Options, PieceId, SimulatedDisk, Store,
    StoreError, backup, open,
};

const BLOCKS: usize = 12;
/// The heights whose snapshots a node has after all blocks.
pub(super) const KEPT: [u64; 2] = [11, 8];

pub(super) fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| Chain::cut_often(BLOCKS))
}

fn inline(disk: &Disk) -> Options {
    Options {
        checkpoints: Checkpoints::Inline,
        checkpoint_bytes: u64::MAX,
        segment_bytes_max: 4_000,
        disk: disk.clone(),
        ..Options::default()
    }
}

pub(super) fn open_inline(dir: &Path) -> Result<Opened, StoreError> {
    open(dir, &chain().genesis, inline(&Disk::real()))
}

/// A node that has all blocks.
pub(super) fn node() -> (tempfile::TempDir, Opened) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut opened = open_inline(dir.path()).expect("new");
    chain().write_to(&mut opened);
    (dir, opened)
}

fn heights(store: &Store) -> Vec<u64> {
    store.snapshots().iter().map(|pieces| pieces.height().get()).collect()
}

/// Begins to take a snapshot of a node in.
pub(super) fn begin(disk: &Disk, from: &Store, height: Height, directory: &Path) -> Result<Import, ImportError> {
    let manifest = from.manifest(height).expect("it has that snapshot");
    let offer = from.offers().into_iter().find(|offer| offer.header.height == height).expect("offered");
    let changes = from.set_changes(Height::GENESIS, usize::MAX);
    Import::start(disk, directory, from.genesis(), &changes, (&manifest, &offer.certificate))
}

pub(super) fn piece(from: &Store, height: Height, id: PieceId) -> Vec<u8> {
    let piece = match id {
        PieceId::Chunk(number) => from.chunk(height, number),
        PieceId::Recent(number) => from.recent_ids(height, number),
    };
    piece.expect("readable").expect("it has that piece")
}

/// Takes a snapshot of a node in, all of it.
fn take_in(disk: &Disk, from: &Store, height: Height, directory: &Path) -> Result<(), ImportError> {
    let import = begin(disk, from, height, directory)?;
    for id in import.missing()? {
        import.put(id, &piece(from, height, id))?;
    }
    let made = import.finish()?;
    install(disk, directory, &made, false)?;
    Ok(())
}

/// A node that was made from the snapshot of a height.
pub(super) fn joined(from: &Store, height: u64) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    take_in(&Disk::real(), from, Height::new(height), dir.path()).expect("whole");
    let data = dir.path().join("data");
    (dir, data)
}

/// Commits the blocks that a node lacks, and compares all it has from a height on with the chain.
pub(super) fn goes_on(opened: &mut Opened, base: u64) {
    let next = opened.store.tip().height.get() as usize;
    assert_eq!(opened.store.view().state_root(), chain().blocks[next - 1].header.state_root);
    chain().blocks[next..].iter().for_each(|block| append(opened, block));
    let (store, first) = (&opened.store, Height::new(base + 1));
    assert_eq!(store.tip(), chain().state.view().tip());
    assert_eq!(opened.state.view().state_root(), chain().state.view().state_root());
    assert_eq!(opened.state.recent(), chain().state.recent());
    assert_eq!(store.first_height(), first);
    for block in &chain().blocks {
        let (height, found) = (block.header.height, store.block(block.header.height).expect("readable"));
        if height < first {
            assert_eq!(found, Lookup::Pruned { first });
            assert!(store.placed_in(height).expect("readable").is_empty());
            continue;
        }
        let stored = found.found().expect("committed");
        assert_eq!((&stored.bytes, &stored.certificate), (&block.bytes, &block.certificate));
        let placed = store.placed_in(height).expect("readable");
        assert!(placed.iter().map(|one| one.id).eq(block.transactions.iter().map(|one| one.id())));
        assert!(store.is_whole(height).expect("readable"));
    }
    assert_eq!(store.block(store.tip().height.next()).expect("readable"), Lookup::NotYet);
    assert_eq!(store.set_changes(Height::GENESIS, 9).len(), 2, "all changes of the validators are known");
}

#[test]
fn the_state_is_cut_after_the_first_block_of_each_window_and_the_latest_are_kept() {
    let (dir, opened) = node();
    assert_eq!(heights(&opened.store), KEPT);
    let offers = opened.store.offers();
    assert_eq!(offers[0].header, chain().blocks[10].header);
    assert_eq!(opened.store.manifest(Height::new(5)), None);
    assert_eq!(opened.store.chunk(Height::new(5), 0).expect("readable"), None);
    assert_eq!(opened.store.chunk(Height::new(8), 99).expect("readable"), None);
    drop(opened);
    let opened = open_inline(dir.path()).expect("whole");
    assert_eq!((heights(&opened.store), opened.store.offers()), (KEPT.to_vec(), offers));
}

#[test]
fn all_nodes_cut_the_same_bytes_whatever_they_have_in_memory_and_wherever_they_began() {
    let (dir, opened) = node();
    let others = [
        Options { state_cache_bytes: 0, checkpoint_bytes: 1, ..inline(&Disk::real()) },
        Options { checkpoints: Checkpoints::Thread, ..inline(&Disk::real()) },
    ];
    let files = |dir: &Path| {
        ["manifest", "chunks", "recent"].map(|ending| fs::read(dir.join(format!("snapshots/{:020}.{ending}", KEPT[0]))))
    };
    let expected = files(dir.path()).map(|file| file.expect("cut"));
    for options in others {
        let (other, is_beside) = (tempfile::tempdir().expect("temporary"), options.checkpoints == Checkpoints::Thread);
        let mut node = open(other.path(), &chain().genesis, options).expect("new");
        for block in &chain().blocks[..11] {
            append(&mut node, block);
        }
        while is_beside && heights(&node.store).first() != Some(&KEPT[0]) {
            node.store.checkpoint().expect("the disk works");
            std::thread::yield_now();
        }
        assert_eq!(files(other.path()).map(|file| file.expect("cut")), expected);
    }
    let (_joined, data) = joined(&opened.store, 8);
    let mut node = open_inline(&data).expect("whole");
    goes_on(&mut node, 8);
    assert_eq!(files(&data).map(|file| file.expect("cut")), expected);
}

#[test]
fn a_node_made_from_a_snapshot_goes_on_after_it_and_rebuilds_a_lost_index_from_base_and_log() {
    let (_source, source) = node();
    for base in KEPT {
        let (_dir, data) = joined(&source.store, base);
        let opened = open_inline(&data).expect("whole");
        assert_eq!((opened.store.tip().height.get(), opened.report.replayed), (base, 0));
        drop(opened);
        let mut opened = open_inline(&data).expect("whole");
        assert_eq!(opened.report.index_rebuilt, None);
        goes_on(&mut opened, base);
        opened.store.close().expect("the disk works");
        drop(opened);
        for is_lost in [false, true] {
            if is_lost {
                fs::remove_dir_all(data.join("index")).expect("there is one");
            }
            let mut opened = open_inline(&data).expect("whole");
            assert_eq!(opened.report.index_rebuilt.is_some(), is_lost);
            goes_on(&mut opened, base);
        }
    }
}

#[test]
fn a_base_that_is_lost_or_damaged_is_told_and_nothing_is_made_up() {
    let (_source, source) = node();
    let (_dir, data) = joined(&source.store, 8);
    let mut opened = open_inline(&data).expect("whole");
    goes_on(&mut opened, 8);
    drop(opened);
    let base = |ending: &str| PathBuf::from(format!("base/{:020}.{ending}", 8));
    let fault = |change: &dyn Fn(&Path)| {
        let damaged = tempfile::tempdir().expect("a temporary directory");
        copy_dir(&data, damaged.path());
        change(damaged.path());
        open_inline(damaged.path()).err()
    };
    let flip = |dir: &Path, name: &Path| SimulatedDisk::new().flip_bit(&dir.join(name), 70, 1).expect("a file");
    let lost = fault(&|dir| fs::remove_file(dir.join(base("manifest"))).expect("a file"));
    assert!(matches!(lost, Some(StoreError::BaseMissing { first, .. }) if first == Height::new(9)), "{lost:?}");
    for ending in ["manifest", "certificate"] {
        let damaged = fault(&|dir| flip(dir, &base(ending)));
        assert!(matches!(damaged, Some(StoreError::SnapshotDamaged { .. })), "{ending}: {damaged:?}");
    }
    // The index has what a rotten chunk had, until it is lost.
    assert!(fault(&|dir| flip(dir, &base("chunks"))).is_none());
    let damaged = fault(&|dir| {
        flip(dir, &base("chunks"));
        fs::remove_dir_all(dir.join("index")).expect("there is one");
    });
    assert!(matches!(damaged, Some(StoreError::SnapshotDamaged { .. })), "{damaged:?}");
}

#[test]
fn a_snapshot_that_rots_is_served_no_more_and_another_is() {
    let (dir, opened) = node();
    let path = dir.path().join(format!("snapshots/{:020}.chunks", KEPT[0]));
    SimulatedDisk::new().flip_bit(&path, 70, 1).expect("a file");
    assert_eq!(opened.store.chunk(Height::new(KEPT[0]), 0).expect("no fault of the disk"), None);
    assert_eq!(heights(&opened.store), KEPT[1..]);
    assert!(opened.store.chunk(Height::new(KEPT[1]), 0).expect("readable").is_some());
    assert!(!path.exists());
}

#[test]
fn pieces_are_taken_in_once_in_any_order_and_wrong_ones_not_at_all() {
    let (_source, source) = node();
    let (dir, height) = (tempfile::tempdir().expect("temporary"), Height::new(KEPT[0]));
    let import = begin(&Disk::real(), &source.store, height, dir.path()).expect("true");
    let missing = import.missing().expect("readable");
    assert!(missing.len() >= 3, "{missing:?}");
    assert!(matches!(import.finish(), Err(ImportError::Missing(count)) if count == missing.len()));
    for (left, id) in missing.iter().rev().enumerate() {
        let mut bytes = piece(&source.store, height, *id);
        bytes[9] ^= 1;
        assert!(matches!(import.put(*id, &bytes), Err(ImportError::Piece(_))));
        bytes[9] ^= 1;
        import.put(*id, &bytes).expect("its bytes");
        assert_eq!(import.missing().expect("readable").len(), missing.len() - left - 1);
    }
    // Another process goes on; a piece that has rotted meanwhile comes once more.
    let import = begin(&Disk::real(), &source.store, height, dir.path()).expect("true");
    let rotten = fs::read_dir(dir.path().join("join/pieces")).expect("there").next().expect("one").expect("readable");
    SimulatedDisk::new().flip_bit(&rotten.path(), 9, 1).expect("a file");
    assert!(matches!(import.finish(), Err(ImportError::Missing(1))));
    let [id] = import.missing().expect("readable")[..] else { panic!("one is missing") };
    import.put(id, &piece(&source.store, height, id)).expect("its bytes");
    let made = import.finish().expect("whole");
    assert_eq!(install(&Disk::real(), dir.path(), &made, false).expect("the disk works"), None);
    goes_on(&mut open_inline(&dir.path().join("data")).expect("whole"), KEPT[0]);
}

#[test]
fn data_that_is_there_is_replaced_only_by_those_who_say_so_and_goes_aside() {
    let (_source, source) = node();
    let (dir, height) = (tempfile::tempdir().expect("temporary"), Height::new(KEPT[0]));
    take_in(&Disk::real(), &source.store, height, dir.path()).expect("whole");
    let again = take_in(&Disk::real(), &source.store, height, dir.path());
    assert!(matches!(again, Err(ImportError::Exists(_))), "{again:?}");
    let made = dir.path().join("join/data");
    let aside = install(&Disk::real(), dir.path(), &made, true).expect("the disk works").expect("there was data");
    assert_eq!(aside, dir.path().join("data.old-1"));
    for data in [aside, dir.path().join("data")] {
        goes_on(&mut open_inline(&data).expect("whole"), KEPT[0]);
    }
}

#[test]
fn a_backup_has_the_newest_snapshot_and_what_came_after_it() {
    let (source, mut opened) = node();
    for is_cut in [true, false] {
        if !is_cut {
            // A node that has never cut one.
            drop(opened);
            fs::remove_dir_all(source.path().join("snapshots")).expect("there");
            opened = open_inline(source.path()).expect("whole");
        }
        let (copy, node) = (tempfile::tempdir().expect("temporary"), tempfile::tempdir().expect("temporary"));
        let made = backup::write(source.path(), &chain().genesis, copy.path()).expect("readable");
        let base = if is_cut { KEPT[0] } else { 0 };
        assert_eq!((made.base.get(), made.last.get()), (base, BLOCKS as u64));
        let data = backup::read(copy.path(), &chain().genesis, node.path()).expect("whole");
        let first = if is_cut { FIRST_SEGMENT_AFTER_BASE } else { 1 };
        assert!(segment_path(&data.join("log"), first).exists(), "there is room for older blocks before a base");
        let mut opened = open_inline(&data).expect("whole");
        assert_eq!(opened.store.tip().height.get(), BLOCKS as u64);
        goes_on(&mut opened, base);
    }
}

/// The life of a node that cuts its state.
fn live(dir: &Path, disk: &SimulatedDisk, acknowledged: &mut usize) -> Result<(), StoreError> {
    for blocks in [4, 4] {
        let mut opened = open(dir, &chain().genesis, Options { segment_bytes_max: 4_000, ..cutting(disk) })?;
        for _ in 0..blocks {
            append_if_writable(&mut opened, &chain().blocks[*acknowledged])?;
            *acknowledged += 1;
        }
        opened.store.close()?;
    }
    Ok(())
}

pub(super) fn cutting(disk: &SimulatedDisk) -> Options {
    Options { checkpoints: Checkpoints::Inline, ..on(disk) }
}

/// Asserts that every snapshot that a node offers can be had as a whole.
fn offers_what_it_has(opened: &Opened) {
    for pieces in opened.store.snapshots() {
        let (chunks, parts) = (pieces.manifest().chunks().len() as u32, pieces.manifest().recent().len() as u32);
        assert!((0..chunks).all(|number| pieces.chunk(number).is_ok_and(|chunk| chunk.is_some())));
        assert!((0..parts).all(|number| pieces.recent(number).is_ok_and(|part| part.is_some())));
    }
}

#[test]
fn a_power_cut_while_the_state_is_cut_loses_no_block_and_leaves_no_half_a_snapshot() {
    let mut operations = 0;
    loop {
        let (dir, disk, mut acknowledged) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), 0);
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        if live(dir.path(), &disk, &mut acknowledged).is_ok() {
            break;
        }
        disk.crash(u64::from(operations)).expect("the real disk works");
        let index = IndexAfterCrash::ALL[operations as usize % 3];
        disk.crash_index(dir.path(), index, u64::from(operations)).expect("the real disk works");
        let mut opened = open(dir.path(), &chain().genesis, cutting(&disk)).expect("whole");
        let height = opened.store.tip().height.get() as usize;
        assert!((acknowledged..=acknowledged + 1).contains(&height), "cut at {operations}: {height}");
        offers_what_it_has(&opened);
        append(&mut opened, &chain().blocks[height]);
        offers_what_it_has(&opened);
        operations += 1;
    }
    assert!(operations > 100, "{operations} operations");
}

/// Takes a snapshot in, opens what comes of it, and commits a block.
fn join(disk: &SimulatedDisk, from: &Store, node: &Path) -> Result<(), ImportError> {
    let (height, data) = (Height::new(KEPT[1]), node.join("data"));
    complete(&disk.disk(), node)?;
    if !data.exists() {
        take_in(&disk.disk(), from, height, node)?;
    }
    let mut opened = open(&data, &chain().genesis, cutting(disk))?;
    let next = opened.store.tip().height.get() as usize;
    append_if_writable(&mut opened, &chain().blocks[next])?;
    Ok(())
}

#[test]
fn a_power_cut_while_a_snapshot_is_taken_in_leaves_a_node_that_begins_rightly_or_not_at_all() {
    let (_source, source) = node();
    let mut operations = 0;
    loop {
        let (dir, disk) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        if join(&disk, &source.store, dir.path()).is_ok() {
            break;
        }
        disk.crash(u64::from(operations)).expect("the real disk works");
        let data = dir.path().join("data");
        if data.exists() {
            let index = IndexAfterCrash::ALL[operations as usize % 3];
            disk.crash_index(&data, index, u64::from(operations)).expect("the real disk works");
        }
        join(&disk, &source.store, dir.path()).unwrap_or_else(|error| panic!("cut at {operations}: {error}"));
        let mut opened = open(&data, &chain().genesis, cutting(&disk)).expect("whole");
        goes_on(&mut opened, KEPT[1]);
        operations += 1;
    }
    assert!(operations > 60, "{operations} operations");
}

#[test]
fn what_a_node_looks_up_below_its_base_is_said_to_be_elsewhere() {
    let (_source, source) = node();
    let (_dir, data) = joined(&source.store, KEPT[0]);
    let opened = open_inline(&data).expect("whole");
    let first = Height::new(KEPT[0] + 1);
    assert_eq!(opened.store.block(Height::new(1)).expect("readable"), Lookup::Pruned { first });
    assert_eq!(opened.store.block(Height::new(KEPT[0])).expect("readable"), Lookup::Pruned { first });
    assert_eq!(opened.store.block(Height::GENESIS).expect("readable"), Lookup::NotYet);
    assert_eq!(opened.store.block(first).expect("readable"), Lookup::NotYet);
    assert_eq!(opened.store.base().map(|base| base.header().clone()), Some(chain().blocks[10].header.clone()));
    let old = &chain().blocks[0].transactions[0];
    assert_eq!(opened.store.transaction(&old.id()).expect("readable"), None);
    let scrubbed = opened.store.scrub(Height::GENESIS, u64::MAX).expect("readable");
    assert_eq!((scrubbed.next, scrubbed.bytes), (None, 0));
}
