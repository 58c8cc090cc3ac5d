use lojal_types::{Hash, Month};

use super::{ShelfFault, check_block};
use crate::conservation::{ConservationError, balance_sheet};
use crate::fixture::*;
use crate::key::{IssuedKey, PackedKey, ShelfKey, StateKey};
use crate::overlay::Written;
use crate::record::{Issued, Shelf};
use crate::tree::StateTree;

/// Anna has points for two receipts of November.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 55, "bread"));
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "milk"));
    ledger
}

fn november() -> Month {
    month("2026-11")
}

fn shelf(ledger: &Ledger) -> Shelf {
    ledger.view().get(&ShelfKey(november())).expect("in memory").expect("it was begun")
}

fn written<'a, K: StateKey>(base: &'a StateTree, key: &K, after: Option<&K::Record>) -> Written<'a> {
    let after = after.map(|record| borsh::to_vec(record).expect("in memory").into_boxed_slice());
    Written::new(base, PackedKey::of(key), after)
}

fn receipt(text: &str) -> IssuedKey {
    IssuedKey { shelf: november(), brand: brand(GROCER), reference: reference(text) }
}

#[test]
fn a_block_forgets_no_reference_and_counts_those_that_come() {
    let ledger = ledger();
    let (tree, now) = (ledger.view().tree(), ledger.now());
    let on_shelf = ledger.view().shelves().get(november()).expect("it was begun");
    let (before, record) = (shelf(&ledger), ledger.view().get(&receipt("milk")).expect("in memory").expect("there"));
    let check = |changes: &[Written<'_>]| check_block(changes, now);
    let counted = |count| written(tree, &ShelfKey(november()), Some(&Shelf { count, ..before }));
    let fault = |fault| Err((november(), fault));
    let (new, gone) = (written(on_shelf, &receipt("new"), Some(&record)), written(on_shelf, &receipt("milk"), None));
    let changed = Issued { reversed: record.amount, ..record.clone() };
    assert_eq!(check(&[gone, counted(1)]), fault(ShelfFault::Forgotten));
    assert_eq!(check(&[counted(3)]), fault(ShelfFault::Count));
    assert_eq!(check(&[written(on_shelf, &receipt("new"), Some(&record))]), fault(ShelfFault::Count));
    assert_eq!(check(&[new, counted(3)]), Ok(()));
    assert_eq!(check(&[written(on_shelf, &receipt("milk"), Some(&changed)), counted(2)]), Ok(()));
    let key = ShelfKey(november());
    assert_eq!(check(&[written(tree, &key, None)]), fault(ShelfFault::Drop));
    let later = Shelf { drop_ms: before.drop_ms.plus_ms(1), ..before };
    assert_eq!(check(&[written(tree, &key, Some(&later))]), fault(ShelfFault::Drop));
    assert_eq!(check_block(&[written(tree, &key, None)], before.drop_ms), Ok(()));
    assert_eq!(check_block(&[counted(2)], before.drop_ms), fault(ShelfFault::Overdue));
}

#[test]
fn a_state_commits_to_the_shelves_that_are_there() {
    let ledger = ledger();
    let (tip, before) = (ledger.view().tip(), shelf(&ledger));
    let with = |month: Month, record: Option<Shelf>| {
        let value = record.map(|record| borsh::to_vec(&record).expect("in memory").into_boxed_slice());
        let tree = ledger.view().tree().apply(&[(ShelfKey(month).encode(), value)].into()).expect("in memory");
        balance_sheet(ledger.with_tree(tip, tree).view()).map(drop)
    };
    let fault = |month, fault| Err(ConservationError::Shelf { month, fault });
    assert_eq!(with(november(), Some(before)), Ok(()));
    assert_eq!(with(november(), None), fault(november(), ShelfFault::Root));
    let other = Shelf { root: Hash::new([7; 32]), ..before };
    assert_eq!(with(november(), Some(other)), fault(november(), ShelfFault::Root));
    assert_eq!(with(november(), Some(Shelf { count: 1, ..before })), fault(november(), ShelfFault::Count));
    let over = Shelf { drop_ms: tip.time_ms, ..before };
    assert_eq!(with(november(), Some(over)), fault(november(), ShelfFault::Overdue));
    assert_eq!(with(november().plus(1), Some(before)), fault(november().plus(1), ShelfFault::Root));
}
