//! Clients, told apart by their network address: each can have so many connections and places at once.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{CLIENT_CONNECTIONS_MAX, CONNECTIONS_MAX};
use crate::places::{Places, Pool};
use crate::problem::Failure;

/// The part of an address that tells clients apart. An IPv6 network of 64 bits is what one client gets, and it can use
/// every address of it (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientNetwork(IpAddr);

impl ClientNetwork {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()),
        }
    }
}

impl ClientNetwork {
    /// True for this machine's own.
    pub(crate) fn is_own(&self) -> bool {
        self.0.is_loopback()
    }
}

/// Room for a connection that is taken until this is dropped. It keeps its client known.
pub(crate) struct Room {
    _permit: OwnedSemaphorePermit,
    _client: Client,
}

/// A place that is taken until this is dropped: one of the client's and one of the gateway's. It keeps its client
/// known.
pub(crate) struct Place {
    _of_client: OwnedSemaphorePermit,
    _of_gateway: OwnedSemaphorePermit,
    _client: Client,
}

/// All clients that have a connection or a request; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Clients(Arc<Mutex<HashMap<ClientNetwork, Weak<Share>>>>);

/// One client; clones are the same one.
#[derive(Clone)]
pub(crate) struct Client(Arc<Share>);

/// The connections and places that one client can still have.
struct Share {
    /// Its network, and the clients among which it is known; none for a proxy.
    known: Option<(ClientNetwork, Clients)>,
    connections: Arc<Semaphore>,
    places: Places,
}

impl Clients {
    /// The client at an address.
    pub(crate) fn at(&self, address: IpAddr) -> Client {
        let network = ClientNetwork::of(address);
        let mut known = self.lock();
        if let Some(share) = known.get(&network).and_then(Weak::upgrade) {
            return Client(share);
        }
        let share = Arc::new(Share {
            known: Some((network, self.clone())),
            connections: Arc::new(Semaphore::new(CLIENT_CONNECTIONS_MAX)),
            places: Places::of_client(),
        });
        known.insert(network, Arc::downgrade(&share));
        Client(share)
    }

    /// Every value is whole after every statement, so a panic elsewhere doesn't spoil them.
    fn lock(&self) -> MutexGuard<'_, HashMap<ClientNetwork, Weak<Share>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// A proxy, which can have whatever the gateway has: it asks for many.
    pub(crate) fn proxy() -> Self {
        let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let places = Places::of_gateway().with_streams(Semaphore::MAX_PERMITS);
        Self(Arc::new(Share { known: None, connections, places }))
    }
    /// Its network; none for a proxy.
    pub(crate) fn network(&self) -> Option<ClientNetwork> {
        self.0.known.as_ref().map(|(network, _)| *network)
    }
    /// Room for one more connection, or for a request that a proxy passes on; `None` when it has too many.
    pub(crate) fn connection(&self) -> Option<Room> {
        let permit = self.0.connections.clone().try_acquire_owned().ok()?;
        Some(Room { _permit: permit, _client: self.clone() })
    }
    /// Waits for a place of its own, and then for one of the gateway's: so a client with many large requests keeps none
    /// of the gateway's places from others.
    pub(crate) async fn place(&self, pool: Pool, gateway: &Places) -> Place {
        let take = async |places: &Places| {
            places.of(pool).clone().acquire_owned().await.expect("the semaphore is never closed")
        };
        let of_client = take(&self.0.places).await;
        Place { _of_client: of_client, _of_gateway: take(gateway).await, _client: self.clone() }
    }
}

/// A client that has nothing any more is forgotten, so there are never more of them than connections and requests.
impl Drop for Share {
    fn drop(&mut self) {
        let Some((network, clients)) = &self.known else { return };
        let mut known = clients.lock();
        // It may have come back meanwhile, with a new share.
        if known.get(network).is_some_and(|share| share.strong_count() == 0) {
            known.remove(network);
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("a request without its client");
            Failure::internal()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clients: &Clients, address: &str) -> Client {
        clients.at(address.parse().expect("an address"))
    }

    #[test]
    fn a_client_is_one_address_however_it_is_written_or_one_network_of_64_bits() {
        let clients = Clients::default();
        let same = |one: &str, other: &str| Arc::ptr_eq(&at(&clients, one).0, &at(&clients, other).0);
        assert!(same("192.0.2.1", "::ffff:192.0.2.1") && !same("192.0.2.1", "192.0.2.2"));
        assert!(same("2001:db8:0:1::1", "2001:db8:0:1:ffff::2") && !same("2001:db8:0:1::1", "2001:db8:0:2::1"));
    }

    #[test]
    fn a_client_has_so_many_connections_and_none_of_them_is_counted_when_it_is_gone() {
        let clients = Clients::default();
        let client = at(&clients, "192.0.2.1");
        let all: Vec<_> = (0..CLIENT_CONNECTIONS_MAX).map(|_| client.connection().expect("room")).collect();
        assert!(at(&clients, "192.0.2.1").connection().is_none());
        assert!(at(&clients, "192.0.2.2").connection().is_some(), "others are not touched by it");
        assert_eq!(client.0.places.of(Pool::Exports).available_permits(), Pool::Exports.size_for_client());
        drop(client);
        assert!(at(&clients, "192.0.2.1").connection().is_none(), "its connections keep it known");
        drop(all);
        assert!(at(&clients, "192.0.2.1").connection().is_some());
        assert!(clients.lock().is_empty());
    }
}
