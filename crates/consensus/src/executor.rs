//! The thread that executes and commits, one block after the other (ARCHITECTURE.md, Threads of a node): it alone
//! writes the state and the block log. The engine's side asks it through [`ExecutorHandle`].

mod blocks;
mod budget;
mod claimed;
mod execution_loop;

use std::sync::Arc;

use lojal_chain::{CommitError, ProposeError};
use lojal_ledger::ConservationError;
use lojal_store::{Pages, PendingProposal, ProposalRecord, StoreError, Writer};
use lojal_types::{Address, BlockId, Certificate, Height};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use self::execution_loop::ExecutionLoop;
use crate::clock::Clock;
use crate::mempool::{Mempool, SharedState};
use crate::metrics::Metrics;
use crate::parts::Assembled;
use crate::workers::{Worker, Workers};

/// Commands on their way to the thread; the engine waits for most of them, so there are never many.
const COMMANDS_MAX: usize = 64;

/// A fault after which this node must stop: going on could make it lie.
#[derive(Debug, Error)]
pub enum ExecutorFault {
    /// The disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Points appeared or vanished.
    #[error("conservation is broken, this program or its memory is faulty: {0}")]
    Conservation(#[from] ConservationError),
    /// No block can be built.
    #[error("no block can be built: {0}")]
    Propose(#[from] ProposeError),
    /// Consensus decided on a block that this node doesn't have or holds for invalid.
    #[error("consensus decided on block {0} at height {1}, which this node doesn't hold as valid")]
    UnknownDecision(BlockId, Height),
    /// A decision that doesn't fit.
    #[error("consensus decided, but the decision doesn't hold: {0}")]
    Decision(#[from] CommitError),
    /// The thread is gone.
    #[error("the execution thread has stopped")]
    Stopped,
}

/// The verdict on a proposed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Executed, with the results that it claims, and durable.
    Valid,
    /// Not a block that this node can vote for.
    Invalid,
    /// Not for the next height, its bytes are not those of the id that it claims, or there are too many proposals for
    /// one height: as if it had never come.
    Unusable,
}

/// A block to be published.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The record of the proposal.
    pub record: ProposalRecord,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

type AnswerSender<T> = oneshot::Sender<Result<T, ExecutorFault>>;

enum Command {
    Propose { height: Height, round: u32, answer: AnswerSender<Option<Proposed>> },
    Check { proposal: Assembled, is_decided: bool, answer: AnswerSender<Verdict> },
    Proposals { height: Height, round: u32, answer: AnswerSender<Vec<ProposalRecord>> },
    Find { block: BlockId, answer: AnswerSender<Option<Arc<[u8]>>> },
    Decide { certificate: Certificate, answer: AnswerSender<()> },
}

/// Asks the execution thread.
pub struct ExecutorHandle {
    commands: mpsc::Sender<Command>,
    worker: Worker,
}

impl ExecutorHandle {
    /// Builds a block for a round, or takes the one that this node has already built for the height. `None` when the
    /// height is not the next one.
    ///
    /// # Errors
    /// A fault after which the node must stop; so for all of these.
    pub async fn propose(&self, height: Height, round: u32) -> Result<Option<Proposed>, ExecutorFault> {
        self.ask(|answer| Command::Propose { height, round, answer }).await
    }
    /// Checks a proposed block by executing it, and makes it durable. `is_decided`: others have decided on it already,
    /// so that there is always room for it, and its time is not compared with the clock.
    ///
    /// # Errors
    /// See [`ExecutorHandle::propose`].
    pub async fn check(&self, proposal: Assembled, is_decided: bool) -> Result<Verdict, ExecutorFault> {
        self.ask(|answer| Command::Check { proposal, is_decided, answer }).await
    }
    /// The valid proposals of a round.
    ///
    /// # Errors
    /// See [`ExecutorHandle::propose`].
    pub async fn proposals(&self, height: Height, round: u32) -> Result<Vec<ProposalRecord>, ExecutorFault> {
        self.ask(|answer| Command::Proposals { height, round, answer }).await
    }
    /// The bytes of an undecided valid block.
    ///
    /// # Errors
    /// See [`ExecutorHandle::propose`].
    pub async fn find(&self, block: BlockId) -> Result<Option<Arc<[u8]>>, ExecutorFault> {
        self.ask(|answer| Command::Find { block, answer }).await
    }
    /// Commits a decision: durable, applied and visible when this returns.
    ///
    /// # Errors
    /// See [`ExecutorHandle::propose`].
    pub async fn decide(&self, certificate: Certificate) -> Result<(), ExecutorFault> {
        self.ask(|answer| Command::Decide { certificate, answer }).await
    }
    /// Lets the thread finish and waits for it.
    pub async fn join(self) {
        drop(self.commands);
        if !self.worker.join().await {
            tracing::error!("the execution thread panicked");
        }
    }

    async fn ask<T>(&self, command: impl FnOnce(AnswerSender<T>) -> Command) -> Result<T, ExecutorFault> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| ExecutorFault::Stopped)?;
        answered.await.map_err(|_| ExecutorFault::Stopped)?
    }
}

/// The parts that the thread works with.
pub struct ExecutorParts {
    /// The state, shared for reading.
    pub state: SharedState,
    /// The block log.
    pub writer: Writer,
    /// The pages of the state that lie on disk.
    pub pages: Pages,
    /// Waiting transactions.
    pub mempool: Mempool,
    /// The counters that it keeps.
    pub metrics: Metrics,
    /// This validator.
    pub address: Address,
    /// The clock that it takes the time from.
    pub clock: Clock,
    /// The place where it runs.
    pub workers: Workers,
}

impl ExecutorParts {
    /// Starts the thread with the proposals that the log held beyond its last decision.
    ///
    /// # Errors
    /// A fault in executing them again.
    pub async fn start(self, pending: Vec<PendingProposal>) -> Result<ExecutorHandle, ExecutorFault> {
        let (commands, queue) = mpsc::channel(COMMANDS_MAX);
        let (started, has_started) = oneshot::channel();
        let worker = self.workers.start("executor", ExecutionLoop::new(self).run(pending, started, queue));
        has_started.await.map_err(|_| ExecutorFault::Stopped)??;
        Ok(ExecutorHandle { commands, worker })
    }
}

#[cfg(test)]
mod tests;
