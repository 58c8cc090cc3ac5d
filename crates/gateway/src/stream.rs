//! A client's connection under the server of HTTP/1.1: what the server can't read is answered with a problem document.
//!
//! hyper answers a head that it can't read by itself, with a status and nothing else. That answer is held back here, so
//! that [`Exchange::refuse`] can give one that says what is wrong.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

use crate::limits::{LINGER_BYTES_MAX, LINGER_TIMEOUT};
use crate::problem::{Failure, Kind};
use crate::wire::Wire;

/// A connection, and what is known of the request that is under way on it.
pub(crate) struct Exchange {
    wire: Mutex<Wire>,
    /// Something was read after the last answer.
    has_asked: AtomicBool,
    /// The server's own answer to a head that it can't read has been held back.
    holds_back: AtomicBool,
}

impl Exchange {
    pub(crate) fn new(wire: Wire) -> Self {
        Self { wire: Mutex::new(wire), has_asked: AtomicBool::new(false), holds_back: AtomicBool::new(false) }
    }

    /// The answer to a request that the server gave up with this error; `None` if nobody waits for one, as on a
    /// connection that was idle for too long.
    pub(crate) fn failure(&self, error: &hyper::Error) -> Option<Failure> {
        if error.is_timeout() {
            let detail = "the head of the request didn't arrive in time; send it faster";
            let has_asked = self.has_asked.load(Ordering::Relaxed);
            return has_asked.then(|| Failure::new(Kind::RequestTimeout, detail));
        }
        if error.is_parse_too_large() {
            let detail = "the head of the request is too large; send fewer or shorter headers and a shorter path";
            return Some(Failure::new(Kind::HeadTooLarge, detail));
        }
        if self.holds_back.load(Ordering::Relaxed) {
            let detail = format!("this is no HTTP/1.1 request: {error}");
            return Some(Failure::new(Kind::MalformedRequest, detail));
        }
        // All that is left is the preface of HTTP/2, which the server has no answer to.
        let detail = "here this gateway speaks HTTP/1.1 and no other version; HTTP/2 is for clients that agree on it \
                      in the handshake of TLS";
        error.is_parse().then(|| Failure::new(Kind::VersionNotSupported, detail))
    }

    /// Answers with a problem and closes the connection, not before the client has had a moment to read it: closing
    /// at once would take back what it hasn't read.
    pub(crate) async fn refuse(self, failure: Failure) {
        let mut wire = self.wire.into_inner().unwrap_or_else(PoisonError::into_inner);
        let bytes = failure.into_bytes();
        // A client that doesn't read it gets no answer.
        let _ = timeout(LINGER_TIMEOUT, async {
            wire.write_all(&bytes).await?;
            wire.shutdown().await?;
            // Its buffer would be a part of every connection, refused or not.
            Box::pin(read_away(&mut wire)).await
        })
        .await;
    }

    /// Has the system keep little for the client from now on: its answer is a stream.
    pub(crate) fn narrow(&self) {
        self.lock().narrow();
    }

    /// A connection is one after each of its operations, whatever becomes of it.
    fn lock(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_away(wire: &mut Wire) -> io::Result<()> {
    let (mut left, mut buffer) = (LINGER_BYTES_MAX, [0; 4096]);
    while left > 0 {
        match wire.read(&mut buffer).await? {
            0 => return Ok(()),
            read => left = left.saturating_sub(read),
        }
    }
    Ok(())
}

/// The connection as the server of HTTP/1.1 reads and writes it.
pub(crate) struct ClientStream(Arc<Exchange>);

impl ClientStream {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self(exchange)
    }

    fn written(&self, attempt: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(_)) = attempt {
            self.0.has_asked.store(false, Ordering::Relaxed);
        }
        attempt
    }

    fn hold_back(&self, len: usize) -> Poll<io::Result<usize>> {
        self.0.holds_back.store(true, Ordering::Relaxed);
        Poll::Ready(Ok(len))
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let attempt = Pin::new(&mut *self.0.lock()).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.0.has_asked.store(true, Ordering::Relaxed);
        }
        attempt
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if is_servers_own(bytes) {
            return self.hold_back(bytes.len());
        }
        let attempt = Pin::new(&mut *self.0.lock()).poll_write(context, bytes);
        self.written(attempt)
    }
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [bytes] = slices
            && is_servers_own(bytes)
        {
            return self.hold_back(bytes.len());
        }
        let attempt = Pin::new(&mut *self.0.lock()).poll_write_vectored(context, slices);
        self.written(attempt)
    }
    fn is_write_vectored(&self) -> bool {
        self.0.lock().is_write_vectored()
    }
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.lock()).poll_flush(context)
    }
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What is held back is still to be answered.
        if self.0.holds_back.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut *self.0.lock()).poll_shutdown(context)
    }
}

/// Tells whether bytes are an error that the server answers by itself: a head without a body and without a content
/// type, while every answer of a handler has both.
fn is_servers_own(bytes: &[u8]) -> bool {
    let Some(head) = bytes.strip_suffix(b"\r\n\r\n").and_then(|head| str::from_utf8(head).ok()) else { return false };
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.get(2..));
    let is_expected =
        |line: &str| line == "content-length: 0" || line == "connection: close" || line.starts_with("date: ");
    status.is_some_and(|status| status.starts_with('4')) && lines.all(is_expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_error_without_any_content_is_the_servers_own() {
        let own =
            "HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        assert!(is_servers_own(own.as_bytes()));
        for other in [
            "",
            "\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-type: application/problem+json\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\n{}",
            "HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n",
        ] {
            assert!(!is_servers_own(other.as_bytes()), "{other}");
        }
    }
}
