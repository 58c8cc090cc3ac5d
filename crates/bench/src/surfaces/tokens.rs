//! Requests of members who read what is theirs, each with a token of their own.

use lojal_types::{ChainId, NetworkKind, ReadToken};

use super::wire::host;
use crate::accounts::Accounts;
use crate::cluster::{READING_MS, now};

/// Whoever asks a gateway.
pub(super) struct Members<'a> {
    /// The gateway.
    pub(super) url: &'a str,
    /// The network's id.
    pub(super) chain: ChainId,
    /// Its kind.
    pub(super) network: NetworkKind,
    /// All members; the first of them ask.
    pub(super) all: &'a Accounts,
}

impl Members<'_> {
    /// A request of each of the first so many, for a path that is made of their address.
    pub(super) fn ask(&self, count: usize, path: impl Fn(&str) -> String) -> Vec<Vec<u8>> {
        let (host, until_ms) = (host(self.url), now().plus_ms(READING_MS));
        let audience = host.split(':').next().unwrap_or(host);
        let request = |index: usize| {
            let (key, account) = (self.all.key(index), self.all.address(index));
            let audience = audience.parse().expect("the host of a gateway of this machine");
            let token = ReadToken { account, public_key: key.public_key(), audience, until_ms };
            let path = path(&account.to_text(self.network).to_string());
            let token = token.sign(&self.chain, &key);
            format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n").into_bytes()
        };
        (0..count.min(self.all.len())).map(request).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_asks_for_what_is_theirs() {
        let all = Accounts::members(3);
        let (chain, network) = (ChainId::new([7; 32]), NetworkKind::Test);
        let members = Members { url: "http://127.0.0.1:80", chain, network, all: &all };
        let requests = members.ask(9, |address| format!("/v1/accounts/{address}/proof"));
        assert_eq!(requests.len(), 3);
        let text = String::from_utf8(requests[2].clone()).expect("text");
        let own = all.address(2).to_text(network);
        assert!(
            text.starts_with(&format!("GET /v1/accounts/{own}/proof HTTP/1.1\r\nhost: 127.0.0.1:80\r\n")),
            "{text}"
        );
        assert!(text.contains("\r\nauthorization: Bearer ljr1_") && text.ends_with("\r\n\r\n"), "{text}");
    }
}
