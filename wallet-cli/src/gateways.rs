//! Several gateways to one network: the next one is asked when one can't answer.

use std::cell::Cell;
use std::sync::Arc;

use lojal_client::{Client, ClientError};
use lojal_types::activity::HistoryFault;
use lojal_types::api::TransactionStatus;
use lojal_types::{Address, AddressText, Audience, ChainId, KeyPair, NetworkKind, SignedReadToken, TimeMs, api};
use thiserror::Error;

use crate::clock;
use crate::home::{Home, HomeError};
use crate::tokens::{self, Tokens, TokensError};

/// A reason no gateway answered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GatewaysError {
    /// The only gateway, or the one that decided, answered with this.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A gateway serves another network.
    #[error(
        "{url} serves network {found}, but this wallet belongs to network {expected}: use another gateway or another \
         --home"
    )]
    WrongNetwork {
        /// The gateway.
        url: String,
        /// Its network.
        found: ChainId,
        /// The network of the wallet's genesis document.
        expected: ChainId,
    },
    /// There is no token to say who reads.
    #[error(transparent)]
    Token(NoToken),
    /// None of several gateways answered.
    #[error(
        "none of the gateways answered:\n{}",
        .0.iter().map(|error| format!("  {error}")).collect::<Vec<_>>().join("\n")
    )]
    All(Vec<ClientError>),
}

/// The reason there is no token.
#[derive(Clone, Debug, Error)]
#[error(transparent)]
pub struct NoToken(Arc<TokensError>);

impl NoToken {
    /// The reason.
    pub fn reason(&self) -> &TokensError {
        &self.0
    }
}
/// Two are one if they say the same.
impl PartialEq for NoToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}
impl Eq for NoToken {}

impl From<TokensError> for GatewaysError {
    fn from(error: TokensError) -> Self {
        Self::Token(NoToken(Arc::new(error)))
    }
}

/// One gateway, asked for its network before anything else.
#[derive(Debug)]
pub struct Gateway {
    client: Client,
    expected: Option<ChainId>,
    is_checked: Cell<bool>,
}

impl Gateway {
    /// Its address.
    pub fn url(&self) -> &str {
        self.client.url()
    }
    /// The host that tokens for it are for.
    pub fn audience(&self) -> &Audience {
        self.client.audience()
    }
    /// Reads from now on as an account whose key is at hand, with a token that isn't kept.
    pub fn read_as(&self, chain: &ChainId, account: Address, key: &KeyPair, until_ms: TimeMs) {
        self.client.read_as(chain, account, key, until_ms);
    }
    /// Tells whether questions and answers go over a network without encryption.
    pub fn is_exposed(&self) -> bool {
        self.client.is_exposed()
    }
    /// Its status, once it is certain that it serves the right network.
    ///
    /// # Errors
    /// [`GatewaysError::WrongNetwork`], or what the client says.
    pub fn status(&self) -> Result<api::Status, GatewaysError> {
        let status = self.client.status()?;
        let found = status.chain_id;
        match self.expected {
            Some(expected) if expected != found => {
                Err(GatewaysError::WrongNetwork { url: self.url().to_owned(), found, expected })
            }
            _ => {
                self.is_checked.set(true);
                Ok(status)
            }
        }
    }
    /// The client, once it is certain that the gateway serves the right network.
    ///
    /// # Errors
    /// As for [`Gateway::status`].
    pub fn client(&self) -> Result<&Client, GatewaysError> {
        if self.expected.is_some() && !self.is_checked.get() {
            self.status()?;
        }
        Ok(&self.client)
    }
    /// A page of an account's history, checked as far as it can be by itself: [`Client::history`] checks that it folds,
    /// and this that each transaction has the id that it is listed with.
    ///
    /// # Errors
    /// [`ClientError::Untrue`] if the page contradicts itself; others as for [`Gateway::status`].
    pub fn history(
        &self,
        address: &AddressText,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<api::History, GatewaysError> {
        let page = self.client()?.history(address, limit, cursor)?;
        let chain = self.expected.map_or_else(|| self.status().map(|status| status.chain_id), Ok)?;
        let other = page.transactions.iter().find(|status| !has_its_id(status, &chain, address.network()));
        match other.and_then(|status| status.activity) {
            Some(number) => Err(self.client.untrue(address, HistoryFault::Content { number }).into()),
            None => Ok(page),
        }
    }
}

/// True if a transaction is the one of its id.
fn has_its_id(status: &TransactionStatus, chain: &ChainId, network: NetworkKind) -> bool {
    let canonical = status.transaction.clone().and_then(|signed| signed.to_canonical(network).ok());
    canonical.is_some_and(|signed| signed.transaction.id(chain) == status.id)
}

/// The gateways of a wallet, the preferred one first, and the tokens with which it reads at them.
#[derive(Debug)]
pub struct Gateways {
    all: Vec<Gateway>,
    tokens: Option<Tokens>,
}

impl Gateways {
    /// Clients of the gateways at `urls`; with `expected`, each of them must serve that network.
    ///
    /// # Errors
    /// When a URL is none.
    pub fn new(urls: &[String], expected: Option<ChainId>) -> Result<Self, ClientError> {
        let gateway = |url: &String| Ok(Gateway { client: Client::new(url)?, expected, is_checked: Cell::new(false) });
        Ok(Self { all: urls.iter().map(gateway).collect::<Result<_, _>>()?, tokens: None })
    }
    /// The same for a wallet, which reads with the tokens that it keeps, and makes others when a gateway asks for them.
    pub fn read_by(mut self, home: &Home, tokens: Tokens) -> Self {
        if let Ok(now) = clock::local_time() {
            let kept = tokens::kept(home);
            for gateway in &self.all {
                gateway.client.set_token(tokens::usable(&kept, gateway.client.audience(), now));
            }
        }
        self.tokens = Some(tokens);
        self
    }
    /// Makes tokens with a key of the wallet that is at hand, where there are none, or none that last. They are kept
    /// if it is the key of the home.
    ///
    /// # Errors
    /// When they can't be kept.
    pub fn renew(&self, home: &Home, key: &KeyPair) -> Result<(), HomeError> {
        let Ok(now) = clock::local_time() else { return Ok(()) };
        let is_own = key.public_key() == home.public_key();
        let kept = if is_own { tokens::kept(home) } else { Vec::new() };
        let mut old = self.audiences();
        old.retain(|audience| tokens::is_old(&kept, audience, now));
        let made = tokens::made(home, key, &old, now);
        self.use_tokens(&made);
        if is_own && !made.is_empty() { tokens::keep(home, &made) } else { Ok(()) }
    }
    /// The hosts of the gateways, each once.
    pub fn audiences(&self) -> Vec<Audience> {
        let mut audiences: Vec<Audience> = self.all.iter().map(|gateway| gateway.client.audience().clone()).collect();
        audiences.sort_unstable();
        audiences.dedup();
        audiences
    }
    /// Reads from now on with these tokens, as far as they are for these gateways.
    pub fn use_tokens(&self, made: &[SignedReadToken]) {
        for gateway in &self.all {
            let own = made.iter().find(|one| one.token.audience == *gateway.client.audience());
            if own.is_some() {
                gateway.client.set_token(own);
            }
        }
    }
    /// The gateways, the preferred one first.
    pub fn iter(&self) -> impl Iterator<Item = &Gateway> {
        self.all.iter()
    }
    /// Asks one gateway after the other until one answers. A gateway that understands and says no has answered, unless
    /// the trouble is its own; one that serves another network ends the search.
    ///
    /// # Errors
    /// The answer that ended the search, or why there was none.
    pub fn ask<T>(&self, question: impl Fn(&Gateway) -> Result<T, GatewaysError>) -> Result<T, GatewaysError> {
        self.ask_from(0, question)
    }
    /// The same, beginning with another gateway than the preferred one, by its number; the preferred ones come after
    /// the last.
    ///
    /// # Errors
    /// As for [`Gateways::ask`].
    pub fn ask_from<T>(
        &self,
        first: usize,
        question: impl Fn(&Gateway) -> Result<T, GatewaysError>,
    ) -> Result<T, GatewaysError> {
        let mut errors = Vec::new();
        let (before, after) = self.all.split_at(first.checked_rem(self.all.len()).unwrap_or(0));
        for gateway in after.iter().chain(before) {
            let mut answer = question(gateway);
            if let (Err(GatewaysError::Client(error)), Some(tokens)) = (&answer, &self.tokens)
                && asks_for_token(error)
            {
                self.use_tokens(&tokens.make(&self.audiences())?);
                answer = question(gateway);
            }
            match answer {
                Err(GatewaysError::Client(error)) if !is_answer(&error) => errors.push(error),
                answer => return answer,
            }
        }
        Err(none_answered(errors))
    }
}

/// Tells whether a gateway wants to know who reads.
pub fn asks_for_token(error: &ClientError) -> bool {
    ["token_missing", "token_invalid", "token_expired"].iter().any(|code| error.is_problem(code))
}

/// True if a gateway says that somebody may not read what they asked for.
pub fn is_not_permitted(error: &GatewaysError) -> bool {
    matches!(error, GatewaysError::Client(error) if error.is_problem("not_permitted"))
}

/// True if a gateway was caught saying what can't be true.
pub fn is_lie(error: &GatewaysError) -> bool {
    matches!(error, GatewaysError::Client(ClientError::Untrue { .. } | ClientError::Split { .. }))
}

/// True if no gateway could be reached: none of them has the question.
pub fn is_unreached(error: &GatewaysError) -> bool {
    match error {
        GatewaysError::Client(error) => is_without_connection(error),
        GatewaysError::All(errors) => !errors.is_empty() && errors.iter().all(is_without_connection),
        GatewaysError::WrongNetwork { .. } | GatewaysError::Token(_) => false,
    }
}

/// True if there was no connection to one gateway, which certainly doesn't have the question.
pub fn is_without_connection(error: &ClientError) -> bool {
    matches!(error, ClientError::Unreachable { .. })
}

/// True if a gateway may know or prove in a moment what it doesn't now.
pub fn is_behind(error: &GatewaysError) -> bool {
    let is_one = |error: &ClientError| matches!(error, ClientError::Behind { .. });
    match error {
        GatewaysError::Client(error) => is_one(error),
        GatewaysError::All(errors) => errors.iter().any(is_one),
        GatewaysError::WrongNetwork { .. } | GatewaysError::Token(_) => false,
    }
}

/// True if the same question can be answered later, or by another gateway.
pub fn is_passing(error: &GatewaysError) -> bool {
    match error {
        GatewaysError::Client(error) => !is_answer(error),
        GatewaysError::All(_) => true,
        GatewaysError::WrongNetwork { .. } | GatewaysError::Token(_) => false,
    }
}

/// Tells whether another gateway would say the same: not after a timeout (408), under load (429), or with a fault
/// (5xx).
fn is_answer(error: &ClientError) -> bool {
    match error {
        ClientError::Problem(problem) => matches!(problem.status, 400..=407 | 409..=428 | 430..=499),
        // Whoever catches a gateway lying should hear of it.
        ClientError::InvalidUrl { .. }
        | ClientError::Authorities { .. }
        | ClientError::Untrue { .. }
        | ClientError::Split { .. } => true,
        // The pin is wrong, or the gateway: somebody has to find out.
        ClientError::NotPinned { .. } => true,
        ClientError::Unreachable { .. }
        | ClientError::Interrupted { .. }
        | ClientError::Unexpected { .. }
        | ClientError::Behind { .. }
        | ClientError::TooManyChanges { .. }
        | ClientError::WrongPath { .. } => false,
    }
}

pub(crate) fn none_answered(mut errors: Vec<ClientError>) -> GatewaysError {
    match errors.len() {
        1 => GatewaysError::Client(errors.remove(0)),
        _ => GatewaysError::All(errors),
    }
}
