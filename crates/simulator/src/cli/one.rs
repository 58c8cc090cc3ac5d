//! `lojal-sim run`.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use lojal_simulator::plan::{Plan, Plant};
use lojal_simulator::run::{Report, run};
use lojal_simulator::shrink::shrink;
use lojal_simulator::subprocess;

use super::{CliError, Length, classes, scratch, this_program};

/// See [`Command::Run`](super::Command).
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The seed from which everything follows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The class of faults.
    #[arg(long, default_value = "mixed")]
    faults: String,
    #[command(flatten)]
    length: Length,
    /// A bug on purpose.
    #[arg(long)]
    plant: Option<Plant>,
    /// A plan in JSON, as reports hold them, instead of seed and class; `-` reads it from standard input.
    #[arg(long, conflicts_with_all = ["seed", "faults", "seconds", "plant"])]
    plan: Option<PathBuf>,
    /// Prints the report as JSON, and does not shorten a failing schedule.
    #[arg(long)]
    json: bool,
}

impl RunOptions {
    pub(super) fn run(self) -> Result<bool, CliError> {
        let plan = self.plan()?;
        let directory = scratch()?;
        let (report, _) =
            run(&plan, directory.path()).map_err(|error| CliError::Path(directory.path().to_owned(), error))?;
        let is_clean = report.violations.is_empty();
        if self.json {
            lojal_print::document(&serde_json::to_string_pretty(&report).expect("a report has a JSON form"));
            return Ok(is_clean);
        }
        tell(&report);
        if !is_clean && !report.plan.faults.is_empty() {
            lojal_print::note(format!("shortening the schedule of {} faults ...", report.plan.faults.len()));
            let program = this_program()?;
            tell_shortened(&shrink(report, |plan| subprocess::run(&program, plan, None).ok()));
        }
        Ok(is_clean)
    }

    fn plan(&self) -> Result<Plan, CliError> {
        if let Some(path) = &self.plan {
            return read_plan(path);
        }
        let classes = classes(&self.faults)?;
        let [class] = classes[..] else { return Err(CliError::AllClasses) };
        Ok(class.plan(self.seed, self.length.seconds * 1_000, self.plant))
    }
}

fn read_plan(path: &Path) -> Result<Plan, CliError> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| CliError::Path(path.to_owned(), error))?;
    let plan: Plan = serde_json::from_str(&text).map_err(|error| CliError::Plan(path.to_owned(), error.to_string()))?;
    plan.check().map_err(|error| CliError::Plan(path.to_owned(), error.to_string()))?;
    Ok(plan)
}

fn tell(report: &Report) {
    let Report { plan, trace, height, transactions, answers, boots, evidence, changes, .. } = report;
    let (seed, validators, spares, faults) = (plan.seed, plan.validators, plan.spares, plan.faults.len());
    lojal_print::line(format!("seed {seed}: {validators} validators, {faults} faults, trace {trace}"));
    if spares > 0 {
        lojal_print::line(format!(
            "{spares} more nodes, {changes} changes of the validators by {} motions",
            plan.changes.len()
        ));
    }
    lojal_print::line(format!(
        "{height} blocks, {transactions} transactions, {answers} answers to clients, {evidence} pieces of evidence"
    ));
    let recovery = report.recovery_ms.map_or_else(|| "never".to_owned(), |ms| format!("{ms} ms after the last fault"));
    lojal_print::line(format!(
        "{boots} starts, well again: {recovery}; {} virtual ms in {} ms",
        report.virtual_ms, report.real_ms
    ));
    if report.cuts > 0 {
        lojal_print::line(format!("{} power cuts in the middle of what a disk was told", report.cuts));
    }
    report.joins.iter().for_each(|join| lojal_print::line(format!("joined: {join}")));
    report.stops.iter().for_each(|stop| lojal_print::line(format!("stopped: {stop}")));
    for found in &report.detections {
        lojal_print::line(format!("given away by {}: {}", found.oracle, found.what));
    }
    for violation in &report.violations {
        let at = violation.height.map_or_else(String::new, |height| format!(" at height {height}"));
        let on = violation.node.map_or_else(String::new, |node| format!(" on validator {node}"));
        lojal_print::line(format!("VIOLATION of {}{on}{at}: {}", violation.oracle, violation.what));
    }
}

fn tell_shortened(report: &Report) {
    lojal_print::line(format!("seed {} still fails with {} faults:", report.plan.seed, report.plan.faults.len()));
    lojal_print::document(&serde_json::to_string_pretty(&report.plan).expect("a plan has a JSON form"));
    lojal_print::line("give this to `lojal-sim run --plan -` to see it again");
}
