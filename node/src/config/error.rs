//! The ways in which a directory of a node can be of no use.

use std::path::PathBuf;

use lojal_gateway::TlsError;
use lojal_signer::GuardError;
use lojal_types::genesis::GenesisError;
use thiserror::Error;

/// A node's directory that can't be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file can't be read or written.
    #[error("{0}: {1}")]
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
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(Box<GuardError>),
    /// Not an export of a guard, or not of this key's.
    #[error("{0} can't be imported: {1}")]
    GuardExport(PathBuf, String),
}

impl From<GuardError> for ConfigError {
    fn from(error: GuardError) -> Self {
        Self::Guard(Box::new(error))
    }
}
