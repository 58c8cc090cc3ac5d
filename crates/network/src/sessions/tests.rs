use super::*;
use crate::Identity;

fn peer() -> PeerId {
    Identity::from_seed([1; 32]).peer_id()
}

#[test]
fn a_peer_is_ready_once_with_the_last_topic() {
    let mut sessions = Sessions::default();
    sessions.open(peer(), Instant::now());
    let ready: Vec<bool> =
        Topic::ALL.into_iter().chain(Topic::ALL).map(|topic| sessions.subscribe(&peer(), topic)).collect();
    assert_eq!(ready.iter().filter(|ready| **ready).count(), 1);
    assert!(ready[Topic::ALL.len() - 1]);
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
    sessions.open(peer(), now);
    sessions.subscribe(&peer(), Topic::Parts);
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
    assert!(!sessions.subscribe(&peer(), Topic::Parts));
    assert_eq!(sessions.next(), None);
}
