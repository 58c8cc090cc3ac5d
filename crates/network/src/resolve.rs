//! Names in addresses, looked up by the operating system: on threads of their own, since its resolver blocks, for as
//! long as it likes.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::thread;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use tokio::sync::mpsc;

use crate::Peer;
use crate::limits::{LOOKUP_ADDRESSES_MAX, LOOKUPS_MAX};

/// The lookups that are under way.
pub(crate) struct Lookups {
    running: usize,
    found: mpsc::Sender<Found>,
}

/// The end of a lookup.
pub(crate) struct Found {
    /// The peer, at the address with the name.
    pub(crate) peer: Peer,
    /// The addresses that the name stands for; none if it isn't known.
    pub(crate) addresses: Vec<Multiaddr>,
}

impl Lookups {
    /// No lookups, and where their ends come out.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Found>) {
        let (found, receiver) = mpsc::channel(LOOKUPS_MAX);
        (Self { running: 0, found }, receiver)
    }

    /// Looks the name in a peer's address up; false if too many are looked up now.
    pub(crate) fn begin(&mut self, peer: Peer) -> bool {
        if self.running >= LOOKUPS_MAX {
            return false;
        }
        let found = self.found.clone();
        let look_up = move || {
            let addresses = look_up(&peer.address);
            // There is room for as many as run. A network that has stopped needs none.
            let _ = found.try_send(Found { peer, addresses });
        };
        let has_begun = thread::Builder::new().name("look up".to_owned()).spawn(look_up).is_ok();
        self.running += usize::from(has_begun);
        has_begun
    }

    /// One of them has ended.
    pub(crate) fn ended(&mut self) {
        self.running = self.running.saturating_sub(1);
    }
}

/// True if an address begins with a name.
pub(crate) fn has_name(address: &Multiaddr) -> bool {
    matches!(address.iter().next(), Some(Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)))
}

/// The addresses that one with a name stands for.
fn look_up(address: &Multiaddr) -> Vec<Multiaddr> {
    let mut parts = address.iter();
    let (Some(name), Some(Protocol::Tcp(port))) = (parts.next(), parts.next()) else { return Vec::new() };
    let (host, is_wanted): (_, fn(&IpAddr) -> bool) = match &name {
        Protocol::Dns(host) => (host, |_| true),
        Protocol::Dns4(host) => (host, IpAddr::is_ipv4),
        Protocol::Dns6(host) => (host, IpAddr::is_ipv6),
        _ => return Vec::new(),
    };
    let Ok(sockets) = (&**host, port).to_socket_addrs() else { return Vec::new() };
    let mut ips: Vec<IpAddr> = Vec::new();
    for ip in sockets.map(|socket: SocketAddr| socket.ip()).filter(is_wanted) {
        if ips.len() < LOOKUP_ADDRESSES_MAX && !ips.contains(&ip) {
            ips.push(ip);
        }
    }
    ips.into_iter().map(|ip| Multiaddr::empty().with(ip.into()).with(Protocol::Tcp(port))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().expect("a literal address parses")
    }

    #[test]
    fn names_stand_for_addresses_of_the_kind_that_is_asked_for() {
        let four = address("/ip4/127.0.0.1/tcp/7900");
        assert_eq!(look_up(&address("/dns4/localhost/tcp/7900")), std::slice::from_ref(&four));
        assert!(look_up(&address("/dns/localhost/tcp/7900")).contains(&four));
        assert!(!look_up(&address("/dns6/localhost/tcp/7900")).contains(&four));
    }

    #[test]
    fn a_name_that_is_none_and_an_address_without_a_port_stand_for_nothing() {
        assert!(look_up(&address("/dns4/nobody.invalid/tcp/7900")).is_empty());
        assert!(look_up(&address("/dns4/localhost/udp/7900")).is_empty());
        assert!(look_up(&address("/ip4/127.0.0.1/tcp/7900")).is_empty());
        assert!(has_name(&address("/dns/localhost/tcp/1")) && !has_name(&address("/ip4/127.0.0.1/tcp/1")));
    }

    #[test]
    fn so_many_are_looked_up_at_once_and_no_more() {
        let (mut lookups, mut found) = Lookups::new();
        let id = crate::Identity::from_seed([1; 32]).peer_id();
        let peer = || Peer { id, address: address("/dns4/localhost/tcp/1") };
        for _ in 0..LOOKUPS_MAX {
            assert!(lookups.begin(peer()));
        }
        assert!(!lookups.begin(peer()), "one too many");
        assert!(found.blocking_recv().is_some_and(|found| !found.addresses.is_empty()));
        lookups.ended();
        assert!(lookups.begin(peer()));
    }
}
