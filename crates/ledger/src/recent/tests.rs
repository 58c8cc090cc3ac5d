use lojal_types::{ChainId, TransactionId};

use super::{IdSet, RecentError, RecentIds, RecentMinute};
use crate::fixture::*;

/// A ledger that remembers three ids of one minute and two of another, with their minutes.
fn ledger() -> (Ledger, [u64; 2]) {
    let mut ledger = Ledger::new();
    let ends = [time(START_MS + 10 * MINUTE_MS), time(START_MS + 20 * MINUTE_MS)];
    let transactions: Vec<_> = [0, 0, 0, 1, 1]
        .iter()
        .enumerate()
        .map(|(n, end)| ledger.sign_until(TILL, ends[*end], vec![issue(CAFE, ANNA, 1, &n.to_string())]))
        .collect();
    // In two blocks, so that the order of ids goes over a block's end.
    ledger.block(ledger.next_time(), &transactions[..2]);
    ledger.block(ledger.next_time(), &transactions[2..]);
    (ledger, ends.map(|end| end.get() / MINUTE_MS))
}

/// The answer to the ledger's own ids after a change.
fn restore_after(change: impl FnOnce(&mut Vec<RecentMinute>)) -> Result<RecentIds, RecentError> {
    let (ledger, _) = ledger();
    let mut minutes = ledger.recent_minutes();
    assert_eq!(minutes.iter().map(|minute| minute.ids.len()).collect::<Vec<_>>(), [3, 2]);
    change(&mut minutes);
    RecentIds::restore(&minutes, ledger.view().tree(), ledger.now(), &ledger.genesis.chain_id())
}

fn refused(minute: u64) -> Result<RecentIds, RecentError> {
    Err(RecentError::Differs { minute })
}

#[test]
fn ids_that_meet_in_a_table_are_told_apart_and_grow_with_it() {
    let id = |first: u64| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&first.to_be_bytes());
        TransactionId::new(bytes)
    };
    let (mut ascending, mut descending) = (IdSet::default(), IdSet::default());
    (0..1000).for_each(|first| ascending.insert(&id(first)));
    (0..1000).rev().for_each(|first| descending.insert(&id(first)));
    assert!((0..1000).all(|first| ascending.contains(&id(first))));
    assert!(!ascending.contains(&id(1000)));
    assert_eq!(ascending, descending);
    descending.insert(&id(999));
    assert_eq!(ascending, descending, "an id is in a set once");
    descending.insert(&id(1000));
    assert_ne!(ascending, descending);
}

const OTHER: TransactionId = TransactionId::new([7; 32]);

#[test]
fn the_ids_of_a_state_are_restored_in_any_order_of_minutes() {
    let (ledger, _) = ledger();
    assert_eq!(restore_after(|_| ()).as_ref(), Ok(ledger.state.recent()));
    assert_eq!(restore_after(|minutes| minutes.reverse()).as_ref(), Ok(ledger.state.recent()));
}

#[test]
fn a_wrong_id_is_refused() {
    let (_, [first, second]) = ledger();
    assert_eq!(restore_after(|minutes| minutes[0].ids[1] = OTHER), refused(first));
    assert_eq!(restore_after(|minutes| minutes[1].ids[0] = OTHER), refused(second));
}

#[test]
fn ids_in_another_order_are_refused() {
    let (_, [first, _]) = ledger();
    assert_eq!(restore_after(|minutes| minutes[0].ids.swap(1, 2)), refused(first));
}

#[test]
fn missing_ids_are_refused_one_by_one_and_by_the_minute() {
    let (_, [first, second]) = ledger();
    assert_eq!(restore_after(|minutes| minutes[0].ids.truncate(2)), refused(first));
    assert_eq!(restore_after(|minutes| minutes[0].ids = minutes[0].ids.split_off(1)), refused(first));
    assert_eq!(restore_after(|minutes| minutes[0].ids.clear()), refused(first));
    assert_eq!(restore_after(|minutes| minutes.truncate(1)), refused(second));
    assert_eq!(restore_after(Vec::clear), refused(first));
}

#[test]
fn additional_ids_are_refused_in_a_minute_and_as_a_minute() {
    let (_, [first, second]) = ledger();
    assert_eq!(restore_after(|minutes| minutes[1].ids.push(OTHER)), refused(second));
    let third = second + 1;
    assert_eq!(restore_after(|minutes| minutes.push(RecentMinute { minute: third, ids: vec![OTHER] })), refused(third));
    assert_eq!(restore_after(|minutes| minutes.push(RecentMinute { minute: third, ids: vec![] })), refused(third));
    assert_eq!(restore_after(|minutes| minutes.push(minutes[0].clone())), refused(first), "the same minute twice");
}

#[test]
fn ids_under_another_minute_or_chain_are_refused() {
    let (ledger, [first, second]) = ledger();
    assert_eq!(restore_after(|minutes| minutes[0].minute = first + 1), refused(first + 1));
    assert_eq!(restore_after(|minutes| minutes[0].minute = second), refused(second));
    let minutes = ledger.recent_minutes();
    let other_chain = ChainId::new([1; 32]);
    assert_eq!(RecentIds::restore(&minutes, ledger.view().tree(), ledger.now(), &other_chain), refused(first));
}

#[test]
fn restored_ids_are_remembered_and_forgotten_like_the_original_ones() {
    let (ledger, [first, second]) = ledger();
    let mut restored = restore_after(|_| ()).expect("unchanged");
    let id = ledger.recent_minutes()[0].ids[0];
    assert!(restored.contains(first, &id) && !restored.contains(second, &id));
    assert_eq!(restored.minutes_before(first).count(), 0);
    assert_eq!(restored.minutes_before(second).collect::<Vec<_>>(), [first]);
    restored.apply(Vec::new(), second);
    assert!(!restored.contains(first, &id));
    assert_eq!(restored.minutes.into_keys().collect::<Vec<_>>(), [second]);
}

#[test]
fn half_of_an_id_is_enough_to_remember_it() {
    let id = |first: u8, last: u8| {
        let mut bytes = [0; 32];
        (bytes[15], bytes[16]) = (first, last);
        TransactionId::new(bytes)
    };
    let mut ids = RecentIds::default();
    ids.apply(vec![(1, id(1, 1))], 0);
    assert!(ids.contains(1, &id(1, 1)) && ids.contains(1, &id(1, 2)));
    assert!(!ids.contains(1, &id(2, 1)));
}
