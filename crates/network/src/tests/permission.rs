//! Permitted peers get in, and no others.

use libp2p::Multiaddr;

use super::*;
use crate::NetworkError;

#[tokio::test]
async fn a_stranger_gets_no_connection_and_is_counted() {
    let (mut a, mut b) = pair().await;
    let stranger = Node::start(99, NETWORK_ID, any_port(), vec![a.peer(), b.peer()]).await;
    eventually(|| a.network.counters().connections_refused > 0).await;
    eventually(|| b.network.counters().connections_refused > 0).await;
    stranger.publish(Topic::Consensus, [99]).await;

    a.publish(Topic::Consensus, [1]).await;
    b.publish(Topic::Consensus, [2]).await;
    assert_eq!(b.message().await, (Topic::Consensus, a.id(), vec![1]));
    assert_eq!(a.message().await, (Topic::Consensus, b.id(), vec![2]));
    assert_eq!(a.network.peers(), [b.id()]);
    assert_eq!(b.network.peers(), [a.id()]);
    assert_eq!(stranger.network.peer_count(), 0);
}

#[tokio::test]
async fn nodes_of_two_networks_do_not_connect() {
    let (mut a, mut b) = pair().await;
    let other = Node::start(3, [8; 32], any_port(), vec![a.peer(), b.peer()]).await;
    a.allow(other.peer()).await;
    b.allow(other.peer()).await;
    // Whoever dials: the handshake fails.
    eventually(|| {
        let (a, other) = (a.network.counters(), other.network.counters());
        a.handshakes_failed + other.handshakes_failed > 0 && a.dials_failed + other.dials_failed > 0
    })
    .await;
    other.publish(Topic::Consensus, [3]).await;
    a.publish(Topic::Consensus, [1]).await;
    b.publish(Topic::Consensus, [2]).await;
    assert_eq!(b.message().await.2, [1]);
    assert_eq!(a.message().await.2, [2]);
    assert_eq!(a.network.peers(), [b.id()]);
    assert_eq!(other.network.peer_count(), 0);
}

#[tokio::test]
async fn a_message_of_a_source_that_is_not_permitted_is_refused() {
    let (mut a, mut b, mut c) = (Node::alone(1).await, Node::alone(2).await, Node::alone(3).await);
    connect(&mut a, &mut b).await;
    connect(&mut b, &mut c).await;
    // `b` passes on what `a` says, but `c` has never heard of `a`.
    a.publish(Topic::Parts, [1]).await;
    eventually(|| c.network.counters().messages_refused == 1).await;
    b.publish(Topic::Parts, [2]).await;
    assert_eq!(c.message().await, (Topic::Parts, b.id(), vec![2]));
}

#[tokio::test]
async fn a_peer_that_loses_its_permission_is_dropped_and_may_come_back() {
    let (mut a, mut b) = pair().await;
    a.network.disallow(b.id()).await.expect("the network runs");
    a.until_disconnected(b.id()).await;
    b.until_disconnected(a.id()).await;
    assert_eq!(a.network.peer_count(), 0);
    eventually(|| a.network.counters().connections_refused > 0).await;

    a.allow(b.peer()).await;
    a.until_connected(&[b.id()]).await;
    b.until_connected(&[a.id()]).await;
    a.publish(Topic::Consensus, [1]).await;
    assert_eq!(b.message().await.2, [1]);
}

#[tokio::test]
async fn one_connection_serves_a_pair() {
    let (mut a, mut b) = pair().await;
    a.publish(Topic::Consensus, [1]).await;
    b.message().await;
    a.network.disallow(b.id()).await.expect("the network runs");
    b.until_disconnected(a.id()).await;
    a.until_disconnected(b.id()).await;
    assert_eq!(a.network.counters().connections_limited, 0);
}

#[tokio::test]
async fn a_port_in_use_is_reported() {
    let node = Node::alone(1).await;
    let config =
        NetworkConfig { network_id: NETWORK_ID, identity: identity(2), listen: node.address.clone(), peers: vec![] };
    assert!(matches!(start(config).await.map(|_| ()), Err(NetworkError::Listen { .. })));
}

#[tokio::test]
async fn an_address_that_is_not_tcp_is_reported() {
    let config = NetworkConfig {
        network_id: NETWORK_ID,
        identity: identity(1),
        listen: "/ip4/127.0.0.1/udp/0".parse().expect("a literal address parses"),
        peers: vec![],
    };
    assert!(matches!(start(config).await.map(|_| ()), Err(NetworkError::Listen { .. })));
}

#[tokio::test]
async fn whoever_has_no_vote_says_how_far_it_is_and_nothing_else_and_so_does_this_node_without_one() {
    let (mut a, mut b) = pair().await;
    a.network.voters(BTreeSet::from([a.id()])).await.expect("it runs");
    // The next request shows that the command has been served.
    a.publish(Topic::Consensus, [1]).await;
    assert_eq!(b.message().await.2, [1]);
    for topic in [Topic::Consensus, Topic::Liveness, Topic::Parts, Topic::Transactions] {
        b.publish(topic, [2]).await;
    }
    b.publish(Topic::Status, [3]).await;
    assert_eq!(a.message().await, (Topic::Status, b.id(), vec![3]));
    eventually(|| a.network.counters().messages_refused == 4).await;
    b.network.voters(BTreeSet::from([a.id()])).await.expect("it runs");
    for topic in [Topic::Consensus, Topic::Liveness, Topic::Parts, Topic::Transactions] {
        b.publish(topic, [4]).await;
    }
    b.publish(Topic::Status, [5]).await;
    assert_eq!(a.message().await, (Topic::Status, b.id(), vec![5]));
    assert_eq!(a.network.counters().messages_refused, 4, "it doesn't even send them");
    a.network.voters(BTreeSet::from([a.id(), b.id()])).await.expect("it runs");
    b.network.voters(BTreeSet::from([a.id(), b.id()])).await.expect("it runs");
    b.publish(Topic::Status, [6]).await;
    assert_eq!(a.message().await.2, [6]);
    b.publish(Topic::Consensus, [7]).await;
    assert_eq!(a.message().await, (Topic::Consensus, b.id(), vec![7]));
}

#[tokio::test]
async fn a_peer_without_an_address_is_waited_for_and_one_that_is_connected_is_not_dialed_when_it_gets_one() {
    let (mut a, mut b) = (Node::alone(1).await, Node::alone(2).await);
    a.allow(Peer { id: b.id(), address: Multiaddr::empty() }).await;
    b.allow(a.peer()).await;
    a.until_connected(&[b.id()]).await;
    b.until_connected(&[a.id()]).await;
    a.allow(b.peer()).await;
    a.publish(Topic::Consensus, [1]).await;
    assert_eq!(b.message().await.2, [1]);
    assert_eq!(a.network.counters().dials_failed, 0);
}
