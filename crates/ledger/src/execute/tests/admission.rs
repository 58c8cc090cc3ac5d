//! The transactions that can be in a block: window, ids, keys.

use lojal_types::{Code, Outcome, Points, Transaction};

use crate::execute::BlockExecutor;
use crate::fixture::*;
use crate::recent::RecentIds;
use crate::{Beside, Claim, DryRun, Usage};

fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger
}

#[test]
fn the_window_ends_exactly_one_hour_after_the_block() {
    let mut ledger = ledger();
    let block = ledger.next_time();
    let edge = ledger.sign_until(ANNA, block.plus_ms(HOUR_MS), vec![redeem(GROCER, ANNA, 1)]);
    let beyond = ledger.sign_until(ANNA, block.plus_ms(HOUR_MS + 1), vec![redeem(GROCER, ANNA, 1)]);
    assert_eq!(ledger.block(block, &[edge, beyond]), [Ok(Outcome::Applied), Err(Code::WindowTooLong)]);
}

#[test]
fn a_transaction_is_valid_until_the_millisecond_before_its_end() {
    let mut ledger = ledger();
    let block = ledger.next_time();
    let at_the_end = ledger.sign_until(ANNA, block, vec![redeem(GROCER, ANNA, 1)]);
    let before_the_end = ledger.sign_until(ANNA, block.plus_ms(1), vec![redeem(GROCER, ANNA, 1)]);
    let answers = ledger.block(block, &[at_the_end, before_the_end]);
    assert_eq!(answers, [Err(Code::TransactionExpired), Ok(Outcome::Applied)]);
}

#[test]
fn a_transaction_happens_once_inside_a_block_and_across_blocks() {
    let mut ledger = ledger();
    let transaction = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]);
    let twice = [transaction.clone(), transaction.clone()];
    let once = [Ok(Outcome::Applied), Err(Code::DuplicateTransaction)];
    assert_eq!(ledger.block(ledger.next_time(), &twice), once);
    assert_eq!(ledger.block(ledger.next_time(), &[transaction]), [Err(Code::DuplicateTransaction)]);
    assert_eq!(ledger.balance(ANNA, GROCER), 499);
}

#[test]
fn the_same_wish_with_another_signature_is_the_same_transaction() {
    let mut ledger = ledger();
    let chain = ledger.genesis.chain_id();
    let first = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]);
    let foreign = first.transaction().clone().sign(&chain, &key(BO)).verify(&chain).expect("signed by Bo");
    assert_eq!(foreign.id(), first.id());
    // Somebody else's signature neither works nor uses up the id.
    let answers = ledger.block(ledger.next_time(), &[foreign.clone(), first]);
    assert_eq!(answers, [Err(Code::WrongKey), Ok(Outcome::Applied)]);
    assert_eq!(ledger.block(ledger.next_time(), &[foreign]), [Err(Code::DuplicateTransaction)]);
}

#[test]
fn an_equal_wish_with_another_nonce_is_another_transaction() {
    let mut ledger = ledger();
    let first = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]);
    let chain = ledger.genesis.chain_id();
    let wish = Transaction { nonce: first.transaction().nonce + 100, ..first.transaction().clone() };
    let second = wish.sign(&chain, &key(ANNA)).verify(&chain).expect("just signed");
    assert_eq!(ledger.block(ledger.next_time(), &[first, second]), [Ok(Outcome::Applied); 2]);
    assert_eq!(ledger.balance(ANNA, GROCER), 498);
}

#[test]
fn an_id_is_remembered_to_the_end_of_its_minute_and_then_the_window_refuses_it() {
    let mut ledger = ledger();
    // START_MS is a whole minute; valid until the middle of one.
    let until = time(START_MS + 10 * MINUTE_MS + 30 * SECOND_MS);
    let transaction = ledger.sign_until(ANNA, until, vec![redeem(GROCER, ANNA, 1)]);
    ledger.block(ledger.next_time(), std::slice::from_ref(&transaction));
    let remembers = |ledger: &Ledger| {
        let minute = until.get() / MINUTE_MS;
        let (ids, view) = (ledger.state.recent(), ledger.view());
        assert_eq!(
            ids.minutes_before(minute + 1).any(|one| one == minute),
            view.get(&crate::key::RecentKey(minute)).expect("in memory").is_some(),
            "the ids and their digest come and go together"
        );
        ids.contains(minute, &transaction.id())
    };
    ledger.pass_to(time(until.get() - 1));
    assert!(remembers(&ledger));
    assert_eq!(DryRun::new(&ledger.state, ledger.now()).validate(&transaction), Err(Code::TransactionExpired.into()));
    ledger.pass_to(time(START_MS + 11 * MINUTE_MS - 1));
    assert!(remembers(&ledger), "the last millisecond of the minute");
    let answer = ledger.block(time(START_MS + 11 * MINUTE_MS), std::slice::from_ref(&transaction));
    assert_eq!(answer, [Err(Code::TransactionExpired)]);
    assert!(!remembers(&ledger));
}

#[test]
fn the_ids_of_at_most_61_minutes_are_remembered() {
    let mut ledger = ledger();
    // A block in the last millisecond of a minute for each of two hours, with one transaction that ends at once and one
    // that ends as late as it can.
    for minute in 1..=120 {
        let block = time(START_MS + minute * MINUTE_MS - 1);
        let soon = ledger.sign_until(TILL, block.plus_ms(1), vec![redeem(GROCER, TILL, 1)]);
        let late = ledger.sign_until(TILL, block.plus_ms(HOUR_MS), vec![redeem(GROCER, TILL, 1)]);
        assert!(ledger.block(block, &[soon, late]).iter().all(Result::is_ok));
        assert!(ledger.state.recent().minutes_before(u64::MAX).count() <= 61);
    }
    assert_eq!(ledger.state.recent().minutes_before(u64::MAX).count(), 61);
    let minutes = ledger.recent_minutes();
    let chain = ledger.genesis.chain_id();
    let restored =
        RecentIds::restore(&minutes, ledger.view().tree(), ledger.now(), &chain).expect("what the state commits to");
    assert_eq!(restored, *ledger.state.recent());
}

#[test]
fn an_account_exists_from_the_first_points_on_even_inside_one_block() {
    let mut ledger = ledger();
    let early = ledger.sign(BO, vec![redeem(GROCER, BO, 10)]);
    let gift = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 10)]);
    let answers = ledger.block(ledger.next_time(), &[early.clone(), gift, early]);
    assert_eq!(answers, [Err(Code::UnknownAccount), Ok(Outcome::Applied), Ok(Outcome::Applied)]);
    // It stays when the points are gone.
    ledger.fails(BO, redeem(GROCER, BO, 1), Code::InsufficientPoints);
}

#[test]
fn a_hundred_operations_can_share_one_signature() {
    let mut ledger = ledger();
    let operations = (0..100).map(|n| issue(GROCER, BO, 1, &format!("bonus {n}"))).collect();
    assert_eq!(ledger.run(TILL, operations), Outcome::Applied);
    let mut operations = vec![redeem(GROCER, BO, 1); 99];
    operations.push(redeem(GROCER, BO, 2));
    assert_eq!(ledger.run(BO, operations), failed(99, Code::InsufficientPoints));
    assert_eq!(ledger.balance(BO, GROCER), 100);
}

#[test]
fn validation_agrees_with_execution_and_changes_nothing() {
    let mut ledger = ledger();
    let root = ledger.view().state_root();
    let right = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 500)]);
    let wrong = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1), redeem(GROCER, ANNA, 500)]);
    let late = ledger.sign_until(ANNA, ledger.now(), vec![redeem(GROCER, ANNA, 1)]);
    let none = Usage::default();
    let mut dry_run = DryRun::new(&ledger.state, ledger.next_time());
    assert_eq!(dry_run.read_ahead([&right, &wrong, &late].into_iter()), (3, Ok(())));
    for _ in 0..2 {
        // Each by itself: twice the same points suffice, and so does one transaction twice.
        assert_eq!(dry_run.validate(&right), Ok(()));
        assert_eq!(dry_run.validate(&wrong), Err(Code::InsufficientPoints.into()));
        assert_eq!((dry_run.admit(&right, &none), dry_run.admit(&wrong, &none)), (Ok(()), Ok(())));
        assert_eq!(
            (dry_run.validate(&late), dry_run.admit(&late, &none)),
            (Err(Code::TransactionExpired.into()), Err(Code::TransactionExpired.into()))
        );
    }
    assert_eq!(ledger.view().state_root(), root);
}

#[test]
fn what_others_claim_is_out_of_reach_of_a_trial_and_comes_back_after_it() {
    let mut ledger = ledger();
    let spend = |ledger: &mut Ledger, amount| ledger.sign(ANNA, vec![redeem(GROCER, ANNA, amount)]);
    let (part, all) = (spend(&mut ledger, 400), spend(&mut ledger, 500));
    let beside = |account, amount| Beside {
        usage: Usage::default(),
        claims: vec![Claim { account: address(account), brand: brand(GROCER), amount: Points::new(amount) }],
    };
    let claim = |amount| beside(ANNA, amount);
    let mut dry_run = DryRun::new(&ledger.state, ledger.next_time());
    assert_eq!(dry_run.validate_beside(&part, &claim(100)), Ok(()));
    assert_eq!(dry_run.validate_beside(&part, &claim(101)), Err(Code::InsufficientPoints.into()));
    assert_eq!(dry_run.validate_beside(&part, &claim(u64::MAX)), Err(Code::InsufficientPoints.into()), "all there is");
    assert_eq!(dry_run.validate_beside(&all, &beside(BO, 500)), Ok(()), "there is nothing");
    assert_eq!(dry_run.validate(&all), Ok(()));
}

#[test]
fn an_operator_is_known_by_the_brands_that_its_transaction_names() {
    let mut ledger = ledger();
    let by_till = ledger.sign(TILL, vec![rotate(key(BO).public_key()), issue(GROCER, ANNA, 1, "second")]);
    let names_none = ledger.sign(TILL, vec![rotate(key(BO).public_key())]);
    let by_member = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1), issue("nobodys", ANNA, 1, "third")]);
    let mut dry_run = DryRun::new(&ledger.state, ledger.next_time());
    assert_eq!(dry_run.operated_brand(&by_till), Ok(Some(brand(GROCER))));
    assert_eq!((dry_run.operated_brand(&names_none), dry_run.operated_brand(&by_member)), (Ok(None), Ok(None)));
}

#[test]
fn validation_by_a_clock_behind_the_last_block_uses_the_months_of_the_ledger() {
    let mut ledger = ledger();
    ledger.pass_to(start_of("2027-12"));
    let lagging = time(ledger.now().get() - 1);
    assert!(lagging.month() < ledger.now().month());
    let spent = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 500)]);
    assert_eq!(DryRun::new(&ledger.state, lagging).validate(&spent), Err(Code::PointsExpired.into()));
}

#[test]
fn an_executor_that_is_dropped_changes_nothing() {
    let mut ledger = ledger();
    let (root, recent) = (ledger.view().state_root(), ledger.state.recent().clone());
    let transaction = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]);
    let mut executor = BlockExecutor::new(&ledger.state, ledger.next_time());
    assert!(executor.push(&transaction).is_ok());
    drop(executor);
    assert_eq!(ledger.view().state_root(), root);
    assert_eq!(*ledger.state.recent(), recent);
    assert_eq!(ledger.block(ledger.next_time(), &[transaction]), [Ok(Outcome::Applied)]);
}

#[test]
fn the_order_of_ids_is_part_of_the_state_root() {
    let root_of = |order: [usize; 2]| {
        let mut ledger = ledger();
        let two = [(); 2].map(|()| ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]));
        ledger.block(ledger.next_time(), &order.map(|at| two[at].clone()));
        (records(ledger.view()), ledger.view().state_root())
    };
    let (one, other) = (root_of([0, 1]), root_of([1, 0]));
    assert_eq!(one.0, other.0);
    assert_ne!(one.1, other.1);
}
