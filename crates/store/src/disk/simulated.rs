//! A disk that can fail: the operations that [`Disk`] hands to it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::Disk;
use super::crash::{self, IndexAfterCrash};
use super::faults::Faults;
use super::tracking::Tracking;

/// A file system that forgets what was not synced when its power is cut, and that fails on demand; for simulations.
///
/// The files are real ones in a real directory, and reads see every write at once, as on any system that runs. Beside
/// them this keeps what of them is durable. Clones are of the same disk; a disk is for one data directory.
///
/// What it doesn't model: directories are durable as soon as they are made or renamed, and sled does its own input and
/// output, for which there is [`SimulatedDisk::crash_index`].
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    faults: Faults,
    tracking: Tracking,
}

impl SimulatedDisk {
    /// A disk without faults, on which everything that there is already is durable.
    pub fn new() -> Self {
        Self::default()
    }

    /// The disk for [`Options`](crate::Options).
    pub fn disk(&self) -> Disk {
        Disk { simulated: Some(self.clone()) }
    }

    /// Sets what goes wrong next; a default is no fault.
    pub fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// The faults that have not happened yet.
    pub fn faults(&self) -> Faults {
        self.state().faults.clone()
    }

    /// Puts the directory into one of the states in which a power cut at this moment could leave it, the one that
    /// belongs to the seed, and switches the power on again. Nobody may have the store open.
    ///
    /// Of what was not synced, files may have lost the end, whole or at any byte, or hold zeros or garbage in some
    /// sectors of it; names that were made, changed or removed may be as they were before, each by itself or all
    /// after some moment. The index stays as it is: see [`SimulatedDisk::crash_index`].
    ///
    /// # Errors
    /// When the real file system fails.
    pub fn crash(&self, seed: u64) -> io::Result<()> {
        let mut state = self.state();
        state.faults.power_is_off = false;
        state.faults.power_fails_after = None;
        crash::crash(&mut state.tracking, seed)
    }

    /// Puts the index of a data directory into a state in which a power cut could leave it. Nobody may have the store
    /// open.
    ///
    /// # Errors
    /// When the real file system fails.
    pub fn crash_index(&self, data: &Path, after: IndexAfterCrash, seed: u64) -> io::Result<()> {
        crash::crash_index(&self.state().tracking, data, after, seed)
    }

    /// Flips a bit in a segment of a data directory's log, segment and bit drawn with the seed, as a disk that rots;
    /// returns the file and the byte, or none if there is no segment with content.
    ///
    /// # Errors
    /// When the real file system fails.
    pub fn rot_log(&self, data: &Path, seed: u64) -> io::Result<Option<(PathBuf, u64)>> {
        crash::rot_log(data, seed)
    }

    /// Flips a bit of a file.
    ///
    /// # Errors
    /// When the real file system fails, or the file is shorter.
    pub fn flip_bit(&self, path: &Path, offset: u64, bit: u8) -> io::Result<()> {
        crash::flip_bit(path, offset, bit)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding this lock")
    }

    pub(super) fn look(&self) -> io::Result<()> {
        self.state().faults.look()
    }

    pub(super) fn read(&self) -> io::Result<()> {
        self.state().faults.read()
    }

    /// Opens a file that may have to be made.
    pub(super) fn create(&self, path: &Path, options: &OpenOptions) -> io::Result<File> {
        let mut state = self.state();
        if path.exists() {
            state.faults.look()?;
            return options.open(path);
        }
        state.faults.create()?;
        let file = options.open(path)?;
        state.tracking.created(path)?;
        Ok(file)
    }

    /// The number of bytes of a write that happen, and its error if it fails.
    pub(super) fn write(&self, path: &Path, bytes: usize) -> (usize, Option<io::Error>) {
        let mut state = self.state();
        match state.tracking.track(path) {
            Ok(_) => state.faults.write(bytes),
            Err(error) => (0, Some(error)),
        }
    }

    /// Writes over what is in a file; like an append, it may be cut short.
    pub(super) fn overwrite(&self, file: &File, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.tracking.overwriting(path, offset, bytes.len())?;
        let (granted, refused) = state.faults.write(bytes.len());
        file.write_all_at(&bytes[..granted], offset)?;
        refused.map_or(Ok(()), Err)
    }

    pub(super) fn sync(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let sync = state.faults.sync()?;
        state.tracking.synced(path, sync)?;
        sync.answer()
    }

    /// Notes that bytes from `offset` on, written again and then synced, are durable.
    pub(super) fn rewritten(&self, path: &Path, offset: u64) {
        let mut state = self.state();
        if !state.faults.sync_lies {
            state.tracking.rewritten(path, offset);
        }
    }

    pub(super) fn sync_directory(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let sync = state.faults.sync()?;
        state.tracking.directory_synced(path, sync);
        sync.answer()
    }

    /// Keeps a copy of a directory that somebody else writes, as what is durable of it.
    pub(super) fn sync_tree(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let sync = state.faults.sync()?;
        state.tracking.tree_synced(path, sync)?;
        sync.answer()
    }

    pub(super) fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.faults.change()?;
        state.tracking.truncating(path, len)
    }

    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.faults.change()?;
        if from.is_dir() {
            fs::rename(from, to)?;
            state.tracking.directory_renamed(from, to);
            return Ok(());
        }
        state.tracking.renaming(from, to)?;
        fs::rename(from, to)
    }

    pub(super) fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.faults.create()?;
        fs::hard_link(from, to)?;
        state.tracking.linked(from, to)
    }

    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.faults.change()?;
        if path.exists() {
            state.tracking.removing(path)?;
        }
        fs::remove_file(path)
    }
}
