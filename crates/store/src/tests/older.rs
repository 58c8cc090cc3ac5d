//! Blocks from before a base: taken in, read, given up, and made a part of the log, with power cuts anywhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use lojal_types::{Block, Bounded, Height};

use super::snapshots::joined;
use crate::archive;
use crate::disk::Disk;
use crate::testing::{Chain, append, assert_same, copy_dir};
use crate::{
    Backfill, Checkpoints, Faults, Lookup, NotOlder, NotWhole, Opened, Options, Retain, SimulatedDisk, Store,
    StoreError, StoredBlock, open, take_in_older,
};

const BLOCKS: usize = 24;
/// The block of the snapshot by which a node joins.
const BASE: u64 = 11;

fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| Chain::cut_often(BLOCKS))
}

/// The data of a node that has just joined, and has taken in none of the blocks after its base.
fn joined_data() -> &'static Path {
    static DATA: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, data) = DATA.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut source = open(dir.path(), &chain().genesis, keeping(&Disk::real(), Retain::All)).expect("new");
        chain().blocks[..12].iter().for_each(|block| append(&mut source, block));
        joined(&source.store, BASE)
    });
    data
}

fn keeping(disk: &Disk, retain: Retain) -> Options {
    Options {
        checkpoints: Checkpoints::Inline,
        checkpoint_bytes: u64::MAX,
        segment_bytes_max: 4_000,
        retain,
        backfills: true,
        disk: disk.clone(),
        ..Options::default()
    }
}

fn open_with(dir: &Path, retain: Retain) -> Opened {
    open(dir, &chain().genesis, keeping(&Disk::real(), retain)).expect("in order")
}

/// A copy of the data of a node that has just joined.
fn node(retain: Retain) -> (tempfile::TempDir, Opened) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    copy_dir(joined_data(), dir.path());
    let opened = open_with(dir.path(), retain);
    (dir, opened)
}

/// The block of a height, as a peer has it.
fn block(height: u64) -> StoredBlock {
    let block = &chain().blocks[height as usize - 1];
    StoredBlock { bytes: block.bytes.clone(), certificate: block.certificate.clone() }
}

/// Takes in what is wanted, two blocks at a time.
fn take_all(backfill: &mut Backfill) -> Result<(), StoreError> {
    while let Some(wanted) = backfill.wanted() {
        let end = wanted.height.get();
        assert_eq!(wanted.block, chain().blocks[end as usize - 1].header.id());
        let blocks: Vec<StoredBlock> = (end.saturating_sub(1).max(1)..=end).rev().map(block).collect();
        assert_eq!(backfill.take(&blocks)?, Ok(()));
    }
    backfill.finish()
}

fn backfill(store: &Store) -> Backfill {
    store.backfill().expect("readable").expect("it has a base")
}

/// Asserts that a store has the blocks from a height on, and says of those before it that they aren't there.
fn has_blocks_from(store: &Store, first: u64) {
    assert_eq!(store.first_block(), Height::new(first));
    for height in 1..=store.tip().height.get().max(BASE) {
        let found = store.block(Height::new(height)).expect("readable");
        if height < first {
            assert_eq!(found, Lookup::Pruned { first: Height::new(first) });
            continue;
        }
        assert_eq!(found.found(), Some(block(height)));
        let (header, _) = store.decided(Height::new(height)).expect("readable").expect("there");
        assert_eq!(header, chain().blocks[height as usize - 1].header);
    }
}

/// The heights of all blocks in a data directory, as an auditor reads them.
fn audited(dir: &Path) -> Vec<u64> {
    let heights = archive::open_dir(dir).expect("readable").map(|block| {
        let block = block.expect("readable");
        let height = block.certificate.height.get();
        assert_eq!(block.bytes, chain().blocks[height as usize - 1].bytes);
        height
    });
    heights.collect()
}

#[test]
fn a_node_that_joined_takes_in_all_blocks_before_its_base_and_an_auditor_reads_them_as_one_with_the_log() {
    let (dir, mut opened) = node(Retain::All);
    has_blocks_from(&opened.store, BASE + 1);
    take_all(&mut backfill(&opened.store)).expect("the disk works");
    chain().blocks[BASE as usize..].iter().for_each(|block| append(&mut opened, block));
    has_blocks_from(&opened.store, 1);
    assert_eq!(opened.store.first_height(), Height::new(BASE + 1), "the index begins with the base still");
    assert!(backfill(&opened.store).wanted().is_none());
    assert!(fs::read_dir(dir.path().join("older")).expect("there").count() > 2, "several segments");
    assert_eq!(opened.store.block(Height::GENESIS).expect("readable"), Lookup::NotYet);
    opened.store.close().expect("the disk works");
    drop(opened);
    assert_eq!(audited(dir.path()), (1..=BLOCKS as u64).collect::<Vec<_>>());
    let opened = open_with(dir.path(), Retain::All);
    has_blocks_from(&opened.store, 1);
    assert_eq!(opened.store.view().state_root(), chain().state.view().state_root());
}

#[test]
fn nothing_is_kept_of_an_answer_in_which_anything_is_wrong() {
    let (_dir, opened) = node(Retain::All);
    let mut backfill = backfill(&opened.store);
    assert_eq!(backfill.take(&[block(11), block(10)]).expect("the disk works"), Ok(()));
    let wanted = backfill.wanted();
    let changed = |height: u64, change: &dyn Fn(&mut StoredBlock)| {
        let mut one = block(height);
        change(&mut one);
        one
    };
    let malformed = changed(8, &|one| one.bytes = one.bytes[1..].into());
    let others = changed(8, &|one| {
        let mut decoded = Block::decode(&one.bytes).expect("a block");
        decoded.transactions = Bounded::default();
        one.bytes = decoded.encode().into();
    });
    let other_header = changed(8, &|one| {
        let mut decoded = Block::decode(&one.bytes).expect("a block");
        decoded.header.receipts_root = decoded.header.state_root;
        one.bytes = decoded.encode().into();
    });
    let of_another = changed(8, &|one| one.certificate = block(7).certificate);
    let forged = changed(8, &|one| {
        let mut signatures = one.certificate.signatures.to_vec();
        signatures[0].signature = lojal_types::Signature::new([1; 64]);
        one.certificate.signatures = Bounded::new(signatures).expect("one");
    });
    let cases = [
        (malformed, NotOlder::Malformed),
        (others, NotOlder::Transactions),
        (other_header, NotOlder::OtherBlock),
        (block(7), NotOlder::OtherBlock),
        (of_another, NotOlder::Certificate),
        (forged, NotOlder::Certificate),
    ];
    for (lie, expected) in cases {
        assert_eq!(backfill.take(&[block(9), lie]).expect("the disk works"), Err(expected));
        assert_eq!(backfill.wanted(), wanted);
    }
    take_all(&mut backfill).expect("the disk works");
    has_blocks_from(&opened.store, 1);
}

#[test]
fn no_more_is_fetched_than_is_kept_and_nothing_without_the_wish_or_without_a_base() {
    let (_dir, opened) = node(Retain::Since(Height::new(6)));
    let mut some = backfill(&opened.store);
    take_all(&mut some).expect("the disk works");
    has_blocks_from(&opened.store, 6);
    let (dir, opened) = node(Retain::All);
    drop(opened);
    let without = Options { backfills: false, ..keeping(&Disk::real(), Retain::All) };
    let opened = open(dir.path(), &chain().genesis, without).expect("in order");
    assert!(opened.store.backfill().expect("readable").is_none());
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut opened = open_with(dir.path(), Retain::All);
    chain().write_to(&mut opened);
    assert!(opened.store.backfill().expect("readable").is_none(), "it has all");
}

#[test]
fn older_blocks_are_archived_and_given_up_before_any_later_ones() {
    let (dir, opened) = node(Retain::All);
    take_all(&mut backfill(&opened.store)).expect("the disk works");
    drop(opened);
    let mut opened = open_with(dir.path(), Retain::Since(Height::new(u64::MAX)));
    has_blocks_from(&opened.store, 1);
    chain().blocks[BASE as usize..].iter().for_each(|block| append(&mut opened, block));
    let first = opened.store.first_height();
    assert!(first > Height::new(BASE + 1), "the base has moved up");
    assert_eq!(opened.store.first_block(), first);
    assert_eq!(opened.store.block(Height::new(3)).expect("known"), Lookup::Pruned { first });
    assert_eq!(fs::read_dir(dir.path().join("older")).expect("there").count(), 0);
    drop(opened);
    assert_eq!(audited(dir.path()), (1..=BLOCKS as u64).collect::<Vec<_>>());
}

#[test]
fn a_segment_that_rots_is_named_and_once_it_is_deleted_its_blocks_are_fetched_again() {
    let (dir, opened) = node(Retain::All);
    take_all(&mut backfill(&opened.store)).expect("the disk works");
    drop(opened);
    let names: Vec<PathBuf> =
        fs::read_dir(dir.path().join("older")).expect("there").map(|entry| entry.expect("readable").path()).collect();
    let rotten = names.iter().find(|path| path.to_string_lossy().ends_with(&format!("-{BASE}.log"))).expect("the last");
    SimulatedDisk::new().flip_bit(rotten, 1_000, 1).expect("a file");
    let opened = open_with(dir.path(), Retain::All);
    let faults: Vec<StoreError> =
        (1..=BASE).filter_map(|height| opened.store.block(Height::new(height)).err()).collect();
    assert!(!faults.is_empty());
    assert!(faults.iter().all(|fault| matches!(fault, StoreError::OlderDamaged { path, .. } if path == rotten)));
    drop(opened);
    fs::remove_file(rotten).expect("a file");
    let opened = open_with(dir.path(), Retain::All);
    has_blocks_from(&opened.store, BASE + 1);
    take_all(&mut backfill(&opened.store)).expect("the disk works");
    has_blocks_from(&opened.store, 1);
}

#[test]
fn a_power_cut_at_any_operation_leaves_older_blocks_that_are_right_and_it_goes_on_from_there() {
    let mut operations = 0;
    loop {
        let (dir, disk) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        copy_dir(joined_data(), dir.path());
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        let life = || -> Result<(), StoreError> {
            let opened = open(dir.path(), &chain().genesis, keeping(&disk.disk(), Retain::All))?;
            let Some(mut backfill) = opened.store.backfill()? else { return Ok(()) };
            take_all(&mut backfill)
        };
        if life().is_ok() {
            break;
        }
        disk.crash(u64::from(operations)).expect("the real disk works");
        let opened = open(dir.path(), &chain().genesis, keeping(&disk.disk(), Retain::All))
            .unwrap_or_else(|error| panic!("cut at {operations}: {error}"));
        let first = opened.store.first_block().get();
        has_blocks_from(&opened.store, first);
        take_all(&mut backfill(&opened.store)).unwrap_or_else(|error| panic!("cut at {operations}: {error}"));
        has_blocks_from(&opened.store, 1);
        operations += 1;
    }
    assert!(operations > 50, "{operations} operations");
}

/// The data of a node that has joined and has all blocks, those before its base beside its log.
fn whole_data() -> &'static Path {
    static DATA: OnceLock<tempfile::TempDir> = OnceLock::new();
    let made = || {
        let (dir, mut opened) = node(Retain::All);
        take_all(&mut backfill(&opened.store)).expect("the disk works");
        chain().blocks[BASE as usize..].iter().for_each(|block| append(&mut opened, block));
        opened.store.close().expect("the disk works");
        dir
    };
    DATA.get_or_init(made).path()
}

#[test]
fn a_node_that_executes_them_has_all_that_a_node_has_which_always_had_them() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    copy_dir(whole_data(), dir.path());
    let aside = take_in_older(&Disk::real(), dir.path(), &chain().genesis).expect("whole");
    assert_eq!(aside, Some(dir.path().join("index.damaged-1")));
    let opened = open_with(dir.path(), Retain::All);
    assert_eq!(opened.report.replayed, BLOCKS as u64);
    assert_same(&opened, chain());
    assert_eq!((opened.store.first_height(), opened.store.first_block()), (Height::new(1), Height::new(1)));
    assert!(opened.store.backfill().expect("readable").is_none());
    drop(opened);
    let again = take_in_older(&Disk::real(), dir.path(), &chain().genesis);
    assert!(matches!(again, Err(NotWhole::Nothing(_))), "{again:?}");
    assert_same(&open_with(dir.path(), Retain::All), chain());
}

#[test]
fn blocks_that_do_not_begin_with_the_first_stay_beside_the_log() {
    let (dir, opened) = node(Retain::Since(Height::new(4)));
    take_all(&mut backfill(&opened.store)).expect("the disk works");
    let running = take_in_older(&Disk::real(), dir.path(), &chain().genesis);
    assert!(matches!(running, Err(NotWhole::Store(StoreError::Locked(_)))), "{running:?}");
    drop(opened);
    let refused = take_in_older(&Disk::real(), dir.path(), &chain().genesis);
    assert!(matches!(refused, Err(NotWhole::Begin { first, .. }) if first == Height::new(4)), "{refused:?}");
    has_blocks_from(&open_with(dir.path(), Retain::All).store, 4);
}

#[test]
fn a_power_cut_while_they_become_a_part_of_the_log_loses_none() {
    let mut operations = 0;
    loop {
        let (dir, disk) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        copy_dir(whole_data(), dir.path());
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        let taken = take_in_older(&disk.disk(), dir.path(), &chain().genesis);
        disk.crash(u64::from(operations)).expect("the real disk works");
        let opened = open(dir.path(), &chain().genesis, keeping(&disk.disk(), Retain::All))
            .unwrap_or_else(|error| panic!("cut at {operations}: {error}"));
        assert_eq!(opened.store.view().state_root(), chain().state.view().state_root(), "cut at {operations}");
        drop(opened);
        match take_in_older(&disk.disk(), dir.path(), &chain().genesis) {
            Ok(_) | Err(NotWhole::Nothing(_)) => (),
            Err(error) => panic!("cut at {operations}: {error}"),
        }
        assert_same(&open_with(dir.path(), Retain::All), chain());
        if taken.is_ok() {
            break;
        }
        operations += 1;
    }
    assert!(operations > 10, "{operations} operations");
}
