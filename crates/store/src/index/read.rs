//! The look-ups of readers.

use borsh::BorshDeserialize;
use lojal_types::{Address, Height, TransactionId};

use super::keys::{self, BlockEntry};
use super::{Index, guarded};
use crate::error::{IndexError, StoreError};
use crate::placed::{Page, Placed};

impl Index {
    /// The entry of a block, with its place.
    pub(crate) fn block(&self, height: Height) -> Result<Option<BlockEntry>, IndexError> {
        self.get(&keys::block(height))
    }

    /// A transaction, if it is in a block up to `checkpoint`.
    pub(crate) fn transaction(&self, id: &TransactionId, checkpoint: Height) -> Result<Option<Placed>, StoreError> {
        Ok(self.runs.transaction(id)?.filter(|placed| placed.height <= checkpoint))
    }

    /// An account's transactions before a place, the newest first.
    pub(crate) fn history(&self, account: &Address, before: (Height, u32), limit: usize) -> Result<Page, StoreError> {
        self.runs.history(account, before, limit)
    }

    /// An account's transactions from a place on, up to `checkpoint`, the oldest first.
    pub(crate) fn history_from(
        &self,
        account: &Address,
        from: (Height, u32),
        limit: usize,
        checkpoint: Height,
    ) -> Result<Vec<Placed>, StoreError> {
        let mut found = self.runs.history_from(account, from, limit)?;
        found.retain(|placed| placed.height <= checkpoint);
        Ok(found)
    }

    /// The transactions of a block up to `checkpoint`, in its order.
    pub(crate) fn placed_in(&self, height: Height, checkpoint: Height) -> Result<Vec<Placed>, StoreError> {
        if height > checkpoint {
            return Ok(Vec::new());
        }
        self.runs.placed_in(height)
    }

    /// The value under a key.
    pub(super) fn get<T: BorshDeserialize>(&self, key: &[u8]) -> Result<Option<T>, IndexError> {
        let Some(value) = guarded(|| self.db.get(key))? else { return Ok(None) };
        borsh::from_slice(&value).map(Some).map_err(|_| IndexError::Inconsistent("a value is malformed"))
    }
}
