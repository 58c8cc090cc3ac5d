//! A shell that runs commands one after the other, and what they have started.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::programs::{Running, patiently};

/// The beginning of the line that ends what a command prints.
const MARK: &str = "== the end, with exit code ";
/// Most lines of a log that are shown.
const LOG_LINES: usize = 15;

/// A shell in a directory of its own.
pub struct Shell {
    running: Running,
    directory: PathBuf,
}

impl Shell {
    /// Starts one that finds the programs in a directory.
    pub fn start(directory: &Path, programs: &Path) -> Self {
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").expect("a PATH"));
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc"]).current_dir(directory).process_group(0);
        bash.env_clear().env("PATH", path).env("HOME", directory);
        Self { running: Running::start(&mut bash), directory: directory.to_owned() }
    }

    /// Runs a command; answers with the lines that it prints, and with its exit code.
    pub fn run(&mut self, command: &str) -> (Vec<String>, String) {
        self.running.say(&format!("{{\n{command}\n}} </dev/null 2>&1; printf '\\n{MARK}%s\\n' $?\n"));
        let (mut lines, status) = self.running.lines_before(MARK);
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        (lines, status)
    }

    /// The ends of the logs in the directories of the nodes.
    pub fn logs(&self) -> String {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let logs = entries.filter_map(|entry| {
            let (name, path) = (entry.file_name().into_string().ok()?, entry.path().join("node.log"));
            let text = fs::read_to_string(path).ok()?;
            let skipped = text.lines().count().saturating_sub(LOG_LINES);
            let end: Vec<&str> = text.lines().skip(skipped).collect();
            Some(format!("the end of {name}/node.log:\n{}\n", end.join("\n")))
        });
        logs.collect()
    }
}

/// Ends all that it has started and that still runs.
impl Drop for Shell {
    fn drop(&mut self) {
        let group = i32::try_from(self.running.id()).ok().and_then(Pid::from_raw);
        let Some(group) = group else { return };
        // One whose processes have all ended needs no killing.
        let _ = kill_process_group(group, Signal::KILL);
        self.running.kill();
        let _ = patiently(|| test_kill_process_group(group).is_err().then_some(()));
    }
}
