//! The limit of the files and sockets that a node may have open.
//!
//! Strangers can fill the gateway with connections. A system's usual limit of 1,024 would leave none for the block log
//! and the index then, and a node whose disk can't be written stops.

use lojal_gateway::limits::{CONNECTIONS_MAX as GATEWAY_CONNECTIONS_MAX, REFUSALS_MAX};
use lojal_network::limits::{CONNECTIONS_MAX, PENDING_INCOMING_MAX, PENDING_OUTGOING_MAX};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use thiserror::Error;

/// Files of the store, threads' event queues, standard streams, and connections on their way in or out.
const OTHERS_MAX: u64 = 512;
/// The number of files and sockets that a node may need at once.
const OPEN_FILES_MIN: u64 = (GATEWAY_CONNECTIONS_MAX + REFUSALS_MAX) as u64
    + (CONNECTIONS_MAX + PENDING_INCOMING_MAX + PENDING_OUTGOING_MAX) as u64
    + OTHERS_MAX;

/// A system that allows too few open files.
#[derive(Debug, Error)]
pub enum OpenFilesError {
    /// Its hard limit is too low.
    #[error(
        "this system lets the node open {allowed} files, but it may need {OPEN_FILES_MIN}; raise the limit with \
         ulimit -n {OPEN_FILES_MIN}, or LimitNOFILE={OPEN_FILES_MIN} in a systemd unit"
    )]
    TooFew {
        /// The hard limit.
        allowed: u64,
    },
    /// The limit can't be changed.
    #[error("the limit of open files can't be raised to {OPEN_FILES_MIN}: {0}; raise it before the node starts")]
    Refused(std::io::Error),
}

/// Raises the limit of open files to what a node may need, if it is lower.
///
/// # Errors
/// When the system doesn't allow it.
pub fn allow() -> Result<(), OpenFilesError> {
    let limit = getrlimit(Resource::Nofile);
    // No value means no limit.
    if limit.current.is_none_or(|current| current >= OPEN_FILES_MIN) {
        return Ok(());
    }
    if let Some(allowed) = limit.maximum.filter(|maximum| *maximum < OPEN_FILES_MIN) {
        return Err(OpenFilesError::TooFew { allowed });
    }
    let raised = Rlimit { current: Some(OPEN_FILES_MIN), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|error| OpenFilesError::Refused(error.into()))
}
