//! The state of things every so often while a load runs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::Load;
use crate::process::{threads_cpu_s, usage};

/// The time after which the end of a load is looked for again.
const POLL: Duration = Duration::from_millis(20);

/// The counts between two samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The time at which it ended, in seconds after the start.
    pub end_s: f64,
    /// Operations per second that became final.
    pub operations_per_s: f64,
    /// CPU time per second of all validators together: 1 is one core.
    pub validators_cores: f64,
    /// CPU time per second of the load generator.
    pub generator_cores: f64,
    /// Memory of the validator that has the most, in bytes.
    pub resident_bytes: u64,
}

/// The resources that a load took.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Resources {
    /// CPU time of all validators together.
    pub validators_cpu_s: f64,
    /// CPU time of the load generator.
    pub generator_cpu_s: f64,
    /// Memory of the validator that has the most at the end, in bytes.
    pub resident_bytes: u64,
    /// The most that any validator has ever had.
    pub resident_bytes_max: u64,
    /// CPU time of all validators by the name of the thread.
    pub threads_cpu_s: BTreeMap<String, f64>,
}

pub(super) struct Sampler<'a> {
    processes: &'a [u32],
    interval: Duration,
    started: Instant,
    first: Sample,
    first_threads: BTreeMap<u32, (String, f64)>,
}

#[derive(Clone, Copy)]
struct Sample {
    at_s: f64,
    operations: u64,
    validators_cpu_s: f64,
    generator_cpu_s: f64,
    resident_bytes: u64,
    resident_bytes_max: u64,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(load: &Load<'a>) -> Self {
        let started = Instant::now();
        let first = sample(load.processes, started, 0);
        Self {
            processes: load.processes,
            interval: load.interval,
            started,
            first,
            first_threads: threads(load.processes),
        }
    }
    /// Samples until it is over.
    pub(super) fn follow(&self, operations: &AtomicU64, is_over: impl Fn() -> bool) -> (Vec<Interval>, Resources) {
        let mut intervals = Vec::new();
        let mut last = self.first;
        let mut next = self.started + self.interval;
        loop {
            thread::sleep(POLL.min(next.saturating_duration_since(Instant::now())));
            let is_over = is_over();
            if Instant::now() < next && !is_over {
                continue;
            }
            let new = sample(self.processes, self.started, operations.load(Ordering::Relaxed));
            intervals.push(between(&last, &new));
            last = new;
            next += self.interval;
            if is_over {
                return (intervals, self.resources(&last));
            }
        }
    }
    fn resources(&self, last: &Sample) -> Resources {
        let mut threads_cpu_s = BTreeMap::new();
        for (id, (name, cpu_s)) in threads(self.processes) {
            let before_s = self.first_threads.get(&id).map_or(0.0, |(_, cpu_s)| *cpu_s);
            *threads_cpu_s.entry(name).or_insert(0.0) += cpu_s - before_s;
        }
        Resources {
            validators_cpu_s: last.validators_cpu_s - self.first.validators_cpu_s,
            generator_cpu_s: last.generator_cpu_s - self.first.generator_cpu_s,
            resident_bytes: last.resident_bytes,
            resident_bytes_max: last.resident_bytes_max,
            threads_cpu_s,
        }
    }
}

fn sample(processes: &[u32], started: Instant, operations: u64) -> Sample {
    let usages: Vec<_> = processes.iter().map(|process| usage(*process)).collect();
    Sample {
        at_s: started.elapsed().as_secs_f64(),
        operations,
        validators_cpu_s: usages.iter().map(|usage| usage.cpu_s).sum(),
        generator_cpu_s: usage(std::process::id()).cpu_s,
        resident_bytes: usages.iter().map(|usage| usage.resident_bytes).max().unwrap_or(0),
        resident_bytes_max: usages.iter().map(|usage| usage.resident_bytes_max).max().unwrap_or(0),
    }
}

fn threads(processes: &[u32]) -> BTreeMap<u32, (String, f64)> {
    processes.iter().flat_map(|process| threads_cpu_s(*process)).collect()
}

fn between(last: &Sample, new: &Sample) -> Interval {
    let seconds = (new.at_s - last.at_s).max(1e-9);
    Interval {
        end_s: new.at_s,
        operations_per_s: (new.operations - last.operations) as f64 / seconds,
        validators_cores: (new.validators_cpu_s - last.validators_cpu_s) / seconds,
        generator_cores: (new.generator_cpu_s - last.generator_cpu_s) / seconds,
        resident_bytes: new.resident_bytes,
    }
}
