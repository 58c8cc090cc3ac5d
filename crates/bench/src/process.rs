//! The use that a process has made of CPU time and memory, out of /proc (proc(5)).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::error::BenchError;

/// Clock ticks per second in /proc: USER_HZ, which is 100 on every Linux architecture that Rust's standard library
/// supports.
const TICKS_PER_S: f64 = 100.0;

/// The use that a process has made of the machine since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// CPU time of all its threads, in user and system mode.
    pub cpu_s: f64,
    /// Memory in use now, in bytes.
    pub resident_bytes: u64,
    /// Most memory that was ever in use, in bytes.
    pub resident_bytes_max: u64,
}

/// One line of `stat`.
#[derive(Clone, Debug, PartialEq)]
struct Stat {
    name: String,
    parent: u32,
    cpu_s: f64,
    /// CPU time of children that have ended.
    children_cpu_s: f64,
}

/// Reads what a process has used; nothing of one that is gone.
pub fn usage(process: u32) -> Usage {
    let stat = read_stat(process);
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    Usage {
        cpu_s: stat.map_or(0.0, |stat| stat.cpu_s),
        resident_bytes: parse_status_bytes(&status, "VmRSS:"),
        resident_bytes_max: parse_status_bytes(&status, "VmHWM:"),
    }
}

/// Memory in use now, in bytes, of the one of some processes that has the most.
pub fn resident_bytes(processes: &[u32]) -> u64 {
    processes.iter().map(|process| usage(*process).resident_bytes).max().unwrap_or(0)
}

/// CPU time of a process, of its children that run, and of those that have ended.
pub fn family_cpu_s(process: u32) -> f64 {
    let own = read_stat(process).map_or(0.0, |stat| stat.cpu_s + stat.children_cpu_s);
    own + children(process).into_iter().map(|(_, stat)| stat.cpu_s).sum::<f64>()
}

/// CPU time of the calling thread: the first figure of its `schedstat`, in nanoseconds.
///
/// # Errors
/// When the kernel doesn't tell.
pub fn own_thread_cpu() -> Result<Duration, BenchError> {
    let path = Path::new("/proc/thread-self/schedstat");
    let text = fs::read_to_string(path).map_err(BenchError::file(path))?;
    let nanoseconds = text.split_whitespace().next().and_then(|field| field.parse().ok());
    nanoseconds.map(Duration::from_nanos).ok_or_else(|| BenchError::unreadable("schedstat", &text))
}

/// CPU time of this process's children that have ended.
pub fn ended_children_cpu_s() -> f64 {
    read_stat(std::process::id()).map_or(0.0, |stat| stat.children_cpu_s)
}

/// Memory of a process and its children; each is counted with its part of what they share (Pss).
pub fn family_resident_bytes(process: u32) -> u64 {
    let ids = children(process).into_iter().map(|(id, _)| id).chain([process]);
    let text = |id| fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    ids.map(|id| parse_status_bytes(&text(id), "Pss:")).sum()
}

fn children(process: u32) -> Vec<(u32, Stat)> {
    let stats = numbered(Path::new("/proc")).into_iter().filter_map(|id| Some((id, read_stat(id)?)));
    stats.filter(|(_, stat)| stat.parent == process).collect()
}

fn read_stat(process: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// Each thread's name and CPU time in seconds, by its id, which no other thread of the machine has.
pub fn threads_cpu_s(process: u32) -> BTreeMap<u32, (String, f64)> {
    let tasks = format!("/proc/{process}/task");
    let stats = numbered(Path::new(&tasks)).into_iter().filter_map(|id| {
        let text = fs::read_to_string(format!("{tasks}/{id}/stat")).ok()?;
        parse_stat(&text).map(|stat| (id, (stat.name, stat.cpu_s)))
    });
    stats.collect()
}

fn numbered(directory: &Path) -> Vec<u32> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The name stands in brackets and may hold anything, brackets and spaces too.
fn parse_stat(text: &str) -> Option<Stat> {
    let (head, rest) = text.rsplit_once(')')?;
    let (_, name) = head.split_once('(')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // The third field of proc(5) is the first here: the parent is field 4, the times are fields 14 to 17.
    let seconds = |field: usize| Some(fields.get(field - 3)?.parse::<u64>().ok()? as f64 / TICKS_PER_S);
    Some(Stat {
        name: name.to_owned(),
        parent: fields.get(1)?.parse().ok()?,
        cpu_s: seconds(14)? + seconds(15)?,
        children_cpu_s: seconds(16)? + seconds(17)?,
    })
}

fn parse_status_bytes(text: &str, field: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_reads_with_any_name() {
        let text = "42 (a (b) c) S 7 42 42 0 -1 4194560 100 0 0 0 250 150 30 20 20 0 9 0 100 1000 10";
        let expected = Stat { name: "a (b) c".into(), parent: 7, cpu_s: 4.0, children_cpu_s: 0.5 };
        assert_eq!(parse_stat(text), Some(expected));
        assert_eq!(parse_stat("nothing"), None);
        assert_eq!(parse_stat("1 (short) S 1"), None);
    }

    #[test]
    fn memory_reads_in_bytes() {
        let text = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(parse_status_bytes(text, "VmRSS:"), 1024 * 1024);
        assert_eq!(parse_status_bytes(text, "VmHWM:"), 2 * 1024 * 1024);
        assert_eq!(parse_status_bytes(text, "VmSwap:"), 0);
    }

    #[test]
    fn this_process_uses_memory_and_has_threads() {
        let own = std::process::id();
        assert!(usage(own).resident_bytes > 0);
        assert!(!threads_cpu_s(own).is_empty());
    }
}
