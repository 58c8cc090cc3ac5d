//! The part of a gateway's access that its operator decides: the hosts that tokens may be for, and the auditors.

use std::net::{IpAddr, SocketAddr};

use lojal_types::{Audience, Name, PublicKey, TimeMs};

/// The hosts of a gateway, and those who may read everything.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The hosts by which clients reach it; if there are none, this machine's own names and the address that it
    /// listens at.
    pub hosts: Vec<Audience>,
    /// Those who may read everything.
    pub auditors: Auditors,
}

/// Those who may read everything.
#[derive(Clone, Debug)]
pub enum Auditors {
    /// Whoever asks: the ledger is open.
    Everybody,
    /// These.
    Listed(Vec<Auditor>),
}

/// Somebody who may read everything.
#[derive(Clone, Debug)]
pub struct Auditor {
    /// The name, for the log.
    pub name: Name,
    /// The key that signs the auditor's tokens.
    pub key: PublicKey,
    /// The time from which on that is over.
    pub until_ms: TimeMs,
}

impl Default for Auditors {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Auditors {
    /// The auditor with a key, at a time.
    pub(crate) fn with_key(&self, key: &PublicKey, now: TimeMs) -> Option<&Auditor> {
        match self {
            Self::Everybody => None,
            Self::Listed(listed) => listed.iter().find(|one| one.key == *key && now < one.until_ms),
        }
    }
}

/// The hosts that tokens may be for.
#[derive(Clone, Debug)]
pub(crate) enum Hosts {
    /// These and no others.
    Named(Vec<Audience>),
    /// This machine's own names, and the address that is listened at.
    Own(IpAddr),
}

impl Hosts {
    /// The named ones, or, if there are none, those of a gateway that listens at an address.
    pub(crate) fn new(named: Vec<Audience>, listening: SocketAddr) -> Self {
        if named.is_empty() { Self::Own(listening.ip().to_canonical()) } else { Self::Named(named) }
    }
    /// Tells whether tokens may be for a host.
    pub(crate) fn have(&self, audience: &Audience) -> bool {
        match self {
            Self::Named(named) => named.contains(audience),
            Self::Own(own) => {
                let name = audience.as_str();
                // RFC 6761, section 6.3: all names below localhost are this machine's.
                let is_local = name == "localhost" || name.ends_with(".localhost");
                is_local || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback() || ip == *own)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn have(hosts: &Hosts, name: &str) -> bool {
        hosts.have(&name.parse().expect("a host"))
    }

    #[test]
    fn a_gateway_has_its_own_names_until_it_is_given_others() {
        let own = Hosts::new(Vec::new(), "192.0.2.1:80".parse().expect("an address"));
        for name in ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "192.0.2.1"] {
            assert!(have(&own, name), "{name}");
        }
        for name in ["192.0.2.2", "gateway.example.org", "localhost.example.org"] {
            assert!(!have(&own, name), "{name}");
        }
        let named = Hosts::new(vec!["gateway.example.org".parse().expect("a host")], "[::]:80".parse().expect("valid"));
        assert!(have(&named, "gateway.example.org") && !have(&named, "localhost"));
    }

    #[test]
    fn an_auditor_is_one_until_the_end() {
        let key = PublicKey::new([1; 32]);
        let name = "audit office".parse().expect("a name");
        let end = TimeMs::default().plus_ms(5);
        let auditors = Auditors::Listed(vec![Auditor { name, key, until_ms: end }]);
        assert!(auditors.with_key(&key, TimeMs::default()).is_some());
        assert!(auditors.with_key(&key, end).is_none());
        assert!(auditors.with_key(&PublicKey::new([2; 32]), TimeMs::default()).is_none());
    }
}
