//! A proposed block as it came: its bytes against the id that the proposal names.

use lojal_store::ProposalRecord;
use lojal_types::merkle::root_of_leaves;
use lojal_types::{Block, ChainId, Code, Hash, Header, IdentifiedTransaction};

/// The block with the id that a proposal names: header and transactions, of which nothing else is checked. Each
/// transaction is encoded and hashed once, here.
pub(super) struct ClaimedBlock {
    pub(super) header: Header,
    /// Why a transaction can't be in any block, where that is so.
    pub(super) transactions: Vec<Result<IdentifiedTransaction, Code>>,
}

impl ClaimedBlock {
    /// Reads a proposal's bytes. `None` when they are not those of the block that it names: then they say nothing about
    /// that block, which may be a good one.
    pub(super) fn read(record: &ProposalRecord, bytes: &[u8], chain: &ChainId) -> Option<Self> {
        let Block { header, transactions } = Block::decode(bytes).ok()?;
        if header.id() != record.block {
            return None;
        }
        let transactions: Vec<_> = transactions.into_inner().into_iter().map(|one| one.identify(chain)).collect();
        let leaves = || transactions.iter().flatten().map(|one| *one.leaf());
        let is_whole = if leaves().count() == transactions.len() {
            Hash::new(root_of_leaves(leaves())) == header.transactions_root
        } else {
            Block::decode(bytes).is_ok_and(|block| block.is_whole())
        };
        is_whole.then_some(Self { header, transactions })
    }
}
