//! TLS of the gateway: the handshake. The certificate is shared code's ([`lojal_http::tls`]).

use std::io;
use std::time::Duration;

use lojal_http::tls::{News, Tls, TlsError, TlsFiles, Version, begins_handshake};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::problem::{Failure, Kind};
use crate::wire::{Paced, Wire};

/// Reads the certificate of a gateway.
///
/// # Errors
/// When it can't be used.
pub fn load(files: TlsFiles) -> Result<Tls, TlsError> {
    Tls::load(files, &[Version::Two, Version::One])
}

/// Looks after the certificate for ever, and tells the log.
pub(crate) async fn follow(tls: &Tls, every: Duration) {
    let tell = |news| match news {
        News::Taken(text) => tracing::info!("the gateway: {text}"),
        News::Trouble(text) => tracing::warn!("the gateway: {text}"),
    };
    tls.follow(every, tell).await;
}

/// The end of a handshake.
pub(crate) enum Handshake {
    /// A connection on which HTTP comes next.
    Done(Wire),
    /// The client speaks no TLS, and is told so.
    Refused(Wire, Failure),
    /// The client went away, took too long, or speaks no TLS that is spoken here; the handshake has told it.
    Failed,
}

/// Shakes hands with a client, within a time. It is given up as well when it takes nothing for longer than `lag_max`.
pub(crate) async fn handshake(stream: TcpStream, tls: &Tls, time_max: Duration, lag_max: Duration) -> Handshake {
    let shaken = async {
        // A client that says nothing goes the way of one that is too slow.
        if !begins_handshake(&stream).await? {
            let detail = "this gateway speaks TLS here: write https:// in place of http://";
            let failure = Failure::new(Kind::MalformedRequest, detail);
            return Ok(Handshake::Refused(Wire::Plain(Paced::new(stream, lag_max)), failure));
        }
        let stream = tls.accept(Paced::new(stream, lag_max)).await?;
        io::Result::Ok(Handshake::Done(Wire::Tls(Box::new(stream))))
    };
    match timeout(time_max, shaken).await {
        Ok(Ok(shaken)) => shaken,
        Ok(Err(error)) => {
            tls.count_failed();
            tracing::debug!(%error, "a handshake of TLS failed");
            Handshake::Failed
        }
        Err(_) => {
            tls.count_failed();
            Handshake::Failed
        }
    }
}
