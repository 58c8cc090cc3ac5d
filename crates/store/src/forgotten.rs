//! The mark of a validator that may have forgotten what it signed.

use std::path::PathBuf;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::log::segment::LogDirectory;

const NAME: &str = "forgotten";
const CONTENT: &[u8] =
    b"A repair took blocks from this log. Until this validator is past the heights at which it can have \
signed, it signs nothing. It removes this file by itself.\n";

/// A repair took committed blocks from the log, so this validator may sign again where it has signed before. It must
/// sign nothing until it is past all heights at which it can have signed, and says so with [`Forgotten::remembered`].
///
/// The mark is a file in the data directory. It is durable before a repair takes anything away, and stays through
/// restarts.
#[derive(Clone, Debug)]
pub struct Forgotten {
    disk: Disk,
    path: PathBuf,
}

impl Forgotten {
    /// The mark of the directory that a log is in, if there is one.
    pub(crate) fn find(log: &LogDirectory) -> Result<Option<Self>, StoreError> {
        let mark = Self::of(log);
        Ok(mark.disk.exists(&mark.path)?.then_some(mark))
    }

    /// Leaves the mark, durably.
    pub(crate) fn leave(log: &LogDirectory) -> Result<(), StoreError> {
        let mark = Self::of(log);
        mark.disk.write_whole(&mark.path, CONTENT)
    }

    fn of(log: &LogDirectory) -> Self {
        Self { disk: log.disk.clone(), path: log.path.with_file_name(NAME) }
    }

    /// This validator is past every height at which it can have signed: removes the mark, durably.
    ///
    /// # Errors
    /// When the disk fails; the mark may be there still.
    pub fn remembered(&self) -> Result<(), StoreError> {
        self.disk.remove(&self.path)?;
        self.path.parent().map_or(Ok(()), |directory| self.disk.sync_directory(directory))
    }
}
