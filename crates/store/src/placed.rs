//! A transaction as the index knows it.

use lojal_types::{Height, Outcome, TransactionId};

/// A transaction with its place on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The id of the transaction.
    pub id: TransactionId,
    /// The block.
    pub height: Height,
    /// Its place in the block, from 0.
    pub index: u32,
    /// The outcome of the transaction.
    pub outcome: Outcome,
}
