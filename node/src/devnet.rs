//! `lojal-node devnet`: a whole network on one machine, each validator a process of its own.

mod layout;
mod session;
mod tour;
mod validators;

use std::path::PathBuf;
use std::time::Duration;

use lojal_client::{Client, ClientError};
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};

use self::layout::Layout;
use self::tour::TourError;
use self::validators::Validators;
use crate::config::ConfigError;

/// How long the gateways may take until they are ready.
const READY_TIMEOUT: Duration = Duration::from_secs(60);
/// How often the gateways are asked while they start.
const READY_INTERVAL: Duration = Duration::from_millis(100);
/// How often the height is shown.
const HEIGHT_INTERVAL: Duration = Duration::from_secs(1);

/// `lojal-node devnet`.
#[derive(Debug, clap::Args)]
pub struct DevnetOptions {
    /// Where the network's data lives; a second start goes on with it. [default: devnet; with --tour a temporary
    /// directory, which is removed]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// The port of the first gateway; the others follow, and the validators' own ports are 100 higher. [default: 7800;
    /// with --tour free ones]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1024..=65_000))]
    port_base: Option<u16>,
    /// How many validators. [default: 4]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    validators: Option<u16>,
    /// A template like genesis/dev.toml, for other brands.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// Start a network of its own, play a family's month on it, and stop.
    #[arg(long, conflicts_with = "genesis")]
    tour: bool,
}

/// Why the development network stopped or didn't start.
#[derive(Debug, Error)]
pub enum DevnetError {
    /// Its directory can't be made or read.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something else in its place.
    #[error("{0} exists and is no development network; choose another --dir")]
    Occupied(PathBuf),
    /// A tour that would not start from nothing.
    #[error("{0} exists and is not empty, but a tour starts from nothing; leave out --dir, or choose another")]
    NotFresh(PathBuf),
    /// A tour that finds no ports.
    #[error("no free ports were found; choose some with --port-base")]
    NoPorts,
    /// A tour that took an unexpected turn.
    #[error("{error}\nthe network's data and logs are in {dir}")]
    Tour {
        /// What happened.
        error: Box<TourError>,
        /// Where to read more.
        dir: PathBuf,
    },
    /// A tour that was told to stop before its end.
    #[error("the tour was interrupted")]
    Interrupted,
    /// Made with other options.
    #[error("the network in {dir} has {option} {existing}; leave the option out, or choose another --dir")]
    OtherOption {
        /// Where it is.
        dir: PathBuf,
        /// The option.
        option: &'static str,
        /// What it was made with.
        existing: u16,
    },
    /// A wallet that could not be made.
    #[error("a wallet of the network can't be made: {0}")]
    Wallet(#[from] lojal_wallet::home::HomeError),
    /// The operating system gives no random numbers.
    #[error(transparent)]
    Random(#[from] lojal_wallet::random::RandomError),
    /// A file that could not be written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A process that could not be started.
    #[error("can't start a validator: {0}")]
    Spawn(std::io::Error),
    /// A gateway address that makes no client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A validator that ended while the network started.
    #[error("{name} ended before it was ready ({status}); its log is {log}:\n{tail}")]
    EndedEarly {
        /// Which one.
        name: String,
        /// How.
        status: String,
        /// Where to read more.
        log: PathBuf,
        /// The end of its log.
        tail: String,
    },
    /// Gateways that did not get ready.
    #[error("not all gateways were ready within {READY_TIMEOUT:?}; the logs are {0}/node-*/node.log")]
    NotReady(PathBuf),
    /// The operating system refuses something basic.
    #[error("the operating system refused: {0}")]
    System(#[from] std::io::Error),
}

/// Runs the network until it is told to stop.
///
/// # Errors
/// Why it could not start.
pub fn run(options: &DevnetOptions) -> Result<(), DevnetError> {
    if options.tour {
        return tour::run(options);
    }
    let layout = Layout::open_or_create(options)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(&layout))
}

async fn serve(layout: &Layout) -> Result<(), DevnetError> {
    let mut stop = std::pin::pin!(stop_requested());
    let mut validators = Validators::start(layout)?;
    println!("starting {} validators, data in {}", layout.count, layout.dir.display());
    let result = tokio::select! {
        result = validators.wait_until_ready() => result.map(|()| true),
        () = &mut stop => Ok(false),
    };
    if matches!(result, Ok(true)) {
        session::print(layout, &validators.process_ids());
        tokio::select! {
            () = validators.watch() => {}
            () = &mut stop => {}
        }
    }
    println!("\nstopping");
    validators.stop().await;
    result.map(|_| ())
}

async fn stop_requested() {
    let mut terminate = signal(SignalKind::terminate()).expect("the system lets a process handle SIGTERM");
    let mut interrupt = signal(SignalKind::interrupt()).expect("the system lets a process handle SIGINT");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Asks a gateway from a thread of its own, since the client blocks.
async fn ask<T: Send + 'static>(
    client: &Client,
    question: impl FnOnce(&Client) -> Result<T, ClientError> + Send + 'static,
) -> Option<T> {
    let client = client.clone();
    tokio::task::spawn_blocking(move || question(&client).ok()).await.ok().flatten()
}
