//! The ways in which a directory of a node can be of no use.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use lojal_gateway::{TlsError, VapidError};
use lojal_signer::GuardError;
use lojal_types::genesis::GenesisError;
use thiserror::Error;

/// A node's directory that can't be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file can't be read or written.
    #[error("{path}: {1}{remedy}", path = .0.display(), remedy = remedy(.0, .1))]
    File(PathBuf, std::io::Error),
    /// A file that must not be overwritten.
    #[error("{0} exists already and is not overwritten; choose another directory")]
    Exists(PathBuf),
    /// Not the TOML that is expected.
    #[error("{0} can't be read: {1}")]
    Toml(PathBuf, toml::de::Error),
    /// Not a key file.
    #[error("{0} is no key file: it must hold 64 lower-case hex digits")]
    Key(PathBuf),
    /// An entry that was changed, or belongs to other keys.
    #[error("{0} is no entry for the keys beside it; make a new directory with lojal-node init")]
    Entry(PathBuf),
    /// Not a genesis document.
    #[error("{0}: {1}")]
    Genesis(PathBuf, GenesisError),
    /// See [`TlsError`].
    #[error(transparent)]
    Tls(Box<TlsError>),
    /// See [`VapidError`].
    #[error(transparent)]
    Vapid(Box<VapidError>),
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(Box<GuardError>),
    /// A configuration with which no node can run.
    #[error("{path}: {1}", path = .0.display())]
    Fault(PathBuf, String),
    /// A validator's key that isn't in the directory.
    #[error(
        "{0} has its key with a signer: make another node with lojal-node init, and give the validator its keys with \
         lojal-node card --replaces"
    )]
    KeyElsewhere(PathBuf),
    /// A node that never votes.
    #[error("{0} is a follower's, which has no validator's key")]
    NoVote(PathBuf),
    /// No key that is to take the place of the one that votes.
    #[error("{0} has no next key: lojal-node key new makes one")]
    NoNextKey(PathBuf),
    /// A next key that was made before.
    #[error(
        "{0} is the next key already: lojal-node key card prints its motion; if no motion has it, delete its directory"
    )]
    NextKey(PathBuf),
    /// Not an export of a guard, or not of this key's.
    #[error("{0} can't be imported: {1}")]
    GuardExport(PathBuf, String),
}

impl From<GuardError> for ConfigError {
    fn from(error: GuardError) -> Self {
        Self::Guard(Box::new(error))
    }
}

/// The next step where a file of a node's directory is missing.
fn remedy(path: &Path, error: &std::io::Error) -> &'static str {
    if error.kind() != ErrorKind::NotFound {
        return "";
    }
    match path.file_name().and_then(|name| name.to_str()) {
        Some("node.toml") => "; this is no node's directory: name another one, or make one with lojal-node init",
        Some(name) if name.ends_with("genesis.toml") => "; put the network's genesis document there",
        Some("validator.key" | "network.key") => "; bring it back from where it is kept, it can't be made again",
        Some("validator.toml") => "; make the directory with lojal-node init, which writes it",
        _ => "",
    }
}
