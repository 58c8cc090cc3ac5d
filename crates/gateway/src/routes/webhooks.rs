//! Routes that only admins of a brand use, with a token made for it.

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use lojal_http::schemas::{self, Schema};
use lojal_types::api::{Deliveries, EventPlace, NewWebhook, Webhook, WebhookSecret, Webhooks};
use serde_json::json;

use super::Route;
use crate::limits::WEBHOOK_BYTES_MAX;
use crate::openapi::operation::Operation;
use crate::problem::Kind;
use crate::webhooks;

const NEW: Schema = schemas::of::<NewWebhook>;

/// The same about one webhook.
fn of_one(operation: Operation) -> Operation {
    let id = json!({ "type": "string", "pattern": "^[0-9a-f]{16}$", "examples": ["0a1b2c3d4e5f6071"] });
    operation.by_admins().brand().path_of("webhook", id, "The webhook.").kinds(&[Kind::UnknownWebhook])
}

pub(super) fn all() -> Vec<Route> {
    let all = get(webhooks::all).post(webhooks::add).layer(DefaultBodyLimit::max(WEBHOOK_BYTES_MAX));
    let list = Operation::get("webhooks", "The addresses to which this gateway sends a brand's events.");
    let add = Operation::post("add_webhook", "Registers an address. It is sent what comes after the last block.");
    let replay = Operation::post("replay_webhook", "Sends again what came after an event, or goes on where it was.");
    let deliveries = Operation::get("deliveries", "The last attempts to send, and the events that were given up.");
    vec![
        Route::new(
            "/v1/brands/{id}/webhooks",
            all,
            [
                list.by_admins().brand().json::<Webhooks>(StatusCode::OK, "The webhooks."),
                add.by_admins()
                    .brand()
                    .body(&[NEW], false)
                    .kinds(&[Kind::TooManyWebhooks])
                    .json::<WebhookSecret>(StatusCode::CREATED, "The webhook, with its secret."),
            ],
        ),
        Route::new(
            "/v1/brands/{id}/webhooks/{webhook}",
            delete(webhooks::remove),
            [of_one(Operation::delete("remove_webhook", "Removes one.")).nothing("It is removed.")],
        ),
        Route::new(
            "/v1/brands/{id}/webhooks/{webhook}/secret",
            post(webhooks::roll),
            [of_one(Operation::post(
                "roll_secret",
                "Gives one another secret; the old one signs beside it for a day.",
            ))
            .json::<WebhookSecret>(StatusCode::OK, "The webhook, with its secret.")],
        ),
        Route::new(
            "/v1/brands/{id}/webhooks/{webhook}/replay",
            post(webhooks::replay),
            [of_one(replay).query::<EventPlace>("after", "The event.").json::<Webhook>(StatusCode::OK, "The webhook.")],
        ),
        Route::new(
            "/v1/brands/{id}/webhooks/{webhook}/deliveries",
            get(webhooks::deliveries),
            [of_one(deliveries).json::<Deliveries>(StatusCode::OK, "They, the newest first.")],
        ),
    ]
}
