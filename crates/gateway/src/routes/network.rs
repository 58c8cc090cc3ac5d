//! Routes about the network, and about the node itself.

use axum::http::StatusCode;
use axum::routing::get;
use lojal_types::{Code, Hash, Height, MotionId, api};
use serde_json::json;

use super::Route;
use crate::limits::CHANGES_MAX;
use crate::openapi::operation::Operation;
use crate::problem::Kind;
use crate::{governance, health, light, metrics, openapi, overview, problems, status};

/// A block's height, or the word for the last one.
pub(super) fn at() -> serde_json::Value {
    let pattern = "^(latest|[1-9][0-9]{0,19})$";
    json!({ "type": "string", "pattern": pattern, "examples": ["latest", "812"] })
}

pub(super) fn all() -> Vec<Route> {
    about().into_iter().chain(governing()).chain(followed()).collect()
}

fn about() -> [Route; 5] {
    let json = "The document that you read.";
    let html = "This document as a page.";
    [
        Route::new(
            "/v1/status",
            get(status::status),
            [Operation::get("status", "The node and its last block.").json::<api::Status>(StatusCode::OK, "The node.")],
        ),
        Route::new(
            "/v1/genesis",
            get(status::genesis),
            [Operation::get("genesis", "The genesis document; whoever trusts it compares its chain id.")
                .other("application/toml", "The document.")],
        ),
        Route::new(
            "/v1/openapi.json",
            get(openapi::json),
            [Operation::get("openapi", json).json::<serde_json::Map<String, serde_json::Value>>(StatusCode::OK, json)],
        ),
        Route::new("/docs", get(openapi::html), [Operation::get("docs", html).other("text/html", html)]),
        Route::new(
            "/problems/{code}",
            get(problems::page),
            [Operation::get("problem", "What a problem's `type` leads to: the meaning of its code.")
                .path_of("code", json!({ "type": "string", "pattern": "^[a-z_]+$" }), "The code.")
                .kinds(&[Kind::UnknownRoute])
                .other("text/plain", "The meaning.")],
        ),
    ]
}

fn governing() -> [Route; 3] {
    [
        Route::new(
            "/v1/validators",
            get(governance::validators),
            [Operation::get("validators", "The validators that decide the next block, with their seats.")
                .json::<api::Validators>(StatusCode::OK, "The validators, in canonical order.")],
        ),
        Route::new(
            "/v1/governance",
            get(governance::all),
            [Operation::get("governance", "The version, the parameters, the settings, and the motions.")
                .large::<api::Governance>("All of it.")],
        ),
        Route::new(
            "/v1/governance/{id}",
            get(governance::one),
            [Operation::get("motion", "A motion.")
                .path::<MotionId>("id", "The motion's number.")
                .not_found(Code::UnknownMotion)
                .json::<api::Motion>(StatusCode::OK, "The motion.")],
        ),
    ]
}

fn followed() -> [Route; 5] {
    [
        Route::new(
            "/v1/light/changes",
            get(light::changes),
            [Operation::get("changes", "The changes of the validators above a block.")
                .query::<Height>("after", "The block.")
                .required()
                .limit(CHANGES_MAX, "Most changes in the answer.")
                .json::<api::LightChanges>(StatusCode::OK, "The changes, by rising height.")],
        ),
        Route::new(
            "/v1/light/blocks/{height}",
            get(light::block),
            [Operation::get("header", "A header, and the certificate that makes it final.")
                .path_of("height", at(), "The block.")
                .kinds(&[Kind::UnknownBlock])
                .of_blocks()
                .json::<api::LightBlock>(StatusCode::OK, "The header.")],
        ),
        Route::new(
            "/v1/light/validators/{hash}",
            get(light::validators),
            [Operation::get("set", "The validators of a hash in a header, of now or of any time before.")
                .path::<Hash>("hash", "The hash.")
                .kinds(&[Kind::UnknownValidators])
                .json::<api::LightValidators>(StatusCode::OK, "The validators.")],
        ),
        Route::new(
            "/v1/node/readiness",
            get(governance::readiness),
            [Operation::get("readiness", "The signs of life that this node gives for a motion that waits for them.")
                .query::<MotionId>("motion", "The motion's number.")
                .required()
                .not_found(Code::UnknownMotion)
                .kinds(&[Kind::NotReady])
                .json::<api::Readiness>(StatusCode::OK, "The signs.")],
        ),
        ready(),
    ]
}

fn ready() -> Route {
    let ready = Operation::get("readyz", "Whether the node has caught up, and what it answers is recent.");
    Route::new("/readyz", get(health::readyz), [ready.kinds(&[Kind::NotReady]).other("text/plain", "It is ready.")])
}

pub(super) fn own() -> Vec<Route> {
    vec![
        Route::new(
            "/healthz",
            get(health::healthz),
            [Operation::get("healthz", "Whether the process works.").other("text/plain", "It does.")],
        ),
        ready(),
        Route::new(
            "/v1/node",
            get(overview::node),
            [Operation::get("node", "The node at a glance: its block, its peers, its guard, its disk.")
                .json::<api::Node>(StatusCode::OK, "The node.")],
        ),
        Route::new(
            "/metrics",
            get(metrics::metrics),
            [Operation::get("metrics", "Everything that is counted, for Prometheus.").other("text/plain", "The page.")],
        ),
    ]
}
