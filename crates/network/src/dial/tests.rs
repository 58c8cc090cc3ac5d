use super::*;
use crate::Identity;

fn ids() -> (PeerId, PeerId) {
    let (a, b) = (Identity::from_seed([1; 32]).peer_id(), Identity::from_seed([2; 32]).peer_id());
    (a.min(b), a.max(b))
}

fn peer(id: PeerId) -> Peer {
    Peer { id, address: "/ip4/127.0.0.1/tcp/1".parse().expect("a literal address parses") }
}

fn dialer(local: PeerId, remote: PeerId, now: Instant) -> Dialer {
    let mut dialer = Dialer::new(local);
    dialer.insert(peer(remote), now);
    dialer
}

#[test]
fn the_higher_id_dials_at_once_and_the_lower_one_waits() {
    let (low, high) = ids();
    let now = Instant::now();
    assert_eq!(dialer(high, low, now).next(), Some(now));
    assert_eq!(dialer(low, high, now).next(), Some(now + REDIAL_DEFER));
}

#[test]
fn a_peer_is_dialed_once_until_the_outcome_is_known() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(high, low, now);
    assert_eq!(dialer.take_due(now), vec![peer(low)]);
    assert_eq!(dialer.take_due(now + REDIAL_MAX), vec![]);
    dialer.failed(&low, now);
    assert_eq!(dialer.take_due(now + REDIAL_MIN), vec![peer(low)]);
}

#[test]
fn waits_double_up_to_the_limit() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(high, low, now);
    let mut waits = Vec::new();
    for _ in 0..7 {
        dialer.failed(&low, now);
        waits.extend(dialer.next().map(|next| next.duration_since(now).as_millis()));
    }
    assert_eq!(waits, [250, 500, 1000, 2000, 4000, 4000, 4000]);
}

#[test]
fn the_lower_id_waits_longer_at_first_and_no_longer_than_the_limit() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(low, high, now);
    let mut waits = Vec::new();
    for _ in 0..6 {
        dialer.failed(&high, now);
        waits.extend(dialer.next().map(|next| next.duration_since(now).as_millis()));
    }
    assert_eq!(waits, [1000, 1000, 1000, 2000, 4000, 4000]);
}

#[test]
fn a_connected_peer_is_not_dialed() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(high, low, now);
    dialer.connected(&low);
    assert_eq!(dialer.next(), None);
}

#[test]
fn only_a_connection_that_works_resets_the_wait() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(high, low, now);
    dialer.failed(&low, now);
    dialer.connected(&low);
    dialer.failed(&low, now);
    assert_eq!(dialer.next(), Some(now + 2 * REDIAL_MIN));
    dialer.connected(&low);
    dialer.succeeded(&low);
    dialer.failed(&low, now);
    assert_eq!(dialer.next(), Some(now + REDIAL_MIN));
}

#[test]
fn a_new_address_is_used_for_the_next_dial() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(high, low, now);
    let moved = Peer { id: low, address: "/ip4/127.0.0.1/tcp/2".parse().expect("a literal address parses") };
    dialer.insert(moved.clone(), now);
    assert_eq!(dialer.len(), 1);
    assert_eq!(dialer.take_due(now), vec![moved]);
}

#[test]
fn a_removed_peer_is_forgotten() {
    let (low, high) = ids();
    let now = Instant::now();
    let mut dialer = dialer(high, low, now);
    dialer.remove(&low);
    dialer.failed(&low, now);
    assert!(!dialer.contains(&low));
    assert_eq!(dialer.next(), None);
}
