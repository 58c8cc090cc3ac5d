//! One node's consensus, from the opened store and the running network to its end.

use std::pin::{Pin, pin};
use std::sync::{Arc, RwLock};

use arc_malachitebft_app_channel::{Channels, EngineHandle, NetworkMsg};
use arc_malachitebft_engine::network::NetworkRef;
use futures::future::BoxFuture;
use lojal_network::{Event, Multiaddr, Network, PeerId, Warnings};
use lojal_signer::GuardError;
use lojal_store::{Forgotten, PendingProposal, Store, Writer};
use lojal_types::Versions;
use thiserror::Error;
use tokio::sync::{Mutex, mpsc, watch};

use crate::app::{App, AppError};
use crate::beside::Beside;
use crate::bridge::{Bridge, Listeners};
use crate::clock::Clock;
use crate::condition::Condition;
use crate::context::{Address, Context, Height};
use crate::engine::{self, EngineError, Wal};
use crate::enquiries::Enquiries;
use crate::executor::ExecutorParts;
use crate::far_behind::{FarBehind, Lookout};
use crate::forgery::Forgery;
use crate::limits::MEMPOOL_QUEUE_MAX;
use crate::membership::Membership;
use crate::mempool::{Mempool, Outbox, SharedState};
use crate::metrics::Metrics;
use crate::outlook::Outlooks;
use crate::pace::Pace;
use crate::parts::Assembler;
use crate::progress::Progress;
use crate::roster::Addresses;
use crate::signing::{ValidatorSigner, ValidatorVerifier};
use crate::silence::Silence;
use crate::successor::Successor;
use crate::versions::VersionWatch;
use crate::voice::{EngineVoice, Voice, VoiceError};
use crate::workers::Workers;

/// The parts of a node's consensus.
pub struct ValidatorParts {
    /// The holder of its validator's key; a node that never votes has none, and follows.
    pub voice: Option<Voice>,
    /// The holder of the key that takes the place of its validator's one day.
    pub successor: Successor,
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
    /// Addresses of other nodes; they go before those that the ledger has.
    pub addresses: Addresses,
    /// The events of the network.
    pub events: mpsc::Receiver<Event>,
    /// The counters that it keeps.
    pub metrics: Metrics,
    /// Told the condition of this node.
    pub condition: watch::Sender<Condition>,
    /// The clock that it takes the time from.
    pub clock: Clock,
    /// The place where the execution runs.
    pub workers: Workers,
    /// The versions of the protocol that it knows.
    pub versions: Versions,
    /// The stage between the engine and the network; a node has nothing there.
    pub interposer: Option<Interposer>,
}

/// Given the network's actor, gives the one that an engine is to talk to instead.
pub type Interposer = Box<dyn Fn(NetworkRef<Context>) -> BoxFuture<'static, NetworkRef<Context>> + Send + Sync>;

/// A reason consensus ended.
#[derive(Debug, Error)]
pub enum ConsensusError {
    /// See [`EngineError`].
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The network's task has ended.
    #[error("the peer-to-peer network has stopped; its reason stands in the log")]
    NetworkStopped,
    /// The mempool's thread has ended.
    #[error("the mempool's thread has stopped; its reason stands in the log")]
    MempoolStopped,
    /// The node can't catch up by blocks.
    #[error(transparent)]
    FarBehind(FarBehind),
    /// The ledger has another key of the validator now, and this node has it.
    #[error("this validator decides with another key from now on")]
    NextKey,
    /// The engine or the execution of blocks failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl ConsensusError {
    /// True if only another program can go on.
    pub fn is_of_old_program(&self) -> bool {
        matches!(self, Self::App(AppError::TooOld(_)))
    }
}

/// Wraps the state for sharing.
pub fn share(state: lojal_ledger::State) -> SharedState {
    Arc::new(RwLock::new(state))
}

/// The address of a node without a validator's key, which proposes nothing: that of no key.
const NOBODY: lojal_types::Address = lojal_types::Address::new([0; 20]);

/// Runs consensus until `shutdown` or a fault. The network's task and this run on the same runtime.
///
/// # Errors
/// The fault; the process must end then.
pub async fn run(validator: ValidatorParts, shutdown: impl Future<Output = ()>) -> Result<(), ConsensusError> {
    let ValidatorParts { voice, wal, store, writer, state, pending, mempool, outbox, network, events, .. } = validator;
    let ValidatorParts { forgotten, metrics, condition, clock, workers, interposer, addresses, .. } = validator;
    let mut versions = VersionWatch::new(validator.versions);
    versions.look(store.view().protocol(), store.tip().height.next()).map_err(AppError::from)?;
    let (address, progress) = (voice.as_ref().map_or(NOBODY, Voice::address), Progress::default());
    metrics.follow(progress.clone());
    let executor = ExecutorParts {
        state,
        writer,
        pages: store.pages(),
        mempool: mempool.clone(),
        metrics: metrics.clone(),
        address,
        clock,
        workers,
    };
    let executor = executor.start(pending).await.map_err(AppError::Executor)?;
    let (own, mempool_stopped, chain) = (network.local_peer_id(), mempool.stopped(), store.genesis().chain_id());
    let (outlooks, enquiries) = (Outlooks::default(), Enquiries::default());
    let (onward, handed_on) = mpsc::channel(MEMPOOL_QUEUE_MAX);
    let (known, onward) = ((progress.clone(), workers), (mempool.clone(), onward));
    let membership = Membership::new(network.clone(), store.clone(), known, addresses, outlooks.clone(), onward);
    membership.follow().await.map_err(AppError::from)?;
    let lookout = Lookout { store: store.clone(), progress: progress.clone(), outlooks: outlooks.clone() };
    let beside = Beside {
        store: store.clone(),
        network: network.clone(),
        mempool: mempool.clone(),
        metrics: metrics.clone(),
        progress: progress.clone(),
        enquiries: enquiries.clone(),
        membership: membership.clone(),
        outlooks,
        workers,
    };
    let (tasks, desks) = beside.start(outbox, handed_on, condition);
    let heard = (store.clone(), progress.clone());
    let signing = voice.map(|voice| {
        let silence = Silence { forgotten, own, store: heard.0, progress: heard.1, workers, voice: voice.clone() };
        (SigningEngine { voice, wal, interposer }, silence)
    });
    let pace = Pace::new(mempool.clone(), progress.clone(), own);
    let assembler = Assembler::new(address, store.tip().height);
    let (verifier, events) = (ValidatorVerifier::new(chain), Arc::new(Mutex::new(events)));
    let listeners = Listeners {
        progress,
        mempool,
        desks,
        enquiries,
        forgery: Forgery::new(store.clone(), verifier.clone()),
        membership: membership.clone(),
        signs: false,
    };
    let link = Link { network, events, listeners, store: store.clone(), verifier, address };
    let (deciders, warnings) = (store.view().validators().clone(), Warnings::default());
    let mut app = App { executor, store, metrics, pace, assembler, membership, deciders, warnings, versions };
    let mut stopped = pin!(stopped(mempool_stopped, shutdown, (lookout, validator.successor, own)));
    let result = match &signing {
        Some((signing, silence)) => link.run_engines(signing, silence, &mut app, stopped.as_mut()).await,
        None => link.follow(&mut app, stopped.as_mut()).await,
    };
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    app.join().await;
    result
}

/// Waits until the node is told to stop, or for what its engines can't know of.
async fn stopped(
    mempool_stopped: impl Future<Output = ()>,
    shutdown: impl Future<Output = ()>,
    (lookout, successor, own): (Lookout, Successor, PeerId),
) -> Result<(), ConsensusError> {
    tokio::select! {
        () = mempool_stopped => Err(ConsensusError::MempoolStopped),
        () = shutdown => Ok(()),
        far_behind = lookout.far_behind() => Err(ConsensusError::FarBehind(far_behind)),
        () = successor.takes_over(&lookout.store, own) => Err(ConsensusError::NextKey),
    }
}

/// The parts of an engine that signs, and doesn't only follow the others.
struct SigningEngine {
    voice: Voice,
    wal: Wal,
    interposer: Option<Interposer>,
}

/// A reason an engine was stopped.
#[derive(PartialEq, Eq)]
enum Ended {
    /// Its time was over: that of an engine that follows ends with the silence, that of one that signs with the first
    /// statement that gets no signature.
    Over,
    /// The node stops.
    Stopped,
}

/// The parts of the node that an engine is linked to; they outlive the engine.
struct Link {
    network: Network,
    events: Arc<Mutex<mpsc::Receiver<Event>>>,
    /// Those of an engine that signs nothing.
    listeners: Listeners,
    store: Store,
    verifier: ValidatorVerifier,
    address: lojal_types::Address,
}

impl Link {
    /// Runs an engine that follows the others, until the node is `stopped` or something fails.
    async fn follow(
        &self,
        app: &mut App,
        stopped: Pin<&mut impl Future<Output = Result<(), ConsensusError>>>,
    ) -> Result<(), ConsensusError> {
        let (validators, progress) = (self.store.view().validators().clone(), &self.listeners.progress);
        let never = async {
            progress.wait_until(|progress| progress.others_work_on(&validators) > lojal_types::Height::GENESIS).await;
            progress.listened();
            std::future::pending().await
        };
        self.run_engine(None, app, never, stopped).await.map(drop)
    }

    /// Runs one engine after the other: one that follows the others while this validator must be silent, and one that
    /// signs for as long as it gets signatures, until the node is `stopped` or something fails.
    async fn run_engines(
        &self,
        signing: &SigningEngine,
        silence: &Silence,
        app: &mut App,
        mut stopped: Pin<&mut impl Future<Output = Result<(), ConsensusError>>>,
    ) -> Result<(), ConsensusError> {
        loop {
            if silence.is_needed().await {
                let mut judged = Ok(());
                let over = async { judged = silence.until_over().await };
                if self.run_engine(None, app, over, stopped.as_mut()).await? == Ended::Stopped {
                    return Ok(());
                }
                judged?;
            }
            silence.end().await.map_err(AppError::Store)?;
            let standing = match signing.voice.enter().await {
                Ok(standing) => standing,
                Err(VoiceError::Guard(fault)) => return Err(fault.into()),
                // It is heard in silence why.
                Err(_) => continue,
            };
            let next = Height(app.store.tip().height.next());
            if standing.has_strayed && standing.height == next.0 {
                engine::forget(&signing.wal, next).await?;
            }
            let (voice, mut is_lost) = EngineVoice::new(signing.voice.clone());
            let mut lost = None;
            let over = async {
                tokio::select! {
                    Some(error) = is_lost.recv() => lost = Some(error),
                    () = silence.keep_in_touch() => {}
                }
            };
            app.metrics.record_voice(true);
            let ended = self.run_engine(Some((signing, voice)), app, over, stopped.as_mut()).await;
            app.metrics.record_voice(false);
            match (ended?, lost) {
                (Ended::Stopped, _) => return Ok(()),
                (Ended::Over, Some(VoiceError::Guard(fault))) => return Err(fault.into()),
                (Ended::Over, lost) => {
                    app.metrics.record_voice_lost();
                    let reason = lost.map_or_else(String::new, |error| error.to_string());
                    tracing::error!(%reason, "this validator votes no more, and follows the others until it can again");
                }
            }
        }
    }

    /// Starts an engine, which follows the others and signs nothing if `signing` is none, and runs it until its time is
    /// `over`, the node is `stopped`, or something fails.
    async fn run_engine(
        &self,
        signing: Option<(&SigningEngine, EngineVoice)>,
        app: &mut App,
        over: impl Future<Output = ()>,
        stopped: impl Future<Output = Result<(), ConsensusError>>,
    ) -> Result<Ended, ConsensusError> {
        let listening: Multiaddr = "/ip4/127.0.0.1/tcp/0".parse().expect("a valid address");
        let bridge = Bridge::start(self.network.clone(), listening).await;
        let bridge = bridge.map_err(|e| EngineError::Start(e.to_string()))?;
        let actor = bridge.actor.clone();
        let listeners = Listeners { signs: signing.is_some(), ..self.listeners.clone() };
        let (channels, engine) = self.start_engine(signing, actor.clone(), bridge.app.clone()).await?;
        let events = Arc::clone(&self.events);
        let mut forward = tokio::spawn(async move { bridge.forward(&mut *events.lock().await, listeners).await });
        let result = tokio::select! {
            result = app.run(channels, over) => result.map(|()| Ended::Over).map_err(ConsensusError::App),
            _ = &mut forward => Err(ConsensusError::NetworkStopped),
            result = stopped => result.map(|()| Ended::Stopped),
        };
        engine::stop(engine).await;
        forward.abort();
        if matches!(result, Ok(Ended::Over)) {
            actor.stop(None);
        }
        result
    }

    async fn start_engine(
        &self,
        signing: Option<(&SigningEngine, EngineVoice)>,
        network: NetworkRef<Context>,
        app: mpsc::Sender<NetworkMsg<Context>>,
    ) -> Result<(Channels<Context>, EngineHandle), EngineError> {
        let (address, verifier) = (Address(self.address), self.verifier.clone());
        match signing {
            None => engine::start_follower(address, verifier, network, app).await,
            Some((SigningEngine { wal, interposer, .. }, voice)) => {
                let network = match interposer {
                    Some(interpose) => interpose(network).await,
                    None => network,
                };
                engine::start_engine(address, ValidatorSigner::new(voice), verifier, wal, network, app).await
            }
        }
    }
}

#[cfg(test)]
mod tests;
