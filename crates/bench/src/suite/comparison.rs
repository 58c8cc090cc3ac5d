//! Ours and the baseline, in turns on the same machine.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::{Plan, tell};
use crate::bed::{Bed, CONNECTIONS_SINGLE, Measured};
use crate::disk;
use crate::error::BenchError;
use crate::postgres::{Postgres, Script, Slice, Variant};
use crate::workload::Kind;

/// Clients with which the baseline is tried; it keeps the best number.
pub const CLIENTS: [u32; 5] = [8, 16, 32, 64, 256];
/// The database of a baseline's server.
pub const DATABASE: &str = "points";
/// Clients of the server with standbys, whose commits take longer.
const CLIENTS_WITH_STANDBYS: [u32; 4] = [16, 32, 64, 256];

/// One slice per round of each.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// One validator, single transfers.
    pub one_transfers: Vec<Measured>,
    /// Four validators, single transfers.
    pub four_transfers: Vec<Measured>,
    /// One validator, each transfer submitted by itself.
    pub one_singly: Vec<Measured>,
    /// Four validators, each transfer submitted by itself.
    pub four_singly: Vec<Measured>,
    /// One validator, each transfer submitted by itself: the rates by the number of connections.
    pub one_singly_sweep: Vec<Connections>,
    /// The same of four.
    pub four_singly_sweep: Vec<Connections>,
    /// One validator, 100-operation transactions.
    pub one_hundred: Vec<Measured>,
    /// Four validators, 100-operation transactions.
    pub four_hundred: Vec<Measured>,
    /// One validator, one hot account.
    pub one_hot: Vec<Measured>,
    /// Four validators, one hot account.
    pub four_hot: Vec<Measured>,
    /// The baseline.
    pub baseline: Option<Baseline>,
}

/// PostgreSQL.
#[derive(Clone, Debug, Serialize)]
pub struct Baseline {
    /// Its version.
    pub version: String,
    /// The rates by the number of clients.
    pub sweep: Vec<Sweep>,
    /// Single transfers; two slices per round.
    pub transfers: Vec<Slice>,
    /// A hundred transfers per database transaction.
    pub hundred: Vec<Slice>,
    /// One hot account.
    pub hot: Vec<Slice>,
    /// A server with three standbys, of which two have every commit on disk.
    pub replicated: Replicated,
    /// Bytes that a transfer takes in tables and indexes; the write-ahead log is left out.
    pub bytes_per_transfer: f64,
    /// Memory of the server's processes in the end, what they share counted once.
    pub resident_bytes: u64,
}

/// PostgreSQL as a careful owner runs it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Replicated {
    /// The rates by the way of a transfer and the number of clients.
    pub sweep: Vec<Sweep>,
    /// Single transfers; one slice per round.
    pub transfers: Vec<Slice>,
}

/// The baseline with a way of a transfer and a number of clients.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sweep {
    /// The way.
    pub variant: Variant,
    /// The number of clients.
    pub clients: u32,
    /// Single transfers per second.
    pub transfers_per_s: f64,
}

/// Transfers that are submitted singly, by so many connections.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Connections {
    /// The number of connections.
    pub connections: usize,
    /// Transfers per second.
    pub transfers_per_s: f64,
}

impl Comparison {
    /// Operations per second over all slices.
    pub fn per_s(slices: &[Measured]) -> f64 {
        let seconds: f64 = slices.iter().map(|one| one.run.seconds).sum();
        let operations: u64 = slices.iter().map(|one| one.run.operations).sum();
        operations as f64 / seconds.max(1e-9)
    }
}

impl Baseline {
    /// Transfers per second over all slices, which are equally long.
    pub fn per_s(slices: &[Slice]) -> f64 {
        slices.iter().map(|slice| slice.bench.operations_per_s).sum::<f64>() / slices.len().max(1) as f64
    }
}

/// The baseline's servers while they take part.
struct Side {
    alone: Postgres,
    replicated: Postgres,
    accounts: usize,
    results: Baseline,
    best: Sweep,
    best_replicated: Sweep,
}

/// All rounds.
pub(super) fn run(plan: &Plan, one: &mut Bed<'_>, four: &mut Bed<'_>) -> Result<Comparison, BenchError> {
    let mut side = plan.postgres.as_ref().map(|programs| Side::start(plan, programs)).transpose()?;
    let mut comparison = Comparison::default();
    let transfer = Kind::Transfer { skew: 1 };
    tell("transfers submitted singly: how many connections are best");
    comparison.one_singly_sweep = sweep_singly(one, plan.slice.div_f64(2.0))?;
    comparison.four_singly_sweep = sweep_singly(four, plan.slice.div_f64(2.0))?;
    let (one_connections, four_connections) = (most(&comparison.one_singly_sweep), most(&comparison.four_singly_sweep));
    for round in 1..=plan.rounds {
        tell(&format!("round {round} of {}: one validator, PostgreSQL, four validators", plan.rounds));
        let mut theirs = |what| side.as_mut().map_or(Ok(()), |side| side.slice(plan, what));
        comparison.one_transfers.push(one.saturate(transfer, plan.slice)?);
        theirs(Turn::Transfer)?;
        comparison.four_transfers.push(four.saturate(transfer, plan.slice)?);
        theirs(Turn::Transfer)?;
        comparison.one_singly.push(one.saturate_singly(one_connections, plan.slice)?);
        theirs(Turn::Replicated)?;
        comparison.four_singly.push(four.saturate_singly(four_connections, plan.slice)?);
        comparison.one_hundred.push(one.saturate(Kind::Hundred, plan.slice)?);
        theirs(Turn::Hundred)?;
        comparison.four_hundred.push(four.saturate(Kind::Hundred, plan.slice)?);
        comparison.one_hot.push(one.saturate(Kind::Hot, plan.slice)?);
        theirs(Turn::Hot)?;
        comparison.four_hot.push(four.saturate(Kind::Hot, plan.slice)?);
    }
    comparison.baseline = side.map(Side::finish).transpose()?;
    Ok(comparison)
}

/// The baseline's part of a round.
#[derive(Clone, Copy)]
enum Turn {
    Transfer,
    Hundred,
    Hot,
    Replicated,
}

impl Side {
    fn start(plan: &Plan, programs: &Path) -> Result<Self, BenchError> {
        tell("PostgreSQL: accounts, and which way and how many clients are best");
        let mut alone = Postgres::start(programs, &plan.dir.join("postgres"))?;
        alone.create(DATABASE, plan.accounts)?;
        let bytes_before = alone.database_bytes(DATABASE)?;
        let (accounts, part) = (plan.accounts, plan.slice.div_f64(2.0));
        let sweep = sweep(&mut alone, accounts, part, &Variant::ALL, &CLIENTS)?;
        let grown = alone.database_bytes(DATABASE)?.saturating_sub(bytes_before);
        let bytes_per_transfer = grown as f64 / alone.check(DATABASE)?.max(1) as f64;
        let best = best(&sweep);
        tell("PostgreSQL with standbys: the same");
        let mut replicated = Postgres::start(programs, &plan.dir.join("replicated"))?;
        replicated.create(DATABASE, plan.accounts)?;
        replicated.add_standbys()?;
        let sweep_replicated = self::sweep(&mut replicated, accounts, part, &[best.variant], &CLIENTS_WITH_STANDBYS)?;
        let best_replicated = self::best(&sweep_replicated);
        let results = Baseline {
            version: alone.version()?,
            sweep,
            transfers: Vec::new(),
            hundred: Vec::new(),
            hot: Vec::new(),
            replicated: Replicated { sweep: sweep_replicated, transfers: Vec::new() },
            bytes_per_transfer,
            resident_bytes: 0,
        };
        Ok(Self { alone, replicated, accounts: plan.accounts, results, best, best_replicated })
    }
    /// One more slice.
    fn slice(&mut self, plan: &Plan, turn: Turn) -> Result<(), BenchError> {
        let (postgres, best) = match turn {
            Turn::Replicated => (&mut self.replicated, self.best_replicated),
            Turn::Transfer | Turn::Hundred | Turn::Hot => (&mut self.alone, self.best),
        };
        let (script, slices) = match turn {
            Turn::Transfer => (transfer(best.variant), &mut self.results.transfers),
            Turn::Replicated => (transfer(best.variant), &mut self.results.replicated.transfers),
            Turn::Hundred => (Script::Hundred, &mut self.results.hundred),
            Turn::Hot => (Script::Hot, &mut self.results.hot),
        };
        // What others have left unwritten isn't the baseline's to write.
        disk::sync()?;
        slices.push(postgres.run(DATABASE, script, self.accounts, best.clients, plan.slice)?);
        Ok(())
    }
    /// The books must add up, or its speed means nothing.
    fn finish(mut self) -> Result<Baseline, BenchError> {
        self.alone.check(DATABASE)?;
        self.replicated.check(DATABASE)?;
        self.results.resident_bytes = self.alone.resident_bytes();
        Ok(self.results)
    }
}

fn transfer(variant: Variant) -> Script {
    Script::Transfer { skew: 1, variant }
}

/// Tries all numbers of connections, each for so long.
fn sweep_singly(bed: &mut Bed<'_>, duration: Duration) -> Result<Vec<Connections>, BenchError> {
    let measure = |connections: usize| {
        let transfers_per_s = bed.saturate_singly(connections, duration)?.transactions_per_s();
        Ok(Connections { connections, transfers_per_s })
    };
    CONNECTIONS_SINGLE.into_iter().map(measure).collect()
}

/// The number of connections that was fastest.
fn most(sweep: &[Connections]) -> usize {
    let faster = |a: &&Connections, b: &&Connections| a.transfers_per_s.total_cmp(&b.transfers_per_s);
    sweep.iter().max_by(faster).expect("something was tried").connections
}

/// Tries all ways with all numbers of clients, each for so long.
pub fn sweep(
    postgres: &mut Postgres,
    accounts: usize,
    duration: Duration,
    variants: &[Variant],
    clients: &[u32],
) -> Result<Vec<Sweep>, BenchError> {
    let mut sweep = Vec::new();
    for (variant, clients) in
        variants.iter().flat_map(|variant| clients.iter().map(move |clients| (*variant, *clients)))
    {
        let slice = postgres.run(DATABASE, transfer(variant), accounts, clients, duration)?;
        sweep.push(Sweep { variant, clients, transfers_per_s: slice.bench.operations_per_s });
    }
    Ok(sweep)
}

/// The fastest of what was tried.
pub fn best(sweep: &[Sweep]) -> Sweep {
    let faster = |a: &&Sweep, b: &&Sweep| a.transfers_per_s.total_cmp(&b.transfers_per_s);
    *sweep.iter().max_by(faster).expect("something was tried")
}
