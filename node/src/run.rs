//! Running one node, a validator's or a follower: reading its directory, putting the parts together, and stopping in
//! order.

mod error;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lojal_consensus::{
    Addresses, Clock, Condition, Life, Member, Mempool, Metrics, Role, Roster, ValidatorParts, Voice, Wal, Workers,
};
use lojal_gateway::{Gateway, Tls, WebhookSettings};
use lojal_network::{Identity, Network, NetworkConfig, Peer};
use lojal_signer::{Client, Guard};
use lojal_store::{Disk, OpenReport, Opened, Store};
use lojal_text::outside;
use lojal_types::{Genesis, PublicKey, Validator, Versions};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::config::{NodeConfig, NodeDir};
use crate::log;
use crate::named_peer::{NAMED_PEERS_MAX, named_peer};
use crate::open_files;
use crate::stop::stop_requested;

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

/// Runs a node until it is told to stop.
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
    if let Some(aside) = lojal_store::import::complete(&Disk::real(), dir.path())? {
        tracing::warn!(aside = %aside.display(), "completed a change of the data; what was there before is aside");
    }
    let opened = lojal_store::open(&dir.data(), &genesis, config.store_options(options.repair))?;
    tell_how_it_opened(&genesis, &opened.report);
    let store = opened.store.clone();
    let metrics = Metrics::default();
    let me = own_key(store.view().validators().validators(), &config, &dir, &identity)?;
    let voice = me.map(|me| voice(&dir, &config, &genesis, me, &metrics)).transpose()?;
    let addresses = addresses(options, &config)?;
    let network_config = network_config(&store, &config, &addresses, identity)?;
    // The engine and the network share one thread; a gateway that is busy can't slow them down.
    let consensus_runtime = Builder::new_current_thread().enable_all().build()?;
    let gateway_runtime =
        Builder::new_multi_thread().worker_threads(GATEWAY_THREADS).thread_name("gateway").enable_all().build()?;
    let result = consensus_runtime.block_on(serve(
        options,
        &dir,
        &config,
        (network_config, addresses),
        (voice, metrics),
        opened,
        &gateway_runtime,
    ));
    gateway_runtime.shutdown_timeout(GATEWAY_SHUTDOWN);
    drop(consensus_runtime);
    let closed = store.close();
    result?;
    closed?;
    tracing::info!("stopped");
    Ok(())
}

async fn serve(
    options: &RunOptions,
    dir: &NodeDir,
    config: &NodeConfig,
    (network_config, addresses): (NetworkConfig, Addresses),
    (voice, metrics): (Option<Voice>, Metrics),
    opened: Opened,
    gateway_runtime: &Runtime,
) -> Result<(), RunError> {
    let Opened { store, writer, state, pending, forgotten, .. } = opened;
    let tls = dir.tls(config)?.map(Arc::new);
    let (listener, admin) = (listen(config.gateway).await?, listen_for_own(config).await?);
    let (network, events) = lojal_network::start(network_config).await?;
    let state = lojal_consensus::share(state);
    let (mempool, outbox) = Mempool::start(state.clone(), store.pages(), Clock::System, Workers::Threads);
    let (told, condition) = watch::channel(Condition::Behind);
    let (stop, stopped) = watch::channel(false);
    let parts = (store.clone(), mempool.clone(), network.clone(), metrics.clone());
    let versions = options.protocol_max.map_or(Versions::known(), Versions::up_to);
    let gateway = gateway((dir, config, tls), versions, voice.as_ref(), parts, condition);
    let gateway_task = gateway_runtime.spawn(serve_http(listener, admin, gateway, stopped));
    let wal = Wal::Directory(dir.consensus_log());
    let store_failed = store.failed();
    let network_handle = network.clone();
    let (clock, workers, interposer) = (Clock::System, Workers::Threads, None);
    let validator = ValidatorParts {
        voice,
        wal,
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
    let gateway_abort = gateway_task.abort_handle();
    let result = tokio::select! {
        result = lojal_consensus::run(validator, stop_requested(options.stop_with_stdin)) => {
            result.map_err(|error| RunError::Consensus(Box::new(error)))
        }
        result = gateway_task => result.unwrap_or_else(|e| Err(std::io::Error::other(e).into())),
        fault = store_failed => Err(RunError::StoreThread(fault)),
    };
    // A gateway that is gone needs no telling.
    let _ = stop.send(true);
    network_handle.shutdown().await;
    if result.is_err() {
        gateway_abort.abort();
    }
    result
}

/// The parts that the gateway shows, with the rules of the configuration.
fn gateway(
    (dir, config, tls): (&NodeDir, &NodeConfig, Option<Arc<Tls>>),
    versions: Versions,
    voice: Option<&Voice>,
    (store, mempool, network, metrics): (Store, Mempool, Network, Metrics),
    condition: watch::Receiver<Condition>,
) -> Gateway {
    let webhooks = WebhookSettings { directory: dir.webhooks(), allow_private: config.webhooks.allow_private };
    Gateway {
        life: voice.map(|voice| Life::of_node(voice, &store, &network, &condition)),
        store,
        mempool,
        network,
        metrics,
        validator: voice.map(Voice::address),
        condition,
        proxies: config.proxies.clone(),
        access: config.access(),
        origins: config.http.origins(),
        rate: Some(config.http.rate()),
        webhooks,
        streams: usize::try_from(config.http.streams()).unwrap_or(usize::MAX),
        web: config.http.web(),
        tls,
        versions,
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// A socket that is served by another runtime than this one.
async fn listen(address: SocketAddr) -> Result<std::net::TcpListener, RunError> {
    let bound = TcpListener::bind(address).await.map_err(|error| RunError::Listen(address, error))?;
    Ok(bound.into_std()?)
}

/// The socket for the node's own people, if there is one.
async fn listen_for_own(config: &NodeConfig) -> Result<Option<std::net::TcpListener>, RunError> {
    match config.admin {
        Some(address) => listen(address).await.map(Some),
        None => Ok(None),
    }
}

async fn serve_http(
    listener: std::net::TcpListener,
    admin: Option<std::net::TcpListener>,
    gateway: Gateway,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), RunError> {
    let listener = TcpListener::from_std(listener)?;
    let admin = admin.map(TcpListener::from_std).transpose()?;
    let shutdown = async move {
        // A sender that is gone is a stop, too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    Ok(lojal_gateway::run(listener, admin, gateway, shutdown).await?)
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

/// The holder of the validator's key: this process, or the signer that the configuration names.
fn voice(
    dir: &NodeDir,
    config: &NodeConfig,
    genesis: &Genesis,
    me: PublicKey,
    metrics: &Metrics,
) -> Result<Voice, RunError> {
    let chain = genesis.chain_id();
    match &config.signer {
        Some(socket) => Ok(Voice::elsewhere(Client::new(dir.path().join(socket), chain, me), metrics.clone())),
        None => {
            let guard = Guard::open(&Disk::real(), &dir.guard(), dir.validator_key()?, chain)?;
            Ok(Voice::here(guard, Workers::Threads, metrics.clone()))
        }
    }
}

/// The key of this node's validator: that of its directory, or, if a signer has it, that of the validator with the
/// node's network key. A node that is no validator yet follows the others, and one without a key never votes.
fn own_key(
    validators: &[Validator],
    config: &NodeConfig,
    dir: &NodeDir,
    identity: &Identity,
) -> Result<Option<PublicKey>, RunError> {
    let network_key = PublicKey::new(identity.public_key());
    if config.signer.is_some() {
        let path = dir.validator_key_path();
        if path.exists() {
            return Err(RunError::KeyBesideSigner(path));
        }
        let me = validators.iter().find(|one| one.network_key == network_key);
        return me.map(|me| Some(me.public_key)).ok_or(RunError::KeyUnknown(network_key));
    }
    let of_node = validators.iter().find(|one| one.network_key == network_key);
    if of_node.is_none() && dir.is_of_follower() {
        return Ok(None);
    }
    let own = dir.validator_key()?.public_key();
    match validators.iter().find(|one| one.public_key == own) {
        Some(me) if me.network_key != network_key => Err(RunError::OtherNetworkKey(me.name.clone())),
        Some(_) => Ok(Some(own)),
        None => match of_node {
            Some(me) => Err(RunError::OtherKey(me.name.clone())),
            None => Ok(Some(own)),
        },
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
