//! `lojal-sim campaign` and `lojal-sim planted`.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use lojal_simulator::campaign::{Assignment, Campaign};
use lojal_simulator::classes::ALL;
use lojal_simulator::planted::{self, Found, Search};

use super::{CliError, Length, classes, scratch, this_program};

/// See [`Command::Campaign`](super::Command).
#[derive(Debug, Args)]
pub struct CampaignOptions {
    /// Runs of each class.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    runs: u64,
    /// The class of faults, or `all`.
    #[arg(long, default_value = ALL)]
    faults: String,
    /// The seed of the first run of each class; the others follow.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    #[command(flatten)]
    length: Length,
    #[command(flatten)]
    jobs: Jobs,
    /// Prints everything as JSON.
    #[arg(long)]
    json: bool,
    /// Writes the table, in Markdown, to a file.
    #[arg(long)]
    report: Option<PathBuf>,
}

/// See [`Command::Planted`](super::Command).
#[derive(Debug, Args)]
pub struct PlantedOptions {
    /// Most seeds that finding a bug may take; by default what is stated for each bug.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: Option<u64>,
    /// Only this bug.
    #[arg(long)]
    bug: Option<String>,
    /// The source of the workspace, for the bugs that are patches: they are applied to a copy, which is built. Without
    /// it only the bugs in the simulator's own layers are planted.
    #[arg(long)]
    source: Option<PathBuf>,
    /// The directory where that copy is built; kept for the next time.
    #[arg(long, requires = "source")]
    target_dir: Option<PathBuf>,
    #[command(flatten)]
    jobs: Jobs,
    /// Prints everything as JSON.
    #[arg(long)]
    json: bool,
}

/// The number of jobs at a time.
#[derive(Clone, Copy, Debug, Args)]
struct Jobs {
    /// Runs at a time; by default as many as the machine has processors.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=256))]
    jobs: Option<u64>,
}

impl Jobs {
    fn count(self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(all, |jobs| jobs as usize)
    }
}

impl CampaignOptions {
    pub(super) fn run(self) -> Result<bool, CliError> {
        let program = this_program()?;
        let assignment = Assignment {
            program: &program,
            classes: classes(&self.faults)?,
            seeds: self.first_seed..self.first_seed.saturating_add(self.runs),
            active_ms: self.length.seconds * 1_000,
            jobs: self.jobs.count(),
        };
        let campaign = assignment.run(progress);
        lojal_print::note("");
        if let Some(path) = &self.report {
            std::fs::write(path, campaign.table()).map_err(|error| CliError::Path(path.clone(), error))?;
        }
        if self.json {
            lojal_print::document(&serde_json::to_string_pretty(&campaign).expect("a campaign has a JSON form"));
        } else {
            tell(&campaign);
        }
        Ok(campaign.is_clean())
    }
}

/// One line, written over and over on a terminal.
fn progress(done: usize, total: usize, failed: usize) {
    let mut stderr = std::io::stderr().lock();
    let end = if stderr.is_terminal() { '\r' } else { '\n' };
    // Nobody reads it if it can't be written.
    let _ = write!(stderr, "{done} of {total} runs, {failed} failed{end}");
    let _ = stderr.flush();
}

fn tell(campaign: &Campaign) {
    lojal_print::line(campaign.table().trim_end());
    for report in &campaign.failures {
        let oracles: std::collections::BTreeSet<&str> =
            report.violations.iter().map(|one| one.oracle.as_str()).collect();
        let first = report.violations.first().map_or("", |violation| violation.what.as_str());
        lojal_print::line(format!(
            "FAILED seed {} ({} faults), {oracles:?}: {first}",
            report.plan.seed,
            report.plan.faults.len()
        ));
    }
    campaign.broken.iter().for_each(|reason| lojal_print::line(format!("BROKEN {reason}")));
}

impl PlantedOptions {
    pub(super) fn run(self) -> Result<bool, CliError> {
        let scratch = scratch()?;
        let search = Search {
            program: this_program()?,
            only: self.bug,
            seeds: self.seeds,
            source: self.source,
            target_dir: self.target_dir,
            scratch: scratch.path().to_owned(),
            jobs: self.jobs.count(),
        };
        let found = planted::search(&search)?;
        if self.json {
            lojal_print::document(&serde_json::to_string_pretty(&found).expect("findings have a JSON form"));
        } else {
            found.iter().for_each(tell_found);
        }
        Ok(found.iter().all(Found::is_found))
    }
}

fn tell_found(found: &Found) {
    let seeds = found.seeds_max;
    match &found.by {
        Some(by) => lojal_print::line(format!(
            "{:<28} found by {} with seed {} of at most {seeds}",
            found.bug, by.oracle, by.seed
        )),
        None => lojal_print::line(format!("{:<28} NOT FOUND within {seeds} seeds", found.bug)),
    }
}
