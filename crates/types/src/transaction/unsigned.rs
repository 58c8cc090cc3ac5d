//! Transactions that nobody has signed, for those who only ask what they would do.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{SignedTransaction, Transaction, decode};
use crate::address::Address;
use crate::code::Code;
use crate::ids::{PublicKey, Signature};

/// A transaction and the key that would sign it: a signed one without its signature.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsignedTransaction<A = Address> {
    /// The transaction.
    pub transaction: Transaction<A>,
    /// The key that would sign.
    pub public_key: PublicKey,
}

impl<A> UnsignedTransaction<A> {
    /// The same as it would be sent, as far as anybody can know it: with a signature that holds for nothing.
    pub fn with_no_signature(self) -> SignedTransaction<A> {
        let Self { transaction, public_key } = self;
        SignedTransaction { transaction, public_key, signature: Signature::new([0; 64]) }
    }
}

impl UnsignedTransaction {
    /// Decodes canonical bytes.
    ///
    /// # Errors
    /// [`Code::TransactionTooLarge`] beyond the limit of signed ones, [`Code::Malformed`] for anything else that is no
    /// transaction with a key.
    pub fn decode(bytes: &[u8]) -> Result<Self, Code> {
        decode(bytes)
    }
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
}
