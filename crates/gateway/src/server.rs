//! The server: connections with their limits, and the routes.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::app::{App, Timeouts};
use crate::problem::{Failure, Kind};
use crate::{
    accounts, blocks, brands, health, households, limits, metrics, partnerships, status, submit, transactions,
};

/// Why the gateway ended by itself.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The system refused to accept connections, again and again.
    #[error("the gateway can't accept connections ({0}): check the limit of open files, then restart the node")]
    Accept(#[source] io::Error),
    /// The task that answers waiting clients has failed.
    #[error(
        "the gateway can't tell clients any more when their transactions are final: restart the node, and report it"
    )]
    Finality,
}

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/v1/status", get(status::status))
        .route("/v1/genesis", get(status::genesis))
        .route("/v1/brands", get(brands::all))
        .route("/v1/brands/{id}", get(brands::one))
        .route("/v1/brands/{id}/operators", get(brands::operators))
        .route("/v1/accounts/{address}", get(accounts::account))
        .route("/v1/accounts/{address}/transactions", get(accounts::history))
        .route("/v1/households/{address}", get(households::one))
        .route("/v1/partnerships", get(partnerships::all))
        .route("/v1/netting", get(partnerships::netting))
        .route("/v1/transactions", post(submit::one).layer(DefaultBodyLimit::max(limits::SUBMISSION_BYTES_MAX)))
        .route("/v1/transactions/batch", post(submit::batch).layer(DefaultBodyLimit::max(limits::BATCH_BYTES_MAX)))
        .route("/v1/transactions/{id}", get(transactions::one))
        .route("/v1/blocks/{height}", get(blocks::one))
        .route("/v1/export", get(blocks::export))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(app.clone(), measure))
        .with_state(app)
}

async fn unknown_route() -> Failure {
    Failure::new(Kind::UnknownRoute, "nothing is here; docs/api.md lists every route")
}

async fn method_not_allowed(method: Method) -> Failure {
    Failure::new(
        Kind::MethodNotAllowed,
        format!("this route doesn't take {method}; the Allow header says what it takes"),
    )
}

/// Bounds every request in time, counts it and measures it.
async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = timeout(app.timeouts.request, next.run(request)).await.unwrap_or_else(|_| {
        Failure::new(Kind::Busy, "the answer took too long; try again in a moment, or another gateway").into_response()
    });
    app.requests.count(&route, response.status(), started.elapsed());
    response
}

/// Serves until `shutdown`, and then for a moment what is being answered.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), GatewayError> {
    let blocks = app.gateway.store.subscribe();
    let mut follower = JoinSet::new();
    follower.spawn(app.finality.clone().follow(app.gateway.store.clone(), blocks));
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let accepted = tokio::select! {
        () = shutdown => Ok(()),
        error = accept(&listener, &app, &mut connections, &stopped) => Err(error),
        // It follows the store, which is held here, so it only ends by a panic.
        _ = follower.join_next() => Err(GatewayError::Finality),
    };
    drop(listener);
    app.finality.close();
    // Connections read it until they end.
    stop.send_replace(true);
    let drained = timeout(app.timeouts.shutdown, async { while connections.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::warn!(connections = connections.len(), "connections were cut off at shutdown");
        connections.shutdown().await;
    }
    follower.shutdown().await;
    accepted
}

/// Accepts connections until the system refuses for long.
async fn accept(
    listener: &TcpListener,
    app: &Arc<App>,
    connections: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> GatewayError {
    let router = router(app.clone());
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let mut failures = 0_u32;
    loop {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                failures = 0;
                connections.spawn(connection(stream, router.clone(), app.timeouts, stopped.clone(), place));
            }
            // The client went away before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) if failures == limits::ACCEPT_FAILURES_MAX => return GatewayError::Accept(error),
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, "can't accept a connection");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection until it ends, is too old, or the server stops.
async fn connection(
    stream: TcpStream,
    router: Router,
    timeouts: Timeouts,
    mut stopped: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    // Without it answers are merely later.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        // Errors are the client's: it went away, was too slow, or doesn't speak HTTP.
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
        () = sleep(timeouts.connection) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(timeouts.request, connection).await;
}
