//! The handlers: from HTTP to the desk and back.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lojal_types::api::ReferenceKind;
use lojal_types::{AddressText, Reference};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::desk::{Accepted, Desk, Earn, Return};
use crate::documents::{EntryDocument, StatusDocument};
use crate::keys::{ApiKey, Keys, Role};
use crate::limits::{BODY_BYTES_MAX, BODY_TIMEOUT, PAYMENT_PAUSE, PLACE_TIMEOUT, QUESTIONS_MAX, WAIT_S, WAIT_S_MAX};
use crate::payments::{Capture, Pay, PaymentDocument};
use crate::problem::{Failure, Kind};
use crate::refunds::Refund;
use crate::rewards::{Reward, RewardReturn};
use crate::stamps::{Stamp, StampReturn};
use crate::wish::Kind as Wish;

pub(crate) mod claims;
pub(crate) mod vouchers;

/// The header of an answer that is about what was asked for before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The things that all requests share.
pub(crate) struct App {
    desk: Arc<Desk>,
    keys: Keys,
    /// Places for whoever waits for a disk or a gateway.
    places: Arc<Semaphore>,
}

pub(crate) type Shared = State<Arc<App>>;

impl App {
    pub(crate) fn new(desk: Arc<Desk>, keys: Keys) -> Self {
        Self { desk, keys, places: Arc::new(Semaphore::new(QUESTIONS_MAX)) }
    }
    /// The key that a request is made with, if it has a role.
    async fn key(self: &Arc<Self>, headers: &HeaderMap, role: Role) -> Result<ApiKey, Failure> {
        let mut sent = headers.get_all(header::AUTHORIZATION).iter();
        let (first, is_only) = (sent.next(), sent.next().is_none());
        let text = first.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer ")).filter(|_| is_only);
        let Some(text) = text.map(str::to_owned) else {
            return Err(Failure::new(Kind::KeyMissing, "send one API key: Authorization: Bearer ljk1_…"));
        };
        let app = self.clone();
        let found = self.blocking(move || {
            app.keys.find(&text).map_err(|error| {
                lojal_print::note(error);
                Failure::internal()
            })
        });
        let detail = "this is no API key of this connector, or it was revoked: `lojal-connect key add` makes one";
        let key = found.await?.ok_or_else(|| Failure::new(Kind::KeyInvalid, detail))?;
        if key.may(role) {
            return Ok(key);
        }
        Err(Failure::new(Kind::NotPermitted, format!("this API key hasn't the role {role}: use one that has")))
    }
    /// Does work that waits for a disk or a gateway, away from the threads that serve connections.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let place = timeout(PLACE_TIMEOUT, self.places.clone().acquire_owned()).await.ok().and_then(Result::ok);
        let place = place.ok_or_else(|| Failure::new(Kind::Busy, "too much at once: try again in a moment"))?;
        // The place goes with the work, which goes on when its till is gone.
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Failure::internal()))
    }
    /// The same at the desk.
    async fn at_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let desk = self.desk.clone();
        self.blocking(move || work(&desk)).await
    }
    /// Waits for the outcome of a wish, as long as the till says; otherwise for a while, unless no gateway answers.
    async fn outcome(&self, accepted: Accepted, wait: Option<Duration>) -> Result<Response, Failure> {
        let Accepted { id, is_new, round } = accepted;
        let deadline = Instant::now() + wait.unwrap_or(Duration::from_secs(WAIT_S));
        let mut beats = self.desk.beats();
        let document = loop {
            let beat = *beats.borrow_and_update();
            let entry = self.desk.entry(&id)?;
            let is_stuck = wait.is_none() && beat.is_stuck && beat.round != round;
            if !entry.is_waiting() || is_stuck || timeout_at(deadline, beats.changed()).await.is_err() {
                break EntryDocument::of(&self.desk.entry(&id)?, &self.desk.ledger);
            }
        };
        if let Some(problem) = document.problem() {
            return Err(Failure::of(problem.clone()));
        }
        let status = if document.is_queued() { StatusCode::ACCEPTED } else { StatusCode::OK };
        Ok(replayed((status, Json(document)).into_response(), !is_new))
    }
    /// Looks at a request as long as its till waits, until it can't change any more.
    async fn looked<T: Serialize + Send + 'static>(
        &self,
        wait: Option<Duration>,
        look: impl Fn(&Desk) -> Result<T, Failure> + Clone + Send + 'static,
        is_open: impl Fn(&T) -> bool,
    ) -> Result<Response, Failure> {
        let deadline = Instant::now() + wait.unwrap_or_default();
        loop {
            let looked = self.at_desk(look.clone()).await;
            let can_change = match &looked {
                Ok(document) => is_open(document),
                Err(failure) => failure.problem().retryable,
            };
            if !can_change || Instant::now() + PAYMENT_PAUSE >= deadline {
                return looked.map(|document| Json(document).into_response());
            }
            sleep(PAYMENT_PAUSE).await;
        }
    }
}

/// The answer to a request that is new, or that was there already.
fn opened<T: Serialize>((document, is_new): (T, bool)) -> Response {
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    replayed((status, Json(document)).into_response(), !is_new)
}

fn replayed(mut response: Response, is_replayed: bool) -> Response {
    if is_replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}
pub(crate) async fn status(State(app): Shared, headers: HeaderMap) -> Result<Response, Failure> {
    app.key(&headers, Role::Read).await?;
    let document = app.at_desk(|desk| {
        let waiting = desk.book().waiting();
        let height = desk.ledger.now().ok().map(|(status, _)| status.height);
        let home = desk.ledger.home();
        let (brand, operator, chain_id) = (desk.ledger.brand(), home.address_text(), home.chain_id());
        Ok(StatusDocument { brand, operator, chain_id, queued: waiting, height })
    });
    Ok(Json(document.await?).into_response())
}
pub(crate) async fn earn(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(earn): Body<Earn>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Earn).await?;
    let accepted = app.at_desk(move |desk| desk.earn(&key, &earn)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn give_back(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(back): Body<Return>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Return).await?;
    let accepted = app.at_desk(move |desk| desk.give_back(&key, &back)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn refund(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(refund): Body<Refund>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Return).await?;
    let accepted = app.at_desk(move |desk| desk.refund(&key, &refund)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn stamp(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(stamp): Body<Stamp>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Earn).await?;
    let accepted = app.at_desk(move |desk| desk.stamp(&key, &stamp)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn take_back(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(back): Body<StampReturn>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Return).await?;
    let accepted = app.at_desk(move |desk| desk.take_back(&key, &back)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn reward(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(reward): Body<Reward>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Grant).await?;
    let accepted = app.at_desk(move |desk| desk.reward(&key, &reward)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn take_mark(
    State(app): Shared,
    headers: HeaderMap,
    Wait(wait): Wait,
    Body(back): Body<RewardReturn>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Return).await?;
    let accepted = app.at_desk(move |desk| desk.take_mark(&key, &back)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn ask_for(State(app): Shared, headers: HeaderMap, Body(pay): Body<Pay>) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Pay).await?;
    let asked = app.at_desk(move |desk| {
        let (document, is_new) = desk.ask_for(&key, &pay)?;
        Ok((document.with_code()?, is_new))
    });
    Ok(opened(asked.await?))
}
/// Waits, if it is asked to, until somebody has answered or nobody can any more.
pub(crate) async fn look(
    State(app): Shared,
    headers: HeaderMap,
    Segment(id): Segment<Reference>,
    Wait(wait): Wait,
) -> Result<Response, Failure> {
    app.key(&headers, Role::Pay).await?;
    app.looked(wait, move |desk| desk.look(&id), PaymentDocument::is_open).await
}
pub(crate) async fn capture(
    State(app): Shared,
    headers: HeaderMap,
    Segment(id): Segment<Reference>,
    Wait(wait): Wait,
    Body(capture): Body<Capture>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Capture).await?;
    let accepted = app.at_desk(move |desk| desk.capture(&key, &id, &capture)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn release(
    State(app): Shared,
    headers: HeaderMap,
    Segment(id): Segment<Reference>,
    Wait(wait): Wait,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Capture).await?;
    let accepted = app.at_desk(move |desk| desk.release(&key, &id)).await?;
    app.outcome(accepted, wait).await
}
pub(crate) async fn balance(
    State(app): Shared,
    headers: HeaderMap,
    Segment(member): Segment<AddressText>,
) -> Result<Response, Failure> {
    app.key(&headers, Role::Read).await?;
    Ok(Json(app.at_desk(move |desk| desk.balance(member)).await?).into_response())
}
/// For a till that has lost what it knew.
pub(crate) async fn reference(
    State(app): Shared,
    headers: HeaderMap,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
) -> Result<Response, Failure> {
    app.key(&headers, Role::Read).await?;
    let Path((kind, name)) = path.map_err(|error| Failure::new(Kind::InvalidParameter, error.body_text()))?;
    let kind: ReferenceKind =
        kind.parse().map_err(|error| Failure::new(Kind::InvalidParameter, format!("the path: {error}")))?;
    let answer = app.at_desk(move |desk| match kind {
        ReferenceKind::Issue => Ok(Json(desk.look_up(Wish::Earn, &name)?).into_response()),
        ReferenceKind::Reverse => Ok(Json(desk.look_up(Wish::Return, &name)?).into_response()),
        ReferenceKind::Stamp => Ok(Json(desk.look_up(Wish::Stamp, &name)?).into_response()),
        ReferenceKind::TakeBack => Ok(Json(desk.look_up(Wish::TakeBack, &name)?).into_response()),
        ReferenceKind::Grant => Ok(Json(desk.look_up(Wish::Grant, &name)?).into_response()),
        ReferenceKind::Refund => Ok(Json(desk.look_up(Wish::Refund, &name)?).into_response()),
        ReferenceKind::Capture => {
            let id = desk.payment_id(&name)?;
            Ok(Json(desk.find(Wish::Capture, name, &id)?).into_response())
        }
        ReferenceKind::Redeem | ReferenceKind::Hold => {
            let id = desk.payment_id(&name)?;
            Ok(Json(desk.look(&id)?).into_response())
        }
        ReferenceKind::UseVoucher => Ok(Json(desk.find_use(&name)?).into_response()),
        ReferenceKind::Claim => Ok(Json(desk.find_claim(&name)?).into_response()),
    });
    answer.await
}

/// The one variable part of a path.
pub(crate) struct Segment<T>(T);

impl<T, S> FromRequestParts<S> for Segment<T>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    S: Send + Sync,
{
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let invalid = |detail| Failure::new(Kind::InvalidParameter, detail);
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = path.map_err(|error| invalid(error.body_text()))?;
        text.parse().map(Self).map_err(|error| invalid(format!("{text} in the path: {error}")))
    }
}

/// The time that a till wants to wait.
pub(crate) struct Wait(Option<Duration>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitQuery {
    #[serde(default)]
    wait: Option<u64>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wait {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let detail = format!("the query is ?wait= with a number of seconds, at most {WAIT_S_MAX}, or none");
        let query: Result<Query<WaitQuery>, QueryRejection> = Query::from_request_parts(parts, state).await;
        match query {
            Ok(Query(WaitQuery { wait })) if wait.is_none_or(|wait| wait <= WAIT_S_MAX) => {
                Ok(Self(wait.map(Duration::from_secs)))
            }
            _ => Err(Failure::new(Kind::InvalidParameter, detail)),
        }
    }
}

/// The body of a request, of bounded size and received within bounded time.
pub(crate) struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Failure;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") || request.headers().contains_key(header::CONTENT_ENCODING)
        {
            let detail = "send the body as Content-Type: application/json, and not compressed";
            return Err(Failure::new(Kind::UnsupportedMediaType, detail));
        }
        let bytes = match timeout(BODY_TIMEOUT, Bytes::from_request(request, app)).await {
            Ok(bytes) => bytes.map_err(|rejection| body_failure(&rejection))?,
            Err(_) => return Err(Failure::new(Kind::RequestTimeout, "the body didn't arrive in time: send it faster")),
        };
        // A list of the fields' values would be read as well, and nobody means that.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| *first != b'{') {
            return Err(Failure::new(Kind::MalformedJson, "the body is a JSON object: it begins with {"));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Failure::new(Kind::MalformedJson, error.to_string()))
    }
}

fn body_failure(rejection: &BytesRejection) -> Failure {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Failure::new(Kind::BodyTooLarge, format!("a body has at most {BODY_BYTES_MAX} bytes"));
    }
    Failure::new(Kind::MalformedRequest, "the body could not be read to its end")
}
