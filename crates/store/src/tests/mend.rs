//! Rot below the end of the log of a store that is open: found, and put right in place.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_types::{Bounded, CommitSignature, Height, Signature};
use tempfile::TempDir;

use crate::testing::{Chain, append, assert_same, on, options};
use crate::{Faults, MendError, Opened, Options, ProposalRecord, SimulatedDisk, StoredBlock, archive, open};

/// A store with several segments and a checkpoint, in whose log are blocks and proposals that were not decided, before
/// and after those that were.
fn store(disk: &SimulatedDisk, blocks: usize) -> (TempDir, Chain, Opened) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::new();
    let mut opened = open(dir.path(), &chain.genesis, small(disk)).expect("new");
    for number in 0..blocks {
        let (decided, bytes) = chain.proposal(0);
        let (other, other_bytes) = chain.proposal(1);
        let mut propose = |record: &ProposalRecord, bytes: &[u8]| {
            opened.writer.append_proposal(record, bytes).expect("the disk works");
        };
        match number % 3 {
            0 => propose(&other, &other_bytes),
            1 => {
                propose(&decided, &bytes);
                propose(&other, &other_bytes);
            }
            _ => (),
        }
        let certificate = chain.certify(&decided);
        let block = chain.push(&archive::ArchivedBlock { bytes, certificate });
        append(&mut opened, &block);
    }
    opened.store.checkpoint().expect("the disk works");
    (dir, chain, opened)
}

fn small(disk: &SimulatedDisk) -> Options {
    Options { segment_bytes_max: 1_500, ..on(disk) }
}

fn offer(chain: &Chain, height: Height) -> StoredBlock {
    let block = &chain.blocks[usize::try_from(height.get()).expect("small") - 1];
    StoredBlock { bytes: Arc::clone(&block.bytes), certificate: block.certificate.clone() }
}

/// The segments, in order.
fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir.join("log")).expect("a log").map(|entry| entry.expect("a segment").path()).collect();
    paths.sort();
    paths
}

fn damaged(opened: &Opened) -> Vec<Height> {
    opened.store.damaged().borrow().iter().copied().collect()
}

fn scrub(opened: &Opened) {
    let mut next = Some(Height::GENESIS);
    while let Some(from) = next {
        next = opened.store.scrub(from, 700).expect("the index works").next;
    }
}

#[test]
fn a_flipped_bit_anywhere_below_the_end_is_found_at_its_height_and_put_right_in_place() {
    let disk = SimulatedDisk::new();
    let (dir, chain, opened) = store(&disk, 6);
    scrub(&opened);
    assert_eq!(damaged(&opened), []);
    let mut fillers = 0;
    let segments = segments(dir.path());
    assert!(segments.len() > 2, "{} segments", segments.len());
    for path in segments {
        let whole = fs::read(&path).expect("a segment");
        for offset in (0..whole.len()).step_by(7).chain(0..60) {
            disk.flip_bit(&path, offset as u64, offset as u8).expect("the disk works");
            scrub(&opened);
            let found = damaged(&opened);
            assert_eq!(found.len(), 1, "{} byte {offset}: {found:?}", path.display());
            opened.store.mend(found[0], &offer(&chain, found[0])).expect("the block is right");
            assert_eq!(damaged(&opened), []);
            scrub(&opened);
            assert_eq!(damaged(&opened), []);
            let now = fs::read(&path).expect("a segment");
            assert_eq!(now.len(), whole.len());
            if now != whole {
                fillers += 1;
                fs::write(&path, &whole).expect("the disk works");
            }
        }
    }
    assert!(fillers > 10, "what was not decided becomes filler");
    let counts = opened.store.counts();
    assert_eq!((counts.damaged, counts.damage_found), (0, counts.mended));
    assert!(counts.mended > 100 && counts.scrubs > 200 && counts.scrubbed_height == Height::new(6), "{counts:?}");
}

#[test]
fn a_log_that_was_put_right_is_read_from_its_start_by_an_auditor_and_by_a_node_without_its_index() {
    let disk = SimulatedDisk::new();
    let (dir, chain, opened) = store(&disk, 6);
    for path in segments(dir.path()) {
        let bytes = fs::metadata(&path).expect("a segment").len();
        for offset in (3..bytes).step_by(61) {
            disk.flip_bit(&path, offset, 3).expect("the disk works");
        }
    }
    scrub(&opened);
    assert_eq!(damaged(&opened).len(), 6, "all of it has rotted");
    for height in damaged(&opened) {
        opened.store.mend(height, &offer(&chain, height)).expect("the block is right");
    }
    assert_same(&opened, &chain);
    let read: Vec<_> = archive::open_dir(dir.path()).expect("a log").collect::<Result<_, _>>().expect("undamaged");
    assert_eq!(read.len(), 6);
    opened.store.close().expect("the disk works");
    drop(opened);
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    assert_same(&open(dir.path(), &chain.genesis, options()).expect("undamaged"), &chain);
}

#[test]
fn a_reader_that_meets_rot_notes_it_and_only_what_is_right_is_taken_for_the_block() {
    let disk = SimulatedDisk::new();
    let (dir, chain, mut opened) = store(&disk, 5);
    opened.store.close().expect("the disk works");
    drop(opened);
    opened = open(dir.path(), &chain.genesis, small(&disk)).expect("in order");
    let path = segments(dir.path()).remove(0);
    let whole = fs::read(&path).expect("a segment");
    let block = &chain.blocks[0].bytes;
    let at = whole.windows(block.len()).position(|window| *window == **block).expect("the first block");
    disk.flip_bit(&path, at as u64 + 9, 0).expect("the disk works");
    let height = Height::new(1);
    assert!(opened.store.block(height).is_err());
    assert_eq!(damaged(&opened), [height]);
    let export = |from| opened.store.export(Height::new(from), 9, usize::MAX);
    assert!(export(1).is_err() && export(0).is_err());
    assert_eq!(archive::Reader::new(&*export(2).expect("undamaged")).expect("an archive").count(), 4);

    let right = offer(&chain, height);
    let mut unsigned = right.clone();
    let nobody =
        CommitSignature { validator: unsigned.certificate.signatures[0].validator, signature: Signature::new([7; 64]) };
    unsigned.certificate.signatures = Bounded::new(vec![nobody]).expect("one");
    let mut changed = right.clone();
    let last = changed.bytes.len() - 1;
    Arc::make_mut(&mut changed.bytes)[last] ^= 1;
    let garbage = StoredBlock { bytes: Arc::from([1, 2, 3].as_slice()), certificate: right.certificate.clone() };
    let rotten = fs::read(&path).expect("a segment");
    for wrong in [unsigned, changed, garbage, offer(&chain, Height::new(2))] {
        assert!(matches!(opened.store.mend(height, &wrong), Err(MendError::OtherBlock(_))));
        assert_eq!(fs::read(&path).expect("a segment"), rotten, "nothing is written");
    }
    opened.store.mend(height, &right).expect("the block is right");
    assert_eq!(fs::read(&path).expect("a segment"), whole);
    assert_eq!(damaged(&opened), []);
    assert!(opened.store.is_whole(height).expect("readable"));
    // The writer goes on in the same file.
    let mut chain = chain;
    let next = chain.next();
    let next = chain.push(&next);
    append(&mut opened, &next);
    assert_same(&opened, &chain);
}

#[test]
fn a_read_that_fails_once_is_forgotten_when_it_succeeds() {
    let disk = SimulatedDisk::new();
    let (_dir, _chain, opened) = store(&disk, 3);
    disk.set_faults(Faults { read_fails_after: Some(0), ..Faults::default() });
    assert!(!opened.store.is_whole(Height::new(2)).expect("the index works"));
    assert_eq!(damaged(&opened), [Height::new(2)]);
    assert!(opened.store.is_whole(Height::new(2)).expect("the index works"));
    assert_eq!(damaged(&opened), []);
    assert_eq!(opened.store.counts().mended, 0);
}

#[test]
fn a_power_cut_or_a_fault_at_any_operation_of_mending_leaves_nothing_worse_and_it_succeeds_later() {
    let mut cuts = 0;
    for (operation, seed) in (0..16).flat_map(|operation| (0..2).map(move |seed| (operation, seed))) {
        for fault in ["power", "sync", "write"] {
            let disk = SimulatedDisk::new();
            let (dir, chain, opened) = store(&disk, 4);
            let path = segments(dir.path()).remove(0);
            let bytes = fs::metadata(&path).expect("a segment").len();
            for offset in (5..bytes).step_by(40) {
                disk.flip_bit(&path, offset, 1).expect("the disk works");
            }
            scrub(&opened);
            let rotten = damaged(&opened);
            disk.set_faults(match fault {
                "power" => Faults { power_fails_after: Some(operation), ..Faults::default() },
                "sync" => Faults { sync_fails_after: Some(operation), ..Faults::default() },
                _ => Faults { write_fails_after_bytes: Some(u64::from(operation) * 50), ..Faults::default() },
            });
            let mended = rotten.iter().try_for_each(|height| opened.store.mend(*height, &offer(&chain, *height)));
            cuts += usize::from(mended.is_err());
            drop(opened);
            disk.set_faults(Faults::default());
            disk.crash(seed).expect("the real disk works");
            let opened = open(dir.path(), &chain.genesis, small(&disk)).expect("the checkpoint is undamaged");
            scrub(&opened);
            let left = damaged(&opened);
            assert!(left.iter().all(|height| rotten.contains(height)), "{left:?} of {rotten:?}");
            for height in left {
                opened.store.mend(height, &offer(&chain, height)).expect("the disk works");
            }
            scrub(&opened);
            assert_eq!(damaged(&opened), []);
            assert_same(&opened, &chain);
        }
    }
    assert!(cuts > 25, "{cuts} cuts");
}
