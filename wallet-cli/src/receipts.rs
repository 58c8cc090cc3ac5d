//! The receipts that a wallet knows: the ledger has the hash of a text only, and the home keeps the text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lojal_types::Reference;

use crate::files::{self, Existing};
use crate::home::{Home, HomeError};
use crate::reference::ReceiptText;

/// Most receipts that a home keeps; the oldest go first.
pub const RECEIPTS_MAX: usize = 10_000;

const FILE: &str = "receipts";
/// Largest file, in bytes: a command line has room for no longer texts than make this many.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Keeps the text of a receipt, one line in the file `receipts`.
///
/// # Errors
/// [`HomeError::File`] when the file can't be read or written.
pub fn remember(home: &Home, receipt: &ReceiptText) -> Result<(), HomeError> {
    let (text, known, path) = (receipt.to_string(), read(home.dir())?, path(home.dir()));
    let mut lines: Vec<&str> = known.lines().filter(|line| **line != *text).collect();
    lines.push(&text);
    let kept = &lines[lines.len().saturating_sub(RECEIPTS_MAX)..];
    let content = kept.join("\n") + "\n";
    files::write(&path, content.as_bytes(), Existing::Replace).map_err(|source| HomeError::File { path, source })
}

/// The receipts that a home keeps, by their references.
///
/// # Errors
/// [`HomeError::File`] when the file can't be read.
pub fn known(home: &Home) -> Result<BTreeMap<Reference, ReceiptText>, HomeError> {
    let lines = read(home.dir())?;
    let receipts = lines.lines().filter_map(|line| line.parse::<ReceiptText>().ok());
    Ok(receipts.map(|receipt| (receipt.reference(), receipt)).collect())
}

fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

fn read(dir: &Path) -> Result<String, HomeError> {
    files::read_if_there(&path(dir), BYTES_MAX).map_err(|source| HomeError::File { path: path(dir), source })
}
