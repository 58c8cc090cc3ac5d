//! The signer: a validator's key and its guard in a process of their own.

use std::path::PathBuf;

use lojal_signer::server::{Listening, Served, ServerError};
use lojal_signer::{Guard, GuardError};
use lojal_store::Disk;
use thiserror::Error;
use tokio::runtime::Builder;

use crate::config::{ConfigError, NodeDir, read_genesis};
use crate::log;
use crate::stop::stop_requested;

/// `lojal-node sign`.
#[derive(Debug, clap::Args)]
pub struct SignOptions {
    /// The directory of validator.key and guard.
    #[arg(long)]
    dir: PathBuf,
    /// The genesis document of the network; genesis.toml of the directory if left out.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// The socket to listen on; sign.sock of the directory if left out.
    #[arg(long)]
    socket: Option<PathBuf>,
    /// The user id of the node, if it runs as another user than this signer.
    #[arg(long)]
    node_uid: Option<u32>,
    /// Stop when standard input closes, as it does when the program that started this one ends.
    #[arg(long, hide = true)]
    stop_with_stdin: bool,
}

/// A reason a signer stopped or didn't start.
#[derive(Debug, Error)]
pub enum SignError {
    /// Its directory is not as it should be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// See [`ServerError`].
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The operating system refuses something basic.
    #[error("the operating system refused: {0}")]
    System(#[from] std::io::Error),
}

/// Signs until it is told to stop.
///
/// # Errors
/// Why it could not start, or the fault that ended it.
pub fn sign(options: &SignOptions) -> Result<(), SignError> {
    log::start();
    let dir = NodeDir::new(&options.dir);
    let in_dir = |name| dir.path().join(name);
    let genesis = read_genesis(&options.genesis.clone().unwrap_or_else(|| in_dir("genesis.toml")))?;
    let guard = Guard::open(&Disk::real(), &dir.guard(), dir.validator_key()?, genesis.chain_id())?;
    let (standing, key) = (guard.standing(), guard.public_key());
    let socket = options.socket.clone().unwrap_or_else(|| in_dir("sign.sock"));
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listening = Listening::bind(&socket, options.node_uid)?;
        tracing::info!(%key, height = %standing.height, socket = %socket.display(), "ready to sign");
        listening.serve(&Served::new(guard), stop_requested(options.stop_with_stdin)).await
    })?;
    tracing::info!("stopped");
    Ok(())
}
