//! The machine that was measured on, and its programs.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::error::BenchError;
use crate::node::program;

/// A load average above this takes too much away from what is measured.
const LOAD_AVERAGE_MAX: f64 = 0.5;

/// A machine and its programs, as far as they can be found out.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The processor's model.
    pub processor: String,
    /// The number of cores.
    pub cores: usize,
    /// Memory, in bytes.
    pub memory_bytes: u64,
    /// The kernel.
    pub kernel: String,
    /// The file system under the measurements' directory: device, kind, options.
    pub file_system: String,
    /// The commit of the working copy, with a plus sign if files have been changed since.
    pub commit: String,
    /// Runnable processes, a minute's mean, before the start: more than 0 takes something away from all figures.
    pub load_average: f64,
    /// The age of the node's program, in minutes: this program doesn't build it.
    pub node_age_minutes: u64,
}

impl Machine {
    /// True if something else was running before, so that the figures are doubtful.
    pub fn was_busy(&self) -> bool {
        self.load_average > LOAD_AVERAGE_MAX
    }
    /// Looks at this machine; `dir` is where the measurements lie.
    ///
    /// # Errors
    /// When the node's program is missing, or the directory is on no disk.
    pub fn here(dir: &Path) -> Result<Self, BenchError> {
        let node = program("lojal-node")?;
        let built = fs::metadata(&node).and_then(|metadata| metadata.modified()).map_err(BenchError::file(&node))?;
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let (processor, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
        let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let file_system = file_system(&read("/proc/mounts"), &dir);
        if file_system.contains(" tmpfs ") {
            return Err(BenchError::NoDisk(dir));
        }
        Ok(Self {
            processor: field(&processor, "model name").unwrap_or("unknown").to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: field(&memory, "MemTotal")
                .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
                .map_or(0, |kilobytes| kilobytes * 1024),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            file_system,
            commit: commit(),
            load_average: read("/proc/loadavg").split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0.0),
            node_age_minutes: built.elapsed().map_or(0, |age| age.as_secs() / 60),
        })
    }
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim())
}

/// The mount with the longest path above a directory; of two with the same path the later one.
fn file_system(mounts: &str, dir: &Path) -> String {
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let above = fields.filter(|fields| fields.len() >= 4 && dir.starts_with(fields[1]));
    let found = above.max_by_key(|fields| fields[1].len());
    found.map_or_else(|| "unknown".to_owned(), |fields| format!("{} {} ({})", fields[0], fields[2], fields[3]))
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(id) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    let is_changed = git(&["status", "--porcelain"]).is_some_and(|status| !status.is_empty());
    if is_changed { id + "+" } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_is_that_of_the_closest_mount() {
        let mounts = "/dev/a / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/b /data xfs rw,noatime 0 0\n";
        assert_eq!(file_system(mounts, Path::new("/data/x")), "/dev/b xfs (rw,noatime)");
        assert_eq!(file_system(mounts, Path::new("/database")), "/dev/a ext4 (rw)");
        assert_eq!(file_system("", Path::new("/")), "unknown");
    }

    #[test]
    fn fields_of_proc_are_found_by_name() {
        assert_eq!(field("a\t: 1\nmodel name\t: Some CPU @ 2 GHz\n", "model name"), Some("Some CPU @ 2 GHz"));
        assert_eq!(field("a: 1\n", "b"), None);
    }
}
