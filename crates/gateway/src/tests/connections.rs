use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lojal_types::api::{Problem, TransactionState, TransactionStatus};
use lojal_types::{NetworkKind, SignedTransaction};

use super::http::{open, read_to_end};
use super::node::{ANNA, BO, Node, address};
use crate::app::Timeouts;
use crate::places::Pool;

fn request(node: &Node, signed: &SignedTransaction) -> Vec<u8> {
    let body = signed.encode();
    let head = format!(
        "POST /v1/transactions?wait=committed HTTP/1.1\r\nhost: {}\r\ncontent-type: application/octet-stream\r\n\
         content-length: {}\r\n\r\n",
        node.address(),
        body.len()
    );
    [head.into_bytes(), body].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_its_head_too_slowly_is_dropped() {
    let node = Node::start_with(Timeouts { head: Duration::from_millis(50), ..Timeouts::default() }).await;
    let answer = read_to_end(open(node.address(), Vec::new()).await).await;
    assert_eq!(answer, "", "whoever has asked nothing gets no answer");
    let head = b"GET /v1/status HTTP/1.1\r\nhost: x\r\nx-slow: ";
    let answer = read_to_end(open(node.address(), head.to_vec()).await).await;
    assert_eq!(refusal_in(&answer), (408, "request_timeout".into()), "{answer}");
    assert_eq!(node.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed() {
    let node = Node::start_with(Timeouts { head: Duration::from_millis(50), ..Timeouts::default() }).await;
    let stream = open(node.address(), b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()).await;
    let answer = read_to_end(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ready\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_too_slowly_is_refused() {
    let node = Node::start_with(Timeouts { body: Duration::from_millis(50), ..Timeouts::default() }).await;
    let head = b"POST /v1/transactions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                 content-length: 100\r\n\r\n{";
    let answer = read_to_end(open(node.address(), head.to_vec()).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"code\":\"request_timeout\""), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_takes_too_long_is_given_up() {
    let timeouts = Timeouts { request: Duration::from_millis(50), ..Timeouts::default() };
    let node = Node::start_with(timeouts).await;
    node.issue(ANNA, 100);
    let answer = node.submit("?wait=committed", &node.transfer(ANNA, BO, 1)).await;
    assert_eq!(answer.refusal(), (503, "busy".into()));
    node.waiting(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_connection_is_closed_however_busy_it_is() {
    let timeouts = Timeouts { connection: Duration::from_millis(50), ..Timeouts::default() };
    let node = Node::start_with(timeouts).await;
    let mut stream = open(node.address(), Vec::new()).await;
    let ask = move || {
        let mut answer = || {
            stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n")?;
            read_until(&mut stream, b"ready\n")
        };
        (0..100_000).any(|_| answer().is_err())
    };
    assert!(tokio::task::spawn_blocking(ask).await.expect("no panic"), "the connection never ended");
    assert_eq!(node.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_waits_no_longer() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let stream = open(node.address(), request(&node, &node.transfer(ANNA, BO, 1))).await;
    node.mempool().wait_for(1).await;
    assert_eq!(node.app.finality.len(), 1);
    drop(stream);
    node.waiting(0).await;
    assert_eq!(node.mempool().len(), 1, "its transaction is not lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_large_requests_are_served_at_once_and_small_ones_all_the_same() {
    let node = Node::start_with(Timeouts { place: Duration::from_millis(20), ..Timeouts::default() }).await;
    node.issue(ANNA, 100);
    let paths = [
        "/v1/blocks/1".to_owned(),
        "/v1/export?from=1".to_owned(),
        format!("/v1/accounts/{}/transactions", address(ANNA).to_text(NetworkKind::Test)),
    ];
    let all = async |pool: Pool| {
        let places = node.app.places.of(pool).clone();
        places.acquire_many_owned(u32::try_from(pool.size()).expect("few")).await.expect("never closed")
    };
    let large_answers = [all(Pool::Blocks).await, all(Pool::Exports).await, all(Pool::Histories).await];
    for path in &paths {
        assert_eq!(node.get(path).await.refusal(), (503, "busy".into()), "{path}");
    }
    drop(large_answers);
    for path in &paths {
        assert_eq!(node.get(path).await.status, 200, "{path}");
    }
    let batches = all(Pool::Batches).await;
    let signed = node.transfer(ANNA, BO, 1);
    assert_eq!(node.submit_batch("", std::slice::from_ref(&signed)).await.refusal(), (503, "busy".into()));
    assert_eq!(node.submit("", &signed).await.status, 202);
    assert_eq!(node.get("/v1/brands").await.status, 200);
    drop(batches);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_answered_with_a_problem() {
    let node = Node::start().await;
    let many = "x: y\r\n".repeat(200);
    let long = "a".repeat(64 * 1024);
    for (bytes, status, code) in [
        (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], 400, "malformed_request"),
        (b"\r\n\r\n\r\nHELO\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "malformed_request"),
        (b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n", 400, "malformed_request"),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400, "malformed_request"),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400, "malformed_request"),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n", 400, "malformed_request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version_not_supported"),
        (format!("GET / HTTP/1.1\r\nx: {long}").as_bytes(), 431, "head_too_large"),
        (format!("GET /{long} HTTP/1.1\r\n").as_bytes(), 431, "head_too_large"),
        (format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes(), 431, "head_too_large"),
    ] {
        let asked = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        // Alone, and after a request that was answered.
        for before in ["", "GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n"] {
            let stream = open(node.address(), [before.as_bytes(), bytes].concat()).await;
            let answer = read_to_end(stream).await;
            let answer =
                if before.is_empty() { &answer } else { answer.split_once("ready\n").expect("the first answer").1 };
            assert_eq!(refusal_in(answer), (status, code.to_owned()), "{asked}: {answer}");
        }
    }
    assert_eq!(node.get("/readyz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_closes_idle_connections_and_answers_whoever_waits() {
    let mut node = Node::start().await;
    node.issue(ANNA, 100);
    let idle = open(node.address(), b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()).await;
    let idle = after(idle, b"ready\n").await;
    let answer = tokio::spawn(node.submit("?wait=committed", &node.transfer(ANNA, BO, 1)));
    node.mempool().wait_for(1).await;
    assert!(node.stop().await.is_ok());
    let answer = answer.await.expect("no panic");
    assert_eq!((answer.status, answer.json::<TransactionStatus>().state), (202, TransactionState::Pending));
    assert_eq!(read_to_end(idle).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_cuts_off_whoever_is_too_slow() {
    let timeouts = Timeouts { shutdown: Duration::from_millis(50), ..Timeouts::default() };
    let mut node = Node::start_with(timeouts).await;
    let head =
        b"POST /v1/transactions HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n\
                 content-length: 100\r\n\r\n";
    let stream = open(node.address(), head.to_vec()).await;
    // "100 Continue" shows that the request is being read.
    let stream = after(stream, b"100 Continue\r\n").await;
    assert!(node.stop().await.is_ok());
    drop(stream);
}

/// Status and code of the problem that is the last answer of a connection, which must be whole.
fn refusal_in(answer: &str) -> (u16, String) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers: Vec<&str> = lines.collect();
    assert!(headers.contains(&"content-type: application/problem+json"), "{head}");
    assert!(headers.contains(&"connection: close"), "{head}");
    assert!(headers.contains(&format!("content-length: {}", body.len()).as_str()), "{head}");
    let problem: Problem = serde_json::from_str(body).expect("a problem document");
    assert_eq!(problem.status.to_string(), status);
    (problem.status, problem.code)
}

/// Reads until what has been read ends like that.
fn read_until(stream: &mut TcpStream, end: &[u8]) -> io::Result<()> {
    let mut seen = Vec::new();
    while !seen.ends_with(end) {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        seen.extend(byte);
    }
    Ok(())
}

async fn after(mut stream: TcpStream, end: &'static [u8]) -> TcpStream {
    let read = move || {
        read_until(&mut stream, end).expect("an answer");
        stream
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}
