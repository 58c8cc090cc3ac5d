//! The execution thread itself.

use std::sync::{Arc, PoisonError};

use lojal_chain::block::check_clock;
use lojal_chain::replay::check_commit;
use lojal_chain::{BlockBuilder, BlockCheck, ExecutedBlock, InvalidBlock};
use lojal_ledger::State;
use lojal_network::Warnings;
use lojal_store::{PendingProposal, ProposalRecord};
use lojal_types::limits::BLOCK_OPERATIONS_MAX;
use lojal_types::{
    Address, Certificate, ChainId, Height, IdentifiedTransaction, VerifiedTransaction, verify_identified,
};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::blocks::UndecidedBlocks;
use super::budget::Budget;
use super::claimed::ClaimedBlock;
use super::{AnswerSender, Command, ExecutorFault, ExecutorParts, Proposed, Verdict};
use crate::mempool::{Room, read_state, work_of};
use crate::parts::Assembled;

pub(super) struct ExecutionLoop {
    executor: ExecutorParts,
    undecided: UndecidedBlocks,
    budget: Budget,
    /// About the proposers whose blocks are no good.
    warnings: Warnings<Address>,
}

impl ExecutionLoop {
    pub(super) fn new(executor: ExecutorParts) -> Self {
        Self { executor, undecided: UndecidedBlocks::default(), budget: Budget::new(), warnings: Warnings::default() }
    }

    pub(super) async fn run(
        mut self,
        pending: Vec<PendingProposal>,
        started: oneshot::Sender<Result<(), ExecutorFault>>,
        mut queue: mpsc::Receiver<Command>,
    ) {
        let recovered = self.recover(pending);
        let is_sound = recovered.is_ok();
        reply(started, recovered);
        while is_sound && let Some(command) = queue.recv().await {
            match command {
                Command::Propose { height, round, answer } => reply(answer, self.propose(height, round)),
                Command::Check { proposal, is_decided, answer } => reply(answer, self.check(&proposal, is_decided)),
                Command::Proposals { height, round, answer } => {
                    if round > 0 {
                        self.budget.record_failed_round();
                    }
                    reply(answer, Ok(self.undecided.proposals(height, round)));
                }
                Command::Find { block, answer } => {
                    reply(answer, Ok(self.undecided.get(&block).map(|block| block.bytes().clone())));
                }
                Command::Decide { certificate, answer } => reply(answer, self.decide(certificate)),
            }
        }
    }

    /// Executes again what was proposed before a crash. Its votes may rest on it, and what this node proposed then is
    /// what it proposes again.
    fn recover(&mut self, pending: Vec<PendingProposal>) -> Result<(), ExecutorFault> {
        for PendingProposal { record, bytes } in pending {
            if self.undecided.get(&record.block).is_some() {
                self.undecided.add(record, None);
                continue;
            }
            let block = ClaimedBlock::read(&record, &bytes, &self.chain());
            match block.map(|block| self.check_execution(&record, block, true)).transpose()?.flatten() {
                Some(block) => {
                    if UndecidedBlocks::is_own(&record, &block, self.executor.address) {
                        self.undecided.built(block.id());
                    }
                    self.undecided.add(record, Some(block));
                }
                // The log holds only what was valid when it was written.
                None => tracing::error!(block = %record.block, "a proposal in the log is not valid any more"),
            }
        }
        Ok(())
    }

    fn propose(&mut self, height: Height, round: u32) -> Result<Option<Proposed>, ExecutorFault> {
        if height != self.next_height() {
            return Ok(None);
        }
        let proposer = self.executor.address;
        // One block per height: what was built before, even before a crash, is proposed again.
        let (block, bytes, new) = match self.undecided.to_propose(proposer) {
            Some(block) => (block.id(), block.bytes().clone(), None),
            None => {
                let block = self.build()?;
                (block.id(), block.bytes().clone(), Some(block))
            }
        };
        let record = ProposalRecord { height, round, valid_round: None, proposer, block };
        self.executor.writer.append_proposal(&record, &bytes)?;
        if new.is_some() {
            self.undecided.built(block);
            self.executor.metrics.record_proposal();
        }
        self.undecided.add(record, new);
        Ok(Some(Proposed { record, bytes }))
    }

    fn build(&mut self) -> Result<ExecutedBlock, ExecutorFault> {
        let started = Instant::now();
        // A version of its own, so that the mempool can bring pages meanwhile.
        let state = read_state(&self.executor.state).clone();
        let parameters = state.view().parameters();
        let room = Room {
            transactions: parameters.block_transactions_max as usize,
            operations: BLOCK_OPERATIONS_MAX,
            work: self.budget.work(),
            bytes: parameters.block_bytes_max as usize,
        };
        let waiting = self.executor.mempool.pool().first(room);
        let mut block = BlockBuilder::new(&state, self.executor.address, self.executor.clock.now(), waiting)?;
        let proposal = self.executor.pages.build(&mut block)??;
        drop(state);
        let mut pool = self.executor.mempool.pool();
        for (id, code) in proposal.refused {
            tracing::debug!(%id, %code, "a waiting transaction can't be in a block any more");
            pool.remove(&id);
        }
        drop(pool);
        self.record_time(&proposal.block, started);
        Ok(proposal.block)
    }

    fn check(&mut self, proposal: &Assembled, is_decided: bool) -> Result<Verdict, ExecutorFault> {
        let Assembled { record, bytes } = proposal;
        if record.height != self.next_height() {
            return Ok(Verdict::Unusable);
        }
        // Of a block that is here already, the bytes that came with this proposal don't matter.
        let known = self.undecided.get(&record.block).map(|block| block.bytes().clone());
        let (bytes, new) = match known {
            Some(bytes) => (bytes, None),
            None => {
                let started = Instant::now();
                let Some(block) = ClaimedBlock::read(record, bytes, &self.chain()) else {
                    if let Some(count) = self.warnings.count(record.proposer, "bytes") {
                        tracing::warn!(
                            height = %record.height,
                            round = record.round,
                            proposer = ?record.proposer,
                            count,
                            "a proposal's bytes are not its block's"
                        );
                    }
                    return Ok(Verdict::Unusable);
                };
                if !is_decided && !self.undecided.has_room() {
                    if let Some(count) = self.warnings.count(record.proposer, "too many") {
                        tracing::warn!(
                            height = %record.height,
                            round = record.round,
                            count,
                            "too many proposals for one height"
                        );
                    }
                    return Ok(Verdict::Unusable);
                }
                let Some(block) = self.check_execution(record, block, is_decided)? else {
                    self.executor.metrics.record_invalid_block();
                    return Ok(Verdict::Invalid);
                };
                self.record_time(&block, started);
                (block.bytes().clone(), Some(block))
            }
        };
        // Durable before the vote that may rest on it.
        self.executor.writer.append_proposal(record, &bytes)?;
        self.undecided.add(*record, new);
        Ok(Verdict::Valid)
    }

    /// Executes a block of somebody else; `None`, with the reason in the log, when it is not valid.
    fn check_execution(
        &mut self,
        record: &ProposalRecord,
        block: ClaimedBlock,
        is_decided: bool,
    ) -> Result<Option<ExecutedBlock>, ExecutorFault> {
        match self.verify_and_execute(block, is_decided)? {
            Ok(block) => Ok(Some(block)),
            Err(InvalidBlock::Conservation(fault)) => Err(fault.into()),
            Err(reason) => {
                if let Some(count) = self.warnings.count(record.proposer, "invalid") {
                    tracing::warn!(
                        height = %record.height,
                        round = record.round,
                        proposer = ?record.proposer,
                        block = %record.block,
                        %reason,
                        count,
                        "invalid block"
                    );
                }
                Ok(None)
            }
        }
    }

    /// The block with what it does, or what is wrong with it.
    fn verify_and_execute(
        &self,
        block: ClaimedBlock,
        is_decided: bool,
    ) -> Result<Result<ExecutedBlock, InvalidBlock>, ExecutorFault> {
        let state = read_state(&self.executor.state).clone();
        match self.begin_check(&state, block, is_decided) {
            Ok(mut check) => Ok(self.executor.pages.check(&mut check)?),
            Err(invalid) => Ok(Err(invalid)),
        }
    }

    fn begin_check<'a>(
        &self,
        state: &'a State,
        block: ClaimedBlock,
        is_decided: bool,
    ) -> Result<BlockCheck<'a>, InvalidBlock> {
        if !is_decided {
            check_clock(&block.header, self.executor.clock.now())?;
        }
        BlockCheck::new(state, block.header, self.verify(block.transactions)?)
    }

    /// Checks the signatures of a block's transactions; those that wait here have been checked before.
    fn verify(&self, identified: Vec<IdentifiedTransaction>) -> Result<Vec<Arc<VerifiedTransaction>>, InvalidBlock> {
        let invalid = |index| move |code| InvalidBlock::Transaction(index, code);
        let known: Vec<_> = {
            let pool = self.executor.mempool.pool();
            let same = |one: &IdentifiedTransaction| pool.get(&one.id()).filter(|known| known.bytes() == one.bytes());
            identified.iter().map(same).collect()
        };
        let unknown = identified.into_iter().zip(&known).filter(|(_, known)| known.is_none());
        let mut verified = verify_identified(unknown.map(|(one, _)| Ok(one)).collect()).into_iter();
        let each = known.into_iter().enumerate().map(|(index, known)| match known {
            Some(known) => Ok(known),
            None => {
                let answer = verified.next().expect("one answer per unknown transaction");
                answer.map(Arc::new).map_err(invalid(index))
            }
        });
        each.collect()
    }

    fn decide(&mut self, certificate: Certificate) -> Result<(), ExecutorFault> {
        let started = Instant::now();
        let unknown = || ExecutorFault::UnknownDecision(certificate.block, certificate.height);
        let round = certificate.round;
        let block = self.undecided.take(&certificate.block).ok_or_else(unknown)?;
        let block = check_commit(&read_state(&self.executor.state), block, certificate)?;
        self.executor.writer.append_commit(block.certificate(), block.bytes())?;
        let mut state = self.executor.state.write().unwrap_or_else(PoisonError::into_inner);
        let committed = Arc::new(block.apply(&mut state)?);
        // The block was executed on a version that may have lacked them.
        state.take_pages(&self.executor.mempool.brought());
        self.executor.pages.turn(&mut state);
        self.executor.writer.publish(committed.clone(), &state)?;
        let mut pool = self.executor.mempool.pool();
        for transaction in &committed.transactions {
            pool.serve(&transaction.id());
        }
        pool.expire(committed.header.time_ms);
        drop(pool);
        // Only now: what is in the state and still waits would count twice against whoever submits more.
        drop(state);
        self.undecided = UndecidedBlocks::default();
        self.budget.record_decision(round);
        self.executor.metrics.record_commit(committed.transactions.len(), started.elapsed());
        Ok(())
    }

    fn record_time(&mut self, block: &ExecutedBlock, started: Instant) {
        let took = started.elapsed();
        self.executor.metrics.record_execution(took);
        self.budget.record_execution(block.transactions().iter().map(|one| work_of(one)).sum(), took);
    }

    fn chain(&self) -> ChainId {
        read_state(&self.executor.state).view().chain_id()
    }

    fn next_height(&self) -> Height {
        read_state(&self.executor.state).view().tip().height.next()
    }
}

/// Answers. Whoever asked and is gone is stopping, too; a fault is worth knowing all the same.
fn reply<T>(answer: AnswerSender<T>, result: Result<T, ExecutorFault>) {
    if let Err(Err(fault)) = answer.send(result) {
        tracing::error!(%fault, "a fault while stopping");
    }
}
