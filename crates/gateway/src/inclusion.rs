//! `GET /v1/transactions/{id}/proof`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lojal_chain::TransactionProof;
use lojal_store::Store;
use lojal_types::api::ProvenTransaction;
use lojal_types::{HexBytes, Receipt, TransactionId};

use crate::answers::IMMUTABLE;
use crate::app::App;
use crate::extract::Segment;
use crate::outcome;
use crate::problem::{Failure, Kind};

/// The proof of a transaction of the ledger, for whoever knows its id.
pub(crate) async fn proof(
    State(app): State<Arc<App>>,
    Segment(id): Segment<TransactionId>,
) -> Result<Response, Failure> {
    let store = app.gateway.store.clone();
    let proof = app.blocking(move || prove(&store, &id)).await?;
    let proof = HexBytes(borsh::to_vec(&proof).expect("writing to memory can't fail"));
    // Another certificate could prove the same, and this one does for ever.
    Ok(([(header::CACHE_CONTROL, IMMUTABLE)], Json(ProvenTransaction { proof })).into_response())
}

fn prove(store: &Store, id: &TransactionId) -> Result<TransactionProof, Failure> {
    let placed = store.transaction(id)?.ok_or_else(|| {
        let detail = "this node has no block with the transaction: it can be proven once it is final";
        Failure::new(Kind::UnknownTransaction, detail)
    })?;
    let stored = outcome::stored(store, placed.height)?;
    let block = outcome::decode(&stored)?;
    let receipts = store.placed_in(placed.height)?.into_iter();
    let receipts: Vec<Receipt> =
        receipts.map(|placed| Receipt { transaction: placed.id, outcome: placed.outcome }).collect();
    let index = usize::try_from(placed.index).unwrap_or(usize::MAX);
    TransactionProof::new(&block, stored.certificate, &receipts, index).ok_or_else(|| {
        tracing::error!(%id, height = %placed.height, "the index has other receipts than the block");
        Failure::internal()
    })
}
