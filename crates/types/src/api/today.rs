//! The part of a day that an account has used up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::TimeMs;

/// The part of an account's allowances that it has used up on the day of the last block (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Today {
    /// The time at which the day ends, and nothing is used up again.
    pub ends_ms: TimeMs,
    /// The encoded bytes of its transactions.
    pub bytes: UsedUp,
    /// Their operations.
    pub operations: UsedUp,
    /// The accounts that its transfers have opened; null for an operator, who may open as many as it likes.
    pub openings: Option<UsedUp>,
    /// The households that it has created.
    pub households: UsedUp,
}

/// A part of an allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UsedUp {
    /// The part that is used up.
    pub used: u64,
    /// All that there is in a day.
    pub most: u64,
}
