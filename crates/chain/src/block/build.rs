//! Blocks built from waiting transactions.

use std::mem;
use std::sync::Arc;

use lojal_ledger::tree::LoadedPage;
use lojal_ledger::{ConservationError, Missing, State, Unfinished};
use lojal_types::{Address, Code, Rules, TimeMs, TransactionId, VerifiedTransaction};
use thiserror::Error;

use super::steps::Steps;
use super::{ExecutedBlock, Size, encode, header_after, transactions_root_of};

/// A block built from waiting transactions.
pub struct Proposal {
    /// The block.
    pub block: ExecutedBlock,
    /// Transactions that can't be in a block any more, with the reason; what merely found no room is not among them.
    pub refused: Vec<(TransactionId, Code)>,
}

/// A reason that no block can be built.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProposeError {
    /// The network goes on with another version of bytes and rules.
    #[error("the next block has protocol version {0}, which this program doesn't know; upgrade it")]
    Version(u32),
    /// Pages are missing: it can be built once they have been brought.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A fault of this program.
    #[error(transparent)]
    Conservation(#[from] ConservationError),
}

/// The next block, in the making, out of candidates in their order, as many as fit.
pub struct BlockBuilder<'a> {
    state: &'a State,
    proposer: Address,
    time: TimeMs,
    candidates: Vec<Arc<VerifiedTransaction>>,
    steps: Steps<'a>,
    size: Size,
    transactions: Vec<Arc<VerifiedTransaction>>,
    refused: Vec<(TransactionId, Code)>,
}

impl<'a> BlockBuilder<'a> {
    /// Begins a block.
    ///
    /// # Errors
    /// When the next block's version is one that this program doesn't know.
    pub fn new(
        state: &'a State,
        proposer: Address,
        now: TimeMs,
        candidates: impl IntoIterator<Item = Arc<VerifiedTransaction>>,
    ) -> Result<Self, ProposeError> {
        let view = state.view();
        if Rules::at(view.next_version()).is_none() {
            return Err(ProposeError::Version(view.next_version()));
        }
        let time = now.max(view.tip().time_ms.plus_ms(1));
        Ok(Self {
            state,
            proposer,
            time,
            candidates: candidates.into_iter().collect(),
            steps: Steps::new(state, time),
            size: Size::default(),
            transactions: Vec::new(),
            refused: Vec::new(),
        })
    }

    /// Takes pages that were missing.
    pub fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.steps.executor.supply(pages);
    }

    /// The pages that the rest of it is going to need, as far as it can be told, and that have not been supplied.
    pub fn lacking(&self) -> Vec<[u8; 32]> {
        self.steps.lacking(&self.candidates)
    }

    /// Builds the block. What it is built of is gone then.
    ///
    /// # Errors
    /// [`ProposeError::Missing`], and then it goes on where it was, once the pages have been
    /// [supplied](Self::supply); when points appeared or vanished: a fault of this program.
    pub fn run(&mut self) -> Result<Proposal, ProposeError> {
        let Self { state, proposer, time, candidates, steps, size, .. } = self;
        while let Some(candidate) = candidates.get(steps.next) {
            let grown = size.with(candidate);
            if !grown.fits(state.view().parameters()) {
                break;
            }
            match steps.push(candidates, candidate)? {
                Ok(()) => {
                    *size = grown;
                    self.transactions.push(Arc::clone(candidate));
                }
                Err(code) => self.refused.push((candidate.id(), code)),
            }
            steps.next += 1;
        }
        let execution = steps.executor.finish()?;
        let (transactions, refused) = (mem::take(&mut self.transactions), mem::take(&mut self.refused));
        let header = header_after(state, &execution, transactions_root_of(&transactions), *time, *proposer);
        let bytes = encode(&header, &transactions).into();
        let block = ExecutedBlock { id: header.id(), header, bytes, transactions, execution };
        Ok(Proposal { block, refused })
    }
}

/// Builds the next block on a `state` that is in memory.
///
/// # Errors
/// As of [`BlockBuilder`]; [`ProposeError::Missing`] if the state is not in memory.
pub fn propose(
    state: &State,
    proposer: Address,
    now: TimeMs,
    candidates: impl IntoIterator<Item = Arc<VerifiedTransaction>>,
) -> Result<Proposal, ProposeError> {
    BlockBuilder::new(state, proposer, now, candidates)?.run()
}

impl From<Unfinished> for ProposeError {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::Missing(missing) => Self::Missing(missing),
            Unfinished::Conservation(fault) => Self::Conservation(fault),
        }
    }
}
