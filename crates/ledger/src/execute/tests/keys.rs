//! `RotateKey`: the address outlives the key (protocol, Accounts and keys).

use lojal_types::{Code, KeyPair, Operation, Outcome, VerifiedTransaction};

use crate::fixture::*;

const NEW_PHONE: u8 = 51;
const NEWER_PHONE: u8 = 52;

fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger
}

/// A transaction of Anna's account with some key.
fn anna_with(ledger: &mut Ledger, key: &KeyPair, operation: Operation) -> VerifiedTransaction {
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    ledger.sign_with(key, address(ANNA), until, vec![operation])
}

#[test]
fn the_new_key_signs_and_the_old_one_no_more_while_address_and_points_stay() {
    let mut ledger = ledger();
    ledger.apply(ANNA, rotate(key(NEW_PHONE).public_key()));
    let old = anna_with(&mut ledger, &key(ANNA), redeem(GROCER, ANNA, 1));
    let new = anna_with(&mut ledger, &key(NEW_PHONE), redeem(GROCER, ANNA, 1));
    assert_eq!(ledger.block(ledger.next_time(), &[old, new]), [Err(Code::WrongKey), Ok(Outcome::Applied)]);
    assert_eq!(ledger.balance(ANNA, GROCER), 499);
    assert!(ledger.view().signs_for(&key(NEW_PHONE).public_key(), address(ANNA)).expect("in memory"));
    assert!(!ledger.view().signs_for(&key(ANNA).public_key(), address(ANNA)).expect("in memory"));
    assert!(
        !ledger.view().signs_for(&key(CLEO).public_key(), address(CLEO)).expect("in memory"),
        "an account that doesn't exist"
    );
}

#[test]
fn a_rotation_counts_from_the_next_transaction_of_the_same_block_on() {
    let mut ledger = ledger();
    let rotation = anna_with(&mut ledger, &key(ANNA), rotate(key(NEW_PHONE).public_key()));
    let new = anna_with(&mut ledger, &key(NEW_PHONE), redeem(GROCER, ANNA, 1));
    let old = anna_with(&mut ledger, &key(ANNA), redeem(GROCER, ANNA, 1));
    let answers = ledger.block(ledger.next_time(), &[new.clone(), rotation, old, new]);
    let applied = Ok(Outcome::Applied);
    assert_eq!(answers, [Err(Code::WrongKey), applied, Err(Code::WrongKey), applied]);
}

#[test]
fn a_rotation_that_fails_with_its_transaction_leaves_the_old_key() {
    let mut ledger = ledger();
    let outcome = ledger.run(ANNA, vec![rotate(key(NEW_PHONE).public_key()), redeem(GROCER, ANNA, 501)]);
    assert_eq!(outcome, failed(1, Code::InsufficientPoints));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
}

#[test]
fn the_key_that_already_signs_is_refused_as_the_first_and_as_a_later_key_and_inside_a_transaction() {
    let mut ledger = ledger();
    let new = key(NEW_PHONE).public_key();
    ledger.fails(ANNA, rotate(key(ANNA).public_key()), Code::KeyUnchanged);
    assert_eq!(ledger.run(ANNA, vec![rotate(new), rotate(new)]), failed(1, Code::KeyUnchanged));
    ledger.apply(ANNA, rotate(new));
    let again = anna_with(&mut ledger, &key(NEW_PHONE), rotate(new));
    assert_eq!(ledger.block(ledger.next_time(), &[again]), [Ok(failed(0, Code::KeyUnchanged))]);
}

#[test]
fn a_key_can_be_replaced_again_and_the_first_one_come_back() {
    let mut ledger = ledger();
    for (signer, next) in [(ANNA, NEW_PHONE), (NEW_PHONE, NEWER_PHONE), (NEWER_PHONE, ANNA)] {
        let rotation = anna_with(&mut ledger, &key(signer), rotate(key(next).public_key()));
        assert_eq!(ledger.block(ledger.next_time(), &[rotation]), [Ok(Outcome::Applied)]);
    }
    ledger.apply(ANNA, redeem(GROCER, ANNA, 500));
    // Twice in one transaction, signed by the key that comes back at its end.
    let there_and_back = vec![rotate(key(NEW_PHONE).public_key()), rotate(key(ANNA).public_key())];
    assert_eq!(ledger.run(ANNA, there_and_back), Outcome::Applied);
    assert!(ledger.view().signs_for(&key(ANNA).public_key(), address(ANNA)).expect("in memory"));
}

#[test]
fn a_key_that_replaced_one_account_s_key_opens_no_other_account() {
    let mut ledger = ledger();
    ledger.apply(ANNA, rotate(key(NEW_PHONE).public_key()));
    let other = ledger.sign(NEW_PHONE, vec![redeem(GROCER, NEW_PHONE, 1)]);
    assert_eq!(ledger.block(ledger.next_time(), &[other]), [Err(Code::UnknownAccount)]);
}

#[test]
fn an_operator_s_authority_stays_with_the_account_when_its_key_is_replaced() {
    let mut ledger = ledger();
    ledger.apply(TILL, rotate(key(NEW_PHONE).public_key()));
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let gift = vec![issue(GROCER, BO, 1, "new")];
    let old = ledger.sign_with(&key(TILL), address(TILL), until, gift.clone());
    let new = ledger.sign_with(&key(NEW_PHONE), address(TILL), until, gift);
    assert_eq!(ledger.block(ledger.next_time(), &[old, new]), [Err(Code::WrongKey), Ok(Outcome::Applied)]);
}
