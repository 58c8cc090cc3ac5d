//! The activity of accounts: what concerns whom, and the digest over it.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{Activity, Address, Bounded, Code, MemberRole, Outcome};

use crate::fixture::*;

fn activity(ledger: &Ledger, account: Address) -> Activity {
    ledger.view().account(account).expect("in memory").map(|account| account.activity).unwrap_or_default()
}

/// The number of transactions that have concerned these members.
fn counts<const N: usize>(ledger: &Ledger, members: [u8; N]) -> [u64; N] {
    members.map(|member| activity(ledger, address(member)).count)
}

#[test]
fn a_transaction_is_folded_into_the_activity_of_all_that_it_concerns() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "bread"));
    let before = [ANNA, BO].map(|member| activity(&ledger, address(member)));
    let sent = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 20), transfer(GROCER, ANNA, BO, 10)]);
    ledger.block(ledger.next_time(), std::slice::from_ref(&sent));
    let height = ledger.view().tip().height;
    for (member, before) in [ANNA, BO].into_iter().zip(before) {
        assert_eq!(activity(&ledger, address(member)), before.with(&sent.id(), height, &Outcome::Applied));
    }
    assert_eq!(counts(&ledger, [ANNA, BO, TILL, CLEO]), [2, 1, 1, 0]);
}

#[test]
fn two_transactions_of_one_block_are_folded_in_their_order() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "bread"));
    let before = activity(&ledger, address(ANNA));
    let sent = [20, 30].map(|amount| ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, amount)]));
    ledger.block(ledger.next_time(), &sent);
    let height = ledger.view().tip().height;
    let after = sent.iter().fold(before, |activity, one| activity.with(&one.id(), height, &Outcome::Applied));
    assert_eq!(activity(&ledger, address(ANNA)), after);
}

#[test]
fn a_failed_transaction_concerns_its_sender_alone_with_its_outcome() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "bread"));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 10));
    let before = activity(&ledger, address(ANNA));
    let sent = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 20), transfer(GROCER, ANNA, BO, 999)]);
    let outcome = failed(1, Code::InsufficientPoints);
    assert_eq!(ledger.block(ledger.next_time(), std::slice::from_ref(&sent)), [Ok(outcome)]);
    assert_eq!(activity(&ledger, address(ANNA)), before.with(&sent.id(), ledger.view().tip().height, &outcome));
    assert_eq!(counts(&ledger, [BO]), [1]);
}

#[test]
fn an_invitation_is_no_activity_of_the_invited_and_a_pool_none_of_its_other_members() {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b"), (CLEO, "c")] {
        ledger.apply(TILL, issue(GROCER, member, 100, receipt));
    }
    let household = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[])]);
    let before = counts(&ledger, [ANNA, BO, CLEO]);
    let pool = activity(&ledger, household).count;
    ledger.apply(ANNA, invite(household, CLEO, MemberRole::Adult, &[]));
    ledger.apply(BO, deposit(GROCER, BO, household, 50));
    ledger.apply(ANNA, set_member(household, BO, MemberRole::Admin, &[]));
    assert_eq!(counts(&ledger, [ANNA, BO, CLEO]), [before[0] + 2, before[1] + 2, before[2]]);
    assert_eq!(activity(&ledger, household).count, pool + 3);
}

#[test]
fn who_is_named_as_a_guardian_is_not_concerned_and_whom_a_guardian_helps_is() {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b")] {
        ledger.apply(TILL, issue(GROCER, member, 100, receipt));
    }
    ledger.guard(ANNA, set_guardians(&[BO], &[], 1));
    assert_eq!(counts(&ledger, [BO]), [1]);
    let before = counts(&ledger, [ANNA, BO]);
    ledger.apply(BO, start_recovery(ANNA, 99));
    assert_eq!(counts(&ledger, [ANNA, BO]), [before[0] + 1, before[1] + 1]);
}

#[test]
fn a_motion_concerns_whom_it_appoints_and_whom_it_seats() {
    let mut ledger = Ledger::new();
    let (operator, governor) = (77, GOVERNOR + 9);
    let brand = GenesisBrand::new(
        brand("bageriet"),
        policy_of(CAFE),
        Bounded::from([GenesisOperator::new(key(operator).public_key(), lojal_types::Roles::all())]),
    );
    let motion = ledger.enact(vec![register(brand), ledger.add_validator(9, 1)]);
    assert_eq!(counts(&ledger, [operator, governor]), [0, 0], "it waits for the node");
    let signs = vec![ledger.sign_of_life(motion, 1, 9, ledger.now())];
    ledger.apply(GOVERNOR, activate(motion, signs));
    assert_eq!(counts(&ledger, [operator, governor]), [1, 1]);
    for action in [set_admins("bageriet", &[78]), remove_validator(9)] {
        let motion = ledger.put_forward(vec![action]);
        ledger.approve_by(motion, &[1, 2, 3]);
    }
    assert_eq!(counts(&ledger, [operator, 78]), [2, 1]);
    assert_eq!(counts(&ledger, [governor]), [2]);
}
