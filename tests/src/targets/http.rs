//! Requests to a gateway over a real connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use lojal_consensus::{Clock, Condition, Mempool, Metrics, Workers, share};
use lojal_gateway::{Access, Auditors, Gateway, WebhookSettings};
use lojal_network::{Event, Identity, NetworkConfig};
use lojal_store::Options;
use lojal_types::Versions;
use lojal_types::api::Problem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use super::chain::chain;

/// Longest wait for an answer, longer than any wait of the gateway's.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);
/// Longest path and query that are sent.
const TARGET_BYTES_MAX: usize = 4_096;

/// A running gateway of a node with a real chain.
struct Server {
    address: SocketAddr,
    _runtime: Runtime,
    _told: watch::Sender<Condition>,
    _events: mpsc::Receiver<Event>,
    _directory: TempDir,
}

impl Server {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("log")).expect("a writable directory");
        std::fs::write(directory.path().join("log/00000001.log"), chain().archive()).expect("a writable directory");
        let opened = lojal_store::open(directory.path(), &chain().genesis, Options::default()).expect("a good log");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("threads");
        let (mempool, _) = Mempool::start(share(opened.state), opened.store.pages(), Clock::System, Workers::Threads);
        let config = NetworkConfig {
            network_id: *chain().genesis.chain_id().as_bytes(),
            identity: Identity::from_seed([9; 32]),
            listen: "/ip4/127.0.0.1/tcp/0".parse().expect("an address"),
            peers: Vec::new(),
        };
        let (network, events) = runtime.block_on(lojal_network::start(config)).expect("a free port");
        let (told, condition) = watch::channel(Condition::Ready);
        let (store, metrics, proxies) = (opened.store, Metrics::default(), Vec::new());
        // Every route is reached.
        let access = Access { auditors: Auditors::Everybody, ..Access::default() };
        let (validator, version) = (None, "1.2.3");
        let webhooks = WebhookSettings { directory: directory.path().join("webhooks"), allow_private: false };
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
            origins: Vec::new(),
            rate: None,
            // A stream would be an answer without an end.
            streams: 0,
            web: lojal_gateway::Pages::ALL.to_vec(),
            webhooks,
            push: None,
            tls: None,
            versions: Versions::known(),
            version,
        };
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("bound");
        runtime.spawn(lojal_gateway::run(listener, None, gateway, std::future::pending()));
        Self { address, _runtime: runtime, _told: told, _events: events, _directory: directory }
    }
}

/// A request in the form "METHOD TARGET CONTENT-TYPE", a line feed, and the body: always answered, never with the
/// gateway's own fault, and every error is a problem document with the status of the answer.
pub fn http_request(data: &[u8]) {
    static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (head, body) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let mut words = head.splitn(3, |byte| *byte == b' ');
    let method: String = words.next().unwrap_or_default().iter().map(|byte| char::from(byte % 26 + b'A')).collect();
    let (target, content_type) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let method = match head.first() {
        Some(b'G') | None => "GET",
        Some(b'P') => "POST",
        _ => &method[..method.len().min(10)],
    };
    let request = format!(
        "{method} /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        visible(target),
        visible(content_type),
        body.len()
    );
    let mut stream = TcpStream::connect(SERVER.address).expect("the gateway listens");
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).expect("a timeout above zero");
    // A gateway that has seen enough answers before it has read all.
    let _ = stream.write_all(&[request.as_bytes(), body].concat());
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    check(method, &answer, ended.is_ok());
    let is_served = answer.starts_with(b"HTTP/1.1 2") && !target.starts_with(b"metrics") && !target.contains(&b'z');
    assert!(!is_served || !visible(target).contains('%'), "a second spelling of {}", visible(target));
}

/// The same bytes, but for those that can't stand in a head, which are percent-encoded.
fn visible(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(TARGET_BYTES_MAX)];
    let encode = |byte: &u8| match byte {
        0x21..=0x7e => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    bytes.iter().skip_while(|byte| **byte == b'/').map(encode).collect()
}

fn check(method: &str, answer: &[u8], ended: bool) {
    let head_end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let Some(head_end) = head_end else {
        // What came before a connection is reset can be lost on the way.
        assert!(!ended, "an answer without a head: {}", String::from_utf8_lossy(answer));
        return;
    };
    let head = std::str::from_utf8(&answer[..head_end]).expect("a head is ASCII");
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse::<u16>().ok());
    let status = status.unwrap_or_else(|| panic!("no status: {head}"));
    assert_ne!(status, 500, "the gateway's own fault: {}", String::from_utf8_lossy(answer));
    let body = &answer[head_end + 4..];
    let is_bare = body.is_empty() && method == "HEAD";
    if status < 400 || !ended || is_bare {
        return;
    }
    assert!(head.to_lowercase().contains("content-type: application/problem+json"), "{head}");
    let problem: Problem = serde_json::from_slice(body).expect("an error is a problem document");
    assert_eq!(problem.status, status, "another status in the document");
}
