//! Several gateways to one network: the next one is asked when one can't answer.

use std::cell::Cell;

use lojal_client::{Client, ClientError};
use lojal_types::activity::HistoryFault;
use lojal_types::api::TransactionStatus;
use lojal_types::{AddressText, ChainId, NetworkKind, api};
use thiserror::Error;

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
    /// None of several gateways answered.
    #[error(
        "none of the gateways answered:\n{}",
        .0.iter().map(|error| format!("  {error}")).collect::<Vec<_>>().join("\n")
    )]
    All(Vec<ClientError>),
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

/// The gateways of a wallet, the preferred one first.
#[derive(Debug)]
pub struct Gateways(Vec<Gateway>);

impl Gateways {
    /// Clients of the gateways at `urls`; with `expected`, each of them must serve that network.
    ///
    /// # Errors
    /// When a URL is none.
    pub fn new(urls: &[String], expected: Option<ChainId>) -> Result<Self, ClientError> {
        let gateway = |url: &String| Ok(Gateway { client: Client::new(url)?, expected, is_checked: Cell::new(false) });
        urls.iter().map(gateway).collect::<Result<_, _>>().map(Self)
    }
    /// The gateways, the preferred one first.
    pub fn iter(&self) -> impl Iterator<Item = &Gateway> {
        self.0.iter()
    }
    /// Asks one gateway after the other until one answers. A gateway that understands and says no has answered, unless
    /// the trouble is its own; one that serves another network ends the search.
    ///
    /// # Errors
    /// The answer that ended the search, or why there was none.
    pub fn ask<T>(&self, question: impl Fn(&Gateway) -> Result<T, GatewaysError>) -> Result<T, GatewaysError> {
        let mut errors = Vec::new();
        for gateway in &self.0 {
            match question(gateway) {
                Err(GatewaysError::Client(error)) if !is_answer(&error) => errors.push(error),
                answer => return answer,
            }
        }
        Err(none_answered(errors))
    }
}

/// Tells whether another gateway would say the same: not after a timeout (408), under load (429), or with a fault
/// (5xx).
fn is_answer(error: &ClientError) -> bool {
    match error {
        ClientError::Problem(problem) => matches!(problem.status, 400..=407 | 409..=428 | 430..=499),
        // Whoever catches a gateway lying should hear of it.
        ClientError::InvalidUrl { .. } | ClientError::Untrue { .. } => true,
        ClientError::Unreachable { .. }
        | ClientError::Interrupted { .. }
        | ClientError::Unexpected { .. }
        | ClientError::WrongPath { .. } => false,
    }
}

pub(crate) fn none_answered(mut errors: Vec<ClientError>) -> GatewaysError {
    match errors.len() {
        1 => GatewaysError::Client(errors.remove(0)),
        _ => GatewaysError::All(errors),
    }
}
