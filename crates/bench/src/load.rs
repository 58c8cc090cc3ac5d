//! Puts load on gateways, and measures what becomes final. One thread drives all connections, as a client of a database
//! does, so that the load generator takes little of a machine that it shares with the validators.

mod gateway;
mod sample;

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, TryStreamExt};
use serde::Serialize;
use tokio::runtime::{self, Runtime};
use tokio::time;

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

/// The time that a submission may start after it was due because timers have steps. It counts from its start then, and
/// from when it was due if it started later still.
const TIMER_STEP: Duration = Duration::from_millis(2);

/// The counts of all connections together.
#[derive(Default)]
struct Counts {
    next: Cell<usize>,
    applied: Cell<u64>,
    failed: Cell<u64>,
    refused: Cell<u64>,
    refusal: RefCell<Option<String>>,
    latencies: RefCell<Latencies>,
}

/// Puts the load on and waits until all that was submitted is final or refused.
pub fn run(load: &Load<'_>, bodies: &[Body]) -> Result<Run, BenchError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| BenchError::Submission(error.to_string()))?;
    let operations = AtomicU64::new(0);
    let sampler = Sampler::new(load);
    let (driven, (intervals, resources)) = thread::scope(|scope| {
        let driver = scope.spawn(|| drive(&runtime, load, bodies, &operations));
        let sampled = sampler.follow(&operations, || driver.is_finished());
        (driver.join().expect("the driver doesn't panic"), sampled)
    });
    let (counts, seconds) = driven?;
    Ok(Run {
        seconds,
        applied: counts.applied.get(),
        operations: operations.into_inner(),
        failed: counts.failed.get(),
        refused: counts.refused.get(),
        refusal: counts.refusal.into_inner(),
        latency: counts.latencies.into_inner().percentiles(),
        resources,
        intervals,
    })
}

/// Drives all connections; the counts, and the seconds until the last answer.
fn drive(
    runtime: &Runtime,
    load: &Load<'_>,
    bodies: &[Body],
    operations: &AtomicU64,
) -> Result<(Counts, f64), BenchError> {
    let (counts, dues, started) = (Counts::default(), due_times(load, bodies), Instant::now());
    let submissions = Submissions { bodies, dues: &dues, started, deadline: started + load.duration };
    let connect = |index: usize| {
        let gateway = Gateway::new(&load.urls[index % load.urls.len()], index);
        submit_all(gateway, submissions, &counts, operations)
    };
    let connections: FuturesUnordered<_> = (0..load.connections).map(connect).collect();
    let last = |last: Instant, end: Instant| async move { Ok(last.max(end)) };
    let end = runtime.block_on(connections.try_fold(started, last))?;
    Ok((counts, end.duration_since(started).as_secs_f64()))
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

/// The bodies of a load, and when each is due.
#[derive(Clone, Copy)]
struct Submissions<'a> {
    bodies: &'a [Body],
    dues: &'a [Duration],
    started: Instant,
    deadline: Instant,
}

/// The life of one connection: takes the next body until the time is up or none is left. Returns when its last answer
/// came.
async fn submit_all(
    mut gateway: Gateway,
    submissions: Submissions<'_>,
    counts: &Counts,
    operations: &AtomicU64,
) -> Result<Instant, BenchError> {
    let Submissions { bodies, dues, started, deadline } = submissions;
    let mut ended = started;
    loop {
        let index = counts.next.replace(counts.next.get() + 1);
        let Some(body) = bodies.get(index) else { break };
        // A submission is late if no connection was free for it; its latency counts from when it was due.
        let due = dues.get(index).map(|due| started + *due);
        if due.unwrap_or_else(Instant::now) >= deadline {
            break;
        }
        if let Some(due) = due {
            time::sleep_until(due.into()).await;
        }
        let now = Instant::now();
        let sent = due.filter(|due| now.duration_since(*due) > TIMER_STEP).unwrap_or(now);
        let answer = gateway.submit(body).await?;
        ended = Instant::now();
        let us = u64::try_from(ended.duration_since(sent).as_micros()).unwrap_or(u64::MAX);
        counts.latencies.borrow_mut().add(us, answer.applied);
        counts.applied.set(counts.applied.get() + u64::from(answer.applied));
        let operations_each = body.operations / body.transactions;
        operations.fetch_add((answer.applied * operations_each).into(), Ordering::Relaxed);
        counts.failed.set(counts.failed.get() + u64::from(answer.failed));
        counts.refused.set(counts.refused.get() + u64::from(answer.refused));
        if answer.refusal.is_some() {
            *counts.refusal.borrow_mut() = answer.refusal;
        }
    }
    Ok(ended)
}

#[cfg(test)]
mod tests;
