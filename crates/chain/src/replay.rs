//! The way from one block to the next, for whoever follows a chain: a node at start, a node that catches up, an
//! auditor.

use std::sync::Arc;

use lojal_ledger::{Concerned, State, StateTree, Tip};
use lojal_types::block::BlockDecodeError;
use lojal_types::{
    Block, BlockId, Certificate, ChainId, Code, Genesis, Header, Height, Month, Receipt, VerifiedTransaction,
    verify_all,
};
use thiserror::Error;

use crate::block::{BlockCheck, ExecutedBlock, InvalidBlock, execute_block};
use crate::certificate::{CertificateError, verify_certificate};

/// A final block, already applied to the state that it was executed on.
#[derive(Clone, Debug)]
pub struct CommittedBlock {
    /// Its id.
    pub id: BlockId,
    /// Its header.
    pub header: Header,
    /// Its canonical bytes.
    pub bytes: Arc<[u8]>,
    /// Its transactions.
    pub transactions: Vec<Arc<VerifiedTransaction>>,
    /// The outcomes of the transactions, in their order.
    pub receipts: Vec<Receipt>,
    /// The accounts that the transactions concern, in their order.
    pub concerned: Concerned,
    /// The certificate that makes it final.
    pub certificate: Certificate,
}

/// A reason an executed block can't be committed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitError {
    /// The certificate is for another block.
    #[error("the certificate is for another block or height")]
    OtherBlock,
    /// The certificate doesn't hold.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The state has moved on since the block was executed.
    #[error("the block was executed on another state")]
    OtherState,
}

/// A valid block with the certificate that makes it final, both checked, but not applied yet: a node writes it to disk
/// at this point.
pub struct FinalBlock {
    block: ExecutedBlock,
    certificate: Certificate,
}

impl FinalBlock {
    /// The block's canonical bytes.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.block.bytes
    }
    /// The certificate that makes it final.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
    /// Applies what the block does.
    ///
    /// # Errors
    /// [`CommitError::OtherState`] if it isn't the state that the block was executed on, which is unchanged then.
    pub fn apply(self, state: &mut State) -> Result<CommittedBlock, CommitError> {
        let Self { block: ExecutedBlock { id, header, bytes, transactions, execution }, certificate } = self;
        if header.parent != state.view().tip().block {
            return Err(CommitError::OtherState);
        }
        let (receipts, concerned) =
            state.apply(execution, Tip { height: header.height, block: id, time_ms: header.time_ms });
        Ok(CommittedBlock { id, header, bytes, transactions, receipts, concerned, certificate })
    }
}

/// Checks that `certificate` makes `block` final on top of `state`, without changing anything.
///
/// # Errors
/// See [`CommitError`].
pub fn check_commit(state: &State, block: ExecutedBlock, certificate: Certificate) -> Result<FinalBlock, CommitError> {
    let tip = state.view().tip();
    if block.header.parent != tip.block {
        return Err(CommitError::OtherState);
    }
    if certificate.block != block.id || certificate.height != block.header.height {
        return Err(CommitError::OtherBlock);
    }
    verify_certificate(&certificate, state.view().validators(), &state.view().chain_id())?;
    Ok(FinalBlock { block, certificate })
}

/// Makes a valid block final: checks its certificate and applies what it does.
///
/// # Errors
/// See [`CommitError`]; the state is unchanged then.
pub fn commit(
    state: &mut State,
    block: ExecutedBlock,
    certificate: Certificate,
) -> Result<CommittedBlock, CommitError> {
    check_commit(state, block, certificate)?.apply(state)
}

/// The first discrepancy of a chain.
#[derive(Debug, Error)]
#[error("height {height}: {reason}")]
pub struct ReplayError {
    /// The height at which it is.
    pub height: Height,
    /// The kind of fault.
    #[source]
    pub reason: ReplayFault,
}

/// A fault of a chain.
#[derive(Debug, Error)]
pub enum ReplayFault {
    /// Not a block.
    #[error(transparent)]
    Decode(#[from] BlockDecodeError),
    /// Not a valid one.
    #[error(transparent)]
    Invalid(#[from] InvalidBlock),
    /// Not final.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// A chain followed block by block, everything checked.
pub struct Replay {
    state: State,
}

impl Replay {
    /// Starts at genesis.
    pub fn new(genesis: &Genesis) -> Self {
        Self::from_state(State::genesis(genesis))
    }
    /// Starts at a state that is already trusted.
    pub fn from_state(state: State) -> Self {
        Self { state }
    }
    /// The state after the last block.
    pub fn state(&self) -> &State {
        &self.state
    }
    /// Gives the state away.
    pub fn into_state(self) -> State {
        self.state
    }
    /// Gives pages of the state up, or takes pages that were missing, as [`State::map_trees`] does.
    pub fn map_trees(&mut self, f: impl FnMut(Option<Month>, &StateTree) -> StateTree) {
        self.state.map_trees(f);
    }
    /// Begins to execute the next block, whose signatures hold.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn begin(&self, block: SignedBlock) -> Result<BlockCheck<'_>, ReplayError> {
        BlockCheck::new(&self.state, block.header, block.transactions).map_err(|reason| self.fault(reason))
    }
    /// Checks the certificate of the next block, which has been executed, and applies it.
    ///
    /// # Errors
    /// What is wrong with it; the state is unchanged then.
    pub fn commit(&mut self, block: ExecutedBlock, certificate: Certificate) -> Result<CommittedBlock, ReplayError> {
        commit(&mut self.state, block, certificate).map_err(|reason| self.fault(reason))
    }
    /// A fault of the next block.
    fn fault(&self, reason: impl Into<ReplayFault>) -> ReplayError {
        ReplayError { height: self.state.view().tip().height.next(), reason: reason.into() }
    }
    /// Checks the next block entirely, signatures, execution, roots and certificate, and applies it.
    ///
    /// # Errors
    /// What is wrong with it; the state is unchanged then.
    pub fn apply(&mut self, block: &[u8], certificate: Certificate) -> Result<CommittedBlock, ReplayError> {
        self.apply_checked(check_one(block, &self.state), certificate)
    }

    /// The same of a block of which [`check_signatures`] has answered already.
    ///
    /// # Errors
    /// What is wrong with it; the state is unchanged then.
    pub fn apply_checked(
        &mut self,
        checked: Result<SignedBlock, ReplayFault>,
        certificate: Certificate,
    ) -> Result<CommittedBlock, ReplayError> {
        let block = checked.map_err(|reason| self.fault(reason))?;
        let executed = self.begin(block)?.run().map_err(|reason| self.fault(reason))?;
        self.commit(executed, certificate)
    }
}

/// A block in which every transaction's signature holds: checked as far as that is possible without a state.
pub struct SignedBlock {
    header: Header,
    transactions: Vec<Arc<VerifiedTransaction>>,
}

/// Decodes blocks of a chain and checks all their signatures in one batch; one answer per block, in order.
pub fn check_signatures<'a>(
    blocks: impl IntoIterator<Item = &'a [u8]>,
    chain: &ChainId,
) -> Vec<Result<SignedBlock, ReplayFault>> {
    let mut signed = Vec::new();
    let mut take = |bytes| {
        let Block { header, transactions } = Block::decode(bytes)?;
        let count = transactions.len();
        signed.extend(transactions.into_inner());
        Ok((header, count))
    };
    let decoded: Vec<Result<(Header, usize), BlockDecodeError>> = blocks.into_iter().map(&mut take).collect();
    let mut verified = verify_all(signed, chain).into_iter();
    let each = decoded.into_iter().map(|one| {
        let (header, count) = one?;
        // All of the block's answers are taken, whichever is refused first: the next block's come after them.
        let answers: Vec<Result<VerifiedTransaction, Code>> = verified.by_ref().take(count).collect();
        let checked = answers.into_iter().enumerate().map(|(index, one)| match one {
            Ok(transaction) => Ok(Arc::new(transaction)),
            Err(code) => Err(InvalidBlock::Transaction(index, code)),
        });
        Ok(SignedBlock { header, transactions: checked.collect::<Result<_, _>>()? })
    });
    each.collect()
}

/// Decodes a block, checks every signature in it and executes it.
///
/// # Errors
/// What is wrong with it.
pub fn execute_bytes(state: &State, bytes: &[u8]) -> Result<ExecutedBlock, ReplayFault> {
    let block = check_one(bytes, state)?;
    Ok(execute_block(state, block.header, block.transactions)?)
}

fn check_one(bytes: &[u8], state: &State) -> Result<SignedBlock, ReplayFault> {
    check_signatures([bytes], &state.view().chain_id()).pop().expect("one answer per block")
}

#[cfg(test)]
mod tests;
