//! A power cut at every operation of some checkpoints: with a restart in the middle of a renewal, with runs that are
//! merged beside them, and with shelves whose files are merged and that are dropped.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lojal_ledger::Tip;
use lojal_types::{Outcome, TransactionId};

use super::*;
use crate::disk::{Faults, IndexAfterCrash, SimulatedDisk};
use crate::index::runs::FileInfos;
use crate::log::writer::LogCounters;
use crate::placed::Placed;
use crate::testing::copy_dir;

/// Entries of the main tree: two slices of it.
const ENTRIES: u32 = 4_400;
/// Those that change from one checkpoint to the next: an eighth of the pages.
const CHANGES: u32 = 55;
/// Transactions of a checkpoint.
const TRANSACTIONS: u32 = 12;
/// The checkpoint after which the process ends and starts again: about a half of the state has been renewed.
const RESTART: usize = 4;
/// The checkpoints that know the old shelf.
const OLD: usize = 7;
const CHECKPOINTS: usize = 9;
/// The checkpoints of which the next one is cut off: one in which a shelf's files become one, one in the middle of a
/// renewal, one at its end, and one without the old shelf.
const CUT: [usize; 4] = [1, 3, 5, OLD - 1];

/// The state at a checkpoint.
struct Version {
    main: StateTree,
    shelves: Shelves,
}

/// The states one after the other: some entries of the main tree change from one to the next, one of the old shelf, and
/// five of the young one.
fn versions() -> Vec<Version> {
    let version = |number: u32| {
        let (old, young) = ((2, 60 + number), (1, 1 + 5 * number));
        let sizes = if (number as usize) < OLD { vec![old, young] } else { vec![young] };
        let (main, shelves) = with_shelves(&sizes, ENTRIES);
        let changes = (0..CHANGES * number).map(|change| {
            let key = (change * 7 % ENTRIES).to_be_bytes();
            let value = (change % 50 > 0).then(|| vec![(change / CHANGES) as u8; change as usize % 9].into());
            (Box::from(&key[..]), value)
        });
        // Of the same key the last change counts.
        let changes: BTreeMap<Box<[u8]>, Option<Box<[u8]>>> = changes.collect();
        Version { main: main.apply(&changes).expect("in memory"), shelves }
    };
    (0..CHECKPOINTS as u32).map(version).collect()
}

fn height_of(number: usize) -> Height {
    Height::new(number as u64 + 1)
}

/// A transaction of a checkpoint.
fn placed(number: usize, index: u32) -> Placed {
    let id = lojal_types::hash::hash("lojal/test/v1", &[&number.to_le_bytes(), &index.to_le_bytes()]);
    Placed { id: TransactionId::new(id), height: height_of(number), index, outcome: Outcome::Applied }
}

/// An index that is written, and what is known of it.
struct Life<'a> {
    versions: &'a [Version],
    directory: &'a Path,
    disk: SimulatedDisk,
    /// Its growth tells paces the time: here they are always late.
    log: Arc<LogCounters>,
    /// True if each merge has ended before the next checkpoint begins.
    awaits: bool,
    /// The number of checkpoints that were acknowledged.
    written: usize,
}

impl<'a> Life<'a> {
    fn new(versions: &'a [Version], directory: &'a Path, awaits: bool) -> Self {
        Self { versions, directory, disk: SimulatedDisk::new(), log: Arc::default(), awaits, written: 0 }
    }

    /// Opens the index, and compares it with the last checkpoint, which may be one that was only tried.
    fn open(&mut self) -> Result<(Index, Base), StoreError> {
        let mut index = open(&self.disk.disk(), self.directory)?;
        index.runs.checkpoint_merge_bytes = 0;
        let mut base = Base::empty();
        let last = index.last_checkpoint()?;
        if let Some(meta) = &last {
            index.open_files(meta)?;
            index.runs.verify()?;
            let (tree, shelves) = index.runs.trees(index.pages(), true)?;
            base = Base { tree, shelves, digest: meta.digest, ..base };
        }
        index.settle()?;
        let written = last.map_or(0, |meta| meta.tip.height.get() as usize);
        assert!((self.written..=self.written + 1).contains(&written), "{written}, and {} were told", self.written);
        self.written = written;
        if let Some(last) = written.checked_sub(1).map(|last| &self.versions[last]) {
            assert_eq!((base.tree.root(), base.tree.len()), (last.main.root(), last.main.len()));
            let expected = last.shelves.iter().map(|(month, tree)| (month, tree.root()));
            assert!(base.shelves.iter().map(|(month, tree)| (*month, tree.root())).eq(expected));
        }
        for placed in (0..written).flat_map(|number| (0..TRANSACTIONS).map(move |index| placed(number, index))) {
            assert_eq!(index.runs.transaction(&placed.id)?, Some(placed));
        }
        assert_eq!(index.runs.transaction(&placed(written, 0).id)?, None);
        Ok((index, base))
    }

    /// Writes the next checkpoint.
    fn write(&mut self, index: &Index, base: Base) -> Result<Base, StoreError> {
        let (number, height) = (self.written, height_of(self.written));
        let (genesis, version) = (genesis("a network"), &self.versions[number]);
        let start = State::genesis(&genesis);
        let tip = Tip { height, ..start.view().tip() };
        let parts = (version.main.clone(), version.shelves.clone());
        let state = state(tip, parts);
        let place = BlockPlace { segment: 1, block_offset: 1, commit_offset: 2, end_offset: 53 };
        let mut layer = Layer::default();
        layer.blocks.insert(height, (BlockId::new([number as u8; 32]), place));
        (0..TRANSACTIONS).for_each(|index| layer.add(placed(number, index), 0, &[]));
        let (layer, position) = (Arc::new(layer), Position { segment: 1, offset: 53 });
        let snapshot = Snapshot {
            layer,
            view: state.view().clone(),
            before: start.view().clone(),
            position,
            waiting: None,
            set_changes: 0,
        };
        let pace = Pace::steady(&self.log, (1, Duration::from_secs(3_600)), &Arc::default());
        self.log.bytes.fetch_add(1 << 40, Ordering::Relaxed);
        let base = index.write(base, &snapshot, &pace)?;
        self.written += 1;
        if self.awaits {
            index.runs.await_merge();
        }
        Ok(base)
    }

    /// Writes the rest of the checkpoints, with a restart; calls `f` with their number and the files after each.
    fn live(&mut self, mut f: impl FnMut(usize, FileInfos)) -> Result<(), StoreError> {
        let (mut index, mut base) = self.open()?;
        while self.written < CHECKPOINTS {
            base = self.write(&index, base)?;
            f(self.written, index.runs.infos());
            if self.written == RESTART {
                drop((index, base));
                (index, base) = self.open()?;
            }
        }
        Ok(())
    }
}

/// A directory with the index of the first checkpoint.
fn first(versions: &[Version]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut life = Life::new(versions, dir.path(), true);
    drop(create(&life.disk.disk(), dir.path()));
    let (index, base) = life.open().expect("the disk works");
    life.write(&index, base).expect("the disk works");
    dir
}

#[test]
fn the_checkpoints_that_are_cut_off_below_renew_merge_and_drop() {
    let versions = versions();
    let dir = first(&versions);
    let mut life = Life::new(&versions, dir.path(), true);
    life.written = 1;
    let (old, _) = versions[0].shelves.iter().next().expect("two shelves");
    let (mut of_old, mut runs, mut renewed, mut first) = (Vec::new(), vec![1], 0, height_of(0));
    life.live(|written, infos| {
        of_old.push(infos.shelves.iter().filter(|info| info.shelf == Some(old)).count());
        runs.push(infos.runs.len());
        first = infos.states[0].first;
        if written <= RESTART {
            renewed = infos.states.iter().filter(|info| info.is_whole_in_part()).count();
        }
    })
    .expect("no faults");
    assert!(renewed > 0, "the restart is in the middle of a renewal");
    assert!(first > height_of(RESTART - 1), "and all is renewed after it");
    assert!(of_old.windows(2).any(|pair| pair[1] > 0 && pair[1] <= pair[0]), "{of_old:?}: the shelf's become one");
    assert_eq!(of_old.last(), Some(&0), "and go with it");
    assert!(runs.windows(2).filter(|pair| pair[1] <= pair[0]).count() > 1, "{runs:?}: some become one");
}

/// Writes two checkpoints, and cuts the power at an operation of the second one, or of the merge beside it. Then the
/// index has one of them, and sometimes the rest of them is written. False if there is no such operation.
fn is_cut(start: &Path, versions: &[Version], number: usize, operation: u32) -> bool {
    let dir = tempfile::tempdir().expect("a temporary directory");
    copy_dir(start, dir.path());
    // Merges go on while the next checkpoint is written, or have ended.
    let mut life = Life::new(versions, dir.path(), operation % 4 < 2);
    life.written = number;
    let (index, base) = life.open().expect("no faults");
    let base = life.write(&index, base).expect("no faults");
    life.disk.set_faults(Faults { power_fails_after: Some(operation), ..Faults::default() });
    let written = life.write(&index, base);
    drop(index);
    if !life.disk.faults().power_is_off {
        written.expect("nothing else goes wrong");
        return false;
    }
    life.disk.crash(operation.into()).expect("the real disk works");
    let after = [IndexAfterCrash::AsItIs, IndexAfterCrash::AtCheckpoint][operation as usize % 2];
    life.disk.crash_index(dir.path(), after, operation.into()).expect("the real disk works");
    let opened = if operation % 16 == 11 { life.live(|_, _| ()).and_then(|()| life.open()) } else { life.open() };
    opened.unwrap_or_else(|error| panic!("{number} cut at {operation}, {after:?}: {error}"));
    true
}

#[test]
fn a_power_cut_at_any_operation_of_a_checkpoint_leaves_one_that_is_whole() {
    let versions = versions();
    let start = first(&versions);
    for number in 1..OLD {
        if CUT.contains(&number) {
            // Four kinds of cuts follow each other, and not all of them have as many operations.
            let four = |from: u32| (from..from + 4).filter(|cut| is_cut(start.path(), &versions, number, *cut)).count();
            let cuts: usize = (0..).step_by(4).map(four).take_while(|cuts| *cuts > 0).sum();
            assert!(cuts > 25, "{cuts} operations of the checkpoint after {number}");
        }
        let mut life = Life::new(&versions, start.path(), true);
        life.written = number;
        let (index, base) = life.open().expect("no faults");
        life.write(&index, base).expect("no faults");
    }
}
