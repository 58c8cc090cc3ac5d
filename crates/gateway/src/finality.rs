//! Clients that wait until their transactions are final.
//!
//! A client is registered before its transaction is submitted, so that no block can come in between. One task follows
//! the blocks as the store publishes them and wakes whoever waits for a transaction in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_chain::CommittedBlock;
use lojal_store::Store;
use lojal_types::TransactionId;
use lojal_types::api::TransactionState;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::limits::WAITING_MAX;
use crate::outcome;
use crate::problem::{Failure, Kind};

/// Everybody who waits; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Finality(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    by_transaction: HashMap<TransactionId, Vec<Entry>>,
    count: usize,
    registrations: u64,
    is_closed: bool,
}

struct Entry {
    registration: u64,
    sender: oneshot::Sender<TransactionState>,
}

/// One client that waits for one transaction; dropping it gives its place back.
pub(crate) struct Waiter {
    finality: Finality,
    id: TransactionId,
    registration: u64,
    receiver: oneshot::Receiver<TransactionState>,
}

impl Finality {
    /// Registers a client for transactions, before it submits them.
    ///
    /// # Errors
    /// When too many wait already; nobody is registered then.
    pub(crate) fn register(&self, ids: &[TransactionId]) -> Result<Vec<Waiter>, Failure> {
        let mut waiting = self.lock();
        if waiting.count.saturating_add(ids.len()) > WAITING_MAX {
            let detail = "too many clients wait for their transactions; submit without waiting and ask for the \
                          status, or try again in a moment";
            return Err(Failure::new(Kind::TooManyWaiting, detail));
        }
        let waiters = ids.iter().map(|id| self.register_one(&mut waiting, *id)).collect();
        Ok(waiters)
    }

    fn register_one(&self, waiting: &mut Waiting, id: TransactionId) -> Waiter {
        let (sender, receiver) = oneshot::channel();
        waiting.registrations += 1;
        let registration = waiting.registrations;
        // After the end the sender is dropped here, and the client learns at once that nothing will come.
        if !waiting.is_closed {
            waiting.count += 1;
            waiting.by_transaction.entry(id).or_default().push(Entry { registration, sender });
        }
        Waiter { finality: self.clone(), id, registration, receiver }
    }

    /// The number of clients that wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().count
    }

    /// Follows the blocks until the store is gone.
    pub(crate) async fn follow(self, store: Store, mut blocks: broadcast::Receiver<Arc<CommittedBlock>>) {
        loop {
            match blocks.recv().await {
                Ok(block) => self.resolve_block(&block),
                Err(RecvError::Lagged(_)) => self.resolve_from(store.clone()).await,
                Err(RecvError::Closed) => return self.close(),
            }
        }
    }

    /// Sends everybody away without an outcome, now and from now on.
    pub(crate) fn close(&self) {
        let mut waiting = self.lock();
        waiting.by_transaction.clear();
        waiting.count = 0;
        waiting.is_closed = true;
    }

    fn resolve_block(&self, block: &CommittedBlock) {
        let mut waiting = self.lock();
        if waiting.count == 0 {
            return;
        }
        for (index, receipt) in (0_u32..).zip(&block.receipts) {
            waiting.resolve(&receipt.transaction, || TransactionState::Committed {
                height: block.header.height,
                index,
                time_ms: block.header.time_ms,
                receipt: receipt.outcome,
            });
        }
    }

    /// After blocks were missed: looks for every transaction in the store.
    async fn resolve_from(&self, store: Store) {
        let ids: Vec<TransactionId> = self.lock().by_transaction.keys().copied().collect();
        let finality = self.clone();
        let search = move || {
            for id in ids {
                match outcome::committed(&store, &id) {
                    Ok(Some(state)) => finality.lock().resolve(&id, || state.clone()),
                    Ok(None) => {}
                    // The log says why; the clients look once more when their time is up.
                    Err(_) => return,
                }
            }
        };
        if let Err(error) = tokio::task::spawn_blocking(search).await {
            tracing::error!(%error, "the search for the transactions that clients wait for was cut off");
        }
    }

    /// The map and its count agree after every statement that can panic.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn resolve(&mut self, id: &TransactionId, state: impl Fn() -> TransactionState) {
        let Some(entries) = self.by_transaction.remove(id) else { return };
        self.count -= entries.len();
        for entry in entries {
            // A client that has just gone away needs no answer.
            let _ = entry.sender.send(state());
        }
    }

    fn forget(&mut self, id: &TransactionId, registration: u64) {
        let Some(entries) = self.by_transaction.get_mut(id) else { return };
        let before = entries.len();
        entries.retain(|entry| entry.registration != registration);
        self.count -= before - entries.len();
        if entries.is_empty() {
            self.by_transaction.remove(id);
        }
    }
}

impl Waiter {
    /// The transaction's place on the ledger, or `None` when it has none by `deadline` or the gateway shuts down.
    pub(crate) async fn wait(mut self, deadline: Instant) -> Option<TransactionState> {
        timeout_at(deadline, &mut self.receiver).await.ok()?.ok()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.finality.lock().forget(&self.id, self.registration);
    }
}

#[cfg(test)]
mod tests;
