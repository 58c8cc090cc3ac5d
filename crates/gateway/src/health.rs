//! `GET /healthz` and `GET /readyz`, for supervisors and load balancers.

use std::sync::Arc;

use axum::extract::State;
use lojal_consensus::{Condition, unknown_ahead};
use lojal_types::Height;

use crate::app::App;
use crate::problem::{Failure, Kind};

/// The process works.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The node has caught up, and what it answers is recent.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<String, Failure> {
    let condition = *app.gateway.condition.borrow();
    let reason = match condition {
        Condition::Ready | Condition::NoVote { is_level: true } => return Ok(ready(&app)),
        Condition::Behind | Condition::NoVote { is_level: false } => {
            "this node hasn't caught up with its peers; try again in a moment, or another gateway".to_owned()
        }
        Condition::Alone => {
            "no other node answers this one: it may be cut off, or its peers may have been replaced, or it was removed \
             itself; ask another gateway"
                .to_owned()
        }
        Condition::NoPart => NO_PART.to_owned(),
        Condition::FarBehind { next, waits } => far_behind(next, waits),
        Condition::Removed { at } => removed(at),
    };
    Err(Failure::new(Kind::NotReady, reason))
}

/// The words about a node that is ready: for how long, if its program is too old for a version that is scheduled.
fn ready(app: &App) -> String {
    match unknown_ahead(app.gateway.store.view().protocol(), app.gateway.versions) {
        None => "ready\n".to_owned(),
        Some(one) => format!(
            "ready, until block {}, which begins version {} of the protocol: install a program that knows it before\n",
            one.height, one.version
        ),
    }
}

/// The words about a node that can't catch up by blocks.
fn far_behind(next: Height, waits: bool) -> String {
    let what = if waits { "waits until it can fetch a snapshot: its log says why" } else { "fetches a snapshot" };
    format!("this node needs block {next}, which its peers keep no more, and {what}; ask another gateway")
}

/// The words about a node that has no part yet.
const NO_PART: &str = "this node has no part on the network, by the blocks that it has: it is catching up, or \
                       governors have not approved a motion that gives it one; ask another gateway";

/// The words about a node that has no part any more.
fn removed(at: Height) -> String {
    format!("this node was removed from the network by its governors in block {at}; ask another gateway")
}

/// Refuses what nobody would get from this node: only those that have a part pass transactions on.
pub(crate) fn passes_on(app: &App) -> Result<(), Failure> {
    match *app.gateway.condition.borrow() {
        Condition::Ready | Condition::Behind | Condition::Alone | Condition::NoVote { .. } => Ok(()),
        Condition::FarBehind { next, waits } => Err(Failure::new(Kind::NotValidator, far_behind(next, waits))),
        Condition::Removed { at } => Err(Failure::new(Kind::NotValidator, removed(at))),
        Condition::NoPart => Err(Failure::new(Kind::NotValidator, NO_PART)),
    }
}
