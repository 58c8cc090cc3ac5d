//! The CPU time by function: perf(1) looks at the validators many times a second, if it is installed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Serialize;

use crate::error::BenchError;

/// The looks of perf per second; no multiple of what clocks tick with.
const FREQUENCY_HZ: &str = "499";
/// Functions that take less than this of the time are left out, in per cent.
const PERCENT_MIN: &str = "0.7";

/// A function's share of the validators' CPU time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Share {
    /// The thread that runs it.
    pub thread: String,
    /// Its name.
    pub function: String,
    /// Its share, without what it calls, in per cent.
    pub percent: f64,
}

/// perf while it looks.
pub struct Profile {
    perf: Child,
    data: PathBuf,
}

impl Profile {
    /// Looks at processes from now on; `None` where perf isn't installed or may not look.
    pub fn start(processes: &[u32], dir: &Path) -> Option<Self> {
        let data = dir.join("perf.data");
        let processes: Vec<String> = processes.iter().map(u32::to_string).collect();
        let mut command = Command::new("perf");
        command.args(["record", "--quiet", "--event", "cpu-clock", "--freq", FREQUENCY_HZ, "--pid"]);
        command.arg(processes.join(",")).arg("--output").arg(&data);
        let perf = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        Some(Self { perf, data })
    }
    /// The shares that it saw, the largest first; nothing if it was not allowed to.
    pub fn finish(mut self) -> Result<Vec<Share>, BenchError> {
        // SIGINT is how perf is told to write down what it has.
        let told = Command::new("kill").args(["-INT", &self.perf.id().to_string()]).stderr(Stdio::null()).status();
        told.and_then(|_| self.perf.wait()).map_err(|error| BenchError::program("perf", error))?;
        let mut command = Command::new("perf");
        command.args(["report", "--stdio", "--no-children", "--sort", "comm,symbol", "--field-separator", ";"]);
        command.args(["--percent-limit", PERCENT_MIN, "--input"]).arg(&self.data);
        let output = command.stdin(Stdio::null()).output().map_err(|error| BenchError::program("perf", error))?;
        Ok(parse(&String::from_utf8_lossy(&output.stdout)))
    }
}

fn parse(text: &str) -> Vec<Share> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(parse_line).collect()
}

/// `18.22%;executor;[.] lojal_ledger::overlay::Overlay::slot`, perhaps with further fields.
fn parse_line(line: &str) -> Option<Share> {
    let mut fields = line.split(';');
    let percent = fields.next()?.trim().trim_end_matches('%').parse().ok()?;
    let thread = fields.next()?.trim().to_owned();
    let symbol = fields.next()?.trim();
    let function = symbol.split_once("] ").map_or(symbol, |(_, name)| name).trim().to_owned();
    Some(Share { thread, function, percent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_everything_else_is_left_out() {
        let text = "# Overhead;Command;Symbol\n#\n 18.22%;executor;[.] a::b<C>::d ;-;-\n  1.16;mempool;[k] finish\n\n";
        let share =
            |thread: &str, function: &str, percent| Share { thread: thread.into(), function: function.into(), percent };
        assert_eq!(parse(text), [share("executor", "a::b<C>::d", 18.22), share("mempool", "finish", 1.16)]);
    }

    #[test]
    fn nothing_is_seen_of_nothing() {
        assert_eq!(parse("failed to open perf.data: No such file or directory"), []);
    }
}
