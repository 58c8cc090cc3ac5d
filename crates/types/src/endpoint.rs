//! The addresses at which nodes are reached (protocol, Governance).

use std::fmt;
use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

use crate::decode::invalid_data;
use crate::limits::ENDPOINT_BYTES_MAX;

/// The address of a node on the peer-to-peer network, such as `/dns/node.example.org/tcp/7900`: a hint, since the
/// node's network key proves who answers. What stands in it is checked by whoever takes it, with
/// [`is_valid`](Self::is_valid).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct Endpoint(String);

/// A text that is too short or too long for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("an endpoint has 1 to {ENDPOINT_BYTES_MAX} bytes")]
pub struct EndpointError;

impl Endpoint {
    /// Checks the length of a text.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn new(text: String) -> Result<Self, EndpointError> {
        if (1..=ENDPOINT_BYTES_MAX).contains(&text.len()) { Ok(Self(text)) } else { Err(EndpointError) }
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// True if it has the form of an address: "An endpoint is `/ip4/ADDRESS/tcp/PORT`, or the same with `ip6` or `dns`"
    /// (protocol, Governance).
    pub fn is_valid(&self) -> bool {
        let parts: Vec<&str> = self.0.split('/').collect();
        let ["", kind, host, "tcp", port] = parts[..] else { return false };
        let allowed = |extra: &'static str| {
            move |c: char| c.is_ascii_digit() || (c.is_ascii_alphabetic() && kind != "ip4") || extra.contains(c)
        };
        let host_holds = match kind {
            "ip4" => host.chars().all(allowed(".")),
            "ip6" => host.chars().all(allowed(":.")),
            "dns" => host.chars().all(allowed("-.")),
            _ => false,
        };
        let digits_only = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
        host_holds && !host.is_empty() && digits_only && port.parse::<u16>().is_ok()
    }
}
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl BorshDeserialize for Endpoint {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let len = u32::deserialize_reader(reader)? as usize;
        if !(1..=ENDPOINT_BYTES_MAX).contains(&len) {
            return Err(invalid_data(EndpointError));
        }
        let mut bytes = vec![0; len];
        reader.read_exact(&mut bytes)?;
        String::from_utf8(bytes).map(Self).map_err(invalid_data)
    }
}
impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(<String as Deserialize>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::new(text.to_owned()).expect("1 to 128 bytes")
    }

    #[test]
    fn addresses_with_a_port_are_endpoints_and_nothing_else_is() {
        for right in ["/ip4/192.0.2.7/tcp/7900", "/ip6/2001:db8::7/tcp/1", "/dns/node-1.example.org/tcp/65535"] {
            assert!(endpoint(right).is_valid(), "{right}");
        }
        for wrong in [
            "192.0.2.7:7900",
            "/ip4/192.0.2.7/tcp/0",
            "/ip4/192.0.2.7/tcp/65536",
            "/ip4/192.0.2.7/tcp/07900",
            "/ip4/192.0.2.7/udp/7900",
            "/ip4/example.org/tcp/7900",
            "/ip4//tcp/7900",
            "/dns/a b/tcp/7900",
            "/dns/a\n/tcp/7900",
            "/dns/a/tcp/7900/p2p/x",
            "/unix/a/tcp/1",
        ] {
            assert!(!endpoint(wrong).is_valid(), "{wrong}");
        }
    }

    #[test]
    fn both_lengths_are_kept() {
        assert_eq!(Endpoint::new(String::new()), Err(EndpointError));
        let longest = endpoint(&"a".repeat(ENDPOINT_BYTES_MAX));
        assert_eq!(borsh::from_slice(&borsh::to_vec(&longest).expect("in memory")).ok(), Some(longest));
        assert_eq!(Endpoint::new("a".repeat(ENDPOINT_BYTES_MAX + 1)), Err(EndpointError));
        let beyond = borsh::to_vec(&"a".repeat(ENDPOINT_BYTES_MAX + 1)).expect("in memory");
        assert!(borsh::from_slice::<Endpoint>(&beyond).is_err());
        assert!(borsh::from_slice::<Endpoint>(&[0; 4]).is_err());
    }
}
