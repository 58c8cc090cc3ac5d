use arc_malachitebft_sync::{Request, ValueRequest};
use lojal_network::{Command, Protocol};
use lojal_store::Options;

use super::*;
use crate::clock::Clock;
use crate::context::Height;
use crate::data::Question;
use crate::enquiries::Enquiries;
use crate::fixture::{self, peer};
use crate::forgery::Forgery;
use crate::membership::Membership;
use crate::mempool::Mempool;
use crate::outlook::Outlooks;
use crate::progress::Progress;
use crate::roster::Addresses;
use crate::serving::Desks;
use crate::signing::ValidatorVerifier;
use crate::workers::Workers;

/// The peers that the bridge reports, in order, for what these peers say.
async fn reported(said: Vec<Event>) -> Vec<PeerId> {
    let commands = commanded(said).await.into_iter().map(|command| match command {
        Command::Report(peer) => peer,
        other => panic!("nothing else is asked for: {other:?}"),
    });
    commands.collect()
}

/// The commands that the bridge gives the network, in order, when these peers say this.
async fn commanded(said: Vec<Event>) -> Vec<Command> {
    let (network, mut commands) = Network::without_swarm(peer(0));
    let listening = "/ip4/127.0.0.1/tcp/0".parse().expect("a literal address parses");
    let mut bridge = Bridge::start(network, listening).await.expect("an actor starts");
    bridge.subscribed = watch::channel(SUBSCRIBERS).1;
    let dir = tempfile::tempdir().expect("a temporary directory");
    let opened = lojal_store::open(dir.path(), &fixture::genesis(3_000), Options::default()).expect("a new store");
    let chain = opened.store.genesis().chain_id();
    let (mempool, _outbox) = Mempool::start(fixture::state(), opened.store.pages(), Clock::System, Workers::Threads);
    let (blocks, _requests) = mpsc::channel(1);
    let (data, _questions) = mpsc::channel(1);
    let (submissions, _submitted) = mpsc::channel(1);
    let (onward, _handed_on) = mpsc::channel(1);
    let progress = Progress::default();
    let membership = Membership::new(
        Network::without_swarm(peer(0)).0,
        opened.store.clone(),
        (progress.clone(), Workers::Threads),
        Addresses::default(),
        Outlooks::default(),
        (mempool.clone(), onward),
    );
    let listeners = Listeners {
        progress,
        mempool,
        desks: Desks { blocks, data, submissions },
        enquiries: Enquiries::default(),
        forgery: Forgery::new(opened.store, ValidatorVerifier::new(chain)),
        membership,
        signs: true,
    };
    let (events, mut heard) = mpsc::channel(said.len());
    for event in said {
        events.try_send(event).expect("there is room for all");
    }
    drop(events);
    bridge.forward(&mut heard, listeners).await;
    std::iter::from_fn(|| commands.try_recv().ok()).collect()
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
    let nonsense = |protocol| vec![Event::Request { id, peer: peer(3), protocol, data: vec![0xff; 100] }];
    assert_eq!(reported(nonsense(Protocol::Blocks)).await, [peer(3)]);
    let commands = commanded(nonsense(Protocol::Data)).await;
    assert!(matches!(&commands[..], [Command::Report(peer_id), Command::Reject(refused)]
        if *peer_id == peer(3) && *refused == id));
}

#[tokio::test]
async fn requests_beyond_what_waits_are_refused_and_their_answers_are_not_the_engines_business() {
    let request = Request::<Context>::ValueRequest(ValueRequest::new(height(1)..=height(2)));
    let data = encode(&request).expect("it has an encoding");
    let ask = |number: &str, protocol, data: &[u8]| {
        let (id, data) = (number.parse().expect("a number"), data.to_vec());
        Event::Request { id, peer: peer(3), protocol, data }
    };
    let blocks = |number: &str| ask(number, Protocol::Blocks, &data);
    let question = ask("4", Protocol::Data, &Question::Head.encode());
    let commands = commanded(vec![blocks("1"), blocks("2"), blocks("3"), question]).await;
    let refused = commands.iter().map(|command| match command {
        Command::Reject(id) => id.to_string(),
        other => panic!("nothing else is asked for: {other:?}"),
    });
    assert_eq!(refused.collect::<Vec<_>>(), ["2", "3"], "there is room for one of each");
}

#[tokio::test]
async fn whoever_publishes_votes_proposals_and_certificates_that_nobody_signed_is_reported_not_who_passes_them_on() {
    let said = fixture::forgeries().into_iter().map(|(topic, data)| message(topic, data)).collect::<Vec<_>>();
    let count = said.len();
    assert!(count >= 7, "of every kind");
    assert_eq!(reported(said).await, vec![peer(1); count]);
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
