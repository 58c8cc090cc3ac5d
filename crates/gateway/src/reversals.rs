//! Points that can be taken back of an issue, and points that were:
//! `GET /v1/brands/{id}/issues/{reference}` and `GET /v1/brands/{id}/reversals/{reference}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::key::{IssuedKey, ReversedKey};
use lojal_ledger::{Missing, View};
use lojal_types::{BrandId, Code, Day, Operation, Points, Reference, Reverse, Transaction, api};

use crate::app::App;
use crate::extract::{BrandReference, Dated, Params};
use crate::problem::Failure;

/// An issue, and how much of it a reversal could take now; of two under one reference the one of the later month.
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    BrandReference(brand, reference): BrandReference,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<api::Issue>, Failure> {
    let issue = app.read(move |view| issue_in(view, brand, &reference, dated)).await?;
    issue.map(Json).ok_or_else(unknown_reference)
}

fn issue_in(
    view: &View,
    brand: BrandId,
    reference: &Reference,
    dated: Option<Day>,
) -> Result<Option<api::Issue>, Missing> {
    let key = |shelf| IssuedKey { shelf, brand, reference: reference.clone() };
    let issued = view.latest(key, dated)?.filter(|issued| dated.is_none_or(|day| day == issued.dated));
    let Some(issued) = issued else { return Ok(None) };
    let reversible = issued.reversible(&view.lots(issued.to, brand)?, view.tip().time_ms);
    Ok(Some(api::Issue {
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
    let reversed =
        move |view: &View| view.latest(|shelf| ReversedKey { shelf, brand, reference: reference.clone() }, dated);
    let reversed = app.read(reversed).await?.ok_or_else(unknown_reference)?;
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
pub(crate) fn left(view: &View, reverse: &Reverse, code: Code) -> Result<Option<Points>, Missing> {
    if ![Code::ReversalExceedsIssue, Code::InsufficientPoints, Code::PointsExpired].contains(&code) {
        return Ok(None);
    }
    let (shelf, brand) = (reverse.issue_dated.month(), reverse.brand);
    let key = IssuedKey { shelf, brand, reference: reverse.issue_reference.clone() };
    let issued = view.get(&key)?.filter(|issued| issued.to == reverse.from && issued.dated == reverse.issue_dated);
    let Some(issued) = issued else { return Ok(None) };
    let left = issued.reversible(&view.lots(issued.to, reverse.brand)?, view.tip().time_ms);
    Ok((left < reverse.at_least).then_some(left))
}
