//! A receiver of webhooks on this machine, which answers as a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use lojal_types::api::Event;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::http::PATIENCE;

/// A message as it came.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Message {
    pub(super) fn event(&self) -> Event {
        serde_json::from_slice(&self.body).expect("an event")
    }
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }
}

/// The treatment of the next messages; the last one stays.
pub(super) type Answers = Vec<Option<&'static str>>;

/// A receiver; each message is answered with a status line and more headers, or not at all.
pub(super) struct Receiver {
    pub(super) url: String,
    answers: Arc<Mutex<Answers>>,
    messages: mpsc::UnboundedReceiver<Message>,
}

impl Receiver {
    pub(super) fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/events", listener.local_addr().expect("bound"));
        let (answers, (sender, messages)) = (Arc::new(Mutex::new(answers)), mpsc::unbounded_channel());
        let own = answers.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let Some(message) = read(&stream) else { continue };
                let answer = {
                    let mut answers = own.lock().expect("not poisoned");
                    if answers.len() > 1 { answers.remove(0) } else { answers[0] }
                };
                if sender.send(message).is_err() {
                    return;
                }
                match answer {
                    Some(head) => {
                        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                        // One that has been told to wait no longer is gone.
                        let _ = stream.write_all(answer.as_bytes());
                    }
                    // It stays open, and says nothing.
                    None => std::mem::forget(stream),
                }
            }
        });
        Self { url, answers, messages }
    }
    /// Answers otherwise from now on.
    pub(super) fn answer(&self, answers: Answers) {
        *self.answers.lock().expect("not poisoned") = answers;
    }
    /// The next message.
    pub(super) async fn next(&mut self) -> Message {
        timeout(PATIENCE, self.messages.recv()).await.expect("a message").expect("the receiver lives")
    }
    /// The ids of the next messages.
    pub(super) async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.next().await.header("webhook-id").to_owned());
        }
        ids
    }
    /// True if nothing has come that nobody has read.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.messages.try_recv().is_err()
    }
}

fn read(stream: &TcpStream) -> Option<Message> {
    let (mut reader, mut headers, mut length) = (BufReader::new(stream), HeaderMap::new(), 0);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        let name: HeaderName = name.parse().ok()?;
        if name == "content-length" {
            length = value.parse().ok()?;
        }
        headers.insert(name, HeaderValue::from_str(value).ok()?);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Message { headers, body })
}
