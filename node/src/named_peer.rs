//! A peer that an operator names: where it is reached, and who it is.

use lojal_network::{Multiaddr, Peer, PeerId, peer_id_of};
use lojal_text::typed;
use thiserror::Error;

/// Most peers that an operator names.
pub const NAMED_PEERS_MAX: usize = 8;

/// A text that names no peer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NamedPeerError {
    /// Not in the form of one.
    #[error("it must be ADDRESS/p2p/ID, such as /ip4/192.0.2.7/tcp/7900/p2p/ID")]
    Form,
    /// No address.
    #[error("its address {0} can't be read: it must be /ip4/ADDRESS/tcp/PORT, or the same with ip6, dns, dns4 or dns6")]
    Address(String),
    /// No id.
    #[error(
        "{0} is neither a peer's id nor a network key in hex; GET /v1/validators of a gateway has the network keys"
    )]
    Id(String),
}

/// Reads a peer: an address, `/p2p/`, and the peer's id or its network key in hex.
///
/// # Errors
/// What is wrong with the text.
pub fn named_peer(text: &str) -> Result<Peer, String> {
    let text = typed(text).map_err(|error| error.to_string())?;
    read(&text).map_err(|error| error.to_string())
}

fn read(text: &str) -> Result<Peer, NamedPeerError> {
    let (address, id) = text.rsplit_once("/p2p/").ok_or(NamedPeerError::Form)?;
    let parsed: Option<Multiaddr> = address.parse().ok().filter(|address: &Multiaddr| is_dialed(address));
    let address = parsed.ok_or_else(|| NamedPeerError::Address(address.to_owned()))?;
    let id = peer_id(id).ok_or_else(|| NamedPeerError::Id(id.to_owned()))?;
    Ok(Peer { id, address })
}

fn peer_id(text: &str) -> Option<PeerId> {
    let mut key = [0; 32];
    match hex::decode_to_slice(text, &mut key) {
        Ok(()) => peer_id_of(&key).ok(),
        Err(_) => text.parse().ok(),
    }
}

/// True for an address with a host and a TCP port, and nothing else.
fn is_dialed(address: &Multiaddr) -> bool {
    let text = address.to_string();
    let parts: Vec<&str> = text.split('/').skip(1).collect();
    matches!(parts[..], ["ip4" | "ip6" | "dns" | "dns4" | "dns6", _, "tcp", _])
}

#[cfg(test)]
mod tests {
    use lojal_network::Identity;

    use super::*;

    #[test]
    fn a_peer_is_named_by_its_id_or_by_its_network_key() {
        let identity = Identity::from_seed([1; 32]);
        for id in [identity.peer_id().to_string(), hex::encode(identity.public_key())] {
            let peer = read(&format!("/dns4/node.example.org/tcp/7900/p2p/{id}")).expect("a peer");
            assert_eq!(
                (peer.id, peer.address.to_string()),
                (identity.peer_id(), "/dns4/node.example.org/tcp/7900".into())
            );
        }
    }

    #[test]
    fn whatever_is_none_is_refused_with_what_is_wrong() {
        let id = Identity::from_seed([1; 32]).peer_id();
        assert_eq!(read("/ip4/192.0.2.7/tcp/7900"), Err(NamedPeerError::Form));
        for address in ["192.0.2.7:7900", "/ip4/192.0.2.7/udp/7900", "/ip4/192.0.2.7", ""] {
            let error = read(&format!("{address}/p2p/{id}"));
            assert_eq!(error, Err(NamedPeerError::Address(address.to_owned())));
        }
        for id in ["", "nobody", "zz", &"0".repeat(64)[1..]] {
            assert_eq!(read(&format!("/ip4/192.0.2.7/tcp/7900/p2p/{id}")), Err(NamedPeerError::Id(id.to_owned())));
        }
    }
}
