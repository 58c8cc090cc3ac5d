//! Proofs that a transaction is on the ledger, and with which outcome (protocol, Light clients).

mod text;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::merkle::{Step, leaf, path, root_of_path};
use lojal_types::{Block, Bounded, Certificate, Genesis, Header, Receipt, SignedTransaction};
use thiserror::Error;

pub use self::text::ReceiptTextError;
use crate::light::{LightError, LightState, SetChange, TrustedHeader};

/// Most steps of a path: a block has at most 10,000 transactions.
pub const STEPS_MAX: usize = 14;
/// Most changes of the validators that a saved receipt has.
pub const CHANGES_MAX: usize = 1024;

// So many steps are enough for every block.
const _: () = assert!(lojal_types::limits::BLOCK_TRANSACTIONS_MAX <= 1 << STEPS_MAX);

/// The path from an item of a list to the list's root.
pub type Path = Bounded<Step, 0, STEPS_MAX>;

/// A transaction of a block with its receipt, and all that leads from them to the certificate.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TransactionProof {
    /// The block's header.
    pub header: Header,
    /// The certificate that makes the block final.
    pub certificate: Certificate,
    /// The transaction.
    pub transaction: SignedTransaction,
    /// Its receipt.
    pub receipt: Receipt,
    /// The path from the transaction to the header's root.
    pub transactions_path: Path,
    /// The path from the receipt to the header's root.
    pub receipts_path: Path,
}

/// A proof for whoever has the genesis document alone, and nobody to ask.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SavedReceipt {
    /// The blocks before the transaction's after which other validators decided, all of them in their order.
    pub changes: Bounded<SetChange, 0, CHANGES_MAX>,
    /// The proof.
    pub proof: TransactionProof,
}

/// A reason that a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InclusionError {
    /// The header isn't final, as far as the validators are known.
    #[error("its header isn't final: {0}")]
    Header(#[from] LightError),
    /// The transaction isn't one of the block.
    #[error("the transaction isn't one of the block")]
    Transaction,
    /// The receipt isn't one of the block.
    #[error("the receipt isn't one of the block")]
    Receipt,
    /// A receipt of the block, but of another transaction.
    #[error("the receipt is that of another transaction")]
    OtherTransaction,
}

impl TransactionProof {
    /// The proof of a transaction of a block, by its place there; none if the block has none at this place, or the
    /// receipts aren't the block's.
    pub fn new(block: &Block, certificate: Certificate, receipts: &[Receipt], index: usize) -> Option<Self> {
        let (header, transactions) = (block.header.clone(), &block.transactions);
        let of_transactions: Vec<[u8; 32]> = transactions.iter().map(|one| leaf(&one.encode())).collect();
        let of_receipts: Vec<[u8; 32]> = receipts.iter().map(leaf_of).collect();
        let proof = Self {
            header,
            certificate,
            transaction: transactions.get(index)?.clone(),
            receipt: *receipts.get(index)?,
            transactions_path: Bounded::new(path(&of_transactions, index)?).ok()?,
            receipts_path: Bounded::new(path(&of_receipts, index)?).ok()?,
        };
        proof.check_paths().is_ok().then_some(proof)
    }

    /// Checks that the transaction is on the ledger with this receipt; answers with the header of its block.
    ///
    /// # Errors
    /// What is wrong with the proof.
    pub fn check(&self, light: &LightState) -> Result<TrustedHeader, InclusionError> {
        let header = light.check(&self.header, &self.certificate)?;
        self.check_paths()?;
        Ok(header)
    }

    /// Checks that transaction and receipt stand at one place of the lists to which the header commits, whoever has
    /// decided that.
    ///
    /// # Errors
    /// What is wrong with the paths, or that the receipt is that of another transaction.
    pub fn check_paths(&self) -> Result<(), InclusionError> {
        let of_transaction = root_of_path(leaf(&self.transaction.encode()), &self.transactions_path);
        if of_transaction != *self.header.transactions_root.as_bytes() {
            return Err(InclusionError::Transaction);
        }
        if root_of_path(leaf_of(&self.receipt), &self.receipts_path) != *self.header.receipts_root.as_bytes() {
            return Err(InclusionError::Receipt);
        }
        // "both take the same turns, and the receipt is that of the transaction's id" (protocol, Light clients)
        let turns = |path: &Path| path.iter().map(|step| step.is_left).collect::<Vec<_>>();
        let is_its = self.receipt.transaction == self.transaction.transaction.id(&self.header.chain_id);
        if !is_its || turns(&self.transactions_path) != turns(&self.receipts_path) {
            return Err(InclusionError::OtherTransaction);
        }
        Ok(())
    }
}

impl SavedReceipt {
    /// Checks that the transaction is on the ledger of a genesis document with this receipt; answers with the header of
    /// its block.
    ///
    /// # Errors
    /// What is wrong with the proof, or with the way to it.
    pub fn check(&self, genesis: &Genesis) -> Result<TrustedHeader, InclusionError> {
        let mut light = LightState::genesis(genesis);
        for change in self.changes.iter() {
            light.advance(change)?;
        }
        self.proof.check(&light)
    }
}

fn leaf_of(receipt: &Receipt) -> [u8; 32] {
    leaf(&borsh::to_vec(receipt).expect("writing to memory can't fail"))
}

#[cfg(test)]
mod tests;
