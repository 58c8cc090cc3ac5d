//! One validator's consensus, from the opened store and the running network to its end.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use arc_malachitebft_app_channel::app::config::NodeConfig;
use arc_malachitebft_app_channel::{
    Channels, ConsensusContext, EngineBuilder, EngineHandle, NetworkMsg, RequestContext, SyncContext, WalContext,
};
use arc_malachitebft_config::{ConsensusConfig, ValuePayload, ValueSyncConfig};
use arc_malachitebft_engine::network::NetworkRef;
use arc_malachitebft_engine::wal::WalRef;
use bytesize::ByteSize;
use futures::future::BoxFuture;
use lojal_network::limits::INBOUND_REQUESTS_MAX;
use lojal_network::{Event, Multiaddr, Network, Warnings};
use lojal_store::{Forgotten, PendingProposal, Store, Writer};
use lojal_types::{ChainId, KeyPair};
use thiserror::Error;
use tokio::sync::{Mutex, mpsc, watch};

use crate::announcement::announce_genesis;
use crate::app::{App, AppError};
use crate::bridge::{Bridge, Listeners};
use crate::clock::Clock;
use crate::codec::BorshCodec;
use crate::context::{Address, Context};
use crate::enquiries::Enquiries;
use crate::executor::ExecutorParts;
use crate::forgery::Forgery;
use crate::limits::{STATUS_INTERVAL, STOP_TIMEOUT, SYNC_BLOCKS_MAX, SYNC_BYTES_MAX};
use crate::mempool::{Mempool, Outbox, SharedState, gossip};
use crate::mending::Mending;
use crate::metrics::Metrics;
use crate::pace::Pace;
use crate::parts::Assembler;
use crate::progress::Progress;
use crate::readiness::Readiness;
use crate::serving::{Asked, Serving};
use crate::signing::{ValidatorSigner, ValidatorVerifier};
use crate::silence::{Silence, no_log};
use crate::workers::Workers;

/// The time that a node that catches up waits for one answer.
const SYNC_REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The engine's own request queue, unused but required.
const ENGINE_REQUESTS: usize = 16;

/// The parts of a validator's consensus.
pub struct ValidatorParts {
    /// Its key.
    pub key: KeyPair,
    /// The engine's write-ahead log.
    pub wal: Wal,
    /// Read access to what is committed.
    pub store: Store,
    /// The block log.
    pub writer: Writer,
    /// The state after the last block of the log.
    pub state: SharedState,
    /// Proposals of the log beyond its last decision.
    pub pending: Vec<PendingProposal>,
    /// The mark that this validator may have forgotten what it signed; with it, it is silent for longer.
    pub forgotten: Option<Forgotten>,
    /// Waiting transactions.
    pub mempool: Mempool,
    /// The messages that the mempool has for the network.
    pub outbox: Outbox,
    /// The network and its events.
    pub network: Network,
    /// The events of the network.
    pub events: mpsc::Receiver<Event>,
    /// The counters that it keeps.
    pub metrics: Metrics,
    /// Told whether this node has caught up with the others.
    pub ready: watch::Sender<bool>,
    /// The clock that it takes the time from.
    pub clock: Clock,
    /// The place where the execution runs.
    pub workers: Workers,
    /// The stage between the engine and the network; a node has nothing there.
    pub interposer: Option<Interposer>,
}

/// The engine's write-ahead log.
pub enum Wal {
    /// The engine's own, in this directory: what a node uses.
    Directory(PathBuf),
    /// Another one: what a simulation uses, which decides what a crash leaves of it.
    Actor(WalRef<Context>),
}

/// Given the network's actor, gives the one that the engine is to talk to instead.
pub type Interposer = Box<dyn FnOnce(NetworkRef<Context>) -> BoxFuture<'static, NetworkRef<Context>> + Send>;

/// A reason consensus ended.
#[derive(Debug, Error)]
pub enum ConsensusError {
    /// The write-ahead log's directory can't be used.
    #[error("can't create the directory {0} for the consensus log: {1}")]
    WalDirectory(PathBuf, std::io::Error),
    /// The engine did not start.
    #[error("the consensus engine did not start: {0}")]
    Start(String),
    /// The network's task has ended.
    #[error("the peer-to-peer network has stopped; its reason stands in the log")]
    NetworkStopped,
    /// The mempool's thread has ended.
    #[error("the mempool's thread has stopped; its reason stands in the log")]
    MempoolStopped,
    /// The engine or the execution of blocks failed.
    #[error(transparent)]
    App(#[from] AppError),
}

/// Wraps the state for sharing.
pub fn share(state: lojal_ledger::State) -> SharedState {
    Arc::new(RwLock::new(state))
}

/// Runs consensus until `shutdown` or a fault. The network's task and this run on the same runtime.
///
/// # Errors
/// The fault; the process must end then.
pub async fn run(validator: ValidatorParts, shutdown: impl Future<Output = ()>) -> Result<(), ConsensusError> {
    let ValidatorParts { key, wal, store, writer, state, pending, mempool, outbox, network, events, .. } = validator;
    let ValidatorParts { forgotten, metrics, ready, clock, workers, interposer, .. } = validator;
    let (address, heartbeat) = (key.address(), Duration::from_millis(store.view().parameters().heartbeat_ms));
    let progress = Progress::default();
    let executor =
        ExecutorParts { state, writer, mempool: mempool.clone(), metrics: metrics.clone(), address, clock, workers };
    let executor = executor.start(pending).await.map_err(AppError::Executor)?;
    let (asked, requests) = mpsc::channel(INBOUND_REQUESTS_MAX);
    let serving = Serving { store: store.clone(), network: network.clone(), metrics: metrics.clone(), workers };
    let enquiries = Enquiries::default();
    let mending = Mending {
        store: store.clone(),
        network: network.clone(),
        enquiries: enquiries.clone(),
        progress: progress.clone(),
        workers,
    };
    let (own, mempool_stopped, chain) = (network.local_peer_id(), mempool.stopped(), store.genesis().chain_id());
    let readiness =
        Readiness { store: store.clone(), progress: progress.clone(), metrics: metrics.clone(), own, heartbeat };
    let tasks = [
        tokio::spawn(mending.run()),
        tokio::spawn(gossip(mempool.clone(), outbox, network.clone())),
        tokio::spawn(serving.run(requests)),
        tokio::spawn(readiness.judge(ready)),
        tokio::spawn(announce_genesis(store.clone(), network.clone())),
    ];
    let silence = Silence { forgotten, own, store: store.clone(), progress: progress.clone(), workers };
    let pace = Pace::new(mempool.clone(), progress.clone(), own, heartbeat);
    let assembler = Assembler::new(address, store.tip().height);
    let verifier = ValidatorVerifier::new(chain);
    let link = Link {
        network,
        events: Arc::new(Mutex::new(events)),
        progress,
        mempool,
        asked,
        enquiries,
        store: store.clone(),
        verifier,
        address,
    };
    let mut app = App { executor, store, metrics, pace, assembler, warnings: Warnings::default() };
    let mut stopped = pin!(async {
        tokio::select! {
            () = mempool_stopped => Err(ConsensusError::MempoolStopped),
            () = shutdown => Ok(()),
        }
    });
    let mut result = Ok(Ended::SilenceOver);
    if silence.is_needed() {
        result = link.run_engine(None, &mut app, silence.until_over(), stopped.as_mut()).await;
        if matches!(result, Ok(Ended::SilenceOver)) {
            result = silence.end().await.map(|()| Ended::SilenceOver).map_err(|error| AppError::Store(error).into());
        }
    }
    if matches!(result, Ok(Ended::SilenceOver)) {
        let signing = Some(SigningEngine { key, wal, interposer });
        result = link.run_engine(signing, &mut app, std::future::pending(), stopped).await;
    }
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    app.join().await;
    result.map(|_| ())
}

/// The parts of an engine that signs, and doesn't only follow the others.
struct SigningEngine {
    key: KeyPair,
    wal: Wal,
    interposer: Option<Interposer>,
}

/// A reason an engine was stopped.
enum Ended {
    /// Its time was over: that of an engine that follows ends with the silence.
    SilenceOver,
    /// The node stops.
    Stopped,
}

/// The parts of the node that an engine is linked to; they outlive the engine.
struct Link {
    network: Network,
    events: Arc<Mutex<mpsc::Receiver<Event>>>,
    progress: Progress,
    mempool: Mempool,
    asked: mpsc::Sender<Asked>,
    enquiries: Enquiries,
    store: Store,
    verifier: ValidatorVerifier,
    address: lojal_types::Address,
}

impl Link {
    /// Starts an engine, which follows the others and signs nothing if `signing` is none, and runs it until its time is
    /// `over`, the node is `stopped`, or something fails.
    async fn run_engine(
        &self,
        signing: Option<SigningEngine>,
        app: &mut App,
        over: impl Future<Output = ()>,
        stopped: impl Future<Output = Result<(), ConsensusError>>,
    ) -> Result<Ended, ConsensusError> {
        let listening: Multiaddr = "/ip4/127.0.0.1/tcp/0".parse().expect("a valid address");
        let bridge = Bridge::start(self.network.clone(), listening).await;
        let bridge = bridge.map_err(|e| ConsensusError::Start(e.to_string()))?;
        let actor = bridge.actor.clone();
        let (channels, engine) = self.start_engine(signing, actor.clone(), bridge.app.clone()).await?;
        let (events, listeners) = (Arc::clone(&self.events), self.listeners());
        let mut forward = tokio::spawn(async move { bridge.forward(&mut *events.lock().await, listeners).await });
        let result = tokio::select! {
            result = app.run(channels, over) => result.map(|()| Ended::SilenceOver).map_err(ConsensusError::App),
            _ = &mut forward => Err(ConsensusError::NetworkStopped),
            result = stopped => result.map(|()| Ended::Stopped),
        };
        stop(engine).await;
        forward.abort();
        if matches!(result, Ok(Ended::SilenceOver)) {
            actor.stop(None);
        }
        result
    }

    fn listeners(&self) -> Listeners {
        Listeners {
            progress: self.progress.clone(),
            mempool: self.mempool.clone(),
            asked: self.asked.clone(),
            enquiries: self.enquiries.clone(),
            forgery: Forgery::new(self.store.clone(), self.verifier.clone()),
        }
    }

    async fn start_engine(
        &self,
        signing: Option<SigningEngine>,
        network: NetworkRef<Context>,
        app: mpsc::Sender<NetworkMsg<Context>>,
    ) -> Result<(Channels<Context>, EngineHandle), ConsensusError> {
        match signing {
            None => start_follower(self.address, self.verifier.clone(), network, app).await,
            Some(SigningEngine { key, wal, interposer }) => {
                let network = match interposer {
                    Some(interpose) => interpose(network).await,
                    None => network,
                };
                start_engine(key, self.store.genesis().chain_id(), self.verifier.clone(), wal, network, app).await
            }
        }
    }
}

async fn start_engine(
    key: KeyPair,
    chain: ChainId,
    verifier: ValidatorVerifier,
    wal: Wal,
    network: NetworkRef<Context>,
    app: mpsc::Sender<NetworkMsg<Context>>,
) -> Result<(Channels<Context>, EngineHandle), ConsensusError> {
    let engine = EngineBuilder::new(Context, EngineConfig::new(true))
        .with_custom_network(network, app)
        .with_default_sync(SyncContext::new(BorshCodec))
        .with_default_consensus(ConsensusContext::new_validator(
            Address(key.address()),
            Box::new(verifier),
            Box::new(ValidatorSigner::new(key, chain)),
        ))
        .with_default_request(RequestContext::new(ENGINE_REQUESTS));
    let started = match wal {
        Wal::Directory(dir) => {
            std::fs::create_dir_all(&dir).map_err(|e| ConsensusError::WalDirectory(dir.clone(), e))?;
            engine.with_default_wal(WalContext::new(dir.join("wal"), BorshCodec)).build().await
        }
        Wal::Actor(wal) => engine.with_custom_wal(wal).build().await,
    };
    started.map_err(|e| ConsensusError::Start(e.to_string()))
}

/// Starts an engine without a key, which decides by the votes of others and by what peers have decided.
async fn start_follower(
    address: lojal_types::Address,
    verifier: ValidatorVerifier,
    network: NetworkRef<Context>,
    app: mpsc::Sender<NetworkMsg<Context>>,
) -> Result<(Channels<Context>, EngineHandle), ConsensusError> {
    let log = no_log().await.map_err(|e| ConsensusError::Start(e.to_string()))?;
    EngineBuilder::new(Context, EngineConfig::new(false))
        .with_custom_network(network, app)
        .with_default_sync(SyncContext::new(BorshCodec))
        .with_default_consensus(ConsensusContext::new_full_node(Address(address), Box::new(verifier)))
        .with_default_request(RequestContext::new(ENGINE_REQUESTS))
        .with_custom_wal(log)
        .build()
        .await
        .map_err(|e| ConsensusError::Start(e.to_string()))
}

/// Stops the engine's actors, and with them everything that waits for answers. What its log holds unsynced, it has not
/// published.
async fn stop(engine: EngineHandle) {
    let stopped = engine.actor.get_cell().stop_and_wait(Some("shutdown".to_owned()), Some(STOP_TIMEOUT)).await;
    if let Err(error) = stopped {
        tracing::debug!(%error, "the engine had stopped before, or takes its time");
    }
    engine.handle.abort();
}

/// The engine's configuration. It has a network section of its own, which our network actor makes irrelevant.
struct EngineConfig {
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl EngineConfig {
    /// A disabled engine signs nothing, whether or not its address is a validator's.
    fn new(enabled: bool) -> Self {
        // Never ProposalOnly: it accepts proposals without asking the application.
        let value_payload = ValuePayload::ProposalAndParts;
        let consensus = ConsensusConfig { enabled, value_payload, ..ConsensusConfig::default() };
        let sync = ValueSyncConfig {
            status_update_interval: STATUS_INTERVAL,
            request_timeout: SYNC_REQUEST_TIMEOUT,
            max_response_size: ByteSize::b(2 * SYNC_BYTES_MAX as u64),
            batch_size: SYNC_BLOCKS_MAX,
            ..ValueSyncConfig::default()
        };
        Self { consensus, sync }
    }
}

impl NodeConfig for EngineConfig {
    fn moniker(&self) -> &'static str {
        "lojal"
    }
    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }
    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }
    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }
    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}

#[cfg(test)]
mod tests;
