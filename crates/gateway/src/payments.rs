//! `GET /v1/payments/{reference}`: what has answered a till's request.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_store::Store;
use lojal_types::api::{Payment, TransactionStatus};
use lojal_types::{AddressText, Code, NetworkKind, Operation, Points, Reference, TransactionId};

use crate::app::App;
use crate::extract::{Dated, Params, Segment};
use crate::problem::{Failure, Kind};
use crate::transactions;

/// The payment or the hold that has used a reference.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(reference): Segment<Reference>,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<Payment>, Failure> {
    let (store, network) = (app.gateway.store.clone(), app.network());
    let payment = app.blocking(move || {
        let (brand, id, held) = store
            .read(|view| view.payment(&reference, dated))?
            .ok_or_else(|| Failure::of_code_as(Code::UnknownReference, StatusCode::NOT_FOUND))?;
        let transaction = answered(&store, network, &id)?;
        let (from, amount) = answer(&transaction, &reference).ok_or_else(|| {
            tracing::error!(%id, %reference, "the transaction of a reference doesn't use it");
            Failure::internal()
        })?;
        Ok(Payment { brand, from, amount, held_until_ms: held.map(|held| held.expires_ms), transaction })
    });
    payment.await.map(Json)
}

/// The transaction that the state says has answered a request.
pub(crate) fn answered(store: &Store, network: NetworkKind, id: &TransactionId) -> Result<TransactionStatus, Failure> {
    transactions::find(store, network, id)?.ok_or_else(|| {
        let detail =
            format!("it was answered by transaction {id}, which this node doesn't have any more; ask another gateway");
        Failure::new(Kind::UnknownTransaction, detail)
    })
}

/// The account whose points an answer took, and their number.
fn answer(status: &TransactionStatus, reference: &Reference) -> Option<(AddressText, Points)> {
    let operations = &status.transaction.as_ref()?.transaction.operations;
    operations.iter().find_map(|operation| match operation {
        Operation::Redeem(one) if one.request.as_ref().is_some_and(|request| request.reference == *reference) => {
            Some((one.from, one.amount))
        }
        Operation::Hold(one) if one.request.reference == *reference => Some((one.from, one.amount)),
        _ => None,
    })
}
