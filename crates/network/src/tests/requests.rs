//! Requests and responses.

use super::*;
use crate::limits::{
    INBOUND_REQUESTS_PER_PEER_MAX, OUTBOUND_REQUESTS_MAX, OVER_BUDGET_PER_MINUTE_MAX, REQUEST_BYTES_MAX,
    RESPONSE_BYTES_MAX,
};
use crate::{InboundRequest, OutboundRequest, RequestFailure};

async fn ask(node: &Node, peer: PeerId, data: impl Into<Vec<u8>>) -> OutboundRequest {
    node.network.request(peer, data.into()).await.expect("the network runs")
}

async fn asked(node: &mut Node) -> (InboundRequest, PeerId, Vec<u8>) {
    loop {
        if let Event::Request { id, peer, data, .. } = node.next().await {
            return (id, peer, data);
        }
    }
}

/// The outcome of the next request that has one.
async fn outcome(node: &mut Node) -> (OutboundRequest, Result<Vec<u8>, RequestFailure>) {
    loop {
        match node.next().await {
            Event::Response { id, data, .. } => return (id, Ok(data)),
            Event::RequestFailed { id, reason, .. } => return (id, Err(reason)),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_request_gets_its_response() {
    let (mut a, mut b) = pair().await;
    let id = ask(&a, b.id(), vec![1; REQUEST_BYTES_MAX]).await;
    let (inbound, peer, data) = asked(&mut b).await;
    assert_eq!((peer, data), (a.id(), vec![1; REQUEST_BYTES_MAX]));
    b.network.respond(inbound, vec![2; 3 << 20]).await.expect("the network runs");
    assert_eq!(outcome(&mut a).await, (id, Ok(vec![2; 3 << 20])));
    let sent = (REQUEST_BYTES_MAX as u64, 3 << 20);
    assert_eq!(a.network.counters().request_bytes_out, sent.0);
    assert_eq!(a.network.counters().request_bytes_in, sent.1);
}

#[tokio::test]
async fn responses_may_come_in_any_order() {
    let (mut a, mut b) = pair().await;
    let (first, second) = (ask(&a, b.id(), [1]).await, ask(&a, b.id(), [2]).await);
    let mut open = vec![asked(&mut b).await, asked(&mut b).await];
    open.sort_by_key(|(_, _, data)| data.clone());
    for (id, _, data) in open.into_iter().rev() {
        b.network.respond(id, data).await.expect("the network runs");
    }
    let mut outcomes = vec![outcome(&mut a).await, outcome(&mut a).await];
    outcomes.sort_by_key(|(id, _)| *id);
    assert_eq!(outcomes, [(first, Ok(vec![1])), (second, Ok(vec![2]))]);
}

#[tokio::test]
async fn a_rejected_request_fails() {
    let (mut a, mut b) = pair().await;
    let id = ask(&a, b.id(), [1]).await;
    let (inbound, ..) = asked(&mut b).await;
    b.network.reject(inbound).await.expect("the network runs");
    assert_eq!(outcome(&mut a).await, (id, Err(RequestFailure::Refused)));
    // Answering it after all does nothing.
    b.network.respond(inbound, vec![]).await.expect("the network runs");
    assert_eq!(a.network.counters().requests_failed, 1);
}

#[tokio::test]
async fn a_request_that_is_too_long_is_not_sent() {
    let (mut a, b) = pair().await;
    let id = ask(&a, b.id(), vec![1; REQUEST_BYTES_MAX + 1]).await;
    assert_eq!(outcome(&mut a).await, (id, Err(RequestFailure::TooLong)));
    assert_eq!(a.network.counters().oversized, 1);
    assert_eq!(b.network.counters().requests_in, 0);
}

#[tokio::test]
async fn a_response_that_is_too_long_is_turned_into_a_refusal() {
    let (mut a, mut b) = pair().await;
    let id = ask(&a, b.id(), [1]).await;
    let (inbound, ..) = asked(&mut b).await;
    b.network.respond(inbound, vec![0; RESPONSE_BYTES_MAX + 1]).await.expect("the network runs");
    assert_eq!(outcome(&mut a).await, (id, Err(RequestFailure::Refused)));
    assert_eq!(b.network.counters().oversized, 1);
}

#[tokio::test]
async fn a_request_to_a_peer_that_is_gone_fails() {
    let (mut a, b) = pair().await;
    let peer = b.id();
    b.network.shutdown().await;
    let early = ask(&a, peer, [1]).await;
    let (id, result) = outcome(&mut a).await;
    assert_eq!(id, early);
    assert!(result.is_err());
    eventually(|| a.network.peer_count() == 0).await;
    let late = ask(&a, peer, [2]).await;
    assert_eq!(outcome(&mut a).await, (late, Err(RequestFailure::NotConnected)));
}

#[tokio::test]
async fn a_request_that_is_open_when_the_peer_leaves_fails() {
    let (mut a, mut b) = pair().await;
    let id = ask(&a, b.id(), [1]).await;
    asked(&mut b).await;
    b.network.shutdown().await;
    let (failed, result) = outcome(&mut a).await;
    assert_eq!(failed, id);
    assert!(result.is_err());
}

#[tokio::test]
async fn a_peer_may_have_only_so_many_requests_open() {
    let (mut a, mut b) = pair().await;
    let mut open = Vec::new();
    for number in 0..INBOUND_REQUESTS_PER_PEER_MAX {
        ask(&a, b.id(), number.to_be_bytes()).await;
        open.push(asked(&mut b).await.0);
    }
    let refused = ask(&a, b.id(), [0]).await;
    assert_eq!(outcome(&mut a).await, (refused, Err(RequestFailure::Refused)));
    assert_eq!(b.network.counters().requests_refused, 1);

    b.network.reject(open[0]).await.expect("the network runs");
    let (_, result) = outcome(&mut a).await;
    assert_eq!(result, Err(RequestFailure::Refused));
    ask(&a, b.id(), [1]).await;
    assert_eq!(asked(&mut b).await.2, [1]);
}

#[tokio::test]
async fn a_peer_that_asks_without_end_while_all_that_it_may_have_is_open_is_shut_out() {
    let (mut a, mut b) = pair().await;
    for _ in 0..INBOUND_REQUESTS_PER_PEER_MAX {
        ask(&a, b.id(), [0]).await;
        asked(&mut b).await;
    }
    let asker = a.id();
    while b.network.offences().get(&asker).is_none_or(|offences| offences.shut_outs == 0) {
        ask(&a, b.id(), [0]).await;
        assert!(outcome(&mut a).await.1.is_err());
    }
    assert!(b.network.offences()[&asker].over_budget > OVER_BUDGET_PER_MINUTE_MAX);
}

#[tokio::test]
async fn too_many_requests_fail_and_every_request_has_one_outcome() {
    let (mut a, b) = pair().await;
    let mut open = BTreeSet::new();
    for _ in 0..3 * OUTBOUND_REQUESTS_MAX {
        open.insert(ask(&a, b.id(), [0]).await);
    }
    let mut too_many = 0;
    while too_many < OUTBOUND_REQUESTS_MAX {
        let (id, result) = outcome(&mut a).await;
        assert!(open.remove(&id));
        too_many += usize::from(result == Err(RequestFailure::TooMany));
    }
    // `b` answers nothing; what is still open fails when it leaves.
    b.network.shutdown().await;
    while !open.is_empty() {
        let (id, result) = outcome(&mut a).await;
        assert!(open.remove(&id));
        assert!(result.is_err());
    }
}
