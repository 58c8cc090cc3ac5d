//! The table of all routes: what each takes, who answers it, and its description.

mod ledger;
mod market;
mod network;
mod push;
mod submitting;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::routing::MethodRouter;

use crate::app::App;
use crate::openapi::document::Paths;
use crate::openapi::operation::{Operation, Place};

/// A path, what answers there, and the description of that.
pub(crate) struct Route {
    path: &'static str,
    handlers: MethodRouter<Arc<App>>,
    operations: Vec<Operation>,
}

impl Route {
    fn new(path: &'static str, handlers: MethodRouter<Arc<App>>, operations: impl Into<Vec<Operation>>) -> Self {
        Self { path, handlers, operations: operations.into() }
    }
}

/// The routes for everybody.
pub(crate) fn for_clients() -> Vec<Route> {
    let all = [network::all(), ledger::all(), market::all(), submitting::all(), webhooks::all(), push::all()];
    all.into_iter().flatten().collect()
}

/// The routes for the node's own people.
pub(crate) fn for_own() -> Vec<Route> {
    network::own()
}

/// The description of routes.
pub(crate) fn paths(routes: &[Route]) -> Paths {
    routes.iter().map(|route| (route.path, route.operations.clone())).collect()
}

/// The paths at which a query is read.
pub(crate) fn with_query(paths: &Paths) -> Vec<&'static str> {
    let reads = |operation: &Operation| operation.parameters.iter().any(|one| one.place == Place::Query);
    paths.iter().filter(|(_, operations)| operations.iter().any(reads)).map(|(path, _)| *path).collect()
}

/// The router of some routes.
pub(crate) fn router(routes: Vec<Route>) -> Router<Arc<App>> {
    routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handlers))
}
