//! The stages of knowing a signed transaction: first its id, then that its signature holds.

use super::{SignedTransaction, Transaction};
use crate::code::Code;
use crate::ids::{ChainId, PublicKey, TransactionId};
use crate::key::{Claim, verify_batch};
use crate::limits::TRANSACTION_BYTES_MAX;
use crate::merkle;

/// Bytes of public key and signature, which follow the transaction in the canonical bytes.
const SIGNATURE_BYTES: usize = 32 + 64;

/// A transaction with everything that its bytes alone give, each computed once. Nobody has checked anything of it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifiedTransaction {
    chain: ChainId,
    id: TransactionId,
    leaf: [u8; 32],
    signed: SignedTransaction,
    bytes: Box<[u8]>,
}

impl IdentifiedTransaction {
    /// The transaction's id.
    pub fn id(&self) -> TransactionId {
        self.id
    }
    /// The hash of its leaf under a block's `transactions_root`.
    pub fn leaf(&self) -> &[u8; 32] {
        &self.leaf
    }
    /// The transaction itself.
    pub fn transaction(&self) -> &Transaction {
        &self.signed.transaction
    }
    /// The transaction with its signature.
    pub fn signed(&self) -> &SignedTransaction {
        &self.signed
    }
    /// The key that is said to have signed.
    pub fn public_key(&self) -> PublicKey {
        self.signed.public_key
    }
    /// The canonical bytes of the signed transaction.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Checks size and network: "`chain` is this chain's" (protocol, Transactions).
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub fn check(&self) -> Result<(), Code> {
        if self.bytes.len() > TRANSACTION_BYTES_MAX {
            return Err(Code::TransactionTooLarge);
        }
        if self.signed.transaction.chain != self.chain.tag() {
            return Err(Code::WrongChain);
        }
        Ok(())
    }
}

impl SignedTransaction {
    /// Encodes it and computes its id on a chain, for every later use.
    pub fn identify(self, chain: &ChainId) -> IdentifiedTransaction {
        let bytes = self.encode().into_boxed_slice();
        let id = Transaction::id_of(&bytes[..bytes.len() - SIGNATURE_BYTES], chain);
        IdentifiedTransaction { chain: *chain, id, leaf: merkle::leaf(&bytes), signed: self, bytes }
    }
    /// Checks what can be checked without state: size, network and signature.
    ///
    /// # Errors
    /// The code of the first rule that it breaks.
    pub fn verify(self, chain: &ChainId) -> Result<VerifiedTransaction, Code> {
        verify_all(vec![self], chain).pop().expect("one answer per transaction")
    }
}

/// A transaction of this network, within the size limit, whose signature holds. Whether the key is the sender's
/// is a question of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedTransaction(IdentifiedTransaction);

impl VerifiedTransaction {
    /// The transaction as its bytes alone give it.
    pub fn identified(&self) -> &IdentifiedTransaction {
        &self.0
    }
    /// The transaction's id.
    pub fn id(&self) -> TransactionId {
        self.0.id
    }
    /// The hash of its leaf under a block's `transactions_root`.
    pub fn leaf(&self) -> &[u8; 32] {
        &self.0.leaf
    }
    /// The transaction itself.
    pub fn transaction(&self) -> &Transaction {
        &self.0.signed.transaction
    }
    /// The transaction with its signature.
    pub fn signed(&self) -> &SignedTransaction {
        &self.0.signed
    }
    /// The key that signed.
    pub fn public_key(&self) -> PublicKey {
        self.0.signed.public_key
    }
    /// The canonical bytes of the signed transaction.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
}

/// Checks many transactions with one batched signature check; one answer per transaction, in order.
pub fn verify_all(signed: Vec<SignedTransaction>, chain: &ChainId) -> Vec<Result<VerifiedTransaction, Code>> {
    verify_identified(signed.into_iter().map(|one| Ok(one.identify(chain))).collect())
}

/// As [`verify_all`], of transactions whose ids are known already; those that are refused already stay so. "A
/// transaction can be in a block if: its signature holds" (protocol, Transactions).
pub fn verify_identified(
    identified: Vec<Result<IdentifiedTransaction, Code>>,
) -> Vec<Result<VerifiedTransaction, Code>> {
    let checked: Vec<Result<IdentifiedTransaction, Code>> =
        identified.into_iter().map(|one| one.and_then(|one| one.check().map(|()| one))).collect();
    let well_formed = || checked.iter().flatten();
    let messages: Vec<Vec<u8>> = well_formed().map(|one| Transaction::signing_bytes(&one.id, &one.chain)).collect();
    let claims: Vec<Claim<'_>> = well_formed()
        .zip(&messages)
        .map(|(one, message)| Claim { key: one.signed.public_key, message, signature: one.signed.signature })
        .collect();
    let mut holds = verify_batch(&claims).into_iter();
    let each = checked.into_iter().map(|one| {
        let one = one?;
        let holds = holds.next().expect("one answer per well-formed transaction");
        if holds { Ok(VerifiedTransaction(one)) } else { Err(Code::BadSignature) }
    });
    each.collect()
}
