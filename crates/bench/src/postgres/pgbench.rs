//! pgbench: its scripts, its arguments, and what it prints.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::error::BenchError;
use crate::latency::{Latencies, Percentiles};

pub(super) const SCHEMA: &str = include_str!("../../sql/schema.sql");
pub(super) const TRANSFER: &str = include_str!("../../sql/transfer.sql");
pub(super) const HUNDRED: &str = include_str!("../../sql/hundred.sql");
pub(super) const ACCOUNTS: &str = include_str!("../../sql/accounts.sql");
pub(super) const CHECK: &str = include_str!("../../sql/check.sql");
/// Options of a session whose commits wait for others, in microseconds, while at least as many transactions are open.
pub(super) const GROUP_COMMIT: &str = "-c commit_delay=200 -c commit_siblings=4";
/// Share of transactions whose latency pgbench writes down.
const SAMPLING_RATE: &str = "0.1";

/// A way to make a single transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Variant {
    /// The function for all cases.
    General,
    /// The function that is made for the usual case.
    FastPath,
    /// The second function, with commits that wait for each other.
    GroupCommit,
}

impl Variant {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::General, Self::FastPath, Self::GroupCommit];

    /// Its description.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general function",
            Self::FastPath => "fast path",
            Self::GroupCommit => "fast path and group commit",
        }
    }
}

/// The script of pgbench's clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Script {
    /// One transfer in each database transaction, accounts picked with a skew.
    Transfer {
        /// The skew.
        skew: i32,
        /// The way to make it.
        variant: Variant,
    },
    /// One transfer into or out of one account.
    Hot,
    /// A hundred transfers in each database transaction.
    Hundred,
}

impl Script {
    /// Its text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Transfer { .. } => include_str!("../../sql/transfer.pgbench"),
            Self::Hot => include_str!("../../sql/hot.pgbench"),
            Self::Hundred => include_str!("../../sql/hundred.pgbench"),
        }
    }
    /// Transfers in each database transaction.
    pub fn operations(self) -> u32 {
        if self == Self::Hundred { 100 } else { 1 }
    }
    fn skew(self) -> i32 {
        if let Self::Transfer { skew, .. } = self { skew } else { 1 }
    }
    pub(super) fn variant(self) -> Variant {
        if let Self::Transfer { variant, .. } = self { variant } else { Variant::General }
    }
}

/// The figures that pgbench prints in the end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bench {
    /// The number of clients.
    pub clients: u32,
    /// Transfers per second.
    pub operations_per_s: f64,
    /// Transfers of each database transaction.
    pub operations_per_transaction: u32,
    /// Database transactions that ended well.
    pub transactions: u64,
    /// Database transactions that failed.
    pub failed: u64,
    /// Latencies of the database transactions.
    pub latency: Percentiles,
}

impl Bench {
    pub(super) fn parse(text: &str, clients: u32, script: Script, latency: Percentiles) -> Result<Self, BenchError> {
        let unreadable = || BenchError::unreadable("what pgbench prints", text);
        let value = |start: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(start)).ok_or_else(unreadable)?;
            let word = line.split_whitespace().next().ok_or_else(unreadable)?;
            word.parse::<f64>().map_err(|_| unreadable())
        };
        Ok(Self {
            clients,
            operations_per_s: value("tps = ")? * f64::from(script.operations()),
            operations_per_transaction: script.operations(),
            transactions: value("number of transactions actually processed: ")? as u64,
            failed: value("number of failed transactions: ")? as u64,
            latency,
        })
    }
}

/// The arguments that matter. No vacuum first, because the tables aren't pgbench's own; prepared statements, because
/// they are what costs PostgreSQL least.
pub(super) fn arguments(script: Script, accounts: usize, clients: u32, duration: Duration, run: u32) -> Vec<String> {
    let mut arguments: Vec<String> = ["--no-vacuum", "--protocol=prepared", "--log"].map(str::to_owned).to_vec();
    arguments.push(format!("--sampling-rate={SAMPLING_RATE}"));
    arguments.push(format!("--client={clients}"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    arguments.push(format!("--jobs={}", cores.min(clients as usize)));
    arguments.push(format!("--time={}", duration.as_secs().max(1)));
    let (accounts, skew) = (accounts.to_string(), script.skew().to_string());
    let (run, fast) = (run.to_string(), (script.variant() != Variant::General).to_string());
    let variables = [("n", "0"), ("run", &run), ("accounts", &accounts), ("skew", &skew), ("month", "24322")];
    for (name, value) in variables.into_iter().chain([("fast", fast.as_str())]) {
        arguments.push(format!("--define={name}={value}"));
    }
    arguments
}

/// The percentiles of pgbench's logs in a directory.
pub(super) fn read_log(directory: &Path) -> Result<Percentiles, BenchError> {
    let mut latencies = Latencies::default();
    let entries = fs::read_dir(directory).map_err(BenchError::file(directory))?;
    let paths = entries.flatten().map(|entry| entry.path());
    for path in paths.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("log"))) {
        let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        for us in text.lines().filter_map(parse_log_line) {
            latencies.add(us, 1);
        }
    }
    Ok(latencies.percentiles())
}

/// The third field is how long the transaction took, in microseconds; of a failed one it is a word.
fn parse_log_line(line: &str) -> Option<u64> {
    line.split(' ').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "transaction type: transfer\nscaling factor: 1\nquery mode: prepared\n\
        number of clients: 16\nnumber of threads: 2\nduration: 8 s\n\
        number of transactions actually processed: 26274\nnumber of failed transactions: 3 (0.011%)\n\
        latency average = 4.865 ms\ninitial connection time = 18.4 ms\n\
        tps = 3288.620165 (without initial connection time)\n";

    #[test]
    fn what_pgbench_prints_is_read() {
        let parse = |script| Bench::parse(PRINTED, 16, script, Percentiles::default()).expect("pgbench's form");
        let transfers = parse(Script::Transfer { skew: 1, variant: Variant::General });
        assert_eq!((transfers.transactions, transfers.failed), (26274, 3));
        assert!((transfers.operations_per_s - 3_288.620_165).abs() < 1e-9);
        assert!((parse(Script::Hundred).operations_per_s - 328_862.016_5).abs() < 1e-6);
        let error = Bench::parse("pgbench: error", 1, Script::Hot, Percentiles::default()).expect_err("no figures");
        assert!(error.to_string().contains("pgbench: error"));
    }

    #[test]
    fn every_variant_makes_transfers_in_its_way() {
        let is_fast = |variant| {
            let script = Script::Transfer { skew: 1, variant };
            let arguments = arguments(script, 100, 8, Duration::from_secs(5), 2);
            assert!(script.text().contains("SELECT transfer(") && script.text().contains(":fast"));
            arguments.contains(&"--define=fast=true".to_owned())
        };
        assert_eq!(Variant::ALL.map(is_fast), [false, true, true]);
    }

    #[test]
    fn latencies_come_from_the_third_field_of_the_log() {
        assert_eq!(parse_log_line("0 199 2241 0 1175850568 995598"), Some(2241));
        assert_eq!(parse_log_line("0 199 deadlock 0 1175850568 995598"), None);
        assert_eq!(parse_log_line(""), None);
    }

    #[test]
    fn every_variable_of_the_scripts_is_defined() {
        let arguments =
            arguments(Script::Transfer { skew: 3, variant: Variant::FastPath }, 100, 8, Duration::from_secs(5), 2);
        for wanted in ["--client=8", "--time=5", "--define=run=2", "--define=accounts=100", "--define=skew=3"] {
            assert!(arguments.iter().any(|one| one == wanted), "{wanted} in {arguments:?}");
        }
    }
}
