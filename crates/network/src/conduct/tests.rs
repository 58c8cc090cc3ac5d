use std::time::Duration;

use tokio::time::advance;

use super::*;
use crate::Identity;

fn id(number: u8) -> PeerId {
    Identity::from_seed([number; 32]).peer_id()
}

fn peer(number: u8) -> Peer {
    Peer { id: id(number), address: "/ip4/127.0.0.1/tcp/1".parse().expect("a literal address parses") }
}

fn vote(number: u8, sequence: u64, is_direct: bool) -> Arrival {
    Arrival { topic: Topic::Consensus, source: id(number), is_direct, sequence, bytes: 200 }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_sends_too_much_on_one_topic_uses_up_nobody_elses_budget_and_not_its_others() {
    let mut conduct = Conduct::default();
    let now = Instant::now();
    let fine = (0..100_000).filter(|n| conduct.judge(&vote(1, *n, true), now) == Verdict::Fine).count();
    assert_eq!(fine as u64, Topic::Consensus.rate().messages_per_s * BURST_IN.as_secs());
    assert_eq!(conduct.judge(&vote(1, 100_000, false), now), Verdict::OverBudget, "whoever delivers it");
    assert_eq!(conduct.judge(&vote(2, 0, true), now), Verdict::Fine);
    let status = Arrival { topic: Topic::Status, ..vote(1, 100_001, true) };
    assert_eq!(conduct.judge(&status, now), Verdict::Fine);
    advance(Duration::from_secs(1)).await;
    assert_eq!(conduct.judge(&vote(1, 100_002, true), Instant::now()), Verdict::Fine);
}

#[tokio::test(start_paused = true)]
async fn long_messages_use_up_the_budget_for_bytes() {
    let mut conduct = Conduct::default();
    let now = Instant::now();
    let bytes = Topic::Parts.message_bytes_max();
    let part = |sequence| Arrival { topic: Topic::Parts, bytes, ..vote(1, sequence, true) };
    let fine = (0..10_000).filter(|n| conduct.judge(&part(*n), now) == Verdict::Fine).count();
    assert_eq!(fine as u64, Topic::Parts.rate().bytes_per_s * BURST_IN.as_secs() / bytes as u64);
}

#[tokio::test(start_paused = true)]
async fn what_others_replay_is_not_charged_to_its_source() {
    let mut conduct = Conduct::default();
    let now = Instant::now();
    let newest = 10 * REPLAY_DISTANCE_MAX;
    assert_eq!(conduct.judge(&vote(1, newest, true), now), Verdict::Fine);
    let oldest = newest - REPLAY_DISTANCE_MAX;
    for _ in 0..100_000 {
        assert_eq!(conduct.judge(&vote(1, oldest - 1, false), now), Verdict::Replayed);
    }
    assert_eq!(conduct.judge(&vote(1, oldest, false), now), Verdict::Fine);
    assert_eq!(conduct.judge(&vote(1, newest + 1, true), now), Verdict::Fine);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_begins_with_lower_numbers_is_believed_if_it_says_so_itself() {
    let mut conduct = Conduct::default();
    let now = Instant::now();
    assert_eq!(conduct.judge(&vote(1, 1 << 60, true), now), Verdict::Fine);
    assert_eq!(conduct.judge(&vote(1, 1 << 50, false), now), Verdict::Replayed);
    assert_eq!(conduct.judge(&vote(1, 1 << 50, true), now), Verdict::Fine);
    assert_eq!(conduct.judge(&vote(1, (1 << 50) + 1, false), now), Verdict::Fine);
}

#[tokio::test(start_paused = true)]
async fn each_offence_is_put_up_with_so_many_times_a_minute() {
    for offence in Offence::ALL {
        let mut conduct = Conduct::default();
        for _ in 0..2 {
            for _ in 0..offence.per_minute_max() {
                assert!(!conduct.note(id(1), offence, Instant::now()));
            }
            advance(OFFENCE_INTERVAL).await;
        }
        for _ in 0..offence.per_minute_max() {
            assert!(!conduct.note(id(1), offence, Instant::now()));
        }
        advance(OFFENCE_INTERVAL - Duration::from_millis(1)).await;
        assert!(conduct.note(id(1), offence, Instant::now()), "{offence:?}");
        assert!(!conduct.note(id(2), offence, Instant::now()), "another peer's count is its own");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_stays_outside_for_its_time_and_begins_afresh() {
    let mut conduct = Conduct::default();
    for _ in 0..=REPORTS_PER_MINUTE_MAX {
        conduct.note(id(1), Offence::Reported, Instant::now());
    }
    conduct.shut_out(peer(1), Instant::now());
    assert_eq!(conduct.shut_out_len(), 1);
    advance(SHUT_OUT_TIME - Duration::from_millis(1)).await;
    assert_eq!(conduct.take_released(Instant::now()), []);
    let elsewhere = Peer { address: "/ip4/127.0.0.1/tcp/2".parse().expect("a literal address parses"), ..peer(1) };
    assert!(conduct.readdress(&elsewhere));
    assert_eq!(conduct.next(), Some(Instant::now() + Duration::from_millis(1)));
    advance(Duration::from_millis(1)).await;
    assert_eq!(conduct.take_released(Instant::now()), [elsewhere]);
    assert_eq!((conduct.next(), conduct.readdress(&peer(1))), (None, false));
    assert!(!conduct.note(id(1), Offence::Reported, Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_not_permitted_any_more_is_not_let_in_again() {
    let mut conduct = Conduct::default();
    conduct.shut_out(peer(1), Instant::now());
    conduct.forget(&id(1));
    advance(SHUT_OUT_TIME).await;
    assert_eq!(conduct.take_released(Instant::now()), []);
}
