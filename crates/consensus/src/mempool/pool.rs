//! The waiting transactions themselves: first come, first served, within limits.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lojal_types::{Address, Code, TimeMs, TransactionId, VerifiedTransaction};

use crate::limits::{
    MEMPOOL_BYTES_MAX, MEMPOOL_SENDER_BYTES_MAX, MEMPOOL_SENDER_MAX, MEMPOOL_TRANSACTIONS_MAX, TRANSACTION_WORK,
};

/// Waiting transactions by arrival, with the indexes that their limits take.
#[derive(Default)]
pub struct Pool {
    by_arrival: BTreeMap<u64, Waiting>,
    arrival_of: HashMap<TransactionId, u64>,
    by_expiry: BTreeSet<(TimeMs, u64)>,
    by_sender: HashMap<Address, Share>,
    bytes: usize,
    arrivals: u64,
}

struct Waiting {
    transaction: Arc<VerifiedTransaction>,
    /// True if submitted by a client of this node, which therefore sees to it that others learn of it.
    own: bool,
}

/// The amount of what waits that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Most transactions.
    pub transactions: usize,
    /// Most operations in them.
    pub operations: usize,
    /// Most work that they may be together (see [`work_of`]).
    pub work: usize,
    /// Most bytes of them.
    pub bytes: usize,
}

impl Room {
    /// Room for everything.
    pub const UNBOUNDED: Self =
        Self { transactions: usize::MAX, operations: usize::MAX, work: usize::MAX, bytes: usize::MAX };
}

/// The transactions of one sender that wait.
#[derive(Default)]
struct Share {
    transactions: usize,
    bytes: usize,
}

impl Pool {
    /// Adds a transaction at the end.
    ///
    /// # Errors
    /// When it waits already or there is no room for it.
    pub fn insert(&mut self, transaction: Arc<VerifiedTransaction>, own: bool) -> Result<(), Code> {
        let (id, bytes) = (transaction.id(), transaction.bytes().len());
        if self.arrival_of.contains_key(&id) {
            return Err(Code::DuplicateTransaction);
        }
        let is_full = self.by_arrival.len() >= MEMPOOL_TRANSACTIONS_MAX;
        if is_full || self.bytes.saturating_add(bytes) > MEMPOOL_BYTES_MAX {
            return Err(Code::MempoolFull);
        }
        let share = self.by_sender.entry(transaction.transaction().sender).or_default();
        if share.transactions >= MEMPOOL_SENDER_MAX || share.bytes.saturating_add(bytes) > MEMPOOL_SENDER_BYTES_MAX {
            return Err(Code::QuotaExceeded);
        }
        share.transactions += 1;
        share.bytes += bytes;
        self.bytes += bytes;
        self.arrivals += 1;
        self.arrival_of.insert(id, self.arrivals);
        self.by_expiry.insert((transaction.transaction().valid_until_ms, self.arrivals));
        self.by_arrival.insert(self.arrivals, Waiting { transaction, own });
        Ok(())
    }

    /// The transaction with an id.
    pub fn get(&self, id: &TransactionId) -> Option<Arc<VerifiedTransaction>> {
        let arrival = self.arrival_of.get(id)?;
        Some(self.by_arrival.get(arrival)?.transaction.clone())
    }

    /// Takes a transaction out.
    pub fn remove(&mut self, id: &TransactionId) {
        let Some(arrival) = self.arrival_of.remove(id) else { return };
        let Some(Waiting { transaction, .. }) = self.by_arrival.remove(&arrival) else { return };
        self.by_expiry.remove(&(transaction.transaction().valid_until_ms, arrival));
        self.bytes -= transaction.bytes().len();
        let sender = transaction.transaction().sender;
        if let Some(share) = self.by_sender.get_mut(&sender) {
            share.transactions -= 1;
            share.bytes -= transaction.bytes().len();
            if share.transactions == 0 {
                self.by_sender.remove(&sender);
            }
        }
    }

    /// Takes out what can't be in a block at `time` or later.
    pub fn expire(&mut self, time: TimeMs) {
        while let Some((valid_until, arrival)) = self.by_expiry.first().copied()
            && valid_until <= time
        {
            let id = self.by_arrival[&arrival].transaction.id();
            self.remove(&id);
        }
    }

    /// The first transactions, as many as there is room for.
    pub fn first(&self, room: Room) -> Vec<Arc<VerifiedTransaction>> {
        take(self.by_arrival.values().map(|waiting| &waiting.transaction), room)
    }

    /// The first transactions of this node's own clients, with at most so many bytes together.
    pub fn first_own(&self, bytes_max: usize) -> Vec<Arc<VerifiedTransaction>> {
        let own = self.by_arrival.values().filter(|waiting| waiting.own).map(|waiting| &waiting.transaction);
        take(own, Room { bytes: bytes_max, ..Room::UNBOUNDED })
    }

    /// The number of transactions that wait.
    pub fn len(&self) -> usize {
        self.by_arrival.len()
    }
    /// True if none waits.
    pub fn is_empty(&self) -> bool {
        self.by_arrival.is_empty()
    }
}

/// The work of executing a transaction, in units of about an operation.
pub fn work_of(transaction: &VerifiedTransaction) -> usize {
    transaction.transaction().operations.len().saturating_add(TRANSACTION_WORK)
}

fn take<'a>(
    transactions: impl Iterator<Item = &'a Arc<VerifiedTransaction>>,
    room: Room,
) -> Vec<Arc<VerifiedTransaction>> {
    let (mut operations, mut work, mut bytes) = (0_usize, 0_usize, 0_usize);
    transactions
        .take(room.transactions)
        .take_while(|transaction| {
            operations = operations.saturating_add(transaction.transaction().operations.len());
            work = work.saturating_add(work_of(transaction));
            bytes = bytes.saturating_add(transaction.bytes().len());
            operations <= room.operations && work <= room.work && bytes <= room.bytes
        })
        .cloned()
        .collect()
}
