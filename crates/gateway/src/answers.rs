//! The habits of every answer: the id of its request, the block after which it is so, and a tag by which whoever asks
//! again learns that nothing has changed.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use lojal_types::Height;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::large::Whole;
use crate::limits::{REQUEST_ID_CHARS_MAX, TAGGED_BYTES_MAX};

/// The header with the id of a request.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// The header with the block after which an answer is so.
pub(crate) const HEIGHT: HeaderName = HeaderName::from_static("lojal-height");
/// Answers that are the same for ever.
pub(crate) const IMMUTABLE: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// Answers that somebody else may get another of, or the same later: to be asked for again before they are used.
const OWN: HeaderValue = HeaderValue::from_static("private, no-cache");
const NEVER: HeaderValue = HeaderValue::from_static("no-store");

/// The id of a request: the client's, if it can stand in a log as it is, or else one of the gateway's own.
pub(crate) fn request_id(headers: &HeaderMap, own: impl FnOnce() -> String) -> HeaderValue {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let given = headers.get(REQUEST_ID).filter(|value| {
        (1..=REQUEST_ID_CHARS_MAX).contains(&value.len()) && value.as_bytes().iter().all(|byte| is_sign(*byte))
    });
    given.cloned().unwrap_or_else(|| HeaderValue::from_str(&own()).expect("hex is valid in a header"))
}

/// The part of a question that its answer depends on beside the route.
pub(crate) struct Asked {
    method: Method,
    /// The tags that the client has answers of.
    known: Option<HeaderValue>,
    /// The last block when it was asked.
    tip: Height,
}

impl Asked {
    pub(crate) fn new(method: &Method, headers: &HeaderMap, tip: Height) -> Self {
        Self { method: method.clone(), known: headers.get(header::IF_NONE_MATCH).cloned(), tip }
    }
    /// The answer with all that it says of itself; without its content if the client has that.
    pub(crate) async fn finish(self, response: Response) -> Response {
        let is_read = self.method == Method::GET || self.method == Method::HEAD;
        if !is_read {
            return response;
        }
        if !response.status().is_success() {
            return with(response, header::CACHE_CONTROL, NEVER);
        }
        let (mut response, height, tag) = self.tagged(response).await;
        response = with(response, HEIGHT, HeaderValue::from(height.get()));
        response = with(response, header::CACHE_CONTROL, OWN);
        response = with(response, header::VARY, HeaderValue::from_static("authorization"));
        let Some(tag) = tag else { return response };
        let value = HeaderValue::from_str(&tag).expect("a tag is ASCII");
        let is_known = self.known.as_ref().and_then(|known| known.to_str().ok()).is_some_and(|known| has(known, &tag));
        response = with(response, header::ETAG, value);
        if is_known {
            let (mut parts, _) = response.into_parts();
            parts.status = StatusCode::NOT_MODIFIED;
            parts.headers.remove(header::CONTENT_TYPE);
            parts.headers.remove(header::CONTENT_LENGTH);
            return Response::from_parts(parts, Body::empty());
        }
        response
    }

    /// The answer with the block after which it is so, and the tag of its content, if it is one of moderate size in
    /// JSON. What says in itself after which block it is so is tagged without that: so the tag stays as long as nothing
    /// else changes.
    async fn tagged(&self, response: Response) -> (Response, Height, Option<String>) {
        let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|one| one == "application/json");
        if !is_json || self.method != Method::GET || response.extensions().get::<Whole>().is_some() {
            return (response, self.tip, None);
        }
        let (parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, TAGGED_BYTES_MAX).await else {
            tracing::error!("an answer of moderate size is larger than one can be");
            return (Response::from_parts(parts, Body::empty()), self.tip, None);
        };
        let (mut height, mut digest) = (self.tip, Sha256::new());
        match serde_json::from_slice::<BTreeMap<String, &RawValue>>(&bytes) {
            Ok(mut fields) => {
                let own = fields.remove("height").and_then(|height| height.get().parse().ok());
                height = own.map_or(height, Height::new);
                fields.remove("time_ms");
                for (name, value) in fields {
                    digest.update(format!("{name}\n"));
                    digest.update(value.get());
                }
            }
            Err(_) => digest.update(&bytes),
        }
        let tag = format!("W/\"{}\"", hex::encode(&digest.finalize()[..TAG_BYTES]));
        (Response::from_parts(parts, Body::from(bytes)), height, Some(tag))
    }
}

/// The bytes of a hash that make a tag.
const TAG_BYTES: usize = 16;

/// Tells whether a list of tags has one (RFC 9110, section 13.1.2).
pub(crate) fn has(known: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.split(',').any(|one| one.trim() == "*" || opaque(one) == opaque(tag))
}

/// The answer with a header, if it hasn't got that already.
fn with(mut response: Response, name: HeaderName, value: HeaderValue) -> Response {
    response.headers_mut().entry(name).or_insert(value);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_the_client_is_kept_if_it_can_stand_in_a_log() {
        let id = |given: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(given).expect("a header"));
            request_id(&headers, || "own".to_owned())
        };
        assert_eq!(id(b"till-7:2027.03_a"), "till-7:2027.03_a");
        let long = [b'a'; REQUEST_ID_CHARS_MAX + 1];
        for wrong in [&b""[..], b"a b", b"a=b", "ä".as_bytes(), &long] {
            assert_eq!(id(wrong), "own");
        }
        assert_eq!(request_id(&HeaderMap::new(), || "own".to_owned()), "own");
    }

    #[test]
    fn a_tag_is_found_in_a_list_weak_or_not() {
        for known in ["W/\"a\"", "\"a\"", "\"b\", W/\"a\"", "*"] {
            assert!(has(known, "W/\"a\""), "{known}");
        }
        for other in ["", "a", "\"b\"", "W/\"aa\""] {
            assert!(!has(other, "W/\"a\""), "{other}");
        }
    }
}
