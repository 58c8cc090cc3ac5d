//! Events, told as they happen, with real programs: from gateway to gateway, to whoever may know, and to nobody who
//! doesn't listen.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use lojal_client::{Client, EventsOf, Told};
use lojal_types::TransactionId;
use lojal_types::api::{Event, EventPlace};
use serde_json::Value;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::network::Network;
use crate::programs::{Running, eventually, run};
use crate::stream::{Stream, two_members};
use crate::wallet::{Signer, code, issue, lojal, nordmat, now};

/// Readers who never read.
const DEAF: usize = 30;

/// The next event that a watch prints.
fn next_event(watch: &mut Running) -> Event {
    let document = |line: &str| serde_json::from_str::<Event>(line).ok();
    watch.line("an event", document)
}

#[test]
fn events_go_on_at_the_next_gateway_without_a_gap_or_a_double_when_the_first_one_is_killed() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let mut command = lojal(&network, "member-2");
    command.args(["watch", "--json", "--after", "0", "--types", "points"]);
    for node in [1, 2, 3] {
        command.args(["--gateway", &network.url(node)]);
    }
    let mut watch = Running::start(&mut command);
    let clients: Vec<Client> = [0, 2, 3].map(|node| network.client(node)).into();
    let mut told: Vec<(EventPlace, TransactionId)> = Vec::new();
    let mut hear = |event: Event| told.push((event.id, event.data.transaction.expect("her own")));
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(20);
        (0..20).for_each(|_| hear(next_event(&mut watch)));
        network.kill(1);
        stream.wait_for(20);
        (0..20).for_each(|_| hear(next_event(&mut watch)));
        // The one that comes back has missed blocks, and is as good as the others again.
        network.revive(1);
        network.kill(2);
        stream.wait_for(20);
    });
    let last = network.catch_up(&[0, 1, 3]);
    let address = to.address().to_text(to.genesis().network());
    let history = {
        let mut transactions = Vec::new();
        let mut cursor = None;
        loop {
            let page = network.client(0).history(&address, 100, cursor.as_deref()).expect("a running gateway");
            transactions.extend(page.transactions.into_iter().map(|one| one.id));
            cursor = page.next_cursor;
            if cursor.is_none() {
                transactions.reverse();
                break transactions;
            }
        }
    };
    while told.len() < history.len() {
        let event = next_event(&mut watch);
        assert!(event.id.height <= last);
        told.push((event.id, event.data.transaction.expect("her own")));
    }
    assert!(told.windows(2).all(|pair| pair[0].0 < pair[1].0), "in the order of the ledger, each once");
    assert_eq!(told.iter().map(|(_, id)| *id).collect::<Vec<_>>(), history, "and none is missing");
    assert!(acknowledged.iter().all(|id| history.contains(id)));
    // Another reader, at another gateway, from the middle on: the same events by the same names.
    let middle = told[told.len() / 2].0.to_string();
    let count = (told.len() - told.len() / 2 - 1).to_string();
    let mut command = lojal(&network, "member-2");
    command.args(["watch", "--json", "--after", &middle, "--count", &count, "--gateway", &network.url(3)]);
    let printed = run(&mut command).success();
    let places: Vec<Event> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let places: Vec<EventPlace> = places.iter().map(|event| event.id).collect();
    assert_eq!(places, told[told.len() / 2 + 1..].iter().map(|(place, _)| *place).collect::<Vec<_>>());
    let end: Value = serde_json::from_str(printed.lines().last().expect("lines")).expect("one document");
    assert_eq!(end["after"], told[told.len() - 1].0.to_string());
}

#[test]
fn a_stranger_a_rival_and_a_token_that_is_over_get_nothing_and_a_brand_what_is_its_own() {
    let network = Network::start();
    let [operator, rival, anna, bo] =
        ["nordmat", "kaffet", "member-1", "member-2"].map(|wallet| Signer::of(&network, wallet));
    let client = |reader: Option<&Signer>| {
        let client = Client::new(&network.url(1)).expect("a valid URL");
        reader.into_iter().for_each(|reader| reader.read_with(&client));
        client
    };
    let of_anna = EventsOf::Account(anna.address().to_text(anna.genesis().network()));
    let of_brand = EventsOf::Brand(nordmat());
    let start = Some(EventPlace::end_of(lojal_types::Height::GENESIS));
    for of in [of_anna, of_brand] {
        assert_eq!(code(client(None).events(&of, &[], start)), "token_missing");
        assert_eq!(code(client(Some(&bo)).events(&of, &[], start)), "not_permitted");
        let over = client(None);
        over.set_token(Some(&anna.token_until(over.audience(), now())));
        assert_eq!(code(over.events(&of, &[], start)), "token_expired");
    }
    assert_eq!(code(client(Some(&rival)).events(&of_brand, &[], start)), "not_permitted");
    let paid = operator.sign(1, issue(anna.address(), 100, "receipt"));
    network.client(0).submit(&paid, true).expect("a running gateway");
    network.catch_up(&[0, 1, 2, 3]);
    // The rival may ask about anybody, and is told nothing that isn't in its points.
    let first_event = |reader: &Signer, of: &EventsOf| {
        let mut events = client(Some(reader)).events(of, &[], start).expect("a stream");
        let first = events.next().expect("a message").expect("no fault");
        match first {
            Told::Event(event) => event.kind,
            Told::Nothing { .. } => "nothing".to_owned(),
        }
    };
    assert_eq!(first_event(&rival, &of_anna), "nothing");
    for (reader, of) in [(&anna, &of_anna), (&operator, &of_anna), (&operator, &of_brand)] {
        assert_eq!(first_event(reader, of), "lojal.points.issued");
    }
}

/// Asks for the events of a brand from the beginning on, by somebody who has no room for them and never reads.
fn deaf(network: &Network, token: &str) -> TcpStream {
    let parse = |text: &str| SockAddr::from(text.parse::<SocketAddr>().expect("an address"));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    socket.bind(&parse("127.0.0.2:0")).expect("an address of this machine");
    socket.connect(&parse(network.url(0).trim_start_matches("http://"))).expect("the gateway listens");
    let mut stream = TcpStream::from(socket);
    let head = format!(
        "GET /v1/events?brand=nordmat&after=0 HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the gateway reads");
    stream
}

#[test]
fn whoever_never_reads_is_cut_off_and_the_others_hear_everything_meanwhile() {
    let network = Network::start();
    let (operator, anna) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let client = Client::new(&network.url(0)).expect("a valid URL");
    let token = operator.token_until(client.audience(), now().plus_ms(600_000)).to_string();
    let deaf: Vec<TcpStream> = (0..DEAF).map(|_| deaf(&network, &token)).collect();
    let sees = |streams: f64| (network.metric(0, "lojal_streams") == Some(streams)).then_some(());
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    eventually("all streams", || sees(DEAF as f64));
    operator.read_with(&client);
    let start = Some(EventPlace::end_of(lojal_types::Height::GENESIS));
    let mut events = client.events(&EventsOf::Brand(nordmat()), &[], start).expect("a stream");
    let many: Vec<_> =
        (0..400).map(|number| operator.sign(number, issue(anna.address(), 1, &format!("receipt {number}")))).collect();
    network.client(0).submit_batch(&many, true).expect("taken in");
    let heard = (&mut events).filter(|told| matches!(told, Ok(Told::Event(_)))).take(400).count();
    assert_eq!(heard, 400);
    eventually("the end of those who don't read", || sees(1.0));
    let ended = network.metric(0, "lojal_streams_ended_total").expect("counted");
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    let expected = DEAF as f64;
    assert!((ended - expected).abs() < 0.5, "{ended}");
    drop((deaf, events));
}
