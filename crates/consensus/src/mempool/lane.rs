//! Lanes: the operators of each brand wait in one, everybody else in another, so that no crowd stands before others.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_types::{BrandId, VerifiedTransaction};

use crate::limits::{MEMPOOL_PLACE_BYTES, TRANSACTION_WORK, TURN_BYTES};

/// The lane that a sender's transactions wait in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// The lane of a brand's operators.
    Brand(BrandId),
    /// The lane of everybody else.
    Members,
}

/// The position of a transaction in its lane: by its turn, and by arrival among those with the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) turn: u64,
    pub(super) arrival: u64,
}

/// Transactions in turn.
pub(super) type Seats = BTreeMap<Position, Arc<VerifiedTransaction>>;

/// The transactions of a lane.
#[derive(Default)]
pub(super) struct Line {
    pub(super) seats: Seats,
    /// Those of them that clients of this node submitted, which therefore sees to it that others learn of them.
    pub(super) own: Seats,
    pub(super) places: usize,
    /// The latest turn of those that have been in a block.
    served: u64,
}

impl Line {
    /// The turn that has been reached, from which on whoever comes anew is served. Another proposer may have taken
    /// somebody out of turn; nobody new stands behind more than the next one for that.
    pub(super) fn turn(&self) -> u64 {
        self.seats.first_key_value().map_or(0, |(next, _)| next.turn.min(self.served))
    }
    /// A transaction with this turn is in a block.
    pub(super) fn serve(&mut self, turn: u64) {
        self.served = self.served.max(turn);
    }
    pub(super) fn insert(&mut self, position: Position, transaction: Arc<VerifiedTransaction>, own: bool) {
        self.places += places_of(&transaction);
        if own {
            self.own.insert(position, Arc::clone(&transaction));
        }
        self.seats.insert(position, transaction);
    }
    /// Takes a transaction out; true if a client of this node submitted it.
    pub(super) fn remove(&mut self, position: &Position) -> bool {
        if let Some(transaction) = self.seats.remove(position) {
            self.places -= places_of(&transaction);
        }
        self.own.remove(position).is_some()
    }
}

/// The places that a transaction takes.
pub(super) fn places_of(transaction: &VerifiedTransaction) -> usize {
    transaction.bytes().len().div_ceil(MEMPOOL_PLACE_BYTES)
}

/// The work of executing a transaction, in units of about an operation.
pub fn work_of(transaction: &VerifiedTransaction) -> usize {
    transaction.transaction().operations.len().saturating_add(TRANSACTION_WORK)
}

/// The amount by which a transaction delays whatever comes after it: its work and its bytes.
pub(super) fn cost_of(transaction: &VerifiedTransaction) -> u64 {
    work_of(transaction).saturating_add(transaction.bytes().len() / TURN_BYTES) as u64
}
