//! `/v1/push` and `/v1/accounts/{address}/push`: browsers to which this gateway pushes what happens to an account (ADR
//! 0083).

mod courier;
mod record;
pub(crate) mod registry;
pub(crate) mod vapid;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use lojal_consensus::clock;
use lojal_store::Subject;
use lojal_types::api::{self, EventPlace, NewPush};
use lojal_types::{Address, AddressText};
use tokio::time::sleep;

use self::courier::Courier;
use self::record::Record;
use self::registry::{Kept, Pushes};
use crate::app::App;
use crate::extract::{AddressSegment, Form, Payload, written_at};
use crate::json;
use crate::kept::KeptId;
use crate::limits::PUSH_ENDPOINT_BYTES_MAX;
use crate::problem::{Failure, Kind};
use crate::readers::Reader;
use crate::rights::{not_permitted, signs};
use crate::sending::url_fault;

/// An account, and the id of a subscription two parts further on in a path.
pub(crate) struct AccountPush(Address, KeptId);

impl FromRequestParts<Arc<App>> for AccountPush {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let kind = Kind::InvalidParameter;
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Path((address, id)) = path.map_err(|rejection| Failure::new(kind, rejection.body_text()))?;
        let text: AddressText = written_at(parts, 3, &address, Kind::InvalidAddress)?;
        let address = text.to_canonical(app.network());
        let address = address.map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))?;
        Ok(Self(address, written_at(parts, 5, &id, kind)?))
    }
}

/// Starts the pushing to all browsers that have subscribed.
pub(crate) fn start(app: &Arc<App>) {
    let Some(pushes) = &app.pushes else { return };
    pushes.all().into_iter().for_each(|kept| push_to(app, pushes, kept));
}

/// Starts the pushing to one: a task that is woken by blocks that are about the account.
fn push_to(app: &Arc<App>, pushes: &Arc<Pushes>, kept: Arc<Kept>) {
    let account = kept.record().account.to_canonical(app.network());
    let Ok(account) = account else {
        return tracing::error!(id = %kept.id(), "a subscription of pushes is for another network, and is left out");
    };
    let mut follower = app.followers.follow(Subject::Account(account));
    let (store, decoded) = (app.gateway.store.clone(), app.decoded.clone());
    let (pushes, pauses) = (pushes.clone(), app.timeouts.pauses);
    tokio::spawn(async move {
        let courier = Arc::new(Courier { store, decoded, pushes, kept: kept.clone(), pauses });
        while !kept.is_over() {
            let pause = match courier.pause() {
                Some(pause) => pause,
                None => courier.work().await,
            };
            if pause.is_zero() {
                continue;
            }
            tokio::select! {
                is_woken = follower.woken() => if !is_woken { return },
                () = kept.changed() => {}
                () = sleep(pause) => {}
            }
        }
    });
}

/// The key by which push services know this gateway.
pub(crate) async fn service(State(app): State<Arc<App>>) -> Json<api::PushService> {
    Json(api::PushService { public_key: app.pushes.as_ref().map(|pushes| pushes.settings.key.public_text()) })
}

/// All subscriptions of an account at this gateway.
pub(crate) async fn all(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    AddressSegment(account): AddressSegment,
) -> Result<Json<api::Pushes>, Failure> {
    let pushes = on(&app)?;
    owner(&app, &headers, account).await?;
    let own = pushes.of(account.to_text(app.network()));
    let shown = |kept: &Arc<Kept>| kept.record().shown(kept.id());
    Ok(Json(api::Pushes { pushes: own.iter().map(shown).collect() }))
}

/// Subscribes a browser, or renews its subscription. It is pushed what comes after the last block.
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    AddressSegment(account): AddressSegment,
    payload: Payload,
) -> Result<(StatusCode, Json<api::Push>), Failure> {
    let pushes = on(&app)?;
    // Looked up before the key is: whatever another key does to the account from there on is pushed.
    let after = EventPlace::end_of(app.gateway.store.tip().height);
    let reader = owner(&app, &headers, account).await?;
    if payload.form != Form::Json {
        return Err(Failure::new(Kind::UnsupportedMediaType, "send Content-Type: application/json"));
    }
    let new = json::push(&payload.bytes).map_err(|error| Failure::new(Kind::MalformedJson, error.to_string()))?;
    check(&new, pushes.settings.allow_private)?;
    let own = (account.to_text(app.network()), reader.public_key);
    let record = Record::new(own, new, after, clock::now());
    let for_disk = pushes.clone();
    let (kept, is_new) = app.blocking(move || for_disk.add(record)).await?;
    if is_new {
        push_to(&app, pushes, kept.clone());
    }
    let shown = kept.record().shown(kept.id());
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(shown)))
}

/// Ends a subscription.
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    AccountPush(account, id): AccountPush,
) -> Result<StatusCode, Failure> {
    let pushes = on(&app)?;
    owner(&app, &headers, account).await?;
    let kept = pushes.one(account.to_text(app.network()), id)?;
    let pushes = pushes.clone();
    app.blocking(move || pushes.remove(&kept)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The subscriptions, if this gateway pushes.
fn on(app: &App) -> Result<&Arc<Pushes>, Failure> {
    let detail = "this gateway pushes nothing: use one whose GET /v1/push has a public_key";
    app.pushes.as_ref().ok_or_else(|| Failure::new(Kind::PushOff, detail))
}

/// Checks that whoever asks has just signed, with the key of the account itself.
async fn owner(app: &Arc<App>, headers: &HeaderMap, account: Address) -> Result<Reader, Failure> {
    let reader = app.readers.fresh(headers, clock::now())?;
    match app.read(move |view| Ok(reader.account == account && signs(view, &reader.public_key, account)?)).await? {
        true => Ok(reader),
        false => Err(not_permitted()),
    }
}

/// Checks the address, the keys and the types of a subscription.
fn check(new: &NewPush, allow_private: bool) -> Result<(), Failure> {
    let wrong = |detail: String| Err(Failure::new(Kind::InvalidParameter, detail));
    if let Some(reason) = url_fault(&new.endpoint, PUSH_ENDPOINT_BYTES_MAX, allow_private) {
        return wrong(format!("endpoint: {reason}; it is the endpoint of a browser's PushSubscription"));
    }
    if let Some(reason) = Record::fault(new) {
        return wrong(reason.to_owned());
    }
    record::asked(&new.types).map(|_| ()).or_else(|error| wrong(format!("types: {error}")))
}
