//! One connection of a client, from its first byte to its end.

use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::app::App;
use crate::limits;
use crate::origin::Origin;
use crate::seat::Seat;
use crate::stream::{ClientStream, Exchange};

/// Serves a connection until it ends, is too old, or the server stops.
pub(crate) async fn serve(
    exchange: Arc<Exchange>,
    (origin, seat): (Origin, Seat),
    router: Router,
    app: Arc<App>,
    mut stopped: watch::Receiver<bool>,
) {
    let inner = TowerToHyperService::new(router);
    let own_seat = seat.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(origin.clone());
        request.extensions_mut().insert(own_seat.clone());
        inner.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.timeouts.head)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(ClientStream::new(exchange.clone(), app.timeouts.lag)), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stopped.wait_for(|is_stopped| *is_stopped) => None,
        () = seat.aged(app.timeouts.connection) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            timeout(app.timeouts.request, connection).await.unwrap_or(Ok(()))
        }
    };
    // All other errors are the client's as well: it went away, or took its answer too slowly.
    if let Some(failure) = ended.err().and_then(|error| exchange.failure(&error)) {
        app.requests.count_refused(failure.status());
        exchange.refuse(failure).await;
    }
}
