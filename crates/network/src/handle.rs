//! The handle through which everything else talks to the swarm task.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libp2p::PeerId;
use thiserror::Error;
use tokio::sync::mpsc;

use crate::wire::Wire;
use crate::{Counters, Event, InboundRequest, OffenceCounters, OutboundRequest, Peer, Protocol, Topic};

/// The swarm task has ended: shut down, or its event receiver was dropped, or its listener failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the network has stopped: see the log for the reason and restart the node")]
pub struct Stopped;

/// A command to the swarm task, see the function of [`Network`] of the same name.
#[derive(Debug)]
pub enum Command {
    /// Send a message to all connected peers.
    Publish(Topic, Vec<u8>),
    /// Ask a peer.
    Request(OutboundRequest, PeerId, Protocol, Vec<u8>),
    /// Answer a peer.
    Respond(InboundRequest, Vec<u8>),
    /// Refuse to answer a peer.
    Reject(InboundRequest),
    /// Take note that a peer sent what can't be decoded.
    Report(PeerId),
    /// Permit a peer.
    Allow(Peer),
    /// Take a peer's permission away.
    Disallow(PeerId),
    /// Take votes, parts and transactions from these only.
    Voters(BTreeSet<PeerId>),
    /// Tell these how far the others are, and nothing else.
    Followers(BTreeSet<PeerId>),
    /// Let these ask, and no others that have no part.
    Guests(BTreeSet<PeerId>),
    /// Stop.
    Shutdown,
}

/// The state that the swarm task shows to its handles.
#[derive(Default)]
pub(crate) struct SharedNetwork {
    counters: Mutex<Counters>,
    offences: Mutex<BTreeMap<PeerId, OffenceCounters>>,
    peers: Mutex<BTreeSet<PeerId>>,
    reached: Mutex<BTreeSet<PeerId>>,
    next_request: AtomicU64,
    pub(crate) wire: Arc<Wire>,
}

impl SharedNetwork {
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut lock(&self.counters));
    }

    /// Counts for a peer that is permitted, or was: so there are few.
    pub(crate) fn count_offence(&self, peer: PeerId, change: impl FnOnce(&mut OffenceCounters)) {
        change(lock(&self.offences).entry(peer).or_default());
    }

    pub(crate) fn connected(&self, peer: PeerId) {
        lock(&self.peers).insert(peer);
    }

    pub(crate) fn disconnected(&self, peer: &PeerId) {
        lock(&self.peers).remove(peer);
    }

    pub(crate) fn disconnected_all(&self) {
        lock(&self.peers).clear();
        lock(&self.reached).clear();
    }

    /// There is a connection, whatever can be said over it.
    pub(crate) fn reached(&self, peer: PeerId) {
        lock(&self.reached).insert(peer);
    }

    pub(crate) fn lost(&self, peer: &PeerId) {
        lock(&self.reached).remove(peer);
    }
}

/// Every value is whole after every statement, so a panic elsewhere doesn't spoil them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A handle to the running network; clones share it. When the last one is dropped the network stops.
#[derive(Clone)]
pub struct Network {
    local: PeerId,
    commands: mpsc::Sender<Command>,
    shared: Arc<SharedNetwork>,
}

impl Network {
    pub(crate) fn new(local: PeerId, commands: mpsc::Sender<Command>, shared: Arc<SharedNetwork>) -> Self {
        Self { local, commands, shared }
    }

    /// A network without a swarm: whoever holds the receiver does what is asked, as a simulation does. It has stopped
    /// when the receiver is dropped. Its counters stay empty, and its peers are those of [`Network::note`].
    pub fn without_swarm(local: PeerId) -> (Self, mpsc::Receiver<Command>) {
        let (commands, receiver) = mpsc::channel(crate::limits::COMMANDS_MAX);
        (Self::new(local, commands, Arc::default()), receiver)
    }

    /// Takes note of an event that this node is about to hear: a network without a swarm knows its peers by that.
    pub fn note(&self, event: &Event) {
        match event {
            Event::Connected(peer) => {
                self.shared.connected(*peer);
                self.shared.reached(*peer);
            }
            Event::Disconnected(peer) => {
                self.shared.disconnected(peer);
                self.shared.lost(peer);
            }
            _ => {}
        }
    }

    /// Sends a message to all connected peers; not to this node itself. It is no error if there
    /// are none. A message longer than [`Topic::message_bytes_max`] is not sent, but logged as
    /// an error and counted.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn publish(&self, topic: Topic, data: Vec<u8>) -> Result<(), Stopped> {
        self.send(Command::Publish(topic, data)).await
    }

    /// Asks a connected peer by [`Protocol::Blocks`]. The answer comes as [`crate::Event::Response`] or
    /// [`crate::Event::RequestFailed`] with the id returned.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn request(&self, peer: PeerId, data: Vec<u8>) -> Result<OutboundRequest, Stopped> {
        let id = self.next_request();
        self.request_as(id, peer, Protocol::Blocks, data).await?;
        Ok(id)
    }

    /// The id of a request that is yet to be made with [`Network::request_as`], for whoever must know it before an
    /// answer can come.
    pub fn next_request(&self) -> OutboundRequest {
        OutboundRequest(self.shared.next_request.fetch_add(1, Ordering::Relaxed))
    }

    /// Asks a connected peer by any protocol, with an id of [`Network::next_request`]; by [`Protocol::Data`] also
    /// one of [`Network::reached`].
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn request_as(
        &self,
        id: OutboundRequest,
        peer: PeerId,
        protocol: Protocol,
        data: Vec<u8>,
    ) -> Result<(), Stopped> {
        self.send(Command::Request(id, peer, protocol, data)).await
    }

    /// Answers a peer's request. Does nothing if the request has expired or the peer is gone.
    /// A response longer than [`Protocol::response_bytes_max`] is logged as an error,
    /// counted, and turned into a rejection.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn respond(&self, id: InboundRequest, data: Vec<u8>) -> Result<(), Stopped> {
        self.send(Command::Respond(id, data)).await
    }

    /// Refuses to answer a peer's request: the peer gets [`crate::RequestFailure::Refused`].
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn reject(&self, id: InboundRequest) -> Result<(), Stopped> {
        self.send(Command::Reject(id)).await
    }

    /// Says that a peer sent what no honest peer sends: what can't be decoded, or what is forged, in a message that it
    /// published, a request, or a response. Not meant for what is merely late, repeated or refused. A peer reported
    /// more than [`crate::limits::REPORTS_PER_MINUTE_MAX`] times in a minute is shut out for
    /// [`crate::limits::SHUT_OUT_TIME`].
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn report(&self, peer: PeerId) -> Result<(), Stopped> {
        self.send(Command::Report(peer)).await
    }

    /// Permits a peer, or gives a permitted one a new address. More than
    /// [`crate::limits::PEERS_MAX`] are refused with an error in the log.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn allow(&self, peer: Peer) -> Result<(), Stopped> {
        self.send(Command::Allow(peer)).await
    }

    /// Takes a peer's permission away and drops its connections.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn disallow(&self, peer: PeerId) -> Result<(), Stopped> {
        self.send(Command::Disallow(peer)).await
    }

    /// Says who takes part in consensus. What other peers publish is neither delivered nor passed on, but for
    /// [`Topic::Status`]; nor does this node publish anything else while it isn't one of them. Until this is said, all
    /// take part.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn voters(&self, voters: BTreeSet<PeerId>) -> Result<(), Stopped> {
        self.send(Command::Voters(voters)).await
    }

    /// Says who follows without a part in consensus; this node may be one of them. Followers and this node tell each
    /// other how far they are, and ask each other, and no votes, parts or transactions go over their connections. Only
    /// followers hear [`Topic::Tips`].
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn followers(&self, followers: BTreeSet<PeerId>) -> Result<(), Stopped> {
        self.send(Command::Followers(followers)).await
    }

    /// Says who may connect as a guest, at most [`crate::limits::GUESTS_MAX`]: to ask by [`Protocol::Data`], and for
    /// nothing else. Peers that are permitted are none.
    ///
    /// # Errors
    /// [`Stopped`] if the network has stopped.
    pub async fn guests(&self, guests: BTreeSet<PeerId>) -> Result<(), Stopped> {
        self.send(Command::Guests(guests)).await
    }

    /// Stops the network and waits until its connections and its port are closed.
    pub async fn shutdown(&self) {
        // An error means that it has stopped already, or is about to.
        let _ = self.send(Command::Shutdown).await;
        self.commands.closed().await;
    }

    /// Number of peers connected right now, see [`crate::Event::Connected`].
    pub fn peer_count(&self) -> usize {
        lock(&self.shared.peers).len()
    }

    /// The peers connected right now, in ascending order.
    pub fn peers(&self) -> Vec<PeerId> {
        lock(&self.shared.peers).iter().copied().collect()
    }

    /// The peers that there is a connection to, in ascending order, also those that don't let this node take part.
    pub fn reached(&self) -> Vec<PeerId> {
        lock(&self.shared.reached).iter().copied().collect()
    }

    /// The id of this node.
    pub fn local_peer_id(&self) -> PeerId {
        self.local
    }

    /// Everything counted since the start.
    pub fn counters(&self) -> Counters {
        let mut counters = *lock(&self.shared.counters);
        (counters.bytes_received, counters.bytes_sent) = self.shared.wire.bytes();
        counters
    }

    /// The offences of peers since the start; those that are not in it have none.
    pub fn offences(&self) -> BTreeMap<PeerId, OffenceCounters> {
        lock(&self.shared.offences).clone()
    }

    async fn send(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}
