//! The fate of a log that is torn or damaged.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_types::Height;

use crate::testing::{Chain, append, assert_same, copy_dir, open_small, options, repairing};
use crate::{StoreError, archive, open};

/// A data directory with a log only, and where in the log each block's records end.
struct Fixture {
    chain: Chain,
    dir: tempfile::TempDir,
    ends: Vec<u64>,
}

fn fixture(blocks: usize) -> Fixture {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(blocks);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    let mut ends = vec![fs::metadata(segment(dir.path(), 1)).expect("there is a log").len()];
    for block in &chain.blocks {
        append(&mut opened, block);
        ends.push(fs::metadata(segment(dir.path(), 1)).expect("there is a log").len());
    }
    drop(opened);
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    Fixture { chain, dir, ends }
}

fn segment(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("log/{number:08}.log"))
}

fn copy(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary directory");
    copy_dir(dir, copy.path());
    copy
}

fn flip(path: &Path, offset: u64) {
    let mut bytes = fs::read(path).expect("a segment");
    bytes[usize::try_from(offset).expect("small")] ^= 0x10;
    fs::write(path, bytes).expect("a segment");
}

#[test]
fn a_crash_at_any_byte_loses_no_block_whose_certificate_was_complete() {
    let Fixture { chain, dir, ends } = fixture(4);
    let log = fs::read(segment(dir.path(), 1)).expect("a log");
    let borders = [ends[1], ends[2], ends[3]].into_iter().flat_map(|end| end - 4..=end + 10);
    let every = (0..=ends[0]).step_by(6).chain(borders).chain((ends[3]..ends[4]).step_by(23)).chain([ends[4]]);
    for len in every {
        let crashed = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir_all(crashed.path().join("log")).expect("a temporary directory");
        fs::write(segment(crashed.path(), 1), &log[..usize::try_from(len).expect("small")]).expect("a copy");
        let complete = ends.iter().skip(1).filter(|end| **end <= len).count();
        let archived = archive::open_dir(crashed.path()).expect("a log");
        assert_eq!(archived.filter(Result::is_ok).count(), complete, "cut at {len}");
        let mut opened = open(crashed.path(), &chain.genesis, options()).expect("only torn");
        assert_eq!(opened.report.height, Height::new(complete as u64), "cut at {len}");
        let kept = ends.iter().rev().find(|end| **end <= len).copied().unwrap_or(0);
        // A complete block record without its certificate is kept; it was proposed.
        assert!(opened.report.torn_bytes <= len - kept, "cut at {len}");
        // The log goes on where it was cut.
        if len % 5 == 0 {
            chain.write_to(&mut opened);
            assert_same(&opened, &chain);
        }
    }
}

#[test]
fn a_flipped_bit_in_any_committed_record_is_damage_of_its_height_and_a_repair_keeps_what_is_before_it() {
    let Fixture { chain, dir, ends } = fixture(5);
    for (height, pair) in ends.windows(2).enumerate().map(|(index, pair)| (index as u64 + 1, pair)) {
        // Of the last block, only its bytes: damage of the very last record looks like a torn one.
        let end = if height == 5 { pair[1] - 9 - 48 - 84 } else { pair[1] };
        let heads = (pair[0]..pair[0] + 10).chain((end - 145..end - 130).step_by(2));
        for offset in heads.chain((pair[0]..end).step_by(331)) {
            let damaged = copy(dir.path());
            flip(&segment(damaged.path(), 1), offset);
            match open(damaged.path(), &chain.genesis, options()).map(|_| ()) {
                Err(StoreError::Damaged { height: found, segment: 1, offset: at, .. }) => {
                    assert_eq!(found, Height::new(height), "flipped at {offset}");
                    assert!((pair[0]..=offset).contains(&at), "flipped at {offset}, found at {at}");
                }
                opened => panic!("flipped at {offset}: {opened:?}"),
            }
            let archived: Vec<_> = archive::open_dir(damaged.path()).expect("a log").collect();
            assert_eq!(archived.len() as u64, height, "the blocks before it and the error");
            assert!(archived.last().is_some_and(Result::is_err));
        }
        let damaged = copy(dir.path());
        flip(&segment(damaged.path(), 1), pair[0] + 20);
        let mut opened = open(damaged.path(), &chain.genesis, repairing()).expect("repaired");
        let repaired = opened.report.repaired.clone().expect("there was damage");
        assert!(repaired.aside.iter().all(|path| path.exists()));
        assert_eq!(opened.report.height, Height::new(height - 1));
        chain.write_to(&mut opened);
        assert_same(&opened, &chain);
        drop(opened);
        let opened = open(damaged.path(), &chain.genesis, options()).expect("whole again");
        assert_eq!(opened.report.repaired, None);
        assert_same(&opened, &chain);
    }
}

#[test]
fn garbage_and_zeros_after_the_last_record_are_a_torn_end() {
    let Fixture { chain, dir, .. } = fixture(3);
    for garbage in [vec![0; 5_000], vec![4; 100], b"\x02\x00\x01\x00\x00garbage".to_vec(), vec![0xff; 600_000]] {
        let torn = copy(dir.path());
        let mut log = fs::read(segment(torn.path(), 1)).expect("a log");
        log.extend(&garbage);
        fs::write(segment(torn.path(), 1), log).expect("a log");
        let opened = open(torn.path(), &chain.genesis, options()).expect("only torn");
        assert_eq!(opened.report.torn_bytes, garbage.len() as u64);
        assert_same(&opened, &chain);
    }
}

#[test]
fn what_looks_like_a_certificate_inside_a_torn_block_is_not_mistaken_for_one() {
    let Fixture { mut chain, dir, .. } = fixture(2);
    let real = chain.next().certificate;
    let mut forged = real.clone();
    forged.signatures = lojal_types::Bounded::new(
        real.signatures
            .iter()
            .map(|one| lojal_types::CommitSignature { signature: lojal_types::Signature::new([7; 64]), ..*one })
            .collect(),
    )
    .expect("one");
    for (certificate, is_torn) in [(forged, true), (real, false)] {
        let copy = copy(dir.path());
        let mut log = fs::read(segment(copy.path(), 1)).expect("a log");
        log.extend([2, 0, 0, 1, 0, 9, 9, 9, 9, 1, 2, 3]);
        crate::log::record::put(&mut log, crate::log::record::Kind::Commit, &crate::log::record::encode(&certificate));
        fs::write(segment(copy.path(), 1), log).expect("a log");
        let opened = open(copy.path(), &chain.genesis, options());
        if is_torn {
            assert_same(&opened.expect("only torn"), &chain);
        } else {
            assert!(matches!(opened.map(|_| ()), Err(StoreError::Damaged { .. })));
        }
    }
}

#[test]
fn a_missing_segment_is_damage_and_a_repair_sets_the_later_ones_aside() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(20);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    drop(opened);
    fs::remove_file(segment(dir.path(), 3)).expect("a segment");
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    let refused = open_small(dir.path(), &chain.genesis, options()).map(|_| ());
    let Err(StoreError::Damaged { height, segment: 3, offset: 0, .. }) = refused else { panic!("{refused:?}") };
    assert!(archive::open_dir(dir.path()).expect("a log").any(|block| block.is_err()));
    let mut opened = open_small(dir.path(), &chain.genesis, repairing()).expect("repaired");
    assert_eq!(opened.report.height.next(), height);
    assert!(opened.report.repaired.as_ref().is_some_and(|repaired| repaired.aside.len() > 1));
    chain.write_to(&mut opened);
    assert_same(&opened, &chain);
}

#[test]
fn damage_before_the_checkpoint_is_found_when_the_block_is_read_and_repaired_with_the_index() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    // More than what stays in memory would hide the damage; a reopened store has nothing in memory.
    let chain = Chain::of(20);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    opened.store.close().expect("the disk works");
    drop(opened);
    flip(&segment(dir.path(), 1), 200);
    let opened = open_small(dir.path(), &chain.genesis, options()).expect("nothing to replay");
    let read = opened.store.block(Height::new(1));
    assert!(matches!(read, Err(StoreError::Damaged { height, .. }) if height == Height::new(1)));
    drop(opened);
    let mut opened = open_small(dir.path(), &chain.genesis, repairing()).expect("repaired");
    assert!(opened.report.index_rebuilt.is_some());
    assert_eq!(opened.report.height, Height::GENESIS);
    chain.write_to(&mut opened);
    assert_same(&opened, &chain);
}

#[test]
fn a_log_that_ends_before_the_checkpoint_has_lost_committed_blocks() {
    let Fixture { chain, dir, ends } = fixture(4);
    let opened = open(dir.path(), &chain.genesis, options()).expect("whole");
    opened.store.close().expect("the disk works");
    drop(opened);
    crate::disk::Disk::real().truncate(&segment(dir.path(), 1), ends[2] + 5).expect("a log");
    match open(dir.path(), &chain.genesis, options()).map(|_| ()) {
        Err(StoreError::Damaged { height, offset, .. }) => assert_eq!((height, offset), (Height::new(3), ends[2])),
        opened => panic!("{opened:?}"),
    }
    let mut opened = open(dir.path(), &chain.genesis, repairing()).expect("repaired");
    assert_eq!(opened.report.height, Height::new(2));
    chain.write_to(&mut opened);
    assert_same(&opened, &chain);
}

#[test]
fn a_block_that_is_whole_but_not_valid_stops_the_start_and_a_repair_ends_the_log_before_it() {
    let Fixture { mut chain, dir, .. } = fixture(3);
    let next = chain.next();
    let mut forged = next.certificate.clone();
    forged.round += 1;
    let mut log = fs::read(segment(dir.path(), 1)).expect("a log");
    let len = log.len() as u64;
    crate::log::record::put(&mut log, crate::log::record::Kind::Block, &next.bytes);
    crate::log::record::put(&mut log, crate::log::record::Kind::Commit, &crate::log::record::encode(&forged));
    fs::write(segment(dir.path(), 1), log).expect("a log");
    match open(dir.path(), &chain.genesis, options()).map(|_| ()) {
        Err(StoreError::Damaged { height, offset, .. }) => assert_eq!((height, offset), (Height::new(4), len)),
        opened => panic!("{opened:?}"),
    }
    let opened = open(dir.path(), &chain.genesis, repairing()).expect("repaired");
    assert!(opened.report.repaired.is_some());
    assert!(opened.pending.is_empty());
    assert_same(&opened, &chain);
}
