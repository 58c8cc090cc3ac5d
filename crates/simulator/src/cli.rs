//! The commands.

mod many;
mod one;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lojal_simulator::classes::{ALL, CLASSES, Class, by_name};
use lojal_simulator::rules;
use thiserror::Error;

/// Simulates networks of validators: the real engine, execution, store and codecs under virtual time, with faults that
/// follow from a seed.
#[derive(Debug, Parser)]
#[command(name = "lojal-sim", version)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One run. If an oracle complains, its schedule is shortened for as long as the complaint remains.
    Run(one::RunOptions),
    /// Many runs, and a table of them.
    Campaign(many::CampaignOptions),
    /// Bugs on purpose: each must be found within a number of seeds.
    Planted(many::PlantedOptions),
    /// One history of the ledger's rules alone, over months, by the ledger and by the naive model.
    History(HistoryOptions),
    /// Lists the classes of faults.
    Classes,
}

/// See [`Command::History`].
#[derive(Debug, Args)]
struct HistoryOptions {
    /// The seed that everything follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints the difference as JSON, or null.
    #[arg(long)]
    json: bool,
}

impl HistoryOptions {
    fn run(&self) -> bool {
        let found = rules::difference(self.seed);
        if self.json {
            lojal_print::document(&serde_json::to_string(&found).expect("a text has a JSON form"));
        } else {
            let text = found.as_deref().unwrap_or("ledger and model say the same after every block");
            lojal_print::line(text);
        }
        found.is_none()
    }
}

/// The length of runs.
#[derive(Clone, Copy, Debug, Args)]
struct Length {
    /// Virtual seconds for clients and faults; then everything heals, and the network must recover.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(10..=3_600))]
    seconds: u64,
}

/// A reason a command can't do what it is asked to do.
#[derive(Debug, Error)]
pub enum CliError {
    /// No such class.
    #[error("there is no class {0:?} of faults; `lojal-sim classes` lists them")]
    Class(String),
    /// A class is needed, not all.
    #[error("one run has one class of faults; `lojal-sim campaign --faults all` runs them all")]
    AllClasses,
    /// The plan can't be read.
    #[error("can't read the plan {0}: {1}")]
    Plan(PathBuf, String),
    /// A file or directory can't be used.
    #[error("can't use {0}: {1}")]
    Path(PathBuf, std::io::Error),
    /// The bugs can't be planted.
    #[error(transparent)]
    Planted(#[from] lojal_simulator::planted::PlantError),
}

impl Options {
    /// Does what was asked; false when something is wrong with what was simulated.
    ///
    /// # Errors
    /// When it can't be done.
    pub fn run(self) -> Result<bool, CliError> {
        match self.command {
            Command::Run(options) => options.run(),
            Command::Campaign(options) => options.run(),
            Command::Planted(options) => options.run(),
            Command::History(options) => Ok(options.run()),
            Command::Classes => {
                CLASSES.iter().for_each(|class| lojal_print::line(format!("{:<20} {}", class.name, class.what)));
                Ok(true)
            }
        }
    }
}

/// The classes that a name stands for.
fn classes(name: &str) -> Result<Vec<&'static Class>, CliError> {
    if name == ALL {
        return Ok(CLASSES.iter().collect());
    }
    by_name(name).map(|class| vec![class]).ok_or_else(|| CliError::Class(name.to_owned()))
}

/// This program, for runs in processes of their own.
fn this_program() -> Result<PathBuf, CliError> {
    std::env::current_exe().map_err(|error| CliError::Path(PathBuf::from("lojal-sim"), error))
}

/// A directory for a run, in memory if the system has such a place; it is removed when dropped.
fn scratch() -> Result<tempfile::TempDir, CliError> {
    let memory = PathBuf::from("/dev/shm");
    let below = if memory.is_dir() { memory } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("lojal-sim-").tempdir_in(&below).map_err(|error| CliError::Path(below, error))
}
