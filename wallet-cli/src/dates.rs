//! The days that references were first sent with: a reference that is sent again has the same day, whatever the clock
//! says then.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use lojal_types::limits::RECEIPT_DAYS;
use lojal_types::{BrandId, Day, Operation, Reference};

use crate::files::{self, Existing};
use crate::home::HomeError;

/// Most references that a home keeps the days of; those first sent the longest ago go first. A till that uses more
/// within the days in which a reference can be used gives the day on its receipts itself.
pub const DATES_MAX: usize = 100_000;

const FILE: &str = "dates";
/// Locked by whoever reads the file to write it again.
const LOCK: &str = "dates.lock";
/// Largest file, in bytes.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A reference, as its brand and its kind of operation tell it from others.
#[derive(Clone, Copy, Debug)]
pub struct Dated<'a> {
    /// The brand.
    pub brand: BrandId,
    /// The kind of operation.
    pub kind: Kind,
    /// The reference.
    pub reference: &'a Reference,
}

/// A kind of operation whose reference has a day that the sender chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Points that are issued.
    Issue,
    /// Points that are taken back.
    Reversal,
    /// Points that a hold had set aside.
    Capture,
    /// Something that is counted.
    Stamp,
    /// Something that was counted, and is taken back.
    TakeBack,
    /// Points that were paid, and are given back.
    Refund,
}

impl Dated<'_> {
    /// The start of its line.
    fn name(self) -> String {
        let kind = match self.kind {
            Kind::Issue => "issue",
            Kind::Reversal => "reversal",
            Kind::Capture => "capture",
            Kind::Stamp => "stamp",
            Kind::TakeBack => "takeback",
            Kind::Refund => "refund",
        };
        format!("{} {kind} {} ", self.brand, self.reference)
    }
}

/// The day that a reference was first sent with, if the home in a directory knows it.
///
/// # Errors
/// [`HomeError`] when the file can't be read, or is damaged.
pub fn known(home: &Path, dated: Dated<'_>) -> Result<Option<Day>, HomeError> {
    Ok(find(&lines(home, &read(home)?)?, dated))
}

/// Keeps the day of the reference of an operation that is about to be sent, unless it has none that its sender chooses.
/// Answers with the day of an earlier one if that was another, with which nothing may be sent. Of a capture it may be:
/// a hold is captured once whatever the day, and the first one may have got too old.
///
/// # Errors
/// Those of [`keep`]; nothing may be sent then.
pub fn keep_of(home: &Path, operation: &Operation, ledger_day: Day) -> Result<Option<Day>, HomeError> {
    let (kind, brand, reference, day) = match operation {
        Operation::Issue(one) => (Kind::Issue, one.brand, &one.reference, one.dated),
        Operation::Reverse(one) => (Kind::Reversal, one.brand, &one.reference, one.dated),
        Operation::Capture(one) => (Kind::Capture, one.brand, &one.reference, one.dated),
        Operation::Grant(one) => (Kind::Issue, one.brand, &one.reference, one.dated),
        Operation::Stamp(one) => (Kind::Stamp, one.brand, &one.reference, one.dated),
        Operation::TakeBack(one) => (Kind::TakeBack, one.brand, &one.reference, one.dated),
        Operation::Refund(one) => (Kind::Refund, one.brand, &one.reference, one.dated),
        _ => return Ok(None),
    };
    let first = keep(home, Dated { brand, kind, reference }, (day, ledger_day))?;
    Ok(Some(first).filter(|first| kind != Kind::Capture && *first != day))
}

/// Keeps the day of a reference that is about to be sent for the first time, and answers with the one that is kept: an
/// earlier one, if there is one. Days that no network takes any more by the ledger's day, `today`, are forgotten.
///
/// # Errors
/// [`HomeError`] when the file can't be read or written, or is damaged.
pub fn keep(home: &Path, dated: Dated<'_>, (day, today): (Day, Day)) -> Result<Day, HomeError> {
    let at_lock = |source| HomeError::File { path: home.join(LOCK), source };
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(home.join(LOCK));
    let lock = lock.map_err(at_lock)?;
    // Another process may be about to write: it takes as long as one small file takes.
    lock.lock().map_err(at_lock)?;
    let (path, text) = (path(home), read(home)?);
    let mut lines = lines(home, &text)?;
    if let Some(first) = find(&lines, dated) {
        return Ok(first);
    }
    let oldest = today.minus(u32::from(*RECEIPT_DAYS.end()));
    lines.retain(|(_, day)| *day >= oldest);
    let name = dated.name();
    lines.push((&name, day));
    let kept = lines[lines.len().saturating_sub(DATES_MAX)..].iter().map(|(name, day)| format!("{name}{day}\n"));
    let content: String = kept.collect();
    files::write(&path, content.as_bytes(), Existing::Replace).map_err(|source| HomeError::File { path, source })?;
    Ok(day)
}

/// The references and their days.
fn lines<'a>(dir: &Path, text: &'a str) -> Result<Vec<(&'a str, Day)>, HomeError> {
    let damaged = |line: &str| HomeError::Content { path: path(dir), reason: format!("{line:?} names no day") };
    let read = |line: &'a str| {
        let end = line.rfind(' ').map(|space| space + 1).ok_or_else(|| damaged(line))?;
        Ok((&line[..end], line[end..].parse().map_err(|_| damaged(line))?))
    };
    text.lines().map(read).collect()
}

fn find(lines: &[(&str, Day)], dated: Dated<'_>) -> Option<Day> {
    let name = dated.name();
    lines.iter().find(|(known, _)| *known == name).map(|(_, day)| *day)
}

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

fn read(dir: &Path) -> Result<String, HomeError> {
    files::read_if_there(&path(dir), BYTES_MAX).map_err(|source| HomeError::File { path: path(dir), source })
}

#[cfg(test)]
mod tests;
