//! The mempool's thread: one batched signature check for whatever waits, then the checks against the state.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use lojal_ledger::{DryRun, Missing, State, Stop};
use lojal_network::PeerId;
use lojal_store::{Pages, StoreError};
use lojal_types::{Code, IdentifiedTransaction, TransactionId, VerifiedTransaction, verify_identified};
use tokio::sync::{mpsc, oneshot};

use super::{Answers, Lane, QueuedSubmission, SharedPool, SharedState, lock};
use crate::clock::Clock;
use crate::limits::{BROUGHT_PAGES_MAX, PAGE_ROUNDS_MAX, SIGNATURE_BATCH_MAX, STATE_CHECKS_MAX};

pub(super) struct Worker {
    pub(super) shared: Arc<SharedPool>,
    pub(super) state: SharedState,
    pub(super) pages: Pages,
    pub(super) submissions: mpsc::Receiver<QueuedSubmission>,
    pub(super) accepted: mpsc::Sender<Vec<Box<[u8]>>>,
    pub(super) forgers: mpsc::Sender<PeerId>,
    pub(super) clock: Clock,
    /// True if pages were missing for the transactions that came last.
    pub(super) lacked_pages: bool,
}

impl Worker {
    /// Works until the last handle of the mempool is gone.
    pub(super) async fn run(mut self) {
        while let Some(first) = self.submissions.recv().await {
            let mut count = first.len();
            let mut batch = vec![first];
            while count < SIGNATURE_BATCH_MAX
                && let Ok(next) = self.submissions.try_recv()
            {
                count += next.len();
                batch.push(next);
            }
            self.process(batch);
        }
    }

    fn process(&mut self, batch: Vec<QueuedSubmission>) {
        let chain = read(&self.state).view().chain_id();
        let mut origins = Vec::with_capacity(batch.len());
        let mut identified = Vec::new();
        for submission in batch {
            let count = submission.len();
            match submission {
                QueuedSubmission::Client { transactions, answer } => {
                    identified.extend(transactions);
                    origins.push((count, Origin::Client(answer)));
                }
                QueuedSubmission::Peer { transactions, source } => {
                    identified.extend(transactions.into_iter().map(|signed| signed.identify(&chain)));
                    origins.push((count, Origin::Peer(source)));
                }
            }
        }
        let mut verified = verify_identified(self.without_waiting(identified)).into_iter();
        let of_one = |(count, origin): &(usize, Origin)| {
            let own = matches!(origin, Origin::Client(_));
            let some = verified.by_ref().take(*count);
            some.map(|one| Candidate { verified: one.map(Arc::new), own }).collect::<Vec<_>>()
        };
        let candidates: Vec<Candidate> = origins.iter().flat_map(of_one).collect();
        let mut answers = self.admit(&candidates).into_iter();
        for (count, origin) in origins {
            origin.answer(answers.by_ref().take(count).collect(), &self.forgers);
        }
    }

    fn admit(&mut self, candidates: &[Candidate]) -> Answers {
        if self.lacked_pages && candidates.len() > STATE_CHECKS_MAX {
            // The disk brings those of the rest while the first ones are checked.
            self.pages.prepare(&self.lacking(candidates));
        }
        self.lacked_pages = false;
        let answers: Answers = candidates.chunks(STATE_CHECKS_MAX).flat_map(|some| self.insert(some)).collect();
        let accepted = candidates.iter().zip(&answers).filter(|(candidate, answer)| candidate.own && answer.is_ok());
        let accepted = accepted.filter_map(|(candidate, _)| candidate.verified.as_ref().ok());
        let to_gossip: Vec<Box<[u8]>> = accepted.map(|transaction| transaction.bytes().into()).collect();
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        self.shared.refused.fetch_add(refused as u64, Ordering::Relaxed);
        if refused < answers.len() {
            self.shared.arrived.notify_waiters();
        }
        if !to_gossip.is_empty() && lock(&self.shared.onward).is_none() {
            // A full outbox means a slow network; what is left out is gossiped again while it waits.
            let _ = self.accepted.try_send(to_gossip);
        }
        answers
    }

    /// Refuses what waits already, which needs no second check of its signature.
    fn without_waiting(&self, identified: Vec<IdentifiedTransaction>) -> Vec<Result<IdentifiedTransaction, Code>> {
        let pool = lock(&self.shared.pool);
        let is_new = |one: IdentifiedTransaction| match pool.get(&one.id()) {
            Some(_) => Err(Code::DuplicateTransaction),
            None => Ok(one),
        };
        identified.into_iter().map(is_new).collect()
    }

    /// Checks against the state, and takes in. Nobody waits for the state while pages are read from disk.
    fn insert(&mut self, some: &[Candidate]) -> Answers {
        let mut answers: Vec<Option<Result<TransactionId, Code>>> = vec![None; some.len()];
        for _ in 0..PAGE_ROUNDS_MAX {
            let missing = self.insert_known(some, &mut answers);
            if missing.is_empty() {
                break;
            }
            self.lacked_pages = true;
            if let Err(error) = self.bring(&missing) {
                tracing::error!(%error, "pages of the state can't be read, so transactions are refused");
                break;
            }
        }
        // Whoever lacks a page still can try again later.
        answers.into_iter().map(|answer| answer.unwrap_or(Err(Code::MempoolFull))).collect()
    }

    /// Answers those that have no answer yet and lack no page. Returns the pages that others lack.
    fn insert_known(&self, some: &[Candidate], answers: &mut [Option<Result<TransactionId, Code>>]) -> Vec<[u8; 32]> {
        // Held until they wait: a block with one of them must not be committed in between, or nobody would take it out
        // again.
        let state = read(&self.state);
        let mut dry_run = DryRun::new(&state, self.clock.now());
        let (mut ahead, mut missing) = (0, Vec::new());
        for (index, candidate) in some.iter().enumerate() {
            if answers[index].is_some() {
                continue;
            }
            if index >= ahead {
                let rest = some[index..].iter().filter_map(|one| one.verified.as_deref().ok());
                let (count, lacked) = dry_run.read_ahead(rest);
                ahead = index + count.max(1);
                missing.extend(lacked.err().iter().flat_map(Missing::pages));
            }
            match self.insert_one(&mut dry_run, candidate) {
                Ok(id) => answers[index] = Some(Ok(id)),
                Err(Stop::Failed(code)) => answers[index] = Some(Err(code)),
                Err(Stop::Missing(lacked)) => missing.extend(lacked.pages()),
            }
        }
        missing
    }

    fn insert_one(
        &self,
        dry_run: &mut DryRun<'_>,
        Candidate { verified, own }: &Candidate,
    ) -> Result<TransactionId, Stop> {
        let transaction = verified.as_ref().map_err(|code| *code)?;
        // A client is told at once what would surely fail, also beside what its account has waiting. A peer has
        // told its own client already, and may be a block ahead of this node.
        if *own {
            let beside = lock(&self.shared.pool).beside(transaction)?;
            dry_run.validate_beside(transaction, &beside)?;
        } else {
            let before = lock(&self.shared.pool).usage_of(&transaction.transaction().sender);
            dry_run.admit(transaction, &before)?;
        }
        let lane = dry_run.operated_brand(transaction)?.map_or(Lane::Members, Lane::Brand);
        lock(&self.shared.pool).insert(Arc::clone(transaction), *own, lane)?;
        Ok(transaction.id())
    }

    /// The pages that transactions surely need and that are not in memory.
    fn lacking(&self, candidates: &[Candidate]) -> Vec<[u8; 32]> {
        let state = read(&self.state);
        let dry_run = DryRun::new(&state, self.clock.now());
        let verified: Vec<&VerifiedTransaction> =
            candidates.iter().filter_map(|one| one.verified.as_deref().ok()).collect();
        dry_run.lacking(&verified)
    }

    /// Brings pages from disk into the state.
    fn bring(&self, missing: &[[u8; 32]]) -> Result<(), StoreError> {
        let pages = match self.pages.read(missing) {
            // The state that lacked them is over, and the next one may have them.
            Err(StoreError::PageGone) => return Ok(()),
            loaded => loaded?,
        };
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.take_pages(&pages);
        let mut brought = lock(&self.shared.brought);
        let room = BROUGHT_PAGES_MAX.saturating_sub(brought.len());
        brought.extend(pages.iter().take(room).cloned());
        // Only now: until they are there, nobody could give them up.
        self.pages.keep(&pages);
        Ok(())
    }
}

/// A transaction that may be taken in, if its signature holds.
struct Candidate {
    verified: Result<Arc<VerifiedTransaction>, Code>,
    /// True if submitted by a client of this node.
    own: bool,
}

/// The place that transactions come from, and that their answers go to.
enum Origin {
    Client(oneshot::Sender<Answers>),
    Peer(PeerId),
}

impl Origin {
    /// Tells a client what became of its transactions; a peer has to answer for what no honest node passes on.
    fn answer(self, answers: Answers, forgers: &mpsc::Sender<PeerId>) {
        match self {
            Self::Client(answer) => {
                // A client that has gone away gets no answer; its transactions wait all the same.
                let _ = answer.send(answers);
            }
            Self::Peer(source) if answers.iter().any(|one| one.is_err_and(is_forged)) => {
                // With so many reports waiting, one more makes no difference.
                let _ = forgers.try_send(source);
            }
            Self::Peer(_) => {}
        }
    }
}

/// True if a transaction is refused for what it is, whatever the state: every honest node refuses it, and passes none
/// on that it has refused.
pub(crate) fn is_forged(code: Code) -> bool {
    matches!(code, Code::TransactionTooLarge | Code::WrongChain | Code::BadSignature)
}

/// The state is whole between any two commits, so a panic elsewhere doesn't spoil it.
pub(crate) fn read(state: &SharedState) -> std::sync::RwLockReadGuard<'_, State> {
    state.read().unwrap_or_else(PoisonError::into_inner)
}
