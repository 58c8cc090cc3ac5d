//! A proposed block as it came: its bytes against the id that the proposal names.

use lojal_store::ProposalRecord;
use lojal_types::merkle::root_of_leaves;
use lojal_types::{Block, ChainId, Hash, Header, IdentifiedTransaction};

/// The block with the id that a proposal names: header and transactions, of which nothing else is checked. Each
/// transaction is encoded and hashed once, here.
pub(super) struct ClaimedBlock {
    pub(super) header: Header,
    pub(super) transactions: Vec<IdentifiedTransaction>,
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
        let root = root_of_leaves(transactions.iter().map(|one| *one.leaf()));
        let is_whole = Hash::new(root) == header.transactions_root;
        is_whole.then_some(Self { header, transactions })
    }
}
