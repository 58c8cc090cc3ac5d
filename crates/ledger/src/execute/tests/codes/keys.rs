//! Keys, freezes, guardians and recoveries.

use lojal_types::{Address, Bounded, Code, Guardian, Guardians, Operation, PublicKey, SetGuardians, StartRecovery};

use super::Failing;
use crate::fixture::*;

const NEW: u8 = 51;

/// Bo and the café are Anna's guardians, both of whom it takes.
fn guarded(ledger: &mut Ledger) {
    ledger.guard(ANNA, set_guardians(&[BO], &[CAFE], 2));
}

fn agreed(ledger: &mut Ledger) {
    ledger.apply(BO, start_recovery(ANNA, NEW));
    ledger.apply(BARISTA, start_recovery(ANNA, NEW));
}

/// Guardians in the order given.
fn guardians(list: &[u8], threshold: u8) -> Operation {
    let Operation::SetGuardians(mut set) = set_guardians(&[], &[], threshold) else { unreachable!() };
    let list = list.iter().map(|seed| lojal_types::Guardian::Account(address(*seed))).collect();
    set.guardians.guardians = lojal_types::Bounded::new(list).expect("at most three");
    Operation::SetGuardians(set)
}

fn guardian_at(address: Address) -> Operation {
    let list = Bounded::new(vec![Guardian::Account(address)]).expect("one");
    Operation::SetGuardians(SetGuardians { guardians: Guardians { guardians: list, threshold: 1 } })
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::InvalidKey, |_| (ANNA, rotate(PublicKey::new([2; 32])))),
    (Code::KeyUnchanged, |_| (ANNA, rotate(key(ANNA).public_key()))),
    (Code::AccountFrozen, |ledger| {
        ledger.apply(ANNA, freeze());
        (ANNA, redeem(GROCER, ANNA, 1))
    }),
    (Code::AlreadyFrozen, |ledger| {
        ledger.apply(ANNA, freeze());
        (ANNA, freeze())
    }),
    (Code::NotFrozen, |_| (ANNA, unfreeze())),
    (Code::AccountInRecovery, |ledger| {
        guarded(ledger);
        ledger.apply(BO, start_recovery(ANNA, NEW));
        (ANNA, redeem(GROCER, ANNA, 1))
    }),
    (Code::GuardiansOutOfOrder, |_| {
        let (first, second) = if address(BO) < address(CLEO) { (CLEO, BO) } else { (BO, CLEO) };
        (ANNA, guardians(&[first, second], 1))
    }),
    (Code::GuardiansOutOfOrder, |_| (ANNA, guardians(&[BO, BO], 1))),
    (Code::ThresholdOutOfRange, |_| (ANNA, set_guardians(&[BO], &[], 0))),
    (Code::ThresholdOutOfRange, |_| (ANNA, set_guardians(&[BO], &[CAFE], 3))),
    (Code::ThresholdOutOfRange, |_| (ANNA, set_guardians(&[], &[], 1))),
    (Code::OwnGuardian, |_| (ANNA, set_guardians(&[ANNA, BO], &[], 1))),
    (Code::UnknownBrand, |_| (ANNA, set_guardians(&[], &["nobody"], 1))),
    (Code::HouseholdHasNoKey, |ledger| {
        let household = ledger.household(ANNA, &[]);
        (ANNA, guardian_at(household))
    }),
    // There is no household yet, but never anybody else who could sign.
    (Code::HouseholdHasNoKey, |_| (ANNA, guardian_at(Address::new([9; 20])))),
    (Code::UnknownAccount, |_| (BO, start_recovery(CLEO, NEW))),
    (Code::NotGuardian, |_| (BO, start_recovery(ANNA, NEW))),
    // An operator without the role of an admin doesn't act for a brand as a guardian.
    (Code::NotGuardian, |ledger| {
        ledger.guard(ANNA, set_guardians(&[], &[GROCER], 1));
        (CASHIER, start_recovery(ANNA, NEW))
    }),
    (Code::InvalidKey, |ledger| {
        guarded(ledger);
        let (account, new_key) = (address(ANNA), PublicKey::new([2; 32]));
        (BO, Operation::StartRecovery(StartRecovery { account, new_key }))
    }),
    (Code::KeyUnchanged, |ledger| {
        guarded(ledger);
        (BO, start_recovery(ANNA, ANNA))
    }),
    (Code::AlreadyAgreed, |ledger| {
        guarded(ledger);
        ledger.apply(BO, start_recovery(ANNA, NEW));
        (BO, start_recovery(ANNA, NEW))
    }),
    (Code::RecoveryDecided, |ledger| {
        guarded(ledger);
        ledger.apply(BO, start_recovery(ANNA, NEW));
        ledger.apply(BARISTA, start_recovery(ANNA, NEW));
        (BO, start_recovery(ANNA, NEW + 1))
    }),
    (Code::NoRecovery, |_| (ANNA, cancel_recovery())),
    (Code::NoRecovery, |ledger| {
        guarded(ledger);
        (BO, finish_recovery(ANNA))
    }),
    (Code::NotGuardian, |_| (BO, finish_recovery(ANNA))),
    (Code::UnknownAccount, |_| (BO, finish_recovery(CLEO))),
    (Code::RecoveryNeedsGuardians, |ledger| {
        guarded(ledger);
        ledger.apply(BO, start_recovery(ANNA, NEW));
        ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
        (BO, finish_recovery(ANNA))
    }),
    (Code::RecoveryTooEarly, |ledger| {
        guarded(ledger);
        ledger.apply(BO, start_recovery(ANNA, NEW));
        ledger.apply(BARISTA, start_recovery(ANNA, NEW));
        ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS - 2 * SECOND_MS));
        (BO, finish_recovery(ANNA))
    }),
    (Code::AccountStopped, |ledger| {
        guarded(ledger);
        agreed(ledger);
        ledger.apply(ANNA, cancel_recovery());
        (ANNA, redeem(GROCER, ANNA, 1))
    }),
    (Code::GuardianBarred, |ledger| {
        guarded(ledger);
        ledger.apply(BO, start_recovery(ANNA, NEW));
        ledger.apply(ANNA, cancel_recovery());
        (BO, start_recovery(ANNA, NEW))
    }),
    (Code::RecoveryStands, |ledger| {
        guarded(ledger);
        agreed(ledger);
        ledger.apply(ANNA, cancel_recovery());
        agreed(ledger);
        (ANNA, cancel_recovery())
    }),
    (Code::ChangeWaits, |ledger| {
        ledger.apply(ANNA, freeze());
        ledger.apply(ANNA, unfreeze());
        (ANNA, unfreeze())
    }),
    (Code::ChangeWaits, |ledger| {
        ledger.apply(ANNA, set_guardians(&[BO], &[], 1));
        (ANNA, set_guardians(&[BO], &[], 1))
    }),
    (Code::UnknownChange, |ledger| {
        guarded(ledger);
        (BO, agree(ANNA, lojal_types::Hash::new([1; 32])))
    }),
    (Code::AlreadyAgreed, |ledger| {
        guarded(ledger);
        ledger.apply(ANNA, freeze());
        ledger.apply(ANNA, unfreeze());
        let digest = ledger.digest(ANNA);
        ledger.apply(BO, agree(ANNA, digest));
        (BO, agree(ANNA, digest))
    }),
];
