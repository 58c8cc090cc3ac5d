//! Those who ask for what not everybody may read: their tokens, checked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, header};
use lojal_types::{Address, ChainId, PublicKey, ReadToken, SignedReadToken, TimeMs};

use crate::access::{Auditors, Hosts};
use crate::limits::{FRESH_MS, TOKENS_MAX};
use crate::problem::{Failure, Kind};

/// The scheme of the header that has a token (RFC 6750).
const SCHEME: &str = "Bearer ";

/// Whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Somebody with a token. Whether their key still signs for the account is for the state to say.
    Reader(Reader),
    /// Somebody who may read everything.
    Auditor,
}

/// Somebody with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    /// The account that reads.
    pub(crate) account: Address,
    /// The key that has signed for it.
    pub(crate) public_key: PublicKey,
}

/// Whoever asks, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// They.
    pub(crate) caller: Caller,
    /// The time from which on they have to show another token; none where nobody shows one.
    pub(crate) until_ms: Option<TimeMs>,
}

impl Admitted {
    /// True if the token is over at a time.
    pub(crate) fn is_over(&self, now: TimeMs) -> bool {
        self.until_ms.is_some_and(|until| until <= now)
    }
    /// The refusal of a token that is over.
    pub(crate) fn over() -> Failure {
        let detail = "the token is over, or is one for longer than 7 days: make another";
        Failure::new(Kind::TokenExpired, detail)
    }
}

/// The check of tokens.
pub(crate) struct Readers {
    chain: ChainId,
    hosts: Hosts,
    auditors: Auditors,
    checked: Mutex<Checked>,
}

/// Tokens whose signatures hold, by their text; the oldest are forgotten first.
#[derive(Default)]
struct Checked {
    by_text: HashMap<Arc<str>, Arc<ReadToken>>,
    texts: VecDeque<Arc<str>>,
}

impl Readers {
    pub(crate) fn new(chain: ChainId, hosts: Hosts, auditors: Auditors) -> Self {
        Self { chain, hosts, auditors, checked: Mutex::default() }
    }

    /// True if the ledger is open, and a token means nothing.
    pub(crate) fn are_everybody(&self) -> bool {
        matches!(self.auditors, Auditors::Everybody)
    }
    /// Whoever asks at a time.
    ///
    /// # Errors
    /// Without a token, or with one that doesn't count.
    pub(crate) fn caller(&self, headers: &HeaderMap, now: TimeMs) -> Result<Caller, Failure> {
        self.admitted(headers, now).map(|admitted| admitted.caller)
    }
    /// The same with the time until which that is so.
    ///
    /// # Errors
    /// As for [`Readers::caller`].
    pub(crate) fn admitted(&self, headers: &HeaderMap, now: TimeMs) -> Result<Admitted, Failure> {
        if let Auditors::Everybody = self.auditors {
            return Ok(Admitted { caller: Caller::Auditor, until_ms: None });
        }
        let token = self.checked_token(token_text(headers)?)?;
        if token.is_over(now) {
            return Err(Admitted::over());
        }
        let ReadToken { account, public_key, until_ms, .. } = *token;
        let is_own = Address::of_key(&public_key) == account;
        Ok(match self.auditors.with_key(&public_key, now).filter(|_| is_own) {
            Some(auditor) => Admitted { caller: Caller::Auditor, until_ms: Some(until_ms.min(auditor.until_ms)) },
            None => Admitted { caller: Caller::Reader(Reader { account, public_key }), until_ms: Some(until_ms) },
        })
    }

    /// Whoever asks for a change at a time, with a token that was made for it: one that ends soon. It is asked for
    /// where the ledger is open, too.
    ///
    /// # Errors
    /// As for [`Readers::caller`], and with a token that lasts longer.
    pub(crate) fn fresh(&self, headers: &HeaderMap, now: TimeMs) -> Result<Reader, Failure> {
        let token = self.checked_token(token_text(headers)?)?;
        if token.is_over(now) {
            return Err(Admitted::over());
        }
        if token.until_ms > now.plus_ms(FRESH_MS) {
            let detail = "this changes something, which takes a token that ends within 5 minutes: make one for it";
            return Err(Failure::new(Kind::TokenNotFresh, detail));
        }
        Ok(Reader { account: token.account, public_key: token.public_key })
    }

    /// The token of a text, once its signature and its audience are right. The signature is checked once for as long as
    /// the token is remembered.
    fn checked_token(&self, text: &str) -> Result<Arc<ReadToken>, Failure> {
        if let Some(token) = self.lock().by_text.get(text) {
            return Ok(token.clone());
        }
        let invalid = |detail: String| Failure::new(Kind::TokenInvalid, detail);
        let signed: SignedReadToken = text.parse().map_err(|error| invalid(format!("this is {error}")))?;
        if !self.hosts.have(&signed.token.audience) {
            let detail = format!(
                "the token is for the host {}, which isn't one of this gateway's: make one for the host in its \
                 address, or tell its operator to list that in node.toml",
                signed.token.audience
            );
            return Err(invalid(detail));
        }
        if !signed.holds(&self.chain) {
            return Err(invalid("the token isn't signed by its key for this network".to_owned()));
        }
        let token = Arc::new(signed.token);
        self.lock().remember(text.into(), token.clone());
        Ok(token)
    }

    /// The two collections agree after every statement that can panic.
    fn lock(&self) -> MutexGuard<'_, Checked> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Checked {
    fn remember(&mut self, text: Arc<str>, token: Arc<ReadToken>) {
        if self.by_text.insert(text.clone(), token).is_some() {
            return;
        }
        self.texts.push_back(text);
        if self.texts.len() > TOKENS_MAX
            && let Some(oldest) = self.texts.pop_front()
        {
            self.by_text.remove(&oldest);
        }
    }
}

/// The text of the one token in the head of a request.
fn token_text(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        let detail = "this is shown to those who may read it: send a token of yours as Authorization: Bearer; `lojal \
                      token` prints one";
        return Err(Failure::new(Kind::TokenMissing, detail));
    };
    let text = value.to_str().ok().and_then(|text| text.strip_prefix(SCHEME)).filter(|_| values.next().is_none());
    text.ok_or_else(|| Failure::new(Kind::TokenInvalid, "send one header, Authorization: Bearer, a blank and a token"))
}

#[cfg(test)]
mod tests {
    use lojal_types::{Audience, KeyPair};

    use super::*;

    const CHAIN: ChainId = ChainId::new([7; 32]);

    fn readers() -> Readers {
        let audience: Audience = "gateway.example.org".parse().expect("a host");
        Readers::new(CHAIN, Hosts::Named(vec![audience]), Auditors::default())
    }

    fn token(number: u64) -> String {
        let key = KeyPair::from_seed(&[1; 32]);
        let audience = "gateway.example.org".parse().expect("a host");
        let until_ms = TimeMs::default().plus_ms(number);
        ReadToken { account: key.address(), public_key: key.public_key(), audience, until_ms }
            .sign(&CHAIN, &key)
            .to_string()
    }

    #[test]
    fn so_many_tokens_are_remembered_and_no_more() {
        let readers = readers();
        for number in 0..20 {
            readers.checked_token(&token(number)).expect("a good token");
            readers.checked_token(&token(number)).expect("a good token");
        }
        let known = |checked: &Checked| (checked.texts.len(), checked.by_text.len());
        assert_eq!(known(&readers.lock()), (20, 20));
        let mut checked = Checked::default();
        let one = readers.checked_token(&token(0)).expect("a good token");
        for number in 0..=TOKENS_MAX {
            checked.remember(number.to_string().into(), one.clone());
        }
        assert_eq!(known(&checked), (TOKENS_MAX, TOKENS_MAX));
        assert!(!checked.by_text.contains_key("0") && checked.by_text.contains_key("1"));
    }
}
