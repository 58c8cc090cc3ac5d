//! The ids of peers in two crates' forms.

use arc_malachitebft_app_channel::app::types::PeerId as EnginePeerId;
use lojal_network::PeerId;

/// The engine's form of a peer id.
pub(crate) fn engine_id(peer: PeerId) -> EnginePeerId {
    EnginePeerId::from_bytes(&peer.to_bytes()).expect("both are the multihash of the peer's key")
}

/// Our form of a peer id of the engine.
pub(crate) fn our_id(peer: EnginePeerId) -> PeerId {
    PeerId::from_bytes(&peer.to_bytes()).expect("both are the multihash of the peer's key")
}
