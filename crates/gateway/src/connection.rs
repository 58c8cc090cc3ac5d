//! One connection of a client, from its first byte to its end.

use std::pin::pin;
use std::sync::{Arc, Weak};

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use lojal_http::tls::Tls;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::timeout;

use crate::app::App;
use crate::clients::Room;
use crate::origin::Origin;
use crate::problem::Failure;
use crate::seat::Seat;
use crate::stream::{ClientStream, Exchange};
use crate::tls::{self, Handshake};
use crate::wire::{Paced, Wire};
use crate::{limits, multiplexed};

/// A connection that has been accepted.
pub(crate) struct Accepted {
    pub(crate) stream: TcpStream,
    pub(crate) origin: Origin,
    /// Its place among the gateway's connections.
    pub(crate) place: OwnedSemaphorePermit,
    /// Its place among its client's.
    pub(crate) room: Room,
    /// Turns true when the server stops.
    pub(crate) stopped: watch::Receiver<bool>,
}

/// Serves a connection until it ends, is too old, or the server stops.
pub(crate) async fn serve(accepted: Accepted, tls: Option<Arc<Tls>>, router: Router, app: Arc<App>) {
    let Accepted { stream, origin, place, room, stopped } = accepted;
    let wire = match tls {
        None => Wire::Plain(Paced::new(stream, app.timeouts.lag)),
        // What few connections do on the way is none of the memory of all others.
        Some(tls) => match Box::pin(tls::handshake(stream, &tls, app.timeouts.head, app.timeouts.lag)).await {
            Handshake::Done(wire) => wire,
            Handshake::Refused(wire, failure) => {
                app.requests.count_refused(failure.status());
                return Exchange::new(wire).refuse(failure).await;
            }
            Handshake::Failed => return,
        },
    };
    if wire.speaks_http2() {
        let seat = Seat::new(place, room, Weak::new());
        return Box::pin(multiplexed::serve(wire, (origin, seat), router, app, stopped)).await;
    }
    let exchange = Arc::new(Exchange::new(wire));
    let seat = Seat::new(place, room, Arc::downgrade(&exchange));
    let refusal = serve_one_by_one(exchange.clone(), (origin, seat), router, &app, stopped).await;
    // The server is gone, and so this is all that holds the connection.
    if let (Some(failure), Some(exchange)) = (refusal, Arc::into_inner(exchange)) {
        app.requests.count_refused(failure.status());
        exchange.refuse(failure).await;
    }
}

/// Serves requests one after the other; gives what is to be said to a client that waits for an answer in the end.
async fn serve_one_by_one(
    exchange: Arc<Exchange>,
    (origin, seat): (Origin, Seat),
    router: Router,
    app: &App,
    mut stopped: watch::Receiver<bool>,
) -> Option<Failure> {
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
        .serve_connection(TokioIo::new(ClientStream::new(exchange.clone())), service);
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
    ended.err().and_then(|error| exchange.failure(&error))
}
