//! Valid blocks: checked by executing them on the state before, or built from waiting transactions (protocol, Blocks
//! and finality).

mod build;
mod check;
mod steps;

use std::sync::Arc;

use borsh::BorshSerialize;
use lojal_ledger::{ConservationError, Execution, Missing, State, Tip, Unfinished};
use lojal_types::block::receipts_root;
use lojal_types::limits::{BLOCK_OPERATIONS_MAX, CLOCK_DRIFT_MS_MAX};
use lojal_types::merkle::root_of_leaves;
use lojal_types::{
    Address, BlockId, Code, Hash, Header, Height, Parameters, Rules, TimeMs, ValidatorSet, VerifiedTransaction,
};
use thiserror::Error;

pub use self::build::{BlockBuilder, Proposal, ProposeError, propose};
pub use self::check::{BlockCheck, execute_block};

/// A block that is valid on top of a state, with what it does to that state.
pub struct ExecutedBlock {
    pub(crate) id: BlockId,
    pub(crate) header: Header,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) transactions: Vec<Arc<VerifiedTransaction>>,
    pub(crate) execution: Execution,
}

impl ExecutedBlock {
    /// The block's id.
    pub fn id(&self) -> BlockId {
        self.id
    }
    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// Its canonical bytes.
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }
    /// Its transactions.
    pub fn transactions(&self) -> &[Arc<VerifiedTransaction>] {
        &self.transactions
    }
}

/// A reason a block is not valid on top of a state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidBlock {
    /// A version of bytes and rules that this program doesn't know.
    #[error("the block has protocol version {0}, which this program doesn't know; upgrade it")]
    Version(u32),
    /// A version that is not that of its height.
    #[error("the block has protocol version {found}, but the version of its height is {expected}")]
    OtherVersion {
        /// The block's.
        found: u32,
        /// The version of its height.
        expected: u32,
    },
    /// Another network's.
    #[error("the block belongs to another chain")]
    Chain,
    /// Not the next one.
    #[error("the block has height {found} where {expected} comes next")]
    Height {
        /// The block's.
        found: Height,
        /// The next.
        expected: Height,
    },
    /// On top of another block.
    #[error("the block's parent is not the last block")]
    Parent,
    /// Not later than its parent.
    #[error("the block's time is not after its parent's")]
    Time,
    /// Too far ahead of the clock.
    #[error("the block's time is {0} ms ahead of this node's clock; check the clocks")]
    Drift(u64),
    /// Built by somebody without a vote.
    #[error("the block's proposer is no validator at this height")]
    Proposer,
    /// More bytes, transactions or operations than a block may have.
    #[error("the block is larger than the limits and the network's parameters allow")]
    TooLarge,
    /// A transaction that can't be in a block.
    #[error("transaction {0} of the block can't be in it: {1}")]
    Transaction(usize, Code),
    /// A root or hash that is not what execution gives.
    #[error("the header's {0} is not what the block gives")]
    Root(&'static str),
    /// Nobody knows: pages of the state are missing.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A fault of this program.
    #[error("conservation is broken: {0}")]
    Conservation(#[from] ConservationError),
}

/// "A block's time is later than its parent's; a validator doesn't vote for one more than 2 s ahead of its clock."
/// (protocol, Blocks and finality) Only voters ask this; a final block's time is what it is.
///
/// # Errors
/// [`InvalidBlock::Drift`].
pub fn check_clock(header: &Header, now: TimeMs) -> Result<(), InvalidBlock> {
    let ahead_ms = header.time_ms.since_ms(now);
    if ahead_ms <= CLOCK_DRIFT_MS_MAX { Ok(()) } else { Err(InvalidBlock::Drift(ahead_ms)) }
}

impl From<Unfinished> for InvalidBlock {
    fn from(unfinished: Unfinished) -> Self {
        match unfinished {
            Unfinished::Missing(missing) => Self::Missing(missing),
            Unfinished::Conservation(fault) => Self::Conservation(fault),
        }
    }
}

/// The encoded size of a block without transactions: the header's fixed fields and the number of transactions.
pub const EMPTY_BLOCK_BYTES: usize = 4 + 32 + 8 + 8 + 32 * 6 + 20 + 4;

/// "A node refuses a block of a version that it doesn't know (`InvalidBlock::Version`): it doesn't vote for it, doesn't
/// commit it and doesn't guess what it means." (protocol, Staying compatible)
fn check_version(found: u32, expected: u32) -> Result<(), InvalidBlock> {
    match Rules::at(found) {
        None => Err(InvalidBlock::Version(found)),
        Some(_) if found != expected => Err(InvalidBlock::OtherVersion { found, expected }),
        Some(_) => Ok(()),
    }
}

fn check_header(
    header: &Header,
    chain: lojal_types::ChainId,
    tip: Tip,
    validators: &ValidatorSet,
) -> Result<(), InvalidBlock> {
    if header.chain_id != chain {
        return Err(InvalidBlock::Chain);
    }
    if header.height != tip.height.next() {
        return Err(InvalidBlock::Height { found: header.height, expected: tip.height.next() });
    }
    if header.parent != tip.block {
        return Err(InvalidBlock::Parent);
    }
    // "A block's time is later than its parent's" (protocol, Blocks and finality)
    if header.time_ms <= tip.time_ms {
        return Err(InvalidBlock::Time);
    }
    if validators.get(&header.proposer).is_none() {
        return Err(InvalidBlock::Proposer);
    }
    Ok(())
}

/// "4 MiB, 10,000 transactions, 20,000 operations" (protocol, Limits), or what genesis sets below.
fn check_size(transactions: &[Arc<VerifiedTransaction>], parameters: &Parameters) -> Result<(), InvalidBlock> {
    let size = transactions.iter().fold(Size::default(), |size, one| size.with(one));
    if size.fits(parameters) { Ok(()) } else { Err(InvalidBlock::TooLarge) }
}

/// The size of a block's transactions together.
#[derive(Clone, Copy, Default)]
struct Size {
    bytes: usize,
    transactions: usize,
    operations: usize,
}

impl Size {
    fn with(self, transaction: &VerifiedTransaction) -> Self {
        Self {
            bytes: self.bytes.saturating_add(transaction.bytes().len()),
            transactions: self.transactions.saturating_add(1),
            operations: self.operations.saturating_add(transaction.transaction().operations.len()),
        }
    }
    fn fits(self, parameters: &Parameters) -> bool {
        self.bytes.saturating_add(EMPTY_BLOCK_BYTES) <= parameters.block_bytes_max as usize
            && self.transactions <= parameters.block_transactions_max as usize
            && self.operations <= BLOCK_OPERATIONS_MAX
    }
}

fn transactions_root_of(transactions: &[Arc<VerifiedTransaction>]) -> Hash {
    Hash::new(root_of_leaves(transactions.iter().map(|transaction| *transaction.leaf())))
}

/// The header that a block's content gives: "`state_root` is the state after the block. `parent` of the first block is
/// the chain id." (protocol, Blocks and finality)
fn header_after(
    state: &State,
    execution: &Execution,
    transactions_root: Hash,
    time_ms: TimeMs,
    proposer: Address,
) -> Header {
    let view = state.view();
    let tip = view.tip();
    let chain_id = view.chain_id();
    Header {
        version: view.next_version(),
        chain_id,
        height: tip.height.next(),
        time_ms,
        parent: tip.block,
        transactions_root,
        receipts_root: receipts_root(execution.receipts()),
        state_root: Hash::new(execution.tree().root()),
        validators_hash: view.validators().hash(&chain_id),
        next_validators_hash: execution.validators().hash(&chain_id),
        proposer,
    }
}

/// The canonical bytes of a block, put together from bytes that exist already.
fn encode(header: &Header, transactions: &[Arc<VerifiedTransaction>]) -> Vec<u8> {
    let size: usize = transactions.iter().map(|transaction| transaction.bytes().len()).sum();
    let mut bytes = Vec::with_capacity(EMPTY_BLOCK_BYTES + size);
    header.serialize(&mut bytes).expect("writing to memory can't fail");
    let count = u32::try_from(transactions.len()).expect("bounded by the parameters");
    bytes.extend(count.to_le_bytes());
    for transaction in transactions {
        bytes.extend_from_slice(transaction.bytes());
    }
    bytes
}

#[cfg(test)]
mod tests;
