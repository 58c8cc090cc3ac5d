//! Real swarms on 127.0.0.1, with ports chosen by the operating system.

mod data;
mod delivery;
mod followers;
mod misbehaviour;
mod permission;
mod recovery;
mod requests;

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::{
    Command, Event, Identity, Multiaddr, Network, NetworkConfig, Peer, PeerId, Protocol, Stopped, Topic, start,
};

const NETWORK_ID: [u8; 32] = [7; 32];

/// The topics that those who take part in consensus hear.
const OF_VOTERS: [Topic; 5] = [Topic::Consensus, Topic::Liveness, Topic::Parts, Topic::Status, Topic::Transactions];

/// Generous: only a test that would fail anyway waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Node {
    number: u8,
    address: Multiaddr,
    network: Network,
    events: mpsc::Receiver<Event>,
}

fn identity(number: u8) -> Identity {
    Identity::from_seed([number; 32])
}

fn any_port() -> Multiaddr {
    "/ip4/127.0.0.1/tcp/0".parse().expect("a literal address parses")
}

/// Nothing listens there: port 1 is reserved.
fn nowhere() -> Multiaddr {
    "/ip4/127.0.0.1/tcp/1".parse().expect("a literal address parses")
}

async fn within<T>(condition: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, condition).await.expect("what the test waits for happens")
}

/// Waits for a counter or the like, which no event announces.
async fn eventually(mut condition: impl FnMut() -> bool) {
    within(async {
        let mut look = tokio::time::interval(Duration::from_millis(5));
        while !condition() {
            look.tick().await;
        }
    })
    .await;
}

impl Node {
    async fn start(number: u8, network_id: [u8; 32], listen: Multiaddr, peers: Vec<Peer>) -> Self {
        let config = NetworkConfig { network_id, identity: identity(number), listen, peers };
        let (network, mut events) = start(config).await.expect("the configuration is valid");
        let address = match within(events.recv()).await {
            Some(Event::Listening(address)) => address,
            other => panic!("a node listens before anything else: {other:?}"),
        };
        Self { number, address, network, events }
    }

    async fn alone(number: u8) -> Self {
        Self::start(number, NETWORK_ID, any_port(), vec![]).await
    }

    fn id(&self) -> PeerId {
        self.network.local_peer_id()
    }

    fn peer(&self) -> Peer {
        Peer { id: self.id(), address: self.address.clone() }
    }

    async fn next(&mut self) -> Event {
        within(self.events.recv()).await.expect("the network runs while the test does")
    }

    /// Discards events until the wanted one.
    async fn until(&mut self, wanted: impl Fn(&Event) -> bool) -> Event {
        loop {
            let event = self.next().await;
            if wanted(&event) {
                return event;
            }
        }
    }

    async fn until_connected(&mut self, peers: &[PeerId]) {
        let mut missing: BTreeSet<PeerId> = peers.iter().copied().collect();
        while !missing.is_empty() {
            if let Event::Connected(peer) = self.next().await {
                missing.remove(&peer);
            }
        }
    }

    async fn until_disconnected(&mut self, peer: PeerId) {
        self.until(|event| *event == Event::Disconnected(peer)).await;
    }

    async fn allow(&self, peer: Peer) {
        self.network.allow(peer).await.expect("the network runs");
    }

    async fn publish(&self, topic: Topic, data: impl Into<Vec<u8>>) {
        self.network.publish(topic, data.into()).await.expect("the network runs");
    }

    /// The next message, whatever else happens before.
    async fn message(&mut self) -> (Topic, PeerId, Vec<u8>) {
        loop {
            if let Event::Message { topic, source, data, .. } = self.next().await {
                return (topic, source, data);
            }
        }
    }
}

/// Two nodes permit each other and are connected.
async fn connect(a: &mut Node, b: &mut Node) {
    a.allow(b.peer()).await;
    b.allow(a.peer()).await;
    a.until_connected(&[b.id()]).await;
    b.until_connected(&[a.id()]).await;
}

/// A network of so many nodes, each connected to each other.
async fn connected(count: u8) -> Vec<Node> {
    let mut nodes = Vec::new();
    for number in 1..=count {
        nodes.push(Node::alone(number).await);
    }
    let peers: Vec<Peer> = nodes.iter().map(Node::peer).collect();
    for node in &nodes {
        for peer in &peers {
            node.allow(peer.clone()).await;
        }
    }
    for node in &mut nodes {
        let others: Vec<PeerId> = peers.iter().map(|peer| peer.id).filter(|id| *id != node.id()).collect();
        node.until_connected(&others).await;
    }
    nodes
}

/// [`connected`], for two.
async fn pair() -> (Node, Node) {
    let mut nodes = connected(2).await.into_iter();
    match (nodes.next(), nodes.next()) {
        (Some(a), Some(b)) => (a, b),
        _ => unreachable!("two nodes were asked for"),
    }
}

#[tokio::test]
async fn a_network_without_a_swarm_hands_over_what_is_asked_and_stops_with_its_receiver() {
    let local = Identity::from_seed([1; 32]).peer_id();
    let peer = Identity::from_seed([2; 32]).peer_id();
    let (network, mut commands) = Network::without_swarm(local);
    assert_eq!(network.local_peer_id(), local);
    network.publish(Topic::Status, vec![1]).await.expect("it runs");
    let id = network.request(peer, vec![2]).await.expect("it runs");
    assert!(matches!(commands.recv().await, Some(Command::Publish(Topic::Status, data)) if data == [1]));
    let command = commands.recv().await;
    assert!(matches!(command, Some(Command::Request(asked, to, Protocol::Blocks, _)) if asked == id && to == peer));
    drop(commands);
    assert_eq!(network.publish(Topic::Status, vec![1]).await, Err(Stopped));
}
