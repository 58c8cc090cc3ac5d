//! What handlers read from a request: path, query, body. Whatever is wrong with them becomes a problem document.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use lojal_types::{Address, AddressText};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::app::App;
use crate::problem::{Failure, Kind};

/// The one variable part of a path.
pub(crate) struct Segment<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Segment<T>
where
    T: FromStr<Err: Display>,
    S: Send + Sync,
{
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Failure::new(Kind::InvalidParameter, rejection.body_text()))?;
        let parsed = text.parse::<T>();
        parsed
            .map(Self)
            .map_err(|error| Failure::new(Kind::InvalidParameter, format!("the last part of the path: {error}")))
    }
}

/// The address in a path, of this network.
pub(crate) struct AddressSegment(pub(crate) Address);

impl FromRequestParts<Arc<App>> for AddressSegment {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let Path(text) = Path::<String>::from_request_parts(parts, app)
            .await
            .map_err(|rejection| Failure::new(Kind::InvalidAddress, rejection.body_text()))?;
        let address = text.parse::<AddressText>().and_then(|text| text.on(app.network()));
        address.map(Self).map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))
    }
}

/// The query of a request.
pub(crate) struct Params<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Params<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure::new(Kind::InvalidParameter, rejection.body_text())),
        }
    }
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
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(Form::Json);
    }
    if essence.eq_ignore_ascii_case("application/octet-stream") {
        return Ok(Form::Canonical);
    }
    let detail = "send Content-Type: application/json, or application/octet-stream for the canonical encoding";
    Err(Failure::new(Kind::UnsupportedMediaType, detail))
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
