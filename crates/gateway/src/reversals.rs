//! Points that can be taken back of an issue, and points that were:
//! `GET /v1/brands/{id}/issues/{reference}` and `GET /v1/brands/{id}/reversals/{reference}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::key::{IssuedKey, ReversedKey};
use lojal_ledger::record::{Issued, Reversed};
use lojal_ledger::{HalfId, Missing, Records, View};
use lojal_types::{BrandId, Code, Day, Operation, Points, Reference, Reverse, Transaction, TransactionId, api};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::extract::{BrandReference, Dated, Params};
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{acts_for, not_permitted, owns};

/// An issue, and how much of it a reversal could take now; of two under one reference the one of the later month.
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    caller: Caller,
    BrandReference(brand, reference): BrandReference,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<api::Issue>, Failure> {
    let seen = move |view: &View| {
        let issued = issued(view, brand, &reference, dated)?;
        let is_permitted = acts_for(view, &caller, brand)?
            || issued.as_ref().map_or(Ok(false), |issued| owns(view, &caller, issued.to))?;
        Ok(is_permitted.then_some(issued.map(|issued| shown(view, brand, issued)).transpose()?))
    };
    let issue = app.read(seen).await?.ok_or_else(not_permitted)?;
    issue.map(Json).ok_or_else(unknown_reference)
}

/// An issue under a reference; of two the one of the later month.
pub(crate) fn issued(
    view: &View,
    brand: BrandId,
    reference: &Reference,
    dated: Option<Day>,
) -> Result<Option<Issued>, Missing> {
    let key = |shelf| IssuedKey { shelf, brand, reference: reference.clone() };
    Ok(view.latest(key, dated)?.filter(|issued| dated.is_none_or(|day| day == issued.dated)))
}

fn shown(view: &View, brand: BrandId, issued: Issued) -> Result<api::Issue, Missing> {
    let reversible = view.reversible(brand, &issued)?;
    Ok(api::Issue {
        dated: issued.dated,
        to: issued.to.to_text(view.network()),
        amount: issued.amount,
        expiry: issued.expiry,
        matures: issued.matures(),
        reversible_until_ms: issued.reversible_until_ms,
        reversed: issued.reversed,
        reversible,
    })
}

/// The day of a reversal's reference, and its transaction.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dated: Option<Day>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<TransactionId>,
}

/// The points that a reversal took, for its brand and for whoever knows its transaction: the member who lost them does.
pub(crate) async fn reversal(
    State(app): State<Arc<App>>,
    caller: Result<Caller, Failure>,
    BrandReference(brand, reference): BrandReference,
    Params(Query { dated, transaction }): Params<Query>,
) -> Result<Json<api::Reversal>, Failure> {
    let known = caller.as_ref().ok().copied();
    let seen = move |view: &View| {
        let reversed = view.latest(|shelf| ReversedKey { shelf, brand, reference: reference.clone() }, dated)?;
        let is_its = |reversed: &Reversed| transaction.is_some_and(|id| reversed.transaction == HalfId::of(&id));
        let is_permitted = reversed.as_ref().is_some_and(is_its)
            || known.as_ref().map_or(Ok(false), |caller| acts_for(view, caller, brand))?;
        Ok(is_permitted.then_some(reversed))
    };
    let Some(reversed) = app.read(seen).await? else { return Err(caller.err().unwrap_or_else(not_permitted)) };
    let reversed = reversed.ok_or_else(unknown_reference)?;
    Ok(Json(api::Reversal { amount: reversed.amount }))
}

pub(crate) fn unknown_reference() -> Failure {
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
    let left = view.reversible(reverse.brand, &issued)?;
    Ok((left < reverse.at_least).then_some(left))
}
