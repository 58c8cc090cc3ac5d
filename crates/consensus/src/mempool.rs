//! Transactions that wait for a block: checked once, bounded, gossiped to the other nodes (ARCHITECTURE.md, A
//! transaction's way).
//!
//! A submission is queued for one thread, which checks the signatures of whatever waits together, refuses what would
//! surely fail, and puts the rest into the [`Pool`], which serves senders in turn. Nothing that happens here is final:
//! only blocks are.

mod gossip;
mod lane;
mod onward;
mod pool;
mod queue;
mod turns;
mod worker;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use lojal_ledger::State;
use lojal_ledger::tree::LoadedPage;
use lojal_network::PeerId;
use lojal_store::Pages;
use lojal_types::{Code, IdentifiedTransaction, SignedTransaction, TransactionId, VerifiedTransaction};
use tokio::sync::{Notify, mpsc, oneshot};

pub use gossip::gossip;
#[cfg(test)]
pub(crate) use gossip::messages;
pub(crate) use gossip::read_message;
pub use lane::{Lane, work_of};
pub(crate) use onward::Onward;
pub use pool::{Pool, Room};
pub(crate) use worker::{is_forged, read as read_state};

use crate::clock::Clock;
use crate::limits::{MEMPOOL_QUEUE_MAX, SUBMISSION_TRANSACTIONS_MAX};
use crate::workers::Workers;

/// The ledger's state, written by the execution thread alone and only for the moment of a commit.
pub type SharedState = Arc<RwLock<State>>;

/// Answers to a submission, in its order: accepted and waiting, or why not.
pub type Answers = Vec<Result<TransactionId, Code>>;

/// A handle of the mempool; clones share it.
#[derive(Clone)]
pub struct Mempool {
    shared: Arc<SharedPool>,
    queue: mpsc::Sender<QueuedSubmission>,
}

struct SharedPool {
    pool: Mutex<Pool>,
    /// Wakes whoever waits for something to put into a block.
    arrived: Notify,
    refused: AtomicU64,
    /// The pages that were brought into the state since the last block.
    brought: Mutex<Vec<LoadedPage>>,
    /// The way to a validator, if this node has no vote.
    onward: Mutex<Option<mpsc::Sender<Onward>>>,
}

/// Transactions on their way into the pool.
enum QueuedSubmission {
    /// Those of a client of this node, who waits for the answers. Whoever submitted them has identified them.
    Client { transactions: Vec<IdentifiedTransaction>, answer: oneshot::Sender<Answers> },
    /// Those that a node gossiped; they aren't gossiped on.
    Peer { transactions: Vec<SignedTransaction>, source: PeerId },
}

impl QueuedSubmission {
    fn len(&self) -> usize {
        match self {
            Self::Client { transactions, .. } => transactions.len(),
            Self::Peer { transactions, .. } => transactions.len(),
        }
    }
}

/// The messages that the mempool has for the network, for [`gossip`].
pub struct Outbox {
    /// Bytes of transactions that this node's own clients submitted, for the other nodes.
    accepted: mpsc::Receiver<Vec<Box<[u8]>>>,
    /// Nodes, once for each message with a transaction that no honest node passes on.
    forgers: mpsc::Receiver<PeerId>,
}

impl Mempool {
    /// Starts the mempool's thread. It ends when the last handle is gone.
    pub fn start(state: SharedState, pages: Pages, clock: Clock, workers: Workers) -> (Self, Outbox) {
        let (queue, submissions) = mpsc::channel(MEMPOOL_QUEUE_MAX);
        let (accepted, to_gossip) = mpsc::channel(MEMPOOL_QUEUE_MAX);
        let (forgers, to_report) = mpsc::channel(MEMPOOL_QUEUE_MAX);
        let shared = Arc::new(SharedPool {
            pool: Mutex::default(),
            arrived: Notify::new(),
            refused: AtomicU64::default(),
            brought: Mutex::default(),
            onward: Mutex::default(),
        });
        let (shared_pool, lacked_pages) = (shared.clone(), false);
        let worker =
            worker::Worker { shared: shared_pool, state, pages, submissions, accepted, forgers, clock, lacked_pages };
        // Nobody waits for its end; whoever depends on it learns of it by `stopped`.
        drop(workers.start("mempool", worker.run()));
        (Self { shared, queue }, Outbox { accepted: to_gossip, forgers: to_report })
    }

    /// Submits transactions of this node's clients and answers when they wait or are refused; if this node has no vote,
    /// by a validator.
    pub async fn submit(&self, transactions: Vec<IdentifiedTransaction>) -> Answers {
        let count = transactions.len();
        if count > SUBMISSION_TRANSACTIONS_MAX {
            return vec![Err(Code::MempoolFull); count];
        }
        let (answer, answered) = oneshot::channel();
        if self.queue.try_send(QueuedSubmission::Client { transactions, answer }).is_err() {
            return vec![Err(Code::MempoolFull); count];
        }
        let mut answers = answered.await.unwrap_or_else(|_| vec![Err(Code::MempoolFull); count]);
        let onward = self.onward();
        if let Some(onward) = onward {
            onward::hand_on(self, &onward, &mut answers).await;
        }
        answers
    }

    /// Hands on from now on what clients submit, in place of gossiping it; or not any more.
    pub(crate) fn set_onward(&self, onward: Option<mpsc::Sender<Onward>>) {
        *lock(&self.shared.onward) = onward;
    }

    /// True if it hands on what clients submit.
    pub(crate) fn hands_on(&self) -> bool {
        lock(&self.shared.onward).is_some()
    }

    fn onward(&self) -> Option<mpsc::Sender<Onward>> {
        lock(&self.shared.onward).clone()
    }

    /// Takes transactions of a message that a peer, its source, gossiped; what there is no room for is left out and
    /// counted as refused, since the peer still has it and gossips it again.
    pub fn receive(&self, source: PeerId, transactions: Vec<SignedTransaction>) {
        let count = transactions.len();
        if self.queue.try_send(QueuedSubmission::Peer { transactions, source }).is_err() {
            self.shared.refused.fetch_add(count as u64, Ordering::Relaxed);
        }
    }

    /// A transaction, if it waits here.
    pub fn get(&self, id: &TransactionId) -> Option<Arc<VerifiedTransaction>> {
        self.pool().get(id)
    }
    /// The number of transactions that wait.
    pub fn len(&self) -> usize {
        self.pool().len()
    }
    /// True if none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The number of transactions that have been refused since the start.
    pub fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }
    /// The number of transactions that have made room for others since the start.
    pub fn evicted(&self) -> u64 {
        self.pool().evicted()
    }
    /// The number of transactions that wait in each lane that isn't empty.
    pub fn lanes(&self) -> Vec<(Lane, usize)> {
        self.pool().lanes()
    }
    /// Returns once as many transactions wait.
    pub async fn wait_for(&self, count: usize) {
        loop {
            let arrived = self.shared.arrived.notified();
            if self.len() >= count {
                return;
            }
            arrived.await;
        }
    }
    /// Returns when the mempool's thread has ended, which it does not do while this handle is there.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + use<> {
        let queue = self.queue.clone();
        async move { queue.closed().await }
    }
    pub(crate) fn pool(&self) -> MutexGuard<'_, Pool> {
        lock(&self.shared.pool)
    }
    /// Takes the pages that have been brought into the state since the last time.
    pub(crate) fn brought(&self) -> Vec<LoadedPage> {
        std::mem::take(&mut lock(&self.shared.brought))
    }
}

/// Locks something of the pool. It is consistent between any two of its calls, so a panic elsewhere doesn't spoil it.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
