//! The mempool's thread: one batched signature check for whatever waits, then the checks against the state.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use lojal_ledger::{DryRun, State};
use lojal_network::PeerId;
use lojal_types::{Code, IdentifiedTransaction, SignedTransaction, VerifiedTransaction, verify_identified};
use tokio::sync::mpsc;

use super::{Answers, Origin, QueuedSubmission, SharedPool, SharedState, lock};
use crate::clock::Clock;
use crate::limits::{SIGNATURE_BATCH_MAX, STATE_CHECKS_MAX};

pub(super) struct Worker {
    pub(super) shared: Arc<SharedPool>,
    pub(super) state: SharedState,
    pub(super) submissions: mpsc::Receiver<QueuedSubmission>,
    pub(super) accepted: mpsc::Sender<Vec<Box<[u8]>>>,
    pub(super) forgers: mpsc::Sender<PeerId>,
    pub(super) clock: Clock,
}

impl Worker {
    /// Works until the last handle of the mempool is gone.
    pub(super) async fn run(mut self) {
        while let Some(first) = self.submissions.recv().await {
            let mut count = first.transactions.len();
            let mut batch = vec![first];
            while count < SIGNATURE_BATCH_MAX
                && let Ok(next) = self.submissions.try_recv()
            {
                count += next.transactions.len();
                batch.push(next);
            }
            self.process(batch);
        }
    }

    fn process(&self, batch: Vec<QueuedSubmission>) {
        let mut sizes = Vec::with_capacity(batch.len());
        let mut own = Vec::new();
        let mut transactions = Vec::new();
        for QueuedSubmission { transactions: mut submitted, origin } in batch {
            own.extend(std::iter::repeat_n(matches!(origin, Origin::Client(_)), submitted.len()));
            sizes.push((submitted.len(), origin));
            transactions.append(&mut submitted);
        }
        let mut answers = self.admit(transactions, &own).into_iter();
        for (size, origin) in sizes {
            let part: Answers = answers.by_ref().take(size).collect();
            match origin {
                Origin::Client(answer) => {
                    // A client that has gone away gets no answer; its transactions wait all the same.
                    let _ = answer.send(part);
                }
                Origin::Peer(source) if part.iter().any(|one| one.is_err_and(is_forged)) => {
                    // With so many reports waiting, one more makes no difference.
                    let _ = self.forgers.try_send(source);
                }
                Origin::Peer(_) => {}
            }
        }
    }

    fn admit(&self, transactions: Vec<SignedTransaction>, own: &[bool]) -> Answers {
        let verified = verify_identified(self.identify(transactions)).into_iter();
        let verified: Vec<_> = verified.map(|one| one.map(Arc::new)).zip(own.iter().copied()).collect();
        let answers: Answers = verified.chunks(STATE_CHECKS_MAX).flat_map(|some| self.insert(some)).collect();
        let accepted = verified.iter().zip(&answers).filter(|(_, answer)| answer.is_ok());
        let own = accepted.filter_map(|((transaction, own), _)| transaction.as_ref().ok().filter(|_| *own));
        let to_gossip: Vec<Box<[u8]>> = own.map(|transaction| transaction.bytes().into()).collect();
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        self.shared.refused.fetch_add(refused as u64, Ordering::Relaxed);
        if refused < answers.len() {
            self.shared.arrived.notify_waiters();
        }
        if !to_gossip.is_empty() {
            // A full outbox means a slow network; what is left out is gossiped again while it waits.
            let _ = self.accepted.try_send(to_gossip);
        }
        answers
    }

    /// Sizes, networks and ids. What waits already needs no second check of its signature.
    fn identify(&self, transactions: Vec<SignedTransaction>) -> Vec<Result<IdentifiedTransaction, Code>> {
        let chain = read(&self.state).view().chain_id();
        let identified: Vec<_> = transactions.into_iter().map(|signed| signed.identify(&chain)).collect();
        let pool = lock(&self.shared.pool);
        let is_new = |one: IdentifiedTransaction| match pool.get(&one.id()) {
            Some(_) => Err(Code::DuplicateTransaction),
            None => Ok(one),
        };
        identified.into_iter().map(|one| one.and_then(is_new)).collect()
    }

    /// Checks against the state, and takes in.
    fn insert(&self, some: &[(Result<Arc<VerifiedTransaction>, Code>, bool)]) -> Answers {
        // Held until they wait: a block with one of them must not be committed in between, or nobody would take it out
        // again.
        let state = read(&self.state);
        let mut dry_run = DryRun::new(&state, self.clock.now());
        let mut ahead = 0;
        let each = some.iter().enumerate().map(|(index, (one, own))| {
            let transaction = one.as_ref().map_err(|code| *code)?;
            if index >= ahead {
                ahead = index + dry_run.read_ahead(some[index..].iter().filter_map(|(one, _)| one.as_deref().ok()));
            }
            // A client is told at once what would surely fail. A peer has told its own client already, and may be a block
            // ahead of this node.
            if *own { dry_run.validate(transaction) } else { dry_run.admit(transaction) }?;
            lock(&self.shared.pool).insert(Arc::clone(transaction), *own)?;
            Ok(transaction.id())
        });
        each.collect()
    }
}

/// Whether a transaction is refused for what it is, whatever the state: every honest node refuses it, and passes none on
/// that it has refused.
fn is_forged(code: Code) -> bool {
    matches!(code, Code::TransactionTooLarge | Code::WrongChain | Code::BadSignature)
}

/// The state is whole between any two commits, so a panic elsewhere doesn't spoil it.
pub(crate) fn read(state: &SharedState) -> std::sync::RwLockReadGuard<'_, State> {
    state.read().unwrap_or_else(PoisonError::into_inner)
}
