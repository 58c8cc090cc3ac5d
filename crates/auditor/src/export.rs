//! Copies the committed blocks of a data directory to a file that an auditor elsewhere verifies.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use lojal_store::archive;
use lojal_types::{Header, Height};
use thiserror::Error;

use crate::source::{Source, SourceError};

/// The range of an export: the heights of the first and the last block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The first block.
    pub first: Height,
    /// The last block.
    pub last: Height,
}

/// A reason there is no export. An older file of that name is unchanged then.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is no log that could be read.
    #[error(transparent)]
    Open(SourceError),
    /// The log can't be read on.
    #[error("height {height}: {reason}")]
    Source {
        /// The first block that can't be read.
        height: Height,
        /// The source's error.
        reason: SourceError,
    },
    /// There is no such block.
    #[error("{} has no block {height}; choose heights from its first to its last block", directory.display())]
    NoBlock {
        /// The data directory.
        directory: PathBuf,
        /// The height that was asked for.
        height: Height,
    },
    /// There is a file already.
    #[error("{} exists; choose another name, or replace it with --force", .0.display())]
    Exists(PathBuf),
    /// The file can't be written.
    #[error("can't write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

/// Writes the blocks `from` to `to`, or to the last one, to `file`: to a file beside it first, which takes its name
/// when all of it is durable.
///
/// # Errors
/// See [`ExportError`].
pub fn export(
    directory: &Path,
    file: &Path,
    from: Height,
    to: Option<Height>,
    force: bool,
) -> Result<Exported, ExportError> {
    if !force && file.exists() {
        return Err(ExportError::Exists(file.to_owned()));
    }
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let exported = write_partial(directory, &partial, from, to)
        .and_then(|exported| give_name(&partial, file).map_err(write_error(file)).map(|()| exported));
    if exported.is_err() {
        // Nothing more can be done about it; the error that counts is the one above.
        let _ = fs::remove_file(&partial);
    }
    exported
}

fn write_partial(directory: &Path, partial: &Path, from: Height, to: Option<Height>) -> Result<Exported, ExportError> {
    let at = |height: Height| move |reason| ExportError::Source { height, reason };
    let no_block = |height| ExportError::NoBlock { directory: directory.to_owned(), height };
    let mut source = Source::dir(directory).map_err(ExportError::Open)?;
    let mut output = BufWriter::new(File::create(partial).map_err(write_error(partial))?);
    let mut last = None;
    let mut next = Height::GENESIS.next();
    while to.is_none_or(|to| next <= to) {
        let Some(block) = source.next(next).map_err(at(next))? else { break };
        let height = block.certificate.height;
        next = height.next();
        if height < from {
            continue;
        }
        if last.is_none() {
            let header: Option<Header> = Header::deserialize(&mut &*block.bytes).ok().filter(|_| height == from);
            let chain_id = header.ok_or_else(|| no_block(from))?.chain_id;
            output.write_all(&archive::header(chain_id, from)).map_err(write_error(partial))?;
        }
        let records = archive::decided_block(&block.bytes, &block.certificate);
        output.write_all(&records).map_err(write_error(partial))?;
        last = Some(height);
    }
    let file = output.into_inner().map_err(|error| write_error(partial)(error.into_error()))?;
    file.sync_all().map_err(write_error(partial))?;
    let last = last.ok_or_else(|| no_block(from))?;
    if let Some(to) = to.filter(|to| last < *to) {
        return Err(no_block(to));
    }
    Ok(Exported { first: from, last })
}

/// Renames, and makes the new name durable.
fn give_name(partial: &Path, file: &Path) -> io::Result<()> {
    fs::rename(partial, file)?;
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    move |source| ExportError::Write { path: path.to_owned(), source }
}
