//! The plan of a run: how many validators, for how long, and what goes wrong.

use std::collections::BTreeSet;

use lojal_types::limits::{MOTION_ACTIONS_MAX, SNAPSHOT_INTERVAL_MS};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::change::{Change, Step};
use crate::schedule::{Fault, FaultKind};

/// Most virtual time that a network may take, after all faults are over, to commit what is submitted then on every
/// honest node: a validator notices a dead link after up to 20 s, dials every 2 s, and a round of consensus that failed
/// often takes up to 30 s.
const LIVENESS_MS: u64 = 60_000;
/// The additional time that it may take when so many may have forgotten what they signed that the others can't go on
/// without them: they are silent for a minute and some heartbeats after they are level.
const SILENCE_MS: u64 = 90_000;
/// The additional time that it may take when blocks are given up: a node that needs one of them waits for half a minute
/// whether somebody has it, and then for as long if it found no snapshot at once.
const FALLING_MS: u64 = 90_000;
/// The validator that conspirators tell something else than everybody.
pub(crate) const VICTIM: usize = 1;

/// A bug in the simulator's own layers, below or around the product's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Plant {
    /// The disk: syncs of the store's files do nothing.
    SkippedSync,
    /// The engine's log: flushes do nothing; and the guard is thrown away at every start. So a validator forgets its
    /// votes in a crash.
    SkippedWalFlush,
    /// The engine's log and the guard: they are thrown away at every start.
    DroppedWal,
    /// The guard: it lies in the data directory, and goes where that goes.
    GuardInData,
    /// The gateway: a client is told that its transaction is final when it has been accepted.
    HastyAnswers,
}

/// The plan of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The seed of everything that is random.
    pub seed: u64,
    /// The number of validators of the genesis document.
    pub validators: usize,
    /// The number of nodes that have no seat there, and follow until they get one.
    #[serde(default)]
    pub spares: usize,
    /// The time for clients and faults, in virtual milliseconds.
    pub active_ms: u64,
    /// The longest pause between two transactions of a client.
    pub pause_ms_max: u64,
    /// The number of a thousand transactions that go to every node at once.
    pub everywhere_permille: u64,
    /// The faults.
    pub faults: Vec<Fault>,
    /// The changes of the validators.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// The time between two snapshots of the state; without it nobody cuts one within a run.
    #[serde(default)]
    pub snapshot_ms: Option<u64>,
    /// The nodes that keep no more blocks than they have to.
    #[serde(default)]
    pub pruning: BTreeSet<usize>,
    /// A bug on purpose.
    pub plant: Option<Plant>,
    /// True if more validators lie than consensus can bear: the chain may then split, and must be caught at it.
    pub beyond_f: bool,
}

/// A reason a plan can't be run.
#[derive(Debug, Error)]
pub enum PlanError {
    /// Too few or too many validators.
    #[error("{0} validators; there must be 1 to 32, spares included")]
    Validators(usize),
    /// A fault of somebody who isn't there.
    #[error("fault {0} names a validator that does not exist; they are counted from 0")]
    Unknown(usize),
    /// A change of somebody who isn't there.
    #[error("change {0} names a node that does not exist; they are counted from 0")]
    UnknownNode(usize),
    /// A change with too few or too many actions.
    #[error("change {0} must have 1 to 8 steps")]
    Steps(usize),
    /// Blocks given up by somebody who isn't there.
    #[error("`pruning` names a node that does not exist; they are counted from 0")]
    UnknownPruning,
    /// An interval that no network has.
    #[error("snapshots every {0} ms; a second to a day is what a network may have")]
    Snapshots(u64),
    /// A fault that ends before it begins.
    #[error("fault {0} ends before it begins")]
    Backwards(usize),
    /// Longer than any run need be.
    #[error("{0} ms are more than a day")]
    TooLong(u64),
}

/// Most nodes of a simulated network.
const VALIDATORS_MAX: usize = 32;
/// Longest run.
const RUN_MS_MAX: u64 = 24 * 60 * 60 * 1_000;

impl Plan {
    /// True if the network goes over to the next version of the protocol within the run.
    pub(crate) fn upgrades(&self) -> bool {
        let mut steps = self.changes.iter().flat_map(|change| &change.steps);
        steps.any(|step| matches!(step, Step::Upgrade { .. }))
    }

    /// Checks a plan that somebody wrote.
    ///
    /// # Errors
    /// Why it can't be run.
    pub fn check(&self) -> Result<(), PlanError> {
        if self.validators == 0 || self.nodes() > VALIDATORS_MAX {
            return Err(PlanError::Validators(self.nodes()));
        }
        if self.pruning.iter().any(|node| *node >= self.nodes()) {
            return Err(PlanError::UnknownPruning);
        }
        if let Some(interval_ms) = self.snapshot_ms.filter(|ms| !SNAPSHOT_INTERVAL_MS.contains(ms)) {
            return Err(PlanError::Snapshots(interval_ms));
        }
        for (number, change) in self.changes.iter().enumerate() {
            if !(1..=MOTION_ACTIONS_MAX).contains(&change.steps.len()) {
                return Err(PlanError::Steps(number));
            }
            if change.steps.iter().flat_map(Step::named).any(|node| node >= self.nodes()) {
                return Err(PlanError::UnknownNode(number));
            }
        }
        for (number, fault) in self.faults.iter().enumerate() {
            if fault.kind.named().iter().any(|node| *node >= self.nodes()) {
                return Err(PlanError::Unknown(number));
            }
            if fault.end_ms < fault.start_ms {
                return Err(PlanError::Backwards(number));
            }
        }
        let longest_ms = self.healed_ms();
        if longest_ms > RUN_MS_MAX { Err(PlanError::TooLong(longest_ms)) } else { Ok(()) }
    }

    /// The number of nodes.
    pub fn nodes(&self) -> usize {
        self.validators.saturating_add(self.spares)
    }

    /// The time at which the last fault is over.
    pub fn healed_ms(&self) -> u64 {
        self.faults.iter().map(|fault| fault.end_ms).max().unwrap_or(0).max(self.active_ms)
    }

    /// The validators whose keys are in signers.
    pub fn signed_elsewhere(&self) -> BTreeSet<usize> {
        let away = self.faults.iter().filter(|fault| matches!(fault.kind, FaultKind::SignerAway { .. }));
        away.flat_map(|fault| fault.kind.touches()).collect()
    }

    /// The validators that come back without their guards, and say so.
    pub fn forgetful(&self) -> impl Iterator<Item = usize> {
        let forgetful = |fault: &&Fault| matches!(fault.kind, FaultKind::Wipe { .. });
        self.faults.iter().filter(forgetful).flat_map(|fault| fault.kind.touches())
    }

    /// The time that the network may take after all faults are over, in virtual milliseconds.
    pub fn liveness_ms(&self) -> u64 {
        let is_silent = self.faults.iter().any(|fault| matches!(fault.kind, FaultKind::Wipe { .. }));
        let silence_ms = if is_silent { SILENCE_MS } else { 0 };
        LIVENESS_MS + silence_ms + if self.pruning.is_empty() { 0 } else { FALLING_MS }
    }

    /// The validators that lie or forget.
    pub fn byzantine(&self) -> impl Iterator<Item = usize> {
        let liars = self
            .faults
            .iter()
            .filter(|fault| matches!(fault.kind, FaultKind::Byzantine { .. } | FaultKind::Amnesia { .. }));
        liars.flat_map(|fault| fault.kind.touches())
    }
}
