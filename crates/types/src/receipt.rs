//! What became of a transaction: final, and on the ledger (protocol, Transactions).

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::ids::TransactionId;

/// The outcome of one transaction of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Receipt {
    /// Which transaction.
    pub transaction: TransactionId,
    /// What became of it.
    pub outcome: Outcome,
}

/// Whether a transaction's operations happened: all, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// Every operation happened.
    Applied,
    /// Nothing happened, and never will.
    Failed {
        /// Which operation could not be done, counted from 0.
        operation: u8,
        /// Why.
        code: Code,
    },
}
