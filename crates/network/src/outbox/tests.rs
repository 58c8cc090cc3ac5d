use super::*;
use crate::{Identity, OutboundRequest, PeerId, RequestFailure};

fn peer() -> PeerId {
    Identity::from_seed([1; 32]).peer_id()
}

fn message(topic: Topic) -> Event {
    Event::Message { topic, from: peer(), source: peer(), data: vec![] }
}

#[test]
fn transactions_wait_for_everything_else() {
    let mut outbox = Outbox::default();
    assert_eq!(outbox.push(message(Topic::Transactions)), Ok(()));
    assert_eq!(outbox.push(message(Topic::Consensus)), Ok(()));
    assert_eq!(outbox.push(message(Topic::Parts)), Ok(()));
    assert_eq!(outbox.pop(), Some(message(Topic::Consensus)));
    assert_eq!(outbox.pop(), Some(message(Topic::Parts)));
    assert_eq!(outbox.pop(), Some(message(Topic::Transactions)));
    assert!(outbox.is_empty());
}

#[test]
fn too_many_transactions_are_dropped_and_take_no_room_from_others() {
    let mut outbox = Outbox::default();
    for _ in 0..TRANSACTIONS_WAITING_MAX {
        assert_eq!(outbox.push(message(Topic::Transactions)), Ok(()));
    }
    assert_eq!(outbox.push(message(Topic::Transactions)), Err(Full));
    assert!(outbox.has_room());
}

#[test]
fn there_is_no_room_once_enough_events_wait() {
    let mut outbox = Outbox::default();
    for _ in 0..EVENTS_WAITING_MAX {
        assert!(outbox.has_room());
        assert_eq!(outbox.push(message(Topic::Consensus)), Ok(()));
    }
    assert!(!outbox.has_room());
    // What the swarm had already produced is kept all the same.
    assert_eq!(outbox.push(message(Topic::Consensus)), Ok(()));
}

#[test]
fn refusals_have_a_limit_of_their_own() {
    let refusal = Event::RequestFailed { id: OutboundRequest(1), peer: peer(), reason: RequestFailure::TooMany };
    let mut outbox = Outbox::default();
    for _ in 0..REFUSALS_WAITING_MAX {
        assert_eq!(outbox.push_refusal(refusal.clone()), Ok(()));
    }
    assert_eq!(outbox.push_refusal(refusal), Err(Full));
}
