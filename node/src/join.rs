//! Joining a network by a snapshot: the state after a late block is fetched from the peers, piece by piece, and the
//! blocks after it by running the node.
//!
//! Nobody is believed. The changes of the validators lead from genesis, and if there is a pin through its block, to a
//! header that is final now; an earlier header of the same way says what the state was after its block; a manifest is
//! proven by that, and each piece by the manifest. What has come is kept, so that a join that was interrupted goes on
//! where it was.

mod asking;
mod falling;
mod fetch;
mod offers;
mod progress;
mod way;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use lojal_chain::{Pin, PinTextError};
use lojal_consensus::Addresses;
use lojal_network::{Identity, NetworkConfig, NetworkError, Peer, PeerId};
use lojal_store::{Disk, Import, ImportError, StoreError, import};
use lojal_text::{outside, typed};
use lojal_types::{Genesis, Height};
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::time::sleep;

use self::asking::{Asking, Notes};
use self::fetch::{Fetch, FetchEnd};
use self::offers::Offers;
use self::progress::Progress;
use self::way::{Trust, Way};
use crate::config::{ConfigError, NodeConfig, NodeDir};
use crate::log;
use crate::named_peer::{NAMED_PEERS_MAX, named_peer};

pub use self::falling::{Fall, Fetched};

/// Most times that another snapshot is tried.
const ATTEMPTS_MAX: usize = 5;
/// The bits of a number of bytes that are less than a MiB.
const MIB_BITS: u32 = 20;

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
    /// The network has stopped.
    #[error("the peer-to-peer network has stopped; its reason stands in the log")]
    Network,
    /// Nobody leads from genesis to a block of now.
    #[error(
        "no peer shows the way from genesis to the last block: see that they run, know this node (a motion that makes \
         it a validator or a follower is approved), and can be reached; or name one with --peer ADDRESS/p2p/ID{}{}",
        pinned(*.1), said(.0)
    )]
    NoWay(Notes, Option<Pin>),
    /// The last block is not of now.
    #[error(
        "the last block that the peers have is {0} s away from this machine's clock: set the clock (chronyc tracking, \
         timedatectl); or if the network stands, or you know that this is right, add --allow-stale"
    )]
    Stale(u64),
    /// Nobody has a snapshot.
    #[error(
        "no peer has a snapshot to give: run the node, which fetches all blocks from the first on, or try again when \
         they have cut one{}",
        said(.0)
    )]
    NoOffers(Notes),
    /// The disk is too full.
    #[error(
        "the snapshot, and the index that is made of it, need {needed} MiB of the disk, and {free} MiB are free: make \
         room, and try again; what has come is kept"
    )]
    NoRoom {
        /// The MiB that are needed.
        needed: u64,
        /// The MiB that are free.
        free: u64,
    },
    /// Data that were replaced before are in the way.
    #[error(
        "{count} directories {}.old-N have data that were replaced before, and no more are kept: move one elsewhere, \
         if its blocks are wanted for audits, or delete it", data.display()
    )]
    TooManyOld {
        /// The number of directories.
        count: usize,
        /// The node's data.
        data: PathBuf,
    },
    /// The block from which on it would be led can't be read.
    #[error("the own block {0} can't be read: move the data away, and run lojal-node join")]
    OwnBlock(Height),
    /// No snapshot could be fetched to its end.
    #[error("no snapshot came to its end; what has come is kept, so try again{}", said(.0))]
    NoEnd(Notes),
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

impl JoinError {
    /// True if trying again changes nothing, until somebody has changed the node's directory.
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Config(_) | Self::TooManyNamed(_) | Self::HasData(_))
    }
}

/// The words of the peers, one a line.
fn said(notes: &Notes) -> String {
    if notes.is_empty() {
        return "; no peer was reached".to_owned();
    }
    notes.iter().map(|(peer, said)| format!("\n  {peer} {}", outside(said))).collect()
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
    let trust = options.pin.map_or(Trust::Genesis, Trust::Pin);
    let making = Making { dir, genesis, addresses, trust, allow_stale: options.allow_stale };
    let asking = reach(genesis, config, identity, peers).await?;
    let made = make(&making, &asking).await;
    asking.end().await;
    let (Made { height, data }, directory) = (made?, dir.path().to_owned());
    blocking(move || import::install(&Disk::real(), &directory, &data, false)).await?;
    Ok(height)
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
    network.voters(BTreeSet::new()).await.map_err(|_| JoinError::Network)?;
    Ok(Asking::start(network, events))
}

/// The things that data are made by.
struct Making<'a> {
    dir: &'a NodeDir,
    genesis: &'a Genesis,
    addresses: Addresses,
    trust: Trust,
    allow_stale: bool,
}

/// Data that are whole, and not yet those of the node.
struct Made {
    /// The height of their snapshot.
    height: Height,
    /// The place where they are.
    data: PathBuf,
}

async fn make(making: &Making<'_>, asking: &Asking) -> Result<Made, JoinError> {
    let Making { dir, genesis, addresses, trust, allow_stale } = making;
    let way = way::find(asking, addresses, (genesis, trust)).await?;
    check_time(&way, *allow_stale)?;
    let mut offers = Offers::after(match trust {
        Trust::Own(own) => own.height,
        Trust::Genesis | Trust::Pin(_) => Height::GENESIS,
    });
    for _ in 0..ATTEMPTS_MAX {
        let offer = offers.choose(asking, genesis, &way).await?;
        let (directory, changes) = (dir.path().to_owned(), way.changes.clone());
        let (genesis, certificate) = (Genesis::clone(genesis), offer.certificate.clone());
        let manifest = offer.manifest_bytes;
        let start = move || Import::start(&Disk::real(), &directory, &genesis, &changes, (&manifest, &certificate));
        let import = match blocking(start).await {
            Ok(import) => Arc::new(import),
            Err(error @ ImportError::Store(_)) => return Err(error.into()),
            Err(lie) => {
                offers.lies(offer.key, &lie.to_string());
                continue;
            }
        };
        let height = import.manifest().header().height;
        let progress = Progress::start(height, import.manifest().bytes());
        let fetch = Fetch::new(asking, Arc::clone(&import), (offer.peers, offer.is_sure), &progress)?;
        check_room(fetch.room(), Disk::real().free_bytes(dir.path()))?;
        let end = fetch.run().await?;
        drop(progress);
        match end {
            FetchEnd::Whole => match blocking(move || import.finish()).await {
                Ok(data) => return Ok(Made { height, data }),
                // They are asked for again.
                Err(ImportError::Missing(_)) => {}
                Err(error) => return Err(error.into()),
            },
            FetchEnd::Lie => offers.lies(offer.key, "its pieces have other sizes than it says"),
            FetchEnd::Doubt => offers.doubt(offer.key),
            FetchEnd::NoSource { notes, liars } => {
                offers.unfinished(notes, liars);
                // Others may be reached by then.
                sleep(offers::PAUSE).await;
            }
        }
    }
    Err(JoinError::NoEnd(offers.notes))
}

/// Refuses to begin what the disk has no room for.
fn check_room(needed: u64, free: Option<u64>) -> Result<(), JoinError> {
    match free.filter(|free| *free < needed) {
        Some(free) => Err(JoinError::NoRoom { needed: needed >> MIB_BITS, free: free >> MIB_BITS }),
        None => Ok(()),
    }
}

fn check_time(way: &Way, allow_stale: bool) -> Result<(), JoinError> {
    const APART_MAX_MS: u64 = 120_000;
    let apart_ms = way.head.time_ms.get().abs_diff(lojal_consensus::clock::now().get());
    if apart_ms <= APART_MAX_MS || allow_stale { Ok(()) } else { Err(JoinError::Stale(apart_ms / 1_000)) }
}

/// The peers that are known before anybody has said anything: those of genesis, and those that the operator names.
fn known(genesis: &Genesis, addresses: &Addresses, own: PeerId) -> Vec<Peer> {
    let mut peers = way::as_peers(genesis.validators(), addresses);
    peers.extend(addresses.given.iter().map(|(id, address)| (*id, address.clone())));
    peers.remove(&own);
    peers.into_iter().map(|(id, address)| Peer { id, address }).collect()
}

/// Does what waits for the disk, or takes a while.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("taking in a snapshot doesn't panic")
}

#[cfg(test)]
mod tests;
