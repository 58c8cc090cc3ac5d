//! TCP, then Noise, then Yamux.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use libp2p::core::Negotiated;
use libp2p::core::muxing::{StreamMuxer, StreamMuxerBox, StreamMuxerEvent};
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{PeerId, Transport, noise, tcp, yamux};
use tokio::time::{Sleep, sleep};

use crate::limits::{CLOSE_TIMEOUT, HANDSHAKE_TIMEOUT};
use crate::wire::{Counted, Wire};

/// The transport of a node. Both sides mix the network id into the handshake, which fails if
/// they differ. Its bytes are counted.
pub(crate) fn transport(
    keypair: &Keypair,
    network_id: &[u8; 32],
    wire: Arc<Wire>,
) -> Result<Boxed<(PeerId, StreamMuxerBox)>, noise::Error> {
    let prologue = [b"lojal/network/v1".as_slice(), network_id].concat();
    let noise = noise::Config::new(keypair)?.with_prologue(prologue);
    let transport = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .map(move |socket, _| Counted::new(socket, Arc::clone(&wire)))
        .upgrade(Version::V1Lazy)
        .authenticate(noise)
        .multiplex(yamux::Config::default())
        .timeout(HANDSHAKE_TIMEOUT)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(Connection::new(muxer))));
    Ok(transport.boxed())
}

type Encrypted = noise::Output<Negotiated<Counted>>;
type Muxer = yamux::Muxer<Negotiated<Encrypted>>;

/// A connection whose closing has a time limit. Yamux first sends what is queued, which takes
/// for ever if the peer is dead and the socket's buffer full; until then libp2p would count
/// the peer as connected and nobody would dial it.
struct Connection {
    muxer: Muxer,
    close: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    fn new(muxer: Muxer) -> Self {
        Self { muxer, close: None }
    }

    fn muxer(self: Pin<&mut Self>) -> Pin<&mut Muxer> {
        Pin::new(&mut self.get_mut().muxer)
    }
}

impl StreamMuxer for Connection {
    type Substream = <Muxer as StreamMuxer>::Substream;
    type Error = <Muxer as StreamMuxer>::Error;

    fn poll_inbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Substream, Self::Error>> {
        self.muxer().poll_inbound(cx)
    }

    fn poll_outbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Self::Substream, Self::Error>> {
        self.muxer().poll_outbound(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let limit = self.close.get_or_insert_with(|| Box::pin(sleep(CLOSE_TIMEOUT)));
        if limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        self.muxer().poll_close(cx)
    }

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<StreamMuxerEvent, Self::Error>> {
        self.muxer().poll(cx)
    }
}

#[cfg(test)]
mod tests;
