//! Receipts that are kept, and hold without anybody's word.

use lojal_chain::{SavedReceipt, TransactionProof};
use lojal_types::{Bounded, Genesis, TransactionId, api};

use crate::{Client, ClientError, Verifier};

impl Client {
    /// `GET /v1/transactions/{id}/proof`: a transaction of the ledger with its receipt, proven by the genesis document.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_transaction` while it isn't final; [`ClientError::Untrue`] if it isn't
    /// proven; others: see [`ClientError`].
    pub fn receipt(&self, id: &TransactionId, genesis: &Genesis) -> Result<SavedReceipt, ClientError> {
        let answer: api::ProvenTransaction = self.get_json(&format!("/v1/transactions/{id}/proof"), &[])?;
        let untrue = |reason: String| ClientError::Untrue {
            url: self.url.clone(),
            reason: format!("of the proof of transaction {id}, {reason}"),
        };
        let proof: TransactionProof =
            borsh::from_slice(&answer.proof.0).map_err(|_| untrue("its bytes can't be read".to_owned()))?;
        if proof.receipt.transaction != *id {
            return Err(untrue("it is of another transaction".to_owned()));
        }
        let changes = self.follow(&mut Verifier::new(genesis), proof.header.height)?;
        let changes = Bounded::new(changes).expect("no more changes are followed than a receipt may have");
        let saved = SavedReceipt { changes, proof };
        saved.check(genesis).map_err(|error| untrue(error.to_string()))?;
        Ok(saved)
    }
}
