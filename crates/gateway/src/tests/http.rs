//! A small HTTP client for the tests.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use lojal_types::api::Problem;
use serde::de::DeserializeOwned;
use socket2::{Domain, SockAddr, Socket, Type};
use ureq::Agent;
use ureq::http::HeaderMap;

use super::documented;

/// Longest wait for any answer; only a broken gateway reaches it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// The canonical encoding.
pub(crate) const BYTES: &str = "application/octet-stream";
/// JSON.
pub(crate) const JSON: &str = "application/json";

/// An answer of the gateway.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }
    /// The JSON of a successful answer.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.header("content-type"), JSON, "{}", self.text());
        serde_json::from_slice(&self.body).expect("the type of the route")
    }
    /// The problem document of an unsuccessful one, which must be whole and agree with the response.
    pub(crate) fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem document");
        assert_eq!(problem.status, self.status);
        assert_eq!(problem.kind, format!("/problems/{}", problem.code));
        assert!(!problem.title.is_empty() && !problem.detail.is_empty());
        problem
    }
    /// Status and code of a problem.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.problem().code)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the client doesn't panic")
}

fn agent() -> Agent {
    let config = Agent::config_builder().http_status_as_error(false).proxy(None).timeout_global(Some(PATIENCE));
    config.build().into()
}

/// An answer, which must be one that the document of the interface describes.
fn answer(method: &str, url: &str, response: ureq::http::Response<ureq::Body>) -> Answer {
    let (parts, body) = response.into_parts();
    let mut bytes = Vec::new();
    body.into_reader().read_to_end(&mut bytes).expect("a whole body");
    let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes };
    documented::check(method, url, &answer);
    answer
}

pub(crate) async fn get(url: String) -> Answer {
    blocking(move || answer("get", &url, agent().get(&url).call().expect("an answer"))).await
}

/// Asks with one more header.
pub(crate) async fn get_with(url: String, name: &'static str, value: String) -> Answer {
    get_with_all(url, vec![(name, value)]).await
}

/// Asks with more headers.
pub(crate) async fn get_with_all(url: String, headers: Vec<(&'static str, String)>) -> Answer {
    let with = |request: ureq::RequestBuilder<_>, (name, value)| request.header(name, value);
    let ask = move |url: &str| headers.into_iter().fold(agent().get(url), with).call();
    blocking(move || answer("get", &url, ask(&url).expect("an answer"))).await
}

pub(crate) async fn post(url: String, content_type: &'static str, body: Vec<u8>) -> Answer {
    let post = move |url: &str| agent().post(url).content_type(content_type).send(body);
    blocking(move || answer("post", &url, post(&url).expect("an answer"))).await
}

/// Sends canonical bytes, with what says who asks.
pub(crate) async fn post_as(url: String, authorization: String, body: Vec<u8>) -> Answer {
    let post = move |url: &str| agent().post(url).content_type(BYTES).header("authorization", authorization).send(body);
    blocking(move || answer("post", &url, post(&url).expect("an answer"))).await
}

/// Sends JSON, with what says who asks.
pub(crate) async fn post_json_as(url: String, authorization: String, body: Vec<u8>) -> Answer {
    let post = move |url: &str| agent().post(url).content_type(JSON).header("authorization", authorization).send(body);
    blocking(move || answer("post", &url, post(&url).expect("an answer"))).await
}

/// Sends a body that is said to be encoded like that.
pub(crate) async fn post_encoded(url: String, encoding: &'static str, body: Vec<u8>) -> Answer {
    let post = move |url: &str| agent().post(url).content_type(BYTES).header("content-encoding", encoding).send(body);
    blocking(move || answer("post", &url, post(&url).expect("an answer"))).await
}

/// A question of any form.
pub(crate) struct Question {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The media type of what is sent, and that.
    pub(crate) body: Option<(&'static str, Vec<u8>)>,
}

/// Asks it.
pub(crate) async fn ask(Question { method, url, headers, body }: Question) -> Answer {
    let (content_type, body) = body.unwrap_or((BYTES, Vec::new()));
    let request = ureq::http::Request::builder().method(method.to_uppercase().as_str()).uri(&url);
    let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    let request = request.header("content-type", content_type);
    let run = move || match method {
        "get" | "delete" => agent().run(request.body(()).expect("a request")),
        _ => agent().run(request.body(body).expect("a request")),
    };
    blocking(move || answer(method, &url, run().expect("an answer"))).await
}

/// Asks by a method that no route takes.
pub(crate) async fn patch(url: String) -> Answer {
    blocking(move || answer("patch", &url, agent().patch(&url).send_empty().expect("an answer"))).await
}

pub(crate) async fn delete(url: String) -> Answer {
    blocking(move || answer("delete", &url, agent().delete(&url).call().expect("an answer"))).await
}

pub(crate) async fn delete_as(url: String, authorization: String) -> Answer {
    let delete = move |url: &str| agent().delete(url).header("authorization", authorization).call();
    blocking(move || answer("delete", &url, delete(&url).expect("an answer"))).await
}

/// Opens a connection and sends some bytes.
pub(crate) async fn open(address: String, bytes: Vec<u8>) -> TcpStream {
    let connect = move || {
        let mut stream = TcpStream::connect(address).expect("the gateway listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
        stream.write_all(&bytes).expect("the gateway reads");
        stream
    };
    blocking(connect).await
}

/// Opens a connection from an address of this machine, which has little room for what it doesn't read, and sends some
/// bytes.
pub(crate) async fn open_from(source: String, address: String, bytes: Vec<u8>) -> TcpStream {
    let connect = move || {
        let parse = |text: &str| SockAddr::from(text.parse::<SocketAddr>().expect("an address"));
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        socket.bind(&parse(&format!("{source}:0"))).expect("an address of this machine");
        socket.connect(&parse(&address)).expect("the gateway listens");
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
        stream.write_all(&bytes).expect("the gateway reads");
        stream
    };
    blocking(connect).await
}

/// Whatever the gateway sends until it closes the connection.
pub(crate) async fn read_to_end(mut stream: TcpStream) -> String {
    let read = move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("the gateway closes the connection");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    blocking(read).await
}
