//! The bytes that go over the sockets, counted.

use std::io::{IoSlice, IoSliceMut, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use futures::{AsyncRead, AsyncWrite};
use libp2p::tcp::tokio::TcpStream;

/// Bytes of all sockets of a node since its start: what is encrypted, and handshakes, included.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    received: AtomicU64,
    sent: AtomicU64,
}

impl Wire {
    /// Bytes received and sent.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.received.load(Ordering::Relaxed), self.sent.load(Ordering::Relaxed))
    }
}

/// A socket whose bytes are counted.
pub(crate) struct Counted {
    socket: TcpStream,
    wire: Arc<Wire>,
}

impl Counted {
    pub(crate) fn new(socket: TcpStream, wire: Arc<Wire>) -> Self {
        Self { socket, wire }
    }

    fn received(&self, bytes: usize) -> Poll<Result<usize>> {
        self.wire.received.fetch_add(bytes as u64, Ordering::Relaxed);
        Poll::Ready(Ok(bytes))
    }

    fn sent(&self, bytes: usize) -> Poll<Result<usize>> {
        self.wire.sent.fetch_add(bytes as u64, Ordering::Relaxed);
        Poll::Ready(Ok(bytes))
    }
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<usize>> {
        let bytes = ready!(Pin::new(&mut self.socket).poll_read(cx, buffer))?;
        self.received(bytes)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<Result<usize>> {
        let bytes = ready!(Pin::new(&mut self.socket).poll_read_vectored(cx, buffers))?;
        self.received(bytes)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<Result<usize>> {
        let bytes = ready!(Pin::new(&mut self.socket).poll_write(cx, buffer))?;
        self.sent(bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let bytes = ready!(Pin::new(&mut self.socket).poll_write_vectored(cx, buffers))?;
        self.sent(bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx)
    }
}
