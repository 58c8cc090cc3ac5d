//! Points that wait: those that appear or vanish there are found.

use lojal_types::PendingLot;

use super::*;
use crate::key::PendingKey;
use crate::record::Pending;

/// Anna has 50 of the grocer's points pending for a day.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_programme();
    ledger.apply(TILL, set_pending_days(GROCER, 1));
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "first"));
    ledger
}

fn judge(change: impl FnOnce(&mut ChangeSet)) -> [Result<(), ConservationError>; 2] {
    judge_on(&ledger(), change)
}

fn key() -> PendingKey {
    PendingKey { brand: brand(GROCER), matures: ledger().now().day().plus(1) }
}

/// Makes so many points wait in Anna's account.
fn set_waiting(changes: &mut ChangeSet, points: u64) {
    let (matures, expiry) = (key().matures, expiry_of("2027-11"));
    let waits = PendingLot { matures, expiry, amount: Points::new(points) };
    let balance = Balance { pending: Bounded::new(vec![waits]).expect("one"), ..Balance::default() };
    put(changes, &BalanceKey { account: address(ANNA), brand: brand(GROCER) }, &balance);
}

fn set_pending(changes: &mut ChangeSet, points: u64) {
    let lots = Bounded::new(vec![lot("2027-11", points)]).expect("one");
    put(changes, &key(), &Pending { lots });
}

fn wait_differs(in_accounts: i128, pending: i128) -> ConservationError {
    let PendingKey { brand, matures } = key();
    ConservationError::Waits { brand, matures, expiry: expiry_of("2027-11"), in_accounts, pending }
}

#[test]
fn points_that_appear_among_those_that_wait_or_vanish_from_them_are_found() {
    assert_eq!(judge(|_| ()), [Ok(()), Ok(())]);
    assert_eq!(judge(|changes| set_waiting(changes, 51)), [Err(wait_differs(1, 0)), Err(wait_differs(51, 50))]);
    assert_eq!(judge(|changes| set_pending(changes, 49)), [Err(wait_differs(0, -1)), Err(wait_differs(50, 49))]);
    let both = judge(|changes| {
        set_waiting(changes, 51);
        set_pending(changes, 51);
    });
    let differs = |by_day, pending| Err(ConservationError::Pending { brand: brand(GROCER), by_day, pending });
    assert_eq!(both, [differs(1, 0), differs(51, 50)]);
}

#[test]
fn points_that_are_pending_after_their_day_are_found() {
    let mut ledger = ledger();
    ledger.pass_to(key().matures.start());
    let late = judge_on(&ledger, |changes| set_pending(changes, 50));
    let PendingKey { brand, matures } = key();
    assert_eq!(late, [(); 2].map(|()| Err(ConservationError::PendingTooLong { brand, matures })));
}
