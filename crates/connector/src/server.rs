//! The server: it accepts connections within their limits.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::limits;

/// Serves until `shutdown`, and then for a moment what is being answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) {
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::select! {
        () = shutdown => {}
        () = accept(&listener, router, &mut connections, &stopped) => {}
    }
    drop(listener);
    stop.send_replace(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    // What takes longer is cut off: whoever asks again finds what became of it.
    let _ = timeout(limits::SHUTDOWN_TIMEOUT, drained).await;
    connections.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    router: Router,
    connections: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    loop {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let served = connection(stream, router.clone(), stopped.clone());
                connections.spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            // The client went away before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                lojal_print::note(format!("can't accept a connection: {error}"));
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves a connection until it ends, is too old, or the server stops.
async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    // Without it answers are merely later.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIMEOUT)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    tokio::select! {
        // An error is the client's: it went away, or sent what is no HTTP.
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|is_stopped| *is_stopped) => {}
        () = sleep(limits::CONNECTION_TIME_MAX) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits::REQUEST_TIMEOUT, connection).await;
}
