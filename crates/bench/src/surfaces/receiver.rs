//! A receiver of webhooks on this machine: it takes every event at once, and keeps some for whoever checks signatures.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener as Listener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lojal_types::api::EventPlace;
use lojal_types::{PublicKey, Signature};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::oneshot;

use super::frames::{field, first};
use crate::error::BenchError;

/// The answer to every event.
const TAKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
/// Of so many events one is kept.
const KEPT_ONE_OF: u64 = 50;
/// Most events that are kept.
const KEPT_MAX: usize = 2_000;
/// The time after which what has come is looked at again.
const POLL: Duration = Duration::from_millis(5);

/// A receiver that listens.
pub(super) struct Receiver {
    port: u16,
    taken: Arc<Mutex<Taken>>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// The things that have come.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Events.
    pub(super) events: u64,
    /// The times at which the first and the last one came.
    pub(super) between: Option<(Instant, Instant)>,
    /// Bytes of what was posted.
    pub(super) bytes: u64,
    /// Events that came out of order, or again.
    pub(super) astray: u64,
    /// The last event of each path.
    last: BTreeMap<String, EventPlace>,
    kept: Vec<Kept>,
}

/// An event as it came.
#[derive(Clone, Debug)]
struct Kept {
    path: String,
    head: Vec<u8>,
    content: Vec<u8>,
}

impl Receiver {
    /// Listens at a port of this machine that nobody uses.
    pub(super) fn start() -> Result<Self, BenchError> {
        let failed = |error: io::Error| BenchError::Submission(format!("a receiver of webhooks: {error}"));
        let listener = Listener::bind(("127.0.0.1", 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (taken, (stop, stopped)) = (Arc::<Mutex<Taken>>::default(), oneshot::channel());
        let shared = taken.clone();
        let thread = thread::spawn(move || {
            let taking = async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(take(stream, shared.clone()));
                }
            };
            runtime.block_on(async {
                tokio::select! {
                    () = taking => (),
                    _ = stopped => (),
                }
            });
        });
        Ok(Self { port, taken, stop, thread })
    }
    /// The address of one of its paths.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
    /// Begins to count anew.
    pub(super) fn reset(&self) {
        *lock(&self.taken) = Taken::default();
    }
    /// Waits until so many events have come; takes what has.
    pub(super) fn wait_for(&self, events: u64, patience: Duration) -> Result<Taken, BenchError> {
        let deadline = Instant::now() + patience;
        loop {
            let came = lock(&self.taken).events;
            if came >= events {
                return Ok(std::mem::take(&mut *lock(&self.taken)));
            }
            if Instant::now() > deadline {
                let reason = format!("{came} of {events} webhooks came within {} s", patience.as_secs());
                return Err(BenchError::Submission(reason));
            }
            thread::sleep(POLL);
        }
    }
    /// Stops.
    pub(super) fn stop(self) {
        // One that is gone needs no telling.
        let _ = self.stop.send(());
        self.thread.join().expect("receiving doesn't panic");
    }
}

impl Taken {
    /// Events per second.
    pub(super) fn per_s(&self) -> f64 {
        let seconds = self.between.map_or(0.0, |(first, last)| last.duration_since(first).as_secs_f64());
        self.events.saturating_sub(1) as f64 / seconds.max(1e-9)
    }
    fn take(&mut self, head: &[u8], content: &[u8]) {
        let now = Instant::now();
        self.between = Some((self.between.map_or(now, |(first, _)| first), now));
        self.bytes += content.len() as u64;
        let path = str::from_utf8(head).ok().and_then(|head| head.split(' ').nth(1)).unwrap_or_default();
        let place: Option<EventPlace> = field(head, "webhook-id").and_then(|id| id.parse().ok());
        if let Some(place) = place {
            let before = self.last.insert(path.to_owned(), place);
            self.astray += u64::from(before.is_some_and(|before| before >= place));
        }
        if self.events.is_multiple_of(KEPT_ONE_OF) && self.kept.len() < KEPT_MAX {
            self.kept.push(Kept { path: path.to_owned(), head: head.to_vec(), content: content.to_vec() });
        }
        self.events += 1;
    }
    /// Checks the signatures of those that were kept, by the public keys of their paths; tells how many there were.
    pub(super) fn check(&self, keys: &BTreeMap<String, String>) -> Result<usize, BenchError> {
        for Kept { path, head, content } in &self.kept {
            let is_right = keys.get(path).is_some_and(|key| is_signed(head, content, key).unwrap_or(false));
            if !is_right {
                return Err(BenchError::unreadable("a signed webhook", &String::from_utf8_lossy(head)));
            }
        }
        Ok(self.kept.len())
    }
}

/// Tells whether an event is signed by a public key (docs/webhooks.md, Take); none if it has no such signature.
fn is_signed(head: &[u8], content: &[u8], key: &str) -> Option<bool> {
    let bytes = |text: &str| STANDARD.decode(text).ok();
    let key = PublicKey::new(bytes(key.strip_prefix("whpk_")?)?.try_into().ok()?);
    let mut signatures = field(head, "webhook-signature")?.split(' ');
    let signature = signatures.find_map(|one| one.strip_prefix("v1a,"))?;
    let signature = Signature::new(bytes(signature)?.try_into().ok()?);
    let signed = format!("{}.{}.", field(head, "webhook-id")?, field(head, "webhook-timestamp")?);
    Some(key.verify(&[signed.as_bytes(), content].concat(), &signature))
}

/// Takes all that comes over a connection.
async fn take(mut stream: TcpStream, taken: Arc<Mutex<Taken>>) {
    let mut buffer = Vec::new();
    // Whoever sends learns from a connection that is closed that what it sent is none.
    while let Ok(1..) = stream.read_buf(&mut buffer).await {
        while let Ok(Some(frame)) = first(&buffer) {
            if buffer.len() < frame.bytes() {
                break;
            }
            lock(&taken).take(&buffer[..frame.head], &buffer[frame.head..frame.bytes()]);
            buffer.drain(..frame.bytes());
            if stream.write_all(TAKEN).await.is_err() {
                return;
            }
        }
    }
}

/// The counts are whole after every statement.
fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use lojal_types::KeyPair;

    use super::*;

    fn head(path: &str, id: &str, key: &KeyPair, content: &str) -> Vec<u8> {
        let signature = STANDARD.encode(key.sign(format!("{id}.7.{content}").as_bytes()).as_bytes());
        let fields = format!("webhook-id: {id}\r\nwebhook-timestamp: 7\r\nwebhook-signature: v1,x v1a,{signature}");
        format!("POST {path} HTTP/1.1\r\n{fields}\r\n\r\n").into_bytes()
    }

    #[test]
    fn a_signature_counts_if_it_is_by_the_key_of_its_path() {
        let (key, other) = (KeyPair::from_seed(&[1; 32]), KeyPair::from_seed(&[2; 32]));
        let text = |key: &KeyPair| format!("whpk_{}", STANDARD.encode(key.public_key().as_bytes()));
        let mut taken = Taken::default();
        taken.take(&head("/a", "1-0-0", &key, "{}"), b"{}");
        let keys = |one: &KeyPair| BTreeMap::from([("/a".to_owned(), text(one))]);
        assert_eq!(taken.check(&keys(&key)).expect("signed"), 1);
        assert!(taken.check(&keys(&other)).is_err());
        assert!(taken.check(&BTreeMap::new()).is_err());
    }

    #[test]
    fn events_that_come_again_or_out_of_order_are_counted_path_by_path() {
        let (key, mut taken) = (KeyPair::from_seed(&[1; 32]), Taken::default());
        for (path, id) in [("/a", "1-0-0"), ("/a", "1-2-0"), ("/b", "1-0-0"), ("/a", "1-2-0"), ("/a", "1-1-0")] {
            taken.take(&head(path, id, &key, "{}"), b"{}");
        }
        assert_eq!((taken.events, taken.astray, taken.bytes), (5, 2, 10));
    }
}
