//! `GET /v1/light/changes`, `GET /v1/light/blocks/{height}` and `GET /v1/light/validators/{hash}`: all that whoever
//! executes no blocks needs to know which headers are final (protocol, Light clients).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lojal_store::Store;
use lojal_types::{Hash, Height, api};
use serde::{Deserialize, Serialize};

use crate::answers::IMMUTABLE;
use crate::app::App;
use crate::blocks::At;
use crate::clients::Client;
use crate::extract::{Params, Segment};
use crate::large::{Large, json};
use crate::limits::{CHANGES_BYTES_MAX, CHANGES_MAX};
use crate::outcome::{self, canonical};
use crate::places::Pool;
use crate::problem::{Failure, Kind};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    after: Height,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

/// The changes of the validators after a height, as many as are asked for and fit.
pub(crate) async fn changes(
    State(app): State<Arc<App>>,
    client: Client,
    Params(Query { after, limit }): Params<Query>,
) -> Result<Response, Failure> {
    let limit = limit.unwrap_or(CHANGES_MAX);
    if !(1..=CHANGES_MAX).contains(&limit) {
        return Err(Failure::new(Kind::InvalidParameter, format!("limit must be 1 to {CHANGES_MAX}")));
    }
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let page = app.blocking(move || Ok(page(&store, after, limit as usize, CHANGES_BYTES_MAX))).await?;
    if page.changes.is_empty() {
        // It is small, and whoever has come this far asks it again and again.
        return Ok(Json(page).into_response());
    }
    // What others follow stays as it is.
    let kept = page.more.then_some([(header::CACHE_CONTROL, IMMUTABLE)]);
    Ok((kept, Large::json(json(&page), place)).into_response())
}

pub(crate) fn page(store: &Store, after: Height, limit: usize, bytes_max: usize) -> api::LightChanges {
    // Before the changes are read: so there are none but these up to it.
    let height = store.tip().height;
    let found = store.set_changes(after, limit.saturating_add(1));
    let (mut changes, mut bytes) = (Vec::new(), 0_usize);
    for change in found.iter().take(limit) {
        let change = canonical(change.as_ref());
        bytes = bytes.saturating_add(change.0.len());
        // One is always answered, or nobody would get on.
        if bytes > bytes_max && !changes.is_empty() {
            break;
        }
        changes.push(change);
    }
    let more = changes.len() < found.len();
    api::LightChanges { changes, more, height }
}

/// A header and its certificate.
pub(crate) async fn block(State(app): State<Arc<App>>, Segment(at): Segment<At, 4>) -> Result<Response, Failure> {
    let height = at.in_chain(app.gateway.store.tip().height)?;
    let (store, network) = (app.gateway.store.clone(), app.network());
    let read = move || {
        let (header, certificate) = outcome::decided(&store, height)?;
        Ok(api::LightBlock {
            id: header.id(),
            header: canonical(&header),
            certificate: canonical(&certificate),
            fields: header.to_text(network),
        })
    };
    Ok((at.fixed(), Json(app.blocking(read).await?)).into_response())
}

/// The validators of a hash.
pub(crate) async fn validators(
    State(app): State<Arc<App>>,
    Segment(hash): Segment<Hash, 4>,
) -> Result<Response, Failure> {
    let Some(set) = app.gateway.store.validators_of(&hash) else {
        let detail = "no validators with this hash decide now, nor ever did, as far as this node's blocks go";
        return Err(Failure::new(Kind::UnknownValidators, detail));
    };
    let answer = api::LightValidators { hash, set: canonical(&set), validators: set.validators().to_vec() };
    Ok(([(header::CACHE_CONTROL, IMMUTABLE)], Json(answer)).into_response())
}
