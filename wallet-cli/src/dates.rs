//! The days that references were first sent with: a reference that is sent again has the same day, whatever the clock
//! says then.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use lojal_types::limits::RECEIPT_DAYS;
use lojal_types::{BrandId, Day, Reference};

use crate::files::{self, Existing};
use crate::home::{Home, HomeError};

/// Most references that a home keeps the days of; those first sent the longest ago go first. A till that uses more
/// within the days in which a reference can be used gives the day on its receipts itself.
pub const DATES_MAX: usize = 100_000;

const FILE: &str = "dates";
/// Locked by whoever reads the file to write it again.
const LOCK: &str = "dates.lock";
/// Largest file, in bytes.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The day of a reference of a brand and of a kind of operation: the one that it was first given, which is `day` if
/// this is the first time. It is in the file `dates` before anybody can send it. Days that no network takes any more,
/// with what is `today`, are forgotten.
///
/// # Errors
/// [`HomeError::File`] when the file can't be read or written.
pub fn first(
    home: &Home,
    (brand, kind): (BrandId, &str),
    reference: &Reference,
    (day, today): (Day, Day),
) -> Result<Day, HomeError> {
    let at_lock = |source| HomeError::File { path: home.dir().join(LOCK), source };
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(home.dir().join(LOCK));
    let lock = lock.map_err(at_lock)?;
    // Another process may be about to write: it takes as long as one small file takes.
    lock.lock().map_err(at_lock)?;
    let (path, known) = (path(home.dir()), read(home.dir())?);
    let name = format!("{brand} {kind} {reference} ");
    let first = known.lines().find_map(|line| line.strip_prefix(&name)).and_then(|day| day.parse().ok());
    if let Some(first) = first {
        return Ok(first);
    }
    let oldest = today.minus(u32::from(*RECEIPT_DAYS.end()));
    let mut lines: Vec<&str> = known.lines().filter(|line| day_of(line).is_some_and(|day| day >= oldest)).collect();
    let line = format!("{name}{day}");
    lines.push(&line);
    let kept = &lines[lines.len().saturating_sub(DATES_MAX)..];
    let content = kept.join("\n") + "\n";
    files::write(&path, content.as_bytes(), Existing::Replace).map_err(|source| HomeError::File { path, source })?;
    Ok(day)
}

fn day_of(line: &str) -> Option<Day> {
    line.rsplit_once(' ')?.1.parse().ok()
}

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

fn read(dir: &Path) -> Result<String, HomeError> {
    match files::read(&path(dir), BYTES_MAX) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|source| HomeError::File { path: path(dir), source }),
    }
}
