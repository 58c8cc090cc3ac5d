//! Short histories with faults and power cuts anywhere, compared with what was acknowledged.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use lojal_random::Random;
use lojal_types::Height;

use crate::testing::{Chain, append_if_writable, assert_prefix, on};
use crate::{
    Checkpoints, Faults, IndexAfterCrash, Opened, Options, ProposalRecord, SimulatedDisk, StoreError, archive, open,
};

const BLOCKS: usize = 12;
const HISTORIES: u64 = 200;

/// The chain that every history writes, made once.
fn chain() -> &'static Chain {
    static CHAIN: OnceLock<Chain> = OnceLock::new();
    CHAIN.get_or_init(|| Chain::of(BLOCKS))
}

fn proposal(height: usize) -> (ProposalRecord, Arc<[u8]>) {
    let block = &chain().blocks[height - 1];
    let (height, proposer) = (block.header.height, block.header.proposer);
    (ProposalRecord { height, round: 0, valid_round: None, proposer, block: block.id }, Arc::clone(&block.bytes))
}

/// The things that a node was told, and those that it tried.
#[derive(Debug, Default)]
struct Model {
    /// The last height whose commit was acknowledged.
    committed: usize,
    /// The last height whose commit was tried.
    tried: usize,
    /// The height whose proposal was acknowledged last.
    proposed: usize,
}

impl Model {
    /// Compares a store that has just been opened with what it must have, and goes on from what it has.
    fn check(&mut self, opened: &Opened, label: &str) -> Result<(), StoreError> {
        let height = usize::try_from(opened.report.height.get()).expect("small");
        assert!(height >= self.committed, "{label}: {height} where {} were acknowledged", self.committed);
        assert!(height <= self.tried, "{label}: {height} where {} were tried", self.tried);
        assert_prefix(opened, chain(), height)?;
        for pending in &opened.pending {
            let (record, bytes) = proposal(height + 1);
            assert_eq!((pending.record, &pending.bytes), (record, &bytes), "{label}: a proposal that nobody made");
        }
        assert!(self.proposed != height + 1 || opened.pending.len() == 1, "{label}: the proposal is lost");
        self.committed = height;
        Ok(())
    }

    fn propose(&mut self, opened: &mut Opened) -> Result<(), StoreError> {
        let (record, bytes) = proposal(self.committed + 1);
        if self.proposed != self.committed + 1 {
            opened.writer.append_proposal(&record, &bytes)?;
            self.proposed = self.committed + 1;
        }
        Ok(())
    }

    fn commit(&mut self, opened: &mut Opened) -> Result<(), StoreError> {
        self.tried = self.committed + 1;
        append_if_writable(opened, &chain().blocks[self.committed])?;
        self.committed += 1;
        Ok(())
    }
}

fn small(disk: &SimulatedDisk, checkpoint_bytes: u64) -> Options {
    Options { segment_bytes_max: 4_000, checkpoint_bytes, checkpoints: Checkpoints::Inline, ..on(disk) }
}

/// The actions of a node in a short life: everything at least once.
fn live(dir: &Path, disk: &SimulatedDisk, model: &mut Model) -> Result<(), StoreError> {
    // A checkpoint for every block at first, so that runs are merged.
    for (blocks, checkpoint_bytes) in [(4, 1), (2, u64::MAX), (1, u64::MAX), (0, 3_000)] {
        let mut opened = open(dir, &chain().genesis, small(disk, checkpoint_bytes))?;
        model.check(&opened, "alive")?;
        for block in 0..blocks {
            if block % 2 == 0 {
                model.propose(&mut opened)?;
            }
            model.commit(&mut opened)?;
        }
        model.propose(&mut opened)?;
        if blocks == 2 {
            opened.store.close()?;
        }
    }
    Ok(())
}

#[test]
fn a_power_cut_at_any_operation_loses_nothing_that_was_acknowledged_and_the_store_opens_again() {
    let mut operations = 0;
    loop {
        let (dir, disk, mut model) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), Model::default());
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        if live(dir.path(), &disk, &mut model).is_ok() {
            break;
        }
        assert!(disk.faults().power_is_off, "nothing else goes wrong");
        let seed = u64::from(operations);
        disk.crash(seed).expect("the real disk works");
        let index = IndexAfterCrash::ALL[operations as usize % 3];
        disk.crash_index(dir.path(), index, seed).expect("the real disk works");
        let label = format!("cut at {operations}, index {index:?}");
        let mut opened = match open(dir.path(), &chain().genesis, small(&disk, u64::MAX)) {
            Ok(opened) => opened,
            Err(error) => panic!("{label}: {error}"),
        };
        model.check(&opened, &label).expect("readable");
        model.commit(&mut opened).expect("the disk works");
        operations += 1;
    }
    assert!(operations > 100, "{operations} operations");
}

/// Draws what goes wrong in the next life of a node.
fn draw_faults(random: &mut Random) -> Faults {
    let none = Faults::default();
    match random.below(6) {
        0 => Faults { full_after_bytes: Some(random.below(6_000)), ..none },
        1 => Faults { write_fails_after_bytes: Some(random.below(6_000)), ..none },
        2 => Faults { sync_fails_after: Some(random.below(14) as u32), ..none },
        3 => Faults { read_fails_after: Some(random.below(60) as u32), ..none },
        4 => Faults { power_fails_after: Some(random.below(50) as u32), ..none },
        _ => none,
    }
}

/// One life: some operations until something fails; after that the writer must refuse everything.
fn live_randomly(opened: &mut Opened, model: &mut Model, random: &mut Random, label: &str) {
    for _ in 0..random.below(8) {
        let is_write = match random.below(6) {
            _ if model.committed + 1 >= BLOCKS => return,
            0 => opened.store.checkpoint().is_ok(),
            1 => model.propose(opened).is_ok(),
            2 => {
                let _ = opened.store.block(Height::new(random.below(BLOCKS as u64)));
                true
            }
            _ => match model.commit(opened) {
                // A page of the state could not be read, and nothing was written.
                Err(StoreError::Io { action, .. }) if action.starts_with("read") => true,
                committed => committed.is_ok(),
            },
        };
        if !is_write {
            let next = model.committed + 1;
            let (block, (record, bytes)) = (&chain().blocks[next - 1], proposal(next));
            for _ in 0..2 {
                let committed = opened.writer.append_commit(&block.certificate, &block.bytes);
                let refused = matches!(committed, Err(StoreError::Poisoned | StoreError::Checkpoint(_)));
                assert!(refused, "{label}: {committed:?}");
            }
            // A failed checkpoint says nothing of the log, so proposals are still taken then.
            if opened.store.failure().is_none() {
                let proposed = opened.writer.append_proposal(&record, &bytes);
                assert!(matches!(proposed, Err(StoreError::Poisoned)), "{label}: {proposed:?}");
            }
            return;
        }
    }
}

/// Opens and checks; an index that was changed may only be noticed when it is read, and is made again then.
fn reopen(dir: &Path, disk: &SimulatedDisk, options: &Options, model: &mut Model, label: &str) -> Option<Opened> {
    for _ in 0..2 {
        let before = disk.faults();
        let checked = open(dir, &chain().genesis, options.clone()).and_then(|opened| {
            model.check(&opened, label)?;
            Ok(opened)
        });
        match checked {
            Ok(opened) => return Some(opened),
            Err(StoreError::Index(_)) if before == disk.faults() => (),
            Err(_) if before != disk.faults() || before.full_after_bytes == Some(0) => return None,
            Err(error) => panic!("{label}: {error}"),
        }
    }
    panic!("{label}: the index was not made again");
}

#[test]
fn histories_with_faults_and_crashes_anywhere_keep_what_was_acknowledged_and_invent_nothing() {
    for seed in 0..HISTORIES {
        let (dir, disk, mut model) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), Model::default());
        let mut random = Random::new(seed);
        for life in 0..5 {
            let label = format!("seed {seed}, life {life}");
            let checkpoint_bytes = [1, 4_000, u64::MAX][random.below(3) as usize];
            let options = small(&disk, checkpoint_bytes);
            // Faults from before the start, or after it.
            let (faults, early) = (draw_faults(&mut random), random.below(3) == 0);
            disk.set_faults(if early { faults.clone() } else { Faults::default() });
            if let Some(mut opened) = reopen(dir.path(), &disk, &options, &mut model, &label) {
                if !early {
                    disk.set_faults(faults);
                }
                live_randomly(&mut opened, &mut model, &mut random, &label);
            }
            let crashes = disk.faults().power_is_off || random.coin();
            disk.set_faults(Faults::default());
            if crashes {
                disk.crash(random.number()).expect("the real disk works");
                let index = IndexAfterCrash::ALL[random.below(4) as usize];
                disk.crash_index(dir.path(), index, random.number()).expect("the real disk works");
            }
        }
        let label = format!("seed {seed}, at the end");
        let opened = reopen(dir.path(), &disk, &small(&disk, u64::MAX), &mut model, &label).expect("no faults");
        drop(opened);
        let archived = archive::open_dir(dir.path()).expect("a log").filter(Result::is_ok).count();
        assert_eq!(archived, model.committed, "{label}");
    }
}

#[test]
fn a_record_of_a_failed_sync_is_written_again_before_anything_rests_on_it() {
    for seed in 0..40 {
        let (dir, disk, mut model) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), Model::default());
        let mut opened = open(dir.path(), &chain().genesis, small(&disk, u64::MAX)).expect("new");
        model.commit(&mut opened).expect("the disk works");
        disk.set_faults(Faults { sync_fails_after: Some((seed % 2) as u32), ..Faults::default() });
        assert!(matches!(model.commit(&mut opened), Err(StoreError::Io { .. })));
        drop(opened);
        // The process starts again and sees what it wrote, durable or not.
        let mut opened = open(dir.path(), &chain().genesis, small(&disk, 1)).expect("only a process crashed");
        model.check(&opened, "restarted").expect("readable");
        model.commit(&mut opened).expect("the disk works");
        drop(opened);
        disk.crash(seed).expect("the real disk works");
        let opened = open(dir.path(), &chain().genesis, small(&disk, u64::MAX)).expect("nothing was lost");
        model.check(&opened, "after the power cut").expect("readable");
    }
}

#[test]
fn a_checkpoint_written_while_replaying_is_never_ahead_of_the_durable_log() {
    for operations in 8..40 {
        let (dir, disk, mut model) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), Model::default());
        let mut opened = open(dir.path(), &chain().genesis, small(&disk, u64::MAX)).expect("new");
        model.commit(&mut opened).expect("the disk works");
        // The certificate is written but not synced when the process dies.
        disk.set_faults(Faults { sync_fails_after: Some(1), ..Faults::default() });
        model.commit(&mut opened).expect_err("the sync fails");
        drop(opened);
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        let _ = open(dir.path(), &chain().genesis, small(&disk, 1));
        disk.crash(u64::from(operations)).expect("the real disk works");
        let opened = open(dir.path(), &chain().genesis, small(&disk, u64::MAX)).expect("never ahead");
        model.check(&opened, "after the power cut").expect("readable");
    }
}

#[test]
fn a_disk_that_lies_about_syncs_is_found_out_by_a_power_cut() {
    let lost = (0..20).filter(|seed| {
        let (dir, disk, mut model) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new(), Model::default());
        let mut opened = open(dir.path(), &chain().genesis, small(&disk, u64::MAX)).expect("new");
        model.commit(&mut opened).expect("the disk works");
        disk.set_faults(Faults { sync_lies: true, ..Faults::default() });
        model.commit(&mut opened).expect("it lies");
        drop(opened);
        disk.crash(*seed).expect("the real disk works");
        disk.set_faults(Faults::default());
        let opened = open(dir.path(), &chain().genesis, small(&disk, u64::MAX)).expect("torn at most");
        opened.report.height < Height::new(2)
    });
    assert!(lost.count() > 5);
}
