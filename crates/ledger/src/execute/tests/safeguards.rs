//! The table of who can do what (protocol, Accounts and keys), walked line by line: the owner, a thief with the key,
//! one guardian and the threshold.

use lojal_types::limits::CANCELLED_MS;
use lojal_types::{Code, Outcome};

use crate::fixture::*;

const NEW_PHONE: u8 = 51;
const THIEF: u8 = 99;

/// Anna has 500 points and three guardians, two of whom it takes: Bo, Cleo and the café. Whoever acts as Anna may be a
/// thief who has her key: the ledger can't tell.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b"), (CLEO, "c")] {
        ledger.apply(TILL, issue(GROCER, member, 500, receipt));
    }
    ledger.guard(ANNA, set_guardians(&[BO, CLEO], &[CAFE], 2));
    ledger
}

fn agreement(ledger: &mut Ledger) {
    ledger.apply(BO, start_recovery(ANNA, NEW_PHONE));
    ledger.apply(CLEO, start_recovery(ANNA, NEW_PHONE));
}

fn guardians(ledger: &Ledger) -> usize {
    ledger.view().guardians(address(ANNA)).expect("in memory").guardians.len()
}

#[test]
fn the_key_alone_neither_unfreezes_nor_spends_in_one_transaction() {
    let mut ledger = ledger();
    ledger.apply(ANNA, freeze());
    let theft = vec![unfreeze(), transfer(GROCER, ANNA, BO, 500)];
    assert_eq!(ledger.run(ANNA, theft), failed(1, Code::AccountFrozen));
    assert_eq!(ledger.run(ANNA, vec![unfreeze(), rotate(key(THIEF).public_key())]), failed(1, Code::AccountFrozen));
}

#[test]
fn the_key_alone_gets_nothing_out_after_the_guardians_agreed() {
    let mut ledger = ledger();
    agreement(&mut ledger);
    let none = set_guardians(&[], &[], 0);
    for second in [none.clone(), rotate(key(THIEF).public_key()), transfer(GROCER, ANNA, BO, 500)] {
        assert_eq!(ledger.run(ANNA, vec![cancel_recovery(), second]), failed(1, Code::AccountStopped));
    }
    ledger.apply(ANNA, cancel_recovery());
    ledger.fails(ANNA, none, Code::AccountStopped);
    // The guardians agree again, and nobody is barred.
    agreement(&mut ledger);
    ledger.fails(ANNA, cancel_recovery(), Code::RecoveryStands);
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(CLEO, finish_recovery(ANNA));
    assert!(ledger.view().signs_for(&key(NEW_PHONE).public_key(), address(ANNA)).expect("in memory"));
    assert_eq!(ledger.balance(ANNA, GROCER), 500);
}

#[test]
fn after_a_cancelled_agreement_the_account_is_stopped_for_the_delay_and_its_guardians_stay_for_90_days() {
    let mut ledger = ledger();
    agreement(&mut ledger);
    ledger.apply(ANNA, cancel_recovery());
    let cancelled = ledger.now();
    ledger.pass_to(time(cancelled.plus_ms(RECOVERY_DELAY_MS).get() - 2 * SECOND_MS));
    ledger.fails(ANNA, redeem(GROCER, ANNA, 1), Code::AccountStopped);
    ledger.pass_to(cancelled.plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
    ledger.apply(ANNA, set_guardians(&[], &[], 0));
    ledger.pass_to(time(cancelled.plus_ms(CANCELLED_MS).get() - 1));
    assert_eq!(guardians(&ledger), 3);
    ledger.pass_to(cancelled.plus_ms(CANCELLED_MS));
    assert_eq!(guardians(&ledger), 0);
}

#[test]
fn an_agreement_long_after_a_cancelled_one_or_of_one_guardian_can_be_cancelled() {
    let mut ledger = ledger();
    agreement(&mut ledger);
    ledger.apply(ANNA, cancel_recovery());
    ledger.pass_to(ledger.now().plus_ms(CANCELLED_MS));
    agreement(&mut ledger);
    ledger.apply(ANNA, cancel_recovery());
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    ledger.apply(TILL, issue(GROCER, BO, 5, "b"));
    ledger.guard(ANNA, set_guardians(&[BO], &[], 1));
    for _ in 0..2 {
        ledger.apply(BO, start_recovery(ANNA, THIEF));
        ledger.apply(ANNA, cancel_recovery());
    }
}

#[test]
fn owner_and_threshold_together_unfreeze_and_change_guardians_at_once() {
    let mut ledger = ledger();
    ledger.apply(ANNA, freeze());
    ledger.apply(ANNA, unfreeze());
    let digest = ledger.digest(ANNA);
    ledger.apply(BO, agree(ANNA, digest));
    ledger.fails(ANNA, redeem(GROCER, ANNA, 1), Code::AccountFrozen);
    ledger.apply(BARISTA, agree(ANNA, digest));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
    ledger.apply(ANNA, set_guardians(&[], &[CAFE], 1));
    let digest = ledger.digest(ANNA);
    ledger.apply(BO, agree(ANNA, digest));
    ledger.apply(CLEO, agree(ANNA, digest));
    assert_eq!(guardians(&ledger), 1);
    ledger.fails(BO, start_recovery(ANNA, THIEF), Code::NotGuardian);
}

#[test]
fn one_guardian_voids_what_waits_and_guardians_alone_change_nothing() {
    let mut ledger = ledger();
    ledger.apply(ANNA, set_guardians(&[], &[], 0));
    let digest = ledger.digest(ANNA);
    ledger.apply(BO, start_recovery(ANNA, NEW_PHONE));
    ledger.fails(CLEO, agree(ANNA, digest), Code::UnknownChange);
    ledger.pass_to(ledger.now().plus_ms(2 * RECOVERY_DELAY_MS));
    assert_eq!(guardians(&ledger), 3);
}

#[test]
fn an_agreement_is_to_the_change_that_was_shown_and_not_to_a_later_one() {
    let mut ledger = ledger();
    ledger.apply(ANNA, set_guardians(&[CLEO], &[], 1));
    let shown = ledger.digest(ANNA);
    ledger.apply(BO, agree(ANNA, shown));
    ledger.apply(ANNA, set_guardians(&[], &[], 0));
    ledger.fails(CLEO, agree(ANNA, shown), Code::UnknownChange);
    // The same once more is another change too: it was asked for later.
    ledger.apply(ANNA, set_guardians(&[CLEO], &[], 1));
    assert_ne!(ledger.digest(ANNA), shown);
}

#[test]
fn the_owner_withdraws_what_waits() {
    let mut ledger = ledger();
    ledger.apply(ANNA, set_guardians(&[], &[], 0));
    ledger.apply(ANNA, set_guardians(&[BO, CLEO], &[CAFE], 2));
    ledger.apply(ANNA, set_guardians(&[], &[], 0));
    ledger.apply(ANNA, freeze());
    ledger.pass_to(ledger.now().plus_ms(2 * RECOVERY_DELAY_MS));
    assert_eq!(guardians(&ledger), 3);
    ledger.apply(ANNA, unfreeze());
    ledger.apply(ANNA, freeze());
    ledger.pass_to(ledger.now().plus_ms(2 * RECOVERY_DELAY_MS));
    ledger.fails(ANNA, redeem(GROCER, ANNA, 1), Code::AccountFrozen);
}

#[test]
fn without_guardians_a_freeze_is_lifted_after_the_delay() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    assert_eq!(ledger.run(ANNA, vec![freeze(), unfreeze()]), Outcome::Applied);
    ledger.fails(ANNA, redeem(GROCER, ANNA, 1), Code::AccountFrozen);
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
}
