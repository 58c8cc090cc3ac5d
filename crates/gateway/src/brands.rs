//! `GET /v1/brands`, `GET /v1/brands/{id}` and `GET /v1/brands/{id}/operators`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::View;
use lojal_ledger::record::{Brand, Operator};
use lojal_types::{Address, BrandId, Code, api};

use crate::app::App;
use crate::extract::Segment;
use crate::problem::Failure;

/// All brands, by id.
pub(crate) async fn all(State(app): State<Arc<App>>) -> Json<api::Brands> {
    let view = app.gateway.store.view();
    let brands = view.brand_ids().into_iter().filter_map(|id| brand_in(&view, id)).collect();
    Json(api::Brands { brands })
}

/// One brand.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(id): Segment<BrandId>,
) -> Result<Json<api::Brand>, Failure> {
    let brand = brand_in(&app.gateway.store.view(), id);
    brand.map(Json).ok_or_else(unknown_brand)
}

/// The operators of a brand, by address.
pub(crate) async fn operators(
    State(app): State<Arc<App>>,
    Segment(id): Segment<BrandId>,
) -> Result<Json<api::Operators>, Failure> {
    let view = app.gateway.store.view();
    view.brand(id).ok_or_else(unknown_brand)?;
    let operator = |(address, operator): (Address, Operator)| api::Operator {
        address: address.to_text(view.network()),
        roles: operator.roles,
        issue_daily_max: operator.issue_daily_max,
        issued_today: view.issued_today(id, address),
    };
    Ok(Json(api::Operators { operators: view.operators(id).into_iter().map(operator).collect() }))
}

fn unknown_brand() -> Failure {
    Failure::of_code_as(Code::UnknownBrand, StatusCode::NOT_FOUND)
}

/// A brand as a version of the state has it.
pub fn brand_in(view: &View, id: BrandId) -> Option<api::Brand> {
    let record = view.brand(id)?;
    let totals = view.totals(id)?;
    let Brand { name, decimals, policy, suspended } = record;
    Some(api::Brand { id, name, decimals, policy, suspended, totals })
}
