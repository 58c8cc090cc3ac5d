//! The origin of a request: the client that is connected, or the one that a proxy speaks for.

use std::net::IpAddr;

use axum::extract::Request;

use crate::clients::{Client, Clients, Room};
use crate::problem::{Failure, Kind};
use crate::proxies::Proxies;

/// The other end of a connection.
#[derive(Clone)]
pub(crate) enum Origin {
    /// A client, with one request at a time on the connection.
    Client(Client),
    /// A client, with many at once.
    Multiplexed(Client),
    /// A proxy, which passes on the requests of many.
    Proxy(Client),
}

impl Origin {
    /// The same origin, on a connection that has many requests at once.
    pub(crate) fn with_many_requests(self) -> Self {
        match self {
            Self::Client(client) | Self::Multiplexed(client) => Self::Multiplexed(client),
            Self::Proxy(proxy) => Self::Proxy(proxy),
        }
    }
}

/// Tells origins apart.
pub(crate) struct Origins {
    clients: Clients,
    proxies: Proxies,
}

impl Origins {
    pub(crate) fn new(proxies: Proxies) -> Self {
        Self { clients: Clients::default(), proxies }
    }

    /// The origin at an address, with room for one more connection of it.
    ///
    /// # Errors
    /// When it has too many.
    pub(crate) fn connected(&self, address: IpAddr) -> Result<(Origin, Room), Failure> {
        if self.proxies.has(address) {
            let proxy = Client::proxy();
            let place = room(&proxy)?;
            return Ok((Origin::Proxy(proxy), place));
        }
        let client = self.clients.at(address);
        let place = room(&client)?;
        Ok((Origin::Client(client), place))
    }

    /// Notes on a request whose it is, for whoever asks for its [`Client`]. What comes over a proxy, or beside others
    /// on one connection, takes room for a connection of its client as long as the answer is kept.
    ///
    /// # Errors
    /// When the proxy doesn't say whose it is, or the client has too many.
    pub(crate) fn admit(&self, request: &mut Request) -> Result<Option<Room>, Failure> {
        let origin = request.extensions().get::<Origin>().cloned().ok_or_else(|| {
            tracing::error!("a request without its origin");
            Failure::internal()
        })?;
        let (client, place) = match origin {
            Origin::Client(client) => (client, None),
            Origin::Multiplexed(client) => {
                let place = room(&client)?;
                (client, Some(place))
            }
            Origin::Proxy(proxy) => match self.proxies.client_of(request.headers())? {
                None => (proxy, None),
                Some(address) => {
                    let client = self.clients.at(address);
                    let place = room(&client)?;
                    (client, Some(place))
                }
            },
        };
        request.extensions_mut().insert(client);
        Ok(place)
    }
}

fn room(client: &Client) -> Result<Room, Failure> {
    client.connection().ok_or_else(|| {
        let detail =
            "too many connections or requests at once from this address; close some, or ask one after the other";
        Failure::new(Kind::TooManyConnections, detail)
    })
}
