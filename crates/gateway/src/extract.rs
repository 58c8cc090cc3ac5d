//! The parts of a request that handlers read: path, query, body. A fault in them becomes a problem document.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use lojal_consensus::clock;
use lojal_types::{Address, AddressText, BrandId, Day, Reference, TrackId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::app::App;
use crate::problem::{Failure, Kind};
use crate::readers::{Admitted, Caller};

/// The one variable part of a path, which is the third one unless said otherwise.
pub(crate) struct Segment<T, const PLACE: usize = 3>(pub(crate) T);

impl<T, S, const PLACE: usize> FromRequestParts<S> for Segment<T, PLACE>
where
    T: FromStr<Err: Display> + Display,
    S: Send + Sync,
{
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        segment(parts, state, PLACE, Kind::InvalidParameter).await.map(Self)
    }
}

/// The variable part of a path, which is written as its value is, without any escape.
async fn segment<T, S>(parts: &mut Parts, state: &S, place: usize, kind: Kind) -> Result<T, Failure>
where
    T: FromStr<Err: Display> + Display,
    S: Send + Sync,
{
    let path = Path::<String>::from_request_parts(parts, state).await;
    let Path(text) = path.map_err(|rejection| Failure::new(kind, rejection.body_text()))?;
    written_at(parts, place, &text, kind)
}

/// The value of a part of a path, counted from 0 before the first slash.
pub(crate) fn written_at<T: FromStr<Err: Display> + Display>(
    parts: &Parts,
    place: usize,
    text: &str,
    kind: Kind,
) -> Result<T, Failure> {
    let value: T = text.parse().map_err(|error| Failure::new(kind, format!("{text} in the path: {error}")))?;
    let expected = value.to_string();
    if parts.uri.path().split('/').nth(place) == Some(expected.as_str()) {
        return Ok(value);
    }
    Err(Failure::new(kind, format!("the path has a second spelling of a value; write {expected}")))
}

/// A brand, and a reference two parts further on in a path.
pub(crate) struct BrandReference(pub(crate) BrandId, pub(crate) Reference);

impl<S: Send + Sync> FromRequestParts<S> for BrandReference {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let kind = Kind::InvalidParameter;
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((brand, reference)) = path.map_err(|rejection| Failure::new(kind, rejection.body_text()))?;
        Ok(Self(written_at(parts, 3, &brand, kind)?, written_at(parts, 5, &reference, kind)?))
    }
}

/// A brand, and a track two parts further on in a path.
pub(crate) struct BrandTrack(pub(crate) BrandId, pub(crate) TrackId);

impl<S: Send + Sync> FromRequestParts<S> for BrandTrack {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let kind = Kind::InvalidParameter;
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((brand, track)) = path.map_err(|rejection| Failure::new(kind, rejection.body_text()))?;
        Ok(Self(written_at(parts, 3, &brand, kind)?, written_at(parts, 5, &track, kind)?))
    }
}

/// Two brands, one part of a path after the other.
pub(crate) struct TwoBrands(pub(crate) BrandId, pub(crate) BrandId);

impl<S: Send + Sync> FromRequestParts<S> for TwoBrands {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let kind = Kind::InvalidParameter;
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) = path.map_err(|rejection| Failure::new(kind, rejection.body_text()))?;
        Ok(Self(written_at(parts, 3, &first, kind)?, written_at(parts, 4, &second, kind)?))
    }
}

/// The address in a path, of this network.
pub(crate) struct AddressSegment(pub(crate) Address);

impl FromRequestParts<Arc<App>> for AddressSegment {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let text: AddressText = segment(parts, app, 3, Kind::InvalidAddress).await?;
        text.to_canonical(app.network())
            .map(Self)
            .map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))
    }
}

/// Whoever asks for what not everybody may read.
impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        app.readers.caller(&parts.headers, clock::now())
    }
}

impl FromRequestParts<Arc<App>> for Admitted {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        app.readers.admitted(&parts.headers, clock::now())
    }
}

/// The query of a request.
pub(crate) struct Params<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Params<T>
where
    T: DeserializeOwned + Serialize,
    S: Send + Sync,
{
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Query(value) = Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Failure::new(Kind::InvalidParameter, query_fault(&rejection)))?;
        let expected = serde_urlencoded::to_string(&value).map_err(|error| {
            tracing::error!(%error, "a query can't be written");
            Failure::internal()
        })?;
        let is_as_expected = match parts.uri.query() {
            None => expected.is_empty(),
            // Without any field there is no query, not even its sign.
            Some(query) => !query.is_empty() && sorted(query) == sorted(&expected),
        };
        if is_as_expected {
            return Ok(Self(value));
        }
        let detail = if expected.is_empty() {
            "there is nothing in this query; leave out the ? and what follows it".to_owned()
        } else {
            format!("the query has a second spelling of a value; write ?{expected}")
        };
        Err(Failure::new(Kind::InvalidParameter, detail))
    }
}

/// The values that the parameters of queries take.
const TAKEN: [(&[&str], &str); 12] = [
    (&["height"], "the height of a block, a whole number"),
    (&["after"], "the height of a block, a whole number, or of events the id of one"),
    (&["account"], "an address, such as tloj1…"),
    (&["types"], "types of events, such as points.issued-hold"),
    (&["limit", "months", "motion"], "a whole number"),
    (&["from"], "the height of the first block, or the id of a brand between brands"),
    (&["brand", "to"], "the id of a brand, such as kaffet"),
    (&["since_ms"], "a time in milliseconds since 1970, a whole number"),
    (&["dated"], "a day, such as 2027-03-14"),
    (&["transaction"], "the id of a transaction, as hex"),
    (&["cursor"], "the cursor of the page before, as it came"),
    (&["wait"], "the word committed"),
];

/// The fault of a query, with what the parameter takes, or which there are.
fn query_fault(rejection: &QueryRejection) -> String {
    let text = rejection.body_text();
    let fault = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
    if let Some((_, unknown)) = fault.split_once("unknown field `") {
        return unknown_parameter(unknown);
    }
    let taken = |name: &str| TAKEN.iter().find(|(names, _)| names.contains(&name)).map(|(_, taken)| taken);
    match fault.split_once(": ").and_then(|(name, fault)| Some((name, taken(name)?, fault))) {
        Some((name, taken, fault)) => format!("the parameter {name} takes {taken} ({fault})"),
        None => format!("the query isn't one of this route: {fault}"),
    }
}

/// The fault of a parameter that a route doesn't know: its name, a backtick, and then those that it knows, each between
/// two.
fn unknown_parameter(fault: &str) -> String {
    let (name, rest) = fault.split_once("`, ").unwrap_or((fault, ""));
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    match known.split_last() {
        None => no_parameters(name),
        Some((only, [])) => format!("this route has no parameter {name}; it has {only} alone"),
        Some((last, others)) => format!("this route has no parameter {name}; it has {} and {last}", others.join(", ")),
    }
}

/// The fault of a parameter of a route that has none.
pub(crate) fn no_parameters(name: &str) -> String {
    format!("this route has no parameter {name}, nor any other; leave out the ? and what follows it")
}

/// The day of a reference, in a query: it spares looking on the shelves of other months.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dated {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dated: Option<Day>,
}

/// The fields of a query, which may come in any order.
fn sorted(query: &str) -> Vec<&str> {
    let mut fields: Vec<&str> = query.split('&').collect();
    fields.sort_unstable();
    fields
}

/// The two forms in which transactions are submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/json`.
    Json,
    /// `application/octet-stream`: the canonical bytes.
    Canonical,
}

/// The body of a request, of bounded size and received within bounded time.
pub(crate) struct Payload {
    pub(crate) form: Form,
    pub(crate) bytes: Bytes,
}

impl FromRequest<Arc<App>> for Payload {
    type Rejection = Failure;
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let form = form_of(request.headers())?;
        check_encoding(request.headers())?;
        match timeout(app.timeouts.body, Bytes::from_request(request, app)).await {
            Ok(Ok(bytes)) => Ok(Self { form, bytes }),
            Ok(Err(rejection)) => Err(body_failure(&rejection)),
            Err(_) => {
                Err(Failure::new(Kind::RequestTimeout, "the body didn't arrive in time; send it faster or in parts"))
            }
        }
    }
}

fn form_of(headers: &HeaderMap) -> Result<Form, Failure> {
    let unsupported = |detail| Err(Failure::new(Kind::UnsupportedMediaType, detail));
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (value, is_only) = (values.next(), values.next().is_none());
    let text = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    if is_only && essence.eq_ignore_ascii_case("application/json") {
        return if parts.all(keeps_utf8) {
            Ok(Form::Json)
        } else {
            unsupported("JSON is UTF-8; send it without a charset")
        };
    }
    if is_only && essence.eq_ignore_ascii_case("application/octet-stream") {
        return Ok(Form::Canonical);
    }
    unsupported("send one Content-Type: application/json, or application/octet-stream for the canonical encoding")
}

/// Tells whether a parameter of a content type leaves the text UTF-8, as all but another charset do.
fn keeps_utf8(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

/// Bodies come as they are; one that is compressed must not be taken for bad JSON.
fn check_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    let is_plain = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) { Ok(()) } else { Err(Failure::encoded()) }
}

fn body_failure(rejection: &BytesRejection) -> Failure {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Failure::new(
            Kind::BodyTooLarge,
            "the body is larger than this route takes; send fewer transactions at once",
        );
    }
    Failure::new(Kind::MalformedRequest, "the body could not be read to its end")
}
