//! Answers that can be megabytes: only so many are made or held at once, however slowly clients read them.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

/// An answer that keeps its place until it has been sent or its connection is gone.
pub(crate) struct Large {
    content_type: &'static str,
    content: Content,
}

struct Content {
    bytes: Vec<u8>,
    _place: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Large {
    /// JSON that is written already.
    pub(crate) fn json(bytes: Vec<u8>, place: OwnedSemaphorePermit) -> Self {
        Self { content_type: "application/json", content: Content { bytes, _place: place } }
    }
    /// Plain bytes.
    pub(crate) fn bytes(bytes: Vec<u8>, place: OwnedSemaphorePermit) -> Self {
        Self { content_type: "application/octet-stream", content: Content { bytes, _place: place } }
    }
}

impl IntoResponse for Large {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, self.content_type)], Body::from(Bytes::from_owner(self.content))).into_response()
    }
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the answers' types have a JSON form")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;

    #[test]
    fn a_place_is_taken_until_the_last_byte_is_gone() {
        let places = Arc::new(Semaphore::new(1));
        let place = places.clone().try_acquire_owned().expect("one is free");
        let response = Large::bytes(vec![1; 10], place).into_response();
        assert_eq!(places.available_permits(), 0);
        drop(response);
        assert_eq!(places.available_permits(), 1);
    }
}
