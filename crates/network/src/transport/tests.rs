use std::future::poll_fn;
use std::time::Duration;

use futures::{AsyncWrite, FutureExt, StreamExt};
use libp2p::core::Endpoint;
use libp2p::core::muxing::SubstreamBox;
use libp2p::core::transport::{DialOpts, ListenerId, PortUse, TransportEvent};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::Identity;

const NETWORK_ID: [u8; 32] = [7; 32];
/// Together with their windows of 256 KiB, more than the sockets can hold.
const STREAMS: usize = 64;

fn node(number: u8) -> Boxed<(PeerId, StreamMuxerBox)> {
    counted(number, Arc::default())
}

fn counted(number: u8, wire: Arc<Wire>) -> Boxed<(PeerId, StreamMuxerBox)> {
    transport(&Identity::from_seed([number; 32]).keypair(), &NETWORK_ID, wire).expect("the identity can sign")
}

/// A connection to a peer that finishes its handshake and then plays dead: the task holds its end
/// without polling it.
async fn connection() -> (StreamMuxerBox, JoinHandle<StreamMuxerBox>) {
    connection_of(node(1), node(2)).await
}

/// The same of these two.
async fn connection_of(
    mut listener: Boxed<(PeerId, StreamMuxerBox)>,
    mut dialer: Boxed<(PeerId, StreamMuxerBox)>,
) -> (StreamMuxerBox, JoinHandle<StreamMuxerBox>) {
    let any = "/ip4/127.0.0.1/tcp/0".parse().expect("a literal address parses");
    listener.listen_on(ListenerId::next(), any).expect("there is a free port");
    let address = match listener.next().await {
        Some(TransportEvent::NewAddress { listen_addr, .. }) => listen_addr,
        other => panic!("a listener has an address first: {other:?}"),
    };
    let peer = tokio::spawn(async move {
        match listener.next().await {
            Some(TransportEvent::Incoming { upgrade, .. }) => upgrade.await.expect("the handshake succeeds").1,
            other => panic!("a connection comes in: {other:?}"),
        }
    });
    let options = DialOpts { role: Endpoint::Dialer, port_use: PortUse::New };
    let dialing = dialer.dial(address, options).expect("the address is TCP");
    (dialing.await.expect("the handshake succeeds").1, peer)
}

/// Opens streams and writes until nothing moves any more.
async fn fill(muxer: &mut StreamMuxerBox) -> Vec<SubstreamBox> {
    let mut streams: Vec<SubstreamBox> = Vec::new();
    loop {
        let written = poll_fn(|cx| {
            let _ = Pin::new(&mut *muxer).poll(cx);
            if streams.len() < STREAMS
                && let Poll::Ready(Ok(stream)) = Pin::new(&mut *muxer).poll_outbound(cx)
            {
                streams.push(stream);
                return Poll::Ready(());
            }
            let mut sent = false;
            for stream in &mut streams {
                sent |= Pin::new(stream).poll_write(cx, &[0; 16 << 10]).is_ready();
            }
            if sent { Poll::Ready(()) } else { Poll::Pending }
        });
        if timeout(Duration::from_millis(500), written).await.is_err() {
            return streams;
        }
    }
}

#[tokio::test]
async fn all_bytes_of_a_connection_are_counted_at_both_ends() {
    let wires: [Arc<Wire>; 2] = Default::default();
    let (mut near, peer) = connection_of(counted(1, Arc::clone(&wires[0])), counted(2, Arc::clone(&wires[1]))).await;
    let streams = fill(&mut near).await;
    let [listener, dialer] = wires.map(|wire| wire.bytes());
    assert!(dialer.1 > 16 << 10 && streams.len() == STREAMS, "{dialer:?}");
    assert!(listener.0 > 0 && listener.0 <= dialer.1 && dialer.0 <= listener.1, "{listener:?} {dialer:?}");
    drop(peer);
}

#[tokio::test]
async fn a_connection_to_a_dead_peer_can_be_closed() {
    let (mut near, peer) = connection().await;
    let streams = fill(&mut near).await;
    assert_eq!(streams.len(), STREAMS);
    let closed = poll_fn(|cx| Pin::new(&mut near).poll_close(cx));
    let closed = timeout(60 * CLOSE_TIMEOUT, closed.boxed()).await;
    assert!(closed.is_ok_and(|result| result.is_ok()));
    drop(peer);
}
