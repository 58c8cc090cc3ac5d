use super::*;
use crate::Topic;
use crate::limits::{BURST_IN, BURST_OUT, DUPLICATE_MEMORY, PUBLISH_WAIT_MAX, REPLAY_DISTANCE_MAX};

const RATE: Rate = Rate { messages_per_s: 10, bytes_per_s: 1_000 };

#[test]
fn a_message_stands_for_its_own_time_or_that_of_its_bytes() {
    let times = [0, 100, 101, 1_000].map(|bytes| RATE.time_of(bytes).as_millis());
    assert_eq!(times, [100, 100, 101, 1_000]);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_gives_its_burst_and_then_what_time_brings() {
    let burst = Duration::from_secs(2);
    let mut bucket = Bucket::full(Instant::now());
    let mut take = || bucket.take(RATE.time_of(1), burst, Instant::now());
    assert_eq!((0..100).filter(|_| take()).count(), 20);
    tokio::time::advance(Duration::from_millis(99)).await;
    assert!(!take(), "a millisecond too early");
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(take());
    assert!(!take());
    tokio::time::advance(Duration::from_secs(3_600)).await;
    assert_eq!((0..100).filter(|_| take()).count(), 20, "it never holds more than its burst");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_takes_nothing() {
    let (burst, now) = (Duration::from_secs(2), Instant::now());
    let mut bucket = Bucket::full(now);
    assert!(!bucket.take(RATE.time_of(2_001), burst, now));
    assert!(bucket.take(RATE.time_of(2_000), burst, now));
    assert!(!bucket.take(RATE.time_of(0), burst, now));
}

#[test]
fn every_topic_has_room_for_its_longest_message_for_late_bursts_and_for_replays() {
    for topic in Topic::ALL {
        let rate = topic.rate();
        assert!(rate.time_of(topic.message_bytes_max()) <= BURST_OUT, "{topic:?}");
        assert!(rate.messages_per_s > REPLAY_DISTANCE_MAX / DUPLICATE_MEMORY.as_secs(), "{topic:?}");
    }
    assert!(BURST_IN >= BURST_OUT + PUBLISH_WAIT_MAX);
}
