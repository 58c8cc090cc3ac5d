//! `GET /healthz` and `GET /readyz`, for supervisors and load balancers.

use std::sync::Arc;

use axum::extract::State;

use crate::app::App;
use crate::problem::{Failure, Kind};

/// The process works.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The node has caught up, and what it answers is recent.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Failure> {
    if *app.gateway.ready.borrow() {
        return Ok("ready\n");
    }
    Err(Failure::new(
        Kind::NotReady,
        "this node hasn't caught up with its peers; try again in a moment, or another gateway",
    ))
}
