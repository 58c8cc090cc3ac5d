//! `/v1/brands/{id}/webhooks`: addresses to which this gateway sends what happens to a brand (ADR 0066).

pub(crate) mod courier;
pub(crate) mod record;
pub(crate) mod registry;
mod signing;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use lojal_consensus::clock;
use lojal_store::Subject;
use lojal_types::api::{self, EventPlace};
use lojal_types::{BrandId, Height};
use serde::{Deserialize, Serialize};

use self::courier::Courier;
use self::record::Record;
use self::registry::Kept;
use self::signing::secret_text;
use crate::app::App;
use crate::events::subscription::Types;
use crate::extract::{Form, Params, Payload, Segment, written_at};
use crate::json;
use crate::kept::KeptId;
use crate::limits::WEBHOOK_URL_BYTES_MAX;
use crate::problem::{Failure, Kind};
use crate::rights::{administers, not_permitted};
use crate::sending::url_fault;

/// A brand, and the id of a webhook two parts further on in a path.
pub(crate) struct BrandWebhook(BrandId, KeptId);

impl<S: Send + Sync> FromRequestParts<S> for BrandWebhook {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let kind = Kind::InvalidParameter;
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((brand, id)) = path.map_err(|rejection| Failure::new(kind, rejection.body_text()))?;
        Ok(Self(written_at(parts, 3, &brand, kind)?, written_at(parts, 5, &id, kind)?))
    }
}

/// Starts the sending of all webhooks that are kept.
pub(crate) fn start(app: &Arc<App>) {
    app.webhooks.all().into_iter().for_each(|kept| send_for(app, kept));
}

/// Starts the sending of one: a thread that sends, and a task that wakes it.
fn send_for(app: &Arc<App>, kept: Arc<Kept>) {
    let mut follower = app.followers.follow(Subject::Brand(kept.record().brand));
    let (store, decoded, registry) = (app.gateway.store.clone(), app.decoded.clone(), app.webhooks.clone());
    let (pauses, patience) = (app.timeouts.pauses, app.timeouts.receiver);
    let courier = Courier { store, decoded, registry, kept: kept.clone(), pauses, patience };
    let name = format!("webhook {}", kept.id());
    if let Err(error) = std::thread::Builder::new().name(name).spawn(move || courier.run()) {
        tracing::error!(%error, "a webhook has no thread, and is sent nothing until the node starts again");
    }
    tokio::spawn(async move {
        while !kept.is_over() && follower.woken().await {
            kept.ring();
        }
    });
}

/// All webhooks of a brand at this gateway.
pub(crate) async fn all(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Segment(brand): Segment<BrandId>,
) -> Result<Json<api::Webhooks>, Failure> {
    admin(&app, &headers, brand).await?;
    let shown = |kept: &Arc<Kept>| kept.record().shown(kept.id());
    Ok(Json(api::Webhooks { webhooks: app.webhooks.of(brand).iter().map(shown).collect() }))
}

/// Registers one. It is sent what comes after the last block.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Segment(brand): Segment<BrandId>,
    payload: Payload,
) -> Result<(StatusCode, Json<api::WebhookSecret>), Failure> {
    admin(&app, &headers, brand).await?;
    if payload.form != Form::Json {
        return Err(Failure::new(Kind::UnsupportedMediaType, "send Content-Type: application/json"));
    }
    let new = json::webhook(&payload.bytes).map_err(|error| Failure::new(Kind::MalformedJson, error.to_string()))?;
    check(&new, app.webhooks.settings.allow_private)?;
    let tip = app.gateway.store.tip();
    let record = Record::new(brand, new, EventPlace::end_of(tip.height), clock::now());
    let kept = written(&app, move |app| app.webhooks.add(record)).await?;
    send_for(&app, kept.clone());
    Ok((StatusCode::CREATED, Json(with_secret(&kept))))
}

/// Removes one.
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    BrandWebhook(brand, id): BrandWebhook,
) -> Result<StatusCode, Failure> {
    admin(&app, &headers, brand).await?;
    let kept = app.webhooks.one(brand, id)?;
    written(&app, move |app| app.webhooks.remove(&kept)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives one another secret.
pub(crate) async fn roll(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    BrandWebhook(brand, id): BrandWebhook,
) -> Result<Json<api::WebhookSecret>, Failure> {
    admin(&app, &headers, brand).await?;
    let kept = app.webhooks.one(brand, id)?;
    let changed = kept.clone();
    written(&app, move |_| changed.change(|record| record.roll_secret(clock::now()))).await?;
    Ok(Json(with_secret(&kept)))
}

/// The last attempts to send to one, and what was given up.
pub(crate) async fn deliveries(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    BrandWebhook(brand, id): BrandWebhook,
) -> Result<Json<api::Deliveries>, Failure> {
    admin(&app, &headers, brand).await?;
    let kept = app.webhooks.one(brand, id)?;
    let dead = kept.record().dead.clone();
    Ok(Json(api::Deliveries { attempts: kept.attempts(), dead }))
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    after: Option<EventPlace>,
}

/// Sends again what comes after a place, or goes on where it was if it had stopped.
pub(crate) async fn replay(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    BrandWebhook(brand, id): BrandWebhook,
    Params(query): Params<Query>,
) -> Result<Json<api::Webhook>, Failure> {
    admin(&app, &headers, brand).await?;
    let kept = app.webhooks.one(brand, id)?;
    let (registered, reached) = {
        let record = kept.record();
        (record.registered, record.reached)
    };
    let after = query.after.unwrap_or(reached);
    let tip: Height = app.gateway.store.tip().height;
    if after < registered || after.height > tip {
        let detail = format!(
            "after must be {registered} or later, since nothing from before the registration is sent, and no later \
             than the last block, {tip}"
        );
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    let next = if after.is_end() { after.height.next() } else { after.height };
    let first = app.gateway.store.first_height();
    if app.gateway.store.base().is_some() && next < first {
        let detail = format!(
            "this node has no block {next}: its blocks begin at height {first}, and what came before can be read from \
             the events of another gateway; go on here with what comes after {}",
            EventPlace::end_of(Height::new(first.get().saturating_sub(1)))
        );
        return Err(Failure::new(Kind::Pruned, detail));
    }
    let changed = kept.clone();
    written(&app, move |_| changed.change(|record| record.replay(after))).await?;
    kept.ring();
    let shown = kept.record().shown(kept.id());
    Ok(Json(shown))
}

/// Checks that whoever asks has just signed, as an admin of the brand.
async fn admin(app: &Arc<App>, headers: &HeaderMap, brand: BrandId) -> Result<(), Failure> {
    let reader = app.readers.fresh(headers, clock::now())?;
    match app.read(move |view| administers(view, &reader, brand)).await? {
        true => Ok(()),
        false => Err(not_permitted()),
    }
}

/// Does what is written to the disk, away from the threads that serve connections.
async fn written<T: Send + 'static>(
    app: &Arc<App>,
    write: impl FnOnce(&App) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let own = app.clone();
    app.blocking(move || write(&own)).await
}

fn with_secret(kept: &Kept) -> api::WebhookSecret {
    let record = kept.record();
    api::WebhookSecret { webhook: record.shown(kept.id()), secret: secret_text(&record.secret()) }
}

/// Checks the address and the types of a new webhook.
fn check(new: &api::NewWebhook, allow_private: bool) -> Result<(), Failure> {
    if let Some(reason) = url_fault(&new.url, WEBHOOK_URL_BYTES_MAX, allow_private) {
        let detail = format!("url: {reason}; write it like https://shop.example.org/lojal");
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    match new.types.is_empty() {
        true => Ok(()),
        false => match new.types.join("-").parse::<Types>() {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::new(Kind::InvalidParameter, format!("types: {error}"))),
        },
    }
}
