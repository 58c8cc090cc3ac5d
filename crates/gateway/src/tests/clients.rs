//! Clients that keep from others what they could have: places, connections, somebody else's name.

use std::net::TcpStream;
use std::time::Duration;

use lojal_types::NetworkKind;
use lojal_types::api::Problem;

use super::http::{open_from, read_to_end};
use super::node::{ANNA, BO, Node, address};
use crate::app::Timeouts;
use crate::limits::CLIENT_CONNECTIONS_MAX;
use crate::places::Pool;

/// Enough that no answer with all of it fits into what the system keeps for a client that doesn't read.
const TRANSACTIONS: usize = 150;
/// Clients of the attacks.
const SLOW: u8 = 16;
const HONEST: &str = "127.0.0.1";
const OTHER: &str = "127.0.0.2";

/// Nobody waits long for a place.
fn impatient() -> Timeouts {
    Timeouts { place: Duration::from_millis(200), ..Timeouts::default() }
}

fn history(limit: u32) -> String {
    format!("/v1/accounts/{}/transactions?limit={limit}", address(ANNA).to_text(NetworkKind::Test))
}

fn head(path: &str, header: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n").into_bytes()
}

/// The status of an answer to a client at an address, and the code if it is a problem.
async fn ask(node: &Node, source: &str, path: &str, header: &str) -> (u16, String) {
    let answer = read_to_end(open_from(source.to_owned(), node.address(), head(path, header)).await).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).map(|problem: Problem| problem.code).unwrap_or_default())
}

/// Asks and reads nothing, once for each source and header.
async fn ask_and_leave(node: &Node, path: &str, who: impl IntoIterator<Item = (String, String)>) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for (source, header) in who {
        held.push(open_from(source, node.address(), head(path, &header)).await);
    }
    held
}

fn at_one_address(source: &str) -> Vec<(String, String)> {
    vec![(source.to_owned(), String::new()); SLOW.into()]
}

fn at_many_addresses() -> Vec<(String, String)> {
    (0..SLOW).map(|number| (format!("127.0.1.{number}"), String::new())).collect()
}

/// Waits until so many places are left.
async fn left(node: &Node, pool: Pool, count: usize) {
    while node.app.places.of(pool).available_permits() != count {
        tokio::task::yield_now().await;
    }
}

async fn assert_served(node: &Node, source: &str, paths: &[&str]) {
    for path in paths {
        assert_eq!(ask(node, source, path, "").await, (200, String::new()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_that_nobody_reads_keep_neither_histories_nor_blocks_nor_statements_from_anybody() {
    let node = Node::start_with(impatient()).await;
    node.issue_much(ANNA, TRANSACTIONS);
    let others =
        [history(1).as_str(), "/v1/blocks/1", "/v1/netting", "/v1/partnerships", "/v1/brands"].map(str::to_owned);
    let others = others.each_ref().map(String::as_str);
    for who in [at_one_address(HONEST), at_many_addresses()] {
        let size_left = if who[0] == who[1] { Pool::Exports.size() - Pool::Exports.size_for_client() } else { 0 };
        let held = ask_and_leave(&node, "/v1/export?from=1", who).await;
        left(&node, Pool::Exports, size_left).await;
        assert_eq!(ask(&node, HONEST, "/v1/export?from=1", "").await, (503, "busy".into()));
        assert_served(&node, HONEST, &others).await;
        drop(held);
        left(&node, Pool::Exports, Pool::Exports.size()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_that_reads_nothing_keeps_no_kind_of_answer_from_others() {
    let node = Node::start_with(impatient()).await;
    node.issue_much(ANNA, TRANSACTIONS);
    for (pool, path) in [
        (Pool::Exports, "/v1/export?from=1"),
        (Pool::Histories, history(100).as_str()),
        (Pool::Blocks, "/v1/blocks/latest"),
    ] {
        let held = ask_and_leave(&node, path, at_one_address(OTHER)).await;
        left(&node, pool, pool.size() - pool.size_for_client()).await;
        assert_eq!(ask(&node, OTHER, path, "").await, (503, "busy".into()), "{path}");
        assert_served(&node, HONEST, &[path]).await;
        drop(held);
        left(&node, pool, pool.size()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_its_answer_too_slowly_is_cut_off_and_gives_its_place_back() {
    let node = Node::start_with(Timeouts { lag: Duration::from_millis(100), ..Timeouts::default() }).await;
    node.issue_much(ANNA, TRANSACTIONS);
    for path in ["/v1/export?from=1", &history(100), "/v1/blocks/latest"] {
        let held = ask_and_leave(&node, path, at_many_addresses()).await;
        assert_served(&node, HONEST, &[path]).await;
        for pool in Pool::ALL {
            left(&node, pool, pool.size()).await;
        }
        drop(held);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_never_arrive_keep_no_batch_of_others_out() {
    let node = Node::start_with(impatient()).await;
    node.issue(ANNA, 100);
    let start = b"POST /v1/transactions/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\n\
                  content-length: 1000\r\n\r\n\x01";
    let mut held = Vec::new();
    for _ in 0..SLOW {
        held.push(open_from(OTHER.to_owned(), node.address(), start.to_vec()).await);
    }
    left(&node, Pool::Batches, Pool::Batches.size() - Pool::Batches.size_for_client()).await;
    assert_eq!(node.submit_batch("", &[node.transfer(ANNA, BO, 1)]).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_so_many_connections_and_others_have_theirs() {
    let node = Node::start().await;
    let mut idle = Vec::new();
    for _ in 0..CLIENT_CONNECTIONS_MAX {
        idle.push(open_from(OTHER.to_owned(), node.address(), Vec::new()).await);
    }
    assert_eq!(ask(&node, OTHER, "/readyz", "").await, (429, "too_many_connections".into()));
    assert_served(&node, HONEST, &["/readyz"]).await;
    idle.pop();
    while ask(&node, OTHER, "/readyz", "").await.0 != 200 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_has_as_many_connections_as_it_needs_and_is_believed_whose_they_are() {
    let node = Node::start_behind(&[OTHER], impatient()).await;
    node.issue_much(ANNA, TRANSACTIONS);
    let mut idle = Vec::new();
    for _ in 0..=CLIENT_CONNECTIONS_MAX {
        idle.push(open_from(OTHER.to_owned(), node.address(), Vec::new()).await);
    }
    let (one, two) = ("x-forwarded-for: 203.0.113.7\r\n", "x-forwarded-for: 203.0.113.7, 203.0.113.8\r\n");
    let path = "/v1/export?from=1";
    let held = ask_and_leave(&node, path, vec![(OTHER.to_owned(), one.to_owned()); SLOW.into()]).await;
    left(&node, Pool::Exports, Pool::Exports.size() - Pool::Exports.size_for_client()).await;
    assert_eq!(ask(&node, OTHER, path, one).await, (503, "busy".into()));
    assert_eq!(ask(&node, OTHER, path, two).await, (200, String::new()), "the last one is the client");
    assert_eq!(ask(&node, OTHER, path, "").await, (200, String::new()), "the proxy itself");
    assert_eq!(ask(&node, OTHER, path, "x-forwarded-for: me\r\n").await, (400, "malformed_request".into()));
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_a_proxy_passes_on_count_for_their_client() {
    let node = Node::start_behind(&[OTHER], Timeouts::default()).await;
    node.issue(ANNA, 1_000);
    let of = |number: usize| {
        let body = node.transfer(ANNA, BO, 1).encode();
        let head = format!(
            "POST /v1/transactions?wait=committed HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.{number}\r\n\
             content-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        open_from(OTHER.to_owned(), node.address(), [head.into_bytes(), body].concat())
    };
    let mut waiting = Vec::new();
    for _ in 0..CLIENT_CONNECTIONS_MAX {
        waiting.push(of(7).await);
    }
    node.waiting(CLIENT_CONNECTIONS_MAX).await;
    let seven = "x-forwarded-for: 203.0.113.7\r\n";
    assert_eq!(ask(&node, OTHER, "/readyz", seven).await, (429, "too_many_connections".into()));
    assert_eq!(ask(&node, OTHER, "/readyz", "x-forwarded-for: 203.0.113.8\r\n").await, (200, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_a_proxy_is_believed_to_speak_for_others() {
    let node = Node::start_behind(&["127.0.0.3"], impatient()).await;
    node.issue_much(ANNA, TRANSACTIONS);
    let named = |number| (OTHER.to_owned(), format!("x-forwarded-for: 203.0.113.{number}\r\n"));
    let path = "/v1/export?from=1";
    let held = ask_and_leave(&node, path, (0..SLOW).map(named)).await;
    left(&node, Pool::Exports, Pool::Exports.size() - Pool::Exports.size_for_client()).await;
    assert_eq!(ask(&node, OTHER, path, &named(99).1).await, (503, "busy".into()));
    assert_eq!(ask(&node, HONEST, path, "x-forwarded-for: garbage\r\n").await, (200, String::new()));
    drop(held);
}
