//! Transactions executed on a version of the state by those who only want to know what they would do.

use lojal_types::{Address, Code, IdentifiedTransaction, Outcome, TimeMs};

use crate::ahead::read_ahead;
use crate::execute::BlockExecutor;
use crate::recent::RecentIds;
use crate::state::{Tip, View};
use crate::stop::decided;
use crate::unfinished::Unfinished;

/// The effect that a transaction would have as the only one of the next block, and nothing that could be applied.
pub struct Simulation {
    /// The outcome on the ledger, or the reason that it can't be in a block at all.
    pub outcome: Result<Outcome, Code>,
    /// The accounts that it would concern.
    pub concerned: Vec<Address>,
    /// The state without it, as it reads at the time of that block.
    pub before: View,
    /// The state with it, at the same time.
    pub after: View,
}

impl Simulation {
    /// Executes a transaction as a block would that is made `now`, which comes from a clock and may lag behind the last
    /// block's time; the next block is later than that one anyway. Nobody has to have signed it: its key is taken for
    /// the one that would. What has been in a block before is for the caller to refuse, since a version of the state
    /// has no ids.
    ///
    /// # Errors
    /// When pages are missing, or points appeared or vanished.
    pub fn of(view: &View, now: TimeMs, identified: &IdentifiedTransaction) -> Result<Self, Unfinished> {
        let time = now.max(view.tip().time_ms.plus_ms(1));
        read_ahead(view, time, std::iter::once(identified)).1?;
        let (none, tip) = (RecentIds::default(), Tip { time_ms: time, ..view.tip() });
        let before = view.at(time);
        let mut executor = BlockExecutor::on(view, &none, view.rules(), time);
        let outcome = match identified.check() {
            Ok(()) => decided(executor.execute(identified))?.map(|receipt| receipt.outcome),
            Err(code) => Err(code),
        };
        if outcome.is_err() {
            let after = before.clone();
            return Ok(Self { outcome, concerned: Vec::new(), before, after });
        }
        let execution = executor.finish()?;
        let concerned = execution.concerned.iter().flatten().map(|(address, _)| *address).collect();
        Ok(Self { outcome, concerned, before, after: view.after(&execution, tip) })
    }
}

#[cfg(test)]
mod tests;
