//! Points that can be taken back of an issue, and points that were:
//! `GET /v1/brands/{id}/issues/{reference}` and `GET /v1/brands/{id}/reversals/{reference}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::View;
use lojal_ledger::key::{IssuedKey, ReversedKey};
use lojal_types::{Code, Operation, Points, Reverse, Transaction, api};

use crate::app::App;
use crate::extract::{BrandReference, Dated, Params};
use crate::problem::Failure;

/// An issue, and how much of it a reversal could take now; of two under one reference the one of the later month.
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    BrandReference(brand, reference): BrandReference,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<api::Issue>, Failure> {
    let view = app.gateway.store.view();
    let key = |shelf| IssuedKey { shelf, brand, reference: reference.clone() };
    let issued = view.latest(key, dated).filter(|issued| dated.is_none_or(|day| day == issued.dated));
    let issued = issued.ok_or_else(unknown_reference)?;
    let reversible = issued.reversible(&view.lots(issued.to, brand), view.tip().time_ms);
    Ok(Json(api::Issue {
        dated: issued.dated,
        to: issued.to.to_text(view.network()),
        amount: issued.amount,
        expiry: issued.expiry,
        reversible_until_ms: issued.reversible_until_ms,
        reversed: issued.reversed,
        reversible,
    }))
}

/// The points that a reversal took.
pub(crate) async fn reversal(
    State(app): State<Arc<App>>,
    BrandReference(brand, reference): BrandReference,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<api::Reversal>, Failure> {
    let key = |shelf| ReversedKey { shelf, brand, reference: reference.clone() };
    let reversed = app.gateway.store.view().latest(key, dated).ok_or_else(unknown_reference)?;
    Ok(Json(api::Reversal { amount: reversed.amount }))
}

fn unknown_reference() -> Failure {
    Failure::of_code_as(Code::UnknownReference, StatusCode::NOT_FOUND)
}

/// The first reversal of a transaction, about which a refusal says more.
pub(crate) fn first_reversal(transaction: &Transaction) -> Option<Reverse> {
    transaction.operations.iter().find_map(|operation| match operation {
        Operation::Reverse(reverse) => Some(reverse.clone()),
        _ => None,
    })
}

/// The points that a reversal could take, if it was refused because there aren't enough.
pub(crate) fn left(view: &View, reverse: &Reverse, code: Code) -> Option<Points> {
    if ![Code::ReversalExceedsIssue, Code::InsufficientPoints, Code::PointsExpired].contains(&code) {
        return None;
    }
    let (shelf, brand) = (reverse.issue_dated.month(), reverse.brand);
    let key = IssuedKey { shelf, brand, reference: reverse.issue_reference.clone() };
    let issued = view.get(&key).filter(|issued| issued.to == reverse.from && issued.dated == reverse.issue_dated)?;
    let left = issued.reversible(&view.lots(issued.to, reverse.brand), view.tip().time_ms);
    (left < reverse.at_least).then_some(left)
}
