//! Everything that a request can reach: the parts of the node, those who wait, the counters, the limited places, the
//! timeouts.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use lojal_consensus::{Condition, Life, Mempool, Metrics, clock};
use lojal_http::tls::Tls;
use lojal_ledger::{Missing, View};
use lojal_network::Network;
use lojal_store::Store;
use lojal_types::{Address, ChainId, Height, Versions};
use lojal_web::{Pages, Site};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::access::{Access, Hosts};
use crate::boards::Boards;
use crate::books::Books;
use crate::clients::{Client, Place};
use crate::decoded::Decoded;
use crate::finality::Finality;
use crate::followers::Followers;
use crate::limits;
use crate::metrics::requests::Requests;
use crate::origin::Origins;
use crate::places::{Places, Pool};
use crate::problem::{Failure, Kind};
use crate::proxies::Proxies;
use crate::push::registry::{PushSettings, Pushes};
use crate::rates::{Payer, Rate, Rates};
use crate::readers::{Caller, Readers};
use crate::rights::is_of_ledger;
use crate::seals::Seals;
use crate::sending::Pauses;
use crate::streams::Streams;
use crate::webhooks::registry::{Registry, WebhookSettings};

/// The parts of a node that the gateway shows.
#[derive(Clone)]
pub struct Gateway {
    /// Committed state and blocks.
    pub store: Store,
    /// Transactions that wait for a block.
    pub mempool: Mempool,
    /// The peers.
    pub network: Network,
    /// The counters of consensus.
    pub metrics: Metrics,
    /// Gives the node's signs of life, if it has a key.
    pub life: Option<Life>,
    /// The node's validator address, if it has a vote.
    pub validator: Option<Address>,
    /// The node's condition.
    pub condition: watch::Receiver<Condition>,
    /// Addresses of reverse proxies, which alone are believed when they say whose requests they pass on.
    pub proxies: Vec<IpAddr>,
    /// The hosts that tokens may be for, and the auditors.
    pub access: Access,
    /// The websites whose pages may ask this gateway in their visitors' browsers; `*` for all.
    pub origins: Vec<HeaderValue>,
    /// The rate at which one client may ask; without one, as often as it likes.
    pub rate: Option<Rate>,
    /// Most streams of events at once.
    pub streams: usize,
    /// The place of the webhooks, and where they may lead.
    pub webhooks: WebhookSettings,
    /// The way to members' browsers, if pushes are sent.
    pub push: Option<PushSettings>,
    /// The certificate with which clients are served; without one, without TLS.
    pub tls: Option<Arc<Tls>>,
    /// The versions of the protocol that the node's program knows.
    pub versions: Versions,
    /// The pages that are served to browsers.
    pub web: Vec<Pages>,
    /// The version of the node's program.
    pub version: &'static str,
}

/// Everything that a request can reach.
pub(crate) struct App {
    pub(crate) gateway: Gateway,
    pub(crate) finality: Finality,
    pub(crate) followers: Followers,
    pub(crate) books: Books,
    pub(crate) boards: Boards,
    pub(crate) streams: Streams,
    pub(crate) decoded: Decoded,
    pub(crate) seals: Seals,
    pub(crate) webhooks: Arc<Registry>,
    /// Those of members' browsers, if pushes are sent.
    pub(crate) pushes: Option<Arc<Pushes>>,
    pub(crate) requests: Requests,
    pub(crate) origins: Origins,
    pub(crate) readers: Readers,
    pub(crate) site: Site,
    rates: Option<Rates>,
    /// Places for large answers that are made or sent, and for large submissions that are read.
    pub(crate) places: Places,
    /// The beginning of the ids of requests, another one in each run, and their number.
    run: [u8; 4],
    asked: AtomicU64,
    /// Places for [`App::blocking`].
    work: Arc<Semaphore>,
    pub(crate) timeouts: Timeouts,
}

/// Every wait of the server; tests shorten them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    pub(crate) head: Duration,
    pub(crate) body: Duration,
    pub(crate) request: Duration,
    /// The longest time that a client may take nothing of its answer, or lag behind the least rate.
    pub(crate) lag: Duration,
    pub(crate) connection: Duration,
    pub(crate) shutdown: Duration,
    pub(crate) commit: Duration,
    /// The longest wait for the first block of a network that has just begun.
    pub(crate) first_block: Duration,
    pub(crate) place: Duration,
    pub(crate) heartbeat: Duration,
    /// Those between attempts to send an event to a webhook or a browser.
    pub(crate) pauses: Pauses,
    /// The longest wait for the receiver of a webhook, or for a push service.
    pub(crate) receiver: Duration,
    /// The time after which the files of the certificate are looked at again.
    pub(crate) certificate: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: limits::HEAD_TIMEOUT,
            body: limits::BODY_TIMEOUT,
            request: limits::REQUEST_TIMEOUT,
            lag: limits::ANSWER_LAG_MAX,
            connection: limits::CONNECTION_TIME_MAX,
            shutdown: limits::SHUTDOWN_TIMEOUT,
            commit: limits::COMMIT_WAIT,
            first_block: limits::FIRST_BLOCK_WAIT,
            place: limits::PLACE_TIMEOUT,
            heartbeat: limits::HEARTBEAT,
            pauses: limits::WEBHOOK_PAUSES,
            receiver: limits::WEBHOOK_TIMEOUT,
            certificate: limits::CERTIFICATE_CHECK,
        }
    }
}

impl Gateway {
    /// The node's validator, if it decides the next block: one that was voted out, or isn't in yet, is none.
    pub(crate) fn deciding(&self) -> Option<Address> {
        let view = self.store.view();
        self.validator.filter(|address| view.validators().get(address).is_some())
    }
}

impl App {
    /// Everything of a gateway that listens at an address.
    pub(crate) fn new(gateway: Gateway, timeouts: Timeouts, listening: SocketAddr) -> Self {
        let origins = Origins::new(Proxies::new(gateway.proxies.clone()));
        let rates = gateway.rate.map(Rates::new);
        let Access { hosts, auditors } = gateway.access.clone();
        let chain = gateway.store.genesis().chain_id();
        let readers = Readers::new(chain, Hosts::new(hosts, listening), auditors);
        let site = Site::new(&gateway.web);
        let (streams, webhooks) = (gateway.streams, Arc::new(Registry::open(gateway.webhooks.clone())));
        let pushes = gateway.push.clone().map(|settings| Arc::new(Pushes::open(settings, timeouts.receiver)));
        Self {
            gateway,
            finality: Finality::default(),
            followers: Followers::default(),
            books: Books::default(),
            boards: Boards::default(),
            streams: Streams::default(),
            decoded: Decoded::default(),
            seals: Seals::default(),
            webhooks,
            pushes,
            requests: Requests::default(),
            origins,
            readers,
            site,
            rates,
            places: Places::of_gateway().with_streams(streams),
            run: RandomState::new().hash_one(listening).to_le_bytes()[..4].try_into().expect("four of eight"),
            asked: AtomicU64::new(0),
            work: Arc::new(Semaphore::new(limits::WORK_MAX)),
            timeouts,
        }
    }
    /// Counts a request of a client; answers with the headers that say how many more there can be. Whoever has a token
    /// of an account of the ledger pays from its own, others from that of their network; this machine, proxies
    /// themselves and auditors that are listed from none.
    ///
    /// # Errors
    /// When there were too many.
    pub(crate) fn spend(&self, client: &Client, route: &str, request: &Request) -> Result<HeaderMap, Failure> {
        let Some(rates) = &self.rates else { return Ok(HeaderMap::new()) };
        let Some(network) = client.network().filter(|network| !network.is_own()) else { return Ok(HeaderMap::new()) };
        let has_token = request.headers().contains_key(header::AUTHORIZATION);
        let is_told = has_token && !self.readers.are_everybody();
        let caller = is_told.then(|| self.readers.caller(request.headers(), clock::now()).ok()).flatten();
        let payer = match caller {
            Some(Caller::Auditor) => return Ok(HeaderMap::new()),
            Some(Caller::Reader(reader)) if is_of_ledger(&self.gateway.store.view(), &reader) => {
                Payer::Account(reader.account)
            }
            _ => Payer::Network(network),
        };
        rates.spend(payer, route, request.method())
    }
    /// An id for a request that has none.
    pub(crate) fn next_request_id(&self) -> String {
        format!("{}-{:x}", hex::encode(self.run), self.asked.fetch_add(1, Ordering::Relaxed))
    }
    /// The kind of network, which says the prefix of addresses.
    pub(crate) fn network(&self) -> lojal_types::NetworkKind {
        self.gateway.store.genesis().network()
    }
    /// The network's id.
    pub(crate) fn chain(&self) -> ChainId {
        self.gateway.store.genesis().chain_id()
    }
    /// Waits a moment for a place for a large request of a client.
    pub(crate) async fn place(&self, pool: Pool, client: &Client) -> Result<Place, Failure> {
        timeout(self.timeouts.place, client.place(pool, &self.places)).await.map_err(|_| busy())
    }
    /// Waits a moment for the first block, before which nothing can be proven, if there is none yet.
    pub(crate) async fn await_first_block(&self) {
        let has_none = || self.gateway.store.view().tip().height == Height::GENESIS;
        if !has_none() {
            return;
        }
        let mut blocks = self.gateway.store.subscribe();
        // It may have come just before.
        if has_none() {
            // Whoever asks is told that there is none, if none came.
            let _ = timeout(self.timeouts.first_block, blocks.recv()).await;
        }
    }
    /// Asks the state after the last block a question; away from the threads that serve connections if pages have to be
    /// read from disk for it.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl Fn(&View) -> Result<T, Missing> + Send + 'static,
    ) -> Result<T, Failure> {
        if let Ok(answer) = question(&self.gateway.store.view()) {
            return Ok(answer);
        }
        let store = self.gateway.store.clone();
        self.blocking(move || Ok(store.read(question)?)).await
    }
    /// Does work that waits for the disk or takes long, away from the threads that serve connections; only so much of
    /// it at once.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let place = timeout(self.timeouts.place, self.work.clone().acquire_owned()).await;
        let place = place.ok().and_then(Result::ok).ok_or_else(busy)?;
        // The place goes with the work, which goes on when its client is gone.
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request was cut off");
            Err(Failure::internal())
        })
    }
}

fn busy() -> Failure {
    Failure::new(Kind::Busy, "too many large requests at once; try again in a moment, or elsewhere")
}
