use super::*;
use crate::Identity;

fn peer() -> PeerId {
    Identity::from_seed([1; 32]).peer_id()
}

#[test]
fn a_peer_is_ready_once_with_the_last_topic() {
    let (mut sessions, now) = (Sessions::default(), Instant::now());
    sessions.open(peer(), true, now);
    let ready: Vec<bool> =
        Topic::ALL.into_iter().chain(Topic::ALL).map(|topic| sessions.subscribe(&peer(), topic, now)).collect();
    assert_eq!(ready.iter().position(|ready| *ready), Some(Topic::Transactions.index()));
    assert_eq!(ready.iter().filter(|ready| **ready).count(), 1);
    assert_eq!(sessions.next(), None);
    assert!(sessions.is_ready(&peer()));
    assert!(sessions.close(&peer()));
    assert!(!sessions.is_ready(&peer()));
    assert!(!sessions.close(&peer()));
}

#[test]
fn a_peer_that_does_not_subscribe_in_time_is_reported_once() {
    let mut sessions = Sessions::default();
    let now = Instant::now();
    sessions.open(peer(), true, now);
    sessions.subscribe(&peer(), Topic::Parts, now);
    let deadline = now + SUBSCRIBE_TIMEOUT;
    assert_eq!(sessions.next(), Some(deadline));
    assert_eq!(sessions.take_expired(now), vec![]);
    assert_eq!(sessions.take_expired(deadline), vec![peer()]);
    assert_eq!(sessions.take_expired(deadline), vec![]);
    assert!(!sessions.close(&peer()));
}

#[test]
fn subscriptions_without_a_connection_count_for_nothing() {
    let mut sessions = Sessions::default();
    assert!(!sessions.subscribe(&peer(), Topic::Parts, Instant::now()));
    assert_eq!(sessions.next(), None);
}

#[test]
fn without_a_part_in_consensus_a_height_is_enough_and_with_one_the_rest_is_due_in_the_usual_time() {
    let (mut sessions, now) = (Sessions::default(), Instant::now());
    sessions.open(peer(), false, now);
    assert!(!sessions.subscribe(&peer(), Topic::Parts, now));
    assert!(sessions.subscribe(&peer(), Topic::Status, now));
    assert_eq!(sessions.judge(|_| true, now), vec![]);
    assert!(sessions.is_ready(&peer()), "it was, and has its time");
    let deadline = now + SUBSCRIBE_TIMEOUT;
    assert_eq!(sessions.next(), Some(deadline));
    let later = now + SUBSCRIBE_TIMEOUT / 2;
    assert_eq!(sessions.judge(|_| true, later), vec![]);
    assert_eq!(sessions.next(), Some(deadline), "which another change doesn't lengthen");
    for topic in Topic::ALL {
        assert!(!sessions.subscribe(&peer(), topic, later), "it is told once");
    }
    assert_eq!(sessions.next(), None);
    assert!(sessions.close(&peer()));
}

#[test]
fn whoever_hears_no_more_what_it_must_is_dropped_and_of_what_it_need_not_nothing_comes() {
    let (mut sessions, now) = (Sessions::default(), Instant::now());
    sessions.open(peer(), true, now);
    for topic in Topic::ALL {
        sessions.subscribe(&peer(), topic, now);
    }
    assert!(!sessions.unsubscribe(&peer(), Topic::Tips));
    assert!(sessions.unsubscribe(&peer(), Topic::Parts));
    assert_eq!(sessions.judge(|_| false, now), vec![], "it is ready without, and was told so before");
    assert!(!sessions.unsubscribe(&peer(), Topic::Parts));
    assert!(sessions.unsubscribe(&peer(), Topic::Status));
}
