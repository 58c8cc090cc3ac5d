//! Followers: nodes without a part in consensus.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::limits::{OVER_BUDGET_PER_MINUTE_MAX, SUBMISSIONS_INBOUND_PER_PEER_MAX};
use crate::{InboundRequest, RequestFailure};

/// The topics about votes, of which followers hear nothing.
const OF_VOTES: [Topic; 4] = [Topic::Consensus, Topic::Liveness, Topic::Parts, Topic::Transactions];

/// Says to nodes who takes part in consensus, and who follows.
async fn tell(nodes: &[&Node], voters: &[&Node], followers: &[&Node]) {
    let ids = |nodes: &[&Node]| -> BTreeSet<PeerId> { nodes.iter().map(|node| node.id()).collect() };
    for node in nodes {
        node.network.voters(ids(voters)).await.expect("the network runs");
        node.network.followers(ids(followers)).await.expect("the network runs");
    }
}

/// A voter, and a follower as it sees it, which are connected; the follower knows nothing of that, as somebody who runs
/// a program of his own may choose to.
async fn with_rogue() -> (Node, Node) {
    let (mut voter, mut rogue) = (Node::alone(1).await, Node::alone(2).await);
    tell(&[&voter], &[&voter], &[&rogue]).await;
    // Of the rogue's side only what it hears counts: it lets the voter be no voter, so that it takes it for connected.
    rogue.network.voters(BTreeSet::from([voter.id()])).await.expect("the network runs");
    connect(&mut voter, &mut rogue).await;
    rogue.network.voters(BTreeSet::from([voter.id(), rogue.id()])).await.expect("the network runs");
    (voter, rogue)
}

/// Two voters and a follower, all connected.
async fn three() -> [Node; 3] {
    let mut nodes = [Node::alone(1).await, Node::alone(2).await, Node::alone(3).await];
    {
        let [a, b, follower] = &nodes;
        tell(&[a, b, follower], &[a, b], &[follower]).await;
    }
    let peers: Vec<Peer> = nodes.iter().map(Node::peer).collect();
    for node in &nodes {
        for peer in &peers {
            node.allow(peer.clone()).await;
        }
    }
    for node in &mut nodes {
        let others: Vec<PeerId> = peers.iter().map(|peer| peer.id).filter(|id| *id != node.id()).collect();
        node.until_connected(&others).await;
    }
    nodes
}

/// The next request of others.
async fn asked(node: &mut Node) -> (InboundRequest, PeerId, Protocol, Vec<u8>) {
    match node.until(|event| matches!(event, Event::Request { .. })).await {
        Event::Request { id, peer, protocol, data } => (id, peer, protocol, data),
        other => unreachable!("{other:?} was not waited for"),
    }
}

#[tokio::test]
async fn a_follower_hears_how_far_the_others_are_and_nothing_of_what_they_vote_on() {
    let [a, mut b, mut follower] = three().await;
    for topic in OF_VOTES {
        a.publish(topic, [1]).await;
        assert_eq!(b.message().await, (topic, a.id(), vec![1]));
    }
    // It subscribes to tips once it has said so to the others.
    let tips = async {
        loop {
            a.publish(Topic::Tips, [2]).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        heard = follower.message() => assert_eq!(heard, (Topic::Tips, a.id(), vec![2])),
        () = tips => {}
    }
    b.publish(Topic::Status, [3]).await;
    follower.until(|event| matches!(event, Event::Message { topic: Topic::Status, .. })).await;
    let counters = follower.network.counters();
    assert!(OF_VOTES.iter().all(|topic| counters.topic(*topic).messages_in == 0));
    assert_eq!(b.network.counters().topic(Topic::Tips).messages_in, 0, "only followers hear that");
}

#[tokio::test]
async fn a_follower_says_how_far_it_is_asks_and_hands_in_and_its_own_voice_is_passed_on_by_nobody() {
    let [mut a, mut b, mut follower] = three().await;
    follower.publish(Topic::Status, [1]).await;
    assert_eq!(a.message().await, (Topic::Status, follower.id(), vec![1]));
    assert_eq!(b.message().await, (Topic::Status, follower.id(), vec![1]));
    for protocol in [Protocol::Blocks, Protocol::Submissions, Protocol::Data] {
        let id = follower.network.next_request();
        follower.network.request_as(id, a.id(), protocol, vec![4]).await.expect("the network runs");
        let (inbound, peer, by, data) = asked(&mut a).await;
        assert_eq!((peer, by, data), (follower.id(), protocol, vec![4]));
        a.network.respond(inbound, vec![5]).await.expect("the network runs");
        let answer = follower.until(|event| matches!(event, Event::Response { .. })).await;
        assert_eq!(answer, Event::Response { id, peer: a.id(), data: vec![5] });
    }
}

#[tokio::test]
async fn what_a_follower_publishes_all_the_same_reaches_nobody() {
    let (mut voter, rogue) = with_rogue().await;
    for topic in OF_VOTES {
        for _ in 0..100 {
            rogue.publish(topic, [1]).await;
        }
        voter.publish(topic, [1]).await;
    }
    rogue.publish(Topic::Status, [2]).await;
    assert_eq!(voter.message().await, (Topic::Status, rogue.id(), vec![2]));
    let (heard, told) = (voter.network.counters(), rogue.network.counters());
    for topic in OF_VOTES {
        assert_eq!((heard.topic(topic).messages_in, told.topic(topic).messages_in), (0, 0), "{topic:?}");
    }
    assert_eq!(heard.messages_refused, 0, "nothing has come that could be refused");
}

#[tokio::test]
async fn a_follower_that_floods_with_heights_is_shut_out() {
    let (voter, rogue) = with_rogue().await;
    let mut voter = voter;
    let (network, id) = (voter.network.clone(), rogue.id());
    let reading = tokio::spawn(async move { voter.until_disconnected(id).await });
    let shut_outs = || network.offences().get(&id).map_or(0, |offences| offences.shut_outs);
    while shut_outs() == 0 {
        for _ in 0..16 {
            rogue.publish(Topic::Status, vec![1; Topic::Status.message_bytes_max()]).await;
        }
        tokio::task::yield_now().await;
    }
    within(reading).await.expect("it doesn't panic");
    assert!(network.offences()[&id].over_budget > OVER_BUDGET_PER_MINUTE_MAX);
}

#[tokio::test]
async fn a_follower_has_as_many_submissions_open_as_it_may_and_is_answered_otherwise_all_the_same() {
    let (mut voter, mut rogue) = with_rogue().await;
    for _ in 0..SUBMISSIONS_INBOUND_PER_PEER_MAX {
        let id = rogue.network.next_request();
        rogue.network.request_as(id, voter.id(), Protocol::Submissions, vec![1]).await.expect("the network runs");
        asked(&mut voter).await;
    }
    let id = rogue.network.next_request();
    rogue.network.request_as(id, voter.id(), Protocol::Submissions, vec![1]).await.expect("the network runs");
    let failed = rogue.until(|event| matches!(event, Event::RequestFailed { .. })).await;
    assert_eq!(failed, Event::RequestFailed { id, peer: voter.id(), reason: RequestFailure::Refused });
    let blocks = rogue.network.request(voter.id(), vec![2]).await.expect("the network runs");
    let (inbound, _, protocol, _) = asked(&mut voter).await;
    assert_eq!(protocol, Protocol::Blocks);
    voter.network.respond(inbound, vec![3]).await.expect("the network runs");
    let answer = rogue.until(|event| matches!(event, Event::Response { .. })).await;
    assert_eq!(answer, Event::Response { id: blocks, peer: voter.id(), data: vec![3] });
}

/// A node whose events are read, and how often a peer has connected to it since.
fn drained(mut node: Node, peer: PeerId) -> (Network, Arc<AtomicU64>) {
    let (network, connects) = (node.network.clone(), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&connects);
    tokio::spawn(async move {
        while let Some(event) = node.events.recv().await {
            counted.fetch_add(u64::from(event == Event::Connected(peer)), Ordering::Relaxed);
        }
    });
    (network, connects)
}

/// Has a node publish on the topics of votes until others have heard it on each.
async fn is_heard(speaker: &Network, by: &[&Network]) {
    let hear = |network: &&Network| OF_VOTES.iter().all(|topic| network.counters().topic(*topic).messages_in > 0);
    let mut again = tokio::time::interval(Duration::from_millis(20));
    within(async {
        while !by.iter().all(hear) {
            again.tick().await;
            for topic in OF_VOTES {
                speaker.publish(topic, vec![7]).await.expect("the network runs");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_follower_that_is_to_vote_hears_everything_and_one_that_follows_again_nothing() {
    let [a, b, follower] = three().await;
    let id = follower.id();
    tell(&[&a, &b, &follower], &[&a, &b, &follower], &[]).await;
    let voters = BTreeSet::from([a.id(), b.id()]);
    let ((a, of_a), (b, of_b), (follower, _)) = (drained(a, id), drained(b, id), drained(follower, id));
    is_heard(&follower, &[&a, &b]).await;
    is_heard(&a, &[&follower]).await;

    let connects = || [&of_a, &of_b].map(|count| count.load(Ordering::Relaxed));
    let before = connects();
    for network in [&a, &b, &follower] {
        network.voters(voters.clone()).await.expect("the network runs");
        network.followers(BTreeSet::from([id])).await.expect("the network runs");
    }
    eventually(|| connects().iter().zip(before).all(|(now, before)| *now > before)).await;
    let (heard, statuses) = (follower.counters(), follower.counters().topic(Topic::Status).messages_in);
    for topic in OF_VOTES {
        a.publish(topic, vec![9]).await.expect("the network runs");
    }
    // The last of them would have come before this.
    let mut again = tokio::time::interval(Duration::from_millis(20));
    within(async {
        while follower.counters().topic(Topic::Status).messages_in == statuses {
            again.tick().await;
            a.publish(Topic::Status, vec![9]).await.expect("the network runs");
        }
    })
    .await;
    let after = follower.counters();
    assert!(OF_VOTES.iter().all(|topic| heard.topic(*topic) == after.topic(*topic)));
}
