//! Merges that go on beside checkpoints.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::*;
use crate::log::writer::LogCounters;
use crate::{Faults, SimulatedDisk};

/// The pace of a checkpoint that is due after so many more bytes of log, or after an hour.
fn pace(log: &Arc<LogCounters>, due_bytes: u64) -> Pace {
    Pace::steady(log, (due_bytes, Duration::from_secs(3_600)), &Arc::default())
}

/// Makes the next checkpoint late, so that it is written at once, while a merge that it starts has hardly begun.
fn late(fixture: &mut Fixture, log: &Arc<LogCounters>) {
    fixture.pace = pace(log, 1_000);
    log.bytes.fetch_add(3_000, Ordering::Relaxed);
}

#[test]
fn runs_that_are_merged_beside_checkpoints_are_found_all_the_time() {
    let log = Arc::<LogCounters>::default();
    let mut fixture = Fixture::new(12, 40);
    fixture.runs.checkpoint_merge_bytes = 0;
    let mut fewer = 0;
    for round in 0..60 {
        // The log grows so fast that everything is late.
        fixture.pace = pace(&log, 1);
        log.bytes.fetch_add(1 << 40, Ordering::Relaxed);
        let before = fixture.infos().runs.len();
        fixture.checkpoint(3, 1 + round % 7 * 8);
        fewer += usize::from(fixture.infos().runs.len() < before);
        log.bytes.fetch_add(1 << 40, Ordering::Relaxed);
        if round % 3 == 0 {
            fixture.runs.await_merge();
        }
        if round % 10 == 9 {
            fixture.check();
        }
        assert!(fixture.infos().is_ordered(Height::new(fixture.height)));
    }
    assert!(fewer > 3, "{fewer} merges");
    fixture.reopen();
    fixture.check();
}

#[test]
fn a_merge_that_nobody_waits_for_any_more_leaves_nothing_behind() {
    let log = Arc::<LogCounters>::default();
    let mut fixture = Fixture::new(13, 40);
    fixture.runs.checkpoint_merge_bytes = 0;
    fixture.checkpoint(5, 100);
    late(&mut fixture, &log);
    fixture.checkpoint(9, 500);
    assert!(fixture.is_merging());
    let infos = fixture.infos();
    while fixture.files().len() < 3 {
        thread::yield_now();
    }
    fixture.runs.clean().expect("the disk works");
    assert_eq!((infos.runs.len(), fixture.files().len()), (2, 3), "its file isn't taken for one that nobody reads");
    fixture.reopen();
    assert_eq!((fixture.infos(), fixture.files().len()), (infos, 2));
    fixture.check();
}

#[test]
fn a_merge_that_fails_beside_checkpoints_is_a_part_of_the_next_one_and_leaves_nothing_behind() {
    let (log, disk) = (Arc::<LogCounters>::default(), SimulatedDisk::new());
    let mut fixture = Fixture::on(disk.disk(), 14, 40);
    fixture.runs.checkpoint_merge_bytes = 0;
    fixture.checkpoint(5, 100);
    late(&mut fixture, &log);
    fixture.checkpoint(9, 500);
    assert!(fixture.is_merging());
    disk.set_faults(Faults { write_fails_after_bytes: Some(0), ..Faults::default() });
    log.bytes.fetch_add(1 << 40, Ordering::Relaxed);
    fixture.runs.await_merge();
    assert_eq!(disk.faults(), Faults::default(), "it has met the fault");
    assert_eq!(fixture.files().len(), 3);
    fixture.checkpoint(1, 10);
    assert!(!fixture.is_merging());
    assert_eq!((fixture.infos().runs.len(), fixture.files().len()), (1, 1));
    fixture.check();
}

#[test]
fn a_merge_whose_source_is_damaged_fails_the_next_checkpoint() {
    let log = Arc::<LogCounters>::default();
    let mut fixture = Fixture::new(15, 5);
    fixture.runs.checkpoint_merge_bytes = 0;
    fixture.checkpoint(3, 20);
    fixture.damage_last();
    fixture.runs.checkpoint_merge_bytes = 0;
    late(&mut fixture, &log);
    fixture.checkpoint(3, 400);
    fixture.runs.await_merge();
    let layer = fixture.layer(2, 3);
    assert!(matches!(add(&fixture.runs, &layer, &fixture.pace), Err(StoreError::Index(_))));
}

#[test]
fn a_merge_can_be_given_up_while_the_files_of_a_checkpoint_are_written() {
    let log = Arc::<LogCounters>::default();
    let mut fixture = Fixture::new(16, 40);
    let (layer, pace) = (fixture.layer(9, 500), pace(&log, 1_000));
    let runs = &fixture.runs;
    let files = thread::scope(|scope| {
        let writer = scope.spawn(|| add(runs, &layer, &pace));
        while pace.regular() == 0 {
            thread::yield_now();
        }
        assert!(runs.job.try_lock().is_ok() && !writer.is_finished(), "nobody holds what a panic would poison");
        runs.give_up_merge();
        log.bytes.fetch_add(1 << 40, Ordering::Relaxed);
        writer.join().expect("it ends")
    });
    fixture.runs.replace(files.expect("the disk works")).expect("the disk works");
    fixture.check();
}
