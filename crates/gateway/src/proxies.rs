//! Reverse proxies in front of the gateway: whom a request comes from when one of them passes it on.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::problem::{Failure, Kind};

/// The header in which a proxy names the client.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The addresses of the proxies that this gateway believes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<IpAddr>);

impl Proxies {
    pub(crate) fn new(addresses: Vec<IpAddr>) -> Self {
        Self(addresses.iter().map(IpAddr::to_canonical).collect())
    }
    /// Tells whether an address is a proxy's.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
    /// The client of a request that came over a proxy. Each proxy appends the address that it was connected from, so
    /// the last one that is no proxy's is the client; whatever stands before it, the client can have made up. `None` if
    /// the request is the proxy's own.
    ///
    /// # Errors
    /// When the place where the client should stand holds no address.
    pub(crate) fn client_of(&self, headers: &HeaderMap) -> Result<Option<IpAddr>, Failure> {
        for value in headers.get_all(FORWARDED_FOR).iter().rev() {
            for text in value.to_str().map_err(|_| no_address())?.rsplit(',') {
                let address = text.trim_matches([' ', '\t']).parse().map_err(|_| no_address())?;
                if !self.has(address) {
                    return Ok(Some(address));
                }
            }
        }
        Ok(None)
    }
}

fn no_address() -> Failure {
    let detail = "the proxy passed on an X-Forwarded-For header without the client's address in its last place; let \
                  the proxy append the address alone, without a port";
    Failure::new(Kind::MalformedRequest, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_of(values: &[&str]) -> Result<Option<IpAddr>, ()> {
        let proxies =
            Proxies::new(vec!["192.0.2.1".parse().expect("valid"), "::ffff:192.0.2.2".parse().expect("valid")]);
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(FORWARDED_FOR, value.parse().expect("visible"));
        }
        proxies.client_of(&headers).map_err(|_| ())
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_proxys() {
        let client = |text: &str| Ok(Some(text.parse::<IpAddr>().expect("an address")));
        assert_eq!(client_of(&["203.0.113.7"]), client("203.0.113.7"));
        assert_eq!(client_of(&["203.0.113.7, 192.0.2.2,192.0.2.1"]), client("203.0.113.7"));
        assert_eq!(client_of(&["203.0.113.7", "198.51.100.9, 192.0.2.1"]), client("198.51.100.9"), "headers in order");
        assert_eq!(client_of(&["what the client made up, 203.0.113.7"]), client("203.0.113.7"));
        assert_eq!(client_of(&["2001:db8::1"]), client("2001:db8::1"));
    }

    #[test]
    fn a_request_of_a_proxy_itself_has_no_client() {
        assert_eq!(client_of(&[]), Ok(None));
        assert_eq!(client_of(&["192.0.2.2, 192.0.2.1"]), Ok(None));
    }

    #[test]
    fn a_client_that_is_not_named_is_an_error_and_not_the_proxy() {
        for wrong in ["", "unknown", "203.0.113.7,", "203.0.113.7:80", "203.0.113.7, 192.0.2.1,", "[2001:db8::1]"] {
            assert_eq!(client_of(&[wrong]), Err(()), "{wrong}");
        }
    }
}
