//! `GET /v1/brands/{id}/motions`: what a brand's admins are about to decide.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::record::BrandMotion;
use lojal_ledger::{Missing, View};
use lojal_types::operation::try_map_actions;
use lojal_types::{Address, BrandId, MotionId, api};

use crate::app::App;
use crate::brands::unknown_brand;
use crate::extract::Segment;
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{acts_for, is_stopped, not_permitted};

/// The motions of a brand that are undecided, by number.
pub(crate) async fn all(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment<BrandId>,
) -> Result<Json<api::BrandMotions>, Failure> {
    let seen = move |view: &View| match acts_for(view, &caller, id)? {
        true => motions_in(view, id).map(Some),
        false => Ok(None),
    };
    let motions = app.read(seen).await?.ok_or_else(not_permitted)?;
    motions.map(Json).ok_or_else(unknown_brand)
}

fn motions_in(view: &View, brand: BrandId) -> Result<Option<api::BrandMotions>, Missing> {
    if view.brand(brand)?.is_none() {
        return Ok(None);
    }
    let motions = view.brand_motions(brand)?.into_iter().map(|(id, record)| motion(view, id, record));
    let motions = motions.collect::<Result<_, Missing>>()?;
    Ok(Some(api::BrandMotions { brand, approvals: view.approvals(brand)?, motions, height: view.tip().height }))
}

fn motion(view: &View, motion: MotionId, record: BrandMotion) -> Result<api::BrandMotion, Missing> {
    let text = |address: &Address| address.to_text(view.network());
    let mut counting = 0;
    for admin in record.approved_by.iter() {
        counting += usize::from(!is_stopped(view, *admin)?);
    }
    let lapses_ms = record.lapses_ms();
    let Ok(actions) = try_map_actions(record.actions, |address| Ok::<_, Infallible>(text(&address)));
    Ok(api::BrandMotion {
        motion,
        by: text(&record.by),
        actions,
        digest: record.digest,
        created_ms: record.created_ms,
        lapses_ms,
        approved_by: record.approved_by.iter().map(text).collect(),
        counting,
        stopped_by: record.stopped_by.iter().map(text).collect(),
        from_ms: record.from_ms,
    })
}
