//! A gateway on the way to an honest one, that lies. Of every transaction that it is given it says that it is final in
//! block 1, and passes none on.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use lojal_client::Client;
use lojal_types::api::{BatchAnswer, Status, TransactionState, TransactionStatus};
use lojal_types::{Height, Outcome, SignedTransaction};
use serde_json::Value;
use ureq::http::StatusCode;

/// A change that it makes to an answer.
pub type Lie = Box<dyn Fn(&mut Value) + Send>;

/// The answers that it lies about, by what their path has in it, and the lie.
struct Lies {
    about: &'static str,
    lie: Lie,
}

/// A gateway on the way to an honest one.
pub struct Liar {
    pub url: String,
    lies: Arc<Mutex<Lies>>,
}

impl Liar {
    /// In front of a gateway. It serves until the test's process ends.
    pub fn before(gateway: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let lies = Arc::new(Mutex::new(Lies { about: "/", lie: Box::new(|_| ()) }));
        let its = lies.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                serve(stream, &gateway, &its);
            }
        });
        Self { url, lies }
    }

    /// Tells a lie from now on, and no other.
    pub fn lies(&self, about: &'static str, lie: Lie) {
        *self.lies.lock().expect("nobody panics with it") = Lies { about, lie };
    }
    /// Lies no more.
    pub fn is_honest(&self) {
        self.lies("/", Box::new(|_| ()));
    }
}

/// Answers one request.
fn serve(mut stream: TcpStream, gateway: &str, lies: &Mutex<Lies>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let Some((method, path)) = first.split_once(' ') else { return };
    let path = path.split(' ').next().unwrap_or_default().to_owned();
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let header = |wanted: &str| {
        head.iter().find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case(wanted)))
    };
    if method == "POST" {
        let length = header("content-length").and_then(|(_, length)| length.parse().ok()).expect("its length");
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).expect("a transaction");
        let is_batch = path.contains("/batch");
        let said = if is_batch { invented_of_many(gateway, &bytes) } else { invented(gateway, &bytes) };
        return answer(&mut stream, StatusCode::OK, &said);
    }
    let token = header("authorization");
    let mut request = ureq::get(format!("{gateway}{path}")).config().http_status_as_error(false).build();
    if let Some((_, token)) = token {
        request = request.header("Authorization", token);
    }
    let mut honest = request.call().expect("the honest gateway answers");
    let (mut status, mut body) = (honest.status(), honest.body_mut().read_to_string().expect("a text"));
    let Lies { about, lie } = &*lies.lock().expect("nobody panics with it");
    if path.contains(about)
        && let Ok(said) = serde_json::from_str::<Value>(&body)
    {
        let mut json = said.clone();
        lie(&mut json);
        body = json.to_string();
        // What there isn't is invented.
        status = if json == said { status } else { StatusCode::OK };
    }
    answer(&mut stream, status, &body);
}

/// The word that a transaction is final.
fn invented(gateway: &str, bytes: &[u8]) -> String {
    let signed = SignedTransaction::decode(bytes).expect("one");
    serde_json::to_string(&invented_status(&network_of(gateway), &signed)).expect("plain data")
}

/// The word that all transactions of a batch are final.
fn invented_of_many(gateway: &str, bytes: &[u8]) -> String {
    let (status, signed) = (network_of(gateway), borsh::from_slice::<Vec<SignedTransaction>>(bytes).expect("a list"));
    let transactions = signed.iter().map(|one| invented_status(&status, one)).collect();
    serde_json::to_string(&BatchAnswer { transactions }).expect("plain data")
}

fn network_of(gateway: &str) -> Status {
    Client::new(gateway).and_then(|client| client.status()).expect("the honest gateway answers")
}

fn invented_status(status: &Status, signed: &SignedTransaction) -> TransactionStatus {
    let id = signed.transaction.id(&status.chain_id);
    let (height, time_ms, receipt) = (Height::new(1), status.time_ms, Outcome::Applied);
    let state = TransactionState::Committed { height, index: 0, time_ms, receipt };
    TransactionStatus { id, state, transaction: None, activity: None }
}

fn answer(stream: &mut TcpStream, status: StatusCode, body: &str) {
    let length = body.len();
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// The hex of something in an answer.
pub fn hex_of(json: &Value, pointer: &str) -> Vec<u8> {
    hex::decode(json.pointer(pointer).and_then(Value::as_str).expect("hex")).expect("hex")
}

/// Changes a bit of a byte of something in an answer.
pub fn flip(json: &mut Value, pointer: &str, place: impl Fn(usize) -> usize) {
    let mut bytes = hex_of(json, pointer);
    let place = place(bytes.len());
    bytes[place] ^= 1;
    *json.pointer_mut(pointer).expect("there") = hex::encode(bytes).into();
}
