//! The protocols that only some peers speak: they don't run over the connections of others.
//!
//! A guest is a node that had a part on the network and has none any more. It may ask by the data protocol, and hears
//! nothing of what members tell each other. A follower is a member that has no part in consensus: it hears how far the
//! others are, asks for blocks and hands in transactions, and nothing that is about votes reaches it or comes from it.

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
    /// Comes first: none of the others hears of a connection that it refuses.
    pub(crate) voting: Gate<Voting>,
    pub(crate) heights: Gossip,
    pub(crate) blocks: request_response::Behaviour<ByteCodec>,
    pub(crate) submissions: request_response::Behaviour<ByteCodec>,
}

/// The protocols of those who take part in consensus, or are about to.
#[derive(NetworkBehaviour)]
pub(crate) struct Voting {
    pub(crate) votes: Gossip,
    pub(crate) parts: Gossip,
    pub(crate) transactions: Gossip,
}

/// Has peers speak protocols, and some not.
pub(crate) struct Gate<B> {
    pub(crate) inner: B,
    outside: BTreeSet<PeerId>,
    /// The connections that were let through, with their peers; true for those over which the protocols don't run.
    connections: BTreeMap<ConnectionId, (PeerId, bool)>,
}

/// A connection of a peer whose other connection is still that of what it was before.
#[derive(Debug, Error)]
#[error("the peer has a connection as what it was before")]
struct Mixed;

impl<B> Gate<B> {
    pub(crate) fn new(inner: B) -> Self {
        Self { inner, outside: BTreeSet::new(), connections: BTreeMap::new() }
    }

    /// Says who stays outside; that counts for connections made from now on.
    pub(crate) fn set_outside(&mut self, outside: BTreeSet<PeerId>) {
        self.outside = outside;
    }

    /// True for a connection of somebody who stays outside. All connections of a peer are of one kind: the protocols
    /// below count on hearing of all of them or of none.
    fn admit(&mut self, peer: PeerId) -> Result<bool, ConnectionDenied> {
        let is_outside = self.outside.contains(&peer);
        let is_mixed = self.connections.values().any(|(other, outside)| *other == peer && *outside != is_outside);
        if is_mixed { Err(ConnectionDenied::new(Mixed)) } else { Ok(is_outside) }
    }

    fn is_outside(&self, connection: ConnectionId) -> bool {
        self.connections.get(&connection).is_some_and(|(_, outside)| *outside)
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for Gate<B> {
    type ConnectionHandler = Either<THandler<B>, dummy::ConnectionHandler>;
    type ToSwarm = B::ToSwarm;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.inner.handle_pending_inbound_connection(connection, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let is_outside = self.admit(peer)?;
        let handler = if is_outside {
            Either::Right(dummy::ConnectionHandler)
        } else {
            Either::Left(self.inner.handle_established_inbound_connection(connection, peer, local, remote)?)
        };
        self.connections.insert(connection, (peer, is_outside));
        Ok(handler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.inner.handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let is_outside = self.admit(peer)?;
        let handler = if is_outside {
            Either::Right(dummy::ConnectionHandler)
        } else {
            Either::Left(self.inner.handle_established_outbound_connection(connection, peer, address, role, port)?)
        };
        self.connections.insert(connection, (peer, is_outside));
        Ok(handler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        let connection = match &event {
            FromSwarm::ConnectionEstablished(event) => Some(event.connection_id),
            FromSwarm::ConnectionClosed(event) => Some(event.connection_id),
            FromSwarm::AddressChange(event) => Some(event.connection_id),
            _ => None,
        };
        let is_outside = connection.is_some_and(|connection| self.is_outside(connection));
        if let FromSwarm::ConnectionClosed(event) = &event {
            self.connections.remove(&event.connection_id);
        }
        if !is_outside {
            self.inner.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => self.inner.on_connection_handler_event(peer, connection, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.inner.poll(cx).map(|event| event.map_in(Either::Left))
    }
}
