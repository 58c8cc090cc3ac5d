//! Running one node, a validator's or a follower: reading its directory, putting the parts together, and stopping in
//! order.

mod error;
mod sockets;
mod voice;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lojal_consensus::{
    Addresses, Clock, Condition, ConsensusError, FarBehind, Life, Member, Mempool, Metrics, Role, Roster, Successor,
    ValidatorParts, Voice, Wal, Workers,
};
use lojal_gateway::{Gateway, PushSettings, Tls};
use lojal_network::{Identity, Network, NetworkConfig, Peer};
use lojal_store::{Disk, OpenReport, Opened, Store};
use lojal_text::outside;
use lojal_types::{Genesis, Versions};
use sd_notify::NotifyState;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::config::{FarBehindConfig, NodeConfig, NodeDir};
use crate::join::{Fall, Fetched};
use crate::named_peer::{NAMED_PEERS_MAX, named_peer};
use crate::{keys, log, open_files, stop};

use self::sockets::{listen, listen_for_own, serve_http};
use self::voice::{look_for_next_key, own_key, voice};

pub use self::error::{RunError, guard_needs_somebody};

/// Threads that serve HTTP.
const GATEWAY_THREADS: usize = 2;
/// The time that the gateway's last answers may take when the node stops.
const GATEWAY_SHUTDOWN: Duration = Duration::from_secs(5);

/// `lojal-node run`.
#[derive(Debug, clap::Args)]
pub struct RunOptions {
    /// The node's directory.
    #[arg(long)]
    pub dir: PathBuf,
    /// Set aside what is damaged in the block log, and fetch it from the peers again.
    #[arg(long)]
    pub repair: bool,
    /// Another node, to be reached there and let in whoever the own blocks name: for a node that was away while others
    /// took the places of those that it knows. ID is a peer's id, or its network key in hex. Up to 8 of them.
    #[arg(long = "peer", value_name = "ADDRESS/p2p/ID", value_parser = named_peer)]
    pub peers: Vec<Peer>,
    /// Know only the versions of the protocol up to this one, as an older program does: to rehearse an upgrade.
    #[arg(long, hide = true, value_name = "VERSION")]
    pub protocol_max: Option<u32>,
    /// Stop when standard input closes, as it does when the program that started this one ends.
    #[arg(long, hide = true)]
    pub stop_with_stdin: bool,
}

/// The end of a life of a node, from the opening of its data to their closing.
enum End {
    /// It was told to stop.
    Stopped,
    /// These are to take the place of its data.
    Fetched(Fetched),
    /// It needs other data, and nobody has them yet.
    InVain,
    /// Its validator has another key.
    NextKey,
}

/// The things that a node has in all of its lives.
struct Node<'a> {
    options: &'a RunOptions,
    dir: NodeDir,
    config: NodeConfig,
    genesis: Genesis,
    identity: Identity,
    metrics: Metrics,
    /// True once it is told to stop.
    stopped: watch::Receiver<bool>,
}

/// Runs a node until it is told to stop. One that needs blocks which its peers keep no more goes on in another
/// life, with the state of a later block; and so does one whose validator gets another key, with that.
///
/// # Errors
/// Why it could not start, or the fault that ended it.
pub fn run(options: &RunOptions) -> Result<(), RunError> {
    log::start();
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let genesis = dir.genesis(&config)?;
    open_files::allow(open_files::needed(genesis.document().parameters.keep_months, config.http.streams()))?;
    let identity = Identity::from_seed(*dir.network_key()?.seed());
    let mut opened = open(options, &dir, &config, &genesis)?;
    let (metrics, stopped) = (Metrics::default(), stop::listen(options.stop_with_stdin)?);
    let node = Node { options, dir, config, genesis, identity, metrics, stopped };
    // A guard is opened once for each key; the way to a signer belongs to a life's runtime.
    let mut guarded: Option<Voice> = None;
    loop {
        let validators = opened.store.view().validators().clone();
        if node.config.signer.is_none()
            && let Some(before) = keys::take_over(&node.dir, validators.validators()).map_err(RunError::NextKey)?
        {
            guarded = None;
            let before = before.display();
            tracing::warn!(%before, "this validator has its next key now: destroy the one before");
        }
        let me = own_key(validators.validators(), &node.config, &node.dir, &node.identity)?;
        let voice = match (me, guarded.take()) {
            (Some(_), Some(guarded)) => Some(guarded),
            (Some(me), None) => Some(voice(&node.dir, &node.config, &node.genesis, me, &node.metrics)?),
            (None, _) => None,
        };
        guarded = voice.clone().filter(|_| node.config.signer.is_none());
        if node.live(voice, opened)? {
            break;
        }
        opened = open(options, &node.dir, &node.config, &node.genesis)?;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Opens the data, in whose place others go first if they are there.
fn open(options: &RunOptions, dir: &NodeDir, config: &NodeConfig, genesis: &Genesis) -> Result<Opened, RunError> {
    {
        // Another process may be about to replace them.
        let _lock = lojal_store::lock(dir.path())?;
        if let Some(aside) = lojal_store::import::complete(&Disk::real(), dir.path())? {
            tracing::warn!(aside = %aside.display(), "completed a change of the data; what was there before is aside");
        }
    }
    let opened = lojal_store::open(&dir.data(), genesis, config.store_options(options.repair))?;
    tell_how_it_opened(genesis, &opened.report);
    Ok(opened)
}

impl Node<'_> {
    /// Runs the node on these data; true if it was told to stop, false if it goes on with the data that are there then.
    fn live(&self, voice: Option<Voice>, opened: Opened) -> Result<bool, RunError> {
        let store = opened.store.clone();
        let addresses = addresses(self.options, &self.config)?;
        let network_config = network_config(&store, &self.config, &addresses, self.identity.clone())?;
        // The engine and the network share one thread; a gateway that is busy can't slow them down.
        let consensus_runtime = Builder::new_current_thread().enable_all().build()?;
        let gateway_runtime =
            Builder::new_multi_thread().worker_threads(GATEWAY_THREADS).thread_name("gateway").enable_all().build()?;
        let served = self.serve((network_config, addresses), voice, opened, &gateway_runtime);
        let result = consensus_runtime.block_on(served);
        if matches!(result, Ok(End::Stopped) | Err(_)) {
            tell_manager(NotifyState::Stopping);
        }
        gateway_runtime.shutdown_timeout(GATEWAY_SHUTDOWN);
        drop(consensus_runtime);
        let closed = store.close();
        let end = result?;
        closed?;
        if let End::Fetched(fetched) = end {
            // The lock on the old data is held until others are in their place.
            fetched.install(&self.dir).map_err(|error| RunError::Fall(Box::new(error)))?;
            self.metrics.record_fallback();
            return Ok(false);
        }
        Ok(matches!(end, End::Stopped))
    }

    async fn serve(
        &self,
        (network_config, addresses): (NetworkConfig, Addresses),
        voice: Option<Voice>,
        opened: Opened,
        gateway_runtime: &Runtime,
    ) -> Result<End, RunError> {
        let (dir, config, metrics) = (&self.dir, &self.config, self.metrics.clone());
        let Opened { store, writer, state, pending, forgotten, .. } = opened;
        let (tls, push) = (dir.tls(config)?.map(Arc::new), dir.push(config)?);
        let (listener, admin) = (listen(config.gateway).await?, listen_for_own(config).await?);
        let (network, events) = lojal_network::start(network_config).await?;
        tell_manager(NotifyState::Ready);
        let state = lojal_consensus::share(state);
        let (mempool, outbox) = Mempool::start(state.clone(), store.pages(), Clock::System, Workers::Threads);
        let (told, condition) = watch::channel(Condition::Behind);
        let (stop, stopped) = watch::channel(false);
        let parts = (store.clone(), mempool.clone(), network.clone(), metrics.clone());
        let versions = self.options.protocol_max.map_or(Versions::known(), Versions::up_to);
        let successor = Successor::default();
        let heir = voice.as_ref().map(|voice| (voice, &successor));
        let gateway = gateway((dir, config, tls, push), versions, heir, parts, condition);
        let mut gateway_task = gateway_runtime.spawn(serve_http(listener, admin, gateway, stopped));
        let network_handle = network.clone();
        let (clock, workers, interposer) = (Clock::System, Workers::Threads, None);
        let (identity, given) = (self.identity.clone(), addresses.clone());
        let fall = Fall { dir, config, addresses: given, identity, store: store.clone(), told: told.clone() };
        let looks = voice.is_some() && config.signer.is_none();
        let (chain, told_of) = (self.genesis.chain_id(), successor.clone());
        let validator = ValidatorParts {
            voice,
            successor,
            wal: Wal::Directory(dir.consensus_log()),
            store,
            writer,
            state,
            pending,
            forgotten,
            mempool,
            outbox,
            network,
            addresses,
            events,
            metrics,
            condition: told,
            clock,
            workers,
            versions,
            interposer,
        };
        let result = tokio::select! {
            result = self.decide(validator, &network_handle, fall) => result,
            never = look_for_next_key(dir, chain, &self.metrics, &told_of), if looks => match never {},
            result = &mut gateway_task => {
                result.unwrap_or_else(|e| Err(std::io::Error::other(e).into())).map(|()| End::Stopped)
            }
        };
        // A gateway that is gone needs no telling.
        let _ = stop.send(true);
        network_handle.shutdown().await;
        if result.is_err() {
            gateway_task.abort();
        }
        result
    }

    /// Decides blocks with the others, and falls back if it can't catch up with them, while its gateway serves on.
    async fn decide(&self, validator: ValidatorParts, network: &Network, fall: Fall<'_>) -> Result<End, RunError> {
        let failed = fall.store.failed();
        let going = async {
            let ended = lojal_consensus::run(validator, is_stopped(self.stopped.clone())).await;
            // The port is another network's then.
            network.shutdown().await;
            match ended {
                Ok(()) => Ok(End::Stopped),
                Err(ConsensusError::FarBehind(far_behind)) => self.fall(far_behind, fall).await,
                Err(ConsensusError::NextKey) => Ok(End::NextKey),
                Err(error) => Err(RunError::Consensus(Box::new(error))),
            }
        };
        tokio::select! {
            end = going => end,
            fault = failed => Err(RunError::StoreThread(fault)),
        }
    }

    async fn fall(&self, far_behind: FarBehind, fall: Fall<'_>) -> Result<End, RunError> {
        if self.config.far_behind == Some(FarBehindConfig::Stop) {
            return Err(RunError::FarBehind(Box::new(far_behind), self.dir.clone()));
        }
        tokio::select! {
            fetched = fall.back(far_behind) => match fetched {
                Ok(fetched) => Ok(fetched.map_or(End::InVain, End::Fetched)),
                Err(error) => Err(RunError::Fall(Box::new(error))),
            },
            () = is_stopped(self.stopped.clone()) => Ok(End::Stopped),
        }
    }
}

/// Tells the service manager, if there is one that asked for it (sd_notify(3)).
fn tell_manager(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager can't be told how far this node is");
    }
}

/// Returns once the node is told to stop.
async fn is_stopped(mut stopped: watch::Receiver<bool>) {
    // Whoever tells it lives as long as the process.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The parts that the gateway shows, with the rules of the configuration.
fn gateway(
    (dir, config, tls, push): (&NodeDir, &NodeConfig, Option<Arc<Tls>>, Option<PushSettings>),
    versions: Versions,
    heir: Option<(&Voice, &Successor)>,
    (store, mempool, network, metrics): (Store, Mempool, Network, Metrics),
    condition: watch::Receiver<Condition>,
) -> Gateway {
    Gateway {
        life: heir.map(|heir| Life::of_node(heir, &store, &network, &condition)),
        store,
        mempool,
        network,
        metrics,
        validator: heir.map(|(voice, _)| voice.address()),
        condition,
        proxies: config.proxies.clone(),
        access: config.access(),
        origins: config.http.origins(),
        rate: Some(config.http.rate()),
        webhooks: dir.webhooks(config),
        push,
        streams: usize::try_from(config.http.streams()).unwrap_or(usize::MAX),
        web: config.http.web(),
        tls,
        versions,
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn tell_how_it_opened(genesis: &Genesis, report: &OpenReport) {
    let OpenReport { checkpoint_height, height, replayed, torn_bytes, index_rebuilt, repaired } = report;
    tracing::info!(chain = %genesis.chain_id(), %height, %checkpoint_height, replayed, "opened");
    if *torn_bytes > 0 {
        tracing::warn!(torn_bytes, "cut off a record that a crash had left unfinished");
    }
    if let Some(rebuilt) = index_rebuilt {
        tracing::warn!(reason = %rebuilt.reason, aside = ?rebuilt.aside, "rebuilt the index from the log");
    }
    if let Some(repaired) = repaired {
        tracing::warn!(damage = %repaired.damage, aside = ?repaired.aside, "set the damaged part of the log aside");
    }
}

/// The addresses of other nodes that the operator gives.
fn addresses(options: &RunOptions, config: &NodeConfig) -> Result<Addresses, RunError> {
    if options.peers.len() > NAMED_PEERS_MAX {
        return Err(RunError::TooManyNamed(options.peers.len()));
    }
    let given = options.peers.iter().map(|peer| (peer.id, peer.address.clone())).collect();
    Ok(Addresses { named: config.addresses(), given })
}

/// The permitted network, by what the ledger says: others at the addresses of the configuration, or else of the ledger.
fn network_config(
    store: &Store,
    config: &NodeConfig,
    addresses: &Addresses,
    identity: Identity,
) -> Result<NetworkConfig, RunError> {
    let roster = store.read(Roster::of)?;
    for name in addresses.named.keys().filter(|name| !roster.names().any(|member| member == *name)) {
        let name = outside(name);
        tracing::warn!(%name, "node.toml has a [[peers]] entry for a node that isn't on the network (yet)");
    }
    let peers = roster.peers(&identity.peer_id(), addresses);
    for peer in peers.iter().filter(|peer| peer.address.is_empty()) {
        // A follower dials.
        let is_missed = |member: &&Member| member.role != Role::Follower;
        let Some(member) = roster.get(&peer.id).filter(is_missed) else { continue };
        let name = outside(&member.name);
        tracing::warn!(
            %name,
            "neither node.toml nor the ledger says where this node is reached: add a [[peers]] entry, or wait until it \
             comes by itself"
        );
    }
    let network_id = *store.genesis().chain_id().as_bytes();
    Ok(NetworkConfig { network_id, identity, listen: config.listen.clone(), peers })
}
