//! A wallet behind a gateway that lies.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::network::Network;
use crate::programs::{Output, run};
use crate::wallet::{Signer, issue, lojal, nordmat};

/// A change that a gateway on the way makes to the proof of an account.
type Lie = Box<dyn Fn(&mut Value) + Send>;

/// A gateway on the way to an honest one, that lies about accounts.
struct Liar {
    url: String,
    lie: Arc<Mutex<Lie>>,
}

impl Liar {
    /// In front of a gateway. It serves until the test's process ends.
    fn before(gateway: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let lie: Arc<Mutex<Lie>> = Arc::new(Mutex::new(Box::new(|_| ())));
        let its = lie.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, &gateway, &its);
            }
        });
        Self { url, lie }
    }

    fn lies(&self, lie: impl Fn(&mut Value) + Send + 'static) {
        *self.lie.lock().expect("nobody panics with it") = Box::new(lie);
    }
}

/// Answers one request.
fn serve(mut stream: TcpStream, gateway: &str, lie: &Mutex<Lie>) {
    let mut lines = BufReader::new(stream.try_clone().expect("a socket")).lines().map_while(Result::ok);
    let Some(path) = lines.next().and_then(|line| Some(line.split(' ').nth(1)?.to_owned())) else { return };
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let token = head
        .iter()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("authorization")));
    let mut request = ureq::get(format!("{gateway}{path}")).config().http_status_as_error(false).build();
    if let Some((_, token)) = token {
        request = request.header("Authorization", token);
    }
    let mut answer = request.call().expect("the honest gateway answers");
    let (status, mut body) = (answer.status(), answer.body_mut().read_to_string().expect("a text"));
    if path.ends_with("/proof") && status.is_success() {
        let mut json: Value = serde_json::from_str(&body).expect("a proof");
        lie.lock().expect("nobody panics with it")(&mut json);
        body = json.to_string();
    }
    let length = body.len();
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn balance(network: &Network, url: &str, more: &[&str]) -> Output {
    run(lojal(network, "member-1").args(["--gateway", url, "balance"]).args(more))
}

/// The hex of something in an answer.
fn hex_of(json: &Value, pointer: &str) -> Vec<u8> {
    hex::decode(json.pointer(pointer).and_then(Value::as_str).expect("hex")).expect("hex")
}

fn flip(json: &mut Value, pointer: &str, place: impl Fn(usize) -> usize) {
    let mut bytes = hex_of(json, pointer);
    let place = place(bytes.len());
    bytes[place] ^= 1;
    *json.pointer_mut(pointer).expect("there") = hex::encode(bytes).into();
}

/// Lies about an account of 740 points that had 700 before.
fn lies() -> Vec<(&'static str, Lie)> {
    let amount = 700_u64.to_le_bytes();
    vec![
        (
            "another amount",
            Box::new(move |json| {
                for index in 0..json["proofs"].as_array().map_or(0, Vec::len) {
                    let pointer = format!("/proofs/{index}/proof");
                    let mut bytes = hex_of(json, &pointer);
                    let total = 740_u64.to_le_bytes();
                    let found = bytes.windows(8).position(|part| part == total);
                    if let Some(place) = found {
                        bytes[place..place + 8].copy_from_slice(&amount);
                        *json.pointer_mut(&pointer).expect("there") = hex::encode(bytes).into();
                    }
                }
            }),
        ),
        ("a proof less", Box::new(|json| drop(json["proofs"].as_array_mut().expect("a list").pop()))),
        ("no proof at all", Box::new(|json| json["proofs"] = Value::Array(Vec::new()))),
        ("another byte in the middle of a proof", Box::new(|json| flip(json, "/proofs/0/proof", |length| length / 2))),
        ("another state root", Box::new(|json| flip(json, "/header", |_| 150))),
        ("a later header", Box::new(|json| flip(json, "/header", |_| 36))),
        ("another time", Box::new(|json| flip(json, "/header", |_| 44))),
        ("another chain", Box::new(|json| flip(json, "/header", |_| 4))),
        (
            "a byte more in the header",
            Box::new(|json| json["header"] = format!("{}00", json["header"].as_str().expect("hex")).into()),
        ),
        ("a wrong signature", Box::new(|json| flip(json, "/certificate", |length| length - 1))),
        ("another round", Box::new(|json| flip(json, "/certificate", |_| 8))),
        (
            "a certificate without signatures",
            Box::new(|json| {
                let bytes = [&hex_of(json, "/certificate")[..44], &[0; 4]].concat();
                json["certificate"] = hex::encode(bytes).into();
            }),
        ),
    ]
}

#[test]
fn a_balance_is_proven_and_a_gateway_that_lies_about_it_is_caught() {
    let network = Network::start();
    let till = Signer::of(&network, "nordmat");
    let member = Signer::of(&network, "member-1");
    let give = |nonce: u64, amount: u64| {
        let signed = till.sign(nonce, issue(member.address(), amount, &format!("receipt {nonce}")));
        network.client(0).submit(&signed, true).expect("taken in");
    };
    give(1, 700);
    let liar = Liar::before(network.url(0));
    let honest = balance(&network, &liar.url, &[]).success();
    assert!(honest.contains("proven after block ") && honest.contains(&nordmat().to_string()), "{honest}");
    let old = Arc::new(Mutex::new(Value::Null));
    let kept = old.clone();
    liar.lies(move |json| *kept.lock().expect("free") = json.clone());
    let before = balance(&network, &liar.url, &["--json"]).success();
    assert!(before.contains("\"proven\""), "{before}");
    give(2, 40);

    for (what, lie) in lies() {
        *liar.lie.lock().expect("free") = lie;
        let caught = balance(&network, &liar.url, &[]);
        assert_eq!(caught.status.code(), Some(4), "{what}: {caught:#?}");
        assert!(caught.stderr.contains("what can't be true"), "{what}: {caught:#?}");
        assert!(!caught.stdout.contains("700"), "{what}: {caught:#?}");
    }

    liar.lies(|_| ());
    let now = balance(&network, &liar.url, &[]).success();
    assert!(now.contains("740"), "{now}");
    // What was true once, and is proven, is no answer any more.
    let replayed = old.lock().expect("free").clone();
    liar.lies(move |json| *json = replayed.clone());
    let behind = balance(&network, &liar.url, &[]);
    assert_eq!(behind.status.code(), Some(1), "{behind:#?}");
    assert!(behind.stderr.contains("is behind"), "{behind:#?}");
    // And there are other gateways.
    let other =
        run(lojal(&network, "member-1").args(["--gateway", &liar.url, "--gateway", &network.url(1), "balance"]));
    assert!(other.success().contains("740"));
    let believed = balance(&network, &liar.url, &["--trust"]).success();
    assert!(believed.contains("not proven"), "{believed}");
}
