//! Transactions tried on a state before they may wait for a block.

use lojal_types::{Code, TimeMs, VerifiedTransaction};

use crate::execute::BlockExecutor;
use crate::state::State;

/// Checks transactions against one state, each by itself; nothing changes. What they have in common is looked up once.
pub struct DryRun<'a>(BlockExecutor<'a>);

impl<'a> DryRun<'a> {
    /// Checks against a block at `time`, which comes from a clock and may lag behind the last block's; the next block
    /// is later than that one anyway.
    pub fn new(state: &'a State, time: TimeMs) -> Self {
        Self(BlockExecutor::new(state, time.max(state.view().tip().time_ms.plus_ms(1))))
    }
    /// As [`BlockExecutor::read_ahead`].
    pub fn read_ahead<'b>(&self, next: impl Iterator<Item = &'b VerifiedTransaction>) -> usize {
        self.0.read_ahead(next)
    }
    /// Tries a transaction out. "Before a transaction may wait for a block, a node asks whether it could be in the next
    /// one. What its own clients submit it also tries on the committed state, and refuses at once what would fail
    /// there" (protocol, Transactions).
    ///
    /// # Errors
    /// The code of the first rule that it breaks right now.
    pub fn validate(&mut self, transaction: &VerifiedTransaction) -> Result<(), Code> {
        self.0.try_out(transaction)
    }
    /// Checks that a transaction could be in the block, whatever would become of it there.
    ///
    /// # Errors
    /// The code of the first rule that it breaks right now.
    pub fn admit(&mut self, transaction: &VerifiedTransaction) -> Result<(), Code> {
        self.0.admit(transaction)
    }
}
