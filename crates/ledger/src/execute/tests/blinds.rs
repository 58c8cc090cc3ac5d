//! Blinds: what the hash of a record gives away.

use std::collections::BTreeSet;

use lojal_types::hash::hash;
use lojal_types::{Activity, Bounded, Hash, MemberRole, Points, Policy, TransactionId};

use crate::fixture::*;
use crate::half_id::HalfId;
use crate::key::{
    BLIND_BYTES, BalanceKey, GovernorKey, HoldsKey, IssuedKey, ReversedKey, StateKey, blind, blinded_account,
};
use crate::record::{Balance, Issued, Reversed};
use crate::tree::hash_key;

fn balance_of(member: u8) -> BalanceKey {
    BalanceKey { account: address(member), brand: brand(GROCER) }
}

fn value(ledger: &Ledger, key: &impl StateKey) -> Vec<u8> {
    ledger.view().tree().get(&key.encode()).expect("in memory").expect("it is there").to_vec()
}

fn blind_of(ledger: &Ledger, key: &impl StateKey) -> [u8; BLIND_BYTES] {
    *value(ledger, key).last_chunk().expect("it ends with its blind")
}

fn digest(ledger: &Ledger, member: u8) -> Hash {
    ledger.view().account(address(member)).expect("in memory").expect("there").activity.digest
}

fn entry_hash(key: &[u8], value: &[u8]) -> [u8; 32] {
    hash("lojal/entry/v1", &[&hash_key(key), value])
}

/// The balance of one lot that gives an entry's hash together with one of these digests, found by trying all.
fn guess(found: [u8; 32], member: u8, digests: &[Hash]) -> Option<u64> {
    (1..=1000).find(|amount| {
        let balance =
            Balance { lots: Bounded::new(vec![lot("2027-11", *amount)]).expect("one lot"), ..Balance::default() };
        let plain = borsh::to_vec(&balance).expect("writing to memory can't fail");
        let blinded = digests.iter().map(|digest| balance_of(member).value(&balance, digest).into_vec());
        let zeros = [&plain[..], &[0; BLIND_BYTES]].concat();
        blinded.chain([plain, zeros]).any(|value| entry_hash(&balance_of(member).encode(), &value) == found)
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
    let found = entry_hash(&balance_of(ANNA).encode(), &value(&ledger, &balance_of(ANNA)));
    // The till knows the first transaction, and a neighbour none.
    assert_eq!(guess(found, ANNA, &[known, Activity::default().digest]), None);
    // Whoever knows both knows the balance anyway; this shows that the search is right.
    assert_eq!(guess(found, ANNA, &[digest(&ledger, ANNA)]), Some(663));
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
    assert_eq!(ledger.view().holds(address(ANNA), brand(GROCER)).expect("in memory").len(), 1);
}

#[test]
fn every_kind_of_record_about_accounts_has_a_blind_that_is_its_own() {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b"), (CLEO, "c")] {
        ledger.apply(TILL, issue(GROCER, member, 500, receipt));
    }
    let household = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 100)])]);
    ledger.apply(ANNA, invite(household, CLEO, MemberRole::Child, &[]));
    ledger.apply(ANNA, deposit(GROCER, ANNA, household, 200));
    let until = ledger.now().plus_ms(HOUR_MS);
    ledger.apply(BO, of(household, hold(GROCER, BO, 40, "table", until)));
    ledger.apply(TILL, set_policy(CAFE, Policy { transfer_daily_max: Some(Points::new(100)), ..policy_of(CAFE) }));
    ledger.apply(TILL, issue(CAFE, ANNA, 50, "coffee"));
    ledger.apply(ANNA, transfer(CAFE, ANNA, BO, 20));
    let entries = ledger.view().tree().iter().map(|entry| entry.expect("in memory"));
    let about = entries.filter(|(key, _)| blinded_account(key).is_some());
    let (kinds, blinds): (BTreeSet<u8>, Vec<&[u8]>) =
        about.map(|(key, value)| (key[0], &value[value.len() - BLIND_BYTES..])).unzip();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [33, 34, 35, 64, 65, 66, 67, 68]);
    assert_eq!(blinds.iter().collect::<BTreeSet<_>>().len(), blinds.len(), "no two are the same");
}

#[test]
fn a_governors_seat_is_public_and_keeps_its_name_however_long_that_is() {
    let mut ledger = Ledger::new();
    let seat =
        |ledger: &Ledger, number: u8| ledger.view().get(&GovernorKey(address(GOVERNOR + number))).expect("in memory");
    assert_eq!(seat(&ledger, 0).map(|one| one.seat), Some(node(0)), "of genesis");
    let motion = ledger.enact(vec![ledger.add_validator(9, 1)]);
    let signs = vec![ledger.sign_of_life(motion, 0, 9, ledger.now())];
    ledger.apply(GOVERNOR, activate(motion, signs));
    assert_eq!(seat(&ledger, 9).map(|one| one.seat), Some(node(9)), "of a motion");
    let record = seat(&ledger, 9).expect("it is there");
    let plain = borsh::to_vec(&record).expect("writing to memory can't fail");
    assert!(plain.len() > BLIND_BYTES);
    assert_eq!(value(&ledger, &GovernorKey(address(GOVERNOR + 9))), plain);
}

/// The number of points with which one of these records gives the hash of the entry under a key, found by trying all.
fn points_in(key: &[u8], found: [u8; 32], record: impl Fn(Points) -> Vec<u8>) -> Option<u64> {
    (0..=1000).find(|points| entry_hash(key, &record(Points::new(*points))) == found)
}

#[test]
fn what_was_issued_and_taken_back_is_not_guessed_from_its_hash_by_who_does_not_know_the_transaction() {
    let mut ledger = Ledger::new();
    let shelf = ledger.now().month();
    let issue_key = IssuedKey { shelf, brand: brand(GROCER), reference: reference("bread") };
    let issued = ledger.sign(TILL, vec![issue(GROCER, ANNA, 700, "bread")]);
    ledger.block(ledger.next_time(), std::slice::from_ref(&issued));
    let known = ledger.view().get(&issue_key).expect("in memory").expect("it was issued");
    let on_shelf = |ledger: &Ledger, key: Box<[u8]>| {
        let tree = ledger.view().shelves().get(shelf).expect("it was begun");
        entry_hash(&key, tree.get(&key).expect("in memory").expect("it is there"))
    };
    let bytes = |issued: Issued| borsh::to_vec(&issued).expect("writing to memory can't fail");
    let with = |id: &TransactionId| {
        let (known, transaction) = (known.clone(), HalfId::of(id));
        move |amount| bytes(Issued { amount, transaction, ..known.clone() })
    };
    let found = on_shelf(&ledger, issue_key.encode());
    let nobodys = TransactionId::new([0; 32]);
    assert_eq!(points_in(&issue_key.encode(), found, with(&nobodys)), None);
    assert_eq!(points_in(&issue_key.encode(), found, with(&issued.id())), Some(700));
    let returned = ledger.sign(TILL, vec![reverse(GROCER, ANNA, 300, "bread", "return")]);
    ledger.block(ledger.next_time(), std::slice::from_ref(&returned));
    // Whoever knows the issue, and not the reversal, doesn't learn what was taken.
    let taken = |id: &TransactionId| {
        let (known, transaction) = (known.clone(), HalfId::of(id));
        move |reversed| bytes(Issued { reversed, transaction, ..known.clone() })
    };
    let found = on_shelf(&ledger, issue_key.encode());
    assert_eq!(points_in(&issue_key.encode(), found, taken(&issued.id())), None);
    assert_eq!(points_in(&issue_key.encode(), found, taken(&returned.id())), Some(300));
    let own = ReversedKey { shelf, brand: brand(GROCER), reference: reference("return") };
    let found = on_shelf(&ledger, own.encode());
    let reversed = |id: &TransactionId| {
        let transaction = HalfId::of(id);
        move |amount| borsh::to_vec(&Reversed { amount, transaction }).expect("writing to memory can't fail")
    };
    assert_eq!(points_in(&own.encode(), found, reversed(&issued.id())), None);
    assert_eq!(points_in(&own.encode(), found, reversed(&returned.id())), Some(300));
}
