//! Transactions: unsigned, signed, and verified (protocol, Transactions). A verified one can only be made by checking
//! its signature, so whatever takes it need not ask again.

mod unsigned;
mod verify;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::unsigned::UnsignedTransaction;
pub use self::verify::{IdentifiedTransaction, VerifiedTransaction, verify_all, verify_identified};
use crate::address::{Address, AddressError, AddressText, NetworkKind};
use crate::bounded::Bounded;
use crate::code::Code;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, ChainTag, PublicKey, Signature, TransactionId};
use crate::key::KeyPair;
use crate::limits::{TRANSACTION_BYTES_MAX, TRANSACTION_OPERATIONS_MAX};
use crate::operation::Operation;
use crate::time::TimeMs;

/// The operations of one transaction.
pub type Operations<A = Address> = Bounded<Operation<A>, 1, TRANSACTION_OPERATIONS_MAX>;

/// A sender's request, with its conditions: "All operations happen, or none." (protocol, Transactions)
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction<A = Address> {
    /// The network it is meant for.
    pub chain: ChainTag,
    /// The account that acts.
    pub sender: A,
    /// The block time from which on it can't happen any more.
    pub valid_until_ms: TimeMs,
    /// Random, so that two equal wishes are two transactions. A string in JSON, where numbers are not exact in every
    /// language.
    #[schemars(schema_with = "crate::schema::nonce")]
    #[serde(with = "nonce_text")]
    pub nonce: u64,
    /// The operations to do, in order.
    pub operations: Operations<A>,
}

/// The decimal text of a nonce.
mod nonce_text {
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(nonce: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(nonce)
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        crate::decode::from_text(deserializer)
    }
}

/// A transaction with a signature that nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTransaction<A = Address> {
    /// The transaction that is signed.
    pub transaction: Transaction<A>,
    /// The key that signed; the ledger checks that it is the sender's.
    pub public_key: PublicKey,
    /// The signature, see [`Transaction::signing_bytes`].
    pub signature: Signature,
}

impl Transaction {
    /// The transaction's id: a hash over chain id and canonical bytes, the same whoever signs it.
    pub fn id(&self, chain: &ChainId) -> TransactionId {
        Self::id_of(&borsh::to_vec(self).expect("writing to memory can't fail"), chain)
    }
    /// The id of the transaction with these canonical bytes.
    fn id_of(bytes: &[u8], chain: &ChainId) -> TransactionId {
        TransactionId::new(chain_hash(tag::TRANSACTION, chain, &[bytes]))
    }
    /// The bytes that a sender signs: tag ‖ chain id ‖ transaction id.
    pub fn signing_bytes(id: &TransactionId, chain: &ChainId) -> Vec<u8> {
        [tag::TRANSACTION_SIGNATURE.as_bytes(), chain.as_bytes(), id.as_bytes()].concat()
    }
    /// Signs with the sender's key.
    pub fn sign(self, chain: &ChainId, key: &KeyPair) -> SignedTransaction {
        let message = Self::signing_bytes(&self.id(chain), chain);
        SignedTransaction { public_key: key.public_key(), signature: key.sign(&message), transaction: self }
    }
}

impl<A> SignedTransaction<A> {
    fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<SignedTransaction<B>, E> {
        let Transaction { chain, sender, valid_until_ms, nonce, operations } = self.transaction;
        let operations =
            operations.into_inner().into_iter().map(|op| op.try_map(&mut f)).collect::<Result<Vec<_>, E>>()?;
        let operations = Bounded::new(operations).expect("as many operations as before");
        let transaction = Transaction { chain, sender: f(sender)?, valid_until_ms, nonce, operations };
        Ok(SignedTransaction { transaction, public_key: self.public_key, signature: self.signature })
    }
}

impl SignedTransaction {
    /// Decodes canonical bytes.
    ///
    /// # Errors
    /// [`Code::TransactionTooLarge`] beyond the limit, [`Code::Malformed`] for anything else that is no transaction.
    pub fn decode(bytes: &[u8]) -> Result<Self, Code> {
        decode(bytes)
    }
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
    /// The form that JSON shows.
    pub fn to_text(self, network: NetworkKind) -> SignedTransaction<AddressText> {
        let Ok(text) = self.try_map(|address| Ok::<_, std::convert::Infallible>(address.to_text(network)));
        text
    }
}

/// Decodes a transaction, signed or not, of no more bytes than a signed one may have.
fn decode<T: BorshDeserialize>(bytes: &[u8]) -> Result<T, Code> {
    if bytes.len() > TRANSACTION_BYTES_MAX {
        return Err(Code::TransactionTooLarge);
    }
    borsh::from_slice(bytes).map_err(|_| Code::Malformed)
}

impl SignedTransaction<AddressText> {
    /// The form that is signed and hashed.
    ///
    /// # Errors
    /// When an address belongs to another kind of network.
    pub fn to_canonical(self, network: NetworkKind) -> Result<SignedTransaction, AddressError> {
        self.try_map(|text| text.to_canonical(network))
    }
}

#[cfg(test)]
mod tests;
