use lojal_types::{BrandId, ChainId};

use super::*;
use crate::clock;
use crate::fixture::{issue, issue_by, verified};
use crate::limits::{MEMPOOL_PLACE_BYTES, TRANSACTION_WORK};

mod fairness;
mod limits;

/// The end of all transactions here, so that the same number gives the same one.
const UNTIL_MS: u64 = 1_800_000_000_000;

fn chain() -> ChainId {
    ChainId::new([1; 32])
}

fn brand(number: u8) -> Lane {
    Lane::Brand(format!("brand-{number}").parse::<BrandId>().expect("valid"))
}

/// Transactions of the account with a number, each of so many operations.
fn of(by: u8, numbers: std::ops::Range<u64>, operations: u64) -> Vec<Arc<VerifiedTransaction>> {
    let until = TimeMs::new(UNTIL_MS).expect("in range");
    verified(numbers.map(|number| issue_by(&chain(), by, number, operations, until)).collect(), &chain())
}

fn one_of(by: u8, number: u64) -> Arc<VerifiedTransaction> {
    of(by, number..number + 1, 1).remove(0)
}

fn insert_all(pool: &mut Pool, lane: Lane, some: &[Arc<VerifiedTransaction>]) {
    for transaction in some {
        assert_eq!(pool.insert(transaction.clone(), false, lane), Ok(()));
    }
}

fn ids(some: &[Arc<VerifiedTransaction>]) -> Vec<TransactionId> {
    some.iter().map(|one| one.id()).collect()
}

/// The accounts of the first transactions, in their order.
fn senders(pool: &Pool, count: usize) -> Vec<Address> {
    let first = pool.first(Room { transactions: count, ..Room::UNBOUNDED });
    first.iter().map(|one| one.transaction().sender).collect()
}

/// Commits a block with the first transactions.
fn block(pool: &mut Pool, room: Room) -> Vec<Arc<VerifiedTransaction>> {
    let first = pool.first(room);
    first.iter().for_each(|one| pool.serve(&one.id()));
    first
}

#[test]
fn a_senders_transactions_come_in_their_order_as_many_as_there_is_room_for() {
    let mut pool = Pool::default();
    let all = verified((0..10).map(|number| issue(&chain(), number)).collect(), &chain());
    insert_all(&mut pool, Lane::Members, &all);
    let size = all[0].bytes().len();
    assert_eq!(ids(&pool.first(Room { transactions: 3, ..Room::UNBOUNDED })), ids(&all[..3]));
    assert_eq!(ids(&pool.first(Room { bytes: 4 * size, ..Room::UNBOUNDED })), ids(&all[..4]));
    assert_eq!(ids(&pool.first(Room { bytes: 4 * size - 1, ..Room::UNBOUNDED })), ids(&all[..3]));
    assert_eq!(ids(&pool.first(Room { operations: 2, ..Room::UNBOUNDED })), ids(&all[..2]));
    let work = work_of(&all[0]);
    assert_eq!(work, 1 + TRANSACTION_WORK);
    assert_eq!(ids(&pool.first(Room { work: 2 * work, ..Room::UNBOUNDED })), ids(&all[..2]));
    assert_eq!(ids(&pool.first(Room { work: 2 * work - 1, ..Room::UNBOUNDED })), ids(&all[..1]));
    assert_eq!(ids(&pool.first(Room::UNBOUNDED)), ids(&all));
    for gone in [0, 5, 5, 9] {
        pool.remove(&all[gone].id());
    }
    assert_eq!(ids(&pool.first(Room::UNBOUNDED)), ids(&[&all[1..5], &all[6..9]].concat()));
    assert_eq!(pool.insert(all[0].clone(), false, Lane::Members), Ok(()), "it may come again, at the end");
    assert_eq!(pool.first(Room::UNBOUNDED).last().map(|one| one.id()), Some(all[0].id()));
    assert_eq!(pool.insert(all[0].clone(), false, Lane::Members), Err(Code::DuplicateTransaction));
}

#[test]
fn what_a_sender_has_waiting_puts_off_its_own_and_nobody_elses() {
    let mut pool = Pool::default();
    let (many, few) = (of(1, 0..10, 1), of(2, 0..2, 1));
    insert_all(&mut pool, Lane::Members, &many);
    insert_all(&mut pool, Lane::Members, &few);
    let expected = [&many[..1], &few[..1], &many[1..2], &few[1..], &many[2..]].concat();
    assert_eq!(ids(&pool.first(Room::UNBOUNDED)), ids(&expected));
    block(&mut pool, Room { transactions: 5, ..Room::UNBOUNDED });
    let late = one_of(3, 0);
    insert_all(&mut pool, Lane::Members, std::slice::from_ref(&late));
    assert_eq!(senders(&pool, 2), [many[0].transaction().sender, late.transaction().sender], "not behind all of it");
}

#[test]
fn a_large_transaction_costs_its_sender_as_many_turns_as_it_delays_others() {
    let mut pool = Pool::default();
    let (large, small) = (of(1, 0..3, 100), of(2, 0..100, 1));
    insert_all(&mut pool, Lane::Members, &large);
    insert_all(&mut pool, Lane::Members, &small);
    let between = usize::try_from(cost_of(&large[0]) / cost_of(&small[0])).expect("few");
    assert!(between > 30, "{between}");
    let order = ids(&pool.first(Room::UNBOUNDED));
    let place = |one: &Arc<VerifiedTransaction>| order.iter().position(|id| *id == one.id()).expect("it waits");
    assert!((place(&large[0])).abs_diff(between) <= 1, "whoever has little comes before it");
    assert!((place(&large[1]) - place(&large[0])).abs_diff(between + 1) <= 1);
}

#[test]
fn a_transaction_that_somebody_put_into_a_block_out_of_turn_puts_off_nobody_who_comes_later() {
    let mut pool = Pool::default();
    let many = of(1, 0..50, 1);
    insert_all(&mut pool, Lane::Members, &many);
    pool.serve(&many[49].id());
    let late = one_of(2, 0);
    insert_all(&mut pool, Lane::Members, std::slice::from_ref(&late));
    assert!(senders(&pool, 3).contains(&late.transaction().sender));
}

#[test]
fn each_brand_has_as_much_of_a_block_as_another_and_the_members_have_a_quarter() {
    let mut pool = Pool::default();
    // A crowd of members, and one till of each of six brands.
    for member in 100..140 {
        insert_all(&mut pool, Lane::Members, &of(member, 0..20, 1));
    }
    for till in 0..6 {
        insert_all(&mut pool, brand(till), &of(till, 0..200, 1));
    }
    let first = pool.first(Room { transactions: 400, ..Room::UNBOUNDED });
    let count = |by: u8| {
        let address = crate::fixture::till(by).address();
        first.iter().filter(|one| one.transaction().sender == address).count()
    };
    let of_tills: Vec<usize> = (0..6).map(count).collect();
    assert!(of_tills.iter().all(|count| count.abs_diff(50) <= 1), "{of_tills:?}");
    let of_members: Vec<usize> = (100..140).map(count).collect();
    assert!(of_members.iter().all(|count| (2..=3).contains(count)), "{of_members:?}");
}

#[test]
fn what_a_lane_leaves_of_its_part_is_for_the_others() {
    let mut pool = Pool::default();
    insert_all(&mut pool, brand(1), &of(1, 0..300, 1));
    let member = one_of(2, 0);
    insert_all(&mut pool, Lane::Members, std::slice::from_ref(&member));
    let first = block(&mut pool, Room { transactions: 200, ..Room::UNBOUNDED });
    assert_eq!(first.len(), 200);
    assert!(ids(&first[..2]).contains(&member.id()));
    assert_eq!(pool.lanes(), [(brand(1), 101)]);
}

#[test]
fn a_sender_who_is_found_to_be_an_operator_moves_with_all_that_waits_and_keeps_its_order() {
    let mut pool = Pool::default();
    let (mine, others) = (of(1, 0..6, 1), of(2, 0..3, 1));
    insert_all(&mut pool, Lane::Members, &mine[..3]);
    insert_all(&mut pool, Lane::Members, &others);
    insert_all(&mut pool, brand(1), &mine[3..5]);
    assert_eq!(pool.lanes(), [(brand(1), 5), (Lane::Members, 3)]);
    // One that names no brand of its own, or another one, waits behind the others all the same.
    insert_all(&mut pool, Lane::Members, &mine[5..]);
    assert_eq!(pool.lanes(), [(brand(1), 6), (Lane::Members, 3)]);
    let first = pool.first(Room::UNBOUNDED);
    let own: Vec<_> = first.iter().filter(|one| one.transaction().sender == mine[0].transaction().sender).collect();
    assert_eq!(own.iter().map(|one| one.id()).collect::<Vec<_>>(), ids(&mine));
    mine.iter().for_each(|one| pool.remove(&one.id()));
    assert_eq!(pool.lanes(), [(Lane::Members, 3)]);
}

#[test]
fn what_this_nodes_clients_submitted_is_gossiped_in_turn_too() {
    let mut pool = Pool::default();
    let (many, few, of_peer) = (of(1, 0..10, 1), of(2, 0..1, 1), of(3, 0..5, 1));
    insert_all(&mut pool, Lane::Members, &of_peer);
    for transaction in many.iter().chain(&few) {
        assert_eq!(pool.insert(transaction.clone(), true, Lane::Members), Ok(()));
    }
    assert_eq!(ids(&pool.first_own(usize::MAX)), ids(&[&many[..1], &few[..], &many[1..]].concat()));
    let bytes = many[0].bytes().len() + few[0].bytes().len();
    assert_eq!(ids(&pool.first_own(bytes)), ids(&[&many[..1], &few[..]].concat()));
}

#[test]
fn what_waits_of_a_sender_claims_the_points_that_it_will_take_until_it_is_gone() {
    let (brand, from) = ("nordmat".parse().expect("valid"), Address::new([8; 20]));
    let spend = |number: u64, amounts: &[u64]| {
        let transfer = |amount: &u64| {
            let (to, amount) = (Address::new([6; 20]), lojal_types::Points::new(*amount));
            lojal_types::Operation::Transfer(lojal_types::Transfer { brand, from, to, amount })
        };
        let mut transaction = issue(&chain(), number).transaction;
        transaction.operations = lojal_types::Bounded::new(amounts.iter().map(transfer).collect()).expect("few");
        verified(vec![transaction.sign(&chain(), &crate::fixture::till(0))], &chain()).remove(0)
    };
    let mut pool = Pool::default();
    let (first, second, third) = (spend(1, &[5]), spend(2, &[1, 2]), spend(3, &[1, 1]));
    let claimed = |pool: &Pool| {
        let claims = pool.beside(&third).expect("it does not wait").claims;
        assert!(claims.iter().all(|claim| (claim.account, claim.brand) == (from, brand)) && claims.len() <= 1);
        claims.first().map_or(0, |claim| claim.amount.get())
    };
    assert_eq!(claimed(&pool), 0);
    insert_all(&mut pool, Lane::Members, &[first.clone(), second.clone()]);
    assert_eq!(claimed(&pool), 8);
    assert_eq!(pool.beside(&second), Err(Code::DuplicateTransaction), "it isn't in its own way");
    let of_both = pool.beside(&one_of(0, 9)).expect("it does not wait");
    assert_eq!(of_both.claims, [], "who takes nothing is not in their way");
    let mut usage = Usage::of(&first);
    usage.add(&Usage::of(&second));
    assert_eq!(of_both.usage, usage, "but it uses the same allowance up");
    assert_eq!(pool.beside(&one_of(1, 9)), Ok(Beside::default()), "another sender's are its own matter");
    pool.serve(&first.id());
    assert_eq!(claimed(&pool), 3);
    assert_eq!(pool.usage_of(&second.transaction().sender), Usage::of(&second));
    pool.remove(&second.id());
    assert_eq!(claimed(&pool), 0);
    assert_eq!(pool.usage_of(&second.transaction().sender), Usage::default());
}

#[test]
fn what_expires_goes_and_the_rest_stays() {
    let mut pool = Pool::default();
    let now = clock::now();
    let until = |number: u64| issue_by(&chain(), 0, number, 1, now.plus_ms(number));
    let all = verified([3, 1, 2].into_iter().map(until).collect(), &chain());
    insert_all(&mut pool, Lane::Members, &all);
    pool.expire(now);
    assert_eq!(pool.len(), 3);
    // "`valid_until_ms` is after the block's time" (protocol, Transactions)
    pool.expire(now.plus_ms(2));
    assert_eq!(ids(&pool.first(Room::UNBOUNDED)), [all[0].id()]);
    pool.expire(now.plus_ms(3));
    assert!(pool.is_empty() && pool.places == 0 && pool.lanes().is_empty());
}
