//! The node's own ports, its peers, and the clock.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lojal_network::Multiaddr;
use lojal_text::outside;
use lojal_types::Name;
use lojal_types::api::Status;

use super::{Checked, Finding, Report};

/// Longest wait for a peer's port.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Most by which blocks may be ahead of this machine's clock.
const AHEAD_MAX: Duration = Duration::from_secs(1);
/// Longest that the last block may lie back, beside three heartbeats.
const BEHIND_MAX: Duration = Duration::from_secs(10);

/// The ports that the node is going to listen at are free; while it runs they are its own.
pub(super) fn ports(checked: &Checked<'_>, report: &mut Report) {
    let config = checked.config;
    let listen = host_and_port(&config.listen).and_then(|(host, port)| Some(SocketAddr::new(host.parse().ok()?, port)));
    let addresses = [("listen", listen), ("gateway", Some(config.gateway)), ("admin", config.admin)];
    for (about, address) in addresses.into_iter().filter_map(|(about, address)| Some((about, address?))) {
        let result = if checked.runs { answers(address) } else { is_free(address) };
        report.add(about, result);
    }
}

fn is_free(address: SocketAddr) -> Result<String, Finding> {
    let bound = TcpListener::bind(address).map(|_| format!("{address} is free"));
    bound.map_err(|error| {
        let remedy = "stop the program that uses it (ss -ltnp names it), or choose another in node.toml";
        Finding::new(format!("{address} can't be used: {error}"), remedy)
    })
}

fn answers(address: SocketAddr) -> Result<String, Finding> {
    let mut to = address;
    if to.ip().is_unspecified() {
        to.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let connected = TcpStream::connect_timeout(&to, CONNECT_TIMEOUT).map(|_| format!("{address} takes connections"));
    connected.map_err(|error| Finding::new(format!("{address}: {error}"), "see the log of the running node"))
}

/// Each peer takes connections: those of the configuration, and then those whose address the ledger has alone.
pub(super) fn peers(checked: &Checked<'_>, report: &mut Report) {
    let own = &checked.config.peers;
    for peer in own {
        let remedy = "ask its operator, and look at firewalls between you and at [[peers]] of node.toml";
        report.add("peer", takes_connections(&peer.validator, &peer.address.to_string(), remedy));
    }
    let is_me = |name: &Name| checked.me.is_some_and(|me| me.name == *name);
    let is_named = |name: &Name| own.iter().any(|peer| peer.validator == *name);
    let others = checked.validators.endpoints.iter().filter(|(name, _)| !is_me(name) && !is_named(name));
    for (name, endpoint) in others {
        let remedy = "ask its operator, and look at firewalls between you; a [[peers]] entry in node.toml goes before \
                      what the ledger says";
        report.add("peer", takes_connections(name, &endpoint.to_string(), remedy));
    }
}

fn takes_connections(name: &Name, address: &str, remedy: &str) -> Result<String, Finding> {
    let name = outside(name);
    let place = address.parse().ok().and_then(|address| host_and_port(&address));
    let connected = place
        .ok_or_else(|| "its address has no host and TCP port".to_owned())
        .and_then(|(host, port)| reach(&host, port));
    connected
        .map(|()| format!("{name} takes connections at {address}"))
        .map_err(|error| Finding::new(format!("{name} at {address} can't be reached: {error}"), remedy))
}

fn reach(host: &str, port: u16) -> Result<(), String> {
    let addresses = (host, port).to_socket_addrs().map_err(|error| error.to_string())?;
    let mut last = "it has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(_) => return Ok(()),
            Err(error) => last = error.to_string(),
        }
    }
    Err(last)
}

/// The host and the TCP port of an address such as `/ip4/192.0.2.7/tcp/7900`.
fn host_and_port(address: &Multiaddr) -> Option<(String, u16)> {
    let text = address.to_string();
    let mut parts = text.split('/').skip(1);
    let (kind, host, transport, port) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_host = ["ip4", "ip6", "dns", "dns4", "dns6"].contains(&kind);
    (is_host && transport == "tcp").then_some((host.to_owned(), port.parse().ok()?))
}

/// The last block of a gateway is of the time that this machine's clock shows.
pub(super) fn clock(status: &Status, heartbeat_ms: u64) -> Result<String, Finding> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    judge(now, Duration::from_millis(status.time_ms.get()), Duration::from_millis(heartbeat_ms))
}

fn judge(now: Duration, block: Duration, heartbeat: Duration) -> Result<String, Finding> {
    if block > now + AHEAD_MAX {
        let wrong = format!("this machine's clock is {:.1} s behind the last block", (block - now).as_secs_f64());
        return Err(Finding::new(wrong, "keep the clock by NTP (chronyc tracking, timedatectl)"));
    }
    let age = now.saturating_sub(block);
    if age > heartbeat * 3 + BEHIND_MAX {
        let wrong = format!("the last block is {:.0} s old by this machine's clock", age.as_secs_f64());
        return Err(Finding::new(wrong, "the clock is ahead (chronyc tracking, timedatectl), or the network stands"));
    }
    Ok(format!("the last block is {:.1} s old", age.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_host_and_a_port() {
        let read = |text: &str| host_and_port(&text.parse().expect("an address"));
        assert_eq!(read("/ip4/192.0.2.7/tcp/7900"), Some(("192.0.2.7".to_owned(), 7900)));
        assert_eq!(read("/dns4/node.example.org/tcp/1"), Some(("node.example.org".to_owned(), 1)));
        assert_eq!(read("/ip6/::1/tcp/2"), Some(("::1".to_owned(), 2)));
        assert_eq!(read("/ip4/192.0.2.7/udp/7900"), None);
    }

    #[test]
    fn a_clock_is_judged_by_the_last_block() {
        let s = Duration::from_secs;
        let judge = |now, block| judge(s(now), s(block), s(3));
        assert!(judge(1000, 1000).is_ok() && judge(1000, 1001).is_ok() && judge(1019, 1000).is_ok());
        assert!(judge(1000, 1002).is_err_and(|finding| finding.wrong.contains("2.0 s behind")));
        assert!(judge(1020, 1000).is_err_and(|finding| finding.wrong.contains("20 s old")));
    }

    #[test]
    fn ports_are_free_or_taken_and_answer_or_not() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        assert!(is_free(address).is_err() && answers(address).is_ok());
        assert!(reach("127.0.0.1", address.port()).is_ok());
        let name = "kaffet".parse().expect("valid");
        let told = |address: &str| takes_connections(&name, address, "ask");
        assert!(told(&format!("/ip4/127.0.0.1/tcp/{}", address.port())).is_ok());
        assert!(told("/ip4/127.0.0.1/udp/1").is_err_and(|finding| finding.wrong.contains("no host and TCP port")));
        drop(listener);
        assert!(is_free(address).is_ok() && answers(address).is_err());
    }
}
