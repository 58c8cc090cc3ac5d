//! The pages that transactions are going to need, as far as it can be told before they are executed: nothing depends on
//! it but time.

use lojal_types::{Month, Operation, Payment, TakenBackOf, TimeMs, Transaction};

use crate::key::{
    AccountKey, AwardedKey, CapturedKey, ClaimedKey, GivenVoucherKey, HeldKey, IssuedKey, MarkedKey, RedeemedKey,
    RefundedKey, ReversedKey, StampedKey, StateKey, TakenBackKey, UsedVoucherKey,
};
use crate::shelves::searched_at;
use crate::state::View;
use crate::tree::{Hash, Missing, hash_key};

/// Most operations for which it is worth reading ahead at once: the pages of their accounts stay within a
/// processor's own cache, and enough of them are read for the waits for memory to overlap.
const OPERATIONS_MAX: usize = 64;

/// Brings what the first of some transactions need into the processor's caches, all together. Returns for how many of
/// them, which is as many as is worth it, and which pages they need that are not in memory.
pub(crate) fn read_ahead<'a>(
    view: &View,
    time: TimeMs,
    next: impl Iterator<Item = &'a Transaction>,
) -> (usize, Result<(), Missing>) {
    let (mut count, mut operations) = (0, 0);
    let mut accounts = Vec::new();
    let mut references = Vec::new();
    for transaction in next {
        operations += transaction.operations.len();
        if count > 0 && operations > OPERATIONS_MAX {
            break;
        }
        count += 1;
        let named = transaction.operations.iter().flat_map(|operation| operation.accounts());
        accounts.extend(named.chain([&transaction.sender]).map(|account| hash_key(&AccountKey(*account).encode())));
        for operation in transaction.operations.iter() {
            add_references(operation, view, time, &mut references);
        }
    }
    accounts.sort_unstable();
    accounts.dedup();
    let mut missing = view.tree().read_ahead(accounts.iter());
    for (month, shelf) in view.shelves().iter() {
        let on_shelf = references.iter().filter(|(of, _)| *of == month).map(|(_, key_hash)| key_hash);
        missing = Missing::both(missing, shelf.read_ahead(on_shelf)).map(drop);
    }
    (count, missing)
}

/// Adds the references that an operation looks for, each with the month of a shelf that may have it.
fn add_references(operation: &Operation, view: &View, time: TimeMs, references: &mut Vec<(Month, Hash)>) {
    let mut add = |month: Month, key: Box<[u8]>| references.push((month, hash_key(&key)));
    let (first, last) = searched_at(time, view.parameters().receipt_days);
    let months = || view.shelves().iter().map(|(month, _)| month).filter(move |month| (first..=last).contains(month));
    match operation {
        Operation::Issue(one) => {
            for shelf in months() {
                add(shelf, IssuedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        Operation::Redeem(one) => {
            if let Some(request) = &one.request {
                let (shelf, reference) = (request.dated.month(), request.reference.clone());
                add(shelf, RedeemedKey { shelf, brand: one.brand, reference }.encode());
            }
        }
        Operation::Hold(one) => {
            let (shelf, reference) = (one.request.dated.month(), one.request.reference.clone());
            add(shelf, HeldKey { shelf, brand: one.brand, reference }.encode());
        }
        Operation::Reverse(one) => {
            let (shelf, reference) = (one.issue_dated.month(), one.issue_reference.clone());
            add(shelf, AwardedKey { shelf, brand: one.brand, reference: reference.clone() }.encode());
            add(shelf, IssuedKey { shelf, brand: one.brand, reference }.encode());
            for shelf in months() {
                add(shelf, ReversedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        Operation::Capture(one) => {
            let (shelf, reference) = (one.hold_dated.month(), one.hold_reference.clone());
            add(shelf, HeldKey { shelf, brand: one.brand, reference }.encode());
            for shelf in months() {
                add(shelf, CapturedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        Operation::Release(one) => {
            let (shelf, reference) = (one.hold_dated.month(), one.hold_reference.clone());
            add(shelf, HeldKey { shelf, brand: one.brand, reference }.encode());
        }
        _ => add_of_programme(operation, &months().collect::<Vec<_>>(), add),
    }
}

/// The same of operations of the programme, with the months of the shelves that may have what is used once.
fn add_of_programme(operation: &Operation, months: &[Month], mut add: impl FnMut(Month, Box<[u8]>)) {
    match operation {
        Operation::Stamp(one) => {
            for shelf in months.iter().copied() {
                add(shelf, StampedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        Operation::TakeBack(one) => {
            let (shelf, reference) = (one.of_dated.month(), one.of_reference.clone());
            match one.of {
                TakenBackOf::Stamp => add(shelf, StampedKey { shelf, brand: one.brand, reference }.encode()),
                TakenBackOf::Mark => add(shelf, MarkedKey { shelf, brand: one.brand, reference }.encode()),
                TakenBackOf::Voucher => add(shelf, GivenVoucherKey { shelf, brand: one.brand, reference }.encode()),
            }
            for shelf in months.iter().copied() {
                add(shelf, TakenBackKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        Operation::Grant(one) => {
            for shelf in months.iter().copied() {
                add(shelf, IssuedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
                add(shelf, MarkedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
                add(shelf, GivenVoucherKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        Operation::UseVoucher(one) => {
            let (shelf, reference) = (one.request.dated.month(), one.request.reference.clone());
            add(shelf, UsedVoucherKey { shelf, brand: one.brand, reference }.encode());
        }
        Operation::Refund(one) => {
            let (shelf, reference) = (one.of_dated.month(), one.of_reference.clone());
            match one.of {
                Payment::Redeem => add(shelf, RedeemedKey { shelf, brand: one.brand, reference }.encode()),
                Payment::Capture => add(shelf, CapturedKey { shelf, brand: one.brand, reference }.encode()),
                Payment::Claim => add(shelf, ClaimedKey { shelf, brand: one.brand, reference }.encode()),
            }
            for shelf in months.iter().copied() {
                add(shelf, RefundedKey { shelf, brand: one.brand, reference: one.reference.clone() }.encode());
            }
        }
        _ => {}
    }
}
