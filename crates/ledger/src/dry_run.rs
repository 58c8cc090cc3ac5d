//! Transactions tried on a state before they may wait for a block.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use lojal_types::{Address, BrandId, TimeMs, VerifiedTransaction};

use crate::allowance::Usage;
use crate::execute::{Beside, BlockExecutor};
use crate::key::OperatorListKey;
use crate::record::OperatorList;
use crate::state::State;
use crate::stop::Stop;
use crate::tree::{LoadedPage, Missing};

/// Checks transactions against one state, each by itself; nothing changes. What they have in common is looked up once.
pub struct DryRun<'a> {
    executor: BlockExecutor<'a>,
    operators: BTreeMap<BrandId, OperatorList>,
}

impl<'a> DryRun<'a> {
    /// Checks against a block at `time`, which comes from a clock and may lag behind the last block's; the next block
    /// is later than that one anyway.
    pub fn new(state: &'a State, time: TimeMs) -> Self {
        let executor = BlockExecutor::new(state, time.max(state.view().tip().time_ms.plus_ms(1)));
        Self { executor, operators: BTreeMap::new() }
    }
    /// As [`BlockExecutor::supply`].
    pub fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.executor.supply(pages);
    }
    /// As [`BlockExecutor::read_ahead`].
    pub fn read_ahead<'b>(&self, next: impl Iterator<Item = &'b VerifiedTransaction>) -> (usize, Result<(), Missing>) {
        self.executor.read_ahead(next)
    }
    /// As [`BlockExecutor::lacking`].
    pub fn lacking(&self, next: &[&VerifiedTransaction]) -> Vec<[u8; 32]> {
        self.executor.lacking(next)
    }
    /// Tries a transaction out. "Before a transaction may wait for a block, a node asks whether it could be in the next
    /// one. What its own clients submit it also tries on the committed state, and refuses at once what would fail
    /// there" (protocol, Transactions).
    ///
    /// # Errors
    /// The code of the first rule that it breaks right now, or the pages that are missing to know.
    pub fn validate(&mut self, transaction: &VerifiedTransaction) -> Result<(), Stop> {
        self.validate_beside(transaction, &Beside::default())
    }
    /// Tries a transaction out as if what others of the same sender take were gone already. "Points and allowances that
    /// other transactions of the same sender, waiting at this node, are going to take are out of reach of the trial"
    /// (protocol, Transactions)
    ///
    /// # Errors
    /// The code of the first rule that it then breaks, or the pages that are missing to know.
    pub fn validate_beside(&mut self, transaction: &VerifiedTransaction, beside: &Beside) -> Result<(), Stop> {
        self.executor.try_out(transaction.identified(), beside)
    }
    /// Checks that a transaction could be in the block behind others of the same sender, whatever would become of it
    /// there.
    ///
    /// # Errors
    /// The code of the first rule that it breaks right now, or the pages that are missing to know.
    pub fn admit(&mut self, transaction: &VerifiedTransaction, before: &Usage) -> Result<(), Stop> {
        self.executor.admit(transaction.identified(), before).map(drop)
    }
    /// The first brand that a transaction names and that its sender is an operator of.
    ///
    /// # Errors
    /// When pages are missing.
    pub fn operated_brand(&mut self, transaction: &VerifiedTransaction) -> Result<Option<BrandId>, Missing> {
        let transaction = transaction.transaction();
        let mut last = None;
        for brand in transaction.operations.iter().flat_map(|operation| operation.brands()) {
            if last.replace(brand) != Some(brand) && self.lists(brand, &transaction.sender)? {
                return Ok(Some(brand));
            }
        }
        Ok(None)
    }

    fn lists(&mut self, brand: BrandId, operator: &Address) -> Result<bool, Missing> {
        let list = match self.operators.entry(brand) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(self.executor.get(&OperatorListKey(brand))?.unwrap_or_default()),
        };
        Ok(list.operators.binary_search(operator).is_ok())
    }
}
