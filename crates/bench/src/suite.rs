//! Everything that the report is made of, in one run.

mod comparison;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

pub use self::comparison::{Baseline, CLIENTS, Comparison, Connections, DATABASE, Sweep, best, sweep};
use crate::accounts::Accounts;
use crate::bed::{Bed, Measured, Setup};
use crate::error::BenchError;
use crate::limits::{self, Limits};
use crate::machine::Machine;
use crate::operations;
use crate::other_measurements::{self, Audit, CatchUp, Idle, Long, Restart};
use crate::profile::Share;
use crate::workload::Kind;

/// The skew of the many accounts: a hundredth of them gets a fifth of the transfers.
pub const SKEW: i32 = 3;

/// The extent of the measurements, and their place.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// An empty directory on the disk to measure.
    pub dir: PathBuf,
    /// Length of one slice.
    pub slice: Duration,
    /// The number of times that ours and the baseline take turns.
    pub rounds: usize,
    /// Accounts where nothing is said.
    pub accounts: usize,
    /// Accounts where there are many.
    pub many_accounts: usize,
    /// Transfers of the long run.
    pub long_transfers: usize,
    /// The baseline's programs; `None` leaves it out.
    pub postgres: Option<PathBuf>,
}

impl Plan {
    /// The plan whose figures the report takes.
    pub fn full(dir: PathBuf, postgres: Option<PathBuf>, slice: Duration) -> Self {
        let (accounts, many_accounts, long_transfers) = (100_000, 1_000_000, 5_000_000);
        Self { dir, slice, rounds: 3, accounts, many_accounts, long_transfers, postgres }
    }
    /// The same with little of everything, to see whether it works.
    pub fn quick(dir: PathBuf, postgres: Option<PathBuf>, slice: Duration) -> Self {
        let (accounts, many_accounts, long_transfers) = (10_000, 50_000, 100_000);
        Self { dir, slice, rounds: 1, accounts, many_accounts, long_transfers, postgres }
    }
}

/// Everything that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Results {
    /// The plan that was asked for.
    pub plan: Plan,
    /// The machine that was measured on.
    pub machine: Machine,
    /// The limits that nothing can exceed.
    pub limits: Limits,
    /// The operations of version 2 beside transfers.
    pub operations: operations::Costs,
    /// Ours and the baseline's in turns.
    pub comparison: Comparison,
    /// The rest of one validator's.
    pub one: One,
    /// The rest of four validators'.
    pub four: Four,
    /// Many accounts.
    pub many: Many,
}

/// One validator.
#[derive(Clone, Debug, Serialize)]
pub struct One {
    /// Mixed operations.
    pub mixed: Measured,
    /// Half as many as there can be.
    pub half: Measured,
    /// Ten transfers per second.
    pub unloaded: Measured,
    /// An audit of single transfers.
    pub audit: Audit,
    /// The functions in which single transfers spend CPU time; empty where there is no perf.
    pub profile: Vec<Share>,
}

/// Four validators.
#[derive(Clone, Debug, Serialize)]
pub struct Four {
    /// Mixed operations.
    pub mixed: Measured,
    /// Half as many as there can be.
    pub half: Measured,
    /// Ten transfers per second.
    pub unloaded: Measured,
    /// At rest.
    pub idle: Idle,
    /// One that was away.
    pub catch_up: CatchUp,
    /// The functions in which single transfers spend CPU time; empty where there is no perf.
    pub profile: Vec<Share>,
}

/// One validator with many accounts.
#[derive(Clone, Debug, Serialize)]
pub struct Many {
    /// The cost of setting them up.
    pub setup: Setup,
    /// Millions of transfers with skew.
    pub long: Long,
    /// Starts after a kill.
    pub restart: Restart,
}

/// Measures everything. Tells on standard error what it is at.
pub fn run(plan: Plan) -> Result<Results, BenchError> {
    let machine = Machine::here(&plan.dir)?;
    tell("limits of the machine");
    let limits = limits::measure(&plan.dir, plan.slice.div_f64(4.0))?;
    tell("operations of version 2");
    let operations = operations::measure(plan.accounts)?;
    let members = Accounts::members(plan.accounts);
    tell("one and four validators: accounts");
    let mut one = Bed::start(&plan.dir.join("one"), 1, &members)?;
    let mut four = Bed::start(&plan.dir.join("four"), 4, &members)?;
    tell("one validator: an audit of single transfers");
    let audit = other_measurements::audit(&mut one, plan.slice)?;
    let comparison = comparison::run(&plan, &mut one, &mut four)?;
    let rest_of_one = one_validator(&mut one, &comparison, audit, plan.slice)?;
    one.remove()?;
    let rest_of_four = four_validators(&mut four, &comparison, plan.slice)?;
    four.remove()?;
    let many = many_accounts(&plan)?;
    Ok(Results { plan, machine, limits, operations, comparison, one: rest_of_one, four: rest_of_four, many })
}

fn one_validator(bed: &mut Bed<'_>, comparison: &Comparison, audit: Audit, slice: Duration) -> Result<One, BenchError> {
    tell("one validator: mixed, half load, unloaded");
    Ok(One {
        mixed: bed.saturate(Kind::Mixed, slice)?,
        half: bed.at_rate(Comparison::per_s(&comparison.one_transfers) / 2.0, slice)?,
        unloaded: bed.unloaded(slice)?,
        profile: bed.profile(slice.div_f64(2.0))?,
        audit,
    })
}

fn four_validators(bed: &mut Bed<'_>, comparison: &Comparison, slice: Duration) -> Result<Four, BenchError> {
    tell("four validators: mixed, half load, unloaded, idle, catch-up");
    Ok(Four {
        mixed: bed.saturate(Kind::Mixed, slice)?,
        half: bed.at_rate(Comparison::per_s(&comparison.four_transfers) / 2.0, slice)?,
        unloaded: bed.unloaded(slice)?,
        profile: bed.profile(slice.div_f64(2.0))?,
        idle: other_measurements::idle(bed, slice)?,
        catch_up: other_measurements::catch_up(bed, slice)?,
    })
}

fn many_accounts(plan: &Plan) -> Result<Many, BenchError> {
    tell("many accounts: setting up");
    let members = Accounts::members(plan.many_accounts);
    let mut bed = Bed::start(&plan.dir.join("many"), 1, &members)?;
    tell("many accounts: the long run");
    let long = other_measurements::long(&mut bed, plan.long_transfers, SKEW)?;
    tell("many accounts: starts after a kill");
    let restart = other_measurements::restart(&mut bed, plan.slice.div_f64(4.0))?;
    let setup = bed.setup.clone();
    bed.remove()?;
    Ok(Many { setup, long, restart })
}

/// A line on standard error.
pub fn tell(what: &str) {
    lojal_print::note(format!("lojal-bench: {what}"));
}

/// The directory of a measurement, which must be new.
pub fn fresh(dir: &Path) -> Result<PathBuf, BenchError> {
    std::fs::create_dir_all(dir).map_err(BenchError::file(dir))?;
    let made = tempfile::Builder::new().prefix("run-").tempdir_in(dir).map_err(BenchError::file(dir))?;
    // PostgreSQL's server runs as another user, who must get to its data below.
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(made.path(), permissions).map_err(BenchError::file(dir))?;
    Ok(made.keep())
}
