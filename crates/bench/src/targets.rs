//! The targets, as ratios of figures of one run.

use crate::bed::Measured;
use crate::markdown::{Table, mebibytes, number, whole};
use crate::other_measurements::Audit;
use crate::suite::{Baseline, Comparison, Results};

/// One aim and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The two things that are compared.
    pub what: &'static str,
    /// The bound.
    pub bound: Bound,
    /// The ratio that was reached; `None` when the baseline was left out.
    pub reached: Option<f64>,
    /// The figures behind it.
    pub figures: String,
}

/// The side of a figure to be on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Target {
    /// True if it was reached; `None` if that isn't known.
    pub fn is_reached(&self) -> Option<bool> {
        self.reached.map(|reached| match self.bound {
            Bound::AtLeast(bound) => reached >= bound,
            Bound::AtMost(bound) => reached <= bound,
        })
    }
}

/// All targets.
pub fn targets(results: &Results) -> Vec<Target> {
    let mut targets = throughput(&results.comparison);
    targets.extend(per_transaction(results));
    targets.extend(over_time(results));
    targets
}

fn throughput(comparison: &Comparison) -> Vec<Target> {
    let baseline = comparison.baseline.as_ref();
    let alone = baseline.map(|baseline| Baseline::per_s(&baseline.transfers));
    let replicated = baseline.map(|baseline| Baseline::per_s(&baseline.replicated.transfers));
    let against = |what, bound, ours: &[Measured], theirs: Option<f64>| {
        let ours = Comparison::per_s(ours);
        let figures = match theirs {
            Some(theirs) => format!("{} / {} per s", whole(ours), whole(theirs)),
            None => format!("{} per s; the baseline was left out", whole(ours)),
        };
        Target { what, bound: Bound::AtLeast(bound), reached: theirs.map(|theirs| ours / theirs), figures }
    };
    let Comparison { one_transfers, four_transfers, one_singly, four_singly, four_hundred, .. } = comparison;
    vec![
        against("one validator, single transfers in batches / PostgreSQL's", 5.5, one_transfers, alone),
        against("four validators, single transfers in batches / PostgreSQL's", 1.4, four_transfers, alone),
        against(
            "four validators, 100-operation transactions: operations / PostgreSQL's transfers",
            5.0,
            four_hundred,
            alone,
        ),
        against("one validator, transfers submitted singly / PostgreSQL's", 2.0, one_singly, alone),
        against("four validators, transfers submitted singly / PostgreSQL's", 1.0, four_singly, alone),
        against(
            "four validators, single transfers in batches / PostgreSQL's with three standbys",
            3.0,
            four_transfers,
            replicated,
        ),
        against(
            "four validators, transfers submitted singly / PostgreSQL's with three standbys",
            1.6,
            four_singly,
            replicated,
        ),
    ]
}

fn per_transaction(results: &Results) -> Vec<Target> {
    let at_most = |what, bound, value: f64, unit: f64, name: &str| Target {
        what,
        bound: Bound::AtMost(bound),
        reached: Some(value / unit),
        figures: format!("{} / {} {name}", number(value), number(unit)),
    };
    let signature_us = results.limits.signature_us;
    let cpu = |slices: &[Measured]| slices.iter().map(Measured::cpu_us).sum::<f64>() / slices.len().max(1) as f64;
    let [_, empty] = results.limits.empty_block;
    let (one, four) = (&results.one, &results.four);
    let [unloaded, half] = [four.unloaded.run.latency, four.half.run.latency];
    let half_of_one = one.half.run.latency;
    vec![
        at_most(
            "one validator: CPU of a single transfer / one signature check of a batch",
            2.8,
            cpu(&results.comparison.one_transfers),
            signature_us,
            "µs",
        ),
        at_most(
            "four validators: CPU of a single transfer and validator / one signature check of a batch",
            2.8,
            cpu(&results.comparison.four_transfers),
            signature_us,
            "µs",
        ),
        at_most(
            "four validators: unloaded, submission to final, p50 / an empty block",
            3.0,
            unloaded.p50_ms,
            empty.latency_ms,
            "ms",
        ),
        at_most("one validator: at half load, p99 / p50", 10.0, half_of_one.p99_ms, half_of_one.p50_ms, "ms"),
        at_most("four validators: at half load, p99 / p50", 10.0, half.p99_ms, half.p50_ms, "ms"),
        audit(&results.one.audit, signature_us),
    ]
}

/// An audit beside the most that batched signature checks on all its cores allow.
fn audit(audit: &Audit, signature_us: f64) -> Target {
    let (per_s, most) = (audit.per_s(), audit.cores as f64 * 1e6 / signature_us);
    Target {
        what: "an audit: single transfers per second / signature checks in batches on as many cores",
        bound: Bound::AtLeast(0.6),
        reached: Some(per_s / most),
        figures: format!("{} / {} per s, {} cores", whole(per_s), whole(most), audit.cores),
    }
}

fn over_time(results: &Results) -> Vec<Target> {
    let (long, restart) = (&results.many.long, &results.many.restart);
    let grown = long.stored_after.all.apparent_bytes.saturating_sub(long.stored_before.all.apparent_bytes);
    let stored = grown as f64 / long.applied.max(1) as f64;
    vec![
        Target {
            what: "stored bytes per transfer, all indexes included / its encoded size",
            bound: Bound::AtMost(1.6),
            reached: Some(stored / long.transaction_bytes),
            figures: format!("{} / {} bytes", number(stored), number(long.transaction_bytes)),
        },
        Target {
            what: "transfers per second at the end of the long run / at its beginning",
            bound: Bound::AtLeast(0.97),
            reached: Some(long.last_per_s / long.first_per_s.max(1e-9)),
            figures: format!(
                "{} / {} per s, over {} s each of {} transfers",
                whole(long.last_per_s),
                whole(long.first_per_s),
                whole(long.compared_s),
                whole(long.applied as f64)
            ),
        },
        Target {
            what: "the slowest second of the long run / its median second",
            bound: Bound::AtLeast(0.8),
            reached: Some(long.slowest_per_s / long.median_per_s.max(1e-9)),
            figures: format!("{} / {} transfers per s", whole(long.slowest_per_s), whole(long.median_per_s)),
        },
        Target {
            what: "flat memory: at the end of the long run / after its first minute",
            bound: Bound::AtMost(1.1),
            reached: Some(long.resident_bytes_last as f64 / long.resident_bytes_first.max(1) as f64),
            figures: format!(
                "{} / {}; {} bytes per account",
                mebibytes(long.resident_bytes_last),
                mebibytes(long.resident_bytes_first),
                whole(results.many.setup.bytes_per_account())
            ),
        },
        Target {
            what: "start after a kill, everything in the last checkpoint, in seconds",
            bound: Bound::AtMost(3.0),
            reached: Some(restart.seconds),
            figures: format!("{} accounts", whole(restart.accounts as f64)),
        },
    ]
}

/// The table of all targets.
pub fn table(targets: &[Target]) -> String {
    let mut table = Table::new(&["target", "aim", "reached", "", "figures"]);
    for target in targets {
        let aim = match target.bound {
            Bound::AtLeast(bound) => format!("at least {bound}"),
            Bound::AtMost(bound) => format!("at most {bound}"),
        };
        let verdict = match target.is_reached() {
            Some(true) => "reached",
            Some(false) => "**missed**",
            None => "not measured",
        };
        let reached = target.reached.map_or_else(|| "–".to_owned(), number);
        table.row(vec![target.what.to_owned(), aim, reached, verdict.to_owned(), target.figures.clone()]);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(bound: Bound, reached: Option<f64>) -> Target {
        Target { what: "a / b", bound, reached, figures: "1 / 2".into() }
    }

    #[test]
    fn a_target_is_reached_on_its_bound_and_on_the_right_side() {
        assert_eq!(target(Bound::AtLeast(3.0), Some(3.0)).is_reached(), Some(true));
        assert_eq!(target(Bound::AtLeast(3.0), Some(2.9)).is_reached(), Some(false));
        assert_eq!(target(Bound::AtMost(2.0), Some(2.0)).is_reached(), Some(true));
        assert_eq!(target(Bound::AtMost(2.0), Some(2.1)).is_reached(), Some(false));
        assert_eq!(target(Bound::AtMost(2.0), None).is_reached(), None);
    }

    #[test]
    fn the_table_says_what_was_missed_and_what_is_not_known() {
        let text = table(&[target(Bound::AtLeast(3.0), Some(2.0)), target(Bound::AtMost(1.0), None)]);
        assert!(text.contains("| a / b | at least 3 | 2.00 | **missed** | 1 / 2 |"), "{text}");
        assert!(text.contains("| a / b | at most 1 | – | not measured | 1 / 2 |"), "{text}");
    }
}
