//! The announcement by which a node without a block tells the others so.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_sync::Status;
use lojal_network::{Network, Topic};
use lojal_store::Store;
use lojal_types::Height;

use crate::bridge::engine_id;
use crate::codec::BorshCodec;
use crate::context::{self, Context};
use crate::limits::STATUS_INTERVAL;

/// Tells the others, until there is a first block, that this node has none. The engine tells how far it is from the
/// first block on only, and whoever starts listens to all.
pub(crate) async fn announce_genesis(store: Store, network: Network) {
    let status = Status::<Context> {
        peer_id: engine_id(network.local_peer_id()),
        tip_height: context::Height(Height::GENESIS),
        history_min_height: context::Height(store.first_height()),
    };
    let message = BorshCodec.encode(&status).expect("a status has an encoding");
    let mut interval = tokio::time::interval(STATUS_INTERVAL);
    while store.tip().height == Height::GENESIS {
        interval.tick().await;
        // A network that is gone is noticed elsewhere.
        if network.publish(Topic::Status, message.to_vec()).await.is_err() {
            return;
        }
    }
}
