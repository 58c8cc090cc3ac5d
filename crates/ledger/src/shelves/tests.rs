use std::collections::BTreeMap;

use lojal_types::{Month, TimeMs};

use super::{Shelves, ShelvesError, drop_of};
use crate::fixture::*;
use crate::key::{IssuedKey, ShelfKey, StateKey};
use crate::tree::{ProofError, StateTree};

/// Points for a receipt of December and for two of January.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.pass_to(start_of("2027-01"));
    let december = month("2026-12").start().day();
    ledger.apply(TILL, dated(december, issue(GROCER, ANNA, 55, "candles")));
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "bread"));
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "milk"));
    ledger
}

fn trees(ledger: &Ledger) -> BTreeMap<Month, StateTree> {
    ledger.view().shelves().iter().map(|(month, tree)| (month, tree.clone())).collect()
}

#[test]
fn only_the_shelves_of_a_state_are_taken_for_them() {
    let ledger = ledger();
    let (main, now) = (ledger.view().tree(), ledger.now());
    let (december, january) = (month("2026-12"), month("2027-01"));
    let restore = |shelves| Shelves::restore(main, now, shelves).map(|shelves| shelves.len());
    assert_eq!(restore(trees(&ledger)), Ok(3));
    for missing in [december, january] {
        let mut shelves = trees(&ledger);
        shelves.remove(&missing);
        assert_eq!(restore(shelves), Err(ShelvesError::Lost(missing)));
    }
    let mut swapped = trees(&ledger);
    swapped.insert(december, swapped[&january].clone());
    assert_eq!(restore(swapped), Err(ShelvesError::Differs(december)));
    let mut more = trees(&ledger);
    more.insert(january.plus(1), more[&january].clone());
    assert_eq!(restore(more), Err(ShelvesError::Unknown(january.plus(1))));
}

#[test]
fn the_oldest_shelf_that_can_be_there_is_missed_until_the_last_moment() {
    let mut ledger = Ledger::with_days(62, 36);
    ledger.pass_to(start_of("2027-03"));
    // The oldest day that can be given.
    let oldest = ledger.now().day().minus(62);
    ledger.apply(TILL, dated(oldest, issue(GROCER, ANNA, 55, "candles")));
    let (month, drop) = (oldest.month(), drop_of(oldest.month(), 36));
    ledger.pass_to(TimeMs::new(drop.get() - 1).expect("in range"));
    let restored = Shelves::restore(ledger.view().tree(), ledger.now(), BTreeMap::new());
    assert_eq!(restored.map(|shelves| shelves.len()), Err(ShelvesError::Lost(month)));
    ledger.pass_to(drop);
    let restored = Shelves::restore(ledger.view().tree(), ledger.now(), BTreeMap::new());
    assert_eq!(restored.map(|shelves| shelves.len()), Ok(0));
}

#[test]
fn a_proof_shows_what_lies_on_a_shelf_and_what_does_not() {
    let ledger = ledger();
    let (view, root) = (ledger.view(), ledger.view().tree().root());
    let key = |shelf: &str, receipt: &str| {
        let (shelf, brand, reference) = (month(shelf), brand(GROCER), reference(receipt));
        IssuedKey { shelf, brand, reference }.encode()
    };
    let there = key("2027-01", "bread");
    let value = view
        .shelves()
        .get(month("2027-01"))
        .and_then(|shelf| shelf.get(&there).expect("in memory"))
        .expect("it was issued");
    let proof = view.prove_on_shelf(&there).expect("in memory").expect("the key of a shelf");
    assert_eq!(proof.verify(&root, &there, Some(value)), Ok(()));
    assert_eq!(proof.verify(&root, &there, None), Err(ProofError::Present));
    assert_eq!(proof.verify(&root, &there, Some(b"other")), Err(ProofError::OtherValue));
    assert_eq!(proof.verify(&[7; 32], &there, Some(value)), Err(ProofError::WrongRoot));
    for absent in [key("2027-01", "candles"), key("2027-02", "bread")] {
        let proof = view.prove_on_shelf(&absent).expect("in memory").expect("the key of a shelf");
        assert_eq!(proof.verify(&root, &absent, None), Ok(()));
        assert_eq!(proof.verify(&root, &absent, Some(value)), Err(ProofError::Absent));
    }
    // A proof of one shelf says nothing of another, and none of the main tree.
    assert!(proof.verify(&root, &key("2026-12", "bread"), None).is_err());
    let shelf_key = ShelfKey(month("2027-01")).encode();
    assert!(view.prove_on_shelf(&shelf_key).expect("in memory").is_none());
    assert_eq!(proof.verify(&root, &shelf_key, None), Err(ProofError::MisplacedEntry));
    let bytes = borsh::to_vec(&proof).expect("in memory");
    assert_eq!(borsh::from_slice::<super::ShelfProof>(&bytes).ok(), Some(proof));
}
