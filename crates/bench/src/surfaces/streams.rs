//! Readers of streams of events, each with a connection and a token of its own. One thread reads for all of them, and
//! looks at nothing but how many events come.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::LocalSet;
use tokio::time::timeout;

use super::frames::{Events, first, status};
use super::wire;
use crate::error::BenchError;

/// Connections that are made at once: a gateway has places for more, until they are streams.
const CONNECTING: usize = 64;
/// Longest wait for the beginning of a stream.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const PIECE_BYTES: usize = 8 * 1024;
/// The time after which what has come is looked at again.
const POLL: Duration = Duration::from_millis(20);

/// Streams that are open.
pub(super) struct Streams {
    told: Arc<AtomicU64>,
    ended: Arc<AtomicU64>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Streams {
    /// Opens a stream with each request, and waits until all have begun.
    pub(super) fn open(url: &str, requests: Vec<Vec<u8>>) -> Result<Self, BenchError> {
        wire::allow(requests.len())?;
        let (told, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let ((stop, stopped), (begun, ready)) = (oneshot::channel(), mpsc::channel());
        let (host, counts) = (wire::host(url).to_owned(), (told.clone(), ended.clone()));
        let thread = thread::spawn(move || read_all(&host, &requests, counts, (begun, stopped)));
        let opened = Self { told, ended, stop, thread };
        match ready.recv() {
            Ok(Ok(())) => Ok(opened),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(BenchError::Submission("the reader of streams has ended".to_owned())),
        }
    }
    /// Events that have come.
    pub(super) fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }
    /// Waits until so many events have come in all, and none of the streams has ended.
    pub(super) fn wait_for(&self, events: u64) -> Result<(), BenchError> {
        let deadline = Instant::now() + PATIENCE;
        while self.told() < events && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        let ended = self.ended.load(Ordering::Relaxed);
        if self.told() == events && ended == 0 {
            return Ok(());
        }
        let came = self.told();
        Err(BenchError::Submission(format!("{came} of {events} events came to readers, {ended} of which were cut off")))
    }
    /// Closes all.
    pub(super) fn close(self) {
        // One that is gone needs no telling.
        let _ = self.stop.send(());
        self.thread.join().expect("reading doesn't panic");
    }
}

type Begun = Sender<Result<(), BenchError>>;

fn read_all(
    host: &str,
    requests: &[Vec<u8>],
    (told, ended): (Arc<AtomicU64>, Arc<AtomicU64>),
    (begun, stopped): (Begun, oneshot::Receiver<()>),
) {
    let (tasks, open) = (LocalSet::new(), |number: usize| begin(host, number, &requests[number]));
    let run = async {
        let streams = stream::iter(0..requests.len()).map(open).buffer_unordered(CONNECTING);
        let streams: Vec<(TcpStream, Events)> = streams.try_collect().await?;
        let counts = Rc::new((told, ended));
        for (stream, events) in streams {
            let counts = counts.clone();
            tasks.spawn_local(async move {
                read(&stream, events, &counts.0).await;
                counts.1.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(())
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let result = match &runtime {
        Ok(runtime) => runtime.block_on(run),
        Err(error) => Err(BenchError::Submission(error.to_string())),
    };
    // Whoever waits for it is there until it has come.
    let _ = begun.send(result);
    if let Ok(runtime) = runtime {
        let _ = runtime.block_on(tasks.run_until(stopped));
    }
}

/// Opens a stream, of which the head of the answer and a first sign of life have come then.
async fn begin(host: &str, number: usize, request: &[u8]) -> Result<(TcpStream, Events), BenchError> {
    let failed = |error: io::Error| BenchError::Submission(format!("{host}: a stream of events: {error}"));
    let mut stream = wire::connect(host, number).await?;
    stream.write_all(request).await.map_err(failed)?;
    let mut head = Vec::new();
    let frame = loop {
        let readable = timeout(PATIENCE, stream.readable()).await;
        readable.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(failed)?;
        match stream.try_read_buf(&mut head) {
            Ok(0) => return Err(failed(io::ErrorKind::UnexpectedEof.into())),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(failed(error)),
            _ => (),
        }
        // Its first sign of life is no part of what is measured, either.
        if let Some(frame) = first(&head)?.filter(|frame| head.len() > frame.head) {
            break frame;
        }
    };
    if status(&head) != 200 {
        return Err(BenchError::unreadable("an answer", &String::from_utf8_lossy(&head)));
    }
    let mut events = Events::default();
    events.count(&head[frame.head..]);
    Ok((stream, events))
}

/// Reads until the stream ends.
async fn read(stream: &TcpStream, mut events: Events, told: &AtomicU64) {
    while stream.readable().await.is_ok() {
        // Not kept between two pieces: there are thousands of streams.
        let mut piece = [0; PIECE_BYTES];
        match stream.try_read(&mut piece) {
            Ok(0) => return,
            Ok(read) => {
                told.fetch_add(events.count(&piece[..read]), Ordering::Relaxed);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => (),
            Err(_) => return,
        }
    }
}
