//! The marks beside an index that tell whether it can be relied on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::disk::Disk;
use crate::error::StoreError;

/// The marks of one index. One lies there while the index may be ahead of what is durable, and has a byte for each
/// attempt to open it since. The other one says that something in it was found to be wrong, so that every byte is
/// checked at the next start.
pub(crate) struct Trust {
    disk: Disk,
    unverified: PathBuf,
    wrong: PathBuf,
    distrusted: AtomicBool,
}

impl Trust {
    /// The marks of the index in a data directory.
    pub(crate) fn in_directory(disk: &Disk, directory: &Path) -> Self {
        let [unverified, wrong] = ["index.unverified", "index.wrong"].map(|name| directory.join(name));
        Self { disk: disk.clone(), unverified, wrong, distrusted: AtomicBool::new(false) }
    }

    /// Counts an attempt to open the index; returns how many there have been since it was relied on.
    pub(crate) fn attempt(&self) -> Result<u64, StoreError> {
        self.disk.mark(&self.unverified, b".")
    }

    /// Counts the attempts anew.
    pub(crate) fn survive(&self) -> Result<(), StoreError> {
        if self.disk.exists(&self.unverified)? { self.disk.truncate(&self.unverified, 0) } else { Ok(()) }
    }

    /// True if the index may be ahead of what is durable.
    pub(crate) fn is_unverified(&self) -> Result<bool, StoreError> {
        self.disk.exists(&self.unverified)
    }

    /// True if something in the index was found to be wrong.
    pub(crate) fn is_wrong(&self) -> Result<bool, StoreError> {
        self.disk.exists(&self.wrong)
    }

    /// Marks the index as ahead of what is durable.
    pub(crate) fn unsettle(&self) -> Result<(), StoreError> {
        self.disk.mark(&self.unverified, b"").map(|_| ())
    }

    /// Takes the marks away: everything is durable, and has been checked.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        if !self.distrusted.load(Ordering::SeqCst) {
            self.clear()?;
        }
        // It may have come to be distrusted between the two.
        if self.distrusted.load(Ordering::SeqCst) { self.mark_wrong() } else { Ok(()) }
    }

    /// Takes the marks away, those of an index before this one.
    pub(crate) fn clear(&self) -> Result<(), StoreError> {
        self.disk.remove(&self.wrong)?;
        self.disk.remove(&self.unverified)
    }

    /// Has every byte of the index checked at the next start.
    pub(crate) fn distrust(&self) {
        self.distrusted.store(true, Ordering::SeqCst);
        if let Err(error) = self.mark_wrong() {
            tracing::error!(%error, "the index can't be marked for a check at the next start");
        }
    }

    fn mark_wrong(&self) -> Result<(), StoreError> {
        self.disk.mark(&self.wrong, b"")?;
        self.unsettle()
    }
}
