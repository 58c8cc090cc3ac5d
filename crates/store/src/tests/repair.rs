//! Repairs that are interrupted, and damage that looks like an interrupted append.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_types::Height;

use crate::limits::INDEX_ATTEMPTS_MAX;
use crate::testing::{Chain, assert_prefix, assert_same, copy_dir, on, open_small, options, repairing};
use crate::{Faults, Options, SimulatedDisk, StoreError, open};

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir.join("log"))
        .expect("there is a log")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
}

/// A closed store of some blocks, in small segments.
fn closed(blocks: usize) -> (Chain, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(blocks);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    opened.store.close().expect("the disk works");
    (chain, dir)
}

#[test]
fn a_repair_interrupted_at_any_operation_leaves_the_damage_told_and_no_record_deleted() {
    let (chain, dir) = closed(12);
    // The last certificate of a segment: without the segments after it, it would look like an interrupted append.
    let second = &segments(dir.path())[1];
    let last = fs::metadata(second).expect("a segment").len() - 10;
    SimulatedDisk::new().flip_bit(second, last, 0).expect("a segment");
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    let damaged: Vec<Vec<u8>> =
        segments(dir.path()).iter().skip(1).map(|path| fs::read(path).expect("a segment")).collect();
    let mut operations = 0;
    loop {
        let (copy, disk) = (tempfile::tempdir().expect("a temporary directory"), SimulatedDisk::new());
        copy_dir(dir.path(), copy.path());
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        let small = |repair| Options { segment_bytes_max: 4_000, repair, ..on(&disk) };
        let repaired = open(copy.path(), &chain.genesis, small(true));
        let is_complete = repaired.is_ok();
        drop(repaired);
        disk.crash(u64::from(operations)).expect("the real disk works");
        disk.set_faults(Faults::default());
        let label = format!("cut at {operations}");
        let opened = open(copy.path(), &chain.genesis, small(false)).or_else(|error| {
            assert!(matches!(error, StoreError::Damaged { .. }), "{label}: {error}");
            open(copy.path(), &chain.genesis, small(true))
        });
        let opened = opened.expect("repaired");
        let height = usize::try_from(opened.report.height.get()).expect("small");
        assert!((1..12).contains(&height), "{label}: {height}");
        assert!(opened.forgotten.is_some(), "{label}: blocks are gone, and the validator doesn't know");
        assert_prefix(&opened, &chain, height).expect("readable");
        let kept: Vec<Vec<u8>> = fs::read_dir(copy.path().join("log"))
            .expect("there is a log")
            .map(|entry| fs::read(entry.expect("readable").path()).expect("readable"))
            .collect();
        assert!(damaged.iter().all(|segment| kept.contains(segment)), "{label}: something was deleted");
        if is_complete {
            break;
        }
        operations += 1;
    }
    assert!(operations > 5, "{operations} operations");
}

#[test]
fn only_a_repair_that_takes_blocks_away_leaves_the_mark_and_it_stays_until_all_is_remembered() {
    let (chain, dir) = closed(5);
    let opened = open_small(dir.path(), &chain.genesis, repairing()).expect("in order");
    assert!(opened.forgotten.is_none() && opened.report.repaired.is_none());
    drop(opened);
    let last = segments(dir.path()).pop().expect("segments");
    let end = fs::metadata(&last).expect("a segment").len();
    SimulatedDisk::new().flip_bit(&last, end - 10, 0).expect("a segment");
    for options in [repairing(), options(), repairing()] {
        let opened = open_small(dir.path(), &chain.genesis, options).expect("repaired");
        assert!(opened.forgotten.is_some());
    }
    let opened = open_small(dir.path(), &chain.genesis, options()).expect("in order");
    let forgotten = opened.forgotten.clone().expect("nothing has been remembered");
    for _ in 0..2 {
        forgotten.remembered().expect("the disk works");
    }
    drop(opened);
    let opened = open_small(dir.path(), &chain.genesis, options()).expect("in order");
    assert!(opened.forgotten.is_none());
}

#[test]
fn a_log_that_lost_its_end_without_damage_leaves_the_mark_too() {
    let (chain, dir) = closed(12);
    fs::remove_file(segments(dir.path()).pop().expect("segments")).expect("a segment");
    let refused = open_small(dir.path(), &chain.genesis, options()).map(|_| ());
    assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{refused:?}");
    let opened = open_small(dir.path(), &chain.genesis, repairing()).expect("repaired");
    assert!(opened.report.height < Height::new(12) && opened.forgotten.is_some());
}

#[test]
fn a_mark_that_was_removed_stays_removed_through_every_power_cut() {
    let (chain, dir) = closed(5);
    let last = segments(dir.path()).pop().expect("segments");
    let end = fs::metadata(&last).expect("a segment").len();
    SimulatedDisk::new().flip_bit(&last, end - 10, 0).expect("a segment");
    drop(open_small(dir.path(), &chain.genesis, repairing()).expect("repaired"));
    for seed in 0..20 {
        let (copy, disk) = (tempfile::tempdir().expect("a temporary directory"), SimulatedDisk::new());
        copy_dir(dir.path(), copy.path());
        let opened = open_small(copy.path(), &chain.genesis, on(&disk)).expect("in order");
        opened.forgotten.as_ref().expect("it is marked").remembered().expect("the disk works");
        disk.set_faults(Faults { power_is_off: true, ..Faults::default() });
        drop(opened);
        disk.set_faults(Faults::default());
        disk.crash(seed).expect("the real disk works");
        let opened = open_small(copy.path(), &chain.genesis, on(&disk)).expect("in order");
        assert!(opened.forgotten.is_none(), "seed {seed}");
    }
}

#[test]
fn damage_of_the_last_record_is_told_if_a_checkpoint_holds_its_block_however_often_the_start_is_tried() {
    let (chain, dir) = closed(5);
    let last = segments(dir.path()).pop().expect("segments");
    let end = fs::metadata(&last).expect("a segment").len();
    SimulatedDisk::new().flip_bit(&last, end - 10, 0).expect("a segment");
    for attempt in 0..INDEX_ATTEMPTS_MAX + 2 {
        match open_small(dir.path(), &chain.genesis, options()).map(|_| ()) {
            Err(StoreError::Damaged { height, .. }) => assert_eq!(height, Height::new(5), "attempt {attempt}"),
            opened => panic!("attempt {attempt}: {opened:?}"),
        }
    }
    let mut opened = open_small(dir.path(), &chain.genesis, repairing()).expect("repaired");
    assert_eq!(opened.report.height, Height::new(4));
    let repaired = opened.report.repaired.clone().expect("there was damage");
    assert!(repaired.aside.iter().all(|path| path.exists()) && !repaired.aside.is_empty());
    chain.write_to(&mut opened);
    assert_same(&opened, &chain);
}

#[test]
fn a_log_that_lost_committed_blocks_is_refused_however_often_the_start_is_tried() {
    let (chain, dir) = closed(5);
    let last = segments(dir.path()).pop().expect("segments");
    let end = fs::metadata(&last).expect("a segment").len();
    crate::Disk::real().truncate(&last, end - 10).expect("a segment");
    for attempt in 0..INDEX_ATTEMPTS_MAX + 2 {
        let refused = open_small(dir.path(), &chain.genesis, options()).map(|_| ());
        assert!(matches!(refused, Err(StoreError::Damaged { .. })), "attempt {attempt}: {refused:?}");
    }
}

#[test]
fn a_bit_that_rots_anywhere_in_the_log_is_told_with_its_height_or_lies_in_the_last_record() {
    let (chain, dir) = closed(8);
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    for seed in 0..40 {
        let copy = tempfile::tempdir().expect("a temporary directory");
        copy_dir(dir.path(), copy.path());
        let rotten = SimulatedDisk::new().rot_log(copy.path(), seed).expect("the real disk works");
        let opened = match open_small(copy.path(), &chain.genesis, options()) {
            Err(StoreError::Damaged { height, .. }) => {
                let opened = open_small(copy.path(), &chain.genesis, repairing()).expect("repaired");
                assert_eq!(opened.report.height.next(), height, "{rotten:?}");
                opened
            }
            opened => {
                let opened = opened.expect("torn at most");
                assert_eq!(opened.report.height, Height::new(7), "{rotten:?}");
                opened
            }
        };
        let height = usize::try_from(opened.report.height.get()).expect("small");
        assert_prefix(&opened, &chain, height).expect("readable");
    }
}
