//! Restarts and shutdown.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::watch;

use super::*;
use crate::Stopped;

/// Two nodes, the one with the lower id first.
async fn ordered_pair() -> (Node, Node) {
    let (a, b) = pair().await;
    if a.id() < b.id() { (a, b) } else { (b, a) }
}

async fn restart_and_talk(mut stays: Node, restarts: Node) {
    let (number, address, id) = (restarts.number, restarts.address.clone(), restarts.id());
    restarts.network.shutdown().await;
    stays.until_disconnected(id).await;
    let mut again = Node::start(number, NETWORK_ID, address, vec![stays.peer()]).await;
    again.until_connected(&[stays.id()]).await;
    stays.until_connected(&[id]).await;
    stays.publish(Topic::Consensus, [1]).await;
    again.publish(Topic::Consensus, [2]).await;
    assert_eq!(again.message().await, (Topic::Consensus, stays.id(), vec![1]));
    assert_eq!(stays.message().await, (Topic::Consensus, id, vec![2]));
}

#[tokio::test]
async fn a_restarted_peer_with_the_lower_id_is_connected_again() {
    let (low, high) = ordered_pair().await;
    restart_and_talk(high, low).await;
}

#[tokio::test]
async fn a_restarted_peer_with_the_higher_id_is_connected_again() {
    let (low, high) = ordered_pair().await;
    restart_and_talk(low, high).await;
}

#[tokio::test]
async fn the_lower_id_dials_when_the_higher_one_can_not() {
    let (first, second) = (Node::alone(1).await, Node::alone(2).await);
    let (mut low, mut high) = if first.id() < second.id() { (first, second) } else { (second, first) };
    high.allow(Peer { id: low.id(), address: nowhere() }).await;
    low.allow(high.peer()).await;
    low.until_connected(&[high.id()]).await;
    high.until_connected(&[low.id()]).await;
}

/// Forwards TCP connections to `port` until `cut`; then they stay open and nothing passes, as
/// with a pulled cable.
async fn cable(port: u16, cut: watch::Receiver<bool>) -> Multiaddr {
    let socket = TcpSocket::new_v4().expect("the system has sockets");
    // Small, so that a dead link soon holds up the sender.
    socket.set_recv_buffer_size(4 << 10).expect("4 KiB is possible");
    let any = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    socket.bind(any).expect("there is a free port");
    let listener = socket.listen(16).expect("the socket is bound");
    let address = listener.local_addr().expect("the socket is bound");
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut cut = cut.clone();
            tokio::spawn(async move {
                if let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await {
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => return,
                        _ = cut.wait_for(|cut| *cut) => {}
                    }
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    format!("/ip4/127.0.0.1/tcp/{}", address.port()).parse().expect("an address and a port make a multiaddress")
}

/// Two nodes connected by a [`cable`], and what cuts it.
async fn cabled_pair() -> (Node, Node, watch::Sender<bool>) {
    let (mut a, mut b) = (Node::alone(1).await, Node::alone(2).await);
    let (cut, is_cut) = watch::channel(false);
    let port = b.address.to_string();
    let port = port.rsplit('/').next().and_then(|port| port.parse().ok());
    let address = cable(port.expect("the address ends with the port"), is_cut).await;
    b.allow(Peer { id: a.id(), address: nowhere() }).await;
    a.allow(Peer { id: b.id(), address }).await;
    a.until_connected(&[b.id()]).await;
    b.until_connected(&[a.id()]).await;
    (a, b, cut)
}

/// Publishes what the dead link never delivers.
async fn publish_a_lot(node: &Node) {
    for _ in 0..64 {
        for topic in OF_VOTERS {
            node.publish(topic, vec![0; topic.message_bytes_max()]).await;
        }
    }
}

/// The slowest test: it waits for pings to fail.
#[tokio::test]
async fn a_peer_that_falls_silent_is_dropped() {
    let (mut a, mut b, cut) = cabled_pair().await;
    cut.send_replace(true);
    publish_a_lot(&a).await;
    a.until_disconnected(b.id()).await;
    b.until_disconnected(a.id()).await;
    assert!(a.network.counters().pings_failed > 0);
}

#[tokio::test]
async fn a_peer_restarted_behind_a_dead_link_is_connected_again() {
    let (mut stays, restarts, cut) = cabled_pair().await;
    cut.send_replace(true);
    publish_a_lot(&stays).await;
    let (id, address) = (restarts.id(), restarts.address.clone());
    restarts.network.shutdown().await;
    // `stays` still believes in the old connection when the new one comes.
    let mut again = Node::start(2, NETWORK_ID, address, vec![stays.peer()]).await;
    stays.until_disconnected(id).await;
    stays.until_connected(&[id]).await;
    again.until_connected(&[stays.id()]).await;
    stays.publish(Topic::Consensus, [1]).await;
    again.publish(Topic::Consensus, [2]).await;
    assert_eq!(again.message().await.2, [1]);
    assert_eq!(stays.message().await.2, [2]);
}

#[tokio::test]
async fn the_network_stops_when_the_event_receiver_is_dropped() {
    let (a, mut b) = pair().await;
    let id = a.id();
    let Node { network, events, .. } = a;
    drop(events);
    b.until_disconnected(id).await;
    within(network.shutdown()).await;
    assert_eq!(network.publish(Topic::Status, vec![]).await, Err(Stopped));
    assert_eq!(network.peer_count(), 0);
}

#[tokio::test]
async fn the_network_stops_when_the_last_handle_is_dropped() {
    let node = Node::alone(1).await;
    let clone = node.network.clone();
    drop(clone);
    node.publish(Topic::Status, [1]).await;
    let Node { network, mut events, .. } = node;
    drop(network);
    assert_eq!(within(events.recv()).await, None);
}

#[tokio::test]
async fn shutdown_frees_the_port_and_may_be_repeated() {
    let node = Node::alone(1).await;
    node.network.shutdown().await;
    node.network.shutdown().await;
    let again = Node::start(1, NETWORK_ID, node.address.clone(), vec![]).await;
    assert_eq!(again.address, node.address);
}
