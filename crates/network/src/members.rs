//! The protocols that only members speak: they don't run over the connections of guests.
//!
//! A guest is a node that had a part on the network and has none any more. It may ask by the data protocol, and hears
//! nothing of what members tell each other.

use std::collections::{BTreeMap, BTreeSet};
use std::task::{Context, Poll};

use either::Either;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::gossipsub::{self, IdentityTransform, WhitelistSubscriptionFilter};
use libp2p::request_response;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
    dummy,
};
use libp2p::{Multiaddr, PeerId};
use thiserror::Error;

use crate::codec::ByteCodec;

/// A gossipsub that ignores subscriptions to topics other than ours.
pub(crate) type Gossip = gossipsub::Behaviour<IdentityTransform, WhitelistSubscriptionFilter>;

/// The protocols of members.
#[derive(NetworkBehaviour)]
pub(crate) struct Spoken {
    pub(crate) votes: Gossip,
    pub(crate) parts: Gossip,
    pub(crate) transactions: Gossip,
    pub(crate) blocks: request_response::Behaviour<ByteCodec>,
}

/// Has members speak their protocols, and guests not.
pub(crate) struct Members {
    pub(crate) spoken: Spoken,
    guests: BTreeSet<PeerId>,
    /// The connections that were let through, with their peers; true for those of guests.
    connections: BTreeMap<ConnectionId, (PeerId, bool)>,
}

/// A connection of a peer whose other connection is still that of what it was before.
#[derive(Debug, Error)]
#[error("the peer has a connection as what it was before")]
struct Mixed;

impl Members {
    pub(crate) fn new(spoken: Spoken) -> Self {
        Self { spoken, guests: BTreeSet::new(), connections: BTreeMap::new() }
    }

    /// Says who the guests are; that counts for connections made from now on.
    pub(crate) fn set_guests(&mut self, guests: BTreeSet<PeerId>) {
        self.guests = guests;
    }

    /// True for a guest's connection. All connections of a peer are of one kind: the protocols below count on hearing
    /// of all of them or of none.
    fn admit(&mut self, peer: PeerId) -> Result<bool, ConnectionDenied> {
        let is_guest = self.guests.contains(&peer);
        let is_mixed = self.connections.values().any(|(other, as_guest)| *other == peer && *as_guest != is_guest);
        if is_mixed { Err(ConnectionDenied::new(Mixed)) } else { Ok(is_guest) }
    }

    fn is_of_guest(&self, connection: ConnectionId) -> bool {
        self.connections.get(&connection).is_some_and(|(_, as_guest)| *as_guest)
    }
}

impl NetworkBehaviour for Members {
    type ConnectionHandler = Either<THandler<Spoken>, dummy::ConnectionHandler>;
    type ToSwarm = SpokenEvent;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.spoken.handle_pending_inbound_connection(connection, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let as_guest = self.admit(peer)?;
        let handler = if as_guest {
            Either::Right(dummy::ConnectionHandler)
        } else {
            Either::Left(self.spoken.handle_established_inbound_connection(connection, peer, local, remote)?)
        };
        self.connections.insert(connection, (peer, as_guest));
        Ok(handler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.spoken.handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let as_guest = self.admit(peer)?;
        let handler = if as_guest {
            Either::Right(dummy::ConnectionHandler)
        } else {
            Either::Left(self.spoken.handle_established_outbound_connection(connection, peer, address, role, port)?)
        };
        self.connections.insert(connection, (peer, as_guest));
        Ok(handler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        let connection = match &event {
            FromSwarm::ConnectionEstablished(event) => Some(event.connection_id),
            FromSwarm::ConnectionClosed(event) => Some(event.connection_id),
            FromSwarm::AddressChange(event) => Some(event.connection_id),
            _ => None,
        };
        let is_of_guest = connection.is_some_and(|connection| self.is_of_guest(connection));
        if let FromSwarm::ConnectionClosed(event) = &event {
            self.connections.remove(&event.connection_id);
        }
        if !is_of_guest {
            self.spoken.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => self.spoken.on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.spoken.poll(cx).map(|event| event.map_in(Either::Left))
    }
}
