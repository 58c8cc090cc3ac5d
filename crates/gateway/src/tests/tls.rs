//! Clients that speak TLS, and HTTP/2 in it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::Body as _;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use lojal_http::tls::{TlsError, TlsFiles};
use lojal_types::api::{Problem, TransactionState, TransactionStatus};
use rcgen::{CertificateParams, KeyPair as CertificateKey, date_time_ymd};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::http::{open, read_to_end};
use super::node::{ANNA, BO, Node, Settings};
use crate::app::Timeouts;
use crate::tls;

/// Longest wait for anything; only a broken gateway reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A certificate in files that a gateway serves with.
struct Certificate {
    files: TlsFiles,
    der: CertificateDer<'static>,
    _directory: TempDir,
}

/// Writes another certificate, good until the beginning of a year.
fn write(files: &TlsFiles, year: i32) -> CertificateDer<'static> {
    write_for(files, (1975, year))
}

/// The same, good from the beginning of a year on.
fn write_for(files: &TlsFiles, (from, until): (i32, i32)) -> CertificateDer<'static> {
    let key = CertificateKey::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let certificate = params.self_signed(&key).expect("a certificate");
    std::fs::write(&files.key, key.serialize_pem()).expect("writes");
    std::fs::write(&files.certificate, certificate.pem()).expect("writes");
    certificate.der().clone()
}

impl Certificate {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let at = |name: &str| directory.path().join(name);
        let files = TlsFiles { certificate: at("chain.pem"), key: at("key.pem") };
        let der = write(&files, 2040);
        Self { files, der, _directory: directory }
    }
    async fn node(&self, timeouts: Timeouts) -> Node {
        let tls = tls::load(self.files.clone()).expect("a certificate");
        Node::start_as(Settings { tls: Some(Arc::new(tls)), ..Settings::open() }, &[], timeouts).await
    }
}

/// A handshake with a gateway by whoever believes one certificate and offers these versions of HTTP.
async fn shake(node: &Node, der: &CertificateDer<'static>, offered: &[&[u8]]) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(der.clone()).expect("a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions that the provider has")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(node.address()).await?;
    let name = "localhost".try_into().expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A client on a connection of HTTP/2, and the connection's end.
async fn multiplexed(
    node: &Node,
    certificate: &Certificate,
    window: u32,
) -> (SendRequest<Body>, JoinHandle<hyper::Result<()>>) {
    let stream = shake(node, &certificate.der, &[b"h2", b"http/1.1"]).await.expect("a handshake");
    let mut builder = http2::Builder::new(TokioExecutor::new());
    let built = builder.initial_stream_window_size(window).handshake(TokioIo::new(stream)).await;
    let (sender, connection) = built.expect("HTTP/2");
    (sender, tokio::spawn(connection))
}

const WINDOW: u32 = 64 * 1024;

fn request(method: &str, path: &str, body: Vec<u8>) -> hyper::Request<Body> {
    let request = hyper::Request::builder().method(method).uri(format!("https://localhost{path}"));
    let request = request.header("content-type", super::http::BYTES);
    request.body(Body::from(body)).expect("a request")
}

async fn read<B: http_body::Body<Data = Bytes> + Unpin>(mut body: B) -> Vec<u8>
where
    B::Error: std::fmt::Debug,
{
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await {
        if let Ok(data) = frame.expect("a whole body").into_data() {
            bytes.extend(data);
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_http_1_1_is_served_with_tls() {
    let certificate = Certificate::new();
    let node = certificate.node(Timeouts::default()).await;
    for offered in [&[][..], &[&b"http/1.1"[..]]] {
        let mut stream = shake(&node, &certificate.der, offered).await.expect("a handshake");
        stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an end that is told");
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ready\n"), "{answer}");
    }
    let mut stream = shake(&node, &certificate.der, &[]).await.expect("a handshake");
    stream.write_all(b"GET /readyz HTTP/9.9\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an end that is told");
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("malformed_request"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_tls_or_offers_nothing_that_is_spoken_is_turned_away_and_counted() {
    let certificate = Certificate::new();
    let node = certificate.node(Timeouts { head: Duration::from_millis(200), ..Timeouts::default() }).await;
    let plain = b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec();
    let answer = read_to_end(open(node.address(), plain).await).await;
    let body = answer.split_once("\r\n\r\n").expect("a head").1;
    let problem: Problem = serde_json::from_str(body).expect("a problem document");
    assert_eq!((problem.status, problem.code.as_str()), (400, "malformed_request"));
    assert!(problem.detail.contains("https://"), "{}", problem.detail);
    assert!(shake(&node, &certificate.der, &[b"imap"]).await.is_err(), "no version of HTTP that both speak");
    assert!(shake(&node, &Certificate::new().der, &[]).await.is_err(), "nobody believes another certificate");
    for garbage in [&b"\x16\x03\x02\x00\x01\x01"[..], b"\x16"] {
        let answer = tokio::time::timeout(PATIENCE, async {
            let mut stream = TcpStream::connect(node.address()).await.expect("a connection");
            stream.write_all(garbage).await.expect("sent");
            let mut answer = Vec::new();
            // A reset is an end as well.
            let _ = stream.read_to_end(&mut answer).await;
            answer
        });
        assert!(!answer.await.expect("closed").starts_with(b"HTTP"));
    }
    let metrics = node.get_own("/metrics").await.text();
    let failed = metrics.lines().find_map(|line| line.strip_prefix("lojal_tls_handshakes_failed_total "));
    assert!(failed.is_some_and(|failed| failed.parse::<u64>().expect("a number") >= 3), "{failed:?}");
    assert!(metrics.contains("lojal_tls_certificate_end_seconds 2208988800"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_of_http_2_has_many_requests_at_once() {
    let certificate = Certificate::new();
    let node = certificate.node(Timeouts::default()).await;
    node.issue(ANNA, 100);
    let (mut sender, _) = multiplexed(&node, &certificate, WINDOW).await;
    let signed = node.transfer(ANNA, BO, 1);
    let waits = sender.send_request(request("POST", "/v1/transactions?wait=committed", signed.encode()));
    let waits = tokio::spawn(waits);
    node.mempool().wait_for(1).await;
    // It waits, and others are answered meanwhile.
    for (path, status) in [("/v1/status", 200), ("/v1/blocks/1", 200), ("/v1/nothing", 404)] {
        let answer = sender.send_request(request("GET", path, Vec::new())).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let over_http_1_1 = read(answer.into_body()).await;
        assert!(!over_http_1_1.is_empty());
    }
    node.commit(vec![signed]);
    let answer = waits.await.expect("no panic").expect("an answer");
    let status: TransactionStatus = serde_json::from_slice(&read(answer.into_body()).await).expect("a status");
    assert!(matches!(status.state, TransactionState::Committed { .. }), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_http_2_ends_when_an_answer_is_not_taken_or_nothing_is_asked() {
    let certificate = Certificate::new();
    let node = certificate.node(Timeouts { lag: Duration::from_millis(100), ..Timeouts::default() }).await;
    node.issue_much(ANNA, 20);
    let (mut sender, connection) = multiplexed(&node, &certificate, 1).await;
    // Nobody reads the answer, so no more than a piece of it is handed over.
    let unread = sender.send_request(request("GET", "/v1/export?from=1", Vec::new())).await.expect("a head");
    assert!(http_body::Body::size_hint(unread.body()).exact().is_some_and(|bytes| bytes > u64::from(WINDOW)));
    let ended = tokio::time::timeout(PATIENCE, connection).await.expect("it ends").expect("no panic");
    assert!(ended.is_err(), "it was cut off");

    let node = certificate.node(Timeouts { head: Duration::from_millis(50), ..Timeouts::default() }).await;
    let (mut sender, connection) = multiplexed(&node, &certificate, WINDOW).await;
    let answer = sender.send_request(request("GET", "/readyz", Vec::new())).await.expect("an answer");
    assert_eq!(read(answer.into_body()).await, b"ready\n");
    let ended = tokio::time::timeout(PATIENCE, connection).await.expect("it ends").expect("no panic");
    assert!(ended.is_ok(), "it was closed in order: {ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_is_taken_from_the_same_files_and_a_bad_one_is_not() {
    let certificate = Certificate::new();
    let node = certificate.node(Timeouts { certificate: Duration::from_millis(20), ..Timeouts::default() }).await;
    let tls = node.app.gateway.tls.clone().expect("it has one");
    let before = shake(&node, &certificate.der, &[]).await.expect("a handshake");

    std::fs::write(&certificate.files.certificate, "no certificate").expect("writes");
    eventually(&node, || tls.reloads_failed() > 0).await;
    shake(&node, &certificate.der, &[]).await.expect("the old one is kept");

    for not_now in [(1975, 2020), (2090, 2095)] {
        let failed = tls.reloads_failed();
        write_for(&certificate.files, not_now);
        eventually(&node, || tls.reloads_failed() > failed).await;
        shake(&node, &certificate.der, &[]).await.expect("the one that is good is kept");
    }

    let end = tls.end();
    let next = write(&certificate.files, 2041);
    eventually(&node, || tls.end() > end).await;
    shake(&node, &next, &[]).await.expect("the new one");
    assert!(shake(&node, &certificate.der, &[]).await.is_err(), "the old one is gone");
    // Whoever is connected stays so.
    let mut stream = before;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.ends_with("ready\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_events_is_the_last_answer_of_a_connection_of_http_2() {
    let certificate = Certificate::new();
    let node = certificate.node(Timeouts { head: Duration::from_millis(100), ..Timeouts::default() }).await;
    node.issue(ANNA, 100);
    let (mut sender, connection) = multiplexed(&node, &certificate, WINDOW).await;
    let answer = sender.send_request(request("GET", "/v1/events?brand=nordmat", Vec::new())).await.expect("a head");
    assert_eq!(answer.status().as_u16(), 200);
    // It has given its place back, so there are no more requests beside it.
    let refused = async {
        while let Ok(answer) = sender.send_request(request("GET", "/readyz", Vec::new())).await {
            assert_eq!(read(answer.into_body()).await, b"ready\n");
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("the gateway says so");
    node.issue(BO, 7);
    let mut body = answer.into_body();
    let told = async {
        let mut text = String::new();
        while !text.contains("points.") {
            let frame = std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await;
            let bytes = frame.expect("it goes on").expect("no fault").into_data().expect("data");
            text.push_str(std::str::from_utf8(&bytes).expect("text"));
        }
        text
    };
    let text = tokio::time::timeout(PATIENCE, told).await.expect("an event");
    assert!(text.contains("data:"), "{text}");
    drop(body);
    let ended = tokio::time::timeout(PATIENCE, connection).await.expect("it ends with its stream");
    assert!(ended.is_ok(), "{ended:?}");
}

/// Asks a node until something is so.
async fn eventually(node: &Node, mut is_so: impl FnMut() -> bool) {
    let waited = async {
        while !is_so() {
            assert_eq!(node.get_own("/readyz").await.status, 200);
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("it becomes so");
}

#[test]
fn files_that_are_no_certificate_are_refused_with_their_fault() {
    let certificate = Certificate::new();
    let load = |certificate: &Path, key: &Path| {
        tls::load(TlsFiles { certificate: certificate.to_owned(), key: key.to_owned() }).err()
    };
    let TlsFiles { certificate: chain, key } = &certificate.files;
    assert!(load(chain, key).is_none());
    assert!(matches!(load(Path::new("/nowhere"), key), Some(TlsError::File(..))));
    assert!(matches!(load(key, key), Some(TlsError::Pem(_, "certificate"))));
    assert!(matches!(load(chain, chain), Some(TlsError::Pem(_, "private key"))));
    let other = Certificate::new();
    assert!(matches!(load(chain, &other.files.key), Some(TlsError::Unusable(..))), "the key of another");
}
