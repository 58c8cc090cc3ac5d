//! The judgement of a node's condition.

use std::time::Duration;

use lojal_network::Network;
use lojal_store::Store;
use lojal_types::Height;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::condition::Condition;
use crate::limits::{ALONE_AFTER, HEARTBEATS, READY_BLOCK_AGE_MAX};
use crate::membership::Membership;
use crate::metrics::Metrics;
use crate::outlook::Outlooks;
use crate::progress::Progress;
use crate::roster::Role;

/// The time after which the condition is judged anew.
const READY_INTERVAL: Duration = Duration::from_millis(200);
/// The number of blocks that a node may lag and still call itself ready.
const READY_LAG_MAX: u64 = 2;

/// The facts that the condition is judged by.
pub(crate) struct Readiness {
    pub(crate) store: Store,
    pub(crate) progress: Progress,
    pub(crate) metrics: Metrics,
    pub(crate) network: Network,
    pub(crate) membership: Membership,
    pub(crate) outlooks: Outlooks,
}

impl Readiness {
    /// Tells the condition of this node, whenever that changes, for as long as somebody listens.
    pub(crate) async fn judge(self, condition: watch::Sender<Condition>) {
        let mut interval = tokio::time::interval(READY_INTERVAL);
        let mut last_company = Instant::now();
        while !condition.is_closed() {
            let now = interval.tick().await;
            if !self.network.reached().is_empty() {
                last_company = now;
            }
            let judged = self.condition(now.duration_since(last_company) >= ALONE_AFTER);
            let is_new = condition.send_if_modified(|was| std::mem::replace(was, judged) != judged);
            if is_new && judged == Condition::Alone {
                tracing::error!(
                    "no node of the network answers: see that others run and can be reached; if this node was away for \
                     long, others may have taken the places of those that it knows: run it with --peer \
                     ADDRESS/p2p/ID of one of them; or it may have been removed itself: ask the gateway of another \
                     node"
                );
            }
        }
    }

    fn condition(&self, is_alone: bool) -> Condition {
        let tip = self.store.tip().height;
        let (role, removed) = self.membership.own();
        let outlook = self.outlooks.beyond(tip);
        if let Some(at) = outlook.as_ref().and_then(|outlook| outlook.removed) {
            return Condition::Removed { at };
        }
        let is_far = outlook.is_some_and(|outlook| outlook.height.get() > tip.get().saturating_add(READY_LAG_MAX));
        let is_level = !is_far && self.is_level();
        match (role, removed) {
            (Some(Role::Validator), _) if is_level => Condition::Ready,
            (Some(_), _) if is_alone => Condition::Alone,
            (Some(Role::Validator), _) => Condition::Behind,
            (Some(_), _) => Condition::NoVote { is_level },
            (None, Some(at)) => Condition::Removed { at },
            (None, None) => Condition::NoPart,
        }
    }

    /// A node is level with the others when it has listened to them since its start, validators with a quorum are
    /// connected, it is not behind them, and blocks come.
    fn is_level(&self) -> bool {
        let view = self.store.view();
        let (validators, tip, own) = (view.validators(), view.tip().height, self.network.local_peer_id());
        let lag = self.progress.others_work_on(validators).get().saturating_sub(tip.next().get());
        let enough = Height::new(tip.get().saturating_add(READY_LAG_MAX));
        let is_behind = lag > READY_LAG_MAX || self.progress.is_offered_above(enough, own, validators);
        let heartbeat = Duration::from_millis(view.parameters().heartbeat_ms);
        let blocks_come = self.metrics.block_age() <= READY_BLOCK_AGE_MAX + HEARTBEATS * heartbeat;
        let is_connected = self.progress.has_quorum(own, validators);
        self.progress.has_listened() && is_connected && !is_behind && blocks_come
    }
}
