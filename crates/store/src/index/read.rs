//! What readers look up.

use borsh::BorshDeserialize;
use lojal_types::{Address, Height, TransactionId};

use super::keys::{self, BlockEntry, TransactionEntry};
use super::{Index, guarded};
use crate::error::IndexError;
use crate::reader::Placed;

impl Index {
    /// Where a block is.
    pub(crate) fn block(&self, height: Height) -> Result<Option<BlockEntry>, IndexError> {
        self.get(&keys::block(height))
    }

    /// A transaction, if it is in a block up to `checkpoint`.
    pub(crate) fn transaction(&self, id: &TransactionId, checkpoint: Height) -> Result<Option<Placed>, IndexError> {
        let entry: Option<TransactionEntry> = self.get(&keys::transaction(id))?;
        let entry = entry.filter(|entry| entry.height <= checkpoint);
        Ok(entry.map(|TransactionEntry { height, index, outcome }| Placed { id: *id, height, index, outcome }))
    }

    /// An account's transactions before a place, the newest first.
    pub(crate) fn history(
        &self,
        account: &Address,
        before: (Height, u32),
        limit: usize,
    ) -> Result<Vec<Placed>, IndexError> {
        let range = keys::history(account, Height::GENESIS, 0)..keys::history(account, before.0, before.1);
        let entries = guarded(|| self.db.range(range).rev().take(limit).collect::<Result<Vec<_>, _>>())?;
        let items = entries.iter().map(|(key, value)| keys::history_item(key, value));
        items.collect::<Option<Vec<_>>>().ok_or(IndexError::Inconsistent("an item of a history is malformed"))
    }

    /// What is under a key.
    pub(super) fn get<T: BorshDeserialize>(&self, key: &[u8]) -> Result<Option<T>, IndexError> {
        let Some(value) = guarded(|| self.db.get(key))? else { return Ok(None) };
        borsh::from_slice(&value).map(Some).map_err(|_| IndexError::Inconsistent("a value is malformed"))
    }
}
