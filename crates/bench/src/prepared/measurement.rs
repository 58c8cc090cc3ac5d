//! The measurements on a prepared network: one validator on a copy of it, and then PostgreSQL with the same data.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::filling::fill;
use super::{Extent, Prepared, Record, data};
use crate::accounts::Accounts;
use crate::bed::{Bed, Measured};
use crate::cluster::Cluster;
use crate::disk;
use crate::error::BenchError;
use crate::other_measurements::{self, Restart};
use crate::postgres::{Postgres, Script, Slice, Variant};
use crate::process::usage;
use crate::suite::{CLIENTS, DATABASE, SKEW, Sweep, best, sweep, tell};
use crate::workload::Kind;

/// Accounts of the network to compare with, or as many as the prepared one has.
const FEW_ACCOUNTS: usize = 100_000;
/// Least shared memory of the baseline, in bytes: what PostgreSQL has by default.
const SHARED_BYTES_MIN: u64 = 128 * 1024 * 1024;

/// The figures of one validator, and of the baseline.
#[derive(Clone, Debug, Serialize)]
pub struct OnPrepared {
    /// The size of the network.
    pub extent: Extent,
    /// MiB of the state's pages that it kept in memory, if not the usual ones.
    pub state_cache_mb: Option<u32>,
    /// The record of how it was made.
    pub made: Record,
    /// The seconds that copying its directory took, file by file.
    pub copy_s: f64,
    /// The seconds from the first start of the process to its first answer, after an orderly stop.
    pub start_s: f64,
    /// Memory of the validator when it was ready, in bytes.
    pub resident_bytes_started: u64,
    /// Memory after all loads, in bytes.
    pub resident_bytes: u64,
    /// Single transfers in batches, a hundredth of the accounts with a fifth of them.
    pub skewed: Measured,
    /// The same with every account equally likely.
    pub cold: Measured,
    /// Every account equally likely, at half the rate.
    pub half: Measured,
    /// Starts after a kill.
    pub restart: Restart,
    /// A network of few accounts, to compare with.
    pub few: Few,
    /// The baseline.
    pub postgres: Option<Theirs>,
}

/// One validator with few accounts and no past.
#[derive(Clone, Debug, Serialize)]
pub struct Few {
    /// Accounts.
    pub accounts: usize,
    /// Single transfers in batches, a hundredth of the accounts with a fifth of them.
    pub skewed: Measured,
    /// Every account equally likely, at half the rate.
    pub half: Measured,
}

/// PostgreSQL with the same receipts.
#[derive(Clone, Debug, Serialize)]
pub struct Theirs {
    /// Its version.
    pub version: String,
    /// Its shared memory, in bytes: what the validator had in all. The file cache comes on top for both.
    pub shared_bytes: u64,
    /// The seconds that filling its tables took.
    pub fill_s: f64,
    /// The size of tables and indexes before the loads, in bytes.
    pub database_bytes: u64,
    /// Memory of its processes in the end, what they share counted once.
    pub resident_bytes: u64,
    /// The rates by the way of a transfer and the number of clients, every account equally likely.
    pub sweep: Vec<Sweep>,
    /// Single transfers with the skew, in the best way with the best number of clients.
    pub skewed: Slice,
    /// The same with every account equally likely.
    pub cold: Slice,
}

/// Measures in an empty directory, each load for so long, with so many MiB of the state's pages in memory if it isn't
/// the usual number; the baseline only if its programs are known.
pub fn measure(
    prepared: &Prepared,
    dir: &Path,
    duration: Duration,
    (state_cache_mb, postgres): (Option<u32>, Option<&Path>),
) -> Result<OnPrepared, BenchError> {
    let few = few(prepared.extent(), &dir.join("few"), duration)?;
    let mut figures = ours(prepared, &dir.join("network"), duration, (state_cache_mb, few))?;
    if let Some(programs) = postgres {
        figures.postgres = Some(theirs(prepared, &dir.join("postgres"), duration, programs, figures.resident_bytes)?);
    }
    Ok(figures)
}

fn few(extent: Extent, dir: &Path, duration: Duration) -> Result<Few, BenchError> {
    let accounts = FEW_ACCOUNTS.min(extent.accounts);
    tell("one validator with few accounts: transfers with skew, at half load");
    let members = Accounts::members(accounts);
    let mut bed = Bed::start(dir, 1, &members)?;
    let skewed = bed.saturate(Kind::Transfer { skew: SKEW }, duration)?;
    let half = bed.at_rate(skewed.transactions_per_s() / 2.0, duration)?;
    bed.remove()?;
    Ok(Few { accounts, skewed, half })
}

fn ours(
    prepared: &Prepared,
    dir: &Path,
    duration: Duration,
    (state_cache_mb, few): (Option<u32>, Few),
) -> Result<OnPrepared, BenchError> {
    tell("one validator: a copy of the prepared network, and its start");
    let cluster = Cluster::of(dir, prepared.genesis.clone())?;
    state_cache_mb.map_or(Ok(()), |mb| cluster.set_state_cache(mb))?;
    let copying = Instant::now();
    disk::copy(&data(prepared.dir()), &cluster.data(0))?;
    let copy_s = copying.elapsed().as_secs_f64();
    let members = Accounts::members(prepared.extent().accounts);
    let mut bed = Bed::on(dir, cluster, &members);
    let start_s = other_measurements::start(&mut bed)?;
    let memory = |bed: &Bed<'_>| bed.cluster.processes().first().map_or(0, |one| usage(*one).resident_bytes);
    let resident_bytes_started = memory(&bed);
    tell("one validator: transfers with skew, without, at half load");
    let skewed = bed.saturate(Kind::Transfer { skew: SKEW }, duration)?;
    let cold = bed.saturate(Kind::Transfer { skew: 1 }, duration)?;
    let half = bed.at_rate(cold.transactions_per_s() / 2.0, duration)?;
    let resident_bytes = memory(&bed);
    tell("one validator: starts after a kill");
    let restart = other_measurements::restart(&mut bed, duration.div_f64(4.0))?;
    bed.remove()?;
    Ok(OnPrepared {
        extent: prepared.extent(),
        state_cache_mb,
        made: prepared.made.clone(),
        copy_s,
        start_s,
        resident_bytes_started,
        resident_bytes,
        skewed,
        cold,
        half,
        restart,
        few,
        postgres: None,
    })
}

fn theirs(
    prepared: &Prepared,
    dir: &Path,
    duration: Duration,
    programs: &Path,
    memory: u64,
) -> Result<Theirs, BenchError> {
    tell("PostgreSQL: the same receipts");
    let shared_bytes = memory.max(SHARED_BYTES_MIN);
    let mut postgres = Postgres::start_with_memory(programs, dir, shared_bytes)?;
    let filling = Instant::now();
    fill(&postgres, DATABASE, &prepared.receipts)?;
    let fill_s = filling.elapsed().as_secs_f64();
    let database_bytes = postgres.database_bytes(DATABASE)?;
    postgres.check(DATABASE)?;
    tell("PostgreSQL: which way and how many clients are best, transfers with skew, without");
    let accounts = prepared.extent().accounts;
    let sweep = sweep(&mut postgres, accounts, duration.div_f64(2.0), &Variant::ALL, &CLIENTS)?;
    let best = best(&sweep);
    let mut run = |skew| {
        let script = Script::Transfer { skew, variant: best.variant };
        postgres.run(DATABASE, script, accounts, best.clients, duration)
    };
    let (skewed, cold) = (run(SKEW)?, run(1)?);
    postgres.check(DATABASE)?;
    Ok(Theirs {
        version: postgres.version()?,
        shared_bytes,
        fill_s,
        database_bytes,
        resident_bytes: postgres.resident_bytes(),
        sweep,
        skewed,
        cold,
    })
}
