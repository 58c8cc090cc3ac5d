//! `GET /v1/transactions/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lojal_store::Store;
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{NetworkKind, TransactionId};

use crate::answers::IMMUTABLE;
use crate::app::App;
use crate::extract::Segment;
use crate::outcome;
use crate::problem::{Failure, Kind};

/// A transaction and what became of it.
pub(crate) async fn one(State(app): State<Arc<App>>, Segment(id): Segment<TransactionId>) -> Result<Response, Failure> {
    // Asked first: a transaction leaves the mempool when it is on the ledger, never the other way.
    let waiting = app.gateway.mempool.get(&id);
    let (store, network) = (app.gateway.store.clone(), app.network());
    if let Some(status) = app.blocking(move || find(&store, network, &id)).await? {
        // It stays as it is for ever.
        return Ok(([(header::CACHE_CONTROL, IMMUTABLE)], Json(status)).into_response());
    }
    let Some(waiting) = waiting else {
        let detail = "this node doesn't know the transaction; if its valid_until_ms is not after the ledger's time \
                      (GET /v1/status), it never happened and never will";
        return Err(Failure::new(Kind::UnknownTransaction, detail));
    };
    let transaction = Some(waiting.signed().clone().to_text(network));
    let status = TransactionStatus { id, state: TransactionState::Pending, transaction, activity: None };
    Ok(Json(status).into_response())
}

/// A transaction of the ledger, if this node has it.
pub(crate) fn find(
    store: &Store,
    network: NetworkKind,
    id: &TransactionId,
) -> Result<Option<TransactionStatus>, Failure> {
    let Some(placed) = store.transaction(id)? else { return Ok(None) };
    let block = outcome::decode(&outcome::stored(store, placed.height)?)?;
    Ok(Some(outcome::status_in(&block, &placed, network)?))
}
