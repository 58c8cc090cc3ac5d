//! Freezes, guardians and recoveries (protocol, Accounts and keys).

use lojal_types::limits::BARRED_MS;
use lojal_types::{Code, Operation, Outcome, PublicKey, Role};

use crate::fixture::*;

const NEW_PHONE: u8 = 51;
const THIEF: u8 = 99;

/// Anna has 500 points and three guardians, two of whom it takes: Bo, Cleo and the café.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b"), (CLEO, "c")] {
        ledger.apply(TILL, issue(GROCER, member, 500, receipt));
    }
    ledger.guard(ANNA, set_guardians(&[BO, CLEO], &[CAFE], 2));
    ledger
}

/// Applies an operation of Anna's account, signed with a key of hers.
fn anna_with(ledger: &mut Ledger, seed: u8, operation: Operation) -> Outcome {
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let transaction = ledger.sign_with(&key(seed), address(ANNA), until, vec![operation]);
    ledger.block(ledger.next_time(), &[transaction])[0].expect("signed by the account's key")
}

fn signs(ledger: &Ledger, seed: u8) -> bool {
    ledger.view().signs_for(&key(seed).public_key(), address(ANNA)).expect("in memory")
}

#[test]
fn a_lost_account_comes_back_with_a_new_key_after_the_clock() {
    let mut ledger = ledger();
    ledger.apply(BO, start_recovery(ANNA, NEW_PHONE));
    ledger.fails(BO, finish_recovery(ANNA), Code::RecoveryNeedsGuardians);
    ledger.apply(BARISTA, start_recovery(ANNA, NEW_PHONE));
    let agreed = ledger
        .view()
        .recovery(address(ANNA))
        .expect("in memory")
        .and_then(|recovery| recovery.agreed)
        .expect("two of three");
    assert_eq!(agreed.from_ms, ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.pass_to(time(agreed.from_ms.get() - 2));
    let early = ledger.sign(CLEO, vec![finish_recovery(ANNA)]);
    let in_time = ledger.sign(CLEO, vec![finish_recovery(ANNA)]);
    let too_early = Ok(failed(0, Code::RecoveryTooEarly));
    assert_eq!(ledger.block(time(agreed.from_ms.get() - 1), &[early]), [too_early]);
    assert_eq!(ledger.block(agreed.from_ms, &[in_time]), [Ok(Outcome::Applied)]);
    assert!(signs(&ledger, NEW_PHONE) && !signs(&ledger, ANNA));
    assert_eq!(anna_with(&mut ledger, NEW_PHONE, redeem(GROCER, ANNA, 500)), Outcome::Applied);
    assert_eq!(ledger.view().guardians(address(ANNA)).expect("in memory").guardians.len(), 3, "the guardians stay");
}

#[test]
fn the_first_guardian_stops_everything_that_goes_out_and_nothing_that_comes_in() {
    let mut ledger = ledger();
    let household = ledger.household(ANNA, &[]);
    ledger.apply(TILL, to(household, issue(GROCER, ANNA, 50, "pool")));
    ledger.apply(TILL, set_operator(CAFE, ANNA, &[Role::Issue], None));
    ledger.apply(BO, start_recovery(ANNA, NEW_PHONE));
    let expires = ledger.now().plus_ms(HOUR_MS);
    let outgoing = [
        redeem(GROCER, ANNA, 10),
        transfer(GROCER, ANNA, BO, 10),
        hold(GROCER, ANNA, 10, "till 7", expires),
        of(household, redeem(GROCER, ANNA, 10)),
        of(household, transfer(GROCER, ANNA, BO, 10)),
        rotate(key(NEW_PHONE).public_key()),
        set_guardians(&[], &[], 0),
        invite(household, BO, lojal_types::MemberRole::Admin, &[]),
        issue(CAFE, BO, 10, "cup"),
        unfreeze(),
    ];
    for operation in outgoing {
        let code = if operation == unfreeze() { Code::NotFrozen } else { Code::AccountInRecovery };
        ledger.fails(ANNA, operation, code);
    }
    ledger.apply(TILL, issue(GROCER, ANNA, 10, "new"));
    ledger.apply(BO, transfer(GROCER, BO, ANNA, 10));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 10, "a", "return"));
    assert_eq!(ledger.balance(ANNA, GROCER), 510);
}

#[test]
fn the_old_key_can_cancel_to_the_end() {
    let mut ledger = ledger();
    ledger.apply(BO, start_recovery(ANNA, THIEF));
    ledger.apply(CLEO, start_recovery(ANNA, THIEF));
    ledger.pass_to(ledger.now().plus_ms(2 * RECOVERY_DELAY_MS));
    ledger.apply(ANNA, cancel_recovery());
    ledger.fails(BO, finish_recovery(ANNA), Code::NoRecovery);
    assert!(signs(&ledger, ANNA) && !signs(&ledger, THIEF));
}

#[test]
fn a_stolen_guardian_can_annoy_once_a_month_but_not_steal() {
    let mut ledger = ledger();
    for _ in 0..3 {
        ledger.apply(BO, start_recovery(ANNA, THIEF));
        ledger.fails(BO, finish_recovery(ANNA), Code::RecoveryNeedsGuardians);
        ledger.fails(BO, start_recovery(ANNA, THIEF), Code::AlreadyAgreed);
        ledger.apply(ANNA, cancel_recovery());
        let until = ledger.now().plus_ms(BARRED_MS);
        ledger.apply(ANNA, redeem(GROCER, ANNA, 1));
        ledger.pass_to(time(until.get() - 2 * SECOND_MS));
        ledger.fails(BO, start_recovery(ANNA, THIEF), Code::GuardianBarred);
        ledger.pass_to(until);
    }
    assert!(signs(&ledger, ANNA) && !signs(&ledger, THIEF));
}

#[test]
fn a_stolen_guardian_can_not_keep_the_others_from_agreeing_on_another_key() {
    let mut ledger = ledger();
    ledger.apply(BO, start_recovery(ANNA, THIEF));
    ledger.apply(CLEO, start_recovery(ANNA, NEW_PHONE));
    assert_eq!(
        ledger.view().recovery(address(ANNA)).expect("in memory").expect("under way").agreed,
        None,
        "one for each key"
    );
    ledger.apply(BARISTA, start_recovery(ANNA, NEW_PHONE));
    ledger.fails(BO, start_recovery(ANNA, THIEF), Code::RecoveryDecided);
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(CLEO, finish_recovery(ANNA));
    assert!(signs(&ledger, NEW_PHONE) && !signs(&ledger, THIEF));
}

#[test]
fn a_guardian_can_change_its_mind_until_a_key_is_agreed_on() {
    let mut ledger = ledger();
    ledger.apply(BO, start_recovery(ANNA, THIEF));
    ledger.apply(BO, start_recovery(ANNA, NEW_PHONE));
    assert_eq!(ledger.view().recovery(address(ANNA)).expect("in memory").expect("under way").votes.len(), 1);
    ledger.apply(CLEO, start_recovery(ANNA, NEW_PHONE));
    assert!(ledger.view().recovery(address(ANNA)).expect("in memory").expect("under way").agreed.is_some());
}

#[test]
fn whoever_is_a_guardian_and_an_admin_of_one_counts_for_both() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    ledger.guard(ANNA, set_guardians(&[BARISTA], &[CAFE], 2));
    ledger.apply(BARISTA, start_recovery(ANNA, NEW_PHONE));
    assert!(ledger.view().recovery(address(ANNA)).expect("in memory").expect("under way").agreed.is_some());
}

#[test]
fn a_freeze_stops_what_goes_out_until_the_delay_after_the_owner_asks_to_lift_it() {
    let mut ledger = ledger();
    ledger.apply(ANNA, freeze());
    assert!(ledger.view().account(address(ANNA)).expect("in memory").expect("there").frozen);
    for operation in [
        redeem(GROCER, ANNA, 10),
        transfer(GROCER, ANNA, BO, 10),
        rotate(key(NEW_PHONE).public_key()),
        set_guardians(&[], &[], 0),
        create_household(),
    ] {
        ledger.fails(ANNA, operation, Code::AccountFrozen);
    }
    ledger.apply(BO, transfer(GROCER, BO, ANNA, 10));
    ledger.apply(ANNA, unfreeze());
    ledger.fails(ANNA, redeem(GROCER, ANNA, 510), Code::AccountFrozen);
    let from = ledger.now().plus_ms(RECOVERY_DELAY_MS - SECOND_MS);
    ledger.pass_to(from);
    assert!(
        !ledger.view().account(address(ANNA)).expect("in memory").expect("there").frozen,
        "a view says so before anybody writes it"
    );
    ledger.apply(ANNA, redeem(GROCER, ANNA, 510));
}

#[test]
fn freezing_and_spending_in_one_transaction_goes_in_the_order_of_the_operations() {
    let mut ledger = ledger();
    assert_eq!(ledger.run(ANNA, vec![freeze(), redeem(GROCER, ANNA, 1)]), failed(1, Code::AccountFrozen));
    let asked = vec![freeze(), unfreeze(), redeem(GROCER, ANNA, 1)];
    assert_eq!(ledger.run(ANNA, asked), failed(2, Code::AccountFrozen));
    assert_eq!(ledger.run(ANNA, vec![redeem(GROCER, ANNA, 1), freeze(), unfreeze()]), Outcome::Applied);
}

#[test]
fn a_frozen_account_can_be_recovered_and_its_new_key_asks_to_lift_the_freeze() {
    let mut ledger = ledger();
    ledger.apply(ANNA, freeze());
    ledger.apply(BO, start_recovery(ANNA, NEW_PHONE));
    ledger.fails(ANNA, unfreeze(), Code::AccountInRecovery);
    ledger.apply(CLEO, start_recovery(ANNA, NEW_PHONE));
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(BO, finish_recovery(ANNA));
    assert_eq!(anna_with(&mut ledger, NEW_PHONE, redeem(GROCER, ANNA, 1)), failed(0, Code::AccountFrozen));
    assert_eq!(anna_with(&mut ledger, NEW_PHONE, unfreeze()), Outcome::Applied);
    for guardian in [BO, CLEO] {
        let digest = ledger.digest(ANNA);
        ledger.apply(guardian, agree(ANNA, digest));
        if guardian == BO {
            assert!(ledger.view().account(address(ANNA)).expect("in memory").expect("there").frozen, "one of two");
        }
    }
    assert_eq!(anna_with(&mut ledger, NEW_PHONE, redeem(GROCER, ANNA, 1)), Outcome::Applied);
}

#[test]
fn a_stopped_account_is_no_guardian_s_hand_either() {
    let mut ledger = ledger();
    ledger.apply(BO, freeze());
    ledger.fails(BO, start_recovery(ANNA, THIEF), Code::AccountFrozen);
}

#[test]
fn nobody_recovers_an_account_without_guardians_or_a_household() {
    let mut ledger = ledger();
    ledger.fails(ANNA, start_recovery(BO, THIEF), Code::NotGuardian);
    let household = ledger.household(ANNA, &[]);
    let new_key = PublicKey::new(*key(THIEF).public_key().as_bytes());
    let start = lojal_types::StartRecovery { account: household, new_key };
    ledger.fails(ANNA, Operation::StartRecovery(start), Code::NotGuardian);
}
