//! `lojal listen`: webhooks to a program on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use lojal_types::NetworkKind;
use lojal_types::api::Brands;
use lojal_wallet::hook::HookSecret;
use serde_json::{Value, json};

use crate::support::gateway::{brand, network_status};
use crate::support::server::{Answer, Server};
use crate::support::{Wallet, key};

/// A message as it came: the lines of its head, and its body.
type Message = (Vec<String>, String);

/// A receiver that answers so many messages with these statuses, and gives what came.
fn receiver(statuses: &'static [u16]) -> (String, JoinHandle<Vec<Message>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/lojal", listener.local_addr().expect("bound"));
    let receive = move || {
        let take = |status: &u16| {
            let (stream, _) = listener.accept().expect("somebody sends");
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (Vec::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("readable");
                let line = line.trim().to_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(number) = line.strip_prefix("content-length: ") {
                    length = number.parse().expect("a number");
                }
                head.push(line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("all of it");
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).expect("writable");
            (head, String::from_utf8(body).expect("UTF-8"))
        };
        statuses.iter().map(take).collect()
    };
    (url, thread::spawn(receive))
}

/// A gateway that tells of two events.
fn gateway() -> Server {
    let subject = key().address().to_text(NetworkKind::Test);
    let failed = json!({ "result": "failed", "operation": 0, "code": "insufficient_points" });
    let event = |id: &str| {
        let event = json!({
            "specversion": "1.0", "id": id, "source": "/lojal/00000000", "type": "lojal.transaction.failed",
            "subject": subject, "time": "2027-03-14T00:00:00.000Z", "datacontenttype": "application/json",
            "data": { "height": 812, "time_ms": 0, "receipt": failed },
        });
        format!("id: {id}\ndata: {event}\n\n")
    };
    let stream = [event("812-0-0"), event("812-1-0")].concat();
    Server::start(move |request| match request.path.split('?').next().unwrap_or_default() {
        "/v1/status" => Answer::json(200, &network_status()),
        "/v1/brands" => Answer::json(200, &Brands { brands: vec![brand("kaffet", 2), brand("nordmat", 0)] }),
        "/v1/events" => Answer::With(200, stream.clone().into_bytes()),
        _ => Answer::problem(404, "unknown_route"),
    })
}

fn header<'a>(message: &'a Message, name: &str) -> &'a str {
    let start = format!("{name}: ");
    message.0.iter().find_map(|line| line.strip_prefix(&start)).expect("the header is there")
}

#[test]
fn events_come_signed_as_webhooks_and_what_is_not_taken_is_told() {
    let (server, wallet) = (gateway(), Wallet::at("http://127.0.0.1:1"));
    let (url, received) = receiver(&[200, 500]);
    let ran = wallet.run(&["listen", "--forward", &url, "--count", "2", "--gateway", server.url()]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].ends_with("transaction.failed  812-0-0  200"), "{lines:?}");
    assert!(lines[1].ends_with("812-1-0  500: not taken, and not sent again"), "{lines:?}");
    let messages = received.join().expect("it ends");
    let secret = HookSecret::of(&wallet.home()).expect("kept");
    for (message, id) in messages.iter().zip(["812-0-0", "812-1-0"]) {
        assert!(message.0[0].starts_with("post /lojal "), "{:?}", message.0);
        assert_eq!(
            (header(message, "webhook-id"), header(message, "content-type")),
            (id, "application/cloudevents+json")
        );
        let seconds = header(message, "webhook-timestamp").parse().expect("seconds");
        let signature = secret.signature(id, seconds, &message.1).to_lowercase();
        assert_eq!(header(message, "webhook-signature"), signature);
        let event: Value = serde_json::from_str(&message.1).expect("an event");
        assert_eq!((&event["id"], &event["type"]), (&id.into(), &"lojal.transaction.failed".into()));
    }
    let shown = wallet.run(&["listen", "--secret"]).stdout;
    assert_eq!(shown.trim(), secret.text().as_str());
    assert!(!ran.stdout.contains("whsec_") && !ran.stderr.contains("whsec_"), "nobody asked for the secret");
}

#[test]
fn nothing_is_sent_elsewhere_and_a_receiver_that_is_not_there_is_told() {
    let (server, wallet) = (gateway(), Wallet::at("http://127.0.0.1:1"));
    let ran = wallet.run(&["listen", "--forward", "http://shop.example.org/", "--gateway", server.url(), "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"));
    assert!(server.requests().is_empty());
    assert_eq!(wallet.run(&["listen"]).exit_code, 2, "somewhere it has to go");
    let nobody = ["listen", "--forward", "http://127.0.0.1:1/", "--count", "1", "--gateway", server.url(), "--json"];
    let ran = wallet.run(&nobody);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let line: Value = serde_json::from_str(ran.stdout.lines().next().expect("a line")).expect("a document");
    assert_eq!((&line["event"], &line["status"]), (&"812-0-0".into(), &Value::Null));
    assert!(line["error"].as_str().is_some_and(|error| !error.is_empty()), "{line}");
}
