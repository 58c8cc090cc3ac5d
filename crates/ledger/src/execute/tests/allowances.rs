//! The amounts that an account may use up in a day: bytes, operations, accounts that it opens, households that it
//! creates.

use lojal_types::{Address, Allowance, Allowances, Code, Operation, Outcome, Points, Policy, VerifiedTransaction};

use crate::fixture::*;
use crate::record::DayUse;
use crate::{Beside, DryRun, Usage};

/// Members have 16 KiB and 100 operations, operators 64 KiB and 200.
fn scarce() -> Allowances {
    let member = Allowance { bytes: 16 * 1024, operations: 100 };
    Allowances { member, operator: Allowance { bytes: 64 * 1024, operations: 200 }, ..Allowances::standard() }
}

/// Anna has 500 points of the grocer.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_allowances(scarce());
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger
}

fn used(ledger: &Ledger, member: u8) -> DayUse {
    ledger.view().account(address(member)).expect("in memory").expect("there").used_on(ledger.now().day())
}

/// The answer of a block to a transaction of somebody.
fn answer(ledger: &mut Ledger, sender: u8, operations: Vec<Operation>) -> Result<Outcome, Code> {
    let transaction = ledger.sign(sender, operations);
    ledger.block(ledger.next_time(), &[transaction])[0]
}

/// The noon of a day later.
fn tomorrow(ledger: &mut Ledger) {
    ledger.pass_to(ledger.now().day().plus(1).start().plus_ms(12 * HOUR_MS));
}

fn redeems(count: usize) -> Vec<Operation> {
    vec![redeem(GROCER, ANNA, 1); count]
}

#[test]
fn the_operations_of_a_day_are_counted_to_the_last_and_begin_anew_with_the_next() {
    let mut ledger = ledger();
    assert_eq!(answer(&mut ledger, ANNA, redeems(99)), Ok(Outcome::Applied));
    assert_eq!(answer(&mut ledger, ANNA, redeems(2)), Err(Code::AllowanceSpent));
    assert_eq!(answer(&mut ledger, ANNA, redeems(1)), Ok(Outcome::Applied));
    assert_eq!(answer(&mut ledger, ANNA, redeems(1)), Err(Code::AllowanceSpent));
    assert_eq!(used(&ledger, ANNA).sent.operations, 100);
    let midnight = ledger.now().day().plus(1).start();
    let last = ledger.sign_until(ANNA, midnight.plus_ms(1), redeems(1));
    assert_eq!(ledger.block(time(midnight.get() - 1), std::slice::from_ref(&last)), [Err(Code::AllowanceSpent)]);
    // It could not be in a block on that day, and so can on the next.
    assert_eq!(ledger.block(midnight, &[last]), [Ok(Outcome::Applied)]);
    assert_eq!(used(&ledger, ANNA).sent.operations, 1);
    assert_eq!(ledger.balance(ANNA, GROCER), 399);
}

#[test]
fn the_bytes_of_a_day_are_those_of_the_encoded_transactions() {
    let mut ledger = ledger();
    let mut sent = 0;
    let refused = loop {
        let transaction = ledger.sign(ANNA, redeems(1));
        let bytes = transaction.bytes().len() as u64;
        match ledger.block(ledger.next_time(), std::slice::from_ref(&transaction))[0] {
            Ok(_) => sent += bytes,
            Err(code) => break (code, bytes),
        }
        assert_eq!(used(&ledger, ANNA).sent.bytes, sent);
    };
    assert_eq!(refused.0, Code::AllowanceSpent);
    assert!(sent <= 16 * 1024 && sent + refused.1 > 16 * 1024, "{sent} bytes");
    assert!(used(&ledger, ANNA).sent.operations < 100);
}

#[test]
fn what_fails_counts_and_what_is_refused_does_not() {
    let mut ledger = ledger();
    let failing = vec![redeem(GROCER, ANNA, 501); 60];
    assert_eq!(answer(&mut ledger, ANNA, failing), Ok(failed(0, Code::InsufficientPoints)));
    assert_eq!(used(&ledger, ANNA).sent.operations, 60);
    let before = ledger.view().state_root();
    let refused = ledger.sign(ANNA, redeems(41));
    ledger.block(ledger.next_time(), &[refused]);
    assert_eq!(ledger.view().state_root(), before);
}

#[test]
fn several_transactions_of_a_block_count_together_and_others_for_themselves() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(GROCER, BO, 500, "second"));
    let mine = [60, 41, 40].map(|count| ledger.sign(ANNA, redeems(count)));
    let his = ledger.sign(BO, vec![redeem(GROCER, BO, 1); 100]);
    let [first, second, third] = mine;
    let answers = ledger.block(ledger.next_time(), &[first, his, second, third]);
    let applied = Ok(Outcome::Applied);
    assert_eq!(answers, [applied, applied, Err(Code::AllowanceSpent), applied]);
}

#[test]
fn an_account_that_its_block_opens_counts_from_its_first_transaction_on() {
    let mut ledger = ledger();
    let gift = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, CLEO, 200)]);
    let [first, second] = [100, 1].map(|count| ledger.sign(CLEO, vec![redeem(GROCER, CLEO, 1); count]));
    let answers = ledger.block(ledger.next_time(), &[gift, first, second]);
    assert_eq!(answers, [Ok(Outcome::Applied), Ok(Outcome::Applied), Err(Code::AllowanceSpent)]);
}

#[test]
fn an_operator_of_any_brand_has_an_operator_s_allowance_as_long_as_it_is_one() {
    let mut ledger = ledger();
    assert_eq!(answer(&mut ledger, ANNA, redeems(100)), Ok(Outcome::Applied));
    assert_eq!(answer(&mut ledger, ANNA, redeems(1)), Err(Code::AllowanceSpent));
    ledger.apply(TILL, set_operator(GROCER, ANNA, &[lojal_types::Role::Issue], None));
    ledger.apply(TILL, set_operator(CAFE, ANNA, &[lojal_types::Role::Issue], None));
    // Other roles make it no operator of another brand.
    ledger.apply(TILL, set_operator(CAFE, ANNA, &[lojal_types::Role::Capture], None));
    assert_eq!(answer(&mut ledger, ANNA, redeems(50)), Ok(Outcome::Applied));
    ledger.apply(TILL, remove_operator(GROCER, ANNA));
    assert_eq!(answer(&mut ledger, ANNA, redeems(50)), Ok(Outcome::Applied));
    assert_eq!(answer(&mut ledger, ANNA, redeems(1)), Err(Code::AllowanceSpent));
    tomorrow(&mut ledger);
    assert_eq!(answer(&mut ledger, ANNA, redeems(100)), Ok(Outcome::Applied));
    ledger.apply(TILL, remove_operator(CAFE, ANNA));
    assert_eq!(answer(&mut ledger, ANNA, redeems(1)), Err(Code::AllowanceSpent));
}

#[test]
fn a_freeze_finds_room_where_a_thief_has_spent_the_day() {
    let mut ledger = ledger();
    ledger.apply(ANNA, set_guardians(&[BO], &[], 1));
    assert_eq!(answer(&mut ledger, ANNA, redeems(99)), Ok(Outcome::Applied));
    for refused in [vec![unfreeze()], redeems(1), vec![freeze(), freeze()], vec![freeze(), unfreeze()]] {
        assert_eq!(answer(&mut ledger, ANNA, refused), Err(Code::AllowanceSpent));
    }
    assert_eq!(answer(&mut ledger, ANNA, vec![freeze()]), Ok(Outcome::Applied));
    for _ in 0..3 {
        assert_eq!(answer(&mut ledger, ANNA, vec![freeze()]), Ok(failed(0, Code::AlreadyFrozen)), "that counts too");
    }
    assert_eq!(answer(&mut ledger, ANNA, vec![freeze()]), Err(Code::AllowanceSpent));
    // Each kind has its own.
    for kind in
        [cancel_recovery(), start_recovery(BO, 70), finish_recovery(BO), agree(BO, lojal_types::Hash::new([0; 32]))]
    {
        for _ in 0..4 {
            let answer = answer(&mut ledger, ANNA, vec![kind.clone()]);
            assert!(matches!(answer, Ok(Outcome::Failed { .. })), "{answer:?}");
        }
        assert_eq!(answer(&mut ledger, ANNA, vec![kind]), Err(Code::AllowanceSpent));
    }
    let sent = used(&ledger, ANNA).sent;
    assert_eq!((sent.operations, sent.reserved), (100, [4; 5]), "what comes from a reserve counts there alone");
    tomorrow(&mut ledger);
    assert_eq!(answer(&mut ledger, ANNA, vec![freeze()]), Ok(failed(0, Code::AlreadyFrozen)));
    let sent = used(&ledger, ANNA).sent;
    assert_eq!((sent.operations, sent.reserved), (1, [0; 5]), "the allowance comes first");
}

#[test]
fn a_trial_counts_what_waits_of_its_sender() {
    let mut ledger = ledger();
    let [most, one, freezing] =
        [redeems(99), redeems(1), vec![freeze()]].map(|operations| ledger.sign(ANNA, operations));
    let mut waiting = Beside::default();
    let mut dry_run = DryRun::new(&ledger.state, ledger.next_time());
    let mut tried = |one: &VerifiedTransaction, beside: &Beside| {
        let answer = dry_run.validate_beside(one, beside);
        assert_eq!(dry_run.admit(one, &beside.usage), answer);
        answer
    };
    waiting.usage.add(&Usage::of(&most));
    assert_eq!(tried(&one, &waiting), Ok(()));
    waiting.usage.add(&Usage::of(&one));
    assert_eq!(tried(&one, &waiting), Err(Code::AllowanceSpent.into()));
    for _ in 0..4 {
        assert_eq!(tried(&freezing, &waiting), Ok(()));
        waiting.usage.add(&Usage::of(&freezing));
    }
    assert_eq!(tried(&freezing, &waiting), Err(Code::AllowanceSpent.into()));
    waiting.usage.take_away(&Usage::of(&freezing));
    assert_eq!(tried(&freezing, &waiting), Ok(()));
    waiting.usage.take_away(&Usage::of(&most));
    assert_eq!(tried(&one, &waiting), Ok(()));
    assert_eq!(used(&ledger, ANNA).sent, Default::default(), "a trial counts nothing");
}

#[test]
fn a_member_opens_eight_accounts_a_day_and_a_brand_as_many_as_it_likes() {
    let mut ledger = ledger();
    let gifts = |strangers: std::ops::Range<u8>| strangers.map(|to| transfer(GROCER, ANNA, to, 10)).collect::<Vec<_>>();
    assert_eq!(answer(&mut ledger, ANNA, gifts(60..69)), Ok(failed(8, Code::OpeningsSpent)));
    assert_eq!(used(&ledger, ANNA).opened, 0, "nothing of it happened");
    assert_eq!(answer(&mut ledger, ANNA, gifts(60..68)), Ok(Outcome::Applied));
    assert_eq!(used(&ledger, ANNA).opened, 8);
    ledger.fails(ANNA, transfer(GROCER, ANNA, CLEO, 10), Code::OpeningsSpent);
    // Whoever has an account can be given more.
    ledger.apply(ANNA, transfer(GROCER, ANNA, 60, 10));
    let issues = (80..180).map(|to| issue(GROCER, to, 1, &format!("bonus {to}"))).collect();
    assert_eq!(answer(&mut ledger, TILL, issues), Ok(Outcome::Applied));
    ledger.apply(TILL, issue(GROCER, TILL, 100, "own"));
    let gifts_of_a_till = (180..190).map(|to| transfer(GROCER, TILL, to, 10)).collect();
    assert_eq!(answer(&mut ledger, TILL, gifts_of_a_till), Ok(Outcome::Applied));
    tomorrow(&mut ledger);
    ledger.apply(ANNA, transfer(GROCER, ANNA, CLEO, 10));
    assert_eq!(used(&ledger, ANNA).opened, 1);
}

#[test]
fn who_takes_points_out_of_a_pool_opens_accounts_itself() {
    let mut ledger = ledger();
    let pool = ledger.household(ANNA, &[]);
    ledger.apply(ANNA, to(pool, transfer(GROCER, ANNA, ANNA, 100)));
    assert_eq!(used(&ledger, ANNA).opened, 0, "a household is no account that points open");
    ledger.apply(ANNA, of(pool, transfer(GROCER, ANNA, CLEO, 10)));
    assert_eq!(used(&ledger, ANNA).opened, 1);
}

#[test]
fn an_account_s_first_points_are_as_many_as_the_policy_says() {
    let mut ledger = ledger();
    ledger.apply(TILL, set_policy(GROCER, Policy { opening_min: Points::new(50), ..policy_of(GROCER) }));
    ledger.fails(ANNA, transfer(GROCER, ANNA, CLEO, 49), Code::OpeningTooSmall);
    ledger.fails(TILL, issue(GROCER, CLEO, 49, "second"), Code::OpeningTooSmall);
    ledger.apply(ANNA, transfer(GROCER, ANNA, CLEO, 50));
    ledger.apply(ANNA, transfer(GROCER, ANNA, CLEO, 10));
    ledger.apply(TILL, issue(GROCER, CLEO, 1, "third"));
    // Somebody who has nothing left has an account all the same, and of another brand it never had anything.
    ledger.apply(CLEO, redeem(GROCER, CLEO, 61));
    ledger.apply(TILL, issue(GROCER, CLEO, 1, "fourth"));
    ledger.apply(TILL, issue(CAFE, CLEO, 1, "fifth"));
}

#[test]
fn an_account_creates_four_households_a_day_whatever_becomes_of_them() {
    let mut ledger = ledger();
    assert_eq!(answer(&mut ledger, ANNA, vec![create_household(); 5]), Ok(failed(4, Code::HouseholdsSpent)));
    for _ in 0..4 {
        let household: Address = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, leave(household));
    }
    ledger.fails(ANNA, create_household(), Code::HouseholdsSpent);
    // An operator has no more of them.
    assert_eq!(answer(&mut ledger, TILL, vec![create_household(); 5]), Ok(failed(4, Code::HouseholdsSpent)));
    tomorrow(&mut ledger);
    ledger.apply(ANNA, create_household());
}

#[test]
fn the_smallest_hold_is_the_smallest_transfer() {
    let mut ledger = ledger();
    let expires = ledger.now().plus_ms(HOUR_MS);
    ledger.fails(ANNA, hold(GROCER, ANNA, 9, "till 7", expires), Code::HoldTooSmall);
    ledger.apply(ANNA, hold(GROCER, ANNA, 10, "till 7", expires));
}
