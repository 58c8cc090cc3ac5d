//! The task that owns the swarm.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::sync::Arc;

use futures::StreamExt;
use libp2p::allow_block_list::NotAllowed;
use libp2p::connection_limits::Exceeded;
use libp2p::swarm::{ListenError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, multiaddr, ping};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, error, info, warn};

use crate::behaviour::{Behaviour, BehaviourEvent};
use crate::budget::Bucket;
use crate::conduct::{Conduct, Offence};
use crate::dial::Dialer;
use crate::handle::{Command, SharedNetwork};
use crate::members::{SpokenEvent, VotingEvent};
use crate::outbox::Outbox;
use crate::requests::Requests;
use crate::resolve::{Found, Lookups};
use crate::sessions::Sessions;
use crate::topic::Names;
use crate::transport::transport;
use crate::{Event, Network, NetworkConfig, NetworkError, Protocol, Warnings, limits};

/// Joins the network: starts the swarm task on the current tokio runtime.
///
/// The task ends, and closes its connections and its port, after [`Network::shutdown`], when all
/// handles or the event receiver are dropped, or when its listener fails.
///
/// # Errors
/// [`NetworkError`] if the peers are too many or not unique, or if the address can't be listened on.
pub async fn start(config: NetworkConfig) -> Result<(Network, mpsc::Receiver<Event>), NetworkError> {
    let peers = config.remote_peers()?;
    let names = Names::new(&config.network_id);
    let shared = Arc::new(SharedNetwork::default());
    let mut swarm = build(&config, &names, &shared)?;
    listen(&mut swarm, config.listen)?;

    let local = *swarm.local_peer_id();
    let (command_sender, commands) = mpsc::channel(limits::COMMANDS_MAX);
    let (events, event_receiver) = mpsc::channel(limits::EVENTS_MAX);
    let (lookups, found) = Lookups::new();
    let mut task = SwarmTask {
        swarm,
        names,
        commands,
        shared: Arc::clone(&shared),
        outbox: Outbox::default(),
        dialer: Dialer::new(local),
        lookups,
        found,
        guests: BTreeSet::new(),
        followers: BTreeSet::new(),
        sessions: Sessions::default(),
        requests: Requests::default(),
        own_budget: Bucket::full(Instant::now()),
        conduct: Conduct::default(),
        voters: None,
        warnings: Warnings::default(),
    };
    for peer in peers {
        task.allow(peer);
    }
    tokio::spawn(task.run(events));
    Ok((Network::new(local, command_sender, shared), event_receiver))
}

fn build(config: &NetworkConfig, names: &Names, shared: &SharedNetwork) -> Result<Swarm<Behaviour>, NetworkError> {
    let keypair = config.identity.keypair();
    let behaviour = Behaviour::new(&keypair, names)?;
    let transport = transport(&keypair, &config.network_id, Arc::clone(&shared.wire))
        .map_err(|error| NetworkError::Setup { what: "the handshake", reason: error.to_string() })?;
    let swarm_config = libp2p::swarm::Config::with_tokio_executor().with_idle_connection_timeout(limits::IDLE_TIMEOUT);
    let local = config.identity.peer_id();
    Ok(Swarm::new(transport, behaviour, local, swarm_config))
}

fn listen(swarm: &mut Swarm<Behaviour>, address: Multiaddr) -> Result<(), NetworkError> {
    let failed = |reason: String| NetworkError::Listen { address: address.clone(), reason };
    // libp2p shares a port silently with another node of the same user. Binding it once
    // without that option shows whether it is free.
    if let Some(socket) = socket_address(&address) {
        TcpListener::bind(socket).map_err(|error| failed(error.to_string()))?;
    }
    match swarm.listen_on(address.clone()) {
        Ok(_) => Ok(()),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn socket_address(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        multiaddr::Protocol::Ip4(ip) => ip.into(),
        multiaddr::Protocol::Ip6(ip) => ip.into(),
        _ => return None,
    };
    match parts.next()? {
        multiaddr::Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

/// The swarm and everything it needs. Gossip, requests, dialing and who may connect have files of their own.
pub(crate) struct SwarmTask {
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) names: Names,
    pub(crate) shared: Arc<SharedNetwork>,
    pub(crate) outbox: Outbox,
    pub(crate) sessions: Sessions,
    pub(crate) requests: Requests,
    pub(crate) dialer: Dialer,
    pub(crate) lookups: Lookups,
    /// The nodes that may ask, and have no part. None of them is in `dialer`.
    pub(crate) guests: BTreeSet<PeerId>,
    /// The nodes that hear how far the others are, and nothing else.
    pub(crate) followers: BTreeSet<PeerId>,
    pub(crate) conduct: Conduct,
    /// The nodes that take part in consensus; none if nobody has said so yet.
    pub(crate) voters: Option<BTreeSet<PeerId>>,
    /// The budget of what this node may publish of its clients' transactions.
    pub(crate) own_budget: Bucket,
    pub(crate) warnings: Warnings<PeerId>,
    commands: mpsc::Receiver<Command>,
    found: mpsc::Receiver<Found>,
}

impl SwarmTask {
    /// Serves commands always, and the network while there is room for its events. Nothing here
    /// waits for the consumer, so the consumer may wait for us.
    async fn run(mut self, events: mpsc::Sender<Event>) {
        loop {
            let timer = self.next_timer();
            tokio::select! {
                permit = events.reserve(), if !self.outbox.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(event) = self.outbox.pop() {
                            permit.send(event);
                        }
                    }
                    Err(_) => break,
                },
                () = events.closed() => break,
                command = self.commands.recv() => match command {
                    None | Some(Command::Shutdown) => break,
                    Some(command) => self.on_command(command),
                },
                event = self.swarm.select_next_some(), if self.outbox.has_room() => {
                    if self.on_swarm_event(event).is_break() {
                        break;
                    }
                }
                Some(found) = self.found.recv() => self.on_found(found),
                () = sleep_until(timer.unwrap_or_else(Instant::now)), if timer.is_some() => self.on_timer(),
            }
        }
        let Self { swarm, commands, shared, .. } = self;
        // The port must be free before `shutdown` learns of the end by the closing of the commands.
        drop(swarm);
        shared.disconnected_all();
        drop(commands);
        info!("network stopped");
    }

    /// Hands an event of the swarm to the consumer as soon as there is room.
    pub(crate) fn emit(&mut self, event: Event) {
        if self.outbox.push(event).is_err() {
            self.shared.count(|counters| {
                counters.topic_mut(crate::Topic::Transactions).dropped_in += 1;
            });
        }
    }

    /// The peer has subscribed to all topics that it has to hear.
    pub(crate) fn on_ready(&mut self, peer: PeerId) {
        info!(%peer, "connected");
        self.dialer.succeeded(&peer);
        self.shared.connected(peer);
        self.emit(Event::Connected(peer));
    }

    /// Drops a peer that lacks topics. Both sides then begin afresh.
    pub(crate) fn drop_unsubscribed(&mut self, peer: PeerId) {
        if let Some(count) = self.warnings.count(peer, "topics") {
            warn!(
                %peer, count,
                "connection dropped, the peer and this node don't take part together: compare versions, or see who may \
                 be on the network"
            );
        }
        self.shared.count(|counters| counters.unsubscribed += 1);
        // An error means that it is disconnected already.
        let _ = self.swarm.disconnect_peer_id(peer);
    }

    /// Counts what is no single peer's matter, see [`Warnings::count`].
    pub(crate) fn warn_of_own(&mut self, what: &'static str) -> Option<u64> {
        self.warnings.count(*self.swarm.local_peer_id(), what)
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Publish(topic, data) => self.publish(topic, data),
            Command::Request(id, peer, protocol, data) => self.request(id, peer, protocol, data),
            Command::Respond(id, data) => self.respond(id, data),
            Command::Reject(id) => self.reject(id),
            Command::Report(peer) => self.on_report(peer),
            Command::Allow(peer) => self.allow(peer),
            Command::Disallow(peer) => self.disallow(peer),
            Command::Voters(voters) => self.set_voters(voters),
            Command::Followers(followers) => self.set_followers(followers),
            Command::Guests(guests) => self.set_guests(guests),
            Command::Shutdown => {} // ends the loop that calls this
        }
    }

    fn next_timer(&self) -> Option<Instant> {
        [self.dialer.next(), self.sessions.next(), self.conduct.next()].into_iter().flatten().min()
    }

    fn on_timer(&mut self) {
        let now = Instant::now();
        for peer in self.sessions.take_expired(now) {
            self.drop_unsubscribed(peer);
        }
        for peer in self.conduct.take_released(now) {
            self.release(peer);
        }
        for peer in self.dialer.take_due(now) {
            self.dial(peer);
        }
    }

    fn on_swarm_event(&mut self, event: SwarmEvent<BehaviourEvent>) -> ControlFlow<()> {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour_event(event),
            SwarmEvent::ConnectionEstablished { peer_id, num_established, .. } => {
                self.on_established(peer_id, num_established.get())
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, cause, .. } => {
                self.dialer.failed(&peer_id, Instant::now());
                self.shared.lost(&peer_id);
                if self.sessions.close(&peer_id) {
                    info!(peer = %peer_id, ?cause, "disconnected");
                    self.shared.disconnected(&peer_id);
                    self.emit(Event::Disconnected(peer_id));
                }
            }
            SwarmEvent::IncomingConnectionError { peer_id, error, .. } => {
                self.on_incoming_failed(peer_id, &error);
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => self.on_dial_failed(peer, &error),
            SwarmEvent::NewListenAddr { address, .. } => {
                info!(%address, "listening");
                self.emit(Event::Listening(address));
            }
            SwarmEvent::ListenerError { error, .. } => {
                if let Some(count) = self.warn_of_own("listener") {
                    warn!(%error, count, "listener error");
                }
            }
            SwarmEvent::ListenerClosed { reason, .. } => {
                error!(?reason, "listener closed, no peer can reach this node");
                return ControlFlow::Break(());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn on_established(&mut self, peer: PeerId, connections: u32) {
        self.shared.reached(peer);
        if self.guests.contains(&peer) {
            debug!(%peer, "a guest is connected");
        } else {
            self.sessions.open(peer, self.votes_with(&peer), Instant::now());
            self.dialer.connected(&peer);
        }
        if connections > 1 && self.sessions.is_ready(&peer) {
            // A peer that believes to be connected doesn't dial. So it has restarted, and the old
            // connection is dead; gossipsub would tell the new process nothing about us.
            info!(%peer, "second connection, the peer has restarted: both are closed");
            // An error means that they are closed already.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        self.on_offence(peer, Offence::Connection);
    }

    fn on_behaviour_event(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Members(
                SpokenEvent::Heights(event)
                | SpokenEvent::Voting(
                    VotingEvent::Votes(event) | VotingEvent::Parts(event) | VotingEvent::Transactions(event),
                ),
            ) => self.on_gossip(event),
            BehaviourEvent::Members(SpokenEvent::Blocks(event)) => self.on_request_event(Protocol::Blocks, event),
            BehaviourEvent::Members(SpokenEvent::Submissions(event)) => {
                self.on_request_event(Protocol::Submissions, event)
            }
            BehaviourEvent::Data(event) => self.on_request_event(Protocol::Data, event),
            BehaviourEvent::Ping(ping::Event { peer, connection, result: Err(failure) }) => {
                if let Some(count) = self.warnings.count(peer, "pings") {
                    warn!(%peer, %failure, count, "connection dropped, the peer does not answer pings");
                }
                self.shared.count(|counters| counters.pings_failed += 1);
                self.swarm.close_connection(connection);
            }
            BehaviourEvent::Ping(_) => {}
        }
    }

    fn on_incoming_failed(&mut self, peer: Option<PeerId>, error: &ListenError) {
        let denied = match error {
            ListenError::Denied { cause } => Some(cause),
            _ => None,
        };
        if denied.is_some_and(|cause| cause.downcast_ref::<NotAllowed>().is_some()) {
            self.on_stranger(peer);
        } else if denied.is_some_and(|cause| cause.downcast_ref::<Exceeded>().is_some()) {
            debug!(?peer, "connection refused, there are too many");
            self.shared.count(|counters| counters.connections_limited += 1);
        } else {
            debug!(?peer, %error, "incoming connection failed");
            self.shared.count(|counters| counters.handshakes_failed += 1);
        }
    }

    fn on_stranger(&mut self, peer: Option<PeerId>) {
        self.shared.count(|counters| counters.connections_refused += 1);
        let peer = peer.map(|peer| peer.to_string()).unwrap_or_default();
        // One line for all strangers, who can have any number of ids.
        if let Some(count) = self.warn_of_own("stranger") {
            warn!(%peer, count, "connection refused, the peer is not on the allow-list");
        } else {
            debug!(%peer, "connection refused, the peer is not on the allow-list");
        }
    }
}
