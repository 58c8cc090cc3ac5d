//! The outcome of a transaction: final, and on the ledger (protocol, Transactions).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::ids::TransactionId;

/// The outcome of one transaction of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
pub struct Receipt {
    /// The transaction's id.
    pub transaction: TransactionId,
    /// The transaction's outcome.
    pub outcome: Outcome,
}

/// The outcome of a transaction's operations: all have happened, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// Every operation happened.
    Applied,
    /// Nothing happened, and never will.
    Failed {
        /// The place of the operation that could not be done, counted from 0.
        operation: u8,
        /// The reason.
        code: Code,
    },
}
