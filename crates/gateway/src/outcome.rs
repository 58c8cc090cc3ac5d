//! The outcome of a transaction as the store has it, and the stored blocks that it is read from.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_store::{Lookup, Placed, Store, StoredBlock};
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{Block, Certificate, Header, Height, HexBytes, NetworkKind, SignedTransaction, TransactionId};

use crate::problem::Failure;

/// The place and receipt of a transaction, if it is on the ledger.
pub(crate) fn committed(store: &Store, id: &TransactionId) -> Result<Option<TransactionState>, Failure> {
    let Some(placed) = store.transaction(id)? else { return Ok(None) };
    let block = stored(store, placed.height)?;
    Ok(Some(state_in(&header(&block)?, &placed)))
}

/// The status of a transaction of a block.
pub(crate) fn status_in(block: &Block, placed: &Placed, network: NetworkKind) -> Result<TransactionStatus, Failure> {
    let transaction = Some(signed_in(block, placed)?.clone().to_text(network));
    Ok(TransactionStatus { id: placed.id, state: state_in(&block.header, placed), transaction, activity: None })
}

/// A transaction of a block.
pub(crate) fn signed_in<'a>(block: &'a Block, placed: &Placed) -> Result<&'a SignedTransaction, Failure> {
    let index = usize::try_from(placed.index).unwrap_or(usize::MAX);
    block.transactions.get(index).ok_or_else(|| damaged(placed.height, &"it is too short"))
}

fn state_in(header: &Header, placed: &Placed) -> TransactionState {
    let Placed { height, index, outcome, .. } = *placed;
    TransactionState::Committed { height, index, time_ms: header.time_ms, receipt: outcome }
}

/// A block that the index says exists.
pub(crate) fn stored(store: &Store, height: Height) -> Result<StoredBlock, Failure> {
    match store.block(height)? {
        Lookup::Found(block) => Ok(block),
        Lookup::Pruned { first } => Err(Failure::pruned(height, first)),
        Lookup::NotYet => Err(damaged(height, &"it is missing")),
    }
}

/// The header and the certificate of a block: also of the one of the base, which is not there itself.
pub(crate) fn decided(store: &Store, height: Height) -> Result<(Header, Certificate), Failure> {
    match store.decided(height)? {
        Some(decided) => Ok(decided),
        // The block says why.
        None => stored(store, height).and_then(|stored| Ok((header(&stored)?, stored.certificate))),
    }
}

/// A stored block's content.
pub(crate) fn decode(block: &StoredBlock) -> Result<Block, Failure> {
    Block::decode(&block.bytes).map_err(|error| damaged(block.certificate.height, &error))
}

/// The header of a stored block.
pub(crate) fn header(block: &StoredBlock) -> Result<Header, Failure> {
    Header::deserialize(&mut &block.bytes[..]).map_err(|error| damaged(block.certificate.height, &error))
}

/// The canonical bytes of something.
pub(crate) fn canonical(what: &impl BorshSerialize) -> HexBytes {
    HexBytes(borsh::to_vec(what).expect("writing to memory can't fail"))
}

fn damaged(height: Height, reason: &dyn std::fmt::Display) -> Failure {
    tracing::error!(%height, %reason, "a block in the store can't be read");
    Failure::internal()
}
