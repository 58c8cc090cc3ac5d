//! A client's TCP connection under the HTTP server: it is given up when the client takes its answers too slowly, and
//! what the server can't read is answered with a problem document.
//!
//! hyper answers a head that it can't read by itself, with a status and nothing else. That answer is held back here, so
//! that [`Exchange::refuse`] can give one that says what is wrong.

use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::limits::{ANSWER_RATE_MIN, LINGER_BYTES_MAX, LINGER_TIMEOUT, SEND_BUFFER_BYTES, STREAM_BUFFER_BYTES};
use crate::pace::Pace;
use crate::problem::{Failure, Kind};

/// A connection, and what is known of the request that is under way on it.
pub(crate) struct Exchange {
    stream: TcpStream,
    /// Something was read after the last answer.
    has_asked: AtomicBool,
    /// The server's own answer to a head that it can't read has been held back.
    holds_back: AtomicBool,
}

impl Exchange {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Without it answers are merely later.
        let _ = stream.set_nodelay(true);
        // What the system holds for a slow client counts as taken, so it must not be much. Without it, it may be.
        let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES);
        Self { stream, has_asked: AtomicBool::new(false), holds_back: AtomicBool::new(false) }
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
        let detail = "this gateway speaks HTTP/1.1 and no other version; put a proxy in front of it for HTTP/2";
        error.is_parse().then(|| Failure::new(Kind::VersionNotSupported, detail))
    }

    /// Answers with a problem and closes the connection, not before the client has had a moment to read it: closing
    /// at once would take back what it hasn't read.
    pub(crate) async fn refuse(&self, failure: Failure) {
        let bytes = failure.into_bytes();
        // A client that doesn't read it gets no answer.
        let _ = timeout(LINGER_TIMEOUT, async {
            self.write_all(&bytes).await?;
            self.shutdown()?;
            self.read_away().await
        })
        .await;
    }

    /// Has the system keep little for the client from now on: its answer is a stream.
    pub(crate) fn narrow(&self) {
        // Without it a slow reader holds more memory for a while.
        let _ = SockRef::from(&self.stream).set_send_buffer_size(STREAM_BUFFER_BYTES);
    }

    async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.writable().await?;
            match self.stream.try_write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn read_away(&self) -> io::Result<()> {
        let (mut left, mut buffer) = (LINGER_BYTES_MAX, [0; 4096]);
        while left > 0 {
            self.stream.readable().await?;
            match self.stream.try_read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => left = left.saturating_sub(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn shutdown(&self) -> io::Result<()> {
        SockRef::from(&self.stream).shutdown(Shutdown::Write)
    }
}

/// The connection as the server reads and writes it.
pub(crate) struct ClientStream {
    exchange: Arc<Exchange>,
    pace: Pace,
}

impl ClientStream {
    pub(crate) fn new(exchange: Arc<Exchange>, lag_max: std::time::Duration) -> Self {
        Self { exchange, pace: Pace::new(ANSWER_RATE_MIN, lag_max) }
    }

    fn poll_write_with(
        &mut self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let stream = &self.exchange.stream;
        while let Poll::Ready(ready) = stream.poll_write_ready(context) {
            ready?;
            match write(stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(written) => {
                    self.exchange.has_asked.store(false, Ordering::Relaxed);
                    self.pace.took(written);
                    return Poll::Ready(Ok(written));
                }
            }
        }
        ready!(self.pace.poll_too_slow(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes its answer too slowly")))
    }

    fn hold_back(&self, len: usize) -> Poll<io::Result<usize>> {
        self.exchange.holds_back.store(true, Ordering::Relaxed);
        Poll::Ready(Ok(len))
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let exchange = &self.exchange;
        loop {
            ready!(exchange.stream.poll_read_ready(context))?;
            match exchange.stream.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(read) => {
                    if read > 0 {
                        exchange.has_asked.store(true, Ordering::Relaxed);
                    }
                    buffer.advance(read);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if is_servers_own(bytes) {
            return self.hold_back(bytes.len());
        }
        self.poll_write_with(context, |stream| stream.try_write(bytes))
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [bytes] = slices
            && is_servers_own(bytes)
        {
            return self.hold_back(bytes.len());
        }
        self.poll_write_with(context, |stream| stream.try_write_vectored(slices))
    }
    /// Without it the server would copy every answer, and a place for a large one would be free before it is sent.
    fn is_write_vectored(&self) -> bool {
        true
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What is held back is still to be answered.
        let is_over = !self.exchange.holds_back.load(Ordering::Relaxed);
        Poll::Ready(if is_over { self.exchange.shutdown() } else { Ok(()) })
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
