//! Transactions: unsigned, signed, and verified (protocol §6). A verified one can only be made by checking its
//! signature, so whatever takes it need not ask again.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::address::{Address, AddressError, AddressText, Network};
use crate::bounded::Bounded;
use crate::code::Code;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, ChainTag, PublicKey, Signature, TransactionId};
use crate::key::{Claim, KeyPair, verify_batch};
use crate::limits::{TRANSACTION_BYTES_MAX, TRANSACTION_OPERATIONS_MAX};
use crate::operation::Operation;
use crate::time::TimeMs;

/// The operations of one transaction.
pub type Operations<A = Address> = Bounded<Operation<A>, 1, TRANSACTION_OPERATIONS_MAX>;

/// What a sender asks for: all of the operations, or none.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
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
    #[serde(with = "nonce_text")]
    pub nonce: u64,
    /// What to do, in order.
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
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTransaction<A = Address> {
    /// What is signed.
    pub transaction: Transaction<A>,
    /// The key that signed; the ledger checks that it is the sender's.
    pub public_key: PublicKey,
    /// The signature, see [`Transaction::signing_bytes`].
    pub signature: Signature,
}

impl Transaction {
    /// The transaction's id: a hash over chain id and canonical bytes, the same whoever signs it.
    pub fn id(&self, chain: &ChainId) -> TransactionId {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        TransactionId::new(chain_hash(tag::TRANSACTION, chain, &[&bytes]))
    }
    /// What a sender signs: tag ‖ chain id ‖ transaction id.
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
        if bytes.len() > TRANSACTION_BYTES_MAX {
            return Err(Code::TransactionTooLarge);
        }
        borsh::from_slice(bytes).map_err(|_| Code::Malformed)
    }
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
    /// The form that JSON shows.
    pub fn text(self, network: Network) -> SignedTransaction<AddressText> {
        let Ok(text) = self.try_map(|address| Ok::<_, std::convert::Infallible>(address.text(network)));
        text
    }
    /// Checks what can be checked without state: size, network and signature.
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub fn verify(self, chain: &ChainId) -> Result<VerifiedTransaction, Code> {
        verify_all(vec![self], chain).pop().expect("one answer per transaction")
    }
}

impl SignedTransaction<AddressText> {
    /// The form that is signed and hashed.
    ///
    /// # Errors
    /// When an address belongs to another kind of network.
    pub fn on(self, network: Network) -> Result<SignedTransaction, AddressError> {
        self.try_map(|text| text.on(network))
    }
}

/// A transaction of this network, within the size limit, whose signature holds. Whether the key is the sender's
/// is a question of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedTransaction {
    id: TransactionId,
    signed: SignedTransaction,
    bytes: Box<[u8]>,
}

impl VerifiedTransaction {
    /// The transaction's id.
    pub fn id(&self) -> TransactionId {
        self.id
    }
    /// The transaction itself.
    pub fn transaction(&self) -> &Transaction {
        &self.signed.transaction
    }
    /// The transaction with its signature.
    pub fn signed(&self) -> &SignedTransaction {
        &self.signed
    }
    /// The key that signed.
    pub fn public_key(&self) -> PublicKey {
        self.signed.public_key
    }
    /// The canonical bytes of the signed transaction.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Checks many transactions with one batched signature check; one answer per transaction, in order.
pub fn verify_all(signed: Vec<SignedTransaction>, chain: &ChainId) -> Vec<Result<VerifiedTransaction, Code>> {
    struct Prepared {
        id: TransactionId,
        bytes: Box<[u8]>,
        message: Vec<u8>,
    }
    let prepare = |signed: &SignedTransaction| {
        let bytes = signed.encode().into_boxed_slice();
        if bytes.len() > TRANSACTION_BYTES_MAX {
            return Err(Code::TransactionTooLarge);
        }
        if signed.transaction.chain != chain.tag() {
            return Err(Code::WrongChain);
        }
        let id = signed.transaction.id(chain);
        Ok(Prepared { id, bytes, message: Transaction::signing_bytes(&id, chain) })
    };
    let prepared: Vec<Result<Prepared, Code>> = signed.iter().map(prepare).collect();
    let claims: Vec<Claim> = signed
        .iter()
        .zip(&prepared)
        .filter_map(|(signed, prepared)| {
            let message = prepared.as_ref().ok()?.message.as_slice();
            Some(Claim { key: signed.public_key, message, signature: signed.signature })
        })
        .collect();
    let mut holds = verify_batch(&claims).into_iter();
    signed
        .into_iter()
        .zip(prepared)
        .map(|(signed, prepared)| {
            let Prepared { id, bytes, .. } = prepared?;
            let holds = holds.next().expect("one answer per prepared transaction");
            if holds { Ok(VerifiedTransaction { id, signed, bytes }) } else { Err(Code::BadSignature) }
        })
        .collect()
}

#[cfg(test)]
mod tests;
