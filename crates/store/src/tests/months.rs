//! The ends of months: with and without checkpoints, after starts and losses, and on a node that began later.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use lojal_ledger::sums::Sums;
use lojal_types::{BrandId, Expiry, GrossPoints, Height, Operation, Outcome, Points};

use super::snapshots::joined;
use crate::disk::Disk;
use crate::testing::{Chain, append};
use crate::trust::Trust;
use crate::{Checkpoints, MonthEnd, MonthEnds, Opened, Options, Retain, Store, open};

const BLOCKS: usize = 13;
/// The months for which points live.
const LIFE: u8 = 24;

fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| Chain::of_months(BLOCKS))
}

fn brand() -> BrandId {
    "nordmat".parse().expect("valid")
}

fn open_with(dir: &Path, retain: Retain) -> Opened {
    let options = Options {
        checkpoints: Checkpoints::Inline,
        checkpoint_bytes: u64::MAX,
        segment_bytes_max: 4_000,
        retain,
        ..Options::default()
    };
    open(dir, &chain().genesis, options).expect("whole")
}

/// The sums after so many blocks, counted from the transactions: points are issued, and nothing else.
fn recounted(height: usize) -> Sums {
    let (mut sums, mut by_expiry) = (Sums::default(), BTreeMap::<Expiry, u64>::new());
    for block in &chain().blocks[..height] {
        let expiry = Expiry::Month(block.header.time_ms.month().plus(LIFE));
        for (transaction, receipt) in block.transactions.iter().zip(&block.receipts) {
            for operation in transaction.transaction().operations.iter() {
                if let (Operation::Issue(issue), Outcome::Applied) = (operation, receipt.outcome) {
                    *by_expiry.entry(expiry).or_default() += issue.amount.get();
                }
            }
        }
    }
    let issued = by_expiry.values().sum();
    sums.totals.issued = GrossPoints::new(u128::from(issued));
    sums.totals.outstanding = Points::new(issued);
    sums.by_expiry = by_expiry.into_iter().map(|(expiry, points)| (expiry, Points::new(points))).collect();
    sums
}

/// The ends of months after a block, counted from the blocks.
fn expected(opened: usize) -> MonthEnds {
    let month = |height: usize| chain().blocks[height - 1].header.time_ms.month();
    let ends = (opened.max(1)..BLOCKS).filter(|height| month(*height) < month(height + 1));
    let ends = ends.map(|height| MonthEnd {
        month: month(height),
        height: Height::new(height as u64),
        sums: recounted(height),
    });
    MonthEnds { opened: Height::new(opened as u64), opening: recounted(opened), ends: ends.collect() }
}

fn ends(store: &Store) -> MonthEnds {
    store.month_ends(brand()).expect("readable")
}

#[test]
fn the_ends_of_months_are_those_of_the_blocks_wherever_checkpoints_fall_and_after_every_start() {
    let whole = expected(0);
    assert!(whole.ends.len() >= 3, "{whole:?}");
    for checkpoints in [vec![], vec![BLOCKS], (1..=BLOCKS).collect(), vec![4, 5, 11]] {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut opened = open_with(dir.path(), Retain::All);
        for (height, block) in (1..).zip(&chain().blocks) {
            append(&mut opened, block);
            if checkpoints.contains(&height) {
                opened.store.checkpoint().expect("the disk works");
            }
        }
        assert_eq!(ends(&opened.store), whole, "{checkpoints:?}");
        assert_eq!(opened.store.month_ends("nobody".parse().expect("valid")).expect("readable").ends, []);
        drop(opened);
        assert_eq!(ends(&open_with(dir.path(), Retain::All).store), whole);
        // Whatever is not as the last checkpoint has it is noticed.
        Trust::in_directory(&Disk::real(), dir.path()).unsettle().expect("the disk works");
        let checked = open_with(dir.path(), Retain::All);
        assert_eq!((checked.report.index_rebuilt.clone(), ends(&checked.store)), (None, whole.clone()));
        checked.store.close().expect("the disk works");
        drop(checked);
        fs::remove_dir_all(dir.path().join("index")).expect("there is one");
        let rebuilt = open_with(dir.path(), Retain::All);
        assert!(rebuilt.report.index_rebuilt.is_some());
        assert_eq!(ends(&rebuilt.store), whole);
    }
}

#[test]
fn they_stay_when_their_blocks_go_and_a_lost_index_says_from_where_on_it_knows_them() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let least = Retain::Since(Height::new(u64::MAX));
    let mut opened = open_with(dir.path(), least);
    chain().write_to(&mut opened);
    let first = opened.store.first_height();
    assert!(first > Height::new(4), "blocks have gone: {first}");
    assert_eq!(ends(&opened.store), expected(0));
    drop(opened);
    assert_eq!(ends(&open_with(dir.path(), least).store), expected(0));
    fs::remove_dir_all(dir.path().join("index")).expect("there is one");
    let rebuilt = open_with(dir.path(), least);
    let base = usize::try_from(rebuilt.store.first_height().get() - 1).expect("small");
    assert_eq!(ends(&rebuilt.store), expected(base));
}

#[test]
fn a_node_that_began_with_a_snapshot_knows_them_from_there_on() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut whole = open_with(dir.path(), Retain::All);
    chain().write_to(&mut whole);
    let offered = whole.store.snapshots().iter().map(|pieces| pieces.height().get()).min().expect("some");
    let (_joined, data) = joined(&whole.store, offered);
    let mut opened = open_with(&data, Retain::All);
    let from = usize::try_from(offered).expect("small");
    assert_eq!(ends(&opened.store).opened.get(), offered);
    for block in &chain().blocks[from..] {
        append(&mut opened, block);
        opened.store.checkpoint().expect("the disk works");
    }
    assert_eq!(ends(&opened.store), expected(from));
    drop(opened);
    assert_eq!(ends(&open_with(&data, Retain::All).store), expected(from));
}
