//! The days that references were first sent with: a reference that is sent again has the same day, whatever the clock
//! says then.

use std::io;
use std::path::{Path, PathBuf};

use lojal_types::{BrandId, Day, Reference};

use crate::files::{self, Existing};
use crate::home::{Home, HomeError};

/// Most days that a home keeps; the oldest go first. A till that uses more within the days in which a reference can be
/// used gives the day on its receipts itself.
pub const DATES_MAX: usize = 100_000;

const FILE: &str = "dates";
/// Largest file, in bytes.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The day of a reference of a brand and of a kind of operation: the one that it was first given, which is `day` if
/// this is the first time. It is in the file `dates` before anybody can send it.
///
/// # Errors
/// [`HomeError::File`] when the file can't be read or written.
pub fn first(home: &Home, (brand, kind): (BrandId, &str), reference: &Reference, day: Day) -> Result<Day, HomeError> {
    let (path, known) = (path(home.dir()), read(home.dir())?);
    let name = format!("{brand} {kind} {reference} ");
    let first = known.lines().find_map(|line| line.strip_prefix(&name)).and_then(|day| day.parse().ok());
    if let Some(first) = first {
        return Ok(first);
    }
    let mut lines: Vec<&str> = known.lines().collect();
    let line = format!("{name}{day}");
    lines.push(&line);
    let kept = &lines[lines.len().saturating_sub(DATES_MAX)..];
    let content = kept.join("\n") + "\n";
    files::write(&path, content.as_bytes(), Existing::Replace).map_err(|source| HomeError::File { path, source })?;
    Ok(day)
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
