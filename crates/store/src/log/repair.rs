//! Sets the damaged end of a log aside. Nothing is ever deleted.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::log::Position;
use crate::log::record::HEADER_RECORD_BYTES;
use crate::log::segment::LogDirectory;

/// Ends the log at a position; returns the names of the files that what comes after it is in now.
///
/// The log is readable after every single step, and damaged until the last: the segment that is cut goes first, and
/// those after it, which then don't follow on it, from the last one down. The other way round, a crash in between
/// could leave damage at the end of the log, where it looks like an append that was interrupted.
pub(crate) fn cut(log: &LogDirectory, position: Position) -> Result<Vec<PathBuf>, StoreError> {
    let mut numbers = log.numbers()?;
    numbers.retain(|number| *number >= position.segment);
    numbers.sort_by_key(|number| (*number != position.segment, Reverse(*number)));
    let mut aside = Vec::new();
    for number in numbers {
        let segment = log.segment(number);
        let damaged = free_name(&log.disk, &segment, "damaged")?;
        if number == position.segment && position.offset >= HEADER_RECORD_BYTES as u64 {
            let kept = segment.with_extension("log.kept");
            log.disk.copy_start(&segment, &kept, position.offset)?;
            log.disk.link(&segment, &damaged)?;
            // The second name must be there before the first is another file's.
            log.disk.sync_directory(&log.path)?;
            log.disk.rename(&kept, &segment)?;
        } else {
            log.disk.rename(&segment, &damaged)?;
        }
        log.disk.sync_directory(&log.path)?;
        aside.push(damaged);
    }
    Ok(aside)
}

/// `NAME.SUFFIX`, or the first of `NAME.SUFFIX-2` and so on that is free.
pub(crate) fn free_name(disk: &Disk, path: &Path, suffix: &str) -> Result<PathBuf, StoreError> {
    let with = |ending: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let mut candidate = with(format!(".{suffix}"));
    let mut number = 2_u32;
    while disk.exists(&candidate)? {
        candidate = with(format!(".{suffix}-{number}"));
        number = number.saturating_add(1);
    }
    Ok(candidate)
}
