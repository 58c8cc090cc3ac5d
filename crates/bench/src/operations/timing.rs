//! One block: executed as a node executes it, and timed.

use std::time::{Duration, Instant};

use lojal_ledger::{BlockExecutor, Execution, State, StateTree, Tip};
use lojal_types::{BlockId, Outcome, TimeMs, VerifiedTransaction};

use crate::error::BenchError;

/// A block that was executed.
pub struct Executed {
    /// Its effect.
    pub execution: Execution,
    /// The time of the rules: from the first transaction's admission to the last one's receipt.
    pub rules: Duration,
    /// The time of the whole block: with the tree, and the check that no point appeared or vanished.
    pub block: Duration,
}

/// Executes transactions on a state that it leaves as it is.
///
/// # Errors
/// [`BenchError::Execution`] if one of them isn't applied: what fails early is fast.
pub fn execute(
    state: &State,
    time: TimeMs,
    what: &str,
    transactions: &[VerifiedTransaction],
) -> Result<Executed, BenchError> {
    let started = Instant::now();
    let mut executor = BlockExecutor::new(state, time);
    let mut ahead = 0;
    for (place, transaction) in transactions.iter().enumerate() {
        if place >= ahead {
            let (count, missing) = executor.read_ahead(transactions[place..].iter());
            missing.map_err(BenchError::execution)?;
            ahead = place + count;
        }
        let receipt = executor.push(transaction).map_err(|stop| BenchError::Execution(format!("{what}: {stop:?}")))?;
        if receipt.outcome != Outcome::Applied {
            return Err(BenchError::Execution(format!("{what} had no effect: {:?}", receipt.outcome)));
        }
    }
    let rules = started.elapsed();
    let execution = executor.finish().map_err(BenchError::execution)?;
    Ok(Executed { execution, rules, block: started.elapsed() })
}

/// Makes a block part of a state.
pub fn apply(state: &mut State, execution: Execution, time_ms: TimeMs) {
    let height = state.view().tip().height.next();
    let mut id = [0; 32];
    id[..8].copy_from_slice(&height.get().to_le_bytes());
    state.apply(execution, Tip { height, block: BlockId::new(id), time_ms });
}

/// The number of entries that a block leaves changed, new or gone: those of the tree, and those of shelves.
pub fn written(state: &State, execution: Execution, time: TimeMs) -> Result<usize, BenchError> {
    let mut after = state.clone();
    apply(&mut after, execution, time);
    let mut written = 0;
    let empty = StateTree::new();
    let mut count = |older: &StateTree, newer: &StateTree| {
        StateTree::diff(older, newer, |_, _, _| written += 1).map_err(BenchError::execution)
    };
    count(state.view().tree(), after.view().tree())?;
    for (month, shelf) in after.view().shelves().iter() {
        count(state.view().shelves().get(month).unwrap_or(&empty), shelf)?;
    }
    Ok(written)
}
