//! Halves of transactions' ids.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::TransactionId;

/// The first half of a transaction's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HalfId([u8; 16]);

impl HalfId {
    /// The first half of an id.
    pub fn of(id: &TransactionId) -> Self {
        Self(*id.as_bytes().first_chunk().expect("an id has 32 bytes"))
    }

    /// The hash by which a table places it: an id is a hash already. An author can make up ids that meet there, each
    /// with a hundred thousand tries, and then it is those that take longer to find.
    pub(crate) fn place(&self) -> u64 {
        u64::from_le_bytes(*self.0.last_chunk().expect("16 bytes are more than 8"))
    }
}
