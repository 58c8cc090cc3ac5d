use std::collections::BTreeMap;

use super::*;
use crate::people::peer;

/// A network of three whose validators only listen.
struct Bench {
    hub: Hub,
    ports: Vec<mpsc::UnboundedReceiver<Event>>,
}

impl Bench {
    /// Everybody is connected with everybody.
    async fn connected() -> Self {
        let hub = Hub::new(1, (0..3).map(peer).collect());
        tokio::spawn(hub.clone().run());
        let ports = (0..3).map(|node| hub.attach(node, 1, (0..3).collect())).collect();
        let mut bench = Self { hub, ports };
        bench.pass(5_000).await;
        let heard = bench.heard();
        assert!(heard.values().all(|events| matches!(events[..], [Event::Connected(_), Event::Connected(_)])));
        bench
    }

    async fn pass(&mut self, ms: u64) {
        drop(tokio::time::timeout(Duration::from_millis(ms), std::future::pending::<()>()).await);
    }

    /// The events that everybody has heard since the last time.
    fn heard(&mut self) -> BTreeMap<usize, Vec<Event>> {
        let mut heard = BTreeMap::new();
        for (node, port) in self.ports.iter_mut().enumerate() {
            let events: Vec<Event> = std::iter::from_fn(|| port.try_recv().ok()).collect();
            heard.insert(node, events);
        }
        heard
    }

    fn publish(&self, node: usize, topic: Topic, data: &[u8]) {
        self.hub.command(node, 1, Command::Publish(topic, data.to_vec()));
    }

    fn break_links(&self, number: usize, kind: LinkFaultKind) {
        self.hub.break_links(LinkFault { number, kind });
    }
}

fn messages(events: &[Event]) -> Vec<&[u8]> {
    let data = events.iter().filter_map(|event| match event {
        Event::Message { data, .. } => Some(data.as_slice()),
        _ => None,
    });
    data.collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_reaches_everybody_else_once_with_its_source() {
    let mut bench = Bench::connected().await;
    for topic in Topic::ALL.into_iter().filter(|topic| *topic != Topic::Tips) {
        bench.publish(0, topic, b"hello");
        bench.pass(2_000).await;
        let heard = bench.heard();
        assert!(heard[&0].is_empty());
        for node in [1, 2] {
            assert_eq!(messages(&heard[&node]), [b"hello"], "{topic:?}");
            assert!(matches!(&heard[&node][0], Event::Message { source, .. } if *source == peer(0)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_too_long_for_its_topic_is_refused() {
    let mut bench = Bench::connected().await;
    bench.publish(0, Topic::Status, &vec![0; Topic::Status.message_bytes_max() + 1]);
    bench.publish(0, Topic::Status, &vec![0; Topic::Status.message_bytes_max()]);
    bench.pass(2_000).await;
    assert_eq!(messages(&bench.heard()[&1]).len(), 1);
    assert_eq!(bench.hub.counts().oversized, 1);
}

#[tokio::test(start_paused = true)]
async fn messages_go_around_a_broken_link() {
    let mut bench = Bench::connected().await;
    bench.break_links(0, LinkFaultKind::OneWay { from: 0, to: 2 });
    for topic in [Topic::Consensus, Topic::Parts] {
        bench.publish(0, topic, b"hello");
        bench.pass(2_000).await;
        let heard = bench.heard();
        let around = heard[&2].iter().any(|event| matches!(event, Event::Message { from, .. } if *from == peer(1)));
        assert!(around, "{topic:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_lasts_disconnects_and_its_end_connects_again() {
    let mut bench = Bench::connected().await;
    bench.break_links(0, LinkFaultKind::Partition { group: vec![2] });
    bench.publish(0, Topic::Consensus, b"lost");
    bench.pass(30_000).await;
    let heard = bench.heard();
    assert_eq!(messages(&heard[&1]), [b"lost"]);
    assert!(messages(&heard[&2]).is_empty());
    assert_eq!(heard[&2].iter().filter(|event| matches!(event, Event::Disconnected(_))).count(), 2);
    bench.hub.repair(0);
    bench.pass(10_000).await;
    assert_eq!(bench.heard()[&2].iter().filter(|event| matches!(event, Event::Connected(_))).count(), 2);
    bench.publish(0, Topic::Consensus, b"again");
    bench.pass(1_000).await;
    assert_eq!(messages(&bench.heard()[&2]), [b"again"]);
}

#[tokio::test(start_paused = true)]
async fn messages_on_a_link_keep_their_order_unless_they_are_to_overtake_each_other() {
    let mut bench = Bench::connected().await;
    let numbers: Vec<[u8; 1]> = (0..50).map(|number| [number]).collect();
    for number in &numbers {
        bench.publish(0, Topic::Transactions, number);
    }
    bench.pass(3_000).await;
    assert_eq!(messages(&bench.heard()[&1]), numbers.iter().map(|number| &number[..]).collect::<Vec<_>>());
    bench.break_links(0, LinkFaultKind::Reordering { permille: 500, max_ms: 300 });
    for number in &numbers {
        bench.publish(0, Topic::Transactions, number);
    }
    bench.pass(3_000).await;
    let heard = bench.heard();
    let heard = messages(&heard[&1]);
    assert_eq!(heard.len(), 50);
    assert!(!heard.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn requests_are_answered_refused_or_fail() {
    let mut bench = Bench::connected().await;
    let (network, mut commands) = lojal_network::Network::without_swarm(peer(0));
    for _ in 0..3 {
        network.request(peer(1), b"question".to_vec()).await.expect("it runs");
        let command = commands.recv().await.expect("it runs");
        bench.hub.command(0, 1, command);
    }
    bench.pass(500).await;
    let heard = bench.heard();
    let asked = heard[&1].iter().map(|event| match event {
        Event::Request { id, peer: from, data, .. } if *from == peer(0) && data == b"question" => *id,
        other => panic!("{other:?}"),
    });
    let asked: Vec<_> = asked.collect();
    bench.hub.command(1, 1, Command::Respond(asked[0], b"answer".to_vec()));
    bench.hub.command(1, 1, Command::Reject(asked[1]));
    bench.pass(500).await;
    let heard = bench.heard();
    assert!(matches!(&heard[&0][0], Event::Response { data, .. } if data == b"answer"));
    assert!(matches!(&heard[&0][1], Event::RequestFailed { reason: lojal_network::RequestFailure::Refused, .. }));
    bench.pass(20_000).await;
    let heard = bench.heard();
    assert!(matches!(&heard[&0][0], Event::RequestFailed { reason: lojal_network::RequestFailure::Timeout, .. }));
}

#[tokio::test(start_paused = true)]
async fn what_a_gone_incarnation_says_is_not_heard() {
    let mut bench = Bench::connected().await;
    bench.hub.detach(0);
    bench.ports[0] = bench.hub.attach(0, 2, (0..3).collect());
    bench.pass(5_000).await;
    bench.heard();
    bench.hub.command(0, 1, Command::Publish(Topic::Status, b"from beyond".to_vec()));
    bench.hub.command(0, 2, Command::Publish(Topic::Status, b"alive".to_vec()));
    bench.pass(1_000).await;
    assert_eq!(messages(&bench.heard()[&1]), [b"alive"]);
}

#[tokio::test(start_paused = true)]
async fn lost_and_doubled_messages_are_as_many_as_they_should_be() {
    let mut bench = Bench::connected().await;
    bench.break_links(0, LinkFaultKind::Loss { topic: Some(Topic::Transactions), permille: 1_000 });
    bench.publish(0, Topic::Transactions, b"lost");
    bench.publish(0, Topic::Status, b"not lost");
    bench.pass(3_000).await;
    assert_eq!(messages(&bench.heard()[&1]), [b"not lost"]);
    bench.hub.repair(0);
    bench.break_links(1, LinkFaultKind::Duplication { permille: 1_000 });
    bench.publish(0, Topic::Status, b"twice");
    bench.pass(3_000).await;
    assert_eq!(messages(&bench.heard()[&1]), [b"twice"], "a node hears the second not at all");
}

#[tokio::test(start_paused = true)]
async fn those_who_do_not_let_each_other_in_are_not_connected_until_they_do() {
    let hub = Hub::new(1, (0..3).map(peer).collect());
    tokio::spawn(hub.clone().run());
    let guests = [vec![1], vec![0, 2], vec![0, 1]];
    let ports = guests.into_iter().enumerate().map(|(node, guests)| hub.attach(node, 1, guests.into_iter().collect()));
    let mut bench = Bench { ports: ports.collect(), hub };
    bench.pass(5_000).await;
    let heard = bench.heard();
    assert_eq!(heard[&0], [Event::Connected(peer(1))]);
    assert_eq!(heard[&2], [Event::Connected(peer(1))]);
    let guest = lojal_network::Peer { id: peer(2), address: lojal_network::Multiaddr::empty() };
    bench.hub.command(0, 1, Command::Allow(guest));
    bench.pass(5_000).await;
    let heard = bench.heard();
    assert_eq!((&heard[&0][..], &heard[&1][..]), (&[Event::Connected(peer(2))][..], &[][..]));
    bench.hub.command(0, 1, Command::Disallow(peer(2)));
    bench.pass(30_000).await;
    let heard = bench.heard();
    assert_eq!(heard[&0], [Event::Disconnected(peer(2))]);
    assert_eq!(heard[&2], [Event::Disconnected(peer(0))]);
}

#[tokio::test(start_paused = true)]
async fn only_voters_are_heard_whoever_passes_it_on_and_everybody_says_how_far_it_is() {
    let mut bench = Bench::connected().await;
    bench.hub.note_deliveries();
    let voters: BTreeSet<PeerId> = [peer(0), peer(1)].into();
    for node in 0..3 {
        bench.hub.command(node, 1, Command::Voters(voters.clone()));
    }
    for topic in Topic::ALL {
        bench.publish(2, topic, b"by itself");
        bench.hub.publish_to(2, topic, b"by a program of its own".to_vec(), &[0, 1]);
        bench.hub.pass_on(1, 2, topic, b"by an accomplice".to_vec());
    }
    bench.publish(0, Topic::Consensus, b"a vote");
    bench.pass(3_000).await;
    let heard = bench.heard();
    let mut told = messages(&heard[&0]);
    told.sort_unstable();
    assert_eq!(told, [&b"by a program of its own"[..], b"by an accomplice", b"by itself"]);
    assert_eq!(messages(&heard[&2]), [b"a vote"]);
    let of_stranger = bench.hub.deliveries().into_iter().filter(|one| one.source == 2).collect::<Vec<_>>();
    assert!(!of_stranger.is_empty() && of_stranger.iter().all(|one| one.topic == Some(Topic::Status)));
    assert!(bench.hub.counts().refused > 0);
}

#[tokio::test(start_paused = true)]
async fn followers_hear_heights_and_nobody_hears_more_of_them() {
    let mut bench = Bench::connected().await;
    let (voters, followers) = ([peer(0), peer(1)].into(), BTreeSet::from([peer(2)]));
    for node in 0..3 {
        bench.hub.command(node, 1, Command::Voters(BTreeSet::clone(&voters)));
        bench.hub.command(node, 1, Command::Followers(followers.clone()));
    }
    for topic in Topic::ALL {
        bench.publish(0, topic, topic.name().as_bytes());
        bench.hub.publish_to(2, topic, b"by a program of its own".to_vec(), &[0, 1]);
    }
    bench.pass(3_000).await;
    let heard = bench.heard();
    let mut told = messages(&heard[&2]);
    told.sort_unstable();
    assert_eq!(told, [&b"status"[..], b"tips"]);
    assert_eq!(messages(&heard[&0]), [b"by a program of its own"]);
    let of_validator = messages(&heard[&1]);
    assert_eq!(of_validator.len(), 6, "five topics of the validator, and how far the follower is");
}
