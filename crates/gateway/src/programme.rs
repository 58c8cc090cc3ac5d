//! `GET /v1/brands/{id}/tracks`, `/campaigns` and `/stamps/{reference}`, and `GET /v1/accounts/{address}/standing`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::key::StampedKey;
use lojal_ledger::record::Stamped;
use lojal_ledger::{Missing, View, answers};
use lojal_types::{BrandId, Day, Reference, api};

use crate::app::App;
use crate::brands::unknown_brand;
use crate::extract::{AddressSegment, BrandReference, Dated, Params, Segment};
use crate::problem::Failure;
use crate::readers::Caller;
use crate::reversals::unknown_reference;
use crate::rights::{Sight, acts_for, not_permitted, owns, sight};

/// The tracks of a brand that aren't over.
pub(crate) async fn tracks(
    State(app): State<Arc<App>>,
    Segment(brand): Segment<BrandId>,
) -> Result<Json<api::Tracks>, Failure> {
    let tracks = move |view: &View| match view.brand(brand)? {
        Some(_) => answers::tracks(view, brand).map(Some),
        None => Ok(None),
    };
    app.read(tracks).await?.map(Json).ok_or_else(unknown_brand)
}

/// The campaigns of a brand that aren't over.
pub(crate) async fn campaigns(
    State(app): State<Arc<App>>,
    Segment(brand): Segment<BrandId>,
) -> Result<Json<api::Campaigns>, Failure> {
    let chain = app.chain();
    let campaigns = move |view: &View| match view.brand(brand)? {
        Some(_) => answers::campaigns(view, &chain, brand).map(Some),
        None => Ok(None),
    };
    app.read(campaigns).await?.map(Json).ok_or_else(unknown_brand)
}

/// A stamp, and what could be taken back of it now; of two under one reference the one of the later month.
pub(crate) async fn stamp(
    State(app): State<Arc<App>>,
    caller: Caller,
    BrandReference(brand, reference): BrandReference,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<api::Stamped>, Failure> {
    let seen = move |view: &View| {
        let stamped = stamped(view, brand, &reference, dated)?;
        let is_permitted = acts_for(view, &caller, brand)?
            || stamped.as_ref().map_or(Ok(false), |stamped| owns(view, &caller, stamped.to))?;
        Ok(is_permitted.then_some(stamped.map(|stamped| answers::stamped(view, &stamped))))
    };
    let stamp = app.read(seen).await?.ok_or_else(not_permitted)?;
    stamp.map(Json).ok_or_else(unknown_reference)
}

/// A stamp under a reference; of two the one of the later month.
pub(crate) fn stamped(
    view: &View,
    brand: BrandId,
    reference: &Reference,
    dated: Option<Day>,
) -> Result<Option<Stamped>, Missing> {
    let key = |shelf| StampedKey { shelf, brand, reference: reference.clone() };
    Ok(view.latest(key, dated)?.filter(|stamped| dated.is_none_or(|day| day == stamped.dated)))
}

/// The standings of an account at all brands, or at those that the caller acts for.
pub(crate) async fn standing(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::Standings>, Failure> {
    let seen = move |view: &View| match sight(view, &caller, address)? {
        None => Ok(None),
        Some(Sight::Whole) => answers::standings(view, address).map(Some),
        Some(Sight::Of(brands)) => {
            let standings = answers::standings_at(view, address, &brands)?;
            Ok(Some(api::Standings { only_of: Some(brands), ..standings }))
        }
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}
