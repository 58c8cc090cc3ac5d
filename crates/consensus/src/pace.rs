//! The moment the next height starts: as soon as there is something to put into a block, or somebody else has begun, or
//! the heartbeat is due; and at once while this node is behind. Where small blocks would follow each other, a height
//! waits a little for more than one transaction, since a block costs the same whatever is in it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_malachitebft_engine::host::{HeightParams, Next};
use lojal_network::PeerId;
use lojal_types::{Height, ValidatorSet};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout_at};

use crate::context::{self, Context};
use crate::limits::{GATHER_ENOUGH, GATHER_MAX, GATHER_SHARE, START_QUORUM_TIMEOUT};
use crate::mempool::Mempool;
use crate::progress::Progress;

pub(crate) struct Pace {
    mempool: Mempool,
    progress: Progress,
    own: PeerId,
    /// The highest height for which part of a block has come from the first proposer.
    proposed: watch::Sender<Height>,
    /// The last block that came from a peer as a decided one.
    synced: Height,
    /// The moment at which the height that is not decided yet was started.
    started: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    pub(crate) fn new(mempool: Mempool, progress: Progress, own: PeerId) -> Self {
        let (proposed, _) = watch::channel(Height::GENESIS);
        Self { mempool, progress, own, proposed, synced: Height::GENESIS, started: Arc::default() }
    }

    /// A decided block of a peer that catches this node up has been verified.
    pub(crate) fn synced(&mut self, height: Height) {
        self.progress.delivered(height);
        self.synced = height;
    }

    /// A start without a quorum would lose a round to its time-outs.
    pub(crate) async fn wait_for_quorum(&self, validators: &ValidatorSet) {
        let quorum = self.progress.wait_until(|progress| progress.has_quorum(self.own, validators));
        if tokio::time::timeout(START_QUORUM_TIMEOUT, quorum).await.is_err() {
            tracing::warn!("starting without a quorum of validators connected");
        }
    }

    /// The first proposer of a height, the one after the last block, has begun to publish its block.
    pub(crate) fn proposal_begun(&self, height: Height) {
        self.proposed.send_if_modified(|highest| {
            let is_news = height > *highest;
            *highest = height.max(*highest);
            is_news
        });
    }

    /// Answers the engine when the height after `decided` is to start, with the heartbeat and the validators of that
    /// height.
    pub(crate) fn start_next(
        &self,
        decided: Height,
        heartbeat: Duration,
        (validators, params): (ValidatorSet, HeightParams<Context>),
        reply: oneshot::Sender<Next<Context>>,
    ) {
        let next = decided.next();
        // What one peer delivers comes at full speed, whoever else says how far it is.
        if self.synced == decided && self.progress.is_offered_above(decided, self.own, &validators) {
            drop(reply.send(Next::Start(context::Height(next), params)));
            return;
        }
        let (mempool, progress) = (self.mempool.clone(), self.progress.clone());
        let mut proposed = self.proposed.subscribe();
        let started = Arc::clone(&self.started);
        let gathered = Instant::now() + gather_time(take(&started).map(|started| started.elapsed()));
        tokio::spawn(async move {
            tokio::select! {
                () = wait_for_work(&mempool, gathered) => {}
                () = progress.wait_until(|progress| has_begun(progress, &validators, next)) => {}
                _ = proposed.wait_for(|height| *height >= next) => {}
                () = tokio::time::sleep(heartbeat) => {}
            }
            *started.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            // An engine that is gone needs no next height.
            drop(reply.send(Next::Start(context::Height(next), params)));
        });
    }
}

/// Takes the moment at which the last height was started.
fn take(started: &Mutex<Option<Instant>>) -> Option<Instant> {
    started.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// The time after a block for which the next height waits for more than one transaction, by how long that block took.
fn gather_time(last: Option<Duration>) -> Duration {
    last.map_or(Duration::ZERO, |last| (last / GATHER_SHARE).min(GATHER_MAX))
}

/// Returns once there is something to put into a block, and before a moment only if it is enough.
async fn wait_for_work(mempool: &Mempool, gathered: Instant) {
    mempool.wait_for(1).await;
    // Either way there is something.
    let _ = timeout_at(gathered, mempool.wait_for(GATHER_ENOUGH)).await;
}

/// True if others, at least one of them honest, already vote on the height, or are beyond it.
fn has_begun(progress: &Progress, validators: &ValidatorSet, height: Height) -> bool {
    progress.others_vote_on(validators) >= height || progress.others_work_on(validators) > height
}

#[cfg(test)]
mod tests;
