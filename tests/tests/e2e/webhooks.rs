//! Webhooks with real programs: at least once, in order, and none from before, whatever happens to the gateway.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use lojal_client::{EventsOf, Told};
use lojal_types::api::{Event, EventPlace, WebhookSecret, Webhooks};

use crate::network::Network;
use crate::programs::{eventually, run};
use crate::wallet::{Signer, done, is_applied, issue, lojal, nordmat};

/// The number of times that the gateway is killed.
const KILLS: u64 = 4;
/// Points that are issued between two of them.
const ISSUES: u64 = 12;

/// The events that a receiver was sent, in the order in which they came.
type Sent = Arc<Mutex<Vec<EventPlace>>>;

/// Starts a receiver on this machine, which takes four of five messages; and then reads no more of an answer's sender.
fn receiver(sent: Sent) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/lojal", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let Some(event) = read(&stream) else { continue };
            // What is refused has come all the same; one that comes again may come again.
            let is_taken = number % 5 != 4;
            if is_taken {
                sent.lock().expect("not poisoned").push(event.id);
            }
            let status = if is_taken { "200 OK" } else { "503 Service Unavailable" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            // A gateway that was killed meanwhile takes no answer.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn read(stream: &TcpStream) -> Option<Event> {
    let (mut reader, mut length) = (BufReader::new(stream), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// Lets a gateway send to this machine.
fn allow_private(network: &mut Network, node: usize) {
    network.stop(node);
    let path = network.node_dir(node).join("node.toml");
    let text = std::fs::read_to_string(&path).expect("a node's configuration");
    std::fs::write(&path, format!("{text}\n[webhooks]\nallow_private = true\n")).expect("writable");
    network.revive(node);
}

#[test]
fn every_event_after_the_registration_is_sent_in_order_though_the_gateway_is_killed_again_and_again() {
    let mut network = Network::start();
    allow_private(&mut network, 0);
    let (till, anna) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let pay = |network: &Network, number: u64| {
        let signed = till.sign(number, issue(anna.address(), 1, &format!("receipt {number}")));
        assert!(is_applied(&network.client(1).submit(&signed, true).expect("a running gateway")));
    };
    pay(&network, 1);
    network.catch_up(&[0, 1]);
    let sent = Sent::default();
    let url = receiver(sent.clone());
    let gateway = network.url(0);
    let add = ["--json", "--gateway", &gateway, "webhook", "add", "nordmat", &url, "--types", "points"];
    let added: WebhookSecret = serde_json::from_str(&done(&network, "nordmat", &add)).expect("one document");
    let id = added.webhook.id.as_str();
    let refused = run(lojal(&network, "kaffet").args(["--gateway", &gateway, "webhook", "list", "nordmat"]));
    assert!(refused.status.code() == Some(1) && refused.stderr.contains("not_permitted"), "{refused:?}");
    for kill in 1..=KILLS {
        (0..ISSUES).for_each(|number| pay(&network, kill * 100 + number));
        network.kill(0);
        pay(&network, kill * 100 + ISSUES);
        network.revive(0);
    }
    let events = network.client(1).events(&EventsOf::Brand(nordmat()), &[], Some(added.webhook.registered));
    let expected = events.expect("a stream").filter_map(|told| match told.expect("no fault") {
        Told::Event(event) => Some(event.id),
        Told::Nothing { .. } => None,
    });
    let count = usize::try_from(KILLS * (ISSUES + 1)).expect("a few");
    let expected: Vec<EventPlace> = expected.take(count).collect();
    let last = expected[count - 1];
    eventually("the last event", || sent.lock().expect("not poisoned").contains(&last).then_some(()));
    let mut first_times = Vec::new();
    for place in sent.lock().expect("not poisoned").iter() {
        if !first_times.contains(place) {
            first_times.push(*place);
        }
    }
    assert_eq!(first_times, expected, "each, in the order of the ledger, and none from before");
    let list = ["--json", "--gateway", &gateway, "webhook", "list", "nordmat"];
    let listed = || -> Webhooks { serde_json::from_str(&done(&network, "nordmat", &list)).expect("one document") };
    eventually("that it knows how far it has come", || (listed().webhooks[0].reached >= last).then_some(()));
    let shown = done(&network, "nordmat", &["--gateway", &gateway, "webhook", "deliveries", "nordmat", id]);
    assert!(shown.contains("taken"), "{shown}");
    let again =
        ["--gateway", &gateway, "webhook", "replay", "nordmat", id, "--after", &expected[count - 3].to_string()];
    let before = sent.lock().expect("not poisoned").len();
    done(&network, "nordmat", &again);
    eventually("what is sent again", || (sent.lock().expect("not poisoned").len() >= before + 2).then_some(()));
    assert_eq!(sent.lock().expect("not poisoned")[before..before + 2], expected[count - 2..]);
    done(&network, "nordmat", &["--gateway", &gateway, "webhook", "remove", "nordmat", id]);
    assert!(listed().webhooks.is_empty());
}
