//! The fate of files of pages that are lost or damaged.

use std::fs;
use std::path::{Path, PathBuf};

use lojal_ledger::{Missing, View};

use super::index::{assert_rebuilt, fixture};
use crate::disk::Disk;
use crate::testing::{assert_same, copy_dir, options};
use crate::{SimulatedDisk, StoreError, open};

/// The last file of a kind that a checkpoint has.
fn file_of(dir: &Path, kind: &str) -> PathBuf {
    let entries = fs::read_dir(dir.join("index/runs")).expect("there are files");
    let paths = entries.map(|entry| entry.expect("readable").path());
    let path = paths.filter(|path| path.extension().is_some_and(|extension| extension == kind)).max();
    path.expect("a file of this kind")
}

#[test]
fn a_directory_of_the_state_with_any_flipped_bit_is_noticed_at_the_start() {
    let (chain, dir) = fixture();
    for kind in ["directory", "recent"] {
        let len = fs::metadata(file_of(dir.path(), kind)).expect("a file").len();
        for offset in (0..len).step_by(511) {
            let damaged = tempfile::tempdir().expect("a temporary directory");
            copy_dir(dir.path(), damaged.path());
            let path = file_of(damaged.path(), kind);
            SimulatedDisk::new().flip_bit(&path, offset, (offset % 8) as u8).expect("a file");
            assert_rebuilt(damaged.path(), &chain);
        }
    }
}

#[test]
fn a_rotten_page_never_gives_a_wrong_answer_and_has_the_index_rebuilt_at_the_next_start() {
    let (chain, dir) = fixture();
    let len = fs::metadata(file_of(dir.path(), "pages")).expect("a file").len();
    let (mut noticed, mut unneeded) = (0, 0);
    for offset in (0..len).step_by(97) {
        let damaged = tempfile::tempdir().expect("a temporary directory");
        copy_dir(dir.path(), damaged.path());
        let path = file_of(damaged.path(), "pages");
        SimulatedDisk::new().flip_bit(&path, offset, (offset % 8) as u8).expect("a file");
        match open(damaged.path(), &chain.genesis, options()) {
            Ok(opened) if opened.report.index_rebuilt.is_none() => {
                assert_same(&opened, &chain);
                let read = |view: &View| all_entries(view);
                match opened.store.read(read) {
                    Ok(entries) => {
                        assert_eq!(entries, all_entries(chain.state.view()).expect("in memory"));
                        unneeded += 1;
                        continue;
                    }
                    Err(error) => assert!(matches!(error, StoreError::PageDamaged { .. }), "{error}"),
                }
            }
            Ok(opened) => {
                assert_same(&opened, &chain);
                noticed += 1;
                continue;
            }
            Err(error) => assert!(matches!(error, StoreError::PageDamaged { .. }), "{error}"),
        }
        noticed += 1;
        assert!(damaged.path().join("index.wrong").exists());
        let opened = open(damaged.path(), &chain.genesis, options()).expect("the log has it all");
        assert!(opened.report.index_rebuilt.is_some(), "flipped at {offset}");
        assert!(!damaged.path().join("index.wrong").exists());
        assert_same(&opened, &chain);
    }
    // Between two pages there are some bytes of no meaning, and the last blocks have replaced some pages.
    assert!(noticed > 3 * unneeded, "{noticed} noticed, {unneeded} not needed");
}

/// Keys with their values.
type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn all_entries(view: &View) -> Result<Entries, Missing> {
    view.entries().map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec()))).collect()
}

#[test]
fn a_file_of_pages_that_is_missing_or_not_as_long_as_it_was_is_noticed_at_the_start() {
    let change: [fn(&Path); 2] =
        [|path| fs::remove_file(path).expect("a file"), |path| Disk::real().truncate(path, 15).expect("a file")];
    for change in change {
        let (chain, dir) = fixture();
        change(&file_of(dir.path(), "pages"));
        assert_rebuilt(dir.path(), &chain);
    }
}
