//! Limits: what a sender may have, and who makes room when the pool is full.

use super::*;

/// Inserts a sender's transactions of one place each until it is refused; returns how many were taken in.
fn fill(pool: &mut Pool, lane: Lane, by: u8, most: u64) -> u64 {
    let mut count = 0;
    for transaction in of(by, 0..most, 1) {
        match pool.insert(transaction, false, lane) {
            Ok(()) => count += 1,
            Err(code) => {
                assert_eq!(code, Code::QuotaExceeded);
                return count;
            }
        }
    }
    panic!("it was never refused");
}

#[test]
fn a_place_is_enough_for_a_transaction_of_a_few_operations_and_large_ones_take_more() {
    let sizes = [1, 10, 100].map(|operations| of(0, 0..1, operations).remove(0));
    let places: Vec<usize> = sizes.iter().map(|one| places_of(one)).collect();
    assert_eq!(places[..2], [1, 1]);
    let needed = sizes[2].bytes().len();
    assert!(places[2] * MEMPOOL_PLACE_BYTES >= needed && (places[2] - 1) * MEMPOOL_PLACE_BYTES < needed);
}

#[test]
fn nobody_fills_the_mempool_alone_and_a_till_may_have_more_than_a_member() {
    let member = fill(&mut Pool::default(), Lane::Members, 0, 4_000) as usize;
    assert_eq!(member, MEMPOOL_PLACES_MAX / (MEMBER_SHARE + 1));
    let mut pool = Pool::with_places(5_000);
    let till = fill(&mut pool, brand(1), 0, 2_000) as usize;
    assert_eq!(till, 5_000 / (OPERATOR_SHARE + 1));
}

#[test]
fn the_share_of_a_sender_shrinks_as_the_pool_fills_down_to_a_minimum() {
    let mut pool = Pool::with_places(1_000);
    let counts: Vec<u64> = (0..30).map(|member| fill(&mut pool, Lane::Members, member, 100)).collect();
    assert!(counts.is_sorted_by(|earlier, later| earlier >= later), "{counts:?}");
    assert!(counts[0] > 50 && counts[29] == SENDER_PLACES_MIN as u64, "{counts:?}");
}

#[test]
fn places_count_whatever_they_are_taken_by() {
    let mut pool = Pool::with_places(1_000);
    let large = of(0, 0..40, 100);
    let each = places_of(&large[0]);
    let taken = large.iter().take_while(|one| pool.insert((*one).clone(), false, Lane::Members).is_ok()).count();
    assert!(taken * each <= 1_000 / MEMBER_SHARE && (taken + 2) * each > 1_000 / (MEMBER_SHARE + 1), "{taken}");
    assert_eq!(pool.insert(one_of(1, 0), false, Lane::Members), Ok(()), "others still have room");
    let removed = &large[0];
    pool.remove(&removed.id());
    assert_eq!(pool.insert(removed.clone(), false, Lane::Members), Ok(()));
}

#[test]
fn in_a_full_pool_what_would_be_served_last_makes_room_for_whoever_has_less() {
    let mut pool = Pool::with_places(200);
    let crowd: Vec<_> = (0..13).map(|member| of(member, 0..16, 1)).collect();
    for transaction in crowd.iter().flatten().take(200) {
        assert_eq!(pool.insert(transaction.clone(), false, Lane::Members), Ok(()));
    }
    let honest = one_of(100, 0);
    assert_eq!(pool.insert(honest.clone(), false, Lane::Members), Ok(()));
    assert_eq!((pool.len(), pool.evicted()), (200, 1));
    assert!(pool.get(&crowd[11][15].id()).is_none(), "the newest of those who have most");
    assert!(pool.get(&crowd[12][7].id()).is_some());
    assert!(senders(&pool, 14).contains(&honest.transaction().sender), "one turn of each comes before it");
    // Who was put out would be last again.
    assert_eq!(pool.insert(crowd[11][15].clone(), false, Lane::Members), Err(Code::MempoolFull));
    // What was put out of it is out of every index.
    let all = pool.first(Room::UNBOUNDED);
    all.iter().for_each(|one| pool.remove(&one.id()));
    assert!(pool.is_empty() && pool.places == 0 && pool.queues.is_empty() && pool.by_expiry.is_empty());
}

#[test]
fn a_large_transaction_puts_as_many_out_as_it_needs_places() {
    let mut pool = Pool::with_places(100);
    for member in 0..10 {
        insert_all(&mut pool, brand(1), &of(member, 0..10, 1));
    }
    let large = of(50, 0..1, 100).remove(0);
    assert_eq!(pool.insert(large.clone(), false, Lane::Members), Ok(()));
    assert_eq!((pool.places, pool.evicted()), (100, places_of(&large) as u64));
    // Where all are of one lane it would be served last of all.
    let mut pool = Pool::with_places(100);
    for member in 0..10 {
        insert_all(&mut pool, Lane::Members, &of(member, 0..10, 1));
    }
    assert_eq!(pool.insert(large, false, Lane::Members), Err(Code::MempoolFull));
    assert_eq!((pool.len(), pool.evicted()), (100, 0), "nothing is put out in vain");
}

#[test]
fn a_till_gets_its_lanes_places_of_a_crowd_of_members_who_have_one_each() {
    let mut pool = Pool::with_places(100);
    for member in 0..100 {
        insert_all(&mut pool, Lane::Members, &[one_of(member, 0)]);
    }
    let late = one_of(200, 0);
    assert_eq!(pool.insert(late.clone(), false, Lane::Members), Err(Code::MempoolFull), "the last of equals");
    insert_all(&mut pool, brand(1), &of(150, 0..16, 1));
    assert_eq!(pool.lanes(), [(brand(1), 16), (Lane::Members, 84)]);
    // As far as the lanes are equal, and no further.
    for till in 151..=154 {
        let _ = of(till, 0..16, 1).into_iter().map(|one| pool.insert(one, false, brand(1))).count();
    }
    assert_eq!(pool.lanes(), [(brand(1), 50), (Lane::Members, 50)]);
    // And the members get back what is theirs.
    let member = one_of(99, 0);
    assert!(pool.get(&member.id()).is_none(), "the newest of the crowd went");
    pool.remove(&one_of(0, 0).id());
    insert_all(&mut pool, brand(1), &[one_of(160, 0)]);
    assert_eq!(pool.insert(member, false, Lane::Members), Ok(()));
}
