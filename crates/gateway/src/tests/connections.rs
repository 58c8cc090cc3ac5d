use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{Network, SignedTransaction};

use super::http::{open, read_to_end};
use super::node::{ANNA, BO, Node, address};
use crate::app::Timeouts;

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
    for start in [&b""[..], b"GET /v1/status HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        let stream = open(node.address(), start.to_vec()).await;
        let answer = read_to_end(stream).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert_eq!(node.get("/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed() {
    let node = Node::start_with(Timeouts { head: Duration::from_millis(50), ..Timeouts::default() }).await;
    let stream = open(node.address(), b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()).await;
    let answer = read_to_end(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
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
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")?;
            read_until(&mut stream, b"ok\n")
        };
        (0..100_000).any(|_| answer().is_err())
    };
    assert!(tokio::task::spawn_blocking(ask).await.expect("no panic"), "the connection never ended");
    assert_eq!(node.get("/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_waits_no_longer() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let stream = open(node.address(), request(&node, &node.transfer(ANNA, BO, 1))).await;
    node.mempool().wait_for_transaction().await;
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
        format!("/v1/accounts/{}/transactions", address(ANNA).text(Network::Test)),
    ];
    let large_answers = node.app.large_answers.clone().acquire_many_owned(16).await.expect("never closed");
    for path in &paths {
        assert_eq!(node.get(path).await.refusal(), (503, "busy".into()), "{path}");
    }
    drop(large_answers);
    for path in &paths {
        assert_eq!(node.get(path).await.status, 200, "{path}");
    }
    let batches = node.app.batches.clone().acquire_many_owned(16).await.expect("never closed");
    let signed = node.transfer(ANNA, BO, 1);
    assert_eq!(node.submit_batch("", std::slice::from_ref(&signed)).await.refusal(), (503, "busy".into()));
    assert_eq!(node.submit("", &signed).await.status, 202);
    assert_eq!(node.get("/v1/brands").await.status, 200);
    drop(batches);
}

#[tokio::test(flavor = "multi_thread")]
async fn something_that_is_not_http_gets_no_further() {
    let node = Node::start().await;
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"\r\n\r\n\r\nHELO\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
    {
        let answer = read_to_end(open(node.address(), garbage.to_vec()).await).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let long = [b"GET / HTTP/1.1\r\nx: ".to_vec(), vec![b'a'; 64 * 1024]].concat();
    let answer = read_to_end(open(node.address(), long).await).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(node.get("/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_closes_idle_connections_and_answers_whoever_waits() {
    let mut node = Node::start().await;
    node.issue(ANNA, 100);
    let idle = open(node.address(), b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec()).await;
    let idle = after(idle, b"ok\n").await;
    let answer = tokio::spawn(node.submit("?wait=committed", &node.transfer(ANNA, BO, 1)));
    node.mempool().wait_for_transaction().await;
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
