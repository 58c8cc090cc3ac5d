//! Many runs: every class with as many seeds, several at a time, and a table of what the oracles said.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde::Serialize;

use crate::classes::Class;
use crate::oracles::{ORACLES, Violation};
use crate::plan::Plan;
use crate::run::Report;
use crate::subprocess::{self, SubprocessError};

/// The result of a campaign.
#[derive(Debug, Default, Serialize)]
pub struct Campaign {
    /// By class, in the order of the classes.
    pub classes: Vec<OfClass>,
    /// The runs that failed.
    pub failures: Vec<Report>,
    /// Runs without a report, with the reason.
    pub broken: Vec<String>,
}

/// The runs of one class together.
#[derive(Debug, Default, Serialize)]
pub struct OfClass {
    /// The class.
    pub class: String,
    /// The things that go wrong in it, in words.
    pub what: String,
    /// Runs.
    pub runs: u64,
    /// Faults that were put into effect.
    pub faults: u64,
    /// Blocks.
    pub blocks: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// Starts of nodes after the first.
    pub restarts: u64,
    /// The longest recovery after the last fault, in virtual milliseconds.
    pub recovery_ms_max: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Virtual time, in milliseconds.
    pub virtual_ms: u64,
    /// Runs in which each oracle complained.
    pub violations: BTreeMap<String, u64>,
    /// Of more liars than consensus can bear: runs in which each oracle gave them away.
    pub detections: BTreeMap<String, u64>,
}

/// The run to be made.
pub struct Assignment<'a> {
    /// The program.
    pub program: &'a Path,
    /// The classes.
    pub classes: Vec<&'a Class>,
    /// The seeds of each.
    pub seeds: std::ops::Range<u64>,
    /// The time for clients and faults, in virtual milliseconds.
    pub active_ms: u64,
    /// Runs at a time.
    pub jobs: usize,
}

type Outcome = Result<Report, SubprocessError>;

impl Assignment<'_> {
    /// Runs it all; `progress` is told after every run how many are done, of how many, and how many failed.
    pub fn run(&self, progress: impl Fn(usize, usize, usize) + Sync) -> Campaign {
        let of_seed = |seed| self.classes.iter().enumerate().map(move |(index, class)| (index, class, seed));
        let all: VecDeque<(usize, &&Class, u64)> = self.seeds.clone().flat_map(of_seed).collect();
        let total = all.len();
        let (todo, done) = (Mutex::new(all), Mutex::new(Vec::<(usize, u64, Outcome)>::new()));
        thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    loop {
                        let next = todo.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                        let Some((index, class, seed)) = next else { return };
                        let outcome = subprocess::run(self.program, &self.plan(class, seed), None);
                        let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                        done.push((index, seed, outcome));
                        let failed = done.iter().filter(|(.., outcome)| has_failed(outcome)).count();
                        progress(done.len(), total, failed);
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(index, seed, _)| (*index, *seed));
        self.add_up(done)
    }

    fn plan(&self, class: &Class, seed: u64) -> Plan {
        class.plan(seed, self.active_ms, None)
    }

    fn add_up(&self, done: Vec<(usize, u64, Outcome)>) -> Campaign {
        let of_class = |class: &&Class| OfClass {
            class: class.name.to_owned(),
            what: class.what.to_owned(),
            ..OfClass::default()
        };
        let mut campaign = Campaign { classes: self.classes.iter().map(of_class).collect(), ..Campaign::default() };
        for (index, _, outcome) in done {
            match outcome {
                Ok(report) => {
                    campaign.classes[index].add(&report);
                    if !report.violations.is_empty() {
                        campaign.failures.push(report);
                    }
                }
                Err(error) => campaign.broken.push(format!("{}: {error}", self.classes[index].name)),
            }
        }
        campaign
    }
}

fn has_failed(outcome: &Outcome) -> bool {
    outcome.as_ref().map_or(true, |report| !report.violations.is_empty())
}

impl OfClass {
    fn add(&mut self, report: &Report) {
        self.runs += 1;
        self.faults += report.plan.faults.len() as u64;
        self.blocks += report.height;
        self.transactions += report.transactions as u64;
        self.restarts += report.boots.saturating_sub(report.plan.nodes()) as u64;
        self.recovery_ms_max = self.recovery_ms_max.max(report.recovery_ms.unwrap_or(report.virtual_ms));
        self.evidence += report.evidence;
        self.virtual_ms += report.virtual_ms;
        count(&mut self.violations, &report.violations);
        count(&mut self.detections, &report.detections);
    }
}

/// Counts an oracle once per run.
fn count(counts: &mut BTreeMap<String, u64>, found: &[Violation]) {
    let oracles: std::collections::BTreeSet<&String> = found.iter().map(|one| &one.oracle).collect();
    for oracle in oracles {
        *counts.entry(oracle.clone()).or_default() += 1;
    }
}

impl Campaign {
    /// True if nothing was wrong.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.broken.is_empty()
    }

    /// The table, in Markdown: a row per class, a column per oracle with the runs in which it complained.
    pub fn table(&self) -> String {
        let mut text = String::from(
            "| class | what goes wrong | runs | faults | blocks | transactions | restarts | evidence | recovery, s |",
        );
        ORACLES.iter().for_each(|(name, _)| text.push_str(&format!(" {name} |")));
        text.push_str(" given away |\n|");
        text.push_str(&"---|".repeat(10 + ORACLES.len()));
        text.push('\n');
        for one in &self.classes {
            let seconds = one.recovery_ms_max / 1_000;
            let tenths = one.recovery_ms_max % 1_000 / 100;
            let numbers = [one.runs, one.faults, one.blocks, one.transactions, one.restarts, one.evidence];
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            // Writing to a string can't fail.
            let _ = write!(text, "| {} | {} | {} | {seconds}.{tenths} |", one.class, one.what, numbers.join(" | "));
            for (name, _) in ORACLES {
                let _ = write!(text, " {} |", one.violations.get(name).copied().unwrap_or(0));
            }
            let given_away = one.detections.iter().map(|(oracle, runs)| format!("{oracle} {runs}"));
            let _ = writeln!(text, " {} |", given_away.collect::<Vec<_>>().join(", "));
        }
        text
    }
}

#[cfg(test)]
mod tests;
