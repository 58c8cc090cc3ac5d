//! The disk: whether there is room on it, and how long it takes to keep something.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::statvfs;

use super::{Checked, Finding, Report};

/// The part of the disk that must be free.
const FREE_PART: u64 = 10;
/// The number of times that a sync is tried.
const SYNCS: usize = 21;
/// The bytes that each of them makes durable.
const SYNC_BYTES: usize = 4096;
/// Longest that a sync may take, by the median: a validator needs a few for each block.
const SYNC_MAX: Duration = Duration::from_millis(20);
/// Deepest directory whose files are counted.
const DEPTH_MAX: usize = 8;
const MIB: u64 = 1 << 20;

pub(super) fn disk(checked: &Checked<'_>, report: &mut Report) {
    let dir = checked.dir.path();
    report.add("free disk", free(dir, bytes_of(&checked.dir.data().join("index"), DEPTH_MAX)));
    report.add("sync", sync(dir));
}

/// A tenth of the disk, and room for a second index: one that is made anew lies beside the old one.
fn free(dir: &Path, index_bytes: u64) -> Result<String, Finding> {
    let space = statvfs(dir).map_err(|error| Finding::told(format!("the disk doesn't tell its size: {error}")))?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let all = space.f_blocks.saturating_mul(space.f_frsize);
    let needed = (all / FREE_PART).max(index_bytes.saturating_mul(2));
    if free >= needed {
        return Ok(format!("{} MiB", free / MIB));
    }
    Err(Finding::new(
        format!("{} MiB are free, and {} should be", free / MIB, needed / MIB),
        "free some, or give the node a larger disk: one that can't write stops",
    ))
}

/// The bytes of the files in a directory.
fn bytes_of(directory: &Path, depth: usize) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let sizes = entries.filter_map(Result::ok).filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        Some(if metadata.is_dir() && depth > 0 { bytes_of(&entry.path(), depth - 1) } else { metadata.len() })
    });
    sizes.sum()
}

fn sync(dir: &Path) -> Result<String, Finding> {
    let refused = |error: std::io::Error| {
        Finding::new(format!("{} can't be written: {error}", dir.display()), "let the node's user write there")
    };
    let mut file = tempfile::tempfile_in(dir).map_err(refused)?;
    let mut times = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&[0; SYNC_BYTES]).and_then(|()| file.sync_data()).map_err(refused)?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let median = times[SYNCS / 2];
    let text = format!("takes {:.1} ms", median.as_secs_f64() * 1e3);
    if median <= SYNC_MAX {
        return Ok(text);
    }
    let remedy = "put the node on a local disk that is quicker; each block waits for a few syncs";
    Err(Finding::new(text, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_measured_by_the_disk_and_by_the_index() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(dir.path().join("runs")).expect("a directory of ours");
        fs::write(dir.path().join("runs/a"), [0; 700]).expect("a file of ours");
        fs::write(dir.path().join("b"), [0; 42]).expect("a file of ours");
        assert_eq!(bytes_of(dir.path(), DEPTH_MAX), 742);
        assert_eq!(bytes_of(&dir.path().join("nowhere"), DEPTH_MAX), 0);
        let finding = free(dir.path(), u64::MAX / 2).expect_err("no disk is so large");
        assert!(finding.wrong.contains("should be") && !finding.remedy.is_empty(), "{finding:?}");
    }

    #[test]
    fn a_directory_that_is_not_there_can_t_be_written() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        assert!(sync(&dir.path().join("nowhere")).is_err_and(|finding| finding.wrong.contains("can't be written")));
        assert_eq!(fs::read_dir(dir.path()).expect("a directory of ours").count(), 0, "nothing is left behind");
    }
}
