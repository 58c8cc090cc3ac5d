mod market;
mod pending;
mod totals;
use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{Bounded, GrossPoints, Hash, Lot, Points, TimeMs, Totals};

use super::{ConservationError, balance_sheet};
use crate::fixture::*;
use crate::key::{BalanceKey, HeldUntilKey, HoldEndsKey, HoldsKey, OutstandingKey, PackedKey, StateKey, TotalsKey};
use crate::overlay::Written;
use crate::record::{Balance, BrandList, HeldLot, HeldUntil};
use crate::tree::StateTree;

/// New values by key, `None` for keys that go.
type ChangeSet = BTreeMap<Box<[u8]>, Option<Box<[u8]>>>;

/// Anna holds 50 of the grocer's points until 2027-11 and has redeemed 5; Bo holds 7 of the resort's until 2026-12.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 55, "bread"));
    ledger.apply(TILL, issue(RESORT, BO, 7, "pass"));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 5));
    ledger
}

fn put<K: StateKey>(changes: &mut ChangeSet, key: &K, record: &K::Record) {
    changes.insert(key.encode(), Some(key.value(record, &Hash::new([9; 32]))));
}

fn set_lots(changes: &mut ChangeSet, member: u8, id: &str, lots: &[Lot]) {
    let balance = Balance { lots: Bounded::new(lots.to_vec()).expect("few lots"), ..Balance::default() };
    put(changes, &BalanceKey { account: address(member), brand: brand(id) }, &balance);
}

fn outstanding_key(id: &str, expiry: &str) -> OutstandingKey {
    OutstandingKey { brand: brand(id), expiry: expiry_of(expiry) }
}

fn set_outstanding(changes: &mut ChangeSet, id: &str, expiry: &str, points: u64) {
    put(changes, &outstanding_key(id, expiry), &Points::new(points));
}

fn set_totals(changes: &mut ChangeSet, id: &str, totals: Totals) {
    put(changes, &TotalsKey(brand(id)), &totals);
}

/// The totals of the grocer in [`ledger`].
fn grocers() -> Totals {
    let (issued, redeemed) = (GrossPoints::new(55), GrossPoints::new(5));
    Totals { issued, outstanding: Points::new(50), redeemed, ..Totals::default() }
}

/// The totals of the grocer after one more point is issued.
fn one_more() -> Totals {
    Totals { issued: GrossPoints::new(56), outstanding: Points::new(51), ..grocers() }
}

/// Checks changes as those of a block on top of a state.
fn check_block(before: &StateTree, changes: &ChangeSet, time: TimeMs) -> Result<(), ConservationError> {
    let written = changes.iter().map(|(key, after)| Written::new(before, PackedKey::from_bytes(key), after.clone()));
    super::check_block(&written.collect::<Vec<_>>(), time, BTreeSet::new())
}

/// The findings of the check of a block and of that of the whole state for changes on top of [`ledger`].
fn judge(change: impl FnOnce(&mut ChangeSet)) -> [Result<(), ConservationError>; 2] {
    judge_on(&ledger(), change)
}

fn judge_on(ledger: &Ledger, change: impl FnOnce(&mut ChangeSet)) -> [Result<(), ConservationError>; 2] {
    let mut changes = ChangeSet::new();
    change(&mut changes);
    let tree: &StateTree = ledger.view().tree();
    let block = check_block(tree, &changes, ledger.now());
    let after = ledger.with_tree(ledger.view().tip(), tree.apply(&changes).expect("in memory"));
    [block, balance_sheet(after.view()).map(drop)]
}

fn lots_differ(id: &str, expiry: &str, held: i128, outstanding: i128) -> ConservationError {
    ConservationError::Lots { brand: brand(id), expiry: expiry_of(expiry), held, outstanding }
}

fn sums_differ(id: &str, by_expiry: i128, total: i128) -> ConservationError {
    ConservationError::Outstanding { brand: brand(id), by_expiry, total }
}

#[test]
fn a_sheet_shows_every_brand_with_its_totals_liability_and_holders() {
    let ledger = ledger();
    let sheet = balance_sheet(ledger.view()).expect("adds up");
    assert_eq!(sheet.iter().map(|one| one.brand).collect::<Vec<_>>(), [RESORT, CAFE, GROCER].map(brand));
    let grocer = &sheet[2];
    assert_eq!(grocer.totals.issued, GrossPoints::new(55));
    assert_eq!(grocer.liability, [(expiry_of("2027-11"), Points::new(50))]);
    assert_eq!((grocer.holders, sheet[1].holders), (1, 0));
}

#[test]
fn changes_that_conserve_every_point_are_accepted() {
    assert_eq!(judge(|_| ()), [Ok(()), Ok(())]);
    let moved = judge(|changes| {
        set_lots(changes, ANNA, GROCER, &[lot("2027-11", 20)]);
        set_lots(changes, BO, GROCER, &[lot("2027-11", 30)]);
    });
    assert_eq!(moved, [Ok(()), Ok(())]);
    let issued = judge(|changes| {
        set_lots(changes, ANNA, GROCER, &[lot("2027-11", 50), lot("2027-12", 1)]);
        set_outstanding(changes, GROCER, "2027-12", 1);
        set_totals(changes, GROCER, one_more());
    });
    assert_eq!(issued, [Ok(()), Ok(())]);
}

#[test]
fn a_lot_out_of_nothing_is_found() {
    let new_lot = judge(|changes| set_lots(changes, CLEO, GROCER, &[lot("2027-12", 9)]));
    assert_eq!(new_lot, [Err(lots_differ(GROCER, "2027-12", 9, 0)), Err(lots_differ(GROCER, "2027-12", 9, 0))]);
    let larger_lot = judge(|changes| set_lots(changes, ANNA, GROCER, &[lot("2027-11", 51)]));
    assert_eq!(larger_lot, [Err(lots_differ(GROCER, "2027-11", 1, 0)), Err(lots_differ(GROCER, "2027-11", 51, 50))]);
}

#[test]
fn a_lot_that_vanished_is_found() {
    let gone = judge(|changes| {
        changes.insert(BalanceKey { account: address(ANNA), brand: brand(GROCER) }.encode(), None);
    });
    assert_eq!(gone, [Err(lots_differ(GROCER, "2027-11", -50, 0)), Err(lots_differ(GROCER, "2027-11", 0, 50))]);
}

#[test]
fn an_old_point_that_became_a_young_one_is_found() {
    let younger = judge(|changes| set_lots(changes, ANNA, GROCER, &[lot("2027-12", 50)]));
    assert_eq!(younger, [Err(lots_differ(GROCER, "2027-11", -50, 0)), Err(lots_differ(GROCER, "2027-12", 50, 0))]);
}

#[test]
fn a_point_that_changed_its_brand_is_found() {
    let swapped = judge(|changes| {
        set_lots(changes, ANNA, GROCER, &[lot("2027-11", 49)]);
        set_lots(changes, ANNA, CAFE, &[lot("2027-11", 1)]);
    });
    assert_eq!(swapped, [Err(lots_differ(CAFE, "2027-11", 1, 0)), Err(lots_differ(CAFE, "2027-11", 1, 0))]);
}

#[test]
fn outstanding_points_that_nobody_holds_or_that_went_missing_are_found() {
    let more = judge(|changes| set_outstanding(changes, GROCER, "2027-11", 52));
    assert_eq!(more, [Err(lots_differ(GROCER, "2027-11", 0, 2)), Err(lots_differ(GROCER, "2027-11", 50, 52))]);
    let missing = judge(|changes| {
        changes.insert(outstanding_key(GROCER, "2027-11").encode(), None);
    });
    assert_eq!(missing, [Err(lots_differ(GROCER, "2027-11", 0, -50)), Err(lots_differ(GROCER, "2027-11", 50, 0))]);
}

#[test]
fn totals_that_do_not_balance_are_found_whichever_is_wrong() {
    for wrong in [
        Totals { issued: GrossPoints::new(56), ..grocers() },
        Totals { redeemed: GrossPoints::new(6), ..grocers() },
        Totals { expired: GrossPoints::new(1), ..grocers() },
        Totals { reversed: GrossPoints::new(1), ..grocers() },
        Totals { redeemed: GrossPoints::new(4), ..grocers() },
    ] {
        let expected = ConservationError::Totals(brand(GROCER));
        assert_eq!(judge(|changes| set_totals(changes, GROCER, wrong)), [Err(expected.clone()), Err(expected)]);
    }
    // Sums beyond 64 bits are compared, not wrapped around.
    let expected = ConservationError::Totals(brand(CAFE));
    let (outstanding, redeemed) = (Points::new(1), GrossPoints::new(u64::MAX.into()));
    let wrapping = judge(|changes| set_totals(changes, CAFE, Totals { outstanding, redeemed, ..Totals::default() }));
    assert_eq!(wrapping, [Err(expected.clone()), Err(expected)]);
}

#[test]
fn a_total_that_is_not_the_sum_over_the_expiries_is_found() {
    let total_only = judge(|changes| set_totals(changes, GROCER, one_more()));
    assert_eq!(total_only, [Err(sums_differ(GROCER, 0, 1)), Err(sums_differ(GROCER, 50, 51))]);
    let redeemed = Totals { outstanding: Points::new(45), redeemed: GrossPoints::new(10), ..grocers() };
    let redeemed_only = judge(|changes| set_totals(changes, GROCER, redeemed));
    assert_eq!(redeemed_only, [Err(sums_differ(GROCER, 0, -5)), Err(sums_differ(GROCER, 50, 45))]);
    let not_in_the_total = judge(|changes| {
        set_lots(changes, CLEO, GROCER, &[lot("2027-12", 9)]);
        set_outstanding(changes, GROCER, "2027-12", 9);
    });
    assert_eq!(not_in_the_total, [Err(sums_differ(GROCER, 9, 0)), Err(sums_differ(GROCER, 59, 50))]);
    let without_totals = judge(|changes| {
        changes.insert(TotalsKey(brand(GROCER)).encode(), None);
    });
    assert_eq!(without_totals[1], Err(sums_differ(GROCER, 50, 0)));
}

#[test]
fn points_of_a_brand_that_nobody_registered_are_found() {
    let invented = judge(|changes| {
        set_lots(changes, CLEO, "invented", &[lot("never", 9)]);
        set_outstanding(changes, "invented", "never", 9);
    });
    assert_eq!(invented, [Err(sums_differ("invented", 9, 0)), Err(sums_differ("invented", 9, 0))]);
}

/// As [`ledger`], but Anna has 20 of the grocer's points set aside.
fn ledger_with_hold() -> Ledger {
    let mut ledger = ledger();
    ledger.apply(ANNA, hold(GROCER, ANNA, 20, "till 7", ledger.now().plus_ms(HOUR_MS)));
    ledger
}

/// As [`judge`], on top of [`ledger_with_hold`].
fn judge_with_hold(change: impl FnOnce(&mut ChangeSet)) -> [Result<(), ConservationError>; 2] {
    judge_on(&ledger_with_hold(), change)
}

fn holds_key() -> HoldsKey {
    HoldsKey { account: address(ANNA), brand: brand(GROCER) }
}

fn set_held(changes: &mut ChangeSet, expiry: &str, points: u64) {
    let ledger = ledger_with_hold();
    let mut record = ledger.view().get(&holds_key()).expect("in memory").expect("Anna's hold");
    let [hold] = &*record.holds else { panic!("one hold") };
    let lots = Bounded::new(vec![lot(expiry, points)]).expect("one lot");
    record.holds = Bounded::new(vec![crate::record::OpenHold { lots, ..hold.clone() }]).expect("one hold");
    put(changes, &holds_key(), &record);
}

/// The minute at which the hold ends: a whole one after 13:00:03.
fn end_minute() -> u64 {
    (START_MS + HOUR_MS) / MINUTE_MS + 1
}

fn held_key() -> HeldUntilKey {
    HeldUntilKey { brand: brand(GROCER), hour: end_minute() / 60 }
}

/// Makes `points` of the brand held until a minute of the hour of the hold's end.
fn set_held_until(changes: &mut ChangeSet, minute: u8, points: u64) {
    let held = HeldLot { minute, expiry: expiry_of("2027-11"), amount: Points::new(points) };
    put(changes, &held_key(), &HeldUntil { lots: Bounded::new(vec![held]).expect("one") });
}

fn end_in_hour() -> u8 {
    u8::try_from(end_minute() % 60).expect("less than 60")
}

fn totals_differ(by_end: i128, held: i128) -> ConservationError {
    ConservationError::Held { brand: brand(GROCER), by_end, held }
}

fn holds_differ(in_holds: i128, held: i128) -> ConservationError {
    let (brand, expiry) = (brand(GROCER), expiry_of("2027-11"));
    ConservationError::Holds { brand, minute: end_minute(), expiry, in_holds, held }
}

fn held_totals(held: u64) -> Totals {
    let (outstanding, redeemed) = (Points::new(30), GrossPoints::new(25 - u128::from(held)));
    Totals { outstanding, held: Points::new(held), redeemed, ..grocers() }
}

#[test]
fn a_sheet_shows_what_is_set_aside_by_expiry() {
    let sheet = balance_sheet(ledger_with_hold().view()).expect("adds up");
    assert_eq!(sheet[2].liability, [(expiry_of("2027-11"), Points::new(30))]);
    assert_eq!(sheet[2].held, [(expiry_of("2027-11"), Points::new(20))]);
    assert_eq!(sheet[2].totals.held, Points::new(20));
}

#[test]
fn points_that_appear_in_a_hold_or_vanish_from_it_are_found() {
    assert_eq!(judge_with_hold(|_| ()), [Ok(()), Ok(())]);
    let more = judge_with_hold(|changes| set_held(changes, "2027-11", 21));
    assert_eq!(more, [Err(holds_differ(1, 0)), Err(holds_differ(21, 20))]);
    let gone = judge_with_hold(|changes| {
        changes.insert(holds_key().encode(), None);
    });
    assert_eq!(gone, [Err(holds_differ(-20, 0)), Err(holds_differ(0, 20))]);
    // Returned to the balance, but not taken out of what is held.
    let twice = judge_with_hold(|changes| {
        changes.insert(holds_key().encode(), None);
        set_lots(changes, ANNA, GROCER, &[lot("2027-11", 50)]);
        set_outstanding(changes, GROCER, "2027-11", 50);
    });
    assert_eq!(twice, [Err(holds_differ(-20, 0)), Err(holds_differ(0, 20))]);
}

#[test]
fn what_is_held_until_a_minute_without_a_hold_for_it_is_found() {
    let more = judge_with_hold(|changes| set_held_until(changes, end_in_hour(), 21));
    assert_eq!(more, [Err(holds_differ(0, 1)), Err(holds_differ(20, 21))]);
    let another_minute = judge_with_hold(|changes| set_held_until(changes, end_in_hour() + 1, 20));
    assert_eq!(another_minute, [Err(holds_differ(0, -20)), Err(holds_differ(20, 0))]);
    let invented = judge_with_hold(|changes| {
        let record = ledger_with_hold().view().get(&holds_key()).expect("in memory").expect("Anna's hold");
        put(changes, &HoldsKey { account: address(CLEO), brand: brand("invented") }, &record);
    });
    let (brand, expiry, minute) = (brand("invented"), expiry_of("2027-11"), end_minute());
    let expected = ConservationError::Holds { brand, minute, expiry, in_holds: 20, held: 0 };
    assert_eq!(invented, [Err(expected.clone()), Err(expected)]);
}

#[test]
fn a_held_total_that_is_not_the_sum_over_the_ends_of_holds_is_found() {
    let less = judge_with_hold(|changes| put(changes, &TotalsKey(brand(GROCER)), &held_totals(19)));
    assert_eq!(less, [Err(totals_differ(0, -1)), Err(totals_differ(20, 19))]);
}

#[test]
fn an_hour_that_is_not_listed_or_listed_in_vain_is_found() {
    let (brand, hour) = (brand(GROCER), end_minute() / 60);
    let forgotten = judge_with_hold(|changes| {
        changes.insert(HoldEndsKey(hour).encode(), None);
    });
    let expected = ConservationError::HourListed { brand, hour };
    assert_eq!(forgotten, [Err(expected.clone()), Err(expected)]);
    let in_vain = judge_with_hold(|changes| {
        let ids = Bounded::new(vec![brand]).expect("one");
        put(changes, &HoldEndsKey(hour + 1), &BrandList { ids });
    });
    let expected = ConservationError::HourListed { brand, hour: hour + 1 };
    assert_eq!(in_vain, [Err(expected.clone()), Err(expected)]);
}

#[test]
fn what_was_held_until_a_minute_that_is_over_must_have_moved_on() {
    let ledger = ledger_with_hold();
    let (before, later) = (ledger.view().tree(), ledger.now().plus_ms(2 * HOUR_MS));
    let mut right = ChangeSet::new();
    right.insert(held_key().encode(), None);
    right.insert(HoldEndsKey(held_key().hour).encode(), None);
    set_outstanding(&mut right, GROCER, "2027-11", 50);
    set_totals(&mut right, GROCER, grocers());
    assert_eq!(check_block(before, &right, later), Ok(()), "the account's own lots may return later");
    let mut kept = right.clone();
    set_held_until(&mut kept, end_in_hour(), 20);
    kept.remove(&HoldEndsKey(held_key().hour).encode());
    let expected = Err(ConservationError::HeldTooLong { brand: brand(GROCER), minute: end_minute() });
    assert!(check_block(before, &kept, later).is_err());
    // A state in which the minute was forgotten altogether: the account has its points, and the brand holds them.
    let late = crate::Tip { time_ms: later, ..ledger.view().tip() };
    let forgotten = ledger.with_tree(late, before.clone());
    assert_eq!(balance_sheet(forgotten.view()), Err(lots_differ(GROCER, "2027-11", 50, 30)));
    let mut moved = ChangeSet::new();
    set_outstanding(&mut moved, GROCER, "2027-11", 50);
    set_totals(&mut moved, GROCER, grocers());
    let moved = ledger.with_tree(late, before.apply(&moved).expect("in memory"));
    assert_eq!(balance_sheet(moved.view()).map(drop), expected, "it moved on, and is held all the same");
}

#[test]
fn totals_that_vanish_are_found_even_if_all_is_nothing() {
    let mut changes = ChangeSet::new();
    changes.insert(TotalsKey(brand(CAFE)).encode(), None);
    let answer = check_block(ledger().view().tree(), &changes, start_of("2026-12"));
    assert_eq!(answer, Err(ConservationError::TotalsGone(brand(CAFE))));
}

#[test]
fn a_month_that_is_over_must_have_become_breakage() {
    let ledger = ledger();
    let (before, january) = (ledger.view().tree(), start_of("2027-01"));
    let mut right = ChangeSet::new();
    right.insert(outstanding_key(RESORT, "2026-12").encode(), None);
    let (issued, expired) = (GrossPoints::new(7), GrossPoints::new(7));
    set_totals(&mut right, RESORT, Totals { issued, expired, ..Totals::default() });
    assert_eq!(check_block(before, &right, january), Ok(()), "Bo's dead lot counts no more");
    let mut totals_only = right.clone();
    totals_only.remove(&outstanding_key(RESORT, "2026-12").encode());
    assert_eq!(check_block(before, &totals_only, january), Err(sums_differ(RESORT, 0, -7)));
    let mut without_totals = right.clone();
    without_totals.remove(&TotalsKey(brand(RESORT)).encode());
    assert_eq!(check_block(before, &without_totals, january), Err(sums_differ(RESORT, -7, 0)));
    // A state in which the month's end was forgotten altogether.
    let late = crate::Tip { time_ms: start_of("2027-01"), ..ledger.view().tip() };
    assert_eq!(balance_sheet(ledger.with_tree(late, before.clone()).view()), Err(lots_differ(RESORT, "2026-12", 0, 7)));
}
