use std::time::Duration;

use lojal_types::Height;

use super::*;
use crate::fixture::peer;
use crate::limits::{SYNC_BYTES_MAX, SYNC_RATE, SYNC_RATE_ALL};
use crate::serving::Wanted;

fn asked(by: u8, number: u64) -> Asked {
    let id = number.to_string().parse().expect("a number");
    Asked { id, peer: peer(by), wanted: Wanted::Blocks { start: Height::new(1), end: Height::new(64) } }
}

const SYNC_RATES: Rates = Rates { peer: SYNC_RATE, all: SYNC_RATE_ALL };

/// Answers at full size whatever may be answered until a time, and says how often each of two peers was.
async fn answered(queue: &mut Queue, until: Instant) -> [usize; 2] {
    let mut counts = [0; 2];
    loop {
        let now = Instant::now();
        match queue.take(now) {
            Some(one) => {
                counts[usize::from(one.peer == peer(1))] += 1;
                queue.charge(one.peer, SYNC_BYTES_MAX, now);
            }
            None => match queue.next() {
                Some(next) if next <= until => tokio::time::advance(next - now).await,
                _ => return counts,
            },
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_gets_its_budget_of_bytes_however_much_it_asks_and_another_one_its_own() {
    let mut queue = Queue::new(SYNC_RATES);
    let start = Instant::now();
    for number in 0..1_000 {
        queue.push(asked(0, number), start);
    }
    for number in 1_000..1_003 {
        queue.push(asked(1, number), start);
    }
    let counts = answered(&mut queue, start + Duration::from_secs(10)).await;
    let per_second = SYNC_RATE.bytes_per_s as usize / SYNC_BYTES_MAX;
    assert!((10 * per_second..=11 * per_second + 2).contains(&counts[0]), "{counts:?}");
    assert_eq!(counts[1], 3);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_answered_longest_ago_comes_first() {
    let mut queue = Queue::new(SYNC_RATES);
    let now = Instant::now();
    for (by, number) in [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)] {
        queue.push(asked(by, number), now);
    }
    let order: Vec<_> = std::iter::from_fn(|| queue.take(now)).map(|one| one.id.to_string()).collect();
    assert_eq!(
        order.iter().map(String::as_str).filter(|id| ["1", "2", "3"].contains(id)).collect::<Vec<_>>(),
        ["1", "2", "3"]
    );
    assert!(order[..4].iter().filter(|id| ["4", "5"].contains(&id.as_str())).count() == 2, "{order:?}");
}

#[tokio::test(start_paused = true)]
async fn questions_without_an_answer_cost_something_and_all_peers_together_have_a_budget_too() {
    let mut queue = Queue::new(SYNC_RATES);
    let start = Instant::now();
    for number in 0..1_000 {
        queue.push(asked(0, number), start);
    }
    let mut count = 0;
    while let Some(one) = queue.take(start) {
        queue.charge(one.peer, 0, start);
        count += 1;
    }
    assert_eq!(count, SYNC_RATE.messages_per_s + 1);
    let mut queue = Queue::new(SYNC_RATES);
    for by in 0..100 {
        queue.push(asked(by, u64::from(by)), start);
    }
    let mut bytes = 0;
    while let Some(one) = queue.take(start) {
        queue.charge(one.peer, SYNC_BYTES_MAX, start);
        bytes += SYNC_BYTES_MAX as u64;
    }
    assert!(bytes <= SYNC_RATE_ALL.bytes_per_s + SYNC_BYTES_MAX as u64, "{bytes}");
}
