//! The measurements that aren't a load: a network at rest, a start after a kill, catching up, an audit, and millions of
//! transfers in a row.

use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use lojal_auditor::progress::Progress;
use lojal_auditor::source::Source;
use lojal_auditor::verify::{Scope, verify};
use lojal_types::Height;
use serde::Serialize;

use crate::bed::{Bed, CONNECTIONS, Measured, Stored, UNLIMITED};
use crate::error::BenchError;
use crate::load::Interval;
use crate::metrics;
use crate::process::{resident_bytes, usage};
use crate::workload::Kind;

/// Bytes of blocks that no checkpoint holds yet, below which a node counts as having written its checkpoint.
const CHECKPOINTED_BYTES: f64 = 128.0 * 1024.0;
/// Transactions that are signed at once for a long run; signing stops the load.
const CHUNK: usize = 500_000;
/// The length of what counts as the beginning and the end of a long run.
const MINUTE_S: f64 = 60.0;
/// The time after which a validator that catches up is asked again how far it has come.
const POLL: Duration = Duration::from_millis(10);

/// A network that nobody uses.
#[derive(Clone, Debug, Serialize)]
pub struct Idle {
    /// Validators.
    pub validators: usize,
    /// CPU time per second of one validator: 1 is one core.
    pub cores_per_validator: f64,
    /// Empty blocks per minute.
    pub blocks_per_minute: f64,
    /// The growth of one validator's data in a day, in bytes.
    pub bytes_per_day: f64,
    /// Memory of the validator that has the most, in bytes.
    pub resident_bytes: u64,
}

/// Lets a network rest.
pub fn idle(bed: &Bed<'_>, duration: Duration) -> Result<Idle, BenchError> {
    let processes = bed.cluster.processes();
    let cpu = || processes.iter().map(|one| usage(*one).cpu_s).sum::<f64>();
    let client = bed.cluster.client(0)?;
    let (cpu_before, size_before, height_before) = (cpu(), bed.cluster.size(0), client.status()?.height);
    let started = Instant::now();
    thread::sleep(duration);
    let seconds = started.elapsed().as_secs_f64();
    let blocks = client.status()?.height.get() - height_before.get();
    let grown = bed.cluster.size(0).apparent_bytes.saturating_sub(size_before.apparent_bytes);
    Ok(Idle {
        validators: processes.len(),
        cores_per_validator: (cpu() - cpu_before) / seconds / processes.len() as f64,
        blocks_per_minute: blocks as f64 * 60.0 / seconds,
        bytes_per_day: grown as f64 * 86_400.0 / seconds,
        resident_bytes: resident_bytes(&processes),
    })
}

/// A start after a kill.
#[derive(Clone, Debug, Serialize)]
pub struct Restart {
    /// Accounts of the state.
    pub accounts: usize,
    /// From the start of the process to its first answer over HTTP, with everything in the last checkpoint.
    pub seconds: f64,
    /// The same with a tail of blocks that no checkpoint holds.
    pub seconds_with_tail: f64,
    /// The bytes of log in that tail.
    pub tail_bytes: f64,
}

/// Kills a network's only validator twice: right after a load, and when it has written its checkpoint.
pub fn restart(bed: &mut Bed<'_>, duration: Duration) -> Result<Restart, BenchError> {
    bed.saturate(Kind::Transfer { skew: 1 }, duration)?;
    let tail_bytes = since_checkpoint(bed)?;
    let seconds_with_tail = kill_and_start(bed)?;
    // A little to write: a checkpoint is due once a minute if there is anything new.
    let urls = bed.cluster.metrics_urls();
    let read = || Ok::<_, BenchError>(metrics::read_all(&urls)?.get("lojal_store_bytes_since_checkpoint").copied());
    bed.cluster.wait_for("a checkpoint", 0, || Ok(read()?.unwrap_or(0.0) < CHECKPOINTED_BYTES))?;
    let seconds = kill_and_start(bed)?;
    Ok(Restart { accounts: bed.setup.accounts, seconds, seconds_with_tail, tail_bytes })
}

fn since_checkpoint(bed: &Bed<'_>) -> Result<f64, BenchError> {
    let metrics = metrics::read_all(&bed.cluster.metrics_urls())?;
    Ok(metrics.get("lojal_store_bytes_since_checkpoint").copied().unwrap_or(0.0))
}

fn kill_and_start(bed: &mut Bed<'_>) -> Result<f64, BenchError> {
    bed.cluster.kill(0)?;
    start(bed)
}

/// Starts the first validator; returns the seconds until it answers over HTTP.
pub fn start(bed: &mut Bed<'_>) -> Result<f64, BenchError> {
    let started = Instant::now();
    bed.cluster.spawn(0)?;
    bed.cluster.wait_until_serving(0)?;
    let seconds = started.elapsed().as_secs_f64();
    bed.cluster.wait_until_ready(0)?;
    Ok(seconds)
}

/// A validator that was away.
#[derive(Clone, Debug, Serialize)]
pub struct CatchUp {
    /// Transactions that it missed.
    pub transactions: u64,
    /// Blocks that it missed.
    pub blocks: u64,
    /// From its start until it has all of them, in seconds.
    pub seconds: f64,
}

/// Stops the last validator while the others work, and starts it again.
pub fn catch_up(bed: &mut Bed<'_>, duration: Duration) -> Result<CatchUp, BenchError> {
    let last = bed.cluster.len() - 1;
    bed.cluster.stop(last)?;
    let client = bed.cluster.client(0)?;
    let before = client.status()?.height;
    let measured = bed.saturate(Kind::Transfer { skew: 1 }, duration)?;
    let target = client.status()?.height;
    let started = Instant::now();
    bed.cluster.spawn(last)?;
    let late = bed.cluster.client(last)?;
    bed.cluster.wait_for("a validator to catch up", last, || {
        thread::sleep(POLL);
        Ok(late.status().is_ok_and(|status| status.height >= target))
    })?;
    let seconds = started.elapsed().as_secs_f64();
    bed.cluster.wait_until_ready(last)?;
    Ok(CatchUp { transactions: measured.run.applied, blocks: target.get() - before.get(), seconds })
}

/// An audit of a chain's single transfers.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// Transactions that were checked and executed again.
    pub transactions: u64,
    /// Blocks.
    pub blocks: u64,
    /// The time that it took, in seconds.
    pub seconds: f64,
    /// The cores that it had.
    pub cores: usize,
}

impl Audit {
    /// Transactions per second.
    pub fn per_s(&self) -> f64 {
        self.transactions as f64 / self.seconds
    }
}

/// Audits as many single transfers as there can be in a time: an audit of everything from genesis on, less one up to
/// where they begin, because transactions that set a network up have a hundred operations each.
pub fn audit(bed: &mut Bed<'_>, duration: Duration) -> Result<Audit, BenchError> {
    let before = bed.cluster.client(0)?.status()?.height;
    bed.saturate(Kind::Transfer { skew: 1 }, duration)?;
    bed.cluster.stop_all()?;
    let (earlier, all) = (audited(bed, Some(before))?, audited(bed, None)?);
    bed.cluster.start()?;
    Ok(Audit {
        transactions: all.transactions - earlier.transactions,
        blocks: all.blocks - earlier.blocks,
        seconds: (all.seconds - earlier.seconds).max(1e-9),
        ..all
    })
}

/// An audit of the first validator's data up to a height, or to the end.
fn audited(bed: &Bed<'_>, to: Option<Height>) -> Result<Audit, BenchError> {
    let failed = |error: String| BenchError::Audit(error);
    let mut source = Source::dir(&bed.cluster.data(0)).map_err(|error| failed(error.to_string()))?;
    let started = Instant::now();
    let report = verify(bed.cluster.genesis(), &mut source, &Scope { to, pins: vec![] }, &mut Progress::new(false))
        .map_err(|error| failed(error.to_string()))?;
    let seconds = started.elapsed().as_secs_f64();
    let transactions = report.transactions.applied + report.transactions.failed;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Audit { transactions, blocks: report.height.get(), seconds, cores })
}

/// Millions of transfers in a row.
#[derive(Clone, Debug, Serialize)]
pub struct Long {
    /// Transfers that happened.
    pub applied: u64,
    /// Seconds of load; signing isn't counted.
    pub seconds: f64,
    /// Transfers per second in the first minute of load, or the first third of a run below three.
    pub first_per_s: f64,
    /// Transfers per second in the last minute of load, or the last third.
    pub last_per_s: f64,
    /// The length of these two, in seconds.
    pub compared_s: f64,
    /// Transfers per second in the median second of load, of those that nobody began or ended in.
    pub median_per_s: f64,
    /// Transfers per second in the slowest of these.
    pub slowest_per_s: f64,
    /// Memory after the first minute, in bytes.
    pub resident_bytes_first: u64,
    /// Memory at the end, in bytes.
    pub resident_bytes_last: u64,
    /// The storage before.
    pub stored_before: Stored,
    /// The storage in the end.
    pub stored_after: Stored,
    /// Bytes of one signed transfer.
    pub transaction_bytes: f64,
    /// CPU time of one validator for one transfer, in microseconds.
    pub cpu_us: f64,
    /// Over the seconds of load.
    pub intervals: Vec<Interval>,
}

/// Transfers with a skew, signed a part at a time.
pub fn long(bed: &mut Bed<'_>, count: usize, skew: i32) -> Result<Long, BenchError> {
    let stored_before = bed.settled_size()?;
    let mut intervals: Vec<Interval> = Vec::new();
    let (mut applied, mut seconds, mut cpu_s, mut transaction_bytes) = (0, 0.0, 0.0, 0.0);
    let mut full = Vec::new();
    in_chunks(bed, count, Kind::Transfer { skew }, |measured| {
        full.extend(full_seconds(&measured.run.intervals));
        let later = |interval: &Interval| Interval { end_s: seconds + interval.end_s, ..*interval };
        let new: Vec<Interval> = measured.run.intervals.iter().map(later).collect();
        intervals.extend(new);
        applied += measured.run.applied;
        seconds += measured.run.seconds;
        cpu_s += measured.run.resources.validators_cpu_s;
        transaction_bytes = measured.transaction_bytes;
    })?;
    let stored_after = bed.settled_size()?;
    let compared_s = MINUTE_S.min(seconds / 3.0);
    let first = between(&intervals, 0.0, compared_s);
    let last = between(&intervals, seconds - compared_s, seconds);
    full.sort_unstable_by(f64::total_cmp);
    let early = intervals.iter().find(|one| one.end_s >= compared_s).or(intervals.last());
    Ok(Long {
        applied,
        seconds,
        first_per_s: first,
        last_per_s: last,
        compared_s,
        median_per_s: full.get(full.len() / 2).copied().unwrap_or(0.0),
        slowest_per_s: full.first().copied().unwrap_or(0.0),
        resident_bytes_first: early.map_or(0, |one| one.resident_bytes),
        resident_bytes_last: intervals.last().map_or(0, |one| one.resident_bytes),
        stored_before,
        stored_after,
        transaction_bytes,
        cpu_us: cpu_s * 1e6 / applied.max(1) as f64,
        intervals,
    })
}

/// Transfers in a row of which nothing is measured; returns the number of those that happened.
pub fn many(bed: &mut Bed<'_>, count: usize, kind: Kind) -> Result<u64, BenchError> {
    let mut applied = 0;
    in_chunks(bed, count, kind, |measured| applied += measured.run.applied)?;
    Ok(applied)
}

/// Signs and submits so many transfers, a part at a time; each part is told.
fn in_chunks(bed: &mut Bed<'_>, count: usize, kind: Kind, mut told: impl FnMut(Measured)) -> Result<(), BenchError> {
    for from in (0..count).step_by(CHUNK) {
        let bodies = bed.signer.presign(kind, CHUNK.min(count - from), kind.batch());
        told(bed.submit(&bodies, CONNECTIONS, None, UNLIMITED)?);
    }
    Ok(())
}

/// Operations per second in the seconds of a load but for the first and the last: they begin before the first answer,
/// and end after the last one.
fn full_seconds(intervals: &[Interval]) -> impl Iterator<Item = f64> {
    let inner = intervals.get(1..intervals.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().map(|interval| interval.operations_per_s)
}

/// Operations per second between two times.
fn between(intervals: &[Interval], from_s: f64, to_s: f64) -> f64 {
    let mut begin_s = 0.0;
    let mut operations = 0.0;
    for interval in intervals {
        let overlap = interval.end_s.min(to_s) - f64::max(begin_s, from_s);
        operations += interval.operations_per_s * overlap.max(0.0);
        begin_s = interval.end_s;
    }
    operations / (to_s - from_s).max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(end_s: f64, operations_per_s: f64) -> Interval {
        Interval { end_s, operations_per_s, validators_cores: 0.0, generator_cores: 0.0, resident_bytes: 0 }
    }

    #[test]
    fn a_part_of_the_time_is_the_mean_of_what_lies_in_it() {
        let intervals = [interval(1.0, 100.0), interval(2.0, 200.0), interval(4.0, 50.0)];
        assert!((between(&intervals, 0.0, 2.0) - 150.0).abs() < 1e-9);
        assert!((between(&intervals, 1.5, 3.0) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn the_first_and_the_last_second_of_a_load_are_not_full() {
        let intervals = [interval(1.0, 80.0), interval(2.0, 100.0), interval(3.0, 90.0), interval(3.1, 5.0)];
        assert_eq!(full_seconds(&intervals).collect::<Vec<_>>(), [100.0, 90.0]);
        assert_eq!((full_seconds(&intervals[..1]).count(), full_seconds(&[]).count()), (0, 0));
    }
}
