//! Blocks that are given up: what is left, what is archived, and power cuts anywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use lojal_types::Height;

use crate::archive::{self, ArchiveError};
use crate::disk::Disk;
use crate::testing::{Chain, append, append_if_writable, assert_history_since, copy_dir, member};
use crate::trust::Trust;
use crate::{
    Checkpoints, Faults, IndexAfterCrash, Lookup, Opened, Options, Retain, SimulatedDisk, StoreError, backup, open,
};

const BLOCKS: usize = 24;
/// The base after all blocks, when as little is kept as possible: two later snapshots are offered.
const BASE: u64 = 17;
const LEAST: Retain = Retain::Since(Height::new(u64::MAX));

fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| Chain::cut_often(BLOCKS))
}

fn keeping(disk: &Disk, retain: Retain, archives: bool) -> Options {
    Options {
        checkpoints: Checkpoints::Inline,
        checkpoint_bytes: u64::MAX,
        segment_bytes_max: 4_000,
        retain,
        archives,
        disk: disk.clone(),
        ..Options::default()
    }
}

fn open_with(dir: &Path, retain: Retain) -> Result<Opened, StoreError> {
    open(dir, &chain().genesis, keeping(&Disk::real(), retain, true))
}

/// A node that has seen all blocks.
fn node(retain: Retain, archives: bool) -> (tempfile::TempDir, Opened) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut opened = open(dir.path(), &chain().genesis, keeping(&Disk::real(), retain, archives)).expect("new");
    chain().write_to(&mut opened);
    (dir, opened)
}

/// Asserts that a node has the state, and of the blocks those after a base.
fn has_what_is_after(opened: &Opened, base: u64) {
    let (store, first) = (&opened.store, Height::new(base + 1));
    let blocks = &chain().blocks[..store.tip().height.get() as usize];
    assert_eq!(store.first_height(), first);
    assert_eq!(store.view().state_root(), blocks.last().expect("some").header.state_root);
    for block in blocks {
        let (height, id) = (block.header.height, block.transactions[0].id());
        let (found, placed) = (store.block(height).expect("readable"), store.placed_in(height).expect("readable"));
        if height < first {
            // The newest are in memory still.
            assert!(matches!(found, Lookup::Pruned { first: told } if told == first) || found.found().is_some());
            assert!(placed.is_empty());
            continue;
        }
        let stored = found.found().expect("committed");
        assert_eq!((&stored.bytes, &stored.certificate), (&block.bytes, &block.certificate));
        assert!(placed.iter().map(|one| one.id).eq(block.transactions.iter().map(|one| one.id())));
        assert_eq!(store.transaction(&id).expect("readable").map(|placed| placed.height), Some(height));
        assert!(store.is_whole(height).expect("readable"));
    }
    for number in 0..20 {
        assert_history_since(opened, blocks, member(number).address(), first).expect("readable");
    }
    assert_eq!(store.scrub(Height::GENESIS, u64::MAX).expect("readable").next, None);
    assert!(store.damaged().borrow().is_empty());
}

/// The heights of all blocks in archive and log; each is compared with the chain.
fn archived_and_logged(dir: &Path) -> Result<Vec<u64>, ArchiveError> {
    let mut heights = Vec::new();
    for block in archive::open_dir(dir)? {
        let block = block?;
        let height = block.certificate.height.get();
        assert_eq!(block.bytes, chain().blocks[height as usize - 1].bytes);
        heights.push(height);
    }
    Ok(heights)
}

fn names(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("readable").file_name();
    let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names
}

#[test]
fn blocks_that_need_not_be_kept_are_archived_and_the_rest_is_there_also_after_a_start_and_without_an_index() {
    let (dir, opened) = node(LEAST, true);
    has_what_is_after(&opened, BASE);
    drop(opened);
    let log = names(&dir.path().join("log"));
    assert!(!log.contains(&"00000001.log".to_owned()) && !names(&dir.path().join("archive")).is_empty(), "{log:?}");
    let all: Vec<u64> = (1..=BLOCKS as u64).collect();
    assert_eq!(archived_and_logged(dir.path()).expect("readable"), all);
    // Entries of blocks that are gone are out of the index as if they had never been.
    Trust::in_directory(&Disk::real(), dir.path()).unsettle().expect("the disk works");
    let opened = open_with(dir.path(), LEAST).expect("whole");
    assert_eq!(opened.report.index_rebuilt, None);
    has_what_is_after(&opened, BASE);
    drop(opened);
    fs::remove_dir_all(dir.path().join("index")).expect("there is one");
    let opened = open_with(dir.path(), LEAST).expect("base and log are the truth");
    assert!(opened.report.index_rebuilt.is_some());
    assert_eq!(opened.report.replayed, BLOCKS as u64 - BASE);
    has_what_is_after(&opened, BASE);
}

#[test]
fn without_an_archive_segments_are_gone_and_what_the_index_knows_of_them_goes_with_them() {
    let (dir, opened) = node(LEAST, false);
    has_what_is_after(&opened, BASE);
    let old = chain().blocks[0].transactions[0].id();
    assert_eq!(opened.store.transaction(&old).expect("readable"), None, "its run is gone");
    drop(opened);
    assert!(!dir.path().join("archive").exists());
    let left = archived_and_logged(dir.path()).expect("readable");
    assert!(left[0] > 1 && left[0] <= BASE + 1 && left.last() == Some(&(BLOCKS as u64)), "{left:?}");
}

#[test]
fn no_more_is_given_up_than_the_wish_says_and_nothing_if_all_is_to_be_kept() {
    for (since, base) in [(12, 11), (11, 8), (2, 0)] {
        let (_dir, opened) = node(Retain::Since(Height::new(since)), true);
        has_what_is_after(&opened, base);
    }
    let (dir, opened) = node(Retain::All, true);
    has_what_is_after(&opened, 0);
    drop(opened);
    assert_eq!((names(&dir.path().join("base")), names(&dir.path().join("base.later"))), (Vec::new(), Vec::new()));
}

#[test]
fn a_snapshot_waits_to_become_the_base_as_long_as_days_are_to_be_kept_and_goes_when_all_is() {
    let later =
        |dir: &Path| names(&dir.join("base.later")).into_iter().filter(|name| name.ends_with(".manifest")).count();
    let (dir, opened) = node(Retain::Days(1), true);
    has_what_is_after(&opened, 0);
    drop(opened);
    assert_eq!(later(dir.path()), 1);
    drop(open_with(dir.path(), Retain::Days(1)).expect("whole"));
    assert_eq!(later(dir.path()), 1);
    drop(open_with(dir.path(), Retain::All).expect("whole"));
    assert_eq!(names(&dir.path().join("base.later")), Vec::<String>::new());
}

#[test]
fn a_backup_of_a_node_that_has_given_up_blocks_is_whole() {
    let (source, opened) = node(LEAST, true);
    drop(opened);
    let (copy, joined) = (tempfile::tempdir().expect("temporary"), tempfile::tempdir().expect("temporary"));
    let made = backup::write(source.path(), &chain().genesis, copy.path()).expect("readable");
    assert_eq!((made.base.get(), made.last.get()), (23, BLOCKS as u64));
    let data = backup::read(copy.path(), &chain().genesis, joined.path()).expect("whole");
    has_what_is_after(&open_with(&data, LEAST).expect("whole"), 23);
}

#[test]
fn a_base_that_is_lost_or_damaged_with_the_index_is_named() {
    let (dir, opened) = node(LEAST, true);
    drop(opened);
    let fault = |change: &dyn Fn(&Path)| {
        let damaged = tempfile::tempdir().expect("a temporary directory");
        copy_dir(dir.path(), damaged.path());
        change(damaged.path());
        open_with(damaged.path(), LEAST).err()
    };
    let base = |ending: &str| PathBuf::from(format!("base/{BASE:020}.{ending}"));
    let lost = fault(&|dir| fs::remove_file(dir.join(base("manifest"))).expect("a file"));
    assert!(matches!(lost, Some(StoreError::BaseMissing { .. })), "{lost:?}");
    let damaged = fault(&|dir| {
        SimulatedDisk::new().flip_bit(&dir.join(base("chunks")), 70, 1).expect("a file");
        fs::remove_dir_all(dir.join("index")).expect("there is one");
    });
    assert!(matches!(damaged, Some(StoreError::SnapshotDamaged { .. })), "{damaged:?}");
}

#[test]
fn an_archived_segment_that_rots_is_named() {
    let (dir, opened) = node(LEAST, true);
    drop(opened);
    let path = dir.path().join("archive").join(&names(&dir.path().join("archive"))[1]);
    let bytes = fs::read(&path).expect("a file").len() as u64;
    for offset in [0, 3, bytes / 3, bytes / 2, bytes - 6, bytes - 1] {
        SimulatedDisk::new().flip_bit(&path, offset, 1).expect("a file");
        match archived_and_logged(dir.path()) {
            Err(ArchiveError::Archived { path: named, .. }) => assert_eq!(named, path),
            other => panic!("byte {offset}: {other:?}"),
        }
        SimulatedDisk::new().flip_bit(&path, offset, 1).expect("a file");
    }
    // Without it, what comes after it is there.
    fs::remove_file(&path).expect("a file");
    let left = archived_and_logged(dir.path()).expect("readable");
    assert!(left[0] > 1 && left.last() == Some(&(BLOCKS as u64)), "{left:?}");
}

#[test]
fn a_disk_that_is_full_while_a_segment_is_archived_deletes_nothing_and_it_is_done_when_there_is_room() {
    let (dir, disk) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
    let mut opened = open(dir.path(), &chain().genesis, keeping(&disk.disk(), Retain::All, true)).expect("new");
    chain().blocks[..22].iter().for_each(|block| append(&mut opened, block));
    opened.store.close().expect("the disk works");
    drop(opened);
    let opened = open(dir.path(), &chain().genesis, keeping(&disk.disk(), LEAST, true)).expect("whole");
    let shared = opened.store.shared();
    let gone: Vec<_> = shared.snapshots.newest().into_iter().skip(1).collect();
    shared.retire(&gone, opened.store.view().tip().time_ms).expect("the disk works");
    disk.set_faults(Faults { full_after_bytes: Some(100), ..Faults::default() });
    shared.prune().expect_err("the disk is full");
    assert!(dir.path().join("log/00000001.log").exists());
    disk.set_faults(Faults::default());
    assert!(shared.prune().expect("there is room"));
    assert!(!dir.path().join("log/00000001.log").exists());
    assert_eq!(archived_and_logged(dir.path()).expect("readable"), (1..=22).collect::<Vec<_>>());
}

/// The life of a node that gives up as much as it may.
fn live(dir: &Path, disk: &Disk, archives: bool, acknowledged: &mut usize) -> Result<(), StoreError> {
    for blocks in [8, 1] {
        let mut opened = open(dir, &chain().genesis, keeping(disk, LEAST, archives))?;
        for _ in 0..blocks {
            append_if_writable(&mut opened, &chain().blocks[*acknowledged])?;
            *acknowledged += 1;
        }
        opened.store.close()?;
    }
    Ok(())
}

/// Cuts the power at every operation of a node's life: it starts again with all that it told others, and goes on.
fn survives_power_cuts(archives: bool) {
    let mut operations = 0;
    loop {
        let (dir, disk, mut acknowledged) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), 0);
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        if live(dir.path(), &disk.disk(), archives, &mut acknowledged).is_ok() {
            break;
        }
        disk.crash(u64::from(operations)).expect("the real disk works");
        if archives && acknowledged > 0 {
            let left = archived_and_logged(dir.path()).unwrap_or_else(|error| panic!("cut at {operations}: {error}"));
            assert!(left.starts_with(&(1..=acknowledged as u64).collect::<Vec<_>>()), "cut at {operations}: {left:?}");
        }
        let index = IndexAfterCrash::ALL[operations as usize % 3];
        disk.crash_index(dir.path(), index, u64::from(operations)).expect("the real disk works");
        let mut opened = open(dir.path(), &chain().genesis, keeping(&disk.disk(), LEAST, archives))
            .unwrap_or_else(|error| panic!("cut at {operations}: {error}"));
        let height = opened.store.tip().height.get() as usize;
        assert!((acknowledged..=acknowledged + 1).contains(&height), "cut at {operations}: {height}");
        if height > 0 {
            has_what_is_after(&opened, opened.store.first_height().get() - 1);
        }
        // Where it had got to a base, it goes on from there; else it comes to one.
        chain().blocks[height..].iter().take(9).for_each(|block| append(&mut opened, block));
        let base = opened.store.first_height().get() - 1;
        assert!(base > 0, "cut at {operations}");
        has_what_is_after(&opened, base);
        operations += 1;
    }
    assert!(operations > 200, "{operations} operations");
}

#[test]
fn a_power_cut_while_blocks_are_archived_loses_none() {
    survives_power_cuts(true);
}

#[test]
fn a_power_cut_while_blocks_are_deleted_loses_none_that_is_kept() {
    survives_power_cuts(false);
}
