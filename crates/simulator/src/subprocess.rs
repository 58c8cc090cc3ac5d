//! Runs in processes of their own: what a run does depends on nothing that another one has done.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use thiserror::Error;

use crate::plan::Plan;
use crate::run::Report;

/// The variable that names a bug of a patched program, see [`planted`](crate::planted).
pub const PLANT_VARIABLE: &str = "LOJAL_PLANT";

/// A reason a run in a process of its own gave no report.
#[derive(Debug, Error)]
pub enum SubprocessError {
    /// The program can't be run.
    #[error("can't run {program}: {source}", program = program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// It ended without a report.
    #[error("the run of seed {seed} ended without a report ({status}): {stderr}")]
    NoReport {
        /// The seed of the run.
        seed: u64,
        /// The status with which it ended.
        status: String,
        /// The end of what it said.
        stderr: String,
    },
}

/// Lines of what a failed run said that are told.
const LINES_TOLD: usize = 12;

/// Follows a history of the rules with a program, which is this one or a patched one with a bug to be switched on;
/// answers with the difference that it has found.
///
/// # Errors
/// When the program can't be run, or ends without having said anything.
pub fn history(program: &Path, seed: u64, bug: Option<&str>) -> Result<Option<String>, SubprocessError> {
    let mut command = Command::new(program);
    command.args(["history", "--json", "--seed", &seed.to_string()]).env_remove(PLANT_VARIABLE);
    if let Some(bug) = bug {
        command.env(PLANT_VARIABLE, bug);
    }
    let failed = |source| SubprocessError::Program { program: program.to_owned(), source };
    let output = command.stdin(Stdio::null()).output().map_err(failed)?;
    serde_json::from_slice(&output.stdout).map_err(|_| no_report(seed, &output))
}

/// Runs a plan with a program, which is this one or a patched one with a bug to be switched on.
///
/// # Errors
/// When the program can't be run, or ends without a report.
pub fn run(program: &Path, plan: &Plan, bug: Option<&str>) -> Result<Report, SubprocessError> {
    let failed = |source| SubprocessError::Program { program: program.to_owned(), source };
    let mut command = Command::new(program);
    command.args(["run", "--plan", "-", "--json"]).env_remove(PLANT_VARIABLE);
    if let Some(bug) = bug {
        command.env(PLANT_VARIABLE, bug);
    }
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let text = serde_json::to_vec(plan).expect("a plan has a JSON form");
    let mut stdin = child.stdin.take().expect("it was asked for");
    // A program that has ended already tells why below.
    let _ = stdin.write_all(&text);
    drop(stdin);
    let output = child.wait_with_output().map_err(failed)?;
    serde_json::from_slice(&output.stdout).map_err(|_| no_report(plan.seed, &output))
}

fn no_report(seed: u64, output: &Output) -> SubprocessError {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    let told = lines[lines.len().saturating_sub(LINES_TOLD)..].join("\n");
    SubprocessError::NoReport { seed, status: output.status.to_string(), stderr: told }
}
