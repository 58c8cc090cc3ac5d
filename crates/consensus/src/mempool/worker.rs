//! The mempool's thread: one batched signature check for whatever waits, then the checks against the state.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use lojal_ledger::{State, admissible, validate};
use lojal_types::{Code, IdentifiedTransaction, SignedTransaction, VerifiedTransaction, verify_identified};
use tokio::sync::mpsc;

use super::{Answers, Shared, SharedState, Submission, lock};
use crate::clock::Clock;
use crate::limits::SIGNATURE_BATCH_MAX;

pub(super) struct Worker {
    shared: Arc<Shared>,
    state: SharedState,
    submissions: mpsc::Receiver<Submission>,
    accepted: mpsc::Sender<Vec<Box<[u8]>>>,
    clock: Clock,
}

impl Worker {
    pub(super) fn new(
        shared: Arc<Shared>,
        state: SharedState,
        submissions: mpsc::Receiver<Submission>,
        accepted: mpsc::Sender<Vec<Box<[u8]>>>,
        clock: Clock,
    ) -> Self {
        Self { shared, state, submissions, accepted, clock }
    }

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

    fn process(&self, batch: Vec<Submission>) {
        let mut sizes = Vec::with_capacity(batch.len());
        let mut own = Vec::new();
        let mut transactions = Vec::new();
        for Submission { transactions: mut submitted, answer } in batch {
            own.extend(std::iter::repeat_n(answer.is_some(), submitted.len()));
            sizes.push((submitted.len(), answer));
            transactions.append(&mut submitted);
        }
        let mut answers = self.admit(transactions, &own).into_iter();
        for (size, answer) in sizes {
            let part: Answers = answers.by_ref().take(size).collect();
            if let Some(answer) = answer {
                // A client that has gone away gets no answer; its transactions wait all the same.
                let _ = answer.send(part);
            }
        }
    }

    fn admit(&self, transactions: Vec<SignedTransaction>, own: &[bool]) -> Answers {
        let chain = read(&self.state).view().chain_id();
        let known = |one: Result<IdentifiedTransaction, Code>| {
            let waits = |one: &IdentifiedTransaction| lock(&self.shared.pool).get(&one.id()).is_some();
            one.and_then(|one| if waits(&one) { Err(Code::DuplicateTransaction) } else { Ok(one) })
        };
        // What waits already needs no second check of its signature.
        let (unknown, refused): (Vec<_>, Vec<_>) = transactions
            .into_iter()
            .map(|signed| known(signed.identify(&chain)))
            .map(|one| one.map_or_else(|code| (None, Some(code)), |one| (Some(one), None)))
            .unzip();
        let mut verified = verify_identified(unknown.into_iter().flatten().collect()).into_iter();
        let mut to_gossip = Vec::new();
        let answers: Answers = refused
            .into_iter()
            .zip(own)
            .map(|(refused, own)| {
                if let Some(code) = refused {
                    return Err(code);
                }
                let transaction = Arc::new(verified.next().expect("one answer per unknown transaction")?);
                self.insert(&transaction, *own)?;
                if *own {
                    to_gossip.push(Box::from(transaction.bytes()));
                }
                Ok(transaction.id())
            })
            .collect();
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

    fn insert(&self, transaction: &Arc<VerifiedTransaction>, own: bool) -> Result<(), Code> {
        // Held until it waits: a block with this very transaction must not be committed in between, or nobody would
        // take it out again.
        let state = read(&self.state);
        // A client is told at once what would surely fail. A peer has told its own client already, and may be a block
        // ahead of this node.
        let check = if own { validate } else { admissible };
        check(&state, transaction, self.clock.now())?;
        lock(&self.shared.pool).insert(transaction.clone(), own)
    }
}

/// The state is whole between any two commits, so a panic elsewhere doesn't spoil it.
pub(crate) fn read(state: &SharedState) -> std::sync::RwLockReadGuard<'_, State> {
    state.read().unwrap_or_else(PoisonError::into_inner)
}
