//! A gateway of a few lines for tests: answers every request by a function, over real TCP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub body: Vec<u8>,
    /// The header that says who asks.
    pub authorization: Option<String>,
}

/// The treatment of a request.
pub enum Answer {
    /// Answer with a status and a body.
    With(u16, Vec<u8>),
    /// Close the connection without an answer.
    HangUp,
}

impl Answer {
    /// An answer in JSON.
    pub fn json(status: u16, value: &impl serde::Serialize) -> Self {
        Self::With(status, serde_json::to_vec(value).expect("plain data"))
    }
    /// A problem with a code.
    pub fn problem(status: u16, code: &str) -> Self {
        let detail = format!("detail of {code}");
        Self::json(
            status,
            &serde_json::json!({
                "type": "about:blank", "title": "x", "status": status, "detail": detail, "code": code
            }),
        )
    }
}

/// A server that runs until it is dropped.
pub struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<Mutex<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts on a free port of this machine.
    pub fn start(mut answer: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(Mutex::new(false));
        let (seen, stopped) = (Arc::clone(&requests), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if *stopped.lock().expect("not poisoned") {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let Some(request) = read_request(&stream) else { continue };
                seen.lock().expect("not poisoned").push(request.clone());
                if let Answer::With(status, body) = answer(&request) {
                    let head =
                        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    // A client that has read enough may be gone.
                    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
                }
            }
        });
        Self { url, requests, stop, thread: Some(thread) }
    }
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("not poisoned").clone()
    }
}
impl Drop for Server {
    fn drop(&mut self) {
        *self.stop.lock().expect("not poisoned") = true;
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An address of this machine where nobody listens: a port that only the system could give away.
pub const NOBODY: &str = "http://127.0.0.1:1";

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if let Some(value) = header.trim_end().strip_prefix("authorization: ") {
            authorization = Some(value.to_owned());
        }
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, body, authorization })
}
