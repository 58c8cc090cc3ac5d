//! Joining a network by a snapshot: the state after a late block is fetched from the peers, piece by piece
//! ([`lojal_consensus::joining`]), and the blocks after it by running the node.

mod falling;

use std::collections::BTreeSet;
use std::path::PathBuf;

use lojal_chain::{Pin, PinTextError};
use lojal_consensus::joining::{Asking, Joining, JoiningError, Made, Trust, as_peers, said};
use lojal_consensus::{Addresses, Clock, Workers};
use lojal_network::{Identity, NetworkConfig, NetworkError, Peer, PeerId};
use lojal_store::{Disk, ImportError, StoreError, import};
use lojal_text::typed;
use lojal_types::{Genesis, Height};
use thiserror::Error;
use tokio::runtime::Builder;

use crate::config::{ConfigError, NodeConfig, NodeDir};
use crate::log;
use crate::named_peer::{NAMED_PEERS_MAX, named_peer};

pub use self::falling::{Fall, Fetched};

/// `lojal-node join`.
#[derive(Debug, clap::Args)]
pub struct JoinOptions {
    /// The node's directory, which has no data yet.
    #[arg(long)]
    dir: PathBuf,
    /// Another node to ask, beside those of `[[peers]]`. ID is a peer's id, or its network key in hex. Up to 8 of them.
    #[arg(long = "peer", value_name = "ADDRESS/p2p/ID", value_parser = named_peer)]
    peers: Vec<Peer>,
    /// A block that you trust, as its height and id: whoever has old keys of validators can't lead past it.
    #[arg(long, value_name = "HEIGHT:ID", value_parser = pin)]
    pin: Option<Pin>,
    /// Join although the last block is older than two minutes, or newer: the network stands, or this clock is wrong.
    #[arg(long)]
    allow_stale: bool,
}

/// A reason that a node couldn't join.
#[derive(Debug, Error)]
pub enum JoinError {
    /// Its directory is not as it should be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// More peers are named than it takes.
    #[error("--peer names {0} nodes where {NAMED_PEERS_MAX} are enough; name fewer")]
    TooManyNamed(usize),
    /// It has data already.
    #[error("{} is there already: run the node, which catches up by itself, or move it away first", .0.display())]
    HasData(PathBuf),
    /// The network did not start.
    #[error(transparent)]
    Start(#[from] NetworkError),
    /// No snapshot could be taken.
    #[error("{}", advice(.0))]
    Joining(Box<JoiningError>),
    /// See [`ImportError`].
    #[error(transparent)]
    Import(#[from] ImportError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system refuses something basic.
    #[error("the operating system refused: {0}")]
    System(#[from] std::io::Error),
}

impl From<JoiningError> for JoinError {
    fn from(error: JoiningError) -> Self {
        Self::Joining(Box::new(error))
    }
}

impl JoinError {
    /// True if trying again changes nothing, until somebody has changed the node's directory.
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Config(_) | Self::TooManyNamed(_) | Self::HasData(_))
    }
}

/// The words about an error, with what whoever uses the command can do.
fn advice(error: &JoiningError) -> String {
    match error {
        JoiningError::NoWay(notes, pin) => format!(
            "no peer shows the way from genesis to the last block: see that they run, know this node (a motion that \
             makes it a validator or a follower is approved), and can be reached; or name one with --peer \
             ADDRESS/p2p/ID{}{}",
            pinned(*pin),
            said(notes)
        ),
        JoiningError::Stale(seconds) => format!(
            "the last block that the peers have is {seconds} s away from this machine's clock: set the clock (chronyc \
             tracking, timedatectl); or if the network stands, or you know that this is right, add --allow-stale"
        ),
        JoiningError::NoOffers(notes) => format!(
            "no peer has a snapshot to give: run the node, which fetches all blocks from the first on, or try again \
             when they have cut one{}",
            said(notes)
        ),
        error => error.to_string(),
    }
}

/// The words about a pin, which may be what leads nowhere.
fn pinned(pin: Option<Pin>) -> String {
    pin.map(|pin| format!("; or the pin {pin} is not of this chain, or of a block that is still to come"))
        .unwrap_or_default()
}

/// Reads a pin, which is no pin of genesis: that is known.
fn pin(text: &str) -> Result<Pin, String> {
    let pin: Pin = typed(text).map_err(|error| error.to_string())?.parse().map_err(|e: PinTextError| e.to_string())?;
    if pin.height == Height::GENESIS { Err("a pin has a height from 1 on".to_owned()) } else { Ok(pin) }
}

/// Fetches the state of a late block, and makes it the node's data.
///
/// # Errors
/// The reason that it couldn't, and what to do.
pub fn join(options: &JoinOptions) -> Result<(), JoinError> {
    log::start();
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let genesis = dir.genesis(&config)?;
    if options.peers.len() > NAMED_PEERS_MAX {
        return Err(JoinError::TooManyNamed(options.peers.len()));
    }
    let _lock = lojal_store::lock(dir.path())?;
    // What an earlier join has begun to move into its place is the node's already.
    import::complete(&Disk::real(), dir.path())?;
    if dir.data().exists() {
        return Err(JoinError::HasData(dir.data()));
    }
    let identity = Identity::from_seed(*dir.network_key()?.seed());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let height = runtime.block_on(fetch(options, &dir, &config, &genesis, identity))?;
    lojal_print::line(format!(
        "joined: {} has the state after block {height}; start the node with lojal-node run --dir {}, and it fetches \
         the blocks after it",
        dir.data().display(),
        dir.path().display()
    ));
    Ok(())
}

/// Returns the height of the snapshot.
async fn fetch(
    options: &JoinOptions,
    dir: &NodeDir,
    config: &NodeConfig,
    genesis: &Genesis,
    identity: Identity,
) -> Result<Height, JoinError> {
    let given = options.peers.iter().map(|peer| (peer.id, peer.address.clone())).collect();
    let addresses = Addresses { named: config.addresses(), given };
    let peers = known(genesis, &addresses, identity.peer_id());
    let joining = Joining {
        directory: dir.path(),
        disk: Disk::real(),
        genesis,
        addresses,
        trust: options.pin.map_or(Trust::Genesis, Trust::Pin),
        allow_stale: options.allow_stale,
        clock: Clock::System,
        workers: Workers::Threads,
        draw: draw(),
    };
    let asking = reach(genesis, config, identity, peers).await?;
    let made = joining.make(&asking).await;
    asking.end().await;
    let (Made { height, data }, directory) = (made?, dir.path().to_owned());
    let install = move || import::install(&Disk::real(), &directory, &data, false);
    tokio::task::spawn_blocking(install).await.expect("putting data in their place doesn't panic")?;
    Ok(height)
}

/// The way to show lines, if a terminal is there to show them.
fn draw() -> Option<fn(String)> {
    let draw: fn(String) = |line| lojal_print::passing_line(line);
    lojal_print::is_terminal().then_some(draw)
}

/// Goes to the network, to ask and to say nothing else.
async fn reach(
    genesis: &Genesis,
    config: &NodeConfig,
    identity: Identity,
    peers: Vec<Peer>,
) -> Result<Asking, JoinError> {
    let network_id = *genesis.chain_id().as_bytes();
    let network_config = NetworkConfig { network_id, identity, listen: config.listen.clone(), peers };
    let (network, events) = lojal_network::start(network_config).await?;
    // This node votes on nothing, so its peers need not let it hear votes: a follower's don't.
    network.voters(BTreeSet::new()).await.map_err(|_| JoiningError::Network)?;
    Ok(Asking::start(network, events))
}

/// The peers that are known before anybody has said anything: those of genesis, and those that the operator names.
fn known(genesis: &Genesis, addresses: &Addresses, own: PeerId) -> Vec<Peer> {
    let mut peers = as_peers(genesis.validators(), addresses);
    peers.extend(addresses.given.iter().map(|(id, address)| (*id, address.clone())));
    peers.remove(&own);
    peers.into_iter().map(|(id, address)| Peer { id, address }).collect()
}

#[cfg(test)]
mod tests;
