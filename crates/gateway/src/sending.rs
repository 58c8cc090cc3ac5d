//! The sending that a gateway does by itself, to webhooks and to members' browsers: by which client, and to addresses
//! on the internet and no others. Whoever registers one must not reach what only the gateway reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use crate::limits::{WEBHOOK_CONNECT_TIMEOUT, WEBHOOK_HEADER_BYTES_MAX};

/// The pauses after an attempt that has failed; after the last one the event is given up.
pub(crate) type Pauses = [Duration; 9];

/// The client that sends: without a proxy, which would resolve names itself, and without following anybody elsewhere.
pub(crate) fn agent(allow_private: bool, patience: Duration) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .https_only(!allow_private)
        .timeout_global(Some(patience))
        .timeout_resolve(Some(WEBHOOK_CONNECT_TIMEOUT))
        .timeout_connect(Some(WEBHOOK_CONNECT_TIMEOUT))
        .max_response_header_size(WEBHOOK_HEADER_BYTES_MAX)
        .user_agent(concat!("lojal-gateway/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), PublicResolver::new(allow_private))
}

/// The reason for which nothing is sent to an address, if there is one.
pub(crate) fn url_fault(url: &str, bytes_max: usize, allow_private: bool) -> Option<&'static str> {
    let Ok(uri) = url.parse::<Uri>() else { return Some("it can't be read") };
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let names_a_port = authority.rsplit_once(']').map_or(authority, |(_, rest)| rest).contains(':');
    let is_private = host.parse::<IpAddr>().is_ok_and(|address| !is_public(address));
    match uri.scheme_str() {
        _ if url.len() > bytes_max => Some("it is too long"),
        _ if url.contains('#') => Some("it has a #"),
        _ if authority.contains('@') => Some("it has a user name"),
        _ if host.is_empty() => Some("it names no host"),
        _ if names_a_port && uri.port_u16().is_none_or(|port| port == 0) => Some("its port is none"),
        _ if is_private && !allow_private => Some("it is no address of the internet"),
        Some("https") => None,
        Some("http") if allow_private => None,
        _ => Some("it doesn't start with https://"),
    }
}

/// Resolves names to addresses that anybody reaches. A connection goes to exactly what it answers, so a name that
/// changes in between leads nowhere else.
#[derive(Debug)]
struct PublicResolver {
    system: DefaultResolver,
    allow_private: bool,
}

impl PublicResolver {
    fn new(allow_private: bool) -> Self {
        Self { system: DefaultResolver::default(), allow_private }
    }
}

impl Resolver for PublicResolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.system.resolve(uri, config, timeout)?;
        match found.iter().find(|address| !self.allow_private && !is_public(address.ip())) {
            None => Ok(found),
            Some(_) => Err(Error::Other(Box::new(NotPublic))),
        }
    }
}

/// A name that leads where not everybody gets. It doesn't say where: whoever registers an address must not learn how
/// the gateway's own network looks.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that isn't an address of the internet")]
struct NotPublic;

/// Tells whether an address is one of the internet, and not of this machine, of a network of its own, or for a special
/// purpose (the registries of special-purpose addresses of IANA).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..=127).contains(&b),
        169 => b == 254,
        172 => (16..=31).contains(&b),
        192 => b == 168 || (b == 0 && (c == 0 || c == 2)) || (b == 88 && c == 99),
        198 => b == 18 || b == 19 || (b == 51 && c == 100),
        203 => b == 0 && c == 113,
        _ => false,
    };
    !is_special
}

/// Of the addresses that are given out (2000::/3), those that lead to others and those for documentation are left out.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8,
        0x2002 => true,
        0x3fff => b < 0x1000,
        _ => false,
    };
    (0x2000..0x4000).contains(&a) && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        let is = |text: &str| is_public(text.parse().expect("an address"));
        for public in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is(public), "{public}");
        }
        for other in [
            "0.0.0.0",
            "127.0.0.1",
            "127.255.255.255",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "100::1",
            "3fff::1",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
