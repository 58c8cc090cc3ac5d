//! The commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::error::BenchError;
use crate::limits;
use crate::markdown::whole;
use crate::postgres::{PROGRAMS, Postgres, Script, Variant};
use crate::prepared::{Extent, Prepared};
use crate::report::document;
use crate::scenario::{self, Options, SCENARIOS};
use crate::suite::{self, Plan, tell};

/// Receipts of a prepared network for each account, where nothing is said.
const RECEIPTS_PER_ACCOUNT: usize = 5;

/// Measures a lojal network on this machine, and PostgreSQL beside it. Build the node first:
/// cargo build --release -p lojal-node -p lojal-bench
#[derive(Debug, Parser)]
#[command(name = "lojal-bench", version, about)]
pub struct Cli {
    /// The directory in which networks and databases are made, on the disk to measure [default: bench beside this
    /// program]
    #[arg(long, global = true)]
    dir: Option<PathBuf>,
    /// The directory where PostgreSQL 15 keeps its programs.
    #[arg(long, global = true, default_value = PROGRAMS)]
    postgres_programs: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure everything and write the report.
    Report(ReportOptions),
    /// Measure one scenario.
    Scenario(ScenarioOptions),
    /// List the scenarios.
    List,
    /// Make a network with many accounts and a year of receipts, by executing its blocks; it is kept, and used by
    /// `scenario prepared`. It can be stopped at any moment and goes on the next time.
    Prepare(PrepareOptions),
    /// Measure what nothing on this machine can exceed.
    Limits {
        /// Seconds for each of them.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// Measure PostgreSQL alone.
    Postgres(PostgresOptions),
}

#[derive(Debug, clap::Args)]
struct ReportOptions {
    /// The file to write.
    #[arg(long, default_value = "docs/benchmarks.md")]
    out: PathBuf,
    /// All figures as JSON, too.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Seconds of each slice [default: 10, or 4 with --quick]
    #[arg(long)]
    seconds: Option<u64>,
    /// Little of everything: shows whether it works, and gives figures that mean little.
    #[arg(long)]
    quick: bool,
    /// Leave PostgreSQL out; then there is nothing to compare with.
    #[arg(long)]
    without_postgres: bool,
}

#[derive(Debug, clap::Args)]
struct ScenarioOptions {
    /// Its name; `list` tells them.
    name: String,
    /// The length of the load, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// The number of validators.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    validators: u8,
    /// The number of accounts.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(2..=20_000_000))]
    accounts: u32,
    /// The number of receipts of a prepared network, or of transfers before nodes join [default: five times the
    /// accounts]
    #[arg(long, value_parser = clap::value_parser!(u32).range(4..=1_000_000_000))]
    receipts: Option<u32>,
    /// MiB of the state's pages that a validator of a prepared network keeps in memory, if not the usual ones.
    #[arg(long)]
    state_cache_mb: Option<u32>,
    /// Connections of a load at full speed.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=512))]
    connections: Option<u16>,
    /// Transactions of a submission at full speed.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1000))]
    batch: Option<u16>,
    /// Leave PostgreSQL out where it is measured, too.
    #[arg(long)]
    without_postgres: bool,
    /// The summary as JSON, with everything in it.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct PrepareOptions {
    /// The number of accounts, each with points of two brands.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(2..=20_000_000))]
    accounts: u32,
    /// The number of receipts, the first two of each account included [default: five times the accounts]
    #[arg(long, value_parser = clap::value_parser!(u32).range(4..=1_000_000_000))]
    receipts: Option<u32>,
}

#[derive(Debug, clap::Args)]
struct PostgresOptions {
    /// Seconds for each number of clients.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The number of accounts.
    #[arg(long, default_value_t = 100_000)]
    accounts: u32,
    /// The numbers of clients, one after the other.
    #[arg(long, value_delimiter = ',', default_values_t = [8, 16, 32, 64])]
    clients: Vec<u32>,
    /// With three standbys, of which two have every commit on disk.
    #[arg(long)]
    standbys: bool,
}

impl Cli {
    /// Executes the command.
    ///
    /// # Errors
    /// Why something could not be measured.
    pub fn execute(self) -> Result<(), BenchError> {
        let place = Place { dir: self.dir, postgres_programs: self.postgres_programs };
        match self.command {
            Command::Report(options) => report(&place, &options),
            Command::Scenario(options) => scenario(&place, &options),
            Command::List => {
                SCENARIOS.iter().for_each(|(name, what)| lojal_print::line(format!("{name:<10} {what}")));
                Ok(())
            }
            Command::Prepare(options) => {
                let accounts = options.accounts as usize;
                let extent = Extent { accounts, receipts: receipts(options.receipts, accounts) };
                let prepared = Prepared::get(&place.kept()?, extent)?;
                let record = serde_json::to_string_pretty(&prepared.made).expect("every figure has a JSON form");
                lojal_print::line(prepared.dir().display());
                lojal_print::document(&record);
                Ok(())
            }
            Command::Limits { seconds } => place.in_fresh(|dir| {
                let limits = limits::measure(dir, Duration::from_secs(seconds))?;
                lojal_print::document(&serde_json::to_string_pretty(&limits).expect("every figure has a JSON form"));
                Ok(())
            }),
            Command::Postgres(options) => place.in_fresh(|dir| postgres(&place, dir, &options)),
        }
    }
}

/// The place to measure.
struct Place {
    dir: Option<PathBuf>,
    postgres_programs: PathBuf,
}

impl Place {
    /// The directory of all measurements.
    fn parent(&self) -> Result<PathBuf, BenchError> {
        let beside = || {
            let own = std::env::current_exe().map_err(BenchError::file(Path::new("lojal-bench")))?;
            Ok(own.with_file_name("bench"))
        };
        self.dir.clone().map_or_else(beside, Ok)
    }
    /// The directory of the prepared networks, which are kept.
    fn kept(&self) -> Result<PathBuf, BenchError> {
        Ok(self.parent()?.join("prepared"))
    }
    /// Gives `measure` a directory of its own. It is removed if all went well, and kept for whoever looks for the
    /// reason if not.
    fn in_fresh(&self, measure: impl FnOnce(&Path) -> Result<(), BenchError>) -> Result<(), BenchError> {
        let dir = suite::fresh(&self.parent()?)?;
        if let Err(error) = measure(&dir) {
            if fs::remove_dir(&dir).is_err() {
                tell(&format!("what was there when it failed is in {}", dir.display()));
            }
            return Err(error);
        }
        fs::remove_dir_all(&dir).map_err(BenchError::file(&dir))
    }
}

fn scenario(place: &Place, options: &ScenarioOptions) -> Result<(), BenchError> {
    let (kept, accounts) = (place.kept()?, options.accounts as usize);
    place.in_fresh(|dir| {
        let scenario = Options {
            dir: dir.to_owned(),
            validators: options.validators.into(),
            accounts,
            receipts: receipts(options.receipts, accounts),
            state_cache_mb: options.state_cache_mb,
            kept,
            postgres: (!options.without_postgres).then(|| place.postgres_programs.clone()),
            duration: Duration::from_secs(options.seconds),
            connections: options.connections.map(usize::from),
            batch: options.batch.map(usize::from),
        };
        scenario::run(&options.name, &scenario, options.json)
    })
}

/// The receipts of a prepared network.
fn receipts(given: Option<u32>, accounts: usize) -> usize {
    given.map_or(RECEIPTS_PER_ACCOUNT * accounts, |given| given as usize)
}

fn report(place: &Place, options: &ReportOptions) -> Result<(), BenchError> {
    let postgres = (!options.without_postgres).then(|| place.postgres_programs.clone());
    // Looked for at once, not after half an hour.
    if let Some(missing) = postgres.as_ref().map(|dir| dir.join("postgres")).filter(|path| !path.exists()) {
        return Err(BenchError::PostgresMissing(missing));
    }
    place.in_fresh(|dir| {
        let slice = Duration::from_secs(options.seconds.unwrap_or(if options.quick { 4 } else { 10 }));
        let make = if options.quick { Plan::quick } else { Plan::full };
        let results = suite::run(make(dir.to_owned(), postgres, slice))?;
        if let Some(path) = &options.json {
            let text = serde_json::to_string_pretty(&results).expect("every figure has a JSON form");
            fs::write(path, text).map_err(BenchError::file(path))?;
        }
        let before = fs::read_to_string(&options.out).unwrap_or_default();
        fs::write(&options.out, document(&results, &command(options), &before))
            .map_err(BenchError::file(&options.out))?;
        tell(&format!("wrote {}", options.out.display()));
        Ok(())
    })
}

/// The command that makes the same report.
fn command(options: &ReportOptions) -> String {
    let mut command = "cargo run --release -p lojal-bench -- report".to_owned();
    for (flag, is_set) in [("--quick", options.quick), ("--without-postgres", options.without_postgres)] {
        if is_set {
            command.push_str(&format!(" {flag}"));
        }
    }
    if let Some(seconds) = options.seconds {
        command.push_str(&format!(" --seconds {seconds}"));
    }
    command
}

fn postgres(place: &Place, dir: &Path, options: &PostgresOptions) -> Result<(), BenchError> {
    let accounts = options.accounts as usize;
    let mut postgres = Postgres::start(&place.postgres_programs, &dir.join("postgres"))?;
    postgres.create("points", accounts)?;
    if options.standbys {
        postgres.add_standbys()?;
    }
    lojal_print::line(format!("PostgreSQL {}, {accounts} accounts", postgres.version()?));
    let transfers = Variant::ALL.map(|variant| Script::Transfer { skew: 1, variant });
    for script in transfers.into_iter().chain([Script::Hot, Script::Hundred]) {
        for clients in &options.clients {
            let duration = Duration::from_secs(options.seconds);
            let slice = postgres.run("points", script, accounts, *clients, duration)?;
            let (bench, latency) = (&slice.bench, slice.bench.latency);
            lojal_print::line(format!(
                "{script:?}, {clients} clients: {} transfers per s, {} failed; p50 {:.2} ms, p99 {:.2} ms; server \
                 {:.1} s, \
                 pgbench {:.1} s of CPU",
                whole(bench.operations_per_s),
                bench.failed,
                latency.p50_ms,
                latency.p99_ms,
                slice.server_cpu_s,
                slice.client_cpu_s
            ));
        }
    }
    lojal_print::line(format!("{} transfers; the books add up", postgres.check("points")?));
    lojal_print::line(format!(
        "{} bytes on disk, write-ahead log included",
        whole(postgres.size().apparent_bytes as f64)
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_report_names_the_command_that_made_it() {
        let Command::Report(options) = Cli::parse_from(["lojal-bench", "report", "--quick", "--seconds", "3"]).command
        else {
            panic!("that was a report")
        };
        assert_eq!(command(&options), "cargo run --release -p lojal-bench -- report --quick --seconds 3");
    }
}
