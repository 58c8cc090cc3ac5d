//! Ours and the baseline, in turns on the same machine.

use std::path::Path;

use serde::Serialize;

use super::{Plan, tell};
use crate::bed::{Bed, Measured};
use crate::error::BenchError;
use crate::postgres::{Postgres, Script, Slice};
use crate::workload::Kind;

/// Clients with which the baseline is tried; it keeps the best number.
const CLIENTS: [u32; 4] = [8, 16, 32, 64];
const DATABASE: &str = "points";
const TRANSFER: Script = Script::Transfer { skew: 1 };

/// One slice per round of each.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// One validator, single transfers.
    pub one_transfers: Vec<Measured>,
    /// Four validators, single transfers.
    pub four_transfers: Vec<Measured>,
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
    /// Bytes that a transfer takes in tables and indexes; the write-ahead log is left out.
    pub bytes_per_transfer: f64,
    /// Memory of the server's processes in the end, what they share counted once.
    pub resident_bytes: u64,
}

/// The baseline with a number of clients.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
    /// The number of clients.
    pub clients: u32,
    /// Single transfers per second.
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
    /// The best number of clients.
    pub fn clients(&self) -> u32 {
        let faster = |a: &&Sweep, b: &&Sweep| a.transfers_per_s.total_cmp(&b.transfers_per_s);
        self.sweep.iter().max_by(faster).map_or(CLIENTS[0], |best| best.clients)
    }
}

/// The baseline's server while it takes part.
struct Side {
    postgres: Postgres,
    accounts: usize,
    results: Baseline,
    database_bytes_before: u64,
}

/// All rounds.
pub(super) fn run(plan: &Plan, one: &mut Bed<'_>, four: &mut Bed<'_>) -> Result<Comparison, BenchError> {
    let mut side = plan.postgres.as_ref().map(|programs| Side::start(plan, programs)).transpose()?;
    let mut comparison = Comparison::default();
    let transfer = Kind::Transfer { skew: 1 };
    for round in 1..=plan.rounds {
        tell(&format!("round {round} of {}: one validator, PostgreSQL, four validators", plan.rounds));
        let mut theirs = |script| side.as_mut().map_or(Ok(()), |side| side.slice(plan, script));
        comparison.one_transfers.push(one.saturate(transfer, plan.slice)?);
        theirs(TRANSFER)?;
        comparison.four_transfers.push(four.saturate(transfer, plan.slice)?);
        theirs(TRANSFER)?;
        comparison.one_hundred.push(one.saturate(Kind::Hundred, plan.slice)?);
        theirs(Script::Hundred)?;
        comparison.four_hundred.push(four.saturate(Kind::Hundred, plan.slice)?);
        comparison.one_hot.push(one.saturate(Kind::Hot, plan.slice)?);
        theirs(Script::Hot)?;
        comparison.four_hot.push(four.saturate(Kind::Hot, plan.slice)?);
    }
    comparison.baseline = side.map(Side::finish).transpose()?;
    Ok(comparison)
}

impl Side {
    fn start(plan: &Plan, programs: &Path) -> Result<Self, BenchError> {
        tell("PostgreSQL: accounts, and how many clients are best");
        let postgres = Postgres::start(programs, &plan.dir.join("postgres"))?;
        postgres.create(DATABASE, plan.accounts)?;
        let results = Baseline {
            version: postgres.version()?,
            sweep: Vec::new(),
            transfers: Vec::new(),
            hundred: Vec::new(),
            hot: Vec::new(),
            bytes_per_transfer: 0.0,
            resident_bytes: 0,
        };
        let database_bytes_before = postgres.database_bytes(DATABASE)?;
        let mut side = Self { postgres, accounts: plan.accounts, results, database_bytes_before };
        for clients in CLIENTS {
            let slice = side.postgres.run(DATABASE, TRANSFER, plan.accounts, clients, plan.slice)?;
            side.results.sweep.push(Sweep { clients, transfers_per_s: slice.bench.operations_per_s });
        }
        let grown = side.postgres.database_bytes(DATABASE)?.saturating_sub(side.database_bytes_before);
        side.results.bytes_per_transfer = grown as f64 / side.postgres.check(DATABASE)?.max(1) as f64;
        Ok(side)
    }
    /// One more slice of a script.
    fn slice(&mut self, plan: &Plan, script: Script) -> Result<(), BenchError> {
        let slice = self.postgres.run(DATABASE, script, self.accounts, self.results.clients(), plan.slice)?;
        match script {
            Script::Transfer { .. } => self.results.transfers.push(slice),
            Script::Hundred => self.results.hundred.push(slice),
            Script::Hot => self.results.hot.push(slice),
        }
        Ok(())
    }
    /// The books must add up, or its speed means nothing.
    fn finish(mut self) -> Result<Baseline, BenchError> {
        self.postgres.check(DATABASE)?;
        self.results.resident_bytes = self.postgres.resident_bytes();
        Ok(self.results)
    }
}
