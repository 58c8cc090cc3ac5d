//! The announcements of a node beside those of its engine: that it has no block yet, and to followers that there is
//! another one.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_sync::Status;
use lojal_network::{Network, Topic};
use lojal_store::Store;
use lojal_types::Height;

use crate::codec::BorshCodec;
use crate::context::{self, Context};
use crate::limits::{STATUS_INTERVAL, TIP_INTERVAL};
use crate::membership::Membership;
use crate::peer_ids::engine_id;

/// Tells the others, until there is a first block, that this node has none. The engine tells how far it is from the
/// first block on only, and whoever starts listens to all.
pub(crate) async fn announce_genesis(store: Store, network: Network) {
    let message = status(&store, &network, Height::GENESIS);
    let mut interval = tokio::time::interval(STATUS_INTERVAL);
    while store.tip().height == Height::GENESIS {
        interval.tick().await;
        // A network that is gone is noticed elsewhere.
        if network.publish(Topic::Status, message.clone()).await.is_err() {
            return;
        }
    }
}

/// Tells followers of blocks soon after they are final, which hear nothing of how these come about; as long as this
/// node has a part on the network. They fetch them then. One validator tells of a block, each in its turn: were they
/// all to, that would be most of what followers cost while blocks are small. Whoever misses it hears of the next one,
/// or within a second how far everybody is. Validators needn't hear of it: they decide blocks themselves.
pub(crate) async fn announce_tips(store: Store, network: Network, membership: Membership) {
    let mut interval = tokio::time::interval(TIP_INTERVAL);
    let mut told = Height::GENESIS;
    loop {
        interval.tick().await;
        let tip = store.tip().height;
        if tip == told {
            continue;
        }
        let before = std::mem::replace(&mut told, tip);
        if !membership.announces(before, tip) {
            continue;
        }
        // A network that is gone is noticed elsewhere.
        if network.publish(Topic::Tips, status(&store, &network, tip)).await.is_err() {
            return;
        }
    }
}

fn status(store: &Store, network: &Network, tip: Height) -> Vec<u8> {
    let status = Status::<Context> {
        peer_id: engine_id(network.local_peer_id()),
        tip_height: context::Height(tip),
        history_min_height: context::Height(store.first_block()),
    };
    BorshCodec.encode(&status).expect("a status has an encoding").to_vec()
}
