//! The effect that a transaction would have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Account, Standing};
use crate::address::AddressText;
use crate::code::Code;
use crate::ids::Height;
use crate::receipt::Outcome;
use crate::time::TimeMs;

/// `POST /v1/simulate`: the effect that a transaction would have in the next block.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Simulation {
    /// The outcome.
    pub outcome: Foretold,
    /// The accounts that it would change, by address, as far as whoever asks may read them.
    pub effects: Vec<Effect>,
    /// The standings that it would change, by address and brand, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standings: Vec<StandingEffect>,
    /// The last block, on top of which it was tried.
    pub height: Height,
    /// The time that the next block was taken to have.
    pub time_ms: TimeMs,
}

/// The outcome that a transaction would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Foretold {
    /// Every operation would happen.
    Applied,
    /// Nothing would happen, and never could.
    Failed {
        /// The place of the operation that couldn't be done, counted from 0.
        operation: u8,
        /// The reason.
        code: Code,
    },
    /// It couldn't be in a block.
    Refused {
        /// The reason.
        code: Code,
    },
}

impl From<Result<Outcome, Code>> for Foretold {
    fn from(outcome: Result<Outcome, Code>) -> Self {
        match outcome {
            Ok(Outcome::Applied) => Self::Applied,
            Ok(Outcome::Failed { operation, code }) => Self::Failed { operation, code },
            Err(code) => Self::Refused { code },
        }
    }
}

/// The change of one account. Balances and holds that stay as they are are in neither.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Effect {
    /// The account without the transaction.
    pub before: Account,
    /// The account with it.
    pub after: Account,
}

impl Effect {
    /// The difference between two readings of an account; none if there is none.
    pub fn between(mut before: Account, mut after: Account) -> Option<Self> {
        if before == after {
            return None;
        }
        let (balances, holds) = (before.balances.clone(), before.holds.clone());
        before.balances.retain(|one| !after.balances.contains(one));
        before.holds.retain(|one| !after.holds.contains(one));
        after.balances.retain(|one| !balances.contains(one));
        after.holds.retain(|one| !holds.contains(one));
        Some(Self { before, after })
    }
}

/// The change of what a brand has counted of an account.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct StandingEffect {
    /// The account.
    pub address: AddressText,
    /// The standing without the transaction; null if there is none.
    pub before: Option<Standing>,
    /// The standing with it; null if there is none.
    pub after: Option<Standing>,
}
