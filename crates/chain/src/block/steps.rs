//! A block's transactions, one after the other, with what is read ahead for them.

use std::sync::Arc;

use lojal_ledger::{BlockExecutor, Missing, State, decided};
use lojal_types::{Code, TimeMs, VerifiedTransaction};

/// The execution of transactions one after the other, as far as it has come.
pub(super) struct Steps<'a> {
    pub(super) executor: BlockExecutor<'a>,
    /// The place of the next transaction.
    pub(super) next: usize,
    /// The place up to which was read ahead.
    ahead: usize,
}

impl<'a> Steps<'a> {
    pub(super) fn new(state: &'a State, time: TimeMs) -> Self {
        Self { executor: BlockExecutor::new(state, time), next: 0, ahead: 0 }
    }

    /// Executes the next one of some transactions, and reads ahead when those for which that was done before are over.
    pub(super) fn push(
        &mut self,
        transactions: &[Arc<VerifiedTransaction>],
        next: &VerifiedTransaction,
    ) -> Result<Result<(), Code>, Missing> {
        if self.next >= self.ahead {
            let (count, missing) = self.executor.read_ahead(transactions[self.next..].iter().map(|one| &**one));
            missing?;
            self.ahead = self.next + count;
        }
        Ok(decided(self.executor.push(next))?.map(drop))
    }

    /// The pages that the transactions from the next one on are going to need, as far as it can be told.
    pub(super) fn lacking(&self, transactions: &[Arc<VerifiedTransaction>]) -> Vec<[u8; 32]> {
        let rest: Vec<&VerifiedTransaction> = transactions[self.next..].iter().map(|one| &**one).collect();
        self.executor.lacking(&rest)
    }
}
