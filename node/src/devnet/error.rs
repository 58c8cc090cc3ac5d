//! The reasons a development network stopped or didn't start.

use std::path::PathBuf;
use std::time::Duration;

use lojal_client::ClientError;
use lojal_types::BrandId;
use thiserror::Error;

use super::tour::TourError;
use crate::config::ConfigError;

/// The time that the gateways may take until they are ready.
pub const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// A reason the development network stopped or didn't start.
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
    /// Somebody else where the validators are to listen.
    #[error(
        "port {port} is taken by {by}; stop that first, or start a network elsewhere with another --dir and --port-base"
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// The process that has it.
        by: String,
    },
    /// A tour that finds no ports.
    #[error("no free ports were found; choose some with --port-base")]
    NoPorts,
    /// A tour that took an unexpected turn.
    #[error("{error}\nthe network's data and logs are in {dir}")]
    Tour {
        /// The error of the tour.
        error: Box<TourError>,
        /// The directory where there is more to read.
        dir: PathBuf,
    },
    /// A tour that was told to stop before its end.
    #[error("the tour was interrupted")]
    Interrupted,
    /// Made with other options.
    #[error("the network in {dir} has {option} {existing}; leave the option out, or choose another --dir")]
    OtherOption {
        /// The directory of the network.
        dir: PathBuf,
        /// The option.
        option: &'static str,
        /// The setting that it was made with.
        existing: u16,
    },
    /// A brand whose programme doesn't begin.
    #[error(
        "the programme of {brand} doesn't begin: {reason}; start the network again, or elsewhere with another --dir"
    )]
    NoProgramme {
        /// The brand.
        brand: BrandId,
        /// The fate of its transaction.
        reason: String,
    },
    /// A wallet that could not be made or read.
    #[error("a wallet of the network can't be made or read: {0}")]
    Wallet(#[from] lojal_wallet::home::HomeError),
    /// Governors who let nobody in.
    #[error("the governors of the network could not let its followers in: {0}; start it again to have them try again")]
    Undecided(String),
    /// The operating system gives no random numbers.
    #[error(transparent)]
    Random(#[from] lojal_wallet::random::RandomError),
    /// A file that could not be written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// A process that could not be started.
    #[error("can't start a node: {0}")]
    Spawn(std::io::Error),
    /// A gateway address that makes no client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A node that ended while the network started.
    #[error("{name} ended before it was ready ({status}); its log is {log}:\n{tail}")]
    EndedEarly {
        /// The name of the node.
        name: String,
        /// The status with which it ended.
        status: String,
        /// The log where there is more to read.
        log: PathBuf,
        /// The end of its log.
        tail: String,
    },
    /// Gateways that did not get ready.
    #[error("not all gateways were ready within {READY_TIMEOUT:?}; the logs are {0}/*/node.log")]
    NotReady(PathBuf),
    /// The operating system refuses something basic.
    #[error("the operating system refused: {0}")]
    System(#[from] std::io::Error),
}
