//! Transactions that are proven to be final, and receipts that are kept and hold without anybody's word.

use lojal_chain::{SavedReceipt, TransactionProof};
use lojal_types::{Bounded, Genesis, TransactionId, api};

use crate::proven::encoded;
use crate::{Client, ClientError, Verified, Verifier};

impl Client {
    /// `GET /v1/transactions/{id}/proof`: a transaction of the ledger with its receipt, proven by the genesis document.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_transaction` while it isn't final; [`ClientError::Untrue`] if it isn't
    /// proven; others: see [`ClientError`].
    pub fn receipt(&self, id: &TransactionId, genesis: &Genesis) -> Result<SavedReceipt, ClientError> {
        let proof = self.transaction_proof(id)?;
        let changes = self.follow(&mut Verifier::new(genesis), proof.header.height)?;
        let changes = Bounded::new(changes).expect("no more changes are followed than a receipt may have");
        let saved = SavedReceipt { changes, proof };
        saved.check(genesis).map_err(|error| self.false_proof(id, &error.to_string()))?;
        Ok(saved)
    }
    /// `GET /v1/transactions/{id}/proof`: the same, proven by what the verifier knows, which learns of the validators
    /// that are followed; of a block before that by the genesis document.
    ///
    /// # Errors
    /// As for [`Client::receipt`], and [`ClientError::Split`].
    pub fn proven_transaction(
        &self,
        id: &TransactionId,
        genesis: &Genesis,
        verifier: &mut Verifier,
    ) -> Result<Verified<TransactionProof>, ClientError> {
        let proof = self.transaction_proof(id)?;
        let mut from_genesis = Verifier::new(genesis);
        let is_older = proof.header.height < verifier.pin().height;
        let verifier = if is_older { &mut from_genesis } else { verifier };
        let (what, header) = (format!("the proof of transaction {id}"), encoded(&proof.header));
        self.judge(verifier, (&what, &header), |verifier| verifier.transaction(proof))
    }

    /// The proof of a transaction, of which nothing is checked but whose it says to be.
    fn transaction_proof(&self, id: &TransactionId) -> Result<TransactionProof, ClientError> {
        let answer: api::ProvenTransaction = self.get_json(&format!("/v1/transactions/{id}/proof"), &[])?;
        let proof: TransactionProof =
            borsh::from_slice(&answer.proof.0).map_err(|_| self.false_proof(id, "its bytes can't be read"))?;
        if proof.receipt.transaction != *id {
            return Err(self.false_proof(id, "it is of another transaction"));
        }
        Ok(proof)
    }
    fn false_proof(&self, id: &TransactionId, reason: &str) -> ClientError {
        ClientError::Untrue { url: self.url.clone(), reason: format!("of the proof of transaction {id}, {reason}") }
    }
}
