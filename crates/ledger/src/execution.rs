//! The result of a block: what the state becomes when the block is decided.

use std::sync::Arc;

use lojal_types::{Receipt, TransactionId, ValidatorSet};

use crate::activity::Concerned;
use crate::fundamentals::Fundamentals;
use crate::shelves::Shelves;
use crate::tree::StateTree;

/// The effect of a block on the state: kept by its id, and applied when it is decided.
pub struct Execution {
    pub(crate) tree: StateTree,
    pub(crate) shelves: Shelves,
    pub(crate) fundamentals: Arc<Fundamentals>,
    pub(crate) added_ids: Vec<(u64, TransactionId)>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) concerned: Concerned,
}

impl Execution {
    /// The state after the block; its root commits to the shelves too.
    pub fn tree(&self) -> &StateTree {
        &self.tree
    }
    /// The validators that decide the next block.
    pub fn validators(&self) -> &ValidatorSet {
        &self.fundamentals.validators
    }
    /// The receipts of the transactions, in order.
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }
}
