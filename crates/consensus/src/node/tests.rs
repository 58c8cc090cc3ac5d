//! Four validators in one process: real engines, networks on 127.0.0.1 and stores on disk.

mod signing;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use arc_malachitebft_engine::node::NodeMsg;
use lojal_network::limits::REPORTS_PER_MINUTE_MAX;
use lojal_network::{NetworkConfig, Peer, Topic};
use lojal_signer::Client;
use lojal_store::{Opened, Options};
use lojal_types::{ChainId, Genesis, Height, Name, TransactionId};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::engine::start_engine;
use crate::fixture::{forged, forgeries, genesis, guard, identity, issue, peer, validator_key, voice};
use crate::mempool::messages;

/// Generous: only a test that would fail anyway waits this long.
const PATIENCE: Duration = Duration::from_secs(60);
/// The number of votes, repeated in vain, that shows that a network has no quorum.
const REPEATED_VOTES: u64 = 2;
const HEARTBEAT_MS: u64 = 300;

async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let found = async {
        while !condition() {
            look.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, found).await.is_ok(), "{what}");
}

/// A running validator.
struct Node {
    store: Store,
    mempool: Mempool,
    metrics: Metrics,
    network: Network,
    condition: watch::Receiver<Condition>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ConsensusError>>,
}

/// Four validators' places, whether or not they run.
struct Cluster {
    genesis: Genesis,
    ports: Vec<u16>,
    dirs: Vec<TempDir>,
    nodes: Vec<Option<Node>>,
    transactions: u64,
    /// The validator whose key is in a signer.
    signed_elsewhere: Option<u8>,
}

impl Cluster {
    async fn start() -> Self {
        let mut cluster = Self::new();
        for number in 0..4 {
            cluster.start_node(number).await;
        }
        cluster
    }

    fn new() -> Self {
        let listeners: Vec<TcpListener> =
            (0..4).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
        let ports = listeners.iter().map(|one| one.local_addr().expect("bound").port()).collect();
        drop(listeners);
        let dirs = (0..4).map(|_| tempfile::tempdir().expect("a temporary directory")).collect();
        let nodes = (0..4).map(|_| None).collect();
        Self { genesis: genesis(HEARTBEAT_MS), ports, dirs, nodes, transactions: 0, signed_elsewhere: None }
    }

    fn address(&self, number: u8) -> Multiaddr {
        format!("/ip4/127.0.0.1/tcp/{}", self.ports[usize::from(number)]).parse().expect("an address")
    }

    fn addresses(&self) -> BTreeMap<Name, Multiaddr> {
        let named = |number: u8| (format!("validator-{number}").parse().expect("valid"), self.address(number));
        (0..4).map(named).collect()
    }

    async fn start_node(&mut self, number: u8) {
        let dir = self.dirs[usize::from(number)].path();
        let Opened { store, writer, state, pending, forgotten, .. } =
            lojal_store::open(&dir.join("data"), &self.genesis, Options::default()).expect("a store in order");
        let peers = (0..4).filter(|other| *other != number);
        let config = NetworkConfig {
            network_id: *self.genesis.chain_id().as_bytes(),
            identity: identity(number),
            listen: self.address(number),
            peers: peers.map(|other| Peer { id: peer(other), address: self.address(other) }).collect(),
        };
        let (network, events) = lojal_network::start(config).await.expect("the port is still free");
        let state = share(state);
        let (mempool, outbox) = Mempool::start(state.clone(), store.pages(), Clock::System, Workers::Threads);
        let (metrics, (told, condition), (stop, stopped)) =
            (Metrics::default(), watch::channel(Condition::Behind), oneshot::channel::<()>());
        let validator = ValidatorParts {
            voice: Some(self.voice(number, &metrics)),
            successor: Successor::default(),
            wal: Wal::Directory(dir.join("consensus")),
            store: store.clone(),
            writer,
            state,
            pending,
            forgotten,
            mempool: mempool.clone(),
            outbox,
            network: network.clone(),
            addresses: Addresses { named: self.addresses(), ..Addresses::default() },
            events,
            metrics: metrics.clone(),
            condition: told,
            clock: Clock::System,
            workers: Workers::Threads,
            versions: Versions::known(),
            interposer: None,
        };
        let running = tokio::spawn(run(validator, async { stopped.await.unwrap_or_default() }));
        let node = Node { store, mempool, metrics, network, condition, stop, running };
        self.nodes[usize::from(number)] = Some(node);
    }

    /// The key in this process, with its guard; or the signer that the test runs.
    fn voice(&self, number: u8, metrics: &Metrics) -> Voice {
        let (dir, chain) = (self.dirs[usize::from(number)].path(), self.genesis.chain_id());
        if self.signed_elsewhere == Some(number) {
            let client = Client::new(dir.join("sign.sock"), chain, validator_key(number).public_key());
            return Voice::elsewhere(client, metrics.clone());
        }
        let guard = guard(&dir.join("guard"), number, chain);
        Voice::here(guard, Workers::Threads, metrics.clone())
    }

    async fn stop_node(&mut self, number: u8) {
        let Node { store, network, stop, running, .. } = self.take(number);
        drop(stop);
        let result = tokio::time::timeout(PATIENCE, running).await.expect("it stops when it is told to");
        result.expect("it doesn't panic").expect("it had no fault");
        network.shutdown().await;
        store.close().expect("a last checkpoint");
        drop(store);
        // The thread that writes the engine's log lets go of it a moment after the engine.
        // One that was stopped while it listened to the others has not opened it.
        let log = self.dirs[usize::from(number)].path().join("consensus/wal");
        if let Ok(log) = std::fs::File::open(log) {
            eventually("the engine's log is let go", || log.try_lock().is_ok()).await;
        }
    }

    fn take(&mut self, number: u8) -> Node {
        self.nodes[usize::from(number)].take().expect("it runs")
    }
    fn node(&self, number: u8) -> &Node {
        self.nodes[usize::from(number)].as_ref().expect("it runs")
    }
    fn running(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().flatten()
    }

    /// Submits transactions to one node, which accepts them all.
    async fn submit(&mut self, to: u8, count: u64) -> Vec<TransactionId> {
        let chain = self.genesis.chain_id();
        let numbers = self.transactions..self.transactions + count;
        self.transactions += count;
        let identified = numbers.map(|number| issue(&chain, number).identify(&chain)).collect();
        let answers = self.node(to).mempool.submit(identified).await;
        answers.into_iter().collect::<Result<_, _>>().expect("good transactions")
    }

    /// Waits until every running node has committed the transactions.
    async fn committed(&self, ids: &[TransactionId]) {
        let has_all = |node: &Node| ids.iter().all(|id| node.store.transaction(id).expect("readable").is_some());
        eventually("every running node commits", || self.running().all(has_all)).await;
    }

    /// Compares all that the running nodes have committed.
    fn assert_agreement(&self) {
        let lowest = self.running().map(|node| node.store.tip().height).min().expect("some run");
        for height in (1..=lowest.get()).map(Height::new) {
            let mut blocks =
                self.running().map(|node| node.store.block(height).expect("readable").found().map(|one| one.bytes));
            let first = blocks.next().expect("some run");
            assert!(first.is_some() && blocks.all(|block| block == first), "height {height}");
        }
        for node in self.running() {
            assert_eq!(node.metrics.counts().evidence, 0, "nobody contradicted themselves");
        }
    }

    async fn stop(mut self) {
        for number in 0..4 {
            if self.nodes[usize::from(number)].is_some() {
                self.stop_node(number).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_validators_agree_through_restarts_and_halt_without_a_quorum() {
    let mut cluster = Cluster::start().await;
    eventually("all become ready", || cluster.running().all(|node| node.condition.borrow().is_level())).await;
    for to in 0..4 {
        let ids = cluster.submit(to, 5).await;
        cluster.committed(&ids).await;
    }
    eventually("nothing waits any more", || cluster.running().all(|node| node.mempool.is_empty())).await;
    cluster.assert_agreement();

    // One of four down: the others go on, and it catches up.
    cluster.stop_node(3).await;
    for _ in 0..4 {
        let ids = cluster.submit(0, 3).await;
        cluster.committed(&ids).await;
    }
    cluster.start_node(3).await;
    let ids = cluster.submit(3, 3).await;
    cluster.committed(&ids).await;
    eventually("it becomes ready again", || cluster.node(3).condition.borrow().is_level()).await;
    cluster.assert_agreement();

    // Two down: nothing is decided, nothing is lost.
    cluster.stop_node(2).await;
    cluster.stop_node(3).await;
    eventually("no quorum, not ready", || cluster.running().all(|node| !node.condition.borrow().is_level())).await;
    let highest = |cluster: &Cluster| cluster.running().map(|node| node.store.tip().height).max().expect("two run");
    let before = highest(&cluster);
    let waiting = cluster.submit(1, 3).await;
    let repeated = || cluster.running().map(|node| node.network.counters().topic(Topic::Liveness).messages_in);
    let heard: Vec<u64> = repeated().collect();
    let is_stuck = || repeated().zip(&heard).all(|(now, before)| now >= before + REPEATED_VOTES);
    eventually("the two repeat their votes for want of others", is_stuck).await;
    // With votes of those that stopped, the two may have decided one more block.
    assert!(highest(&cluster) <= before.next());
    for id in &waiting {
        assert!(cluster.running().all(|node| node.store.transaction(id).expect("readable").is_none()));
    }

    // One back: on they go.
    cluster.start_node(2).await;
    cluster.committed(&waiting).await;
    cluster.start_node(3).await;
    cluster.committed(&waiting).await;
    cluster.assert_agreement();
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_that_gossips_forged_transactions_is_shut_out_and_the_others_go_on() {
    let mut cluster = Cluster::start().await;
    let all_connected = || cluster.running().all(|node| node.network.peer_count() == 3);
    eventually("all are connected", all_connected).await;
    let message = messages(&[forged(&cluster.genesis.chain_id(), 1_000).encode().into()]).remove(0);
    for _ in 0..=REPORTS_PER_MINUTE_MAX {
        cluster.node(3).network.publish(Topic::Transactions, message.clone()).await.expect("the network runs");
    }
    let is_shut_out = |node: &Node| node.network.offences().get(&peer(3)).is_some_and(|one| one.shut_outs > 0);
    eventually("the others shut it out", || (0..3).all(|number| is_shut_out(cluster.node(number)))).await;
    cluster.stop_node(3).await;
    let ids = cluster.submit(0, 3).await;
    cluster.committed(&ids).await;
    cluster.assert_agreement();
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_that_publishes_votes_and_certificates_that_nobody_signed_is_shut_out_and_the_others_go_on() {
    let mut cluster = Cluster::start().await;
    let all_connected = || cluster.running().all(|node| node.network.peer_count() == 3);
    eventually("all are connected", all_connected).await;
    let forgeries: Vec<_> = forgeries().into_iter().cycle().take(3 * REPORTS_PER_MINUTE_MAX as usize).collect();
    for (topic, message) in forgeries {
        cluster.node(3).network.publish(topic, message).await.expect("the network runs");
    }
    let is_shut_out = |node: &Node| node.network.offences().get(&peer(3)).is_some_and(|one| one.shut_outs > 0);
    eventually("the others shut it out", || (0..3).all(|number| is_shut_out(cluster.node(number)))).await;
    for node in (0..3).map(|number| cluster.node(number)) {
        let blamed: Vec<_> = node.network.offences().into_keys().collect();
        assert_eq!(blamed, [peer(3)], "those that pass it on are not to blame");
    }
    cluster.stop_node(3).await;
    let ids = cluster.submit(0, 3).await;
    cluster.committed(&ids).await;
    cluster.assert_agreement();
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rot_in_old_blocks_stops_nobody_and_is_put_right_while_another_validator_catches_up() {
    let mut cluster = Cluster::start().await;
    for _ in 0..3 {
        let ids = cluster.submit(0, 3).await;
        cluster.committed(&ids).await;
    }
    cluster.stop_node(0).await;
    cluster.stop_node(3).await;
    let log = cluster.dirs[0].path().join("data/log/00000001.log");
    let whole = std::fs::read(&log).expect("the log is there");
    let mut rotten = whole.clone();
    // Anywhere but in the last block, which the checkpoint rests on.
    (60..whole.len() / 2).step_by(100).for_each(|at| rotten[at] ^= 1);
    std::fs::write(&log, rotten).expect("the log can be written");
    std::fs::remove_dir_all(cluster.dirs[3].path().join("data")).expect("a store");
    cluster.start_node(3).await;
    cluster.start_node(0).await;
    eventually("the rot is found and put right", || {
        let counts = cluster.node(0).store.counts();
        counts.scrubs > 0 && counts.damaged == 0 && counts.mended > 0
    })
    .await;
    let ids = cluster.submit(3, 3).await;
    cluster.committed(&ids).await;
    cluster.assert_agreement();
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_stops_ends_the_node_with_the_reason() {
    let mut cluster = Cluster::new();
    cluster.start_node(0).await;
    let Node { network, running, stop: _not_told, .. } = cluster.take(0);
    network.shutdown().await;
    let result = tokio::time::timeout(PATIENCE, running).await.expect("the node ends").expect("it doesn't panic");
    // Whichever of the two is noticed first.
    assert!(matches!(result, Err(ConsensusError::NetworkStopped | ConsensusError::App(AppError::EngineStopped))));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_takes_no_more_ends_the_node_with_the_reason() {
    let mut cluster = Cluster::start().await;
    let Node { store, running, stop: _not_told, .. } = cluster.take(0);
    store.close().expect("a last checkpoint");
    let result = tokio::time::timeout(PATIENCE, running).await.expect("the node ends").expect("it doesn't panic");
    assert!(matches!(result, Err(ConsensusError::App(AppError::Executor(_)))), "{result:?}");
    cluster.stop().await;
}

type Started = Result<(Channels<Context>, EngineHandle), EngineError>;

/// An engine without peers.
async fn lone_engine(dir: &Path) -> (Started, mpsc::Receiver<Event>) {
    let listen: Multiaddr = "/ip4/127.0.0.1/tcp/0".parse().expect("an address");
    let config =
        NetworkConfig { network_id: [1; 32], identity: identity(0), listen: listen.clone(), peers: Vec::new() };
    let (network, events) = lojal_network::start(config).await.expect("a network without peers");
    let bridge = Bridge::start(network, listen).await.expect("an actor starts");
    let wal = Wal::Directory(dir.to_path_buf());
    let chain = ChainId::new([1; 32]);
    let verifier = ValidatorVerifier::new(chain);
    let (voice, _) = EngineVoice::new(voice(0, &dir.join("guard"), chain));
    let (address, signer) = (Address(validator_key(0).address()), ValidatorSigner::new(voice));
    (start_engine(address, signer, verifier, &wal, bridge.actor, bridge.app).await, events)
}

#[tokio::test]
async fn an_unusable_log_of_the_engine_is_told_at_the_start() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::create_dir(dir.path().join("wal")).expect("a directory where a file should be");
    let (started, _events) = lone_engine(dir.path()).await;
    assert!(matches!(started, Err(EngineError::Start(_))));
}

#[tokio::test]
async fn an_engine_that_hangs_for_safety_ends_the_applications_loop() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (started, _events) = lone_engine(dir.path()).await;
    let (mut channels, engine) = started.expect("the engine starts");
    engine.actor.cast(NodeMsg::SafetyFailure("the log can't be written".to_owned())).expect("it runs");
    let ended = async { while channels.consensus.recv().await.is_some() {} };
    assert!(tokio::time::timeout(PATIENCE, ended).await.is_ok(), "the loop ends, and with it the node");
    engine::stop(engine).await;
}
