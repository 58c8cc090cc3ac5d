//! A node with everything but consensus: blocks are committed by hand, as the execution thread does it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use lojal_chain::replay::commit;
use lojal_chain::{CommittedBlock, ExecutedBlock, propose};
use lojal_consensus::{Clock, Condition, Mempool, Metrics, SharedState, Workers, clock, share};
use lojal_network::{Event, Identity, Network, NetworkConfig};
use lojal_store::{Opened, Options, Store, Writer, archive};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Address, Bounded, Certificate, ChainId, CommitSignature, Genesis, GenesisDocument, Governance, Issue, KeyPair,
    Operation, Outcome, Parameters, Points, Policy, ReadToken, Reference, Roles, Signature, SignedTransaction, TimeMs,
    Transaction, TransactionId, Transfer, Validator, VerifiedTransaction, verify_all,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::http::{self, Answer};
use super::settings::push_settings;
use crate::access::Access;
use crate::app::{App, Gateway, Timeouts};
use crate::server::{GatewayError, Listeners, serve};
use crate::webhooks::registry::WebhookSettings;

pub(crate) use super::settings::Settings;

/// Members, by the seed of their key.
pub(crate) const ANNA: u8 = 1;
pub(crate) const BO: u8 = 2;
/// Operator of both brands.
pub(crate) const TILL: u8 = 11;
/// The one validator.
pub(crate) const VALIDATOR: u8 = 200;
/// The weight of its vote, which can be lowered again and again.
pub(crate) const POWER: u64 = 1_000;
/// The account that speaks for it.
pub(crate) const GOVERNOR: u8 = 210;

pub(crate) const SECOND_MS: u64 = 1_000;
pub(crate) const MINUTE_MS: u64 = 60_000;
pub(crate) const HOUR_MS: u64 = 60 * MINUTE_MS;

pub(crate) fn key(seed: u8) -> KeyPair {
    KeyPair::from_seed(&[seed; 32])
}

pub(crate) fn address(seed: u8) -> Address {
    key(seed).address()
}

/// A network of one validator and two brands, an hour old, that begins with a version of the protocol.
fn genesis(version: u32) -> Genesis {
    let operator = GenesisOperator {
        issue_daily_max: Some(Points::new(100_000)),
        ..GenesisOperator::new(key(TILL).public_key(), Roles::all())
    };
    let policy = Policy {
        expiry_months: Some(12),
        transfer_max: Points::new(1_000),
        transfer_daily_max: Some(Points::new(5_000)),
        tradeable: true,
        reversal_window_ms: HOUR_MS,
        ..Policy::open()
    };
    let brand =
        |id: &str| GenesisBrand::new(id.parse().expect("valid"), policy.clone(), Bounded::from([operator.clone()]));
    let validator = Validator {
        name: "one".parse().expect("valid"),
        public_key: key(VALIDATOR).public_key(),
        network_key: key(VALIDATOR + 1).public_key(),
        power: POWER,
    };
    let hour_ago = TimeMs::new(clock::now().get() - HOUR_MS).expect("in range");
    let document = GenesisDocument {
        governance: Governance { version, ..Governance::of([&validator], |_| key(GOVERNOR).public_key()) },
        parameters: Parameters { recovery_delay_ms: SECOND_MS, ..Parameters::standard() },
        settlement_currency: Some("SEK".parse().expect("valid")),
        validators: Bounded::from([validator]),
        brands: Bounded::from([brand("nordmat"), brand("kaffet")]),
        ..GenesisDocument::empty("test".parse().expect("valid"), hour_ago)
    };
    Genesis::new(document).expect("the document keeps the rules")
}

/// The parts that the execution thread owns, and a counter for nonces and references.
struct Committer {
    writer: Writer,
    state: SharedState,
    counter: u64,
}

/// A running gateway over a store of its own.
pub(crate) struct Node {
    pub(crate) app: Arc<App>,
    pub(crate) condition: watch::Sender<Condition>,
    address: String,
    pub(crate) admin: String,
    committer: Mutex<Committer>,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<Result<(), GatewayError>>>,
    _events: mpsc::Receiver<Event>,
    _directory: TempDir,
}

impl Node {
    pub(crate) async fn start() -> Self {
        Self::start_with(Timeouts::default()).await
    }

    pub(crate) async fn start_with(timeouts: Timeouts) -> Self {
        Self::start_behind(&[], timeouts).await
    }

    /// Starts one that believes these proxies.
    pub(crate) async fn start_behind(proxies: &[&str], timeouts: Timeouts) -> Self {
        // Anybody may read everything, but in tests of who may.
        Self::start_as(Settings::open(), proxies, timeouts).await
    }

    /// Starts one that shows what it has to those who may read it.
    pub(crate) async fn start_guarded(access: Access) -> Self {
        Self::start_as(Settings { access, ..Settings::open() }, &[], Timeouts::default()).await
    }

    pub(crate) async fn start_as(settings: Settings, proxies: &[&str], timeouts: Timeouts) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let genesis = genesis(settings.begins_with);
        let Opened { store, writer, state, .. } =
            lojal_store::open(directory.path(), &genesis, Options::default()).expect("a new store");
        let state = share(state);
        let (mempool, _) = Mempool::start(state.clone(), store.pages(), Clock::System, Workers::Threads);
        let (network, events) = network(&genesis).await;
        let (told, condition) = watch::channel(Condition::Ready);
        let metrics = Metrics::default();
        let validator = Some(address(VALIDATOR));
        let proxies = proxies.iter().map(|address| address.parse().expect("an address")).collect();
        let version = "1.2.3";
        let Settings { access, origins, rate, streams, allow_private, pushes, tls, web, versions, .. } = settings;
        let origin = |text: &&str| text.parse().expect("a header");
        let origins = origins.iter().map(origin).collect();
        let webhooks = WebhookSettings { directory: directory.path().join("webhooks"), allow_private };
        let push = pushes.then(|| push_settings(&directory.path().join("push"), allow_private));
        let gateway = Gateway {
            store,
            mempool,
            network,
            metrics,
            life: None,
            validator,
            condition,
            proxies,
            access,
            origins,
            rate,
            streams,
            web: web.to_vec(),
            webhooks,
            push,
            tls,
            versions,
            version,
        };
        let [clients, own] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0"));
        let (clients, own) = (clients.await.expect("a free port"), own.await.expect("a free port"));
        let [listening, admin] = [&clients, &own].map(|one| one.local_addr().expect("bound"));
        let app = Arc::new(App::new(gateway, timeouts, listening));
        let (address, admin) = (listening.to_string(), admin.to_string());
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async { stopped.await.unwrap_or_default() };
        let server = tokio::spawn(serve(Listeners { clients, admin: Some(own) }, app.clone(), shutdown));
        let committer = Mutex::new(Committer { writer, state, counter: 0 });
        let (stop, server) = (Some(stop), Some(server));
        Self { app, condition: told, address, admin, committer, stop, server, _events: events, _directory: directory }
    }

    /// Asks the server to stop, and waits until it has.
    pub(crate) async fn stop(&mut self) -> Result<(), GatewayError> {
        drop(self.stop.take());
        self.server.take().expect("stopped once").await.expect("the server doesn't panic")
    }
    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }
    /// A token by a key for an account, for a host, that ends so long from now.
    pub(crate) fn token_for(&self, (account, signer): (Address, u8), host: &str, ends_in_ms: u64) -> String {
        let (public_key, audience) = (key(signer).public_key(), host.parse().expect("a host"));
        let until_ms = clock::now().plus_ms(ends_in_ms);
        ReadToken { account, public_key, audience, until_ms }.sign(&self.chain(), &key(signer)).to_string()
    }
    /// A token of somebody with their first key.
    pub(crate) fn token(&self, seed: u8) -> String {
        self.token_for((address(seed), seed), "127.0.0.1", HOUR_MS)
    }
    pub(crate) fn chain(&self) -> ChainId {
        self.store().genesis().chain_id()
    }
    pub(crate) fn store(&self) -> &Store {
        &self.app.gateway.store
    }
    pub(crate) fn mempool(&self) -> &Mempool {
        &self.app.gateway.mempool
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        http::get(format!("http://{}{path}", self.address)).await
    }
    /// Asks what only the node's own people ask.
    pub(crate) async fn get_own(&self, path: &str) -> Answer {
        http::get(format!("http://{}{path}", self.admin)).await
    }
    /// Asks with one more header.
    pub(crate) async fn get_with(&self, path: &str, name: &'static str, value: &str) -> Answer {
        http::get_with(format!("http://{}{path}", self.address), name, value.to_owned()).await
    }
    /// Asks with a token.
    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        self.get_with(path, "authorization", &format!("Bearer {token}")).await
    }
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        http::delete(format!("http://{}{path}", self.address)).await
    }
    /// The answer borrows nothing, so that it can be awaited elsewhere.
    pub(crate) fn post(
        &self,
        path: &str,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> impl Future<Output = Answer> + Send + use<> {
        http::post(format!("http://{}{path}", self.address), content_type, body)
    }
    /// Asks with a token and canonical bytes.
    pub(crate) async fn post_as(&self, token: &str, path: &str, body: Vec<u8>) -> Answer {
        http::post_as(format!("http://{}{path}", self.address), format!("Bearer {token}"), body).await
    }
    pub(crate) async fn post_encoded(&self, path: &str, encoding: &'static str, body: Vec<u8>) -> Answer {
        http::post_encoded(format!("http://{}{path}", self.address), encoding, body).await
    }
    /// Submits canonical bytes.
    pub(crate) fn submit(
        &self,
        query: &str,
        signed: &SignedTransaction,
    ) -> impl Future<Output = Answer> + Send + use<> {
        self.post(&format!("/v1/transactions{query}"), http::BYTES, signed.encode())
    }
    /// Submits many as canonical bytes.
    pub(crate) fn submit_batch(
        &self,
        query: &str,
        signed: &[SignedTransaction],
    ) -> impl Future<Output = Answer> + Send + use<> {
        let bytes = borsh::to_vec(signed).expect("in memory");
        self.post(&format!("/v1/transactions/batch{query}"), http::BYTES, bytes)
    }

    /// Signs operations for half an hour from now.
    pub(crate) fn sign(&self, sender: u8, operations: Vec<Operation>) -> SignedTransaction {
        self.sign_until(sender, clock::now().plus_ms(HOUR_MS / 2), operations)
    }
    pub(crate) fn sign_until(&self, sender: u8, until: TimeMs, operations: Vec<Operation>) -> SignedTransaction {
        let chain = self.chain();
        let operations = Bounded::new(operations).expect("1 to 100");
        let (chain_tag, nonce) = (chain.tag(), self.count());
        let transaction =
            Transaction { chain: chain_tag, sender: address(sender), valid_until_ms: until, nonce, operations };
        transaction.sign(&chain, &key(sender))
    }
    pub(crate) fn transfer(&self, from: u8, to: u8, amount: u64) -> SignedTransaction {
        self.sign(from, vec![transfer(from, to, amount)])
    }
    /// Commits a block that issues points.
    pub(crate) fn issue(&self, to: u8, amount: u64) -> Arc<CommittedBlock> {
        let reference = Reference::new(self.count().to_be_bytes().to_vec()).expect("8 bytes");
        let brand = "nordmat".parse().expect("valid");
        let dated = self.now().day();
        let issue = Issue { brand, to: address(to), amount: Points::new(amount), reference, dated, expiry: None };
        self.commit(vec![self.sign(TILL, vec![Operation::Issue(issue)])])
    }
    /// Commits a block of so many transactions with as many operations as they can have; each is about 8 KiB.
    pub(crate) fn issue_much(&self, to: u8, transactions: usize) {
        let issue = || {
            let reference =
                Reference::new([[0; 24].as_slice(), &self.count().to_be_bytes()].concat()).expect("32 bytes");
            let brand = "nordmat".parse().expect("valid");
            let dated = self.now().day();
            Operation::Issue(Issue { brand, to: address(to), amount: Points::new(1), reference, dated, expiry: None })
        };
        let one = |_| self.sign(TILL, (0..100).map(|_| issue()).collect());
        self.commit((0..transactions).map(one).collect());
    }
    /// Commits a block of one transaction that must succeed, and answers with its id. Such blocks are a second apart
    /// from a full hour on, so that all of them are on the same day.
    pub(crate) fn apply(&self, sender: u8, operations: Vec<Operation>) -> TransactionId {
        let start_ms = self.store().genesis().document().time_ms.get().next_multiple_of(HOUR_MS);
        let time = TimeMs::new(start_ms).expect("in range").max(self.now().plus_ms(SECOND_MS));
        let signed = self.sign_until(sender, time.plus_ms(HOUR_MS / 2), operations);
        let block = self.commit_at(time, vec![signed]);
        let [receipt] = block.receipts.as_slice() else { panic!("one transaction") };
        assert_eq!(receipt.outcome, Outcome::Applied);
        receipt.transaction
    }
    /// The time of the last block.
    pub(crate) fn now(&self) -> TimeMs {
        self.store().tip().time_ms
    }
    /// Commits a block of these transactions, all of which it can hold.
    pub(crate) fn commit(&self, signed: Vec<SignedTransaction>) -> Arc<CommittedBlock> {
        self.commit_at(clock::now(), signed)
    }
    pub(crate) fn commit_at(&self, time: TimeMs, signed: Vec<SignedTransaction>) -> Arc<CommittedBlock> {
        let verified: Result<Vec<VerifiedTransaction>, _> = verify_all(signed, &self.chain()).into_iter().collect();
        let candidates = verified.expect("the tests sign well").into_iter().map(Arc::new);
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let Committer { writer, state, .. } = &mut *committer;
        let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
        let proposal = propose(&state, address(VALIDATOR), time, candidates).expect("points are conserved");
        assert_eq!(proposal.refused, []);
        let certificate = certificate(&proposal.block, &self.chain());
        writer.append_commit(&certificate, proposal.block.bytes()).expect("the disk works");
        let committed = Arc::new(commit(&mut state, proposal.block, certificate).expect("a quorum signed"));
        writer.publish(committed.clone(), &state).expect("the disk works");
        committed
    }
    /// The heights in an export.
    pub(crate) fn archived_heights(&self, bytes: &[u8]) -> Vec<u64> {
        let archive = archive::Reader::new(bytes).expect("an archive");
        assert_eq!(archive.chain_id(), self.chain());
        archive.map(|block| block.expect("undamaged").certificate.height.get()).collect()
    }
    /// Waits until so many clients wait for their transactions.
    pub(crate) async fn waiting(&self, count: usize) {
        while self.app.finality.len() != count {
            tokio::task::yield_now().await;
        }
    }

    fn count(&self) -> u64 {
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        committer.counter += 1;
        committer.counter
    }
}

pub(crate) fn transfer(from: u8, to: u8, amount: u64) -> Operation {
    let brand = "nordmat".parse().expect("valid");
    Operation::Transfer(Transfer { brand, from: address(from), to: address(to), amount: Points::new(amount) })
}

async fn network(genesis: &Genesis) -> (Network, mpsc::Receiver<Event>) {
    let config = NetworkConfig {
        network_id: *genesis.chain_id().as_bytes(),
        identity: Identity::from_seed(*key(VALIDATOR + 1).seed()),
        listen: "/ip4/127.0.0.1/tcp/0".parse().expect("valid"),
        peers: Vec::new(),
    };
    lojal_network::start(config).await.expect("a network without peers")
}

fn certificate(block: &ExecutedBlock, chain: &ChainId) -> Certificate {
    let validator = address(VALIDATOR);
    let with = |signature| Certificate {
        height: block.header().height,
        round: 0,
        block: block.id(),
        signatures: Bounded::new(vec![CommitSignature { validator, signature }]).expect("one"),
    };
    let message = with(Signature::new([0; 64])).vote_of(validator).signing_bytes(chain);
    with(key(VALIDATOR).sign(&message))
}
