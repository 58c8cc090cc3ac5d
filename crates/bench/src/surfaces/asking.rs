//! Questions to a gateway over kept connections. They are written before the load begins, several are under way on a
//! connection at once, and of most answers nothing but the length is read, so that whoever asks takes as little of the
//! machine as can be.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::time::{sleep_until, timeout};

use super::{frames, wire};
use crate::error::BenchError;
use crate::latency::{Latencies, Percentiles};
use crate::process::{own_thread_cpu, usage};

/// Connections of a load.
const CONNECTIONS: usize = 32;
/// Questions under way on each at full speed.
const DEPTH: usize = 8;
/// Of so many answers one is kept.
const KEPT_ONE_OF: usize = 500;
/// Most answers that are kept.
const KEPT_MAX: usize = 2_000;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The time that a question may be asked after it was due because timers have steps; it counts from when it is asked
/// then.
const TIMER_STEP: Duration = Duration::from_millis(2);
/// Bytes for which a connection's buffer has room.
const BUFFER_BYTES: usize = 64 * 1024;

/// A load of questions.
#[derive(Clone, Copy)]
pub(super) struct Load<'a> {
    /// The gateway.
    pub(super) url: &'a str,
    /// Its process.
    pub(super) process: u32,
    /// Whole requests, which come in turn.
    pub(super) questions: &'a [Vec<u8>],
    /// Questions per second, whatever became of earlier ones; as many as there can be if none.
    pub(super) rate_per_s: Option<f64>,
    /// The time for which it asks.
    pub(super) duration: Duration,
}

/// The answers to a load.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Answered {
    /// Answers per second.
    pub(super) per_s: f64,
    /// From a question to the end of its answer.
    pub(super) latency: Percentiles,
    /// Bytes of an answer, in the mean.
    pub(super) bytes: f64,
    /// CPU time of the gateway's process for each, in microseconds.
    pub(super) gateway_us: f64,
    /// CPU time of whoever asks.
    pub(super) asking_us: f64,
    /// The contents of some, with the numbers of their questions.
    #[serde(skip)]
    pub(super) kept: Vec<(usize, Vec<u8>)>,
}

#[derive(Default)]
struct Counts {
    asked: Cell<usize>,
    answers: Cell<usize>,
    bytes: Cell<usize>,
    latencies: RefCell<Latencies>,
    kept: RefCell<Vec<(usize, Vec<u8>)>>,
}

/// Asks, on this thread, and waits for all answers.
pub(super) fn ask(load: &Load<'_>) -> Result<Answered, BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| BenchError::Submission(error.to_string()))?;
    let counts = Counts::default();
    let connect = |number| Connection::open(load, &counts, number);
    let connections = runtime.block_on(try_join_all((0..CONNECTIONS).map(connect)))?;
    let (gateway_before, own_before, started) = (usage(load.process).cpu_s, own_thread_cpu()?, Instant::now());
    let all = connections.into_iter().zip(0..).map(|(connection, number)| connection.keep_asking(started, number));
    runtime.block_on(try_join_all(all))?;
    let (seconds, answers) = (started.elapsed().as_secs_f64(), counts.answers.get().max(1) as f64);
    Ok(Answered {
        per_s: answers / seconds,
        latency: counts.latencies.into_inner().percentiles(),
        bytes: counts.bytes.get() as f64 / answers,
        gateway_us: (usage(load.process).cpu_s - gateway_before) * 1e6 / answers,
        asking_us: own_thread_cpu()?.saturating_sub(own_before).as_secs_f64() * 1e6 / answers,
        kept: counts.kept.into_inner(),
    })
}

struct Connection<'a> {
    stream: TcpStream,
    load: &'a Load<'a>,
    counts: &'a Counts,
    /// The numbers of the questions that are under way, and since when.
    under_way: VecDeque<(usize, Instant)>,
    buffer: Vec<u8>,
}

impl<'a> Connection<'a> {
    async fn open(load: &'a Load<'a>, counts: &'a Counts, number: usize) -> Result<Self, BenchError> {
        let stream = wire::connect(wire::host(load.url), number).await?;
        Ok(Self { stream, load, counts, under_way: VecDeque::new(), buffer: Vec::with_capacity(BUFFER_BYTES) })
    }

    async fn keep_asking(mut self, started: Instant, number: usize) -> Result<(), BenchError> {
        let deadline = started + self.load.duration;
        match self.load.rate_per_s {
            Some(rate) => self.ask_at_rate(rate, (started, deadline), number).await?,
            None => {
                self.ask(DEPTH, Instant::now()).await?;
                while Instant::now() < deadline {
                    let answers = self.take().await?;
                    self.ask(answers, Instant::now()).await?;
                }
            }
        }
        while !self.under_way.is_empty() {
            self.take().await?;
        }
        Ok(())
    }
    /// Asks when it is this connection's turn.
    async fn ask_at_rate(
        &mut self,
        rate: f64,
        (started, deadline): (Instant, Instant),
        number: usize,
    ) -> Result<(), BenchError> {
        let mut turn = number;
        loop {
            let due = started + Duration::from_secs_f64(turn as f64 / rate);
            if due >= deadline {
                return Ok(());
            }
            let is_waiting = !self.under_way.is_empty();
            tokio::select! {
                () = sleep_until(due.into()) => {
                    let now = Instant::now();
                    let since = if now.duration_since(due) > TIMER_STEP { due } else { now };
                    self.ask(1, since).await?;
                    turn += CONNECTIONS;
                }
                answers = self.take(), if is_waiting => drop(answers?),
            }
        }
    }
    /// Asks the next questions.
    async fn ask(&mut self, count: usize, since: Instant) -> Result<(), BenchError> {
        let questions = self.load.questions;
        let mut bytes = Vec::new();
        for _ in 0..count {
            let number = self.counts.asked.replace(self.counts.asked.get() + 1) % questions.len();
            bytes.extend_from_slice(&questions[number]);
            self.under_way.push_back((number, since));
        }
        self.stream.write_all(&bytes).await.map_err(|error| self.failed(&error))
    }
    /// Waits for answers and counts those that are there as a whole.
    async fn take(&mut self) -> Result<usize, BenchError> {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
        match read.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(0) => return Err(self.failed(&io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => (),
            Err(error) => return Err(self.failed(&error)),
        }
        let (now, mut at, mut answers) = (Instant::now(), 0, 0);
        while let Some(frame) = frames::first(&self.buffer[at..])?.filter(|one| at + one.bytes() <= self.buffer.len()) {
            let answer = &self.buffer[at..at + frame.bytes()];
            let Some((number, since)) = self.under_way.pop_front().filter(|_| frames::status(answer) == 200) else {
                return Err(BenchError::unreadable("an answer", &String::from_utf8_lossy(answer)));
            };
            self.counts.take(number, now.duration_since(since), frame.content, &answer[frame.head..]);
            (at, answers) = (at + frame.bytes(), answers + 1);
        }
        self.buffer.drain(..at);
        Ok(answers)
    }
    fn failed(&self, error: &io::Error) -> BenchError {
        BenchError::Submission(format!("{}: {error}", self.load.url))
    }
}

impl Counts {
    fn take(&self, number: usize, after: Duration, bytes: usize, content: &[u8]) {
        let answers = self.answers.replace(self.answers.get() + 1);
        self.bytes.set(self.bytes.get() + bytes);
        self.latencies.borrow_mut().add(u64::try_from(after.as_micros()).unwrap_or(u64::MAX), 1);
        let mut kept = self.kept.borrow_mut();
        if answers.is_multiple_of(KEPT_ONE_OF) && kept.len() < KEPT_MAX {
            kept.push((number, content.to_vec()));
        }
    }
}
