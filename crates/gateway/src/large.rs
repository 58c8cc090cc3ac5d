//! Answers that can be megabytes: only so many are made or held at once, however slowly clients read them.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::clients::Place;

/// An answer that keeps its place until it has been sent or its connection is gone.
pub(crate) struct Large {
    content_type: &'static str,
    content: Content,
}

/// The mark of an answer that is sent as it is: nobody holds a second copy of it.
#[derive(Clone, Copy)]
pub(crate) struct Whole;

struct Content {
    bytes: Vec<u8>,
    _place: Place,
}

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Large {
    /// JSON that is written already.
    pub(crate) fn json(bytes: Vec<u8>, place: Place) -> Self {
        Self { content_type: "application/json", content: Content { bytes, _place: place } }
    }
    /// Plain bytes.
    pub(crate) fn bytes(bytes: Vec<u8>, place: Place) -> Self {
        Self { content_type: "application/octet-stream", content: Content { bytes, _place: place } }
    }
}

impl IntoResponse for Large {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, self.content_type)];
        (headers, Extension(Whole), Body::from(Bytes::from_owner(self.content))).into_response()
    }
}

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the answers' types have a JSON form")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::Clients;
    use crate::places::{Places, Pool};

    #[tokio::test]
    async fn a_place_is_taken_until_the_last_byte_is_gone() {
        let (client, places) = (Clients::default().at([192, 0, 2, 1].into()), Places::of_gateway());
        let free = || places.of(Pool::Exports).available_permits();
        let response = Large::bytes(vec![1; 10], client.place(Pool::Exports, &places).await).into_response();
        assert_eq!(free(), Pool::Exports.size() - 1);
        drop(response);
        assert_eq!(free(), Pool::Exports.size());
    }
}
