//! Blinds: what the hash of a record gives away.

use lojal_types::hash::hash;
use lojal_types::{Activity, Bounded, Hash};

use crate::fixture::*;
use crate::key::{BLIND_BYTES, BalanceKey, HoldsKey, StateKey, blind};
use crate::record::Balance;

fn balance_of(member: u8) -> BalanceKey {
    BalanceKey { account: address(member), brand: brand(GROCER) }
}

fn value(ledger: &Ledger, key: &impl StateKey) -> Vec<u8> {
    ledger.view().tree().get(&key.encode()).expect("it is there").to_vec()
}

fn blind_of(ledger: &Ledger, key: &impl StateKey) -> [u8; BLIND_BYTES] {
    *value(ledger, key).last_chunk().expect("it ends with its blind")
}

fn digest(ledger: &Ledger, member: u8) -> Hash {
    ledger.view().account(address(member)).expect("there").activity.digest
}

/// The balance of one lot that gives a value hash together with one of these digests, found by trying all.
fn guess(value_hash: [u8; 32], member: u8, digests: &[Hash]) -> Option<u64> {
    (1..=1000).find(|amount| {
        let balance = Balance { lots: Bounded::new(vec![lot("2027-11", *amount)]).expect("one lot") };
        let plain = borsh::to_vec(&balance).expect("writing to memory can't fail");
        let blinded = digests.iter().map(|digest| balance_of(member).value(&balance, digest).into_vec());
        let zeros = [&plain[..], &[0; BLIND_BYTES]].concat();
        blinded.chain([plain, zeros]).any(|value| hash("lojal/value/v1", &[&value]) == value_hash)
    })
}

#[test]
fn a_balance_is_not_guessed_from_its_hash_by_whoever_misses_one_transaction() {
    let mut ledger = Ledger::new();
    let transactions = [
        ledger.sign(TILL, vec![issue(GROCER, ANNA, 700, "first")]),
        ledger.sign(TILL, vec![issue(GROCER, BO, 50, "second")]),
    ];
    ledger.block(ledger.next_time(), &transactions);
    let known = digest(&ledger, ANNA);
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 37));
    let value_hash = hash("lojal/value/v1", &[&value(&ledger, &balance_of(ANNA))]);
    // The till knows the first transaction, and a neighbour none.
    assert_eq!(guess(value_hash, ANNA, &[known, Activity::default().digest]), None);
    // Whoever knows both knows the balance anyway; this shows that the search is right.
    assert_eq!(guess(value_hash, ANNA, &[digest(&ledger, ANNA)]), Some(663));
}

#[test]
fn a_record_has_the_blind_of_the_block_that_changed_it() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.apply(TILL, issue(CAFE, ANNA, 100, "second"));
    let (first, other) = (balance_of(ANNA), BalanceKey { account: address(ANNA), brand: brand(CAFE) });
    assert_eq!(blind_of(&ledger, &other), blind(&digest(&ledger, ANNA), &other.encode()));
    let before = (value(&ledger, &first), value(&ledger, &other));
    // There and back again in one block: nothing has changed.
    let there_and_back = [
        ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 20)]),
        ledger.sign(BO, vec![transfer(GROCER, BO, ANNA, 20)]),
    ];
    ledger.block(ledger.next_time(), &there_and_back);
    assert_eq!((value(&ledger, &first), value(&ledger, &other)), before);
    // In two blocks: the same points under another blind.
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 20));
    ledger.apply(BO, transfer(GROCER, BO, ANNA, 20));
    let after = value(&ledger, &first);
    assert_eq!(
        after.split_last_chunk::<BLIND_BYTES>().map(|(record, _)| record),
        before.0.split_last_chunk::<BLIND_BYTES>().map(|(record, _)| record)
    );
    assert_eq!(blind_of(&ledger, &first), blind(&digest(&ledger, ANNA), &first.encode()));
    assert_ne!(after, before.0);
    assert_eq!(value(&ledger, &other), before.1, "nobody has touched it");
}

#[test]
fn records_of_one_account_have_blinds_of_their_own() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    let until = ledger.now().plus_ms(HOUR_MS);
    ledger.apply(ANNA, hold(GROCER, ANNA, 40, "table", until));
    let holds = HoldsKey { account: address(ANNA), brand: brand(GROCER) };
    assert_ne!(blind_of(&ledger, &holds), blind_of(&ledger, &balance_of(ANNA)));
    assert_eq!(ledger.view().holds(address(ANNA), brand(GROCER)).len(), 1);
}
