//! The time by stage: the CPU time of every thread, and what the nodes count themselves.

use std::collections::BTreeSet;

use crate::bed::Measured;
use crate::markdown::{Table, number, whole};
use crate::profile::Share;
use crate::suite::Results;

/// Threads that took less than this of all the CPU time are summed up as others.
const SHARE_MIN: f64 = 0.005;

/// Functions that are listed.
const FUNCTIONS_MAX: usize = 30;
/// Longest name of a function that is printed; generic ones get long.
const FUNCTION_CHARS_MAX: usize = 110;

/// All tables.
pub(super) fn text(results: &Results) -> String {
    let comparison = &results.comparison;
    let loads = [
        ("1 validator, single", comparison.one_transfers.last()),
        ("4 validators, single", comparison.four_transfers.last()),
        ("1 validator, 100 operations", comparison.one_hundred.last()),
        ("4 validators, 100 operations", comparison.four_hundred.last()),
        ("1 validator, unloaded", Some(&results.one.unloaded)),
        ("4 validators, unloaded", Some(&results.four.unloaded)),
    ];
    let loads: Vec<(&str, &Measured)> = loads.into_iter().filter_map(|(name, load)| Some((name, load?))).collect();
    format!(
        "CPU microseconds per operation and validator, by thread: `mempool` checks signatures and admits, `executor` \
         executes, writes the log and commits, `lojal-node` runs consensus and the network, `gateway` serves HTTP, \
         `checkpoint` writes the index and `merge` its largest files. The load generator's are per operation, \
         whatever the number of validators.\n\n{}\
         What the nodes count, each validator's mean.\n\n{}{}{}",
        threads(&loads),
        counters(&loads),
        functions("one validator", &results.one.profile),
        functions("four validators", &results.four.profile),
    )
}

fn functions(of: &str, shares: &[Share]) -> String {
    if shares.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["function", "thread", "% of all CPU time"]);
    for share in shares.iter().take(FUNCTIONS_MAX) {
        let name: String = share.function.chars().take(FUNCTION_CHARS_MAX).collect();
        table.row(vec![format!("`{name}`"), share.thread.clone(), number(share.percent)]);
    }
    format!("Single transfers with {of}, by function, without what it calls (perf, `cpu-clock`).\n\n{}", table.finish())
}

fn headings<'a>(loads: &[(&'a str, &Measured)]) -> Vec<&'a str> {
    [""].into_iter().chain(loads.iter().map(|(name, _)| *name)).collect()
}

fn threads(loads: &[(&str, &Measured)]) -> String {
    let mut table = Table::new(&headings(loads));
    let all_s = |load: &Measured| load.run.resources.threads_cpu_s.values().sum::<f64>();
    let is_large = |load: &Measured, cpu_s: f64| cpu_s > SHARE_MIN * all_s(load);
    let names: BTreeSet<&str> = loads
        .iter()
        .flat_map(|(_, load)| {
            let threads = load.run.resources.threads_cpu_s.iter();
            threads.filter(|(_, cpu_s)| is_large(load, **cpu_s)).map(|(name, _)| name.as_str())
        })
        .collect();
    let per_operation = |load: &Measured, cpu_s: f64| {
        number(cpu_s * 1e6 / (load.run.operations.max(1) as f64 * load.validators.max(1) as f64))
    };
    let named = |load: &Measured, name: &str| load.run.resources.threads_cpu_s.get(name).copied().unwrap_or(0.0);
    let mut row = |title: String, value: &dyn Fn(&Measured) -> String| {
        table.row([title].into_iter().chain(loads.iter().map(|(_, load)| value(load))).collect());
    };
    for name in &names {
        row(format!("`{name}`"), &|load| per_operation(load, named(load, name)));
    }
    let others = |load: &Measured| all_s(load) - names.iter().map(|name| named(load, name)).sum::<f64>();
    row("others".to_owned(), &|load| per_operation(load, others(load).max(0.0)));
    row("**all**".to_owned(), &|load| per_operation(load, all_s(load)));
    row("load generator".to_owned(), &|load| {
        number(load.run.resources.generator_cpu_s * 1e6 / load.run.operations.max(1) as f64)
    });
    table.finish()
}

fn counters(loads: &[(&str, &Measured)]) -> String {
    let mut table = Table::new(&headings(loads));
    let each = |load: &Measured, name: &str| load.counter(name) / load.validators.max(1) as f64;
    let blocks = |load: &Measured| each(load, "lojal_blocks_committed_total").max(1.0);
    let mut row = |title: &str, value: &dyn Fn(&Measured) -> String| {
        table.row([title.to_owned()].into_iter().chain(loads.iter().map(|(_, load)| value(load))).collect());
    };
    row("blocks per s", &|load| number(blocks(load) / load.run.seconds));
    row("transactions per block", &|load| number(each(load, "lojal_transactions_committed_total") / blocks(load)));
    row("rounds that failed", &|load| whole(each(load, "lojal_rounds_failed_total")));
    row("executing, ms per block", &|load| number(each(load, "lojal_execute_seconds_total") * 1e3 / blocks(load)));
    row("committing, ms per block", &|load| number(each(load, "lojal_commit_seconds_total") * 1e3 / blocks(load)));
    row("syncs per block", &|load| number(each(load, "lojal_store_syncs_total") / blocks(load)));
    row("ms per sync", &|load| {
        number(load.counter("lojal_store_sync_seconds_total") * 1e3 / load.counter("lojal_store_syncs_total").max(1.0))
    });
    row("gossip received, bytes per operation", &|load| {
        number(each(load, "lojal_gossip_bytes_in_total") / load.run.operations.max(1) as f64)
    });
    row("transactions refused", &|load| whole(each(load, "lojal_mempool_refused_total")));
    table.finish()
}
