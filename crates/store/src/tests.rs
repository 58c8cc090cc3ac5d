use std::fs;
use std::path::Path;
use std::sync::Arc;

use lojal_types::{Height, KeyPair, TransactionId};

use crate::disk::{Faults, SimulatedDisk};
use crate::limits::{HISTORY_ITEMS_MAX, UNDECIDED_BLOCKS_MAX};
use crate::log::record::{Kind, LOG_VERSION, SegmentHeader, encode, put};
use crate::testing::{
    Chain, append, assert_same, copy_dir, genesis, member, on, open_small, operator, options, repairing,
};
use crate::{Lookup, Options, Page, StoreError, Subject, archive, open};

mod cutting;
mod damage;
mod faults;
mod index;
mod mend;
mod months;
mod older;
mod pages;
mod prune;
mod repair;
mod replacing;
mod snapshots;

fn log_bytes(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir.join("log")).expect("there is a log");
    entries.map(|entry| entry.expect("readable").metadata().expect("readable").len()).sum()
}

#[test]
fn a_store_reopened_after_a_crash_or_a_close_gives_the_same_answers() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(20);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    assert_eq!(opened.report.height, Height::GENESIS);
    chain.write_to(&mut opened);
    assert_same(&opened, &chain);
    drop(opened);
    let opened = open_small(dir.path(), &chain.genesis, options()).expect("crashed");
    assert_eq!((opened.report.replayed, opened.report.checkpoint_height), (20, Height::GENESIS));
    assert_same(&opened, &chain);
    assert_eq!(opened.store.close().expect("the disk works"), Height::new(20));
    drop(opened);
    let opened = open_small(dir.path(), &chain.genesis, options()).expect("closed");
    assert_eq!((opened.report.replayed, opened.report.checkpoint_height), (0, Height::new(20)));
    assert_eq!((&opened.report.index_rebuilt, opened.report.torn_bytes), (&None, 0));
    assert_same(&opened, &chain);
}

#[test]
fn blocks_after_a_checkpoint_are_replayed_on_top_of_it_and_answers_cross_the_border() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::of(7);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    for round in 1..=3 {
        chain.write_to(&mut opened);
        assert_eq!(opened.store.checkpoint().expect("the disk works"), chain.state.view().tip().height);
        assert_eq!(opened.store.counts().bytes_since_checkpoint, 0);
        assert_same(&opened, &chain);
        (0..5).for_each(|_| chain.grow());
        chain.write_to(&mut opened);
        assert_same(&opened, &chain);
        drop(opened);
        opened = open_small(dir.path(), &chain.genesis, options()).expect("crashed");
        assert_eq!(opened.report.replayed, 5, "round {round}");
        assert_eq!(opened.report.index_rebuilt, None);
        assert_same(&opened, &chain);
    }
}

#[test]
fn checkpoints_come_by_themselves_when_enough_has_been_committed_and_while_replaying() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(12);
    let often = Options { checkpoint_bytes: 3_000, ..options() };
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    drop(opened);
    let opened = open_small(dir.path(), &chain.genesis, often.clone()).expect("crashed");
    assert!(opened.store.counts().checkpoints > 1);
    assert_same(&opened, &chain);
    drop(opened);
    let other = tempfile::tempdir().expect("a temporary directory");
    let mut opened = open_small(other.path(), &chain.genesis, Options { checkpoint_bytes: 1, ..often }).expect("new");
    chain.write_to(&mut opened);
    while opened.store.counts().checkpoint_height < Height::new(12) {
        std::thread::yield_now();
    }
    assert!(opened.store.failure().is_none());
    assert_same(&opened, &chain);
}

#[test]
fn pending_proposals_come_back_until_their_height_is_decided() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::of(3);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    let (first, first_bytes) = chain.proposal(0);
    let (second, second_bytes) = chain.proposal(1);
    let again = crate::ProposalRecord { round: 2, valid_round: Some(0), ..first };
    opened.writer.append_proposal(&first, &first_bytes).expect("the disk works");
    opened.writer.append_proposal(&second, &second_bytes).expect("the disk works");
    opened.writer.append_proposal(&again, &first_bytes).expect("the disk works");
    drop(opened);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("crashed");
    let pending: Vec<_> = opened.pending.iter().map(|one| (one.record, Arc::clone(&one.bytes))).collect();
    assert_eq!(pending, [(first, Arc::clone(&first_bytes)), (second, second_bytes), (again, Arc::clone(&first_bytes))]);
    assert_same(&opened, &chain);
    let certificate = chain.certify(&again);
    let block = chain.push(&archive::ArchivedBlock { bytes: first_bytes, certificate });
    let before = log_bytes(dir.path());
    append(&mut opened, &block);
    assert!(log_bytes(dir.path()) - before < 200, "the block was in the log, from before the crash");
    drop(opened);
    let opened = open_small(dir.path(), &chain.genesis, options()).expect("crashed");
    assert!(opened.pending.is_empty());
    assert_same(&opened, &chain);
}

#[test]
fn a_block_is_written_once_and_a_proposal_and_a_decision_cost_one_sync_each() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::new();
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    let (record, bytes) = chain.proposal(0);
    let empty = opened.store.counts();
    opened.writer.append_proposal(&record, &bytes).expect("the disk works");
    let again = crate::ProposalRecord { round: 1, valid_round: Some(0), ..record };
    opened.writer.append_proposal(&again, &bytes).expect("the disk works");
    let block = chain.push(&archive::ArchivedBlock { bytes: Arc::clone(&bytes), certificate: chain.certify(&again) });
    append(&mut opened, &block);
    let counts = opened.store.counts();
    assert_eq!(counts.syncs - empty.syncs, 3);
    assert_eq!(counts.log_bytes, log_bytes(dir.path()));
    let records = 9 + bytes.len() + (9 + 65) + (9 + 69) + (9 + 48 + 84);
    assert_eq!(counts.log_bytes - empty.log_bytes, records as u64);
}

#[test]
fn a_block_that_was_proposed_before_many_others_is_repeated_for_readers_of_bounded_memory() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::new();
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    let proposals: Vec<_> = (0..=UNDECIDED_BLOCKS_MAX as u64).map(|variant| chain.proposal(variant)).collect();
    for (record, bytes) in &proposals {
        opened.writer.append_proposal(record, bytes).expect("the disk works");
    }
    drop(opened);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("crashed");
    assert_eq!(opened.pending.len(), UNDECIDED_BLOCKS_MAX);
    let (record, bytes) = &proposals[0];
    let block = chain.push(&archive::ArchivedBlock { bytes: Arc::clone(bytes), certificate: chain.certify(record) });
    append(&mut opened, &block);
    drop(opened);
    assert_same(&open_small(dir.path(), &chain.genesis, options()).expect("crashed"), &chain);
    assert_eq!(archive::open_dir(dir.path()).expect("a log").count(), 1);
}

#[test]
fn records_that_do_not_come_next_or_are_not_of_their_block_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::of(1);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    let (later, later_bytes) = chain.proposal(0);
    assert!(matches!(opened.writer.append_proposal(&later, &later_bytes), Err(StoreError::Misuse(_))));
    let first = Arc::clone(&chain.blocks[0]);
    assert!(matches!(opened.writer.append_commit(&first.certificate, &later_bytes), Err(StoreError::Misuse(_))));
    assert!(matches!(opened.writer.append_commit(&first.certificate, &[0; 10]), Err(StoreError::Misuse(_))));
    opened.writer.append_commit(&first.certificate, &first.bytes).expect("a refusal poisons nothing");
    assert!(matches!(opened.writer.append_proposal(&later, &later_bytes), Err(StoreError::Misuse(_))), "unpublished");
}

#[test]
fn a_full_disk_and_a_failed_sync_poison_the_writer_and_leave_a_readable_log() {
    let full = |bytes| Faults { full_after_bytes: Some(bytes), ..Faults::default() };
    let short = Faults { write_fails_after_bytes: Some(700), ..Faults::default() };
    let unsynced = Faults { sync_fails_after: Some(0), ..Faults::default() };
    for fault in [full(0), full(5), full(700), short, unsynced] {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let disk = SimulatedDisk::new();
        let mut chain = Chain::of(3);
        let mut opened = open(dir.path(), &chain.genesis, on(&disk)).expect("new");
        chain.write_to(&mut opened);
        let next = chain.next();
        disk.set_faults(fault.clone());
        let failed = opened.writer.append_commit(&next.certificate, &next.bytes);
        assert!(matches!(failed, Err(StoreError::Io { .. })), "{fault:?}");
        let again = opened.writer.append_commit(&next.certificate, &next.bytes);
        assert!(matches!(again, Err(StoreError::Poisoned)), "{fault:?}");
        assert_same(&opened, &chain);
        drop(opened);
        disk.set_faults(Faults::default());
        let mut opened = open(dir.path(), &chain.genesis, on(&disk)).expect("only torn");
        assert_same(&opened, &chain);
        let block = chain.push(&next);
        append(&mut opened, &block);
        assert_same(&opened, &chain);
    }
}

#[test]
fn a_directory_in_use_and_one_of_another_chain_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(2);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    assert!(matches!(open(dir.path(), &chain.genesis, options()), Err(StoreError::Locked(_))));
    opened.store.close().expect("the disk works");
    drop(opened);
    let other = genesis("another network");
    match open(dir.path(), &other, options()).map(|_| ()) {
        Err(StoreError::OtherChain { found, expected, .. }) => {
            assert_eq!((found, expected), (chain.genesis.chain_id(), other.chain_id()));
        }
        refused => panic!("{refused:?}"),
    }
    assert_same(&open(dir.path(), &chain.genesis, options()).expect("untouched"), &chain);
}

#[test]
fn the_log_of_another_version_is_refused_before_anything_is_changed() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(2);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    opened.store.close().expect("the disk works");
    drop(opened);
    let path = dir.path().join("log/00000001.log");
    let (chain_id, first_height) = (chain.genesis.chain_id(), Height::new(1));
    let bytes = fs::read(&path).expect("it was written");
    for version in [LOG_VERSION - 1, LOG_VERSION + 1] {
        let mut other = Vec::new();
        put(&mut other, Kind::Header, &encode(&SegmentHeader { version, chain_id, first_height }));
        let other = [&other, &bytes[other.len()..]].concat();
        fs::write(&path, &other).expect("writable");
        for options in [options(), repairing()] {
            let refused = open(dir.path(), &chain.genesis, options).map(|_| ()).expect_err("another version");
            assert!(matches!(refused, StoreError::LogVersion { found, .. } if found == version), "{refused}");
            assert!(refused.to_string().contains("use the program that wrote it"), "{refused}");
        }
        assert_eq!(fs::read(&path).expect("it is there"), other);
    }
    fs::write(&path, &bytes).expect("writable");
    let opened = open(dir.path(), &chain.genesis, options()).expect("as it was");
    assert_eq!(opened.report.index_rebuilt, None);
    assert_same(&opened, &chain);
}

#[test]
fn segments_roll_after_a_decision_and_are_read_as_one_log() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(20);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    drop(opened);
    let segments = fs::read_dir(dir.path().join("log")).expect("there is a log").count();
    assert!(segments > 4, "{segments} segments");
    let archived: Vec<_> = archive::open_dir(dir.path()).expect("a log").collect::<Result<_, _>>().expect("undamaged");
    assert_eq!(archived.len(), 20);
    assert!(archived.iter().zip(&chain.blocks).all(|(read, block)| read.bytes == block.bytes));
}

#[test]
fn an_export_holds_what_fits_and_reads_back_as_it_was() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(9);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    opened.store.checkpoint().expect("the disk works");
    let read = |from: u64, blocks_max: usize, bytes_max: usize| {
        let export = opened.store.export(Height::new(from), blocks_max, bytes_max).expect("readable");
        assert!(export.len() <= bytes_max);
        let reader = archive::Reader::new(&*export).expect("an archive");
        assert_eq!((reader.chain_id(), reader.first_height()), (chain.genesis.chain_id(), Height::new(from)));
        reader.collect::<Result<Vec<_>, _>>().expect("undamaged")
    };
    let all = read(1, 100, usize::MAX);
    assert_eq!(all.len(), 9);
    for (read, block) in all.iter().zip(&chain.blocks) {
        assert_eq!((&read.bytes, &read.certificate), (&block.bytes, &block.certificate));
    }
    assert_eq!(read(4, 3, usize::MAX), all[3..6]);
    assert_eq!(read(10, 3, usize::MAX), []);
    let two = 53 + all[..2].iter().map(|block| 9 + block.bytes.len() + 9 + 48 + 84).sum::<usize>();
    assert_eq!(read(1, 100, two), all[..2]);
    assert_eq!(read(1, 100, two - 1), all[..1]);
}

#[test]
fn subscribers_get_every_published_block_and_a_closed_store_takes_no_more() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut chain = Chain::of(2);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    let mut blocks = opened.store.subscribe();
    chain.write_to(&mut opened);
    for block in &chain.blocks {
        assert_eq!(blocks.try_recv().expect("published").id, block.id);
    }
    assert!(blocks.try_recv().is_err());
    opened.store.close().expect("the disk works");
    let next = chain.next();
    assert!(matches!(opened.writer.append_commit(&next.certificate, &next.bytes), Err(StoreError::Closed)));
    assert_eq!(opened.store.close().expect("closed before"), Height::new(2));
}

#[test]
fn unknown_transactions_heights_and_accounts_are_not_found_and_pages_are_bounded() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(2);
    let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    assert_eq!(opened.store.transaction(&TransactionId::new([9; 32])).expect("readable"), None);
    assert_eq!(opened.store.block(Height::GENESIS).expect("readable"), Lookup::NotYet);
    assert_eq!(opened.store.block(Height::new(u64::MAX)).expect("readable"), Lookup::NotYet);
    let page = |account: KeyPair, limit| {
        opened.store.history(Subject::Account(account.address()), None, limit).expect("readable").page
    };
    assert_eq!(page(member(99), 10), Page::default());
    assert_eq!(page(operator(), 0), Page::default());
    assert_eq!(page(operator(), HISTORY_ITEMS_MAX + 1).transactions.len(), 6);
}

#[test]
fn a_copy_taken_while_the_store_is_open_reads_as_an_archive_and_opens() {
    let (dir, copy) = (tempfile::tempdir().expect("temporary"), tempfile::tempdir().expect("temporary"));
    let chain = Chain::of(6);
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    chain.write_to(&mut opened);
    assert_eq!(archive::open_dir(dir.path()).expect("a log").filter(Result::is_ok).count(), 6);
    copy_dir(dir.path(), copy.path());
    assert_same(&open_small(copy.path(), &chain.genesis, options()).expect("a crash at that moment"), &chain);
}

#[test]
fn inline_checkpoints_are_written_by_the_writer_when_they_are_due() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let chain = Chain::of(6);
    for checkpoint_bytes in [0, 1] {
        let inline = Options { checkpoints: crate::Checkpoints::Inline, checkpoint_bytes, ..options() };
        let mut opened = open(&dir.path().join(checkpoint_bytes.to_string()), &chain.genesis, inline).expect("new");
        for block in &chain.blocks {
            append(&mut opened, block);
            assert_eq!(opened.store.counts().checkpoint_height, block.header.height);
        }
        assert_same(&opened, &chain);
    }
}
