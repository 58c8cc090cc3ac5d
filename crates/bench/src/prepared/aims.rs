//! The aims on a prepared network, which are those of 10,000,000 accounts and 50,000,000 receipts.

use super::measurement::OnPrepared;
use crate::bed::Measured;
use crate::markdown::{mebibytes, number, whole};
use crate::targets::{Bound, Target};

const GIBIBYTE: f64 = 1024.0 * 1024.0 * 1024.0;

/// Every aim and what came of it.
pub fn aims(figures: &OnPrepared) -> Vec<Target> {
    let OnPrepared { skewed, cold, half, few, restart, resident_bytes, .. } = figures;
    let at_least = |what, bound, ours: &Measured| {
        let (ours, theirs) = (ours.transactions_per_s(), few.skewed.transactions_per_s());
        let figures = format!("{} / {} per s", whole(ours), whole(theirs));
        Target { what, bound: Bound::AtLeast(bound), reached: Some(ours / theirs), figures }
    };
    let at_most = |what, bound, reached, figures| Target { what, bound: Bound::AtMost(bound), reached, figures };
    let (p99_ms, few_ms) = (half.run.latency.p99_ms, few.half.run.latency.p99_ms);
    vec![
        at_least("transfers per second with skew / with few accounts", 0.7, skewed),
        at_least("transfers per second, every account equally likely / with few accounts and skew", 0.35, cold),
        at_most(
            "at half load, p99 / with few accounts",
            3.0,
            Some(p99_ms / few_ms),
            format!("{} / {} ms", number(p99_ms), number(few_ms)),
        ),
        at_most("memory in all, in GiB", 4.0, Some(*resident_bytes as f64 / GIBIBYTE), mebibytes(*resident_bytes)),
        at_most(
            "start after a kill, everything in the last checkpoint, in seconds",
            5.0,
            Some(restart.seconds),
            format!("{} accounts", whole(restart.accounts as f64)),
        ),
    ]
}
