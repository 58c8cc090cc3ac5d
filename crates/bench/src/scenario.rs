//! One measurement by itself, to work on something.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::accounts::Accounts;
use crate::bed::{Bed, CONNECTIONS_SINGLE, Measured};
use crate::error::BenchError;
use crate::growth;
use crate::hostile;
use crate::load::{Interval, Run};
use crate::markdown::{mebibytes, number, whole, wrapped};
use crate::operations;
use crate::other_measurements;
use crate::prepared::{self, Extent, Prepared, Theirs, aims};
use crate::report;
use crate::suite::{SKEW, tell};
use crate::surfaces::Surface;
use crate::targets::table;
use crate::workload::Kind;

/// The scenario that doesn't make its network anew.
const PREPARED: &str = "prepared";
/// The scenario of members who flood networks of their own.
const HOSTILE: &str = "hostile";

/// The scenario of networks that grow.
const GROWTH: &str = "growth";
/// The scenario without a network.
const OPERATIONS: &str = "operations";

/// Names and what they do.
pub const SCENARIOS: [(&str, &str); 22] = [
    ("transfers", "single transfers in batches, as many as there can be"),
    ("singly", "single transfers, each in a request of its own, as many as there can be"),
    ("hundred", "100-operation transactions, as many as there can be"),
    ("hot", "transfers into and out of one account, as many as there can be"),
    ("skewed", "single transfers, a hundredth of the accounts with a fifth of them"),
    ("mixed", "transfers, issues, redemptions, conversions and holds"),
    ("half", "single transfers at half the rate that is possible, in small batches"),
    ("unloaded", "ten single transfers per second"),
    ("profile", "where the CPU time of single transfers goes, by function; needs perf"),
    ("idle", "nothing at all"),
    ("restart", "starts after a kill, with and without a tail to replay (one validator)"),
    ("catch-up", "a validator that was away while the others worked (four validators)"),
    ("audit", "single transfers, and an audit of them"),
    ("long", "transfers with skew, for about ten times the seconds, and what they take on disk"),
    (OPERATIONS, "what version 2 adds beside transfers, executed here without a network, so long as it takes"),
    (HOSTILE, "members who flood the network, and a crowd beside honest ones, each for the seconds (four validators)"),
    (GROWTH, "followers, changes of validators, and nodes that join after five transfers of each account"),
    ("proofs", "balances that one gateway tells and proves, and what checking them takes"),
    ("readers", "2,000 transfers a second with 10,000 readers of events and without, in turn"),
    ("followed", "single transfers in batches, as many as there can be, with 1,000 readers and without, in turn"),
    ("webhooks", "events that leave one node by webhooks, to a receiver on this machine"),
    (PREPARED, "one validator, and then PostgreSQL, with many accounts and a year of receipts; see `prepare`"),
];

/// The settings of a measurement.
#[derive(Clone, Debug)]
pub struct Options {
    /// An empty directory.
    pub dir: PathBuf,
    /// The number of validators.
    pub validators: usize,
    /// The number of accounts.
    pub accounts: usize,
    /// The number of receipts of a prepared network.
    pub receipts: usize,
    /// MiB of the state's pages that a validator of a prepared network keeps in memory, if not the usual ones.
    pub state_cache_mb: Option<u32>,
    /// The directory of the prepared networks.
    pub kept: PathBuf,
    /// The programs of PostgreSQL, for the scenario that compares with it; `None` leaves it out.
    pub postgres: Option<PathBuf>,
    /// The time for which it runs.
    pub duration: Duration,
    /// Connections of a load at full speed, if not the usual ones.
    pub connections: Option<usize>,
    /// Transactions of a submission at full speed, if not the usual ones.
    pub batch: Option<usize>,
}

/// Measures one scenario and tells it on standard output: a line per interval, and then a summary, as JSON if asked
/// for.
pub fn run(name: &str, options: &Options, as_json: bool) -> Result<(), BenchError> {
    if !SCENARIOS.iter().any(|(known, _)| *known == name) {
        return Err(BenchError::UnknownScenario(name.to_owned()));
    }
    if name == PREPARED {
        return on_prepared(options, as_json);
    }
    if name == HOSTILE {
        return under_floods(options, as_json);
    }
    if name == GROWTH {
        return growing(options, as_json);
    }
    if name == OPERATIONS {
        return executing(options, as_json);
    }
    if let Some(surface) = Surface::named(name) {
        return showing(surface, name, options, as_json);
    }
    tell(&format!("{name}: setting up {} validators, {} accounts", options.validators, options.accounts));
    let members = Accounts::members(options.accounts);
    let mut bed = Bed::start(&options.dir.join("network"), options.validators, &members)?;
    (bed.connections, bed.batch) = (options.connections, options.batch);
    tell(&format!("set up at {} operations per s", whole(bed.setup.operations_per_s)));
    let summary = match load(name, &mut bed, options.duration)? {
        Some(measured) => {
            print_load(&measured);
            as_value(&measured)
        }
        None => other(name, &mut bed, options.duration)?,
    };
    bed.remove()?;
    print_summary(name, options.validators, &summary, as_json);
    Ok(())
}

fn print_summary(name: &str, validators: usize, summary: &Value, as_json: bool) {
    if as_json {
        let document = json!({ "scenario": name, "validators": validators, "result": summary });
        lojal_print::document(&document.to_string());
    } else if let Some(fields) = summary.as_object() {
        let is_short = |value: &Value| !value.is_array() && !value.is_object();
        for (field, value) in fields.iter().filter(|(_, value)| is_short(value)) {
            lojal_print::line(format!("{field}: {value}"));
        }
    }
}

fn on_prepared(options: &Options, as_json: bool) -> Result<(), BenchError> {
    let extent = Extent { accounts: options.accounts, receipts: options.receipts };
    let prepared = Prepared::get(&options.kept, extent)?;
    let (cache, postgres) = (options.state_cache_mb, options.postgres.as_deref());
    let figures = prepared::measure(&prepared, &options.dir, options.duration, (cache, postgres))?;
    let few = &figures.few;
    for (title, measured) in [
        ("few accounts, with skew", &few.skewed),
        ("few accounts, half load", &few.half),
        ("with skew", &figures.skewed),
        ("every account equally likely", &figures.cold),
        ("half load", &figures.half),
    ] {
        lojal_print::line(format!("one validator, {title}:"));
        print_load(measured);
    }
    let restart = &figures.restart;
    lojal_print::line(format!(
        "start {} s; after a kill {} s, and {} s with {} of log after the checkpoint; memory {} when it was ready, {} \
         after the loads",
        number(figures.start_s),
        number(restart.seconds),
        number(restart.seconds_with_tail),
        mebibytes(restart.tail_bytes as u64),
        mebibytes(figures.resident_bytes_started),
        mebibytes(figures.resident_bytes),
    ));
    figures.postgres.iter().for_each(print_theirs);
    lojal_print::line("the aims of 10,000,000 accounts and 50,000,000 receipts:");
    lojal_print::document(&table(&aims(&figures)));
    print_summary(PREPARED, 1, &as_value(&figures), as_json);
    Ok(())
}

fn under_floods(options: &Options, as_json: bool) -> Result<(), BenchError> {
    let figures = hostile::measure(&options.dir, options.validators, options.duration)?;
    for flooded in &figures.floods {
        lojal_print::line(format!("{}:", flooded.name));
        print_outcome(&flooded.run, options.validators);
    }
    lojal_print::line("a crowd at full speed:");
    print_outcome(&figures.crowd, options.validators);
    for (title, measured) in [("honest members alone", &figures.alone), ("beside the crowd", &figures.beside)] {
        lojal_print::line(format!("{title}:"));
        print_outcome(&measured.run, options.validators);
    }
    lojal_print::document(&table(&hostile::aims(&figures)));
    print_summary(HOSTILE, options.validators, &as_value(&figures), as_json);
    Ok(())
}

fn growing(options: &Options, as_json: bool) -> Result<(), BenchError> {
    let members = Accounts::members(options.accounts);
    let figures = growth::measure(&options.dir, &members, options.receipts, options.duration)?;
    for (title, measured) in [("alone", &figures.joining.alone), ("beside nodes that join", &figures.joining.beside)] {
        lojal_print::line(format!("one validator, {title}:"));
        print_outcome(&measured.run, 1);
    }
    lojal_print::document(&table(&growth::aims(&figures)));
    print_summary(GROWTH, options.validators, &as_value(&figures), as_json);
    Ok(())
}

fn executing(options: &Options, as_json: bool) -> Result<(), BenchError> {
    tell(&format!("operations: {} accounts", options.accounts));
    let costs = operations::measure(options.accounts)?;
    lojal_print::document(&wrapped(&report::operations(&costs)));
    print_summary(OPERATIONS, 0, &as_value(&costs), as_json);
    Ok(())
}

fn showing(surface: Surface, name: &str, options: &Options, as_json: bool) -> Result<(), BenchError> {
    tell(&format!("{name}: setting up one validator, {} accounts", options.accounts));
    let members = Accounts::members(options.accounts);
    let figures = surface.measure(&options.dir.join("network"), &members, options.duration)?;
    figures.lines.iter().for_each(lojal_print::line);
    if !figures.aims.is_empty() {
        lojal_print::document(&table(&figures.aims));
    }
    print_summary(name, 1, &figures.all, as_json);
    Ok(())
}

fn print_theirs(theirs: &Theirs) {
    for (title, slice) in [("with skew", &theirs.skewed), ("every account equally likely", &theirs.cold)] {
        let latency = slice.bench.latency;
        lojal_print::line(format!(
            "PostgreSQL, {title}: {} transfers per s with {} clients; p50 {} ms, p99 {} ms, max {} ms",
            whole(slice.bench.operations_per_s),
            slice.bench.clients,
            number(latency.p50_ms),
            number(latency.p99_ms),
            number(latency.max_ms),
        ));
    }
    lojal_print::line(format!(
        "PostgreSQL: filled in {} s, {} of tables and indexes, {} of shared memory; its processes hold {}",
        number(theirs.fill_s),
        mebibytes(theirs.database_bytes),
        mebibytes(theirs.shared_bytes),
        mebibytes(theirs.resident_bytes),
    ));
}

fn load(name: &str, bed: &mut Bed<'_>, duration: Duration) -> Result<Option<Measured>, BenchError> {
    let transfer = Kind::Transfer { skew: 1 };
    Ok(Some(match name {
        "transfers" => bed.saturate(transfer, duration)?,
        "singly" => bed.saturate_singly(bed.connections.unwrap_or(CONNECTIONS_SINGLE[0]), duration)?,
        "hundred" => bed.saturate(Kind::Hundred, duration)?,
        "hot" => bed.saturate(Kind::Hot, duration)?,
        "skewed" => bed.saturate(Kind::Transfer { skew: SKEW }, duration)?,
        "mixed" => bed.saturate(Kind::Mixed, duration)?,
        "half" => {
            let full = bed.saturate(transfer, duration)?;
            bed.at_rate(full.transactions_per_s() / 2.0, duration)?
        }
        "unloaded" => bed.unloaded(duration)?,
        _ => return Ok(None),
    }))
}

fn other(name: &str, bed: &mut Bed<'_>, duration: Duration) -> Result<Value, BenchError> {
    Ok(match name {
        "profile" => {
            let shares = bed.profile(duration)?;
            for share in &shares {
                lojal_print::line(format!("{:>6.2} %  {:<12} {}", share.percent, share.thread, share.function));
            }
            as_value(&shares)
        }
        "idle" => as_value(&other_measurements::idle(bed, duration)?),
        "restart" => as_value(&other_measurements::restart(bed, duration)?),
        "catch-up" => as_value(&other_measurements::catch_up(bed, duration)?),
        "audit" => as_value(&other_measurements::audit(bed, duration)?),
        _ => {
            let look = bed.saturate(Kind::Transfer { skew: SKEW }, Duration::from_secs(10))?;
            let count = (look.transactions_per_s() * duration.as_secs_f64() * 10.0) as usize;
            let long = other_measurements::long(bed, count, SKEW)?;
            long.intervals.iter().for_each(print_interval);
            as_value(&long)
        }
    })
}

fn as_value(result: &impl serde::Serialize) -> Value {
    serde_json::to_value(result).expect("every result has a JSON form")
}

fn print_load(measured: &Measured) {
    measured.run.intervals.iter().for_each(print_interval);
    let run = &measured.run;
    print_outcome(run, measured.validators);
    for (thread, cpu_s) in run.resources.threads_cpu_s.iter().filter(|(_, cpu_s)| **cpu_s > 0.0) {
        lojal_print::line(format!(
            "  {thread}: {} µs per transaction",
            number(cpu_s * 1e6 / run.applied.max(1) as f64)
        ));
    }
    for (name, value) in measured.counters.iter().filter(|(_, value)| **value != 0.0) {
        lojal_print::line(format!("  {name} {}", number(*value)));
    }
}

fn print_outcome(run: &Run, validators: usize) {
    let latency = run.latency;
    lojal_print::line(format!(
        "{} transactions and {} operations per s; {} failed, {} refused ({}); CPU {} µs per transaction and validator; \
         p50 {} ms, p99 {} ms, max {} ms",
        whole(run.applied as f64 / run.seconds),
        whole(run.operations_per_s()),
        run.failed,
        run.refused,
        run.refusal.as_deref().unwrap_or("-"),
        number(run.cpu_us_per_transaction_and_validator(validators)),
        number(latency.p50_ms),
        number(latency.p99_ms),
        number(latency.max_ms),
    ));
}

fn print_interval(interval: &Interval) {
    lojal_print::line(format!(
        "{:>7.1} s {:>9} operations per s, validators {:.2} cores, load {:.2} cores, memory {}",
        interval.end_s,
        whole(interval.operations_per_s),
        interval.validators_cores,
        interval.generator_cores,
        mebibytes(interval.resident_bytes),
    ));
}
