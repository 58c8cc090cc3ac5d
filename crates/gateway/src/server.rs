//! The server: it accepts connections within their limits, and has the routes.

use std::any::Any;
use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
#[cfg(test)]
use axum::routing::get;
use axum::{Extension, Router};
use lojal_http::tls::Tls;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::Instrument;

use crate::answers::{Asked, REQUEST_ID, request_id};
use crate::app::App;
use crate::clients::Client;
use crate::connection::Accepted;
use crate::events::LAST_EVENT_ID;
use crate::extract::no_parameters;
use crate::keeping::Lists;
use crate::openapi::Written;
use crate::openapi::document::document;
use crate::problem::{Failure, Kind};
use crate::stream::Exchange;
use crate::tls;
use crate::wire::{Paced, Wire};
use crate::{connection, limits, pages, push, routes, webhooks};

/// A reason the gateway ended by itself.
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
    let (clients, own) = (routes::for_clients(), routes::for_own());
    let paths = routes::paths(&clients);
    let written = Written::new(&document(&paths, &routes::paths(&own)));
    let measured = Measured { app: app.clone(), with_query: routes::with_query(&paths).into() };
    let routes = routes::router(clients).layer(Extension(written)).merge(pages::routes());
    #[cfg(test)]
    let routes = routes.route("/panic", get(panics));
    routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(measured, measure))
        .layer(cors(&app.gateway.origins))
        .layer(compressed())
        .with_state(app)
}

/// The compression of what is worth it. Streams of events would wait for more to compress, and exports are for programs
/// that have room.
fn compressed() -> CompressionLayer<impl Predicate> {
    let is_plain = NotForContentType::new("text/event-stream").and(NotForContentType::new("application/octet-stream"));
    let is_worth_it = SizeAbove::new(limits::COMPRESSED_BYTES_MIN).and(is_plain);
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(is_worth_it)
}

/// The permission for pages of other websites to ask here in their visitors' browsers. It gives nobody's rights away:
/// there are no cookies, and a page has no token but its own.
fn cors(origins: &[HeaderValue]) -> CorsLayer {
    let exposed = ["idempotent-replayed", "lojal-height", "ratelimit", "ratelimit-policy", "request-id"];
    let exposed = exposed.map(HeaderName::from_static).into_iter();
    let origins = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(origins.iter().cloned()),
    };
    let asked = [header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH, LAST_EVENT_ID, REQUEST_ID];
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(asked)
        .expose_headers(exposed.chain([header::ETAG, header::LOCATION, header::RETRY_AFTER]).collect::<Vec<_>>())
        .max_age(limits::PREFLIGHT_AGE)
}

/// A handler with a bug.
#[cfg(test)]
async fn panics() -> Failure {
    panic!("a bug of the test's own")
}

/// The answer of a handler that has panicked. What the panic says is in the log.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Failure::internal().into_response()
}

/// The routes for the node's own people.
fn admin_router(app: Arc<App>) -> Router {
    let measured = Measured { app: app.clone(), with_query: Arc::default() };
    routes::router(routes::for_own())
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(measured, measure))
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

/// Stands for the route of a path that has none.
const NO_ROUTE: &str = "none";

/// The beginning of every token.
const TOKEN_PREFIX: &str = "ljr1_";

/// The gateway, and those of its routes that take a query.
#[derive(Clone)]
struct Measured {
    app: Arc<App>,
    with_query: Arc<[&'static str]>,
}

/// Refuses a query where none is read: whoever writes one means something by it; and a token in a query anywhere.
fn check_query(request: &Request, route: &str, with_query: &[&str]) -> Result<(), Failure> {
    if request.uri().query().is_some_and(|query| query.contains(TOKEN_PREFIX)) {
        let detail = "a token has no place in a query, where logs keep it: make another, and send it as Authorization: \
                      Bearer";
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    let unread = request.uri().query().filter(|_| route != NO_ROUTE && !with_query.contains(&route));
    let Some(query) = unread else { return Ok(()) };
    let detail = match query.split(['=', '&']).next().filter(|name| !name.is_empty()) {
        Some(name) => no_parameters(name),
        None => "there is nothing in this query; leave out the ? and what follows it".to_owned(),
    };
    Err(Failure::new(Kind::InvalidParameter, detail))
}

/// Notes whose a request is, bounds it in time, counts it and measures it, and completes its answer.
async fn measure(State(measured): State<Measured>, request: Request, next: Next) -> Response {
    let Measured { app, with_query } = measured;
    let id = request_id(request.headers(), || app.next_request_id());
    let asked = Asked::new(request.method(), request.headers(), app.gateway.store.tip().height);
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default());
    let answered = async { asked.finish(answer(&app, &with_query, request, next).await).await };
    let mut response = answered.instrument(span).await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

async fn answer(app: &App, with_query: &[&str], mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let admitted = check_query(&request, &route, with_query).and_then(|()| app.origins.admit(&mut request));
    let spent = |request: &Request| match request.extensions().get::<Client>() {
        Some(client) => app.spend(client, &route, request),
        None => Ok(HeaderMap::new()),
    };
    let admitted = admitted.and_then(|room| spent(&request).map(|left| (room, left)));
    let response = match admitted {
        // Room for the client is taken until the answer is there.
        Ok((_room, left)) => {
            let mut response = timeout(app.timeouts.request, next.run(request)).await.unwrap_or_else(|_| {
                let detail = "the answer took too long; try again in a moment, or another gateway";
                Failure::new(Kind::Busy, detail).into_response()
            });
            response.headers_mut().extend(left);
            response
        }
        Err(failure) => failure.into_response(),
    };
    app.requests.count(&route, response.status(), started.elapsed());
    response
}

/// The sockets that a gateway listens at.
pub(crate) struct Listeners {
    /// For everybody.
    pub(crate) clients: TcpListener,
    /// For the node's own people.
    pub(crate) admin: Option<TcpListener>,
}

/// Serves until `shutdown`, and then for a moment what is being answered.
pub(crate) async fn serve(
    Listeners { clients, admin }: Listeners,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), GatewayError> {
    let blocks = app.gateway.store.subscribe();
    let mut follower = JoinSet::new();
    follower.spawn(app.finality.clone().follow(app.gateway.store.clone(), blocks));
    follower.spawn(app.followers.clone().run(app.gateway.store.clone(), app.gateway.store.subscribe()));
    let lists = Lists { books: app.books.clone(), boards: app.boards.clone() };
    follower.spawn(lists.run(app.gateway.store.clone(), app.gateway.store.subscribe()));
    webhooks::start(&app);
    push::start(&app);
    let (stop, stopped) = watch::channel(false);
    let (mut connections, mut own) = (JoinSet::new(), JoinSet::new());
    let mut certificate = JoinSet::new();
    if let Some(tls) = app.gateway.tls.clone() {
        let every = app.timeouts.certificate;
        certificate.spawn(async move { tls::follow(&tls, every).await });
    }
    let served = Served { router: router(app.clone()), tls: app.gateway.tls.clone() };
    let accepted = tokio::select! {
        () = shutdown => Ok(()),
        error = accept(&clients, served, &app, &mut connections, &stopped) => Err(error),
        error = accept_own(admin.as_ref(), &app, &mut own, &stopped) => Err(error),
        // It follows the store, which is held here, so it only ends by a panic.
        _ = follower.join_next() => Err(GatewayError::Finality),
    };
    drop((clients, admin));
    app.finality.close();
    app.followers.close();
    app.webhooks.close();
    app.pushes.iter().for_each(|pushes| pushes.close());
    // Connections read it until they end.
    stop.send_replace(true);
    let drained = timeout(app.timeouts.shutdown, async {
        while connections.join_next().await.is_some() || own.join_next().await.is_some() {}
    })
    .await;
    if drained.is_err() {
        tracing::warn!(connections = connections.len(), "connections were cut off at shutdown");
        connections.shutdown().await;
        own.shutdown().await;
    }
    follower.shutdown().await;
    accepted
}

/// Accepts connections of the node's own people, if there is a place for them.
async fn accept_own(
    listener: Option<&TcpListener>,
    app: &Arc<App>,
    connections: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> GatewayError {
    match listener {
        Some(listener) => {
            accept(listener, Served { router: admin_router(app.clone()), tls: None }, app, connections, stopped).await
        }
        None => std::future::pending().await,
    }
}

/// The things that are served at a socket, and the certificate if it speaks TLS.
struct Served {
    router: Router,
    tls: Option<Arc<Tls>>,
}

/// Accepts connections until the system refuses for long.
async fn accept(
    listener: &TcpListener,
    Served { router, tls }: Served,
    app: &Arc<App>,
    connections: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> GatewayError {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let refusals = Arc::new(Semaphore::new(limits::REFUSALS_MAX));
    let lag_max = app.timeouts.lag;
    let mut failures = 0_u32;
    loop {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, address)) => {
                failures = 0;
                match app.origins.connected(address.ip()) {
                    Ok((origin, room)) => {
                        let (router, tls) = (router.clone(), tls.clone());
                        let own = Accepted { stream, origin, place, room, stopped: stopped.clone() };
                        connections.spawn(connection::serve(own, tls, router, app.clone()));
                    }
                    Err(failure) => {
                        app.requests.count_refused(failure.status());
                        // With TLS a refusal would cost more than what is refused: the connection is closed.
                        if tls.is_some() {
                            continue;
                        }
                        let Ok(kept) = refusals.clone().try_acquire_owned() else { continue };
                        connections.spawn(async move {
                            Exchange::new(Wire::Plain(Paced::new(stream, lag_max))).refuse(failure).await;
                            drop(kept);
                        });
                    }
                }
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
