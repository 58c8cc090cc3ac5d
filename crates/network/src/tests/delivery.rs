//! Messages that are published arrive once.

use super::*;
use crate::limits::{COMMANDS_MAX, EVENTS_MAX, EVENTS_WAITING_MAX, TRANSACTIONS_WAITING_MAX};

/// Every node publishes on every topic, then a mark; every other node gets all of it once.
async fn everyone_hears_everyone_once(count: u8) {
    let mut nodes = connected(count).await;
    for node in &nodes {
        for topic in OF_VOTERS {
            node.publish(topic, [node.number]).await;
        }
    }
    let others = usize::from(count) - 1;
    for node in &mut nodes {
        let mut heard = Vec::new();
        while heard.len() < others * OF_VOTERS.len() {
            heard.push(node.message().await);
        }
        let distinct: BTreeSet<_> = heard.iter().cloned().collect();
        assert_eq!(distinct.len(), heard.len());
        assert!(heard.iter().all(|(_, source, data)| {
            data.len() == 1 && *source == identity(data[0]).peer_id() && *source != node.id()
        }));
    }
    // Duplicates, forwarded by the others, would come before the answers to these.
    for node in &nodes {
        for topic in OF_VOTERS {
            node.publish(topic, [node.number, 0]).await;
        }
    }
    for node in &mut nodes {
        for _ in 0..others * OF_VOTERS.len() {
            assert_eq!(node.message().await.2.len(), 2);
        }
        for topic in OF_VOTERS {
            let counters = node.network.counters().topic(topic);
            assert_eq!(counters.messages_in, 2 * others as u64);
            assert_eq!(counters.bytes_in, 3 * others as u64);
            assert_eq!(counters.messages_out, 2);
            assert_eq!(counters.bytes_out, 3);
        }
    }
}

#[tokio::test]
async fn two_nodes_hear_each_other_once() {
    everyone_hears_everyone_once(2).await;
}

#[tokio::test]
async fn three_nodes_hear_each_other_once() {
    everyone_hears_everyone_once(3).await;
}

#[tokio::test]
async fn four_nodes_hear_each_other_once() {
    everyone_hears_everyone_once(4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_nodes_on_two_threads_hear_each_other_once() {
    everyone_hears_everyone_once(4).await;
}

#[tokio::test]
async fn publishing_without_peers_is_no_error() {
    let node = Node::alone(1).await;
    for topic in OF_VOTERS {
        node.publish(topic, [1]).await;
    }
    eventually(|| node.network.counters().topic(Topic::Transactions).messages_out == 1).await;
    assert_eq!(node.network.peer_count(), 0);
}

#[tokio::test]
async fn the_longest_message_arrives_and_a_longer_one_is_counted() {
    let (a, mut b) = pair().await;
    for topic in OF_VOTERS {
        a.publish(topic, vec![1; topic.message_bytes_max() + 1]).await;
        a.publish(topic, vec![2; topic.message_bytes_max()]).await;
        let (arrived, _, data) = b.message().await;
        assert_eq!((arrived, data), (topic, vec![2; topic.message_bytes_max()]));
    }
    let counters = a.network.counters();
    assert_eq!(counters.oversized, OF_VOTERS.len() as u64);
    assert_eq!(counters.topic(Topic::Parts).dropped_out, 1);
}

#[tokio::test]
async fn a_block_in_parts_arrives_whole_and_in_order() {
    let (a, mut b) = pair().await;
    for part in 0..64u8 {
        a.publish(Topic::Parts, vec![part; 64 << 10]).await;
    }
    for part in 0..64u8 {
        assert_eq!(b.message().await, (Topic::Parts, a.id(), vec![part; 64 << 10]));
    }
}

#[tokio::test]
async fn messages_find_a_way_around_a_missing_link_and_heights_need_none() {
    let (mut a, mut b, mut c) = (Node::alone(1).await, Node::alone(2).await, Node::alone(3).await);
    // `a` and `c` permit each other, but know no address where the other one listens.
    a.allow(Peer { id: c.id(), address: nowhere() }).await;
    c.allow(Peer { id: a.id(), address: nowhere() }).await;
    connect(&mut a, &mut b).await;
    connect(&mut b, &mut c).await;
    for topic in OF_VOTERS.into_iter().filter(|topic| *topic != Topic::Status) {
        a.publish(topic, [1]).await;
        let event = c.until(|event| matches!(event, Event::Message { .. })).await;
        assert_eq!(event, Event::Message { topic, from: b.id(), source: a.id(), data: vec![1] });
    }
    // Who can't ask a node for its blocks needn't know how many it has.
    a.publish(Topic::Status, [2]).await;
    b.until(|event| matches!(event, Event::Message { topic: Topic::Status, .. })).await;
    b.publish(Topic::Status, [3]).await;
    assert_eq!(c.message().await, (Topic::Status, b.id(), vec![3]));
}

#[tokio::test]
async fn a_consumer_that_sends_without_reading_does_not_deadlock() {
    let (mut a, mut b) = pair().await;
    let received = |node: &Node| {
        let counters = node.network.counters();
        counters.topic(Topic::Consensus).messages_in
    };
    // `b` reads no events until its swarm stops reading from the network.
    let room = EVENTS_MAX + EVENTS_WAITING_MAX;
    for number in 0..room {
        a.publish(Topic::Consensus, number.to_be_bytes()).await;
        eventually(|| received(&b) > number as u64).await;
    }
    let count = room + 2 * COMMANDS_MAX;
    for number in room..count {
        let data = number.to_be_bytes();
        a.publish(Topic::Consensus, data).await;
        within(b.publish(Topic::Consensus, data)).await;
        within(b.network.request(a.id(), data.to_vec())).await.expect("the network runs");
    }
    assert_eq!(received(&b), room as u64);

    for number in 0..count {
        assert_eq!(b.message().await.2, number.to_be_bytes());
    }
    b.publish(Topic::Consensus, [1]).await;
    while a.message().await.2 != [1] {}
}

#[tokio::test]
async fn only_transactions_are_dropped_when_the_consumer_is_slow() {
    let (a, mut b) = pair().await;
    let room = EVENTS_MAX + TRANSACTIONS_WAITING_MAX;
    let sent = room + 100;
    for number in 0..sent {
        a.publish(Topic::Transactions, number.to_be_bytes()).await;
        let seen = || b.network.counters().topic(Topic::Transactions).messages_in;
        eventually(|| seen() > number as u64).await;
    }
    a.publish(Topic::Consensus, [1]).await;
    eventually(|| b.network.counters().topic(Topic::Consensus).messages_in == 1).await;
    let dropped = b.network.counters().topic(Topic::Transactions).dropped_in;
    assert_eq!(dropped, (sent - room) as u64);

    let mut position = None;
    for number in 0..=room {
        if b.message().await.0 == Topic::Consensus {
            position = Some(number);
        }
    }
    // Only what is in the channel already comes before a vote.
    assert_eq!(position, Some(EVENTS_MAX));
}
