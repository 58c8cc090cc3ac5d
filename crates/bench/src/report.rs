//! `docs/benchmarks.md`: everything that was measured, as people read it.

mod operations;
mod stages;

use crate::bed::Measured;
use crate::latency::Percentiles;
use crate::load::Interval;
use crate::markdown::{Table, mebibytes, number, section_of, whole, wrapped};
use crate::postgres::{SETTINGS, Slice, Variant};
use crate::suite::{Baseline, Comparison, Connections, Results, Sweep};
use crate::targets::{table, targets};

pub use self::operations::section as operations;

/// Rows of the table over time.
const OVER_TIME_ROWS: usize = 20;

/// The sections that are measured by commands of their own, and written by hand.
const BY_HAND: [&str; 2] = ["## Surfaces of one node\n", "## The pages\n"];

/// The whole document. `command` is the one that made it; of the one `before` what isn't measured here is kept.
pub fn document(results: &Results, command: &str, before: &str) -> String {
    let mut text = String::from("# Benchmarks\n\n");
    text.push_str(&format!(
        "Made by `{command}`; every figure is of that one run. The validators, the load generator, PostgreSQL and \
         pgbench share the same cores and the same disk; ours and PostgreSQL's slices alternate.\n\n"
    ));
    if results.machine.was_busy() {
        text.push_str(
            "**The machine was busy with something else when this began (see the load average below): times and rates \
             are worse than they would be, and ratios between slices uncertain.**\n\n",
        );
    }
    text.push_str("## Targets\n\n");
    text.push_str(&table(&targets(results)));
    text.push_str(&against(&results.comparison));
    text.push_str(&latencies(results));
    text.push_str("## Where the time goes\n\n");
    text.push_str(&stages::text(results));
    text.push_str(&limits(results));
    text.push_str(&operations(&results.operations));
    text.push_str(&many_accounts(results));
    text.push_str(&rest(results));
    text.push_str(&conditions(results));
    BY_HAND.iter().for_each(|heading| text.push_str(section_of(before, heading)));
    text.push_str(include_str!("report/method.md"));
    wrapped(&text)
}

fn against(comparison: &Comparison) -> String {
    let mut text =
        String::from("## Beside PostgreSQL\n\nOperations per second: the mean of all slices, and each slice.\n\n");
    let mut table = Table::new(&["", "operations per s", "of PostgreSQL's transfers", "slices"]);
    let baseline = comparison.baseline.as_ref();
    let transfers = baseline.map(|baseline| Baseline::per_s(&baseline.transfers));
    let mut row = |name: &str, per_s: f64, slices: Vec<f64>| {
        let ratio = transfers.map_or_else(|| "–".to_owned(), |transfers| number(per_s / transfers));
        let slices: Vec<String> = slices.into_iter().map(whole).collect();
        table.row(vec![name.to_owned(), whole(per_s), ratio, slices.join(" · ")]);
    };
    let mut ours = |name: &str, slices: &[Measured]| {
        row(name, Comparison::per_s(slices), slices.iter().map(|one| one.run.operations_per_s()).collect());
    };
    ours("one validator, single transfers", &comparison.one_transfers);
    ours("four validators, single transfers", &comparison.four_transfers);
    ours("one validator, transfers submitted singly", &comparison.one_singly);
    ours("four validators, transfers submitted singly", &comparison.four_singly);
    ours("one validator, 100-operation transactions", &comparison.one_hundred);
    ours("four validators, 100-operation transactions", &comparison.four_hundred);
    ours("one validator, one hot account", &comparison.one_hot);
    ours("four validators, one hot account", &comparison.four_hot);
    if let Some(baseline) = baseline {
        let mut theirs = |name: &str, slices: &[Slice]| {
            row(name, Baseline::per_s(slices), slices.iter().map(|one| one.bench.operations_per_s).collect());
        };
        theirs("PostgreSQL, single transfers", &baseline.transfers);
        theirs("PostgreSQL, 100 transfers per transaction", &baseline.hundred);
        theirs("PostgreSQL, one hot account", &baseline.hot);
        theirs("PostgreSQL with three standbys, single transfers", &baseline.replicated.transfers);
    }
    text.push_str(&table.finish());
    text.push_str(&format!(
        "Transfers are submitted singly by as many connections as are best: one validator: {}; four validators: \
         {}.\n\n",
        connections(&comparison.one_singly_sweep),
        connections(&comparison.four_singly_sweep),
    ));
    if let Some(baseline) = baseline {
        let spent: f64 = baseline.transfers.iter().map(|one| one.server_cpu_s).sum();
        let transfers: u64 = baseline.transfers.iter().map(|one| one.bench.transactions).sum();
        text.push_str(&format!(
            "PostgreSQL transfers in the way and with the number of clients that are best: {}; with standbys: {}. A \
             transfer takes {} µs of the server's CPU and {} bytes in tables and indexes; its write-ahead log comes \
             on top. Its processes hold {}. Its books were added up afterwards and are right.\n\n",
            tried(&baseline.sweep),
            tried(&baseline.replicated.sweep),
            number(spent * 1e6 / transfers.max(1) as f64),
            whole(baseline.bytes_per_transfer),
            mebibytes(baseline.resident_bytes),
        ));
    }
    text
}

/// The rates by the number of connections.
fn connections(sweep: &[Connections]) -> String {
    let of = |one: &Connections| format!("{} connections {}", one.connections, whole(one.transfers_per_s));
    sweep.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// The rates of everything that was tried.
fn tried(sweep: &[Sweep]) -> String {
    let of = |variant| {
        let of_it = sweep.iter().filter(move |one| one.variant == variant);
        let rates: Vec<_> =
            of_it.map(|one| format!("{} clients {}", one.clients, whole(one.transfers_per_s))).collect();
        (!rates.is_empty()).then(|| format!("{}: {}", variant.name(), rates.join(", ")))
    };
    Variant::ALL.into_iter().filter_map(of).collect::<Vec<_>>().join("; ")
}

fn latencies(results: &Results) -> String {
    let mut text = String::from(
        "## Latency\n\nFrom a submission to the answer that it is final, in milliseconds. At a given rate it counts \
         from the moment at which the submission was due, so that no wait goes uncounted.\n\n",
    );
    let mut table = Table::new(&[
        "",
        "transactions per s",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "max",
        "CPU µs per transaction and validator",
    ]);
    let mut row = |name: &str, per_s: f64, latency: &Percentiles, cpu: String| {
        let Percentiles { p50_ms, p90_ms, p99_ms, p999_ms, max_ms } = *latency;
        let times = [p50_ms, p90_ms, p99_ms, p999_ms, max_ms].map(number);
        let row = [name.to_owned(), number(per_s)].into_iter().chain(times).chain([cpu]);
        table.row(row.collect());
    };
    for (name, measured) in measured(results) {
        row(name, measured.transactions_per_s(), &measured.run.latency, number(measured.cpu_us()));
    }
    if let Some(baseline) = &results.comparison.baseline {
        for (name, slices) in [
            ("PostgreSQL, single transfers", &baseline.transfers),
            ("PostgreSQL, 100 transfers per transaction", &baseline.hundred),
            ("PostgreSQL, one hot account", &baseline.hot),
            ("PostgreSQL with three standbys, single transfers", &baseline.replicated.transfers),
        ] {
            let Some(last) = slices.last() else { continue };
            let transactions = last.bench.transactions.max(1) as f64;
            let per_s = last.bench.operations_per_s / f64::from(last.bench.operations_per_transaction);
            row(name, per_s, &last.bench.latency, number(last.server_cpu_s * 1e6 / transactions));
        }
    }
    text.push_str(&table.finish());
    let refused: u64 = measured(results).iter().map(|(_, one)| one.run.refused + one.run.failed).sum();
    text.push_str(&format!(
        "Of a repeated slice this is the last one. All transactions of these rows became final and happened, but for \
         {} that were refused or failed.\n\n",
        whole(refused as f64)
    ));
    text
}

/// Every load that isn't told of elsewhere; of those in turns the last.
fn measured(results: &Results) -> Vec<(&'static str, &Measured)> {
    let comparison = &results.comparison;
    let turns = [
        ("one validator, single transfers in batches", &comparison.one_transfers),
        ("four validators, single transfers in batches", &comparison.four_transfers),
        ("one validator, transfers submitted singly", &comparison.one_singly),
        ("four validators, transfers submitted singly", &comparison.four_singly),
        ("one validator, 100-operation transactions", &comparison.one_hundred),
        ("four validators, 100-operation transactions", &comparison.four_hundred),
        ("one validator, one hot account", &comparison.one_hot),
        ("four validators, one hot account", &comparison.four_hot),
    ];
    let turns = turns.into_iter().filter_map(|(name, slices)| Some((name, slices.last()?)));
    let (one, four) = (&results.one, &results.four);
    turns
        .chain([
            ("one validator, mixed operations", &one.mixed),
            ("four validators, mixed operations", &four.mixed),
            ("one validator, half load", &one.half),
            ("four validators, half load", &four.half),
            ("one validator, unloaded", &one.unloaded),
            ("four validators, unloaded", &four.unloaded),
        ])
        .collect()
}

fn limits(results: &Results) -> String {
    let limits = &results.limits;
    let mut table = Table::new(&["limit of this machine", ""]);
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    let checks = |us: f64| format!("{} µs of CPU, {} per s and core", number(us), whole(1e6 / us));
    row("signature, in batches of 512 of 10,000 senders", checks(limits.signature_us));
    row("signature, in batches of 512 of 8 senders", checks(limits.signature_few_senders_us));
    row("signature, by itself", checks(limits.signature_single_us));
    row("transaction (encoding, id, signature), in batches of 512 of 10,000 senders", checks(limits.transaction_us));
    row(
        "4 KiB appended and synced",
        format!(
            "{} per s; p50 {} ms, p99 {} ms",
            whole(limits.syncs_per_s),
            number(limits.sync.p50_ms),
            number(limits.sync.p99_ms)
        ),
    );
    for empty in &limits.empty_block {
        row(
            &format!("empty block, validators: {}", empty.validators),
            format!("{} ms, mean of {}", number(empty.latency_ms), empty.blocks),
        );
    }
    format!("## Limits\n\n{}", table.finish())
}

fn many_accounts(results: &Results) -> String {
    let many = &results.many;
    let (setup, long, restart) = (&many.setup, &many.long, &many.restart);
    let grown = |after: u64, before: u64| after.saturating_sub(before) as f64 / long.applied.max(1) as f64;
    let all = grown(long.stored_after.all.apparent_bytes, long.stored_before.all.apparent_bytes);
    let allocated = grown(long.stored_after.all.allocated_bytes, long.stored_before.all.allocated_bytes);
    let log = grown(long.stored_after.log.apparent_bytes, long.stored_before.log.apparent_bytes);
    let mut text = format!(
        "## {} accounts with skew\n\n\
         - Giving every account points of two brands took {} s ({} operations per s), and {} bytes of memory per \
         account.\n\
         - {} transfers: {} per s at first, {} per s in the end; {} in the median second and {} in the slowest; CPU {} \
         µs each.\n\
         - Memory {} at first, {} in the end.\n\
         - Stored per transfer: {} bytes ({} on disk), of which {} are the block log; a signed transfer has {}.\n\
         - Start after a kill: {} s with everything in the last checkpoint; {} s with {} of log after it.\n\n",
        whole(setup.accounts as f64),
        number(setup.seconds),
        whole(setup.operations_per_s),
        whole(setup.bytes_per_account()),
        whole(long.applied as f64),
        whole(long.first_per_s),
        whole(long.last_per_s),
        whole(long.median_per_s),
        whole(long.slowest_per_s),
        number(long.cpu_us),
        mebibytes(long.resident_bytes_first),
        mebibytes(long.resident_bytes_last),
        number(all),
        number(allocated),
        number(log),
        number(long.transaction_bytes),
        number(restart.seconds),
        number(restart.seconds_with_tail),
        mebibytes(restart.tail_bytes as u64),
    );
    text.push_str(&over_time(&long.intervals));
    text
}

fn over_time(intervals: &[Interval]) -> String {
    let mut table =
        Table::new(&["until s", "transfers per s", "cores of the validator", "cores of the load", "memory"]);
    for part in intervals.chunks(intervals.len().div_ceil(OVER_TIME_ROWS).max(1)) {
        let mean = |of: fn(&Interval) -> f64| number(part.iter().map(of).sum::<f64>() / part.len() as f64);
        let Some(last) = part.last() else { continue };
        table.row(vec![
            whole(last.end_s),
            mean(|one| one.operations_per_s),
            mean(|one| one.validators_cores),
            mean(|one| one.generator_cores),
            mebibytes(last.resident_bytes),
        ]);
    }
    table.finish()
}

fn rest(results: &Results) -> String {
    let (idle, catch_up, audit) = (&results.four.idle, &results.four.catch_up, &results.one.audit);
    format!(
        "## Idle, catching up, audit\n\n\
         - Idle, four validators: {} of a core each, {} empty blocks per minute, {} per day and validator on disk, {} \
         of memory.\n\
         - A validator that missed {} transactions in {} blocks had them {} s after its start: {} per s.\n\
         - An audit of {} single transfers in {} blocks took {} s: {} per s on {} cores.\n\n",
        number(idle.cores_per_validator),
        number(idle.blocks_per_minute),
        mebibytes(idle.bytes_per_day as u64),
        mebibytes(idle.resident_bytes),
        whole(catch_up.transactions as f64),
        whole(catch_up.blocks as f64),
        number(catch_up.seconds),
        whole(catch_up.transactions as f64 / catch_up.seconds),
        whole(audit.transactions as f64),
        whole(audit.blocks as f64),
        number(audit.seconds),
        whole(audit.per_s()),
        audit.cores,
    )
}

fn conditions(results: &Results) -> String {
    let (machine, plan) = (&results.machine, &results.plan);
    let mut table = Table::new(&["conditions", ""]);
    let mut row = |name: &str, value: String| table.row(vec![name.to_owned(), value]);
    row("machine", format!("{} cores of {}", machine.cores, machine.processor));
    row("memory", mebibytes(machine.memory_bytes));
    row("kernel", machine.kernel.clone());
    row("file system", machine.file_system.clone());
    row("load average before", number(machine.load_average));
    row("`lojal-node`", format!("built {} minutes before the start", machine.node_age_minutes));
    row("lojal", format!("{}, commit {}", env!("CARGO_PKG_VERSION"), machine.commit));
    if let Some(baseline) = &results.comparison.baseline {
        row("PostgreSQL", baseline.version.clone());
        let settings: Vec<String> = SETTINGS.iter().map(|(name, value)| format!("{name}={value}")).collect();
        row("its settings", settings.join(" "));
    }
    row("slices", format!("{} rounds of {} s", plan.rounds, plan.slice.as_secs()));
    row(
        "accounts",
        format!("{}, and {} where it says so", whole(plan.accounts as f64), whole(plan.many_accounts as f64)),
    );
    format!("## Conditions\n\n{}", table.finish())
}
