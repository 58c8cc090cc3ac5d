//! Properties that hold whoever submits what, in whatever order.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Numbers that look random, from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).expect("below the bound")
    }
}

const SENDERS: u8 = 24;
const EACH: u64 = 60;

/// The lane of a sender: half of them are members, the others operators of four brands.
fn lane_of(sender: u8) -> Lane {
    if sender < SENDERS / 2 { Lane::Members } else { brand(sender % 4) }
}

/// The transactions of all senders, small ones and large ones.
fn supply() -> Vec<Vec<Arc<VerifiedTransaction>>> {
    let operations = |number: u64| if number % 7 == 3 { 40 } else { 1 + number % 3 };
    (0..SENDERS).map(|by| (0..EACH).flat_map(|one| of(by, one..one + 1, operations(one))).collect()).collect()
}

/// Compares all indexes of a pool with what is known to wait, by sender and in order.
fn check(pool: &Pool, waiting: &BTreeMap<u8, Vec<Arc<VerifiedTransaction>>>) {
    let all = pool.first(Room::UNBOUNDED);
    let count: usize = waiting.values().map(Vec::len).sum();
    assert_eq!((all.len(), pool.len(), pool.by_expiry.len()), (count, count, count));
    let places: usize = all.iter().map(|one| places_of(one)).sum();
    assert_eq!(pool.places, places);
    assert!(places <= pool.places_max && pool.lanes.values().map(|line| line.places).sum::<usize>() == places);
    for (sender, expected) in waiting {
        let address = crate::fixture::till(*sender).address();
        let found: Vec<_> = all.iter().filter(|one| one.transaction().sender == address).cloned().collect();
        assert_eq!(ids(&found), ids(expected), "those of a sender wait in the order in which they came");
        assert!(expected.iter().all(|one| pool.get(&one.id()).is_some()));
        let in_queue = pool.queues.get(&address).map_or(0, |queue| queue.places);
        assert_eq!(in_queue, expected.iter().map(|one| places_of(one)).sum::<usize>());
    }
}

#[test]
fn nothing_is_lost_or_stands_twice_and_no_limit_is_exceeded_whatever_comes_and_goes() {
    let supply = supply();
    for seed in 0..6 {
        let mut random = Random(seed);
        let mut pool = Pool::with_places(150);
        let mut waiting: BTreeMap<u8, Vec<Arc<VerifiedTransaction>>> = BTreeMap::new();
        let mut next = vec![0; usize::from(SENDERS)];
        for step in 0..1_200 {
            let sender = u8::try_from(random.below(usize::from(SENDERS))).expect("few");
            let queue = waiting.entry(sender).or_default();
            match random.below(10) {
                0 if !queue.is_empty() => {
                    // In somebody's block, out of turn; or refused by a proposer.
                    let gone = queue.remove(random.below(queue.len()));
                    if random.below(2) == 0 { pool.serve(&gone.id()) } else { pool.remove(&gone.id()) }
                }
                1 => {
                    let transactions = random.below(8);
                    for gone in block(&mut pool, Room { transactions, ..Room::UNBOUNDED }) {
                        waiting.values_mut().for_each(|queue| queue.retain(|one| one.id() != gone.id()));
                    }
                }
                _ => {
                    let number = &mut next[usize::from(sender)];
                    let transaction = &supply[usize::from(sender)][*number % supply[0].len()];
                    if queue.iter().any(|one| one.id() == transaction.id()) {
                        continue;
                    }
                    *number += 1;
                    let evicted = pool.evicted();
                    // An operator that is not known for one yet waits with the members.
                    let lane = if random.below(4) == 0 { Lane::Members } else { lane_of(sender) };
                    if pool.insert(transaction.clone(), random.below(2) == 0, lane).is_ok() {
                        queue.push(transaction.clone());
                    }
                    if pool.evicted() > evicted {
                        let mut gone = 0;
                        for queue in waiting.values_mut() {
                            let before = queue.len();
                            let stays: Vec<_> = queue.iter().map(|one| pool.get(&one.id()).is_some()).collect();
                            assert!(stays.is_sorted_by(|earlier, later| earlier >= later), "the newest make room");
                            queue.retain(|one| pool.get(&one.id()).is_some());
                            gone += (before - queue.len()) as u64;
                        }
                        assert_eq!(pool.evicted() - evicted, gone);
                    }
                }
            }
            if step % 10 == 0 {
                check(&pool, &waiting);
            }
        }
        check(&pool, &waiting);
        assert!(pool.evicted() > 0, "the pool was full");
    }
}

/// A transaction whose sender had nothing else waiting, and what others have had before it.
struct Single {
    id: TransactionId,
    lane: Lane,
    cost: u64,
    before: BTreeMap<Address, u64>,
}

#[test]
fn nobody_who_has_one_transaction_waits_for_more_of_each_other_than_one_and_its_own_cost() {
    let supply = supply();
    let largest = supply[0].iter().map(|one| cost_of(one)).max().expect("some");
    for seed in 0..6 {
        let mut random = Random(seed);
        let mut pool = Pool::default();
        let mut next = vec![0; usize::from(SENDERS)];
        let (mut singles, mut served): (Vec<Single>, _) = (Vec::new(), 0);
        while next.iter().any(|number| *number < supply[0].len()) || !pool.is_empty() {
            for _ in 0..random.below(80) {
                // A few have most of it.
                let sender = random.below(usize::from(SENDERS)).min(random.below(usize::from(SENDERS)));
                let Some(transaction) = supply[sender].get(next[sender]) else { continue };
                next[sender] += 1;
                let lane = lane_of(u8::try_from(sender).expect("few"));
                let is_single = !pool.queues.contains_key(&transaction.transaction().sender);
                assert_eq!(pool.insert(transaction.clone(), false, lane), Ok(()));
                if is_single {
                    let (id, cost) = (transaction.id(), cost_of(transaction));
                    singles.push(Single { id, lane, cost, before: BTreeMap::new() });
                }
            }
            let lanes: BTreeMap<Address, Lane> = pool.queues.iter().map(|(one, queue)| (*one, queue.lane)).collect();
            for gone in block(&mut pool, Room { work: 60 + random.below(200), ..Room::UNBOUNDED }) {
                let (id, sender) = (gone.id(), gone.transaction().sender);
                served += usize::from(singles.iter().any(|single| single.id == id));
                singles.retain(|single| single.id != id);
                for single in singles.iter_mut().filter(|single| single.lane == lanes[&sender]) {
                    let before = single.before.entry(sender).or_default();
                    *before += cost_of(&gone);
                    assert!(*before <= largest + single.cost, "{before} of one sender, for {}", single.cost);
                }
            }
        }
        assert!(singles.is_empty() && served > 100, "{served}");
    }
}

#[test]
fn a_lane_that_wants_more_than_it_gets_gets_its_part_of_every_block() {
    let supply = supply();
    let largest = supply[0].iter().map(|one| cost_of(one)).max().expect("some");
    let mut random = Random(9);
    let mut pool = Pool::default();
    for (by, of_sender) in (0..SENDERS).zip(&supply) {
        let some = &of_sender[..random.below(of_sender.len())];
        insert_all(&mut pool, lane_of(by), some);
    }
    let mut compared = BTreeSet::new();
    while !pool.is_empty() {
        let weights = Weights::of(&pool.lanes, None);
        let before: BTreeMap<Address, Lane> = pool.queues.iter().map(|(one, queue)| (*one, queue.lane)).collect();
        let mut had: BTreeMap<Lane, u64> = BTreeMap::new();
        for gone in block(&mut pool, Room { work: 300, ..Room::UNBOUNDED }) {
            *had.entry(before[&gone.transaction().sender]).or_default() += cost_of(&gone);
        }
        let all: u64 = had.values().sum();
        for lane in pool.lanes.keys() {
            let part = weights.part(*lane, usize::try_from(all).expect("small")) as u64;
            let of_lane = had.get(lane).copied().unwrap_or_default();
            assert!(of_lane + 2 * largest >= part, "{lane:?} had {of_lane}, its part is {part}");
            compared.insert(*lane);
        }
    }
    assert_eq!(compared.len(), 5);
}
