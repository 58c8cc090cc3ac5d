//! A simulated network: the validators, what connects them, and what of them outlasts a crash.

mod chains;
mod damage;
mod guard;
mod joining;
mod life;
mod losses;
mod outgoing;
mod power;
mod seats;
mod signer;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_consensus::clock::VirtualClock;
use lojal_consensus::{Life, Mempool, Metrics, SharedState};
use lojal_network::PeerId;
use lojal_store::{SimulatedDisk, Store};
use lojal_types::{ChainId, Genesis, PublicKey, TimeMs, Versions};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::seats::Changes;
use self::signer::SignerProcess;
use crate::byzantine::{Liar, Plot};
use crate::history::History;
use crate::network::Hub;
use crate::people;
use crate::plan::{Plan, Plant};
use crate::schedule::{IndexLeft, Malice};
use crate::wal::WalDisk;
use crate::workload::Workload;
use lojal_random::Random;

/// The network and all that is in it; clones share it.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    genesis: Genesis,
    hub: Hub,
    places: Vec<Mutex<Place>>,
    history: Mutex<History>,
    plant: Option<Plant>,
    plot: Plot,
    seed: u64,
    workload: Mutex<Workload>,
    /// The validator keys of the nodes.
    keys: Vec<PublicKey>,
    /// True if the validators are to change.
    has_changes: bool,
    changes: watch::Sender<Changes>,
    /// Held by the fault that waits for a change.
    waiting: tokio::sync::Mutex<()>,
}

/// A validator's machine.
struct Place {
    number: usize,
    /// The node's directory, in which its data lie, and what becomes of them.
    home: PathBuf,
    /// The directory of the data.
    directory: PathBuf,
    disk: SimulatedDisk,
    /// The directory of the guard, and the disk that it is on.
    guard: (PathBuf, SimulatedDisk),
    /// The signer that holds the key, if that is in a process of its own.
    signer: Option<SignerProcess>,
    wal: WalDisk,
    skew_ms: Arc<AtomicI64>,
    random: Random,
    /// The number of times that a node has started here.
    incarnation: u64,
    running: Option<Running>,
    /// The task that takes a snapshot in before the node runs.
    joining: Option<JoinHandle<()>>,
    /// True if it joins when it has no data.
    joins: bool,
    /// True if it keeps no more blocks than it has to.
    prunes: bool,
    /// The power cuts that are to come, each by the number of changes of the disk before it, and what they leave.
    cuts: VecDeque<u32>,
    index_left: IndexLeft,
    /// True if it is to be down: crashed, or the run is over.
    is_held_down: bool,
    /// Faults of the machine that are in effect.
    troubles: usize,
    /// The versions of the protocol that its program knows.
    versions: Versions,
    /// True if the next start sets aside what is damaged.
    repair: bool,
    /// A copy of the directory, and of the engine's log, as they once were.
    backup: Option<(PathBuf, WalDisk)>,
    liar: Option<Liar>,
}

/// A node that runs.
struct Running {
    node: Node,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// The parts of a node that clients reach.
#[derive(Clone)]
pub struct Node {
    /// The blocks that it has committed.
    pub store: Store,
    /// The mempool that transactions go to.
    pub mempool: Mempool,
    /// The counters that it keeps.
    pub metrics: Metrics,
    /// Its state.
    pub state: SharedState,
    /// Its signs of life, in networks whose validators change.
    pub life: Option<Life>,
}

impl World {
    /// The network of a plan, with the nodes' data below a directory. None of them runs yet.
    pub fn new(plan: &Plan, directory: PathBuf) -> Self {
        let (seed, nodes, plant) = (plan.seed, plan.nodes(), plan.plant);
        let genesis = people::genesis(plan);
        let hub = Hub::new(seed, (0..nodes).map(people::peer).collect());
        let has_changes = plan.spares > 0 || !plan.changes.is_empty();
        if has_changes {
            hub.note_deliveries();
        }
        let place = |number: usize| Place {
            number,
            home: directory.join(number.to_string()),
            directory: directory.join(number.to_string()).join("data"),
            disk: SimulatedDisk::new(),
            guard: (directory.join(format!("{number}-guard")), SimulatedDisk::new()),
            signer: None,
            wal: WalDisk::default(),
            skew_ms: Arc::new(AtomicI64::new(0)),
            random: Random::of(seed, &format!("validator {number}")),
            incarnation: 0,
            running: None,
            joining: None,
            joins: false,
            prunes: plan.pruning.contains(&number),
            cuts: VecDeque::new(),
            index_left: IndexLeft::Whole,
            is_held_down: false,
            troubles: 0,
            versions: Versions::known(),
            repair: false,
            backup: None,
            liar: None,
        };
        let places = (0..nodes).map(|number| Mutex::new(place(number))).collect();
        let keys = (0..nodes).map(|number| people::validator(number).public_key()).collect();
        let history = Mutex::new(History::new(genesis.clone(), nodes));
        let (plot, workload) = (Plot::default(), Mutex::new(Workload::new(&genesis, seed)));
        let (changes, _) = watch::channel(Changes::default());
        let waiting = tokio::sync::Mutex::default();
        Self(Arc::new(Inner {
            genesis,
            hub,
            places,
            history,
            plant,
            plot,
            seed,
            workload,
            keys,
            has_changes,
            changes,
            waiting,
        }))
    }

    /// The network between the validators.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// The network's id.
    pub fn chain(&self) -> ChainId {
        self.0.genesis.chain_id()
    }

    /// The number of nodes.
    pub fn nodes(&self) -> usize {
        self.0.places.len()
    }

    /// The number of the node with an id on the network.
    fn number_of(&self, peer: &PeerId) -> Option<usize> {
        (0..self.nodes()).find(|number| people::peer(*number) == *peer)
    }

    /// The nodes that have a seat in the genesis document.
    fn of_genesis(&self) -> BTreeSet<usize> {
        self.holders(self.0.genesis.validators()).into_iter().collect()
    }

    /// A node, if it runs.
    pub fn node(&self, number: usize) -> Option<Node> {
        self.place(number).running.as_ref().map(|running| running.node.clone())
    }

    /// The history so far.
    pub fn history(&self) -> MutexGuard<'_, History> {
        self.0.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The workload of the clients.
    pub fn workload(&self) -> MutexGuard<'_, Workload> {
        self.0.workload.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bug on purpose, if there is one.
    pub fn plant(&self) -> Option<Plant> {
        self.0.plant
    }

    /// Virtual milliseconds since the start.
    pub fn now_ms(&self) -> u64 {
        self.0.hub.now_ms()
    }

    /// The true time.
    pub fn now(&self) -> TimeMs {
        TimeMs::default().plus_ms(people::START_MS + self.now_ms())
    }

    /// Sets how wrong a validator's clock is.
    pub fn skew(&self, number: usize, ms: i64) {
        self.place(number).skew_ms.store(ms, std::sync::atomic::Ordering::Relaxed);
    }

    /// Gives a validator a program that knows these versions of the protocol, from its next start on.
    pub fn install(&self, number: usize, versions: Versions) {
        self.place(number).versions = versions;
    }

    /// Has a validator break the protocol, or keep to it again.
    pub fn corrupt(&self, number: usize, malice: Option<Malice>) {
        let (chain, nodes, plot) = (self.chain(), self.nodes(), self.0.plot.clone());
        let liar = malice.map(|malice| Liar::new(number, malice, chain, self.0.seed, nodes, plot));
        self.place(number).liar = liar;
    }

    /// A liar sends what nobody asked for, if that is its way.
    pub fn make_noise(&self, number: usize) {
        let now = self.now();
        let mut place = self.place(number);
        let tip = place.running.as_ref().map(|running| running.node.store.tip().height);
        if let Some(liar) = &mut place.liar {
            liar.make_noise(self.hub(), now, tip.unwrap_or_default());
        }
    }

    fn place(&self, number: usize) -> MutexGuard<'_, Place> {
        self.0.places[number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock(&self, place: &Place) -> VirtualClock {
        let start = TimeMs::default().plus_ms(people::START_MS + self.now_ms());
        VirtualClock { start, since: Instant::now(), skew_ms: place.skew_ms.clone() }
    }
}
