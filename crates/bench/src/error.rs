//! The reasons a measurement did not happen.

use std::io;
use std::path::{Path, PathBuf};

use lojal_client::ClientError;
use lojal_signer::GuardError;
use thiserror::Error;

/// A measurement that can't be made. There is no partial result: a figure is measured or it isn't there.
#[derive(Debug, Error)]
pub enum BenchError {
    /// A file or directory can't be used.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The node's program has not been built.
    #[error("{0} is missing; build it with: cargo build --release -p lojal-node")]
    NodeMissing(PathBuf),
    /// PostgreSQL is not installed.
    #[error(
        "{0} is missing; install PostgreSQL 15 (Debian: apt-get install postgresql-15), or leave the baseline out \
         with --without-postgres"
    )]
    PostgresMissing(PathBuf),
    /// A place where nothing is durable.
    #[error("{0} is on tmpfs, where nothing is durable; choose a directory on a disk with --dir")]
    NoDisk(PathBuf),
    /// A program of another package failed.
    #[error("{program} failed: {reason}")]
    Program {
        /// The program.
        program: String,
        /// Its own words.
        reason: String,
    },
    /// A gateway refused or didn't answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(#[from] Box<GuardError>),
    /// A submission that the gateway answered with something unexpected.
    #[error("a submission failed: {0}")]
    Submission(String),
    /// Something that should have happened long ago.
    #[error("gave up waiting for {0}; the nodes' logs are in {1}")]
    Timeout(&'static str, PathBuf),
    /// The output of a program is not what was expected.
    #[error("can't read {what}: {text:?}")]
    Unreadable {
        /// A description of the text.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// An audit that found something.
    #[error("the audit failed: {0}")]
    Audit(String),
    /// A network that can't be made by executing its blocks.
    #[error("preparing a network failed: {0}")]
    Preparation(String),
    /// A block of which something didn't happen, or that can't be executed here.
    #[error("executing a block failed, and its time would mean nothing: {0}")]
    Execution(String),
    /// A prepared network that has been kept for too long.
    #[error("{0} was made too long ago: its ledger forgets its first receipts; remove it, and it is made anew")]
    Outdated(PathBuf),
    /// A network that is larger than this machine.
    #[error("a network of that size wants about {wanted} of memory, and {available} is available here")]
    Memory {
        /// The memory that it wants.
        wanted: String,
        /// The memory that there is.
        available: String,
    },
    /// A name that is no scenario's.
    #[error("there is no scenario {0}; `lojal-bench list` names them")]
    UnknownScenario(String),
}

impl BenchError {
    /// For `map_err` of what is done with a file.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::File(path, error)
    }
    /// A program that failed.
    pub fn program(program: &str, reason: impl ToString) -> Self {
        Self::Program { program: program.to_owned(), reason: reason.to_string() }
    }
    /// A block that can't be executed.
    pub fn execution(reason: impl ToString) -> Self {
        Self::Execution(reason.to_string())
    }
    /// Text that can't be read.
    pub fn unreadable(what: &'static str, text: &str) -> Self {
        Self::Unreadable { what, text: text.chars().take(200).collect() }
    }
}
