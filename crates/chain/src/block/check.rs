//! Blocks that others built, checked by executing them on the state before.

use std::mem;
use std::sync::Arc;

use lojal_ledger::State;
use lojal_ledger::tree::LoadedPage;
use lojal_types::{Header, VerifiedTransaction};

use super::steps::Steps;
use super::{
    ExecutedBlock, InvalidBlock, check_header, check_size, check_version, encode, header_after, transactions_root_of,
};

/// A block that is being checked, given as its header and its transactions with their signatures checked, by executing
/// it on top of a state.
pub struct BlockCheck<'a> {
    state: &'a State,
    header: Header,
    transactions: Vec<Arc<VerifiedTransaction>>,
    steps: Steps<'a>,
}

impl<'a> BlockCheck<'a> {
    /// Checks what can be checked before the block is executed.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn new(
        state: &'a State,
        header: Header,
        transactions: Vec<Arc<VerifiedTransaction>>,
    ) -> Result<Self, InvalidBlock> {
        let view = state.view();
        check_version(header.version, view.next_version())?;
        check_header(&header, view.chain_id(), view.tip(), view.validators())?;
        check_size(&transactions, view.parameters())?;
        if transactions_root_of(&transactions) != header.transactions_root {
            return Err(InvalidBlock::Root("transactions_root"));
        }
        let steps = Steps::new(state, header.time_ms);
        Ok(Self { state, header, transactions, steps })
    }

    /// Takes pages that were missing.
    pub fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.steps.executor.supply(pages);
    }

    /// The pages that the rest of it is going to need, as far as it can be told, and that have not been supplied.
    pub fn lacking(&self) -> Vec<[u8; 32]> {
        self.steps.lacking(&self.transactions)
    }

    /// Executes the block, and compares what comes out with what its header says. What it has executed is gone from it
    /// then.
    ///
    /// # Errors
    /// The first rule that it breaks; or [`InvalidBlock::Missing`], and then it goes on where it was, once the pages
    /// have been [supplied](Self::supply).
    pub fn run(&mut self) -> Result<ExecutedBlock, InvalidBlock> {
        let Self { state, header, transactions, steps } = self;
        while let Some(transaction) = transactions.get(steps.next) {
            // "A block with one for which any of this fails is invalid." (protocol, Transactions)
            steps.push(transactions, transaction)?.map_err(|code| InvalidBlock::Transaction(steps.next, code))?;
            steps.next += 1;
        }
        let execution = steps.executor.finish()?;
        let expected = header_after(state, &execution, header.transactions_root, header.time_ms, header.proposer);
        let differs = [
            ("receipts_root", expected.receipts_root != header.receipts_root),
            ("state_root", expected.state_root != header.state_root),
            ("validators_hash", expected.validators_hash != header.validators_hash),
            ("next_validators_hash", expected.next_validators_hash != header.next_validators_hash),
        ];
        if let Some((field, _)) = differs.into_iter().find(|(_, differs)| *differs) {
            return Err(InvalidBlock::Root(field));
        }
        let (header, transactions) = (header.clone(), mem::take(transactions));
        let bytes = encode(&header, &transactions).into();
        Ok(ExecutedBlock { id: header.id(), header, bytes, transactions, execution })
    }
}

/// Checks a block by executing it on top of a `state` that is in memory.
///
/// # Errors
/// The first rule that it breaks; [`InvalidBlock::Missing`] if the state is not in memory, see [`BlockCheck`].
pub fn execute_block(
    state: &State,
    header: Header,
    transactions: Vec<Arc<VerifiedTransaction>>,
) -> Result<ExecutedBlock, InvalidBlock> {
    BlockCheck::new(state, header, transactions)?.run()
}
