//! `GET /v1/status` and `GET /v1/genesis`: which network this is, and how far it has come.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lojal_ledger::record::Follower;
use lojal_ledger::{Missing, View};
use lojal_network::{PeerId, peer_id_of};
use lojal_types::api;

use crate::app::App;
use crate::problem::Failure;

/// The node and its last block.
pub(crate) async fn status(State(app): State<Arc<App>>) -> Result<Json<api::Status>, Failure> {
    let gateway = &app.gateway;
    let view = gateway.store.view();
    let tip = view.tip();
    let validator = gateway.deciding();
    let own = gateway.network.local_peer_id();
    let role = match validator {
        Some(_) => api::NodeRole::Validator,
        None if app.read(move |view| follows(view, own)).await? => api::NodeRole::Follower,
        None => api::NodeRole::None,
    };
    Ok(Json(api::Status {
        chain_id: view.chain_id(),
        height: tip.height,
        state_root: view.state_root(),
        time_ms: tip.time_ms,
        validator: validator.map(|address| address.to_text(view.network())),
        peers: gateway.network.peer_count(),
        mempool: gateway.mempool.len(),
        role,
        version: gateway.version.to_owned(),
    }))
}

/// True if a node is among the followers.
fn follows(view: &View, node: PeerId) -> Result<bool, Missing> {
    let is_own = |one: Follower| peer_id_of(one.network_key.as_bytes()).is_ok_and(|id| id == node);
    Ok(view.followers()?.into_iter().any(is_own))
}

/// The genesis document as TOML; whoever trusts it compares its chain id.
pub(crate) async fn genesis(State(app): State<Arc<App>>) -> Response {
    let toml = app.gateway.store.genesis().document().to_toml();
    // A day, since a network of tests may begin anew under the same address.
    let headers =
        [(header::CONTENT_TYPE, "application/toml"), (header::CACHE_CONTROL, "public, max-age=86400, immutable")];
    (headers, toml).into_response()
}
