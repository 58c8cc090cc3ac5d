//! `GET /v1/events`: what happens to an account or a brand, as it happens (server-sent events).
//!
//! Nothing is queued for anybody. A reader has a place on the ledger and reads on from there; a block that is about
//! what it follows wakes it. So it makes no difference whether it has been away for a moment or for a year, or at which
//! gateway it was, and a slow reader holds nothing but its place (ADR 0065).

mod made;
pub(crate) mod reading;
mod reminders;
mod stream;
pub(crate) mod subscription;

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lojal_ledger::View;
use lojal_store::Subject;
use lojal_types::api::EventPlace;
use lojal_types::{AddressText, BrandId, Code};
use serde::{Deserialize, Serialize};

use self::reading::Reached;
use self::subscription::{Subscription, Types};
use crate::app::App;
use crate::clients::Client;
use crate::extract::Params;
use crate::limits::{AHEAD_BLOCKS_MAX, CLIENT_STREAMS_MAX};
use crate::places::Pool;
use crate::problem::{Failure, Kind};
use crate::readers::Admitted;
use crate::rights::{event_share, not_permitted};
use crate::seat::Seat;

/// The header by which a reader that comes back says which event it has seen last.
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    account: Option<AddressText>,
    brand: Option<BrandId>,
    types: Option<String>,
    after: Option<EventPlace>,
}

/// The events of an account or a brand after a place, those that there are and those that come.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    client: Client,
    admitted: Admitted,
    Extension(seat): Extension<Seat>,
    headers: HeaderMap,
    Params(query): Params<Query>,
) -> Result<Response, Failure> {
    let asked = subscription(&app, &query)?;
    let (caller, of) = (admitted.caller, asked.of);
    let known = move |view: &View| {
        let is_there = match of {
            Subject::Account(_) => true,
            Subject::Brand(brand) => view.brand(brand)?.is_some(),
        };
        Ok((event_share(view, &caller, of)?, is_there, view.tip().height))
    };
    let (share, is_there, tip) = app.read(known).await?;
    share.ok_or_else(not_permitted)?;
    if !is_there {
        return Err(Failure::of_code_as(Code::UnknownBrand, StatusCode::NOT_FOUND));
    }
    let after = last_seen(&headers)?.or(query.after).unwrap_or(EventPlace::end_of(tip));
    if after.height.get() > tip.get().saturating_add(AHEAD_BLOCKS_MAX) {
        let detail = format!("this gateway is at block {tip}, far behind {}: ask another one", after.height);
        return Err(Failure::new(Kind::NotReady, detail));
    }
    let place = app.place(Pool::Streams, &client).await.map_err(|_| {
        let detail = format!(
            "no place for a stream is free: one address has {CLIENT_STREAMS_MAX}, and the gateway as many as its \
             operator says; close one, or ask another gateway"
        );
        Failure::new(Kind::Busy, detail)
    })?;
    // From here on the stream counts among streams, and its connection among no others.
    seat.leave();
    let lines = stream::start(app, admitted, asked, Reached::at(after), place);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONNECTION, HeaderValue::from_static("close")),
        // A proxy that collects answers would hold events back.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::new(lines)).into_response())
}

fn subscription(app: &App, query: &Query) -> Result<Subscription, Failure> {
    let of = match (&query.account, query.brand) {
        (Some(text), None) => Subject::Account(
            text.to_canonical(app.network()).map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))?,
        ),
        (None, Some(brand)) => Subject::Brand(brand),
        _ => {
            let detail = "say whose events: ?account= with an address, or ?brand= with the id of a brand";
            return Err(Failure::new(Kind::InvalidParameter, detail));
        }
    };
    let types = query.types.as_deref().map(str::parse::<Types>).transpose();
    let types = types.map_err(|error| Failure::new(Kind::InvalidParameter, error.to_string()))?.unwrap_or_default();
    Ok(Subscription { of, types, genesis: app.gateway.store.genesis().chain_id().tag(), network: app.network() })
}

fn last_seen(headers: &HeaderMap) -> Result<Option<EventPlace>, Failure> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let place = value.to_str().ok().and_then(|text| text.parse().ok());
    place.map(Some).ok_or_else(|| {
        let detail = "Last-Event-ID is no id of an event; send the one that came last, unchanged";
        Failure::new(Kind::InvalidParameter, detail)
    })
}
