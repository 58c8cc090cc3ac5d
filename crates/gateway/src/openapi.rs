//! `GET /v1/openapi.json` and `GET /docs`: the gateway's interface for programs and for people, made from the table of
//! its routes (ADR 0071).

pub(crate) mod document;
pub(crate) mod operation;
mod page;

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// The interface's description, written once.
#[derive(Clone)]
pub(crate) struct Written(Arc<Texts>);

struct Texts {
    json: Bytes,
    html: Bytes,
    policy: String,
}

impl Written {
    /// A document, and the page that shows it.
    pub(crate) fn new(document: &Value) -> Self {
        let json = serde_json::to_vec(document).expect("a document is plain JSON").into();
        Self(Arc::new(Texts { json, html: page::html().into(), policy: page::policy() }))
    }
}

/// The document.
pub(crate) async fn json(Extension(Written(texts)): Extension<Written>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], texts.json.clone()).into_response()
}

/// The page that shows it.
pub(crate) async fn html(Extension(Written(texts)): Extension<Written>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, texts.policy.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, texts.html.clone()).into_response()
}
