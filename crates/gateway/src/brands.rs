//! `GET /v1/brands`, `GET /v1/brands/{id}` and `GET /v1/brands/{id}/operators`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::record::{Brand, Operator};
use lojal_ledger::{Missing, View};
use lojal_types::{Address, BrandId, Code, api};

use crate::app::App;
use crate::extract::Segment;
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{acts_for, not_permitted};

/// All brands, by id.
pub(crate) async fn all(State(app): State<Arc<App>>) -> Result<Json<api::Brands>, Failure> {
    let brands = |view: &View| {
        let brands = view.brand_ids().iter().filter_map(|id| brand_in(view, *id).transpose());
        Ok(api::Brands { brands: brands.collect::<Result<_, Missing>>()? })
    };
    app.read(brands).await.map(Json)
}

/// One brand.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(id): Segment<BrandId>,
) -> Result<Json<api::Brand>, Failure> {
    let brand = app.read(move |view| brand_in(view, id)).await?;
    brand.map(Json).ok_or_else(unknown_brand)
}

/// The operators of a brand, by address.
pub(crate) async fn operators(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment<BrandId>,
) -> Result<Json<api::Operators>, Failure> {
    let seen = move |view: &View| match acts_for(view, &caller, id)? {
        true => operators_in(view, id).map(Some),
        false => Ok(None),
    };
    let operators = app.read(seen).await?.ok_or_else(not_permitted)?;
    operators.map(Json).ok_or_else(unknown_brand)
}

/// Tells whether a caller may read the lists of a brand, and there is such a brand.
///
/// # Errors
/// When pages that it needs are not in memory.
pub(crate) fn allowed(view: &View, caller: &Caller, id: BrandId) -> Result<Result<(), Failure>, Missing> {
    if !acts_for(view, caller, id)? {
        return Ok(Err(not_permitted()));
    }
    Ok(view.brand(id)?.map(|_| ()).ok_or_else(unknown_brand))
}

fn operators_in(view: &View, id: BrandId) -> Result<Option<api::Operators>, Missing> {
    if view.brand(id)?.is_none() {
        return Ok(None);
    }
    let operator = |(address, operator): (Address, Operator)| {
        Ok(api::Operator {
            address: address.to_text(view.network()),
            roles: operator.roles,
            issue_daily_max: operator.issue_daily_max,
            issued_today: view.issued_today(id, address)?,
        })
    };
    let operators = view.operators(id)?.into_iter().map(operator).collect::<Result<_, Missing>>()?;
    Ok(Some(api::Operators { operators }))
}

pub(crate) fn unknown_brand() -> Failure {
    Failure::of_code_as(Code::UnknownBrand, StatusCode::NOT_FOUND)
}

/// A brand as a version of the state has it.
///
/// # Errors
/// When pages that it needs are not in memory.
pub fn brand_in(view: &View, id: BrandId) -> Result<Option<api::Brand>, Missing> {
    let (Some(record), Some(totals)) = (view.brand(id)?, view.totals(id)?) else { return Ok(None) };
    let Brand { name, decimals, policy, suspended, closes_ms, pending_days } = record;
    let approvals = view.approvals(id)?;
    Ok(Some(api::Brand { id, name, decimals, policy, suspended, approvals, closes_ms, pending_days, totals }))
}
