//! `GET /v1/transactions/{id}`, and how a transaction's outcome is read from the store.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use borsh::BorshDeserialize;
use lojal_store::{Placed, Store, StoredBlock};
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{Block, Header, Height, Network, TransactionId};

use crate::extract::Segment;
use crate::problem::{Failure, Kind};
use crate::server::App;

/// A transaction and what became of it.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(id): Segment<TransactionId>,
) -> Result<Json<TransactionStatus>, Failure> {
    // Asked first: a transaction leaves the mempool when it is on the ledger, never the other way.
    let waiting = app.gateway.mempool.get(&id);
    let (store, network) = (app.gateway.store.clone(), app.network());
    if let Some(status) = app.blocking(move || find(&store, network, &id)).await? {
        return Ok(Json(status));
    }
    let Some(waiting) = waiting else {
        let detail = "this node doesn't know the transaction; if its valid_until_ms is not after the ledger's time \
                      (GET /v1/status), it never happened and never will";
        return Err(Failure::new(Kind::UnknownTransaction, detail));
    };
    let transaction = Some(waiting.signed().clone().text(network));
    Ok(Json(TransactionStatus { id, state: TransactionState::Pending, transaction }))
}

fn find(store: &Store, network: Network, id: &TransactionId) -> Result<Option<TransactionStatus>, Failure> {
    let Some(placed) = store.transaction(id)? else { return Ok(None) };
    let block = decode(&stored(store, placed.height)?)?;
    Ok(Some(status_in(&block, &placed, network)?))
}

/// What became of a transaction, if it is on the ledger.
pub(crate) fn committed(store: &Store, id: &TransactionId) -> Result<Option<TransactionState>, Failure> {
    let Some(placed) = store.transaction(id)? else { return Ok(None) };
    let block = stored(store, placed.height)?;
    let header = Header::deserialize(&mut &block.bytes[..]).map_err(|error| damaged(placed.height, &error))?;
    Ok(Some(state_in(&header, &placed)))
}

/// The status of a transaction of a block.
pub(crate) fn status_in(block: &Block, placed: &Placed, network: Network) -> Result<TransactionStatus, Failure> {
    let index = usize::try_from(placed.index).unwrap_or(usize::MAX);
    let signed = block.transactions.get(index).ok_or_else(|| damaged(placed.height, &"it is too short"))?;
    let transaction = Some(signed.clone().text(network));
    Ok(TransactionStatus { id: placed.id, state: state_in(&block.header, placed), transaction })
}

fn state_in(header: &Header, placed: &Placed) -> TransactionState {
    let Placed { height, index, outcome, .. } = *placed;
    TransactionState::Committed { height, index, time_ms: header.time_ms, receipt: outcome }
}

/// A block that the index says exists.
pub(crate) fn stored(store: &Store, height: Height) -> Result<StoredBlock, Failure> {
    store.block(height)?.ok_or_else(|| damaged(height, &"it is missing"))
}

/// A stored block's content.
pub(crate) fn decode(block: &StoredBlock) -> Result<Block, Failure> {
    Block::decode(&block.bytes).map_err(|error| damaged(block.certificate.height, &error))
}

fn damaged(height: Height, reason: &dyn std::fmt::Display) -> Failure {
    tracing::error!(%height, %reason, "a block in the store can't be read");
    Failure::internal()
}
