//! The server: it accepts connections within their limits.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use lojal_http::tls::{News, Tls, TlsStream, begins_handshake};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::limits;
use crate::problem::{Failure, Kind};

/// The answers of a server, and its certificate if it has one.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) router: Router,
    pub(crate) tls: Option<Arc<Tls>>,
}

/// Serves until `shutdown`, and then for a moment what is being answered.
pub(crate) async fn serve(listener: TcpListener, served: Served, shutdown: impl Future<Output = ()>) {
    let (stop, stopped) = watch::channel(false);
    // It ends with what is served.
    let mut certificate = JoinSet::new();
    if let Some(tls) = served.tls.clone() {
        certificate.spawn(async move { tls.follow(limits::CERTIFICATE_CHECK, tell).await });
    }
    let mut connections = JoinSet::new();
    tokio::select! {
        () = shutdown => {}
        () = accept(&listener, &served, &mut connections, &stopped) => {}
    }
    drop(listener);
    stop.send_replace(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    // What takes longer is cut off: whoever asks again finds what became of it.
    let _ = timeout(limits::SHUTDOWN_TIMEOUT, drained).await;
    connections.shutdown().await;
}

/// Tells whoever looks after the connector about its certificate.
fn tell(news: News) {
    match news {
        News::Taken(text) => lojal_print::note(text),
        News::Trouble(text) => lojal_print::note(format!("warning: {text}")),
    }
}

async fn accept(
    listener: &TcpListener,
    served: &Served,
    connections: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    loop {
        let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let served = connection(stream, served.clone(), stopped.clone());
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

/// Serves a connection, with TLS if there is a certificate.
async fn connection(stream: TcpStream, Served { router, tls }: Served, stopped: watch::Receiver<bool>) {
    // Without it answers are merely later.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return answered(stream, router, stopped).await };
    match timeout(limits::HEAD_TIMEOUT, handshake(stream, &tls)).await {
        Ok(Ok(Handshake::Done(stream))) => answered(stream, router, stopped).await,
        Ok(Ok(Handshake::Plain(stream))) => answered(stream, without_tls(), stopped).await,
        // The client went away, took too long, or speaks no TLS that is spoken here; the handshake has told it.
        Ok(Err(_)) | Err(_) => {}
    }
}

/// The end of a handshake.
enum Handshake {
    /// A connection on which HTTP comes next.
    Done(Box<TlsStream<TcpStream>>),
    /// One of a client that speaks no TLS.
    Plain(TcpStream),
}

async fn handshake(stream: TcpStream, tls: &Tls) -> io::Result<Handshake> {
    match begins_handshake(&stream).await? {
        true => Ok(Handshake::Done(Box::new(tls.accept(stream).await?))),
        false => Ok(Handshake::Plain(stream)),
    }
}

/// The one answer to whoever speaks no TLS where that is spoken.
fn without_tls() -> Router {
    let detail = "this connector speaks TLS here: write https:// in place of http://";
    Router::new().fallback(async move || Failure::new(Kind::MalformedRequest, detail))
}

/// Answers what comes on a connection until it ends, is too old, or the server stops.
async fn answered<S>(stream: S, router: Router, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
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
