//! Puts load on gateways, and measures what becomes final.

mod gateway;
mod sample;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use self::gateway::Gateway;
pub use self::gateway::PENDING;
use self::sample::Sampler;
pub use self::sample::{Interval, Resources};
use crate::error::BenchError;
use crate::latency::{Latencies, Percentiles};
use crate::workload::Body;

/// The settings of a load.
#[derive(Clone, Debug)]
pub struct Load<'a> {
    /// The gateways; connections take turns with them.
    pub urls: &'a [String],
    /// The validators' processes, whose use of the machine is measured.
    pub processes: &'a [u32],
    /// Connections, each of which submits, waits until all of it is final, and submits again.
    pub connections: usize,
    /// The time after which it ends, unless the bodies are used up before.
    pub duration: Duration,
    /// Transactions per second at which submissions start whatever became of earlier ones; `None`: as many as there
    /// can be.
    pub rate_per_s: Option<f64>,
    /// Between two samples.
    pub interval: Duration,
}

/// The result of a load.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The time that it took, in seconds.
    pub seconds: f64,
    /// Transactions that are final and happened.
    pub applied: u64,
    /// Operations of these.
    pub operations: u64,
    /// Transactions that are final and failed.
    pub failed: u64,
    /// Transactions that gateways refused, or didn't make final in time.
    pub refused: u64,
    /// The last refusal's code.
    pub refusal: Option<String>,
    /// From the submission of a body to the answer that all of it is final.
    pub latency: Percentiles,
    /// The resources that the machine spent on it.
    pub resources: Resources,
    /// Over time.
    pub intervals: Vec<Interval>,
}

impl Run {
    /// Operations that happened, per second.
    pub fn operations_per_s(&self) -> f64 {
        self.operations as f64 / self.seconds
    }
    /// CPU time of one validator for one transaction, in microseconds.
    pub fn cpu_us_per_transaction_and_validator(&self, validators: usize) -> f64 {
        self.resources.validators_cpu_s * 1e6 / (self.applied.max(1) as f64 * validators as f64)
    }
}

/// LoadCounts of all connections together.
#[derive(Default)]
struct LoadCounts {
    next: AtomicUsize,
    applied: AtomicU64,
    operations: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    refusal: Mutex<Option<String>>,
    latencies: Mutex<Latencies>,
}

/// Puts the load on and waits until all that was submitted is final or refused.
pub fn run(load: &Load<'_>, bodies: &[Body]) -> Result<Run, BenchError> {
    let counts = LoadCounts::default();
    let dues = due_times(load, bodies);
    let sampler = Sampler::new(load);
    let started = Instant::now();
    let deadline = started + load.duration;
    let ended = thread::scope(|scope| {
        let connect = |index: usize| {
            let gateway = Gateway::new(&load.urls[index % load.urls.len()]);
            let (counts, dues) = (&counts, &dues);
            scope.spawn(move || submit_all(&gateway, bodies, dues, started, deadline, counts))
        };
        let threads: Vec<_> = (0..load.connections).map(connect).collect();
        let intervals = sampler.follow(&counts.operations, || threads.iter().all(|one| one.is_finished()));
        let results = threads.into_iter().map(|one| one.join().expect("a connection doesn't panic"));
        results.collect::<Result<Vec<Instant>, BenchError>>().map(|ends| (ends, intervals))
    });
    let (ends, (intervals, resources)) = ended?;
    let end = ends.into_iter().max().unwrap_or(started);
    let total = |counter: AtomicU64| counter.into_inner();
    Ok(Run {
        seconds: end.duration_since(started).as_secs_f64(),
        applied: total(counts.applied),
        operations: total(counts.operations),
        failed: total(counts.failed),
        refused: total(counts.refused),
        refusal: counts.refusal.into_inner().expect("no thread has panicked"),
        latency: counts.latencies.into_inner().expect("no thread has panicked").percentiles(),
        resources,
        intervals,
    })
}

/// The times after the start at which each body is due; empty without a rate.
fn due_times(load: &Load<'_>, bodies: &[Body]) -> Vec<Duration> {
    let Some(rate) = load.rate_per_s else { return Vec::new() };
    let mut submitted = 0;
    let due = |body: &Body| {
        let at = Duration::from_secs_f64(f64::from(submitted) / rate);
        submitted += body.transactions;
        at
    };
    bodies.iter().map(due).collect()
}

/// The life of one connection: takes the next body until the time is up or none is left. Returns when its last answer
/// came.
fn submit_all(
    gateway: &Gateway,
    bodies: &[Body],
    dues: &[Duration],
    started: Instant,
    deadline: Instant,
    counts: &LoadCounts,
) -> Result<Instant, BenchError> {
    let mut latencies = Latencies::default();
    let mut ended = started;
    loop {
        let index = counts.next.fetch_add(1, Ordering::Relaxed);
        let Some(body) = bodies.get(index) else { break };
        // A submission is late if no connection was free for it; its latency counts from when it was due.
        let due = dues.get(index).map(|due| started + *due);
        if due.unwrap_or_else(Instant::now) >= deadline {
            break;
        }
        if let Some(due) = due {
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let sent = due.unwrap_or_else(Instant::now);
        let answer = gateway.submit(body)?;
        ended = Instant::now();
        let us = u64::try_from(ended.duration_since(sent).as_micros()).unwrap_or(u64::MAX);
        latencies.add(us, answer.applied);
        counts.applied.fetch_add(answer.applied.into(), Ordering::Relaxed);
        let operations_each = body.operations / body.transactions;
        counts.operations.fetch_add((answer.applied * operations_each).into(), Ordering::Relaxed);
        counts.failed.fetch_add(answer.failed.into(), Ordering::Relaxed);
        counts.refused.fetch_add(answer.refused.into(), Ordering::Relaxed);
        if answer.refusal.is_some() {
            *counts.refusal.lock().expect("no thread panics while it holds it") = answer.refusal;
        }
    }
    counts.latencies.lock().expect("no thread panics while it holds it").merge(latencies);
    Ok(ended)
}

#[cfg(test)]
mod tests;
