//! The pages for browsers: `/wallet/`, `/explorer/`, `/console/`, what they share, and which build they are.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use lojal_web::{Asset, BUILD_PATH, CONTENT_SECURITY_POLICY};

use crate::answers::has;
use crate::app::App;
use crate::problem::{Failure, Kind};

/// Files that are the same for ever, for everybody.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Files that have to be asked for again before they are used.
const CHANGING: HeaderValue = HeaderValue::from_static("no-cache");

/// The headers of every file of pages.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(), microphone=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The routes of the pages.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(first))
        .route("/wallet", get(directory))
        .route("/wallet/", get(file))
        .route("/wallet/{file}", get(file))
        .route("/explorer", get(directory))
        .route("/explorer/", get(file))
        .route("/explorer/{file}", get(file))
        .route("/console", get(directory))
        .route("/console/", get(file))
        .route("/console/{file}", get(file))
        .route("/assets/{file}", get(file))
        .route(BUILD_PATH, get(file))
}

/// Leads whoever names no page to the first one.
async fn first(State(app): State<Arc<App>>) -> Result<Redirect, Failure> {
    let first = app.site.first().ok_or_else(nothing)?;
    Ok(Redirect::temporary(&format!("/{}/", first.directory())))
}

/// Leads to the page of a directory.
async fn directory(State(app): State<Arc<App>>, uri: Uri) -> Result<Redirect, Failure> {
    let path = uri.path();
    if app.site.has(path) { Ok(Redirect::permanent(&format!("{path}/"))) } else { Err(nothing()) }
}

/// A file of the pages that this gateway serves.
async fn file(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Failure> {
    let asset = app.site.find(uri.path()).ok_or_else(nothing)?;
    let mut response = content(asset, &headers);
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn content(asset: &Asset, headers: &HeaderMap) -> Response {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let caching = if asset.is_immutable { IMMUTABLE } else { CHANGING };
    let tag = HeaderValue::from_str(&asset.tag).expect("a tag is ASCII");
    let vary = HeaderValue::from_static("accept-encoding");
    let common = [(header::CACHE_CONTROL, caching), (header::ETAG, tag), (header::VARY, vary)];
    if has(text(header::IF_NONE_MATCH), &asset.tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = [(header::CONTENT_TYPE, asset.content_type)];
    match asset.gzip.as_ref().filter(|_| takes_gzip(text(header::ACCEPT_ENCODING))) {
        Some(gzip) => {
            let encoded = [(header::CONTENT_ENCODING, "gzip")];
            (common, kind, encoded, Body::from(gzip.clone())).into_response()
        }
        None => (common, kind, Body::from(Bytes::from_static(asset.plain))).into_response(),
    }
}

/// True if a list of encodings has this one, and not as one that isn't wanted.
fn takes_gzip(encodings: &str) -> bool {
    let mut each = encodings.split(',').map(|one| one.split(';').map(str::trim));
    each.any(|mut parts| parts.next() == Some("gzip") && parts.all(|weight| weight != "q=0"))
}

fn nothing() -> Failure {
    Failure::new(Kind::UnknownRoute, "nothing is here; docs/api.md lists every route")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for wanted in ["gzip", "br, gzip", "deflate, gzip;q=0.5, *;q=0"] {
            assert!(takes_gzip(wanted), "{wanted}");
        }
        for not in ["", "br", "gzip;q=0", "x-gzip"] {
            assert!(!takes_gzip(not), "{not}");
        }
    }
}
