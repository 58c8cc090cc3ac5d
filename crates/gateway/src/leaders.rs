//! `GET /v1/brands/{id}/tracks/{track}/leaders`: who has the most on a track, of those who let its brand list them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use lojal_consensus::clock;
use lojal_ledger::answers::{Ranked, Ranking};
use lojal_ledger::key::TrackKey;
use lojal_ledger::{Missing, View};
use lojal_store::StoreError;
use lojal_types::api::{self, leader_words};
use lojal_types::{Address, AddressText, BrandId, Code, TrackId};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::boards::Units;
use crate::brands::unknown_brand;
use crate::extract::{BrandTrack, Params};
use crate::limits::{LEADERS_DEFAULT, LEADERS_MAX, VERSIONS_MAX};
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::rights::{Sight, acts_for, not_permitted, sight};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    limit: Option<u32>,
    account: Option<AddressText>,
}

/// The first ones of a track by rank. Everybody sees the names under which they are listed; the addresses are for the
/// brand's operators and auditors, and the rank of an account for whoever may read where it stands.
pub(crate) async fn leaders(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    BrandTrack(brand, track): BrandTrack,
    Params(query): Params<Query>,
) -> Result<Json<api::Leaders>, Failure> {
    let most = query.limit.unwrap_or(LEADERS_DEFAULT);
    if !(1..=LEADERS_MAX).contains(&most) {
        return Err(Failure::new(Kind::InvalidParameter, format!("limit must be 1 to {LEADERS_MAX}")));
    }
    let asked = query.account.map(|account| account.to_canonical(app.network())).transpose();
    let asked = asked.map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))?;
    let needs_token = asked.is_some() || headers.contains_key(header::AUTHORIZATION) || app.readers.are_everybody();
    let caller = needs_token.then(|| app.readers.caller(&headers, clock::now())).transpose()?;
    let seen = move |view: &View| with_addresses(view, caller.as_ref(), (brand, track), asked);
    let with_addresses = app.read(seen).await??;
    let (view, Units { by_account, are_all }) = units(&app, (brand, track)).await?;
    let (chain, network, tip) = (app.chain(), app.network(), view.tip());
    let words = |account| leader_words(&chain, account, brand, track);
    let leader = |Ranked { rank, units, account, words }| api::Leader {
        rank,
        units,
        name: lojal_text::words(words),
        account: with_addresses.then(|| account.to_text(network)),
    };
    let ranking = Ranking::of(by_account);
    Ok(Json(api::Leaders {
        brand,
        track,
        leaders: ranking.first(most as usize, words).into_iter().map(leader).collect(),
        ranked: ranking.len() as u64,
        own: asked.and_then(|account| ranking.rank_of(account, words)).map(leader),
        complete: are_all,
        height: tip.height,
        time_ms: tip.time_ms,
    }))
}

/// Tells whether a caller sees whose the ranks are, if there is such a track and they may read the account that they
/// ask about.
fn with_addresses(
    view: &View,
    caller: Option<&Caller>,
    (brand, track): (BrandId, TrackId),
    asked: Option<Address>,
) -> Result<Result<bool, Failure>, Missing> {
    if view.brand(brand)?.is_none() {
        return Ok(Err(unknown_brand()));
    }
    let month = view.tip().time_ms.month();
    if view.get(&TrackKey { brand, track })?.is_none_or(|terms| terms.is_over_in(month)) {
        return Ok(Err(Failure::of_code_as(Code::UnknownTrack, StatusCode::NOT_FOUND)));
    }
    let Some(caller) = caller else { return Ok(Ok(false)) };
    if let Some(account) = asked {
        match sight(view, caller, account)? {
            Some(Sight::Whole) => {}
            Some(Sight::Of(brands)) if brands.contains(&brand) => {}
            Some(Sight::Of(_)) | None => return Ok(Err(not_permitted())),
        }
    }
    acts_for(view, caller, brand).map(Ok)
}

/// The units of everybody on the board, and the version of the state that they are of.
async fn units(app: &Arc<App>, of: (BrandId, TrackId)) -> Result<(View, Units), Failure> {
    for _ in 0..VERSIONS_MAX {
        let view = app.gateway.store.view();
        app.boards.followed(view.tip().height).await;
        let (boards, store) = (app.boards.clone(), app.gateway.store.clone());
        let read = move || match boards.units(&store, &view, of) {
            // A block after this version has changed a page, and a checkpoint has forgotten it.
            Err(StoreError::PageGone) => Ok(None),
            units => Ok(Some((view, units?))),
        };
        if let Some(found) = app.blocking(read).await? {
            return Ok(found);
        }
    }
    Err(Failure::new(Kind::Busy, "blocks came faster than the ranks could be read; try again in a moment"))
}
