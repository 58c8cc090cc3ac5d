//! Routes by which a member's browser has events pushed, with a token made for it.

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{delete, get};
use lojal_http::schemas::{self, Schema};
use lojal_types::api::{NewPush, Push, PushService, Pushes};
use serde_json::json;

use super::Route;
use crate::limits::PUSH_BYTES_MAX;
use crate::openapi::operation::Operation;
use crate::problem::Kind;
use crate::push;

const NEW: Schema = schemas::of::<NewPush>;

pub(super) fn all() -> Vec<Route> {
    let id = json!({ "type": "string", "pattern": "^[0-9a-f]{16}$", "examples": ["0a1b2c3d4e5f6071"] });
    let own = get(push::all).post(push::add).layer(DefaultBodyLimit::max(PUSH_BYTES_MAX));
    let list = Operation::get("pushes", "The browsers to which this gateway pushes what happens to an account.");
    let add = Operation::post("subscribe", "Subscribes a browser, or renews its subscription for 90 days.");
    let add = add.by_owner().body(&[NEW], false).kinds(&[Kind::TooManyPushes]);
    let remove = Operation::delete("unsubscribe", "Ends a subscription.").by_owner();
    vec![
        Route::new(
            "/v1/push",
            get(push::service),
            [Operation::get("push", "The key by which push services know this gateway.")
                .json::<PushService>(StatusCode::OK, "The key.")],
        ),
        Route::new(
            "/v1/accounts/{address}/push",
            own,
            [
                list.by_owner().json::<Pushes>(StatusCode::OK, "The subscriptions."),
                add.json::<Push>(StatusCode::CREATED, "The subscription.")
                    .json::<Push>(StatusCode::OK, "The subscription that there was, renewed."),
            ],
        ),
        Route::new(
            "/v1/accounts/{address}/push/{push}",
            delete(push::remove),
            [remove.path_of("push", id, "The subscription.").kinds(&[Kind::UnknownPush]).nothing("It has ended.")],
        ),
    ]
}
