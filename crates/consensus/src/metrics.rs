//! The counters of consensus, for operators.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lojal_network::PeerId;
use lojal_types::Height;
use tokio::time::Instant;

use crate::progress::Progress;

/// Counters since the start; clones share them.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Cells>);

#[derive(Default)]
struct Cells {
    /// The moment this node began to count; other moments are told from it on, by a clock that nobody sets.
    since: Since,
    /// The time at which it last committed a block, in milliseconds from then on; 0 before the first.
    committed_ms: AtomicU64,
    blocks_committed: AtomicU64,
    transactions_committed: AtomicU64,
    blocks_proposed: AtomicU64,
    blocks_invalid: AtomicU64,
    rounds_failed: AtomicU64,
    evidence: AtomicU64,
    sync_served: AtomicU64,
    sync_unavailable: AtomicU64,
    execute_us: AtomicU64,
    commit_us: AtomicU64,
    /// 1 if whoever holds the key has answered last time.
    signer_up: AtomicU64,
    /// 1 if an engine runs that signs.
    is_signing: AtomicU64,
    guard_height: AtomicU64,
    guard_refusals: AtomicU64,
    voices_lost: AtomicU64,
    fallbacks: AtomicU64,
    /// The round that the engine is in.
    round: AtomicU64,
    /// The knowledge of the peers, from the start of consensus on.
    progress: Mutex<Progress>,
}

/// The moment at which it was made.
struct Since(Instant);

impl Default for Since {
    fn default() -> Self {
        Self(Instant::now())
    }
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsensusCounts {
    /// Blocks made final.
    pub blocks_committed: u64,
    /// Transactions in them.
    pub transactions_committed: u64,
    /// Blocks that this node built.
    pub blocks_proposed: u64,
    /// Proposed blocks that this node refused.
    pub blocks_invalid: u64,
    /// Rounds that ended without a decision.
    pub rounds_failed: u64,
    /// Double votes and double proposals seen.
    pub evidence: u64,
    /// Decided blocks given to peers that catch up.
    pub sync_served: u64,
    /// Requests of such peers that met a block which this node can't read.
    pub sync_unavailable: u64,
    /// Time spent executing blocks, in microseconds.
    pub execute_us: u64,
    /// Time spent making decisions durable, in microseconds.
    pub commit_us: u64,
    /// True if the guard, or the signer that has it, has answered last time.
    pub signer_up: bool,
    /// True if this validator votes, and doesn't only follow the others.
    pub is_signing: bool,
    /// The highest height at which the guard has signed.
    pub guard_height: u64,
    /// Statements that the guard did not sign as they were asked for.
    pub guard_refusals: u64,
    /// Times that this validator stopped voting because it got no signature.
    pub voices_lost: u64,
    /// Times that this node took the state of a later block for want of blocks.
    pub fallbacks: u64,
    /// The round that the engine is in.
    pub round: u64,
}

impl Metrics {
    /// The counters now.
    pub fn counts(&self) -> ConsensusCounts {
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        ConsensusCounts {
            blocks_committed: read(&self.0.blocks_committed),
            transactions_committed: read(&self.0.transactions_committed),
            blocks_proposed: read(&self.0.blocks_proposed),
            blocks_invalid: read(&self.0.blocks_invalid),
            rounds_failed: read(&self.0.rounds_failed),
            evidence: read(&self.0.evidence),
            sync_served: read(&self.0.sync_served),
            sync_unavailable: read(&self.0.sync_unavailable),
            execute_us: read(&self.0.execute_us),
            commit_us: read(&self.0.commit_us),
            signer_up: read(&self.0.signer_up) > 0,
            is_signing: read(&self.0.is_signing) > 0,
            guard_height: read(&self.0.guard_height),
            guard_refusals: read(&self.0.guard_refusals),
            voices_lost: read(&self.0.voices_lost),
            fallbacks: read(&self.0.fallbacks),
            round: read(&self.0.round),
        }
    }
    /// The time since this node committed its last block, or since its start if it hasn't committed any. It goes by a
    /// clock that runs on whatever the system's clock is set to.
    pub fn block_age(&self) -> Duration {
        let committed = Duration::from_millis(self.0.committed_ms.load(Ordering::Relaxed));
        self.0.since.0.elapsed().saturating_sub(committed)
    }
    /// The height of the last block that each peer has said it has.
    pub fn peer_heights(&self) -> BTreeMap<PeerId, Height> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner).tips()
    }
    /// The peers are known to this from now on.
    pub(crate) fn follow(&self, progress: Progress) {
        *self.0.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
    pub(crate) fn record_round(&self, number: u32) {
        self.0.round.store(u64::from(number), Ordering::Relaxed);
    }
    pub(crate) fn record_commit(&self, transactions: usize, took: Duration) {
        let since_ms = u64::try_from(self.0.since.0.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.committed_ms.store(since_ms, Ordering::Relaxed);
        add(&self.0.blocks_committed, 1);
        add(&self.0.transactions_committed, transactions as u64);
        add(&self.0.commit_us, us(took));
    }
    pub(crate) fn record_signer(&self, is_up: bool) {
        self.0.signer_up.store(u64::from(is_up), Ordering::Relaxed);
    }
    pub(crate) fn record_voice(&self, is_signing: bool) {
        self.0.is_signing.store(u64::from(is_signing), Ordering::Relaxed);
    }
    pub(crate) fn record_voice_lost(&self) {
        add(&self.0.voices_lost, 1);
    }
    /// This node has taken the state of a later block for want of blocks.
    pub fn record_fallback(&self) {
        add(&self.0.fallbacks, 1);
    }
    pub(crate) fn record_guard_height(&self, height: Height) {
        self.0.guard_height.store(height.get(), Ordering::Relaxed);
    }
    pub(crate) fn record_guard_refusal(&self) {
        add(&self.0.guard_refusals, 1);
    }
    pub(crate) fn record_proposal(&self) {
        add(&self.0.blocks_proposed, 1);
    }
    pub(crate) fn record_execution(&self, took: Duration) {
        add(&self.0.execute_us, us(took));
    }
    pub(crate) fn record_invalid_block(&self) {
        add(&self.0.blocks_invalid, 1);
    }
    pub(crate) fn record_failed_round(&self) {
        add(&self.0.rounds_failed, 1);
    }
    pub(crate) fn record_evidence(&self, count: usize) {
        add(&self.0.evidence, count as u64);
    }
    pub(crate) fn record_sync_served(&self, blocks: usize) {
        add(&self.0.sync_served, blocks as u64);
    }
    pub(crate) fn record_sync_unavailable(&self) {
        add(&self.0.sync_unavailable, 1);
    }
}

fn add(cell: &AtomicU64, count: u64) {
    cell.fetch_add(count, Ordering::Relaxed);
}

fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_age_of_the_last_block_runs_from_its_commit_and_before_the_first_from_the_start() {
        let metrics = Metrics::default();
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(metrics.block_age(), Duration::from_secs(7));
        metrics.record_commit(1, Duration::ZERO);
        assert_eq!(metrics.block_age(), Duration::ZERO);
        tokio::time::advance(Duration::from_secs(58)).await;
        assert_eq!(metrics.block_age(), Duration::from_secs(58));
    }
}
