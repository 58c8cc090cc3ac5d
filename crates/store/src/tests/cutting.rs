//! States that are to be cut, where checkpoints take longer than the time from one to the next.

use super::snapshots::{chain, node};
use crate::disk::Disk;
use crate::snapshots::{Frozen, Snapshots};

#[test]
fn a_state_whose_ids_are_being_written_is_cut_whatever_comes_meanwhile() {
    let (_dir, opened) = node();
    let shared = opened.store.shared();
    let state_after =
        |block: usize| Frozen::new(&chain().blocks[block], opened.state.view(), shared.index.pages().pin());
    let empty = tempfile::tempdir().expect("a temporary directory");
    let snapshots = Snapshots::load(&Disk::real(), empty.path(), &chain().genesis, &[]).expect("nothing there");
    let cut = || snapshots.take_ready().map(|ready| ready.frozen.header.height.get());
    snapshots.wait_for_ids(state_after(1));
    snapshots.wait_for_ids(state_after(4));
    assert!(snapshots.begin().is_some(), "of two that wait, the later one is written");
    snapshots.wait_for_ids(state_after(7));
    snapshots.prepare(|| shared.index.remembered()).expect("readable");
    assert_eq!(cut(), Some(5));
    assert!(snapshots.is_waiting() && snapshots.begin().is_some());
    snapshots.prepare(|| shared.index.remembered()).expect("readable");
    assert_eq!(cut(), Some(8));
    assert!(!snapshots.is_waiting() && snapshots.begin().is_none());
}
