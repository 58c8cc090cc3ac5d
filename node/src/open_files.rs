//! The limit of the files and sockets that a node may have open.
//!
//! Strangers can fill the gateway with connections. A system's usual limit of 1,024 would leave none for the block log
//! and the index then, and a node whose disk can't be written stops.

use lojal_gateway::limits::{CONNECTIONS_MAX as GATEWAY_CONNECTIONS_MAX, REFUSALS_MAX, STREAMS_DEFAULT};
use lojal_network::limits::{CONNECTIONS_MAX, PENDING_INCOMING_MAX, PENDING_OUTGOING_MAX};
use lojal_types::limits::KEEP_MONTHS_DEFAULT;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use thiserror::Error;

/// The number of files and sockets that the usual node may need at once, as its manual says: of a network that keeps
/// references for as many months as most do, with as many streams as a gateway has if its operator says nothing.
const USUALLY_NEEDED: u64 = 3_072;
/// Files of the store for one tree of the state.
const TREE_FILES_MAX: u64 = 26;
/// The main tree, and the shelf of the month that begins while the oldest one isn't dropped yet.
const TREES_BESIDE_MONTHS: u64 = 2;
/// Sockets of the gateway and of the network.
const SOCKETS_MAX: u64 = (GATEWAY_CONNECTIONS_MAX + REFUSALS_MAX) as u64
    + (CONNECTIONS_MAX + PENDING_INCOMING_MAX + PENDING_OUTGOING_MAX) as u64;
/// Other files of the store, threads' event queues, standard streams, and connections on their way in or out: what is
/// left of that, more than a hundred.
const OTHERS_MAX: u64 = USUALLY_NEEDED
    - SOCKETS_MAX
    - STREAMS_DEFAULT as u64
    - TREE_FILES_MAX * (KEEP_MONTHS_DEFAULT as u64 + TREES_BESIDE_MONTHS);
const _: () = assert!(OTHERS_MAX > 100, "the manual promises too few files");

/// The number of files and sockets that a node may need at once, whose network keeps references for so many months, and
/// whose gateway has so many streams.
pub fn needed(keep_months: u8, streams: u32) -> u64 {
    SOCKETS_MAX + u64::from(streams) + TREE_FILES_MAX * (u64::from(keep_months) + TREES_BESIDE_MONTHS) + OTHERS_MAX
}

/// A system that allows too few open files.
#[derive(Debug, Error)]
pub enum OpenFilesError {
    /// Its hard limit is too low.
    #[error(
        "this system lets the node open {allowed} files, but it may need {needed}; raise the limit with \
         ulimit -n {needed}, or LimitNOFILE={needed} in a systemd unit"
    )]
    TooFew {
        /// The hard limit.
        allowed: u64,
        /// The number that the node may need.
        needed: u64,
    },
    /// The limit can't be changed.
    #[error("the limit of open files can't be raised to {0}: {1}; raise it before the node starts")]
    Refused(u64, std::io::Error),
}

/// Raises the limit of open files to what a node may need, if it is lower.
///
/// # Errors
/// When the system doesn't allow it.
pub fn allow(needed: u64) -> Result<(), OpenFilesError> {
    let limit = getrlimit(Resource::Nofile);
    // No value means no limit.
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(allowed) = limit.maximum.filter(|maximum| *maximum < needed) {
        return Err(OpenFilesError::TooFew { allowed, needed });
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|error| OpenFilesError::Refused(needed, error.into()))
}

#[cfg(test)]
mod tests {
    use lojal_types::limits::KEEP_MONTHS;

    use super::*;
    use crate::config::HttpConfig;

    const MANUAL: &str = include_str!("../../docs/operations.md");

    #[test]
    fn operators_are_told_how_many_files_it_takes() {
        let needed = |months| needed(months, HttpConfig::default().streams());
        assert_eq!(needed(KEEP_MONTHS_DEFAULT), USUALLY_NEEDED);
        assert!((USUALLY_NEEDED..=4096).contains(&needed(*KEEP_MONTHS.end())), "{}", needed(*KEEP_MONTHS.end()));
        let (thousands, rest) = (USUALLY_NEEDED / 1_000, USUALLY_NEEDED % 1_000);
        assert!(MANUAL.contains(&format!("- {thousands},{rest:03} open files")), "where it says what a node takes");
        let shown = MANUAL.lines().filter(|line| line.starts_with("ok     open files: "));
        let expected = format!("ok     open files: {USUALLY_NEEDED} are allowed");
        assert!(shown.clone().count() > 0 && shown.clone().all(|line| line == expected), "where it shows a check");
    }

    #[test]
    fn more_than_a_system_allows_is_told() {
        let Some(hard) = getrlimit(Resource::Nofile).maximum else { return };
        let error = allow(hard + 1).expect_err("more than the hard limit");
        assert!(matches!(error, OpenFilesError::TooFew { allowed, needed } if allowed == hard && needed == hard + 1));
    }
}
