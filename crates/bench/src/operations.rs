//! The cost of what version 2 adds, beside a transfer's: blocks of one kind of operation each, executed here on states
//! that are made for it, without network, disk and signature checks.

mod blocks;
mod economy;
mod rounds;
mod states;
mod terms;
#[cfg(test)]
mod tests;
mod timing;

use lojal_ledger::View;
use lojal_ledger::key::{StandingKey, StateKey};
use lojal_ledger::record::{Count, Standing};
use serde::Serialize;

pub use self::blocks::Kind;
use self::economy::Economy;
use self::rounds::FAIR_ROUNDS;
pub use self::rounds::{Beside, Timed};
use crate::error::BenchError;

/// Operations of a block.
const BLOCK_OPERATIONS: usize = 4_000;
/// Lines of the list of invitations.
const LIST_LINES: usize = 1_000_000;

/// The extent of a measurement.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Extent {
    /// Accounts, each with points of every brand.
    pub accounts: usize,
    /// Operations of a block, each by or for another account.
    pub block: usize,
    /// The number of times that all kinds of block take turns.
    pub rounds: usize,
    /// Lines of the list of invitations, one of each account among them.
    pub lines: usize,
}

/// The costs that were measured.
#[derive(Clone, Debug, Serialize)]
pub struct Costs {
    /// The extent.
    pub extent: Extent,
    /// Every kind of operation, in the order of [`Kind::ALL`].
    pub kinds: Vec<Timed>,
    /// Transfers where nobody has a record of a programme, and where everybody has.
    pub transfers: Beside,
    /// The records of what a brand has counted and given.
    pub relations: Relations,
}

/// The relations of members with brands, as entries of the state: each with a level, a badge and a challenge that the
/// member takes part in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Relations {
    /// The number of them.
    pub count: usize,
    /// The mean size of key and value, in bytes.
    pub mean_bytes: f64,
    /// The size of the largest.
    pub max_bytes: usize,
}

/// Measures with so many accounts. What is measured is the same in every run.
pub fn measure(accounts: usize) -> Result<Costs, BenchError> {
    measure_of(Extent {
        accounts,
        block: BLOCK_OPERATIONS.min(accounts / 2),
        rounds: FAIR_ROUNDS,
        lines: LIST_LINES.max(accounts),
    })
}

fn measure_of(extent: Extent) -> Result<Costs, BenchError> {
    let economy = Economy::new(extent.accounts, extent.lines);
    let states = states::make(&economy)?;
    let relations = relations(states.programme.view())?;
    let (kinds, transfers) = rounds::run(&economy, &states, extent)?;
    Ok(Costs { extent, kinds, transfers, relations })
}

impl Costs {
    /// The times of a kind.
    pub fn of(&self, kind: Kind) -> &Timed {
        self.kinds.iter().find(|timed| timed.kind == kind).expect("every kind is measured")
    }
}

/// Adds up all relations of a state.
fn relations(view: &View) -> Result<Relations, BenchError> {
    let (mut count, mut sum, mut max_bytes) = (0, 0, 0);
    for entry in view.entries() {
        let (key, value) = entry.map_err(BenchError::execution)?;
        if StandingKey::decode(key).is_none() {
            continue;
        }
        if !StandingKey::record(value).as_ref().is_some_and(is_whole) {
            return Err(BenchError::execution("a relation lacks a level, a badge or a challenge"));
        }
        let bytes = key.len() + value.len();
        (count, sum, max_bytes) = (count + 1, sum + bytes, max_bytes.max(bytes));
    }
    Ok(Relations { count, mean_bytes: sum as f64 / count.max(1) as f64, max_bytes })
}

/// True if a relation has everything that its size is measured with.
fn is_whole(standing: &Standing) -> bool {
    let is_challenged = standing.progress.iter().any(|one| matches!(one.count, Count::Window { .. }));
    let has_badge = !standing.marks.is_empty() && !standing.taken.is_empty();
    is_challenged && has_badge && !standing.levels.is_empty()
}
