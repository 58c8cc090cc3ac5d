//! A snapshot that takes the place of data that are too old, with power cuts anywhere.

use std::path::Path;

use lojal_types::Height;

use super::snapshots::{KEPT, begin, chain, cutting, goes_on, node, open_inline, piece};
use crate::import::{complete, install};
use crate::testing::{append, copy_dir};
use crate::{Disk, Faults, ImportError, IndexAfterCrash, SimulatedDisk, Store, open};

/// The blocks that the old data have.
const OLD: u64 = 4;

/// A start, and what follows if the data are too old: others are taken in, and take their place.
fn fall_back(disk: &Disk, from: &Store, node: &Path) -> Result<(), ImportError> {
    complete(disk, node)?;
    if node.join("data.old-1").exists() {
        return Ok(());
    }
    let import = begin(disk, from, Height::new(KEPT[1]), node)?;
    for id in import.missing()? {
        import.put(id, &piece(from, Height::new(KEPT[1]), id))?;
    }
    let made = import.finish()?;
    install(disk, node, &made, true).map(drop)
}

#[test]
fn a_power_cut_while_data_are_replaced_leaves_the_old_ones_or_the_new_ones_and_loses_no_block() {
    let (_source, source) = node();
    let old = tempfile::tempdir().expect("a temporary directory");
    let mut opened = open_inline(old.path()).expect("new");
    chain().blocks[..OLD as usize].iter().for_each(|block| append(&mut opened, block));
    opened.store.close().expect("the disk works");
    drop(opened);
    let mut operations = 0;
    loop {
        let (dir, disk) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        let (data, aside) = (dir.path().join("data"), dir.path().join("data.old-1"));
        copy_dir(old.path(), &data);
        disk.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
        if fall_back(&disk.disk(), &source.store, dir.path()).is_ok() {
            break;
        }
        disk.crash(u64::from(operations)).expect("the real disk works");
        complete(&disk.disk(), dir.path()).expect("the disk works");
        disk.crash_index(&data, IndexAfterCrash::ALL[operations as usize % 3], 1).expect("the real disk works");
        let opened = open(&data, &chain().genesis, cutting(&disk)).expect("there are always data");
        let is_new = opened.store.tip().height.get() == KEPT[1];
        assert!(is_new || opened.store.tip().height.get() == OLD, "cut at {operations}");
        assert_eq!(is_new, aside.exists(), "cut at {operations}");
        drop(opened);
        fall_back(&disk.disk(), &source.store, dir.path()).unwrap_or_else(|e| panic!("cut at {operations}: {e}"));
        goes_on(&mut open(&data, &chain().genesis, cutting(&disk)).expect("whole"), KEPT[1]);
        goes_on(&mut open(&aside, &chain().genesis, cutting(&disk)).expect("whole"), 0);
        operations += 1;
    }
    assert!(operations > 40, "{operations} operations");
}
