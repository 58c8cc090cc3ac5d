//! The configuration that a node needs to take part in a network.

use std::collections::BTreeSet;
use std::fmt;

use libp2p::identity::{Keypair, PublicKey, ed25519};
use libp2p::{Multiaddr, PeerId};
use thiserror::Error;

use crate::limits;

/// The Ed25519 key pair that a node proves in every handshake and signs its messages with.
#[derive(Clone)]
pub struct Identity(ed25519::Keypair);

impl Identity {
    /// The key pair of a 32-byte Ed25519 seed (RFC 8032).
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let secret = ed25519::SecretKey::try_from_bytes(&mut seed).expect("any 32 bytes are an Ed25519 seed");
        Self(secret.into())
    }

    /// The id under which peers know this node.
    pub fn peer_id(&self) -> PeerId {
        PublicKey::from(self.0.public()).to_peer_id()
    }

    /// The 32-byte Ed25519 public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.public().to_bytes()
    }

    pub(crate) fn keypair(&self) -> Keypair {
        self.0.clone().into()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.peer_id())
    }
}

/// The peer id of a node's 32-byte Ed25519 network public key.
///
/// # Errors
/// [`NetworkError::PublicKey`] if the bytes are not a point on the curve.
pub fn peer_id_of(public_key: &[u8; 32]) -> Result<PeerId, NetworkError> {
    ed25519::PublicKey::try_from_bytes(public_key)
        .map(|key| PublicKey::from(key).to_peer_id())
        .map_err(|_| NetworkError::PublicKey(hex::encode(public_key)))
}

/// A permitted peer and where to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The peer's id, see [`peer_id_of`].
    pub id: PeerId,
    /// The address where it listens, such as `/ip4/192.0.2.7/tcp/26656`; empty if nobody knows, and then the peer has
    /// to dial.
    pub address: Multiaddr,
}

/// A node's place in the network.
#[derive(Clone, Debug)]
pub struct NetworkConfig {
    /// The chain id. Nodes with different ids can't connect.
    pub network_id: [u8; 32],
    /// This node's key pair.
    pub identity: Identity,
    /// The address to listen at; TCP port 0 picks a free one, see [`crate::Event::Listening`].
    pub listen: Multiaddr,
    /// The whole permitted network, at most [`limits::PEERS_MAX`]; this node itself may be in it.
    pub peers: Vec<Peer>,
}

impl NetworkConfig {
    /// All peers but this node, checked for number and duplicates.
    pub(crate) fn remote_peers(&self) -> Result<Vec<Peer>, NetworkError> {
        let local = self.identity.peer_id();
        let remote: Vec<Peer> = self.peers.iter().filter(|peer| peer.id != local).cloned().collect();
        if remote.len() > limits::PEERS_MAX {
            return Err(NetworkError::TooManyPeers { count: remote.len(), max: limits::PEERS_MAX });
        }
        let mut seen = BTreeSet::new();
        match remote.iter().find(|peer| !seen.insert(peer.id)) {
            Some(twice) => Err(NetworkError::DuplicatePeer(twice.id)),
            None => Ok(remote),
        }
    }
}

/// A reason the network could not be started.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// Not an Ed25519 public key.
    #[error("{0} is not an Ed25519 public key: check the validator's network key")]
    PublicKey(String),
    /// More peers than [`limits::PEERS_MAX`].
    #[error("{count} peers are configured, at most {max} are possible: remove some")]
    TooManyPeers {
        /// Number of peers in the configuration.
        count: usize,
        /// Number of peers that is possible.
        max: usize,
    },
    /// The same peer twice.
    #[error("peer {0} is configured twice: remove one of the entries")]
    DuplicatePeer(PeerId),
    /// The listen address can't be used.
    #[error(
        "can't listen on {address}: {reason}; use /ip4/ADDRESS/tcp/PORT with an address of this machine and a free port"
    )]
    Listen {
        /// The configured address.
        address: Multiaddr,
        /// The words of the operating system or the transport.
        reason: String,
    },
    /// libp2p refused the settings of this crate.
    #[error("can't set up {what}: {reason}; this is a fault of the program, please report it")]
    Setup {
        /// The part that failed.
        what: &'static str,
        /// The words of libp2p.
        reason: String,
    },
}

#[cfg(test)]
mod tests;
