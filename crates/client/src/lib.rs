//! A typed client of the gateway: one method per route, blocking, with a limit on every wait and every answer.
//!
//! ```no_run
//! let client = lojal_client::Client::new("http://127.0.0.1:8080")?;
//! println!("block {}", client.status()?.height);
//! # Ok::<(), lojal_client::ClientError>(())
//! ```

mod accounts;
mod claims;
mod error;
mod events;
mod governance;
mod host;
mod light;
mod lists;
mod pairs;
mod presentation;
mod proven;
mod receipts;
mod references;
mod roots;
mod simulation;
mod webhooks;

use std::fmt;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lojal_types::{
    Address, Audience, BrandId, ChainId, Day, Height, KeyPair, ReadToken, Reference, SignedReadToken,
    SignedTransaction, TimeMs, TransactionId, api,
};
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::{Response, StatusCode, Uri};

pub use claims::{Claimed, ClaimingKey};
pub use error::ClientError;
pub use events::{Events, EventsOf, Told};
pub use lists::BrandFilter;
/// A receipt that holds by the genesis document alone, and the reasons that one doesn't.
pub use lojal_chain::{InclusionError, ReceiptTextError, SavedReceipt, TransactionProof};
pub use lojal_chain::{Pin, SetChange};
pub use presentation::{
    PRESENTATION_BYTES_MAX, PRESENTATION_MS_MAX, Presentation, PresentationError, PresentationTextError, Presented,
    StandingProof, Statement,
};
pub use proven::{Seal, Unproven, Verified, Verifier};

use host::{audience_of, is_this_machine};

/// Longest wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest rest of a connection before it is used again; gateways close them after 10 s.
pub const IDLE_MAX: Duration = Duration::from_secs(5);
/// Longest wait for the whole answer to a question.
pub const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the whole answer when the gateway itself waits, at most 30 s, for a final block.
pub const COMMIT_TIMEOUT: Duration = Duration::from_secs(35);
/// Longest wait for one piece of an export.
pub const EXPORT_TIMEOUT: Duration = Duration::from_secs(300);
/// Largest answer in JSON or text, in bytes: a full block of 4 MiB is about four times that as JSON.
pub const ANSWER_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Largest piece of an export, in bytes.
pub const EXPORT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest file of the pages, in bytes.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The code of a gateway's answer to a path that it doesn't know.
const UNKNOWN_ROUTE: &str = "unknown_route";
/// The code of a gateway that a client asks more than it may.
const RATE_LIMITED: &str = "rate_limited";
/// The number of times that such a gateway is asked again.
const RATE_ATTEMPTS: u32 = 10;
/// The pause before each of them: a second gives back what most questions cost.
const RATE_PAUSE: Duration = Duration::from_secs(1);
/// Most changes of the validators that are followed to one header: one a week for twenty years.
pub const FOLLOWED_MAX: usize = lojal_chain::inclusion::CHANGES_MAX;
/// Longest address of a gateway, in bytes.
pub const URL_BYTES_MAX: usize = 2048;

/// A gateway, by its address. Clones share the token that says who reads.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    url: String,
    audience: Audience,
    token: Arc<Mutex<Option<String>>>,
    /// Longest wait for the answer to a question.
    patience: Duration,
}

/// Without the token, which is for the gateway alone.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the gateway at `url`, such as `https://gateway.example.org`. Nothing is sent yet.
    ///
    /// Proxies come from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), but for this machine's own
    /// addresses. A gateway's certificate must come from an authority that browsers believe, or from one of those in
    /// the file that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// [`ClientError::Authorities`] when that file can't be used, and
    /// [`ClientError::InvalidUrl`] for anything but `http://` or `https://`, a host, and perhaps a port and a path.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let invalid = |reason| ClientError::InvalidUrl { url: url.to_owned(), reason };
        if url.len() > URL_BYTES_MAX {
            return Err(invalid("it is too long"));
        }
        let uri: Uri = url.parse().map_err(|_| invalid("it can't be read"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(invalid("it doesn't start with http:// or https://"));
        }
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(invalid("it names no host"))?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(invalid("it holds a user name, which gateways don't take"));
        }
        if uri.query().is_some() || url.contains('#') {
            return Err(invalid("it has something after the path"));
        }
        let audience = audience_of(host).ok_or(invalid("its host is none"))?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_age(IDLE_MAX)
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .tls_config(roots::from_environment()?)
            .user_agent(concat!("lojal-client/", env!("CARGO_PKG_VERSION")));
        let mut url = url.trim_end_matches('/').to_owned();
        if is_this_machine(host) {
            config = config.proxy(None);
            // Resolvers know "localhost", and not all of them its absolute form.
            url = url.replacen(host, host.trim_end_matches('.'), 1);
        }
        Ok(Self { agent: config.build().into(), url, audience, token: Arc::default(), patience: READ_TIMEOUT })
    }
    /// The same, which waits for the answer to a question as long as this; [`READ_TIMEOUT`] unless it is said.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
    /// The gateway's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host that tokens for this gateway are for.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }
    /// Says from now on who reads, with each question; nobody without a token.
    pub fn set_token(&self, token: Option<&SignedReadToken>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token.map(SignedReadToken::to_string);
    }
    /// Reads from now on as an account, whose key signs for that here: the token is good until a time.
    pub fn read_as(&self, chain: &ChainId, account: Address, key: &KeyPair, until_ms: TimeMs) {
        let token = ReadToken { account, public_key: key.public_key(), audience: self.audience.clone(), until_ms };
        self.set_token(Some(&token.sign(chain, key)));
    }

    /// True if what is asked and answered goes over a network without encryption, where others can read and change it.
    pub fn is_exposed(&self) -> bool {
        let uri: Option<Uri> = self.url.parse().ok();
        uri.is_some_and(|uri| uri.scheme_str() == Some("http") && !uri.host().is_some_and(is_this_machine))
    }

    /// `GET /v1/status`: which network, and how far it has come.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn status(&self) -> Result<api::Status, ClientError> {
        self.get_json("/v1/status", &[])
    }
    /// `GET /readyz`: returns when the node has caught up with its network.
    ///
    /// # Errors
    /// [`ClientError::Problem`] while it hasn't; others: see [`ClientError`].
    pub fn ready(&self) -> Result<(), ClientError> {
        self.get("/readyz", &[], READ_TIMEOUT, ANSWER_BYTES_MAX).map(|_| ())
    }
    /// `GET /v1/genesis`: the genesis document as TOML. Whoever trusts it must have its chain id from elsewhere.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn genesis(&self) -> Result<String, ClientError> {
        let (status, bytes) = self.get("/v1/genesis", &[], READ_TIMEOUT, ANSWER_BYTES_MAX)?;
        String::from_utf8(bytes).map_err(|_| self.unexpected(status, "the genesis document is no text".into()))
    }
    /// A file of the pages that the gateway serves to browsers, by its path, such as `/wallet/`; none if there is no
    /// such file.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn file(&self, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
        match self.get(path, &[], READ_TIMEOUT, FILE_BYTES_MAX) {
            Ok((_, bytes)) => Ok(Some(bytes)),
            Err(ClientError::Unexpected { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
    /// `GET /v1/brands`: all brands.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn brands(&self) -> Result<api::Brands, ClientError> {
        self.get_json("/v1/brands", &[])
    }
    /// `GET /v1/brands/{id}`: one brand.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_brand`; others: see [`ClientError`].
    pub fn brand(&self, id: &BrandId) -> Result<api::Brand, ClientError> {
        let brand: api::Brand = self.get_json(&format!("/v1/brands/{id}"), &[])?;
        self.expect(brand.id == *id, brand)
    }
    /// `GET /v1/payments/{reference}`: what has answered a till's request; found sooner by the request's day.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` if nothing has; others: see [`ClientError`].
    pub fn payment(&self, reference: &Reference, dated: Option<Day>) -> Result<api::Payment, ClientError> {
        self.get_dated(&format!("/v1/payments/{reference}"), dated)
    }
    /// `GET /v1/transactions/{id}`: a transaction and what became of it.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_transaction` if it is neither waiting nor on the ledger;
    /// [`ClientError::Unexpected`] if the answer is about another transaction.
    pub fn transaction(&self, id: &TransactionId) -> Result<api::TransactionStatus, ClientError> {
        let status: api::TransactionStatus = self.get_json(&format!("/v1/transactions/{id}"), &[])?;
        self.expect(status.id == *id, status)
    }
    /// `POST /v1/transactions`: submits a transaction. With `wait`, the answer comes when it is final, or says that
    /// it is still waiting after the gateway's limit.
    ///
    /// # Errors
    /// [`ClientError::Problem`] when it was refused. After [`ClientError::Interrupted`] and
    /// [`ClientError::Unexpected`] nobody knows yet whether the gateway has it: ask by its id.
    pub fn submit(&self, signed: &SignedTransaction, wait: bool) -> Result<api::TransactionStatus, ClientError> {
        self.post("/v1/transactions", wait, &signed.encode())
    }
    /// `POST /v1/transactions/batch`: submits many transactions, each accepted or refused on its own.
    ///
    /// # Errors
    /// As for [`Client::submit`].
    pub fn submit_batch(&self, signed: &[SignedTransaction], wait: bool) -> Result<api::BatchAnswer, ClientError> {
        let bytes = borsh::to_vec(signed).expect("writing to memory can't fail");
        self.post("/v1/transactions/batch", wait, &bytes)
    }
    /// `GET /v1/blocks/{height}`: a block.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn block(&self, height: Height) -> Result<api::Block, ClientError> {
        self.get_json(&format!("/v1/blocks/{height}"), &[])
    }
    /// `GET /v1/blocks/latest`: the last final block.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn latest_block(&self) -> Result<api::Block, ClientError> {
        self.get_json("/v1/blocks/latest", &[])
    }
    /// `GET /v1/export`: up to `limit` blocks from height `from` on with their certificates, as bytes for an auditor.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn export(&self, from: Height, limit: u32) -> Result<Vec<u8>, ClientError> {
        let (from, limit) = (from.to_string(), limit.to_string());
        let query = [("from", from.as_str()), ("limit", limit.as_str())];
        Ok(self.get("/v1/export", &query, EXPORT_TIMEOUT, EXPORT_BYTES_MAX)?.1)
    }

    fn get_dated<T: DeserializeOwned>(&self, path: &str, dated: Option<Day>) -> Result<T, ClientError> {
        let dated = dated.map(|day| day.to_string());
        let query = dated.as_deref().map(|day| ("dated", day));
        self.get_json(path, query.as_slice())
    }
    fn get_json<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ClientError> {
        let (status, bytes) = self.get(path, query, self.patience, ANSWER_BYTES_MAX)?;
        self.parse(status, &bytes)
    }
    fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        timeout: Duration,
        bytes_max: u64,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        self.patiently(|| self.get_once(path, query, timeout, bytes_max))
    }
    /// The answer to a question. A gateway that has been asked too much for a moment is asked again a little later.
    fn patiently<T>(&self, ask: impl Fn() -> Result<T, ClientError>) -> Result<T, ClientError> {
        for _ in 0..RATE_ATTEMPTS {
            match ask() {
                Err(error) if error.is_problem(RATE_LIMITED) => std::thread::sleep(RATE_PAUSE),
                answer => return answer,
            }
        }
        ask()
    }
    /// The header that says who reads, if anybody is said to.
    fn authorization(&self) -> Option<String> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().map(|token| format!("Bearer {token}"))
    }
    fn get_once(
        &self,
        path: &str,
        query: &[(&str, &str)],
        timeout: Duration,
        bytes_max: u64,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let mut request = self.agent.get(format!("{}{path}", self.url)).query_pairs(query.iter().copied());
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", authorization);
        }
        let answer = request.config().timeout_global(Some(timeout)).build().call();
        self.receive(answer, bytes_max)
    }
    fn post<T: DeserializeOwned>(&self, path: &str, wait: bool, body: &[u8]) -> Result<T, ClientError> {
        let mut request = self.agent.post(format!("{}{path}", self.url)).content_type("application/octet-stream");
        if wait {
            request = request.query("wait", "committed");
        }
        let timeout = if wait { COMMIT_TIMEOUT } else { READ_TIMEOUT };
        let answer = request.config().timeout_global(Some(timeout)).build().send(body);
        let (status, bytes) = self.receive(answer, ANSWER_BYTES_MAX)?;
        self.parse(status, &bytes)
    }
    fn receive(
        &self,
        answer: Result<Response<ureq::Body>, ureq::Error>,
        bytes_max: u64,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let answer = answer.map_err(|error| ClientError::of_transport(&self.url, &error))?;
        let status = answer.status();
        // The bound is on what is kept: an answer may come compressed.
        let mut bytes = Vec::new();
        let mut body = answer.into_body().into_reader().take(bytes_max + 1);
        body.read_to_end(&mut bytes)
            .map_err(|error| ClientError::Interrupted { url: self.url.clone(), reason: error.to_string() })?;
        if bytes.len() as u64 > bytes_max {
            return Err(self.unexpected(status, format!("it is longer than {bytes_max} bytes")));
        }
        if status.is_success() {
            return Ok((status, bytes));
        }
        match serde_json::from_slice(&bytes) {
            Ok(problem) => Err(self.refused(problem)),
            Err(_) => Err(self.unexpected(status, "it is no problem document".into())),
        }
    }
    fn parse<T: DeserializeOwned>(&self, status: StatusCode, bytes: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(bytes).map_err(|error| self.unexpected(status, error.to_string()))
    }
    fn expect<T>(&self, is_asked_for: bool, answer: T) -> Result<T, ClientError> {
        if is_asked_for {
            return Ok(answer);
        }
        Err(self.unexpected(StatusCode::OK, "it is about something else than was asked for".into()))
    }
    fn refused(&self, problem: api::Problem) -> ClientError {
        if problem.code != UNKNOWN_ROUTE {
            return ClientError::Problem(Box::new(problem));
        }
        let has_path = self.url.parse().is_ok_and(|uri: Uri| uri.path() != "/");
        match StatusCode::from_u16(problem.status) {
            _ if has_path => ClientError::WrongPath { url: self.url.clone() },
            status => {
                let reason = "it doesn't know this question: it is older or newer than this program";
                self.unexpected(status.unwrap_or(StatusCode::NOT_FOUND), reason.into())
            }
        }
    }
    fn unexpected(&self, status: StatusCode, reason: String) -> ClientError {
        ClientError::Unexpected { url: self.url.clone(), status: status.as_u16(), reason }
    }
}

#[cfg(test)]
mod tests;
