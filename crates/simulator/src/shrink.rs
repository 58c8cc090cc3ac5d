//! A failing schedule made short: faults are dropped, halves first, for as long as an oracle that complained still does
//! (delta debugging; Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).

use crate::plan::Plan;
use crate::run::Report;
use crate::schedule::Fault;

/// Most runs that it takes.
const RUNS_MAX: usize = 40;

/// Drops faults of a plan whose run failed, with `run` to try; returns the last plan that still failed the same way,
/// and its report.
pub fn shrink(report: Report, mut run: impl FnMut(&Plan) -> Option<Report>) -> Report {
    let oracles: Vec<String> = report.violations.iter().map(|violation| violation.oracle.clone()).collect();
    let still_fails = |report: &Report| report.violations.iter().any(|one| oracles.contains(&one.oracle));
    let mut best = report;
    let (mut runs, mut chunk) = (0, best.plan.faults.len().div_ceil(2));
    while chunk > 0 && runs < RUNS_MAX {
        let mut at = 0;
        let mut has_dropped = false;
        while at < best.plan.faults.len() && runs < RUNS_MAX {
            let plan = Plan { faults: without(&best.plan.faults, at, chunk), ..best.plan.clone() };
            runs += 1;
            match run(&plan).filter(still_fails) {
                Some(report) => {
                    best = report;
                    has_dropped = true;
                }
                None => at += chunk,
            }
        }
        if !has_dropped || chunk > best.plan.faults.len() {
            chunk /= 2;
        }
    }
    best
}

fn without(faults: &[Fault], at: usize, count: usize) -> Vec<Fault> {
    let end = (at + count).min(faults.len());
    [&faults[..at], &faults[end..]].concat()
}

#[cfg(test)]
mod tests;
