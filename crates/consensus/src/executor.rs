//! The thread that executes and commits, one block after the other (architecture §4): it alone writes the state and
//! the block log. The engine's side asks it through [`ExecutorHandle`].

mod blocks;

use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use lojal_chain::block::check_clock;
use lojal_chain::replay::{check_commit, commit};
use lojal_chain::{CommitError, ExecutedBlock, InvalidBlock, execute_block, propose};
use lojal_ledger::ConservationError;
use lojal_store::{PendingProposal, ProposalRecord, StoreError, Writer};
use lojal_types::{Address, Block, BlockId, Certificate, Height, VerifiedTransaction, verify_all};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use self::blocks::UndecidedBlocks;
use crate::clock;
use crate::mempool::{Mempool, SharedState, read_state};
use crate::metrics::Metrics;
use crate::parts::Assembled;

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

/// What a proposed block turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Executed, with the results that it claims, and durable.
    Valid,
    /// Not a block that this node can vote for.
    Invalid,
    /// Not for the next height, or its bytes are not those of the id that it claims: as if it had never come.
    Unusable,
}

/// A block to be published.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// What is proposed.
    pub record: ProposalRecord,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

type Answer<T> = oneshot::Sender<Result<T, ExecutorFault>>;

enum Command {
    Propose { height: Height, round: u32, answer: Answer<Option<Proposed>> },
    Check { proposal: Assembled, now_matters: bool, answer: Answer<Verdict> },
    Proposals { height: Height, round: u32, answer: Answer<Vec<ProposalRecord>> },
    Find { block: BlockId, answer: Answer<Option<Arc<[u8]>>> },
    Decide { certificate: Certificate, answer: Answer<()> },
}

/// Asks the execution thread.
pub struct ExecutorHandle {
    commands: mpsc::Sender<Command>,
    thread: JoinHandle<()>,
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
    /// Checks a proposed block by executing it, and makes it durable. `now_matters`: whether its time is compared with
    /// the clock, which it isn't when the block has been decided already.
    ///
    /// # Errors
    /// See [`ExecutorHandle::propose`].
    pub async fn check(&self, proposal: Assembled, now_matters: bool) -> Result<Verdict, ExecutorFault> {
        self.ask(|answer| Command::Check { proposal, now_matters, answer }).await
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
    pub fn join(self) {
        drop(self.commands);
        if self.thread.join().is_err() {
            tracing::error!("the execution thread panicked");
        }
    }

    async fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, ExecutorFault> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).await.map_err(|_| ExecutorFault::Stopped)?;
        answered.await.map_err(|_| ExecutorFault::Stopped)?
    }
}

/// What the thread works with.
pub struct Executor {
    /// The state, shared for reading.
    pub state: SharedState,
    /// The block log.
    pub writer: Writer,
    /// Waiting transactions.
    pub mempool: Mempool,
    /// What it counts.
    pub metrics: Metrics,
    /// This validator.
    pub address: Address,
}

impl Executor {
    /// Starts the thread with the proposals that the log held beyond its last decision.
    pub fn start(self, pending: Vec<PendingProposal>) -> ExecutorHandle {
        let (commands, queue) = mpsc::channel(COMMANDS_MAX);
        let thread = std::thread::Builder::new()
            .name("executor".to_owned())
            .spawn(move || Thread { executor: self, undecided: UndecidedBlocks::default() }.run(pending, queue))
            .expect("the system lets a process start a thread");
        ExecutorHandle { commands, thread }
    }
}

struct Thread {
    executor: Executor,
    undecided: UndecidedBlocks,
}

impl Thread {
    fn run(mut self, pending: Vec<PendingProposal>, mut queue: mpsc::Receiver<Command>) {
        for PendingProposal { record, bytes } in pending {
            // The log holds only what was valid when it was written; what isn't any more is no loss.
            match self.execute(&record, &bytes, false) {
                Ok(Some(block)) => self.undecided.add(record, Some(block)),
                Ok(None) => tracing::warn!(block = %record.block, "a proposal in the log is not valid any more"),
                Err(fault) => return tracing::error!(%fault, "the execution thread stops"),
            }
        }
        while let Some(command) = queue.blocking_recv() {
            // Whoever asked and is gone is stopping, too.
            match command {
                Command::Propose { height, round, answer } => drop(answer.send(self.propose(height, round))),
                Command::Check { proposal, now_matters, answer } => {
                    drop(answer.send(self.check(&proposal, now_matters)))
                }
                Command::Proposals { height, round, answer } => {
                    drop(answer.send(Ok(self.undecided.proposals(height, round))));
                }
                Command::Find { block, answer } => {
                    drop(answer.send(Ok(self.undecided.get(&block).map(|block| block.bytes().clone()))));
                }
                Command::Decide { certificate, answer } => drop(answer.send(self.decide(certificate))),
            }
        }
    }

    fn propose(&mut self, height: Height, round: u32) -> Result<Option<Proposed>, ExecutorFault> {
        if height != self.next_height() {
            return Ok(None);
        }
        let proposer = self.executor.address;
        // One block per height: what was built before, even before a crash, is proposed again.
        let built = self.undecided.built_by(proposer);
        let (block, bytes, new) = match built {
            Some(block) => (block.id(), block.bytes().clone(), None),
            None => {
                let block = self.build()?;
                (block.id(), block.bytes().clone(), Some(block))
            }
        };
        let record = ProposalRecord { height, round, valid_round: None, proposer, block };
        self.executor.writer.append_proposal(&record, &bytes)?;
        self.undecided.add(record.clone(), new);
        self.executor.metrics.proposed();
        Ok(Some(Proposed { record, bytes }))
    }

    fn build(&mut self) -> Result<ExecutedBlock, ExecutorFault> {
        let started = Instant::now();
        let state = read_state(&self.executor.state);
        let parameters = state.view().parameters();
        let (count_max, bytes_max) = (parameters.block_transactions_max, parameters.block_bytes_max);
        let waiting = self.executor.mempool.pool().first(count_max as usize, bytes_max as usize);
        let proposal = propose(&state, self.executor.address, clock::now(), waiting)?;
        drop(state);
        let mut pool = self.executor.mempool.pool();
        for (id, code) in proposal.refused {
            tracing::debug!(%id, %code, "a waiting transaction can't be in a block any more");
            pool.remove(&id);
        }
        drop(pool);
        self.executor.metrics.executed(started.elapsed());
        Ok(proposal.block)
    }

    fn check(&mut self, proposal: &Assembled, now_matters: bool) -> Result<Verdict, ExecutorFault> {
        let Assembled { record, bytes } = proposal;
        if record.height != self.next_height() {
            return Ok(Verdict::Unusable);
        }
        let new = if self.undecided.get(&record.block).is_some() {
            None
        } else if claimed_id_holds(record, bytes) {
            let Some(block) = self.execute(record, bytes, now_matters)? else {
                self.executor.metrics.invalid();
                return Ok(Verdict::Invalid);
            };
            Some(block)
        } else {
            tracing::warn!(height = %record.height, round = record.round, "a proposal's bytes are not those of its block");
            return Ok(Verdict::Unusable);
        };
        // Durable before the vote that may rest on it.
        self.executor.writer.append_proposal(record, bytes)?;
        self.undecided.add(record.clone(), new);
        Ok(Verdict::Valid)
    }

    /// Executes a block of somebody else; `None`, with the reason in the log, when it is not valid.
    fn execute(
        &self,
        record: &ProposalRecord,
        bytes: &[u8],
        now_matters: bool,
    ) -> Result<Option<ExecutedBlock>, ExecutorFault> {
        let started = Instant::now();
        let result = self.execute_bytes(bytes, now_matters);
        self.executor.metrics.executed(started.elapsed());
        match result {
            Ok(block) => Ok(Some(block)),
            Err(InvalidBlock::Conservation(fault)) => Err(fault.into()),
            Err(reason) => {
                tracing::warn!(height = %record.height, round = record.round, block = %record.block, %reason, "invalid block");
                Ok(None)
            }
        }
    }

    fn execute_bytes(&self, bytes: &[u8], now_matters: bool) -> Result<ExecutedBlock, InvalidBlock> {
        let block = Block::decode(bytes).map_err(|_| InvalidBlock::TooLarge)?;
        if now_matters {
            check_clock(&block.header, clock::now())?;
        }
        let transactions = self.verify(block.transactions.into_inner())?;
        let state = read_state(&self.executor.state);
        execute_block(&state, block.header, transactions)
    }

    /// Checks the signatures of a block's transactions; those that wait here have been checked before.
    fn verify(
        &self,
        signed: Vec<lojal_types::SignedTransaction>,
    ) -> Result<Vec<Arc<VerifiedTransaction>>, InvalidBlock> {
        let chain = read_state(&self.executor.state).view().chain_id();
        let ids: Vec<_> = signed.iter().map(|one| one.transaction.id(&chain)).collect();
        let known: Vec<_> = {
            let pool = self.executor.mempool.pool();
            ids.iter().zip(&signed).map(|(id, one)| pool.get(id).filter(|waiting| waiting.signed() == one)).collect()
        };
        let unknown = signed.into_iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(one, _)| one).collect();
        let mut verified = verify_all(unknown, &chain).into_iter();
        let each = known.into_iter().enumerate().map(|(index, known)| match known {
            Some(known) => Ok(known),
            None => {
                let answer = verified.next().expect("one answer per unknown transaction");
                answer.map(Arc::new).map_err(|code| InvalidBlock::Transaction(index, code))
            }
        });
        each.collect()
    }

    fn decide(&mut self, certificate: Certificate) -> Result<(), ExecutorFault> {
        let started = Instant::now();
        let unknown = || ExecutorFault::UnknownDecision(certificate.block, certificate.height);
        let block = self.undecided.take(&certificate.block).ok_or_else(unknown)?;
        check_commit(&read_state(&self.executor.state), &block, &certificate)?;
        self.executor.writer.append_commit(&certificate, block.bytes())?;
        let mut state = self.executor.state.write().unwrap_or_else(PoisonError::into_inner);
        let committed = Arc::new(commit(&mut state, block, certificate)?);
        self.executor.writer.publish(committed.clone(), &state);
        drop(state);
        let mut pool = self.executor.mempool.pool();
        for transaction in &committed.transactions {
            pool.remove(&transaction.id());
        }
        pool.expire(committed.header.time_ms);
        drop(pool);
        self.undecided = UndecidedBlocks::default();
        self.executor.metrics.committed(committed.transactions.len(), started.elapsed());
        Ok(())
    }

    fn next_height(&self) -> Height {
        read_state(&self.executor.state).view().tip().height.next()
    }
}

/// Whether the bytes are a block with the id that the proposal names.
fn claimed_id_holds(record: &ProposalRecord, bytes: &[u8]) -> bool {
    Block::decode(bytes).is_ok_and(|block| block.header.id() == record.block)
}
