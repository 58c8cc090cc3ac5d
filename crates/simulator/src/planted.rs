//! Bugs on purpose: each must be found within a number of seeds, or the simulator is no good.
//!
//! Some are in the simulator's own layers, which stand for a disk, an engine's log or a gateway that don't do what the
//! rest relies on: those are switches of a run, see [`Plant`]. The others are in the product itself: each is a patch in
//! `crates/simulator/planted`, applied to a copy of the source, in which all of them are asleep until a variable names
//! one. The product has no trace of either.

mod patched;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use serde::Serialize;
use thiserror::Error;

use crate::classes::by_name;
use crate::plan::Plant;
use crate::subprocess::{self, SubprocessError};

pub use patched::PATCHES;

/// A bug, where it is, and how it must be found.
struct Bug {
    name: &'static str,
    plant: Option<Plant>,
    class: &'static str,
    seeds_max: u64,
}

/// The class of bugs of the ledger's rules, which are found without a network.
pub const HISTORIES: &str = "histories";

/// Every bug.
const BUGS: [Bug; 38] = [
    inside("skipped-sync", Plant::SkippedSync, "crash-all", 5),
    inside("skipped-wal-flush", Plant::SkippedWalFlush, "crash-majority", 20),
    inside("dropped-wal", Plant::DroppedWal, "crash-majority", 20),
    inside("guard-in-data", Plant::GuardInData, "all-but-one-restored", 10),
    inside("hasty-answers", Plant::HastyAnswers, "none", 2),
    patch("commit-not-synced", "crash-all", 10),
    patch("proposals-forgotten", "crash-all", 20),
    patch("state-root-unchecked", "wrong-state-root", 5),
    patch("double-execution", "none", 2),
    patch("lot-order", "none", 5),
    patch("dedupe-window", "none", 10),
    patch("expired-hold-kept", "none", 10),
    patch("guard-not-synced", "all-but-one-restored", 10),
    patch("missing-is-nothing", "none", 5),
    patch("silence-ends-while-behind", "all-but-one-wiped", 10),
    patch("genesis-set-certificates", "set-replaced", 5),
    patch("removed-approvals-count", "set-changes", 20),
    patch("threshold-at-least", "set-changes", 20),
    patch("life-not-checked", "set-changes", 10),
    patch("removed-heard", "removed-liar", 5),
    patch("old-program-goes-on", "upgrade-mixed", 5),
    patch("recent-ids-left-out", "join", 5),
    patch("piece-not-hashed", "join-liars", 10),
    patch("base-not-synced", "prune-crash", 5),
    patch("budget-off-by-one", HISTORIES, 400),
    patch("month-by-local-time", HISTORIES, 400),
    patch("level-kept", HISTORIES, 400),
    patch("frozen-owners-offer-taken", HISTORIES, 400),
    patch("dead-offer-lives", HISTORIES, 400),
    patch("refunded-twice", HISTORIES, 400),
    patch("referrer-paid-twice", HISTORIES, 400),
    patch("voucher-used-twice", HISTORIES, 400),
    patch("anothers-invitation", HISTORIES, 400),
    patch("sponsors-debt-forgotten", HISTORIES, 400),
    patch("shelf-dropped-early", HISTORIES, 400),
    patch("paused-campaign-gives", HISTORIES, 400),
    patch("closed-campaign-opens", HISTORIES, 400),
    patch("waits-a-day-less", HISTORIES, 400),
];

const fn inside(name: &'static str, plant: Plant, class: &'static str, seeds_max: u64) -> Bug {
    Bug { name, plant: Some(plant), class, seeds_max }
}

const fn patch(name: &'static str, class: &'static str, seeds_max: u64) -> Bug {
    Bug { name, plant: None, class, seeds_max }
}

/// The bugs to look for, and the means to find them.
pub struct Search {
    /// This program.
    pub program: PathBuf,
    /// Only this bug.
    pub only: Option<String>,
    /// Most seeds, instead of what is stated for each bug.
    pub seeds: Option<u64>,
    /// The source of the workspace, for the patches.
    pub source: Option<PathBuf>,
    /// The directory where the copy is built.
    pub target_dir: Option<PathBuf>,
    /// The directory where the copy is made.
    pub scratch: PathBuf,
    /// Runs at a time.
    pub jobs: usize,
}

/// The result of the search for one bug.
#[derive(Debug, Serialize)]
pub struct Found {
    /// The bug.
    pub bug: String,
    /// The layer that it is in.
    pub layer: &'static str,
    /// The class of faults that brings it out.
    pub class: String,
    /// Most seeds that it may take.
    pub seeds_max: u64,
    /// The run that found it.
    pub by: Option<By>,
}

/// The run that found a bug.
#[derive(Debug, Serialize)]
pub struct By {
    /// The lowest seed.
    pub seed: u64,
    /// The oracle.
    pub oracle: String,
    /// The words of the oracle.
    pub what: String,
}

impl Found {
    /// True if it was found.
    pub fn is_found(&self) -> bool {
        self.by.is_some()
    }
}

/// A reason bugs can't be planted.
#[derive(Debug, Error)]
pub enum PlantError {
    /// No such bug.
    #[error("there is no bug {bug:?}; there are {all}", bug = .0, all = names().join(", "))]
    Unknown(String),
    /// A patch without a source to apply it to.
    #[error("{0} is a patch: give the source of the workspace with --source")]
    NoSource(String),
    /// A file can't be copied.
    #[error("can't copy {0}: {1}")]
    Copy(PathBuf, std::io::Error),
    /// A program that is needed failed.
    #[error("{0} failed: {1}")]
    Command(&'static str, String),
}

fn names() -> Vec<&'static str> {
    BUGS.iter().map(|bug| bug.name).collect()
}

/// Plants one bug after the other and looks for it.
///
/// # Errors
/// When one can't be planted.
pub fn search(search: &Search) -> Result<Vec<Found>, PlantError> {
    let is_wanted = |bug: &&Bug| search.only.as_ref().is_none_or(|only| only == bug.name);
    let mut bugs: Vec<&Bug> = BUGS.iter().filter(is_wanted).collect();
    match (&search.only, &search.source) {
        (Some(only), _) if bugs.is_empty() => return Err(PlantError::Unknown(only.clone())),
        (Some(only), None) if bugs.iter().any(|bug| bug.plant.is_none()) => {
            return Err(PlantError::NoSource(only.clone()));
        }
        (None, None) => bugs.retain(|bug| bug.plant.is_some()),
        _ => {}
    }
    let patched = match &search.source {
        Some(source) if bugs.iter().any(|bug| bug.plant.is_none()) => {
            patched::build(source, &search.scratch, search.target_dir.as_deref())?
        }
        _ => search.program.clone(),
    };
    let found = bugs.into_iter().map(|bug| {
        let program = if bug.plant.is_some() { &search.program } else { &patched };
        let seeds_max = search.seeds.unwrap_or(bug.seeds_max);
        lojal_print::note(format!("{}: up to {seeds_max} runs of class {} ...", bug.name, bug.class));
        Found {
            bug: bug.name.to_owned(),
            layer: if bug.plant.is_some() { "simulator" } else { "product (patched copy)" },
            class: bug.class.to_owned(),
            seeds_max,
            by: first_found(bug, program, seeds_max, search.jobs),
        }
    });
    Ok(found.collect())
}

/// Runs seeds until one finds the bug.
fn first_found(bug: &Bug, program: &Path, seeds_max: u64, jobs: usize) -> Option<By> {
    let next = Mutex::new(1..=seeds_max);
    let first: Mutex<Option<By>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let seed = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let is_over = first.lock().unwrap_or_else(PoisonError::into_inner).is_some();
                    let (Some(seed), false) = (seed, is_over) else { return };
                    let name = if bug.plant.is_none() { Some(bug.name) } else { None };
                    // A program that dies of its bug has given it away, too.
                    let found = found_by(bug, program, (seed, name))
                        .unwrap_or_else(|error| Some(("crash".to_owned(), error.to_string())));
                    if let Some((oracle, what)) = found {
                        let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
                        if first.as_ref().is_none_or(|by| by.seed > seed) {
                            *first = Some(By { seed, oracle, what });
                        }
                    }
                }
            });
        }
    });
    first.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The oracle that a seed has complain, and its words.
fn found_by(
    bug: &Bug,
    program: &Path,
    (seed, name): (u64, Option<&str>),
) -> Result<Option<(String, String)>, SubprocessError> {
    let Some(class) = by_name(bug.class) else {
        let found = subprocess::history(program, seed, name)?;
        return Ok(found.map(|what| ("model".to_owned(), what)));
    };
    let report = subprocess::run(program, &class.plan(seed, ACTIVE_MS, bug.plant), name)?;
    Ok(report.violations.into_iter().next().map(|one| (one.oracle, one.what)))
}

/// The length of the runs.
const ACTIVE_MS: u64 = 20_000;

#[cfg(test)]
mod tests;
