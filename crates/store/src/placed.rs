//! Transactions as the index knows them.

use lojal_types::{Activity, Height, Outcome, TransactionId};

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

impl Placed {
    /// The activity of an account that it concerns after it.
    pub fn added_to(&self, before: Activity) -> Activity {
        before.with(&self.id, self.height, &self.outcome)
    }
}

/// A part of an account's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The transactions that concern the account, the newest first.
    pub transactions: Vec<Placed>,
    /// The account's activity before the last of them, which is the oldest; if there are none because their blocks are
    /// gone, after the newest of those that the index still knows; else nothing.
    pub before: Activity,
}

impl Page {
    /// Adds what comes before it.
    pub(crate) fn extend(&mut self, earlier: Self) {
        if !earlier.transactions.is_empty() {
            self.before = earlier.before;
            self.transactions.extend(earlier.transactions);
        }
    }

    /// Leaves out what is in blocks below a height.
    pub(crate) fn end_before(&mut self, first: Height) {
        let kept = self.transactions.partition_point(|placed| placed.height >= first);
        let gone = self.transactions.drain(kept..).rev();
        self.before = gone.fold(self.before, |activity, placed| placed.added_to(activity));
    }
}

/// A mark in an account's postings: the account's activity before one of its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The place among the postings: of the account in memory, of the whole run in a file.
    pub(crate) posting: u32,
    pub(crate) before: Activity,
}
