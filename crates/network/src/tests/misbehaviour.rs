//! Peers that are permitted and behave badly.

use tokio::time::{Instant, advance, pause, resume};

use super::*;
use crate::limits::{BURST_IN, OVER_BUDGET_PER_MINUTE_MAX, REPORTS_PER_MINUTE_MAX, SHUT_OUT_TIME};

async fn three() -> [Node; 3] {
    connected(3).await.try_into().unwrap_or_else(|_| unreachable!("three nodes were asked for"))
}

fn shut_outs(network: &Network, peer: PeerId) -> u64 {
    network.offences().get(&peer).copied().unwrap_or_default().shut_outs
}

/// Time goes by all at once.
async fn skip(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

#[tokio::test]
async fn a_peer_reported_too_often_is_shut_out_whoever_passes_its_messages_on_and_comes_back() {
    let [mut a, mut b, mut c] = three().await;
    for _ in 0..REPORTS_PER_MINUTE_MAX {
        a.network.report(c.id()).await.expect("the network runs");
    }
    c.publish(Topic::Consensus, [1]).await;
    assert_eq!(a.message().await, (Topic::Consensus, c.id(), vec![1]), "so much is put up with");
    assert_eq!(b.message().await.1, c.id());
    a.network.report(c.id()).await.expect("the network runs");
    a.until_disconnected(c.id()).await;
    c.until_disconnected(a.id()).await;
    let offences = a.network.offences()[&c.id()];
    assert_eq!((offences.reported, offences.shut_outs), (REPORTS_PER_MINUTE_MAX + 1, 1));

    // `b` has nothing against `c`, and passes on what it says.
    c.publish(Topic::Consensus, [2]).await;
    assert_eq!(b.message().await.2, [2]);
    eventually(|| a.network.counters().messages_refused > 0).await;
    a.network.report(c.id()).await.expect("the network runs");
    b.publish(Topic::Consensus, [3]).await;
    assert_eq!(a.message().await, (Topic::Consensus, b.id(), vec![3]), "the one that passes it on is not to blame");
    assert_eq!(a.network.peers(), [b.id()]);
    assert_eq!(shut_outs(&a.network, c.id()), 1);

    skip(SHUT_OUT_TIME).await;
    a.until_connected(&[c.id()]).await;
    c.until_connected(&[a.id()]).await;
    c.publish(Topic::Consensus, [4]).await;
    assert_eq!(a.message().await, (Topic::Consensus, c.id(), vec![4]));
}

#[tokio::test]
async fn a_peer_that_loses_its_permission_while_shut_out_stays_outside_until_it_is_permitted() {
    let (mut a, b) = pair().await;
    for _ in 0..=REPORTS_PER_MINUTE_MAX {
        a.network.report(b.id()).await.expect("the network runs");
    }
    a.until_disconnected(b.id()).await;
    a.allow(b.peer()).await;
    assert_eq!(a.network.peer_count(), 0, "being permitted already shortens nothing");
    a.network.disallow(b.id()).await.expect("the network runs");
    let refused = a.network.counters().connections_refused;
    skip(SHUT_OUT_TIME).await;
    eventually(|| a.network.counters().connections_refused > refused).await;
    assert_eq!(a.network.peer_count(), 0);
    a.allow(b.peer()).await;
    a.until_connected(&[b.id()]).await;
}

#[tokio::test]
async fn a_flooder_gets_its_budget_and_is_shut_out_and_nothing_of_the_others_is_lost() {
    let [mut a, b, c] = three().await;
    let (network, flooder) = (a.network.clone(), c.id());
    let started = Instant::now();
    let reading = tokio::spawn(async move {
        let (mut of_flooder, mut of_others) = (0_u64, Vec::new());
        while of_others.last() != Some(&u64::MAX) {
            match a.message().await {
                (Topic::Status, source, _) if source == flooder => of_flooder += 1,
                (_, _, data) => of_others.push(u64::from_be_bytes(data.try_into().expect("eight bytes"))),
            }
        }
        (a, of_flooder, of_others)
    });
    let mut rounds = 0_u64;
    while shut_outs(&network, flooder) == 0 {
        for _ in 0..16 {
            c.publish(Topic::Status, vec![1; Topic::Status.message_bytes_max()]).await;
        }
        b.publish(Topic::Consensus, rounds.to_be_bytes()).await;
        rounds += 1;
        eventually(|| network.counters().topic(Topic::Consensus).messages_in == rounds).await;
    }
    b.publish(Topic::Consensus, u64::MAX.to_be_bytes()).await;
    let (mut a, of_flooder, of_others) = within(reading).await.expect("it doesn't panic");
    let heard: Vec<u64> = (0..rounds).chain([u64::MAX]).collect();
    assert_eq!(of_others, heard);
    let per_s = Topic::Status.rate().bytes_per_s / Topic::Status.message_bytes_max() as u64;
    let bound = per_s * (BURST_IN + started.elapsed()).as_secs_f64().ceil() as u64;
    assert!((1..=bound).contains(&of_flooder), "{of_flooder} of at most {bound}");
    assert!(network.offences()[&flooder].over_budget > OVER_BUDGET_PER_MINUTE_MAX);
    eventually(|| network.peers() == [b.id()]).await;

    skip(SHUT_OUT_TIME).await;
    a.until_connected(&[flooder]).await;
    c.publish(Topic::Consensus, [1]).await;
    a.until(|event| matches!(event, Event::Message { source, .. } if *source == flooder)).await;
}

#[tokio::test]
async fn a_node_publishes_no_more_transactions_at_once_than_its_budget() {
    let node = Node::alone(1).await;
    let bytes = Topic::Transactions.message_bytes_max();
    let rate = Topic::Transactions.rate();
    let fitting = rate.bytes_per_s * crate::limits::BURST_OUT.as_secs() / bytes as u64;
    pause();
    for _ in 0..fitting + 10 {
        node.publish(Topic::Transactions, vec![0; bytes]).await;
    }
    let counters = || node.network.counters().topic(Topic::Transactions);
    while counters().messages_out + counters().dropped_out < fitting + 10 {
        tokio::task::yield_now().await;
    }
    assert_eq!((counters().messages_out, counters().dropped_out), (fitting, 10));
}
