use std::fs;

use lojal_store::{Faults, SimulatedDisk};

use super::*;
use crate::testing::{CHAIN, brand, earn, owner, time};

fn item(name: &str) -> Item {
    Item::Entry(Box::new(earn(name, 5, time(0))))
}

/// A journal with three records, of one, two and one items; the bytes of its file.
fn written(dir: &Path) -> (Vec<Item>, Vec<u8>) {
    let (mut journal, items) = Journal::open(&Disk::real(), dir, owner()).expect("nothing there");
    assert_eq!(items, []);
    assert!(matches!(journal.append(&[item("early")]), Err(JournalError::Poisoned)), "not before it is written anew");
    journal.write_anew([item("a")].into_iter()).expect("the disk works");
    journal.append(&[item("b"), item("c")]).expect("the disk works");
    journal.append(&[item("d")]).expect("the disk works");
    (["a", "b", "c", "d"].map(item).to_vec(), fs::read(dir.join(FILE)).expect("there"))
}

fn items(dir: &Path) -> Result<Vec<Item>, JournalError> {
    Journal::open(&Disk::real(), dir, owner()).map(|(_, items)| items)
}

#[test]
fn what_was_appended_is_read_in_order_and_by_one_process_at_a_time() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (expected, _) = written(dir.path());
    let (journal, found) = Journal::open(&Disk::real(), dir.path(), owner()).expect("in order");
    assert_eq!(found, expected);
    assert!(matches!(items(dir.path()), Err(JournalError::Locked(_))));
    drop(journal);
    assert_eq!(items(dir.path()).expect("in order"), expected);
}

#[test]
fn a_torn_end_is_left_out_as_a_whole() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (expected, bytes) = written(dir.path());
    let last = framed::write(&Record::Items(vec![item("d")])).len();
    for cut in 1..=last {
        fs::write(dir.path().join(FILE), &bytes[..bytes.len() - cut]).expect("writable");
        assert_eq!(items(dir.path()).expect("torn"), expected[..3], "{cut} bytes less");
    }
    let before = framed::write(&Record::Items(vec![item("b"), item("c")])).len();
    fs::write(dir.path().join(FILE), &bytes[..bytes.len() - last - before / 2]).expect("writable");
    assert_eq!(items(dir.path()).expect("torn"), expected[..1], "of what was written at once all or nothing is there");
}

#[test]
fn a_byte_that_is_another_before_the_last_record_is_damage() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (_, bytes) = written(dir.path());
    let last = framed::write(&Record::Items(vec![item("d")])).len();
    for at in (0..bytes.len() - last).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x40;
        fs::write(dir.path().join(FILE), changed).expect("writable");
        assert!(matches!(items(dir.path()), Err(JournalError::Damaged { .. })), "byte {at}");
    }
    fs::write(dir.path().join(FILE), []).expect("writable");
    assert!(matches!(items(dir.path()), Err(JournalError::Damaged { offset: 0, .. })));
}

#[test]
fn another_networks_brands_or_operators_journal_is_not_read() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    written(dir.path());
    let others = [
        Owner { chain: ChainId::new([9; 32]), ..owner() },
        Owner { brand: "nordmat".parse().expect("valid"), ..owner() },
        Owner { account: Address::new([9; 20]), ..owner() },
    ];
    assert_eq!((owner().chain, owner().brand), (CHAIN, brand()));
    for other in others {
        let opened = Journal::open(&Disk::real(), dir.path(), other.clone());
        assert!(matches!(opened, Err(JournalError::Other(_))), "{other:?}");
    }
}

#[test]
fn after_a_failed_sync_nothing_is_appended_any_more() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let simulated = SimulatedDisk::new();
    let (mut journal, _) = Journal::open(&simulated.disk(), dir.path(), owner()).expect("nothing there");
    journal.write_anew(std::iter::empty()).expect("no fault yet");
    simulated.set_faults(Faults { sync_fails_after: Some(0), ..Faults::default() });
    assert!(matches!(journal.append(&[item("a")]), Err(JournalError::Disk(_))));
    assert!(matches!(journal.append(&[item("a")]), Err(JournalError::Poisoned)));
    assert!(matches!(journal.write_anew(std::iter::empty()), Err(JournalError::Poisoned)));
}
