use lojal_network::Command;

use super::*;
use crate::clock::Clock;
use crate::context::Height;
use crate::fixture::{self, peer};
use crate::workers::Workers;

/// Whom the bridge reports, in order, for what these peers say.
async fn reported(said: Vec<Event>) -> Vec<PeerId> {
    let (network, mut commands) = Network::without_swarm(peer(0));
    let listening = "/ip4/127.0.0.1/tcp/0".parse().expect("a literal address parses");
    let mut bridge = Bridge::start(network, listening).await.expect("an actor starts");
    bridge.subscribed = watch::channel(SUBSCRIBERS).1;
    let (mempool, _outbox) = Mempool::start(fixture::state(), Clock::System, Workers::Threads);
    let (events, mut heard) = mpsc::channel(said.len());
    for event in said {
        events.try_send(event).expect("there is room for all");
    }
    drop(events);
    bridge.forward(&mut heard, Progress::default(), mempool).await;
    let mut reported = Vec::new();
    while let Ok(command) = commands.try_recv() {
        match command {
            Command::Report(peer) => reported.push(peer),
            other => panic!("nothing else is asked for: {other:?}"),
        }
    }
    reported
}

fn message(topic: Topic, data: Vec<u8>) -> Event {
    Event::Message { topic, from: peer(2), source: peer(1), data }
}

#[tokio::test]
async fn the_source_of_what_can_not_be_decoded_is_reported_not_the_one_that_passes_it_on() {
    let said = Topic::ALL.map(|topic| message(topic, vec![0xff; 100]));
    assert_eq!(reported(said.into()).await, vec![peer(1); Topic::ALL.len()]);
}

#[tokio::test]
async fn whoever_asks_nonsense_is_reported() {
    let id = "7".parse().expect("a number");
    let said = vec![Event::Request { id, peer: peer(3), data: vec![0xff; 100] }];
    assert_eq!(reported(said).await, [peer(3)]);
}

#[tokio::test]
async fn nobody_is_reported_for_what_is_old_or_repeated() {
    let peer_id = engine_id(peer(1));
    let status = |tip| {
        let (tip_height, history_min_height) = (height(tip), height(1));
        let status = Status::<Context> { peer_id, tip_height, history_min_height };
        message(Topic::Status, encode(&status).expect("it has an encoding"))
    };
    let said = vec![status(7), status(7), status(3), message(Topic::Transactions, Vec::new())];
    assert_eq!(reported(said).await, []);
}

fn height(number: u64) -> Height {
    Height(lojal_types::Height::new(number))
}
