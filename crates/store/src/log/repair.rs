//! Sets the damaged end of a log aside. Nothing is ever deleted.

use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::file;
use crate::log::Position;
use crate::log::record::HEADER_RECORD_BYTES;
use crate::log::segment::{LogDirectory, numbers};

/// Ends the log at a position; returns the names of the files that what comes after it is in now.
///
/// The log is readable after every single step: the segments go from the last one down, and the one that is cut is
/// replaced at once.
pub(crate) fn cut(log: &LogDirectory, position: Position) -> Result<Vec<PathBuf>, StoreError> {
    let mut aside = Vec::new();
    for number in numbers(&log.path)?.into_iter().rev().filter(|number| *number >= position.segment) {
        let segment = log.segment(number);
        let damaged = free_name(&segment, "damaged")?;
        if number == position.segment && position.offset >= HEADER_RECORD_BYTES as u64 {
            let kept = segment.with_extension("log.kept");
            file::copy_start(&segment, &kept, position.offset)?;
            file::link(&segment, &damaged)?;
            file::rename(&kept, &segment)?;
        } else {
            file::rename(&segment, &damaged)?;
        }
        file::sync_directory(&log.path)?;
        aside.push(damaged);
    }
    Ok(aside)
}

/// `NAME.SUFFIX`, or the first of `NAME.SUFFIX-2` and so on that is free.
pub(crate) fn free_name(path: &Path, suffix: &str) -> Result<PathBuf, StoreError> {
    let with = |ending: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let mut candidate = with(format!(".{suffix}"));
    let mut number = 2_u32;
    while file::exists(&candidate)? {
        candidate = with(format!(".{suffix}-{number}"));
        number = number.saturating_add(1);
    }
    Ok(candidate)
}
