//! The data protocol, guests, and addresses with names.

use super::*;
use crate::limits::{DATA_INBOUND_PER_PEER_MAX, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};
use crate::{InboundRequest, OutboundRequest, RequestFailure};

async fn ask(node: &Node, peer: PeerId, protocol: Protocol, data: impl Into<Vec<u8>>) -> OutboundRequest {
    let id = node.network.next_request();
    node.network.request_as(id, peer, protocol, data.into()).await.expect("the network runs");
    id
}

/// The next request of others.
async fn asked(node: &mut Node) -> (InboundRequest, Protocol) {
    loop {
        if let Event::Request { id, protocol, .. } = node.next().await {
            return (id, protocol);
        }
    }
}

/// The outcome of the next request that has one; nothing is said on any topic before it.
async fn outcome(node: &mut Node) -> (OutboundRequest, Result<Vec<u8>, RequestFailure>) {
    loop {
        match node.next().await {
            Event::Response { id, data, .. } => return (id, Ok(data)),
            Event::RequestFailed { id, reason, .. } => return (id, Err(reason)),
            Event::Message { topic, .. } => panic!("a message on {topic:?}"),
            _ => {}
        }
    }
}

/// Makes `guest` one of `host`, and waits until they have reached each other.
async fn visit(guest: &Node, host: &Node) {
    host.network.guests(BTreeSet::from([guest.id()])).await.expect("the network runs");
    guest.allow(host.peer()).await;
    eventually(|| host.network.reached().contains(&guest.id()) && guest.network.reached().contains(&host.id())).await;
}

#[tokio::test]
async fn the_data_protocol_has_limits_of_its_own() {
    let (mut a, mut b) = pair().await;
    let long = vec![1; REQUEST_BYTES_MAX + 1];
    let id = ask(&a, b.id(), Protocol::Data, long.clone()).await;
    let (inbound, protocol) = asked(&mut b).await;
    assert_eq!(protocol, Protocol::Data);
    b.network.respond(inbound, vec![2; RESPONSE_BYTES_MAX + 1]).await.expect("the network runs");
    assert_eq!(outcome(&mut a).await, (id, Ok(vec![2; RESPONSE_BYTES_MAX + 1])));
    for (protocol, bytes) in [(Protocol::Blocks, long.len()), (Protocol::Data, Protocol::Data.request_bytes_max() + 1)]
    {
        let id = ask(&a, b.id(), protocol, vec![1; bytes]).await;
        assert_eq!(outcome(&mut a).await, (id, Err(RequestFailure::TooLong)));
    }
}

#[tokio::test]
async fn whoever_has_asked_for_all_data_that_it_may_can_still_ask_for_blocks() {
    let (mut a, mut b) = pair().await;
    for _ in 0..DATA_INBOUND_PER_PEER_MAX {
        ask(&a, b.id(), Protocol::Data, [0]).await;
        asked(&mut b).await;
    }
    let refused = ask(&a, b.id(), Protocol::Data, [0]).await;
    assert_eq!(outcome(&mut a).await, (refused, Err(RequestFailure::Refused)));
    let blocks = ask(&a, b.id(), Protocol::Blocks, [0]).await;
    let (inbound, protocol) = asked(&mut b).await;
    assert_eq!(protocol, Protocol::Blocks);
    b.network.respond(inbound, vec![7]).await.expect("the network runs");
    assert_eq!(outcome(&mut a).await, (blocks, Ok(vec![7])));
}

#[tokio::test]
async fn a_guest_may_ask_for_data_and_gets_nothing_else() {
    let (mut a, mut b) = pair().await;
    let mut guest = Node::alone(3).await;
    visit(&guest, &a).await;
    let blocks = ask(&guest, a.id(), Protocol::Blocks, [0]).await;
    assert_eq!(outcome(&mut guest).await, (blocks, Err(RequestFailure::Unsupported)));
    for topic in OF_VOTERS {
        a.publish(topic, [1]).await;
        assert_eq!(b.message().await.0, topic);
        guest.publish(topic, [2]).await;
    }
    let id = ask(&guest, a.id(), Protocol::Data, [0]).await;
    let (inbound, _) = asked(&mut a).await;
    a.network.respond(inbound, vec![9]).await.expect("the network runs");
    assert_eq!(outcome(&mut guest).await, (id, Ok(vec![9])));
    assert_eq!(a.network.peers(), [b.id()], "a guest takes no part");
    assert_eq!(guest.network.peer_count(), 0);
}

#[tokio::test]
async fn a_guest_becomes_a_member_and_a_member_a_guest() {
    let (mut a, mut b) = (Node::alone(1).await, Node::alone(2).await);
    visit(&b, &a).await;
    a.allow(b.peer()).await;
    a.until_connected(&[b.id()]).await;
    b.until_connected(&[a.id()]).await;
    a.publish(Topic::Parts, [1]).await;
    assert_eq!(b.message().await.2, [1]);

    a.network.disallow(b.id()).await.expect("the network runs");
    a.network.guests(BTreeSet::from([b.id()])).await.expect("the network runs");
    a.until_disconnected(b.id()).await;
    eventually(|| a.network.reached() == [b.id()]).await;
    assert_eq!(a.network.peer_count(), 0);
    let id = ask(&b, a.id(), Protocol::Data, [0]).await;
    let (inbound, _) = asked(&mut a).await;
    a.network.reject(inbound).await.expect("the network runs");
    assert_eq!(outcome(&mut b).await, (id, Err(RequestFailure::Refused)));
}

#[tokio::test]
async fn whoever_is_no_guest_any_more_is_a_stranger() {
    let (a, b) = (Node::alone(1).await, Node::alone(2).await);
    visit(&b, &a).await;
    a.network.guests(BTreeSet::new()).await.expect("the network runs");
    eventually(|| a.network.reached().is_empty()).await;
    eventually(|| a.network.counters().connections_refused > 0).await;
    assert!(a.network.reached().is_empty());
}

#[tokio::test]
async fn a_peer_is_dialed_at_the_addresses_that_its_name_stands_for() {
    let (mut a, mut b) = (Node::alone(1).await, Node::alone(2).await);
    a.allow(Peer { id: b.id(), address: Multiaddr::empty() }).await;
    let named = a.address.to_string().replace("/ip4/127.0.0.1/", "/dns4/localhost/");
    b.allow(Peer { id: a.id(), address: named.parse().expect("an address") }).await;
    a.until_connected(&[b.id()]).await;
    b.until_connected(&[a.id()]).await;
    let nobody = "/dns4/nobody.invalid/tcp/1".parse().expect("an address");
    let failed = b.network.counters().dials_failed;
    b.allow(Peer { id: identity(9).peer_id(), address: nobody }).await;
    eventually(|| b.network.counters().dials_failed > failed).await;
    assert_eq!(b.network.peers(), [a.id()]);
}
