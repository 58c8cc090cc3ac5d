//! The reasons for which a node stops or never starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use lojal_consensus::{ConsensusError, FarBehind};
use lojal_gateway::GatewayError;
use lojal_network::NetworkError;
use lojal_signer::GuardError;
use lojal_store::StoreError;
use lojal_text::outside;
use lojal_types::{Name, PublicKey};
use thiserror::Error;

use crate::config::{ConfigError, NodeDir};
use crate::join::JoinError;
use crate::named_peer::NAMED_PEERS_MAX;
use crate::open_files::OpenFilesError;

/// A reason a node stopped or didn't start.
#[derive(Debug, Error)]
pub enum RunError {
    /// Its directory is not as it should be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its signer holds a key that nobody knows.
    #[error(
        "no validator of the network has this node's network key {0}, so it isn't known whose key its signer holds; \
         check node.toml's genesis and network.key, or keep validator.key here until it is a validator"
    )]
    KeyUnknown(PublicKey),
    /// The key is in two places.
    #[error(
        "node.toml names a signer, and {0} is here too: move it into the signer's directory, together with guard, so \
         that nothing but the signer signs with it"
    )]
    KeyBesideSigner(PathBuf),
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// Its validator's next key has not taken its place.
    #[error("the next key has not taken its place: {0}; put that right and start the node again, which completes it")]
    NextKey(ConfigError),
    /// Its validator's key is another one than the network expects.
    #[error(
        "validator {} has another public_key on the ledger than validator.key holds: bring that key back, or have \
         governors give the validator this node's keys (lojal-node card --replaces)", outside(.0)
    )]
    OtherKey(Name),
    /// Its network key is another one than the network expects.
    #[error("validator {} has another network_key on the ledger than network.key holds", outside(.0))]
    OtherNetworkKey(Name),
    /// More peers are named than it takes.
    #[error("--peer names {0} nodes where {NAMED_PEERS_MAX} are enough; name fewer")]
    TooManyNamed(usize),
    /// The network did not start.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The data can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data can't be used any more.
    #[error("a checkpoint failed: {0}")]
    StoreThread(Arc<StoreError>),
    /// The gateway's address can't be used.
    #[error("can't serve HTTP on {0}: {1}; another program may use this port")]
    Listen(SocketAddr, std::io::Error),
    /// The gateway failed.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// It can't catch up, and isn't to fall back by itself.
    #[error(
        "{0}. node.toml says far_behind = \"stop\": move {data} away and run lojal-node join --dir {dir}, or take \
         far_behind out of it, and start the node, which then does that by itself", data = .1.data().display(),
        dir = .1.path().display()
    )]
    FarBehind(Box<FarBehind>, NodeDir),
    /// It could not fall back.
    #[error("this node needs blocks that its peers keep no more, and could not fall back to a snapshot: {0}")]
    Fall(Box<JoinError>),
    /// Consensus failed.
    #[error(transparent)]
    Consensus(Box<ConsensusError>),
    /// See [`OpenFilesError`].
    #[error(transparent)]
    OpenFiles(#[from] OpenFilesError),
    /// The operating system refuses something basic.
    #[error("the operating system refused: {0}")]
    System(#[from] std::io::Error),
}

impl RunError {
    /// True if starting again changes nothing, until somebody has changed the node's directory.
    pub fn is_configuration(&self) -> bool {
        match self {
            Self::Config(_)
            | Self::KeyUnknown(_)
            | Self::OtherKey(_)
            | Self::KeyBesideSigner(_)
            | Self::OtherNetworkKey(_)
            | Self::TooManyNamed(_)
            | Self::FarBehind(..)
            | Self::Store(StoreError::OtherChain { .. }) => true,
            Self::Guard(error) => guard_needs_somebody(error),
            _ => false,
        }
    }

    /// True if only another program can go on.
    pub fn is_of_old_program(&self) -> bool {
        match self {
            Self::Store(error) => matches!(error, StoreError::Upgrade(_)),
            Self::Consensus(error) => error.is_of_old_program(),
            _ => false,
        }
    }
}

/// True if the guard is as it is until somebody puts it right.
pub fn guard_needs_somebody(error: &GuardError) -> bool {
    !matches!(error, GuardError::Locked(_) | GuardError::Disk(_) | GuardError::Poisoned | GuardError::Misuse(_))
}
