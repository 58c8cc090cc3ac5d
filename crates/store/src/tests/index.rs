//! The fate of an index that is lost or damaged.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};

use lojal_types::Height;

use crate::disk::Disk;
use crate::index::redo::Changes;
use crate::index::tests::change_contents;
use crate::limits::INDEX_ATTEMPTS_MAX;
use crate::testing::{Chain, assert_same, copy_dir, options};
use crate::{StoreError, open};

/// A closed store of ten blocks, five of them in the checkpoint.
pub(super) fn fixture() -> (Chain, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::of(5);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    opened.store.checkpoint().expect("the disk works");
    (0..5).for_each(|_| chain.grow());
    chain.write_to(&mut opened);
    drop(opened);
    (chain, dir)
}

/// Changes the index as if sled had lost or changed something.
fn tamper(dir: &Path, change: impl FnOnce(&sled::Db)) {
    let db = loop {
        match sled::open(dir.join("index")) {
            Ok(db) => break db,
            // A thread of sled's still holds it.
            Err(sled::Error::Io(_)) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    change(&db);
    db.flush().expect("the disk works");
}

fn mark(dir: &Path) -> PathBuf {
    dir.join("index.unverified")
}

/// The files of the runs, in their order.
fn runs(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("index/runs")).expect("there are runs");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "run"));
    paths.sort();
    paths
}

pub(super) fn assert_rebuilt(dir: &Path, chain: &Chain) {
    let opened = open(dir, &chain.genesis, options()).expect("the log has it all");
    let rebuilt = opened.report.index_rebuilt.clone().expect("rebuilt");
    assert!(rebuilt.aside.is_some_and(|aside| aside.exists()) && !rebuilt.reason.is_empty());
    assert_eq!(opened.report.replayed, 10);
    assert_same(&opened, chain);
    opened.store.close().expect("the disk works");
    drop(opened);
    let opened = open(dir, &chain.genesis, options()).expect("closed");
    assert_eq!((&opened.report.index_rebuilt, opened.report.checkpoint_height), (&None, Height::new(10)));
    assert_same(&opened, chain);
}

#[test]
fn a_removed_index_is_rebuilt() {
    let (chain, dir) = fixture();
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    let opened = open(dir.path(), &chain.genesis, options()).expect("the log has it all");
    assert_eq!(opened.report.replayed, 10);
    assert!(opened.report.index_rebuilt.as_ref().is_some_and(|rebuilt| rebuilt.aside.is_none()));
    assert_same(&opened, &chain);
}

#[test]
fn an_index_whose_files_are_garbage_is_moved_aside_and_rebuilt() {
    for file in ["db", "conf"] {
        let (chain, dir) = fixture();
        let path = dir.path().join("index").join(file);
        let len = fs::metadata(&path).expect("a file of sled's").len();
        fs::write(&path, vec![0xa5; usize::try_from(len).expect("small")]).expect("a file of sled's");
        assert_rebuilt(dir.path(), &chain);
    }
}

#[test]
fn an_index_with_damage_anywhere_never_gives_wrong_answers() {
    let (chain, dir) = fixture();
    let db = dir.path().join("index/db");
    let len = fs::metadata(&db).expect("a file of sled's").len();
    for offset in (0..len.min(40_000)).step_by(1_999) {
        let damaged = tempfile::tempdir().expect("a temporary directory");
        copy_dir(dir.path(), damaged.path());
        let path = damaged.path().join("index/db");
        let mut bytes = fs::read(&path).expect("a file of sled's");
        for byte in bytes.iter_mut().skip(usize::try_from(offset).expect("small")).take(300) {
            *byte ^= 0x55;
        }
        fs::write(&path, bytes).expect("a file of sled's");
        fs::write(mark(damaged.path()), b"").expect("a mark");
        let opened = open(damaged.path(), &chain.genesis, options()).expect("the log has it all");
        assert_same(&opened, &chain);
    }
}

#[test]
fn a_state_that_is_not_that_of_its_block_is_not_used() {
    let (chain, dir) = fixture();
    change_contents(dir.path(), |tree, _| {
        let (key, _) = tree.iter().next().expect("a state").expect("in memory");
        *tree = tree.apply(&[(key.into(), None)].into()).expect("in memory");
    });
    assert_rebuilt(dir.path(), &chain);
}

#[test]
fn recent_ids_that_are_not_those_of_the_state_are_not_used() {
    let (chain, original) = fixture();
    let changes: [fn(&mut Vec<u32>); 3] =
        [|minutes| minutes[0] ^= 1, |minutes| minutes.truncate(minutes.len() - 1), |minutes| minutes.push(1)];
    for change in changes {
        let (chain, dir) = (&chain, tempfile::tempdir().expect("a temporary directory"));
        copy_dir(original.path(), dir.path());
        change_contents(dir.path(), |_, minutes| change(minutes));
        assert_rebuilt(dir.path(), chain);
    }
}

#[test]
fn an_entry_lost_in_an_interrupted_checkpoint_is_noticed() {
    for prefix in [1, 6, 8] {
        let (chain, dir) = fixture();
        tamper(dir.path(), |db| {
            let (key, _) = db.scan_prefix([prefix]).next().expect("entries").expect("readable");
            db.remove(key).expect("writable");
        });
        fs::write(mark(dir.path()), b"").expect("a mark");
        assert_rebuilt(dir.path(), &chain);
    }
}

#[test]
fn entries_written_ahead_by_an_unfinished_checkpoint_are_not_seen_and_do_no_harm() {
    let (chain, dir) = fixture();
    let finished = tempfile::tempdir().expect("a temporary directory");
    copy_dir(dir.path(), finished.path());
    open(finished.path(), &chain.genesis, options()).expect("crashed").store.close().expect("the disk works");
    // What a later checkpoint writes ahead, without its end.
    copy_dir(&finished.path().join("index/runs"), &dir.path().join("index/runs"));
    assert_eq!(runs(dir.path()).len(), 2);
    tamper(finished.path(), |from| {
        tamper(dir.path(), |to| {
            for entry in from.scan_prefix([1]) {
                let (key, value) = entry.expect("readable");
                to.insert(key, value).expect("writable");
            }
        });
    });
    fs::write(mark(dir.path()), b"").expect("a mark");
    let opened = open(dir.path(), &chain.genesis, options()).expect("crashed");
    assert_eq!((&opened.report.index_rebuilt, opened.report.checkpoint_height), (&None, Height::new(5)));
    assert_eq!(runs(dir.path()).len(), 1, "a run that no checkpoint lists is deleted");
    assert_same(&opened, &chain);
    opened.store.close().expect("the disk works");
    assert_same(&opened, &chain);
}

/// The changes that a checkpoint at height 10 makes all or nothing, taken from one that was completed.
fn changes_to_the_end(chain: &Chain, dir: &Path) -> Changes {
    let finished = tempfile::tempdir().expect("a temporary directory");
    copy_dir(dir, finished.path());
    open(finished.path(), &chain.genesis, options()).expect("crashed").store.close().expect("the disk works");
    copy_dir(&finished.path().join("index/runs"), &dir.join("index/runs"));
    let mut changes = Changes::default();
    tamper(finished.path(), |to| {
        tamper(dir, |from| {
            for entry in to.iter() {
                let (key, value) = entry.expect("readable");
                if key[0] == 1 {
                    from.insert(key, value).expect("writable");
                } else {
                    changes.put(key.to_vec(), value.to_vec());
                }
            }
        });
    });
    changes
}

#[test]
fn a_checkpoint_whose_changes_were_only_begun_is_completed_at_the_next_start() {
    let (chain, dir) = fixture();
    let mut changes = changes_to_the_end(&chain, dir.path());
    let redo = dir.path().join("index.redo");
    changes.save(&Disk::real(), &redo).expect("the disk works");
    tamper(dir.path(), |db| {
        for (key, value) in changes.list.iter().step_by(3) {
            match value {
                Some(value) => db.insert(key, value.as_slice()).expect("writable"),
                None => db.remove(key).expect("writable"),
            };
        }
    });
    fs::write(mark(dir.path()), b"").expect("a mark");
    let opened = open(dir.path(), &chain.genesis, options()).expect("crashed");
    assert_eq!((&opened.report.index_rebuilt, opened.report.checkpoint_height), (&None, Height::new(10)));
    assert!(!redo.exists());
    assert_same(&opened, &chain);
}

#[test]
fn a_checkpoint_whose_changes_were_not_written_down_entirely_has_not_happened() {
    let (chain, dir) = fixture();
    let redo = dir.path().join("index.redo");
    changes_to_the_end(&chain, dir.path()).save(&Disk::real(), &redo).expect("the disk works");
    let whole = fs::read(&redo).expect("just written");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for torn in [&[][..], &whole[..3], &whole[..whole.len() / 2], &whole[..whole.len() - 1], &flipped] {
        fs::write(&redo, torn).expect("a file");
        fs::write(mark(dir.path()), b"").expect("a mark");
        let opened = open(dir.path(), &chain.genesis, options()).expect("crashed");
        assert_eq!((&opened.report.index_rebuilt, opened.report.checkpoint_height), (&None, Height::new(5)));
        assert_same(&opened, &chain);
    }
}

#[test]
fn a_checkpoint_that_fails_is_told_and_stops_the_writer_but_loses_nothing() {
    let (mut chain, dir) = fixture();
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("crashed");
    let failed = opened.store.failed();
    // A directory where a file must be written.
    fs::create_dir(mark(dir.path())).expect("nothing there");
    assert!(matches!(opened.store.checkpoint(), Err(StoreError::Checkpoint(_))));
    assert!(opened.store.failure().is_some());
    let mut failed = std::pin::pin!(failed);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(failed.as_mut().poll(&mut context).is_ready());
    assert_same(&opened, &chain);
    let next = chain.next();
    let refused = opened.writer.append_commit(&next.certificate, &next.bytes);
    assert!(matches!(refused, Err(StoreError::Checkpoint(_))));
    assert!(matches!(opened.store.close(), Err(StoreError::Checkpoint(_))));
    drop(opened);
    fs::remove_dir(mark(dir.path())).expect("the directory");
    assert_same(&open(dir.path(), &chain.genesis, options()).expect("crashed"), &chain);
}

#[test]
fn a_lookup_that_finds_the_index_wrong_has_all_of_it_checked_at_the_next_start() {
    let (chain, dir) = fixture();
    tamper(dir.path(), |db| {
        let (key, _) = db.scan_prefix([1]).next().expect("blocks").expect("readable");
        db.remove(key).expect("writable");
    });
    let opened = open(dir.path(), &chain.genesis, options()).expect("the checkpoint itself is fine");
    assert_eq!(opened.report.index_rebuilt, None);
    assert!(matches!(opened.store.block(Height::new(1)), Err(StoreError::Index(_))));
    opened.store.checkpoint().expect("the disk works");
    drop(opened);
    assert_rebuilt(dir.path(), &chain);
}

#[test]
fn an_index_that_kills_the_process_is_given_up_after_some_attempts() {
    let (chain, dir) = fixture();
    let attempts = usize::try_from(INDEX_ATTEMPTS_MAX).expect("small");
    fs::write(mark(dir.path()), vec![b'.'; attempts - 1]).expect("a mark");
    let opened = open(dir.path(), &chain.genesis, options()).expect("one attempt is left");
    assert_eq!(opened.report.index_rebuilt, None);
    drop(opened);
    fs::write(mark(dir.path()), vec![b'.'; attempts]).expect("a mark");
    assert_rebuilt(dir.path(), &chain);
}

#[test]
fn attempts_to_open_an_index_that_is_gone_are_not_counted_against_the_next_one() {
    let (chain, dir) = fixture();
    let attempts = usize::try_from(INDEX_ATTEMPTS_MAX).expect("small");
    fs::remove_dir_all(dir.path().join("index")).expect("an index");
    fs::write(mark(dir.path()), vec![b'.'; attempts]).expect("a mark");
    assert_same(&open(dir.path(), &chain.genesis, options()).expect("the log is whole"), &chain);
    assert!(!mark(dir.path()).exists());
}

#[test]
fn the_mark_is_gone_after_every_completed_start_and_checkpoint() {
    let (chain, dir) = fixture();
    let opened = open(dir.path(), &chain.genesis, options()).expect("crashed");
    assert!(!mark(dir.path()).exists());
    opened.store.checkpoint().expect("the disk works");
    assert!(!mark(dir.path()).exists());
}

#[test]
fn a_run_that_is_missing_or_not_as_long_as_it_was_is_noticed_at_the_start() {
    let change: [fn(&Path); 3] = [
        |run| fs::remove_file(run).expect("a run"),
        |run| Disk::real().truncate(run, 4_095).expect("a run"),
        |run| fs::write(run, b"").expect("a run"),
    ];
    for change in change {
        let (chain, dir) = fixture();
        change(&runs(dir.path())[0]);
        assert_rebuilt(dir.path(), &chain);
    }
}

#[test]
fn a_run_with_any_flipped_bit_is_reported_when_it_is_read_and_rebuilt_at_the_next_start() {
    let (mut chain, dir) = fixture();
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("crashed");
    (0..4).for_each(|_| chain.grow());
    chain.write_to(&mut opened);
    opened.store.close().expect("the disk works");
    drop(opened);
    assert_eq!(runs(dir.path()).len(), 2, "none of the transactions of the first one is recent");
    let len = fs::metadata(&runs(dir.path())[0]).expect("a run").len();
    for offset in (0..len).step_by(911) {
        let damaged = tempfile::tempdir().expect("a temporary directory");
        copy_dir(dir.path(), damaged.path());
        let run = &runs(damaged.path())[0];
        crate::SimulatedDisk::new().flip_bit(run, offset, (offset % 8) as u8).expect("a run");
        let opened = open(damaged.path(), &chain.genesis, options()).expect("the checkpoint itself is fine");
        assert_eq!(opened.report.index_rebuilt, None);
        let mut reported = 0;
        for block in &chain.blocks {
            for ((transaction, receipt), index) in block.transactions.iter().zip(&block.receipts).zip(0..) {
                match opened.store.transaction(&transaction.id()) {
                    Ok(placed) => {
                        let placed = placed.expect("committed");
                        let found = (placed.height, placed.index, placed.outcome);
                        assert_eq!(found, (block.header.height, index, receipt.outcome));
                    }
                    Err(error) => {
                        assert!(matches!(error, StoreError::Index(_)), "{error}");
                        reported += 1;
                    }
                }
            }
        }
        let in_it: usize = chain.blocks[..5].iter().map(|block| block.transactions.len()).sum();
        assert_eq!(reported, in_it, "the run has a single page");
        drop(opened);
        let opened = open(damaged.path(), &chain.genesis, options()).expect("the log has it all");
        assert!(opened.report.index_rebuilt.as_ref().is_some_and(|rebuilt| rebuilt.aside.is_some()));
        assert_same(&opened, &chain);
    }
}

#[test]
fn an_index_of_the_version_before_is_moved_aside_and_rebuilt() {
    let (chain, dir) = fixture();
    tamper(dir.path(), |db| {
        db.insert([7], &2_u32.to_le_bytes()).expect("writable");
    });
    assert_rebuilt(dir.path(), &chain);
}

#[test]
fn a_list_of_files_of_another_checkpoint_is_noticed_at_the_start() {
    let (chain, dir) = fixture();
    let list = |dir: &Path| {
        let mut list = None;
        tamper(dir, |db| list = db.get([8, 0, 0]).expect("readable"));
        list.expect("a list")
    };
    let older = list(dir.path());
    open(dir.path(), &chain.genesis, options()).expect("crashed").store.close().expect("the disk works");
    assert_ne!(list(dir.path()), older);
    tamper(dir.path(), |db| {
        db.insert([8, 0, 0], older).expect("writable");
    });
    assert_rebuilt(dir.path(), &chain);
}
