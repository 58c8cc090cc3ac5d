//! `GET /v1/brands` and `GET /v1/brands/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::View;
use lojal_types::{BrandId, Code, api};

use crate::extract::Segment;
use crate::problem::Failure;
use crate::server::App;

/// All brands, by id.
pub(crate) async fn all(State(app): State<Arc<App>>) -> Json<api::Brands> {
    let view = app.gateway.store.view();
    let brands = view.brand_ids().into_iter().filter_map(|id| brand(&view, id)).collect();
    Json(api::Brands { brands })
}

/// One brand.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(id): Segment<BrandId>,
) -> Result<Json<api::Brand>, Failure> {
    let brand = brand(&app.gateway.store.view(), id);
    brand.map(Json).ok_or_else(|| Failure::of_code_as(Code::UnknownBrand, StatusCode::NOT_FOUND))
}

fn brand(view: &View, id: BrandId) -> Option<api::Brand> {
    let record = view.brand(id)?;
    let totals = view.totals(id)?;
    Some(api::Brand {
        id,
        name: record.name,
        decimals: record.decimals,
        policy: record.policy,
        totals: api::Totals {
            issued: totals.issued,
            outstanding: totals.outstanding,
            redeemed: totals.redeemed,
            expired: totals.expired,
            reversed: totals.reversed,
        },
    })
}
