//! The judgement whether a node is ready to serve.

use std::time::Duration;

use lojal_network::PeerId;
use lojal_store::Store;
use lojal_types::Height;
use tokio::sync::watch;

use crate::limits::{HEARTBEATS, READY_BLOCK_AGE_MAX};
use crate::metrics::Metrics;
use crate::progress::Progress;

/// The time after which readiness is judged anew.
const READY_INTERVAL: Duration = Duration::from_millis(200);
/// The number of blocks that a node may lag and still call itself ready.
const READY_LAG_MAX: u64 = 2;

/// The facts that readiness is judged by.
pub(crate) struct Readiness {
    pub(crate) store: Store,
    pub(crate) progress: Progress,
    pub(crate) metrics: Metrics,
    pub(crate) own: PeerId,
}
impl Readiness {
    /// Tells whether this node is ready, whenever that changes, for as long as somebody listens.
    pub(crate) async fn judge(self, ready: watch::Sender<bool>) {
        let mut interval = tokio::time::interval(READY_INTERVAL);
        while !ready.is_closed() {
            interval.tick().await;
            let is_ready = self.is_ready();
            ready.send_if_modified(|was| std::mem::replace(was, is_ready) != is_ready);
        }
    }

    /// A node is ready when it has listened to the others since its start, validators with a quorum are connected, it
    /// is not behind them, and blocks come.
    fn is_ready(&self) -> bool {
        let view = self.store.view();
        let (validators, tip) = (view.validators(), view.tip().height);
        let lag = self.progress.others_work_on(validators).get().saturating_sub(tip.next().get());
        let enough = Height::new(tip.get().saturating_add(READY_LAG_MAX));
        let is_behind = lag > READY_LAG_MAX || self.progress.is_offered_above(enough, self.own, validators);
        let heartbeat = Duration::from_millis(view.parameters().heartbeat_ms);
        let blocks_come = self.metrics.block_age() <= READY_BLOCK_AGE_MAX + HEARTBEATS * heartbeat;
        let is_connected = self.progress.has_quorum(self.own, validators);
        self.progress.has_listened() && is_connected && !is_behind && blocks_come
    }
}
