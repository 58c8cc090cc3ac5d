//! The index: a cache of the log, and the checkpoint of the state (ARCHITECTURE.md, Storage).
//!
//! What there is much of lies in immutable sorted files: see [`runs`]. They are written first. sled holds where the
//! blocks are, and which files there are; the first byte of a key says what. The blocks are written ahead of the
//! checkpoint, because nobody asks the index about heights above the checkpoint, and writing the same again does no
//! harm. The checkpoint's description follows, with the list of the files, all or nothing: see [`redo`].
//!
//! sled's own flush doesn't ask the disk to keep anything. So while the files may be ahead of what is durable, a mark
//! lies beside them; whoever opens an index with that mark checks every entry against the digest that the checkpoint
//! keeps, and every page of the runs against its checksum. The state is checked against the state root in any case, but
//! for its pages, which are checked when they are loaded. If anything was found to be wrong while the node ran, another
//! mark says so, and the next start reads every page, too. See [`Trust`].

mod contents;
mod import;
mod keys;
mod load;
mod months;
mod read;
pub(crate) mod redo;
mod runs;
mod write;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::{StateTree, Tip, View};
use lojal_types::{ChainId, Month};

use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::foundation::Foundation;
use crate::limits::{INDEX_ATTEMPTS_MAX, INDEX_CACHE_BYTES, INDEX_RELEASE_WAIT};
use crate::log::Position;
use crate::log::record::encode;
use crate::pace::StateRate;
use crate::pages::Pages;
use crate::trust::Trust;
pub(crate) use contents::Remembered;
pub(crate) use load::Checkpoint;
pub use load::IndexRebuilt;
pub(crate) use load::Trusted;
use runs::Runs;
pub(crate) use write::Snapshot;

const INDEX_VERSION: u32 = 10;
const RELEASE_POLL: Duration = Duration::from_millis(5);

/// The record that a checkpoint has of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Meta {
    pub(crate) chain_id: ChainId,
    /// The last block.
    pub(crate) tip: Tip,
    /// The place where the log goes on after it.
    pub(crate) position: Position,
    /// The digest over where all blocks up to it are, and over the ends of months.
    digest: Digest,
    /// The digest over the list of its files.
    files: Digest,
}

/// A digest over a set of entries that doesn't depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Digest {
    count: u64,
    sum: u128,
}

impl Digest {
    /// The digest of one entry.
    fn of(key: &[u8], value: &[u8]) -> Self {
        let mut digest = Self::default();
        digest.add(key, value);
        digest
    }

    fn add(&mut self, key: &[u8], value: &[u8]) {
        // No key is the start of another one of its kind, so key and value can't be split in two ways.
        let hash = lojal_types::hash::hash("lojal/index/v1", &[key, value]);
        let half = *hash.first_chunk().expect("32 bytes are more than 16");
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
    }

    /// Takes an entry out that was added.
    fn subtract(&mut self, key: &[u8], value: &[u8]) {
        let Self { count, sum } = Self::of(key, value);
        self.count = self.count.saturating_sub(count);
        self.sum = self.sum.wrapping_sub(sum);
    }
}

/// The checkpoint that the next one starts from.
pub(crate) struct Base {
    /// The state of the last checkpoint; empty before the first.
    pub(crate) tree: StateTree,
    pub(crate) shelves: BTreeMap<Month, StateTree>,
    pub(crate) digest: Digest,
    pub(crate) rate: StateRate,
}

impl Base {
    /// The base of the first checkpoint.
    pub(crate) fn empty() -> Self {
        let (tree, shelves) = (StateTree::new(), BTreeMap::new());
        Self { tree, shelves, digest: Digest::default(), rate: StateRate::UNKNOWN }
    }

    /// The base after a checkpoint of this state.
    fn of(view: &View, digest: Digest, rate: StateRate) -> Self {
        let shelves = view.shelves().iter().map(|(month, tree)| (month, tree.clone())).collect();
        Self { tree: view.tree().clone(), shelves, digest, rate }
    }

    /// Has it share its memory with a later state: pages that this has given up would stay here otherwise.
    pub(crate) fn share(&mut self, view: &View) {
        self.tree = self.tree.like(view.tree());
        for (month, tree) in &mut self.shelves {
            if let Some(later) = view.shelves().get(*month) {
                *tree = tree.like(later);
            }
        }
    }
}

/// The open index.
pub(crate) struct Index {
    db: sled::Db,
    runs: Runs,
    disk: Disk,
    path: PathBuf,
    redo: PathBuf,
    trust: Arc<Trust>,
    /// The snapshot on which log and index rest, if they rest on one.
    base: Foundation,
}

impl Index {
    /// Makes an empty index, durably, of a state of which so many bytes may be in memory.
    fn create(disk: &Disk, directory: &Path, state_cache_bytes: u64) -> Result<Self, StoreError> {
        // The attempts that are counted are those to open the one before, which may be gone while its mark is there.
        Trust::in_directory(disk, directory).clear()?;
        disk.remove(&redo_in(directory))?;
        let index = Self::open(disk, directory, state_cache_bytes)?;
        guarded(|| index.db.insert([keys::CREATED], encode(&INDEX_VERSION)))?;
        index.persist()?;
        index.trust.settle()?;
        Ok(index)
    }

    /// Opens the index of a data directory. It is marked as not verified.
    fn open(disk: &Disk, directory: &Path, state_cache_bytes: u64) -> Result<Self, StoreError> {
        let path = path_in(directory);
        let trust = Arc::new(Trust::in_directory(disk, directory));
        if trust.attempt()? > INDEX_ATTEMPTS_MAX {
            return Err(IndexError::Inconsistent("the process died every time that it was opened").into());
        }
        let db = open_sled(&path)?;
        let pages = Pages::new(Arc::clone(&trust), state_cache_bytes);
        let runs = Runs::new(disk, &path, pages)?;
        Ok(Self { db, runs, disk: disk.clone(), path, redo: redo_in(directory), trust, base: Foundation::default() })
    }

    /// The snapshot on which it and the log rest.
    pub(crate) fn foundation(&self) -> Foundation {
        self.base.clone()
    }

    /// The pages of the state.
    pub(crate) fn pages(&self) -> &Pages {
        &self.runs.pages
    }

    /// Makes everything written so far durable.
    fn persist(&self) -> Result<(), StoreError> {
        guarded(|| self.db.flush())?;
        self.disk.sync_tree(&self.path)?;
        self.path.parent().map_or(Ok(()), |above| self.disk.sync_directory(above))
    }

    /// Has the whole index checked at the next start.
    pub(crate) fn distrust(&self) {
        self.trust.distrust();
    }
}

fn path_in(directory: &Path) -> PathBuf {
    directory.join("index")
}

fn redo_in(directory: &Path) -> PathBuf {
    directory.join("index.redo")
}

/// Moves the index aside; returns where it is now, unless there was none.
pub(crate) fn move_aside(disk: &Disk, directory: &Path) -> Result<Option<PathBuf>, StoreError> {
    let path = path_in(directory);
    if !disk.exists(&path)? {
        return Ok(None);
    }
    let mut number = 1_u32;
    let aside = loop {
        let candidate = directory.join(format!("index.damaged-{number}"));
        if !disk.exists(&candidate)? {
            break candidate;
        }
        number = number.saturating_add(1);
    };
    disk.rename(&path, &aside)?;
    disk.sync_directory(directory)?;
    Ok(Some(aside))
}

/// Opens sled. Threads of its own may hold an index for a moment after the process has closed it.
fn open_sled(path: &Path) -> Result<sled::Db, IndexError> {
    let config = sled::Config::new().path(path).cache_capacity(INDEX_CACHE_BYTES).flush_every_ms(None);
    let start = Instant::now();
    loop {
        match guarded(|| config.open()) {
            Err(error) if is_held(&error) && start.elapsed() < INDEX_RELEASE_WAIT => thread::sleep(RELEASE_POLL),
            opened => return opened,
        }
    }
}

/// True if somebody has the index open: only this process can, because it has the lock of the data directory.
fn is_held(error: &IndexError) -> bool {
    let IndexError::Sled(sled::Error::Io(source)) = error else { return false };
    source.kind() == ErrorKind::Other && source.to_string().starts_with("could not acquire lock")
}

/// Runs something of sled's, which panics on some kinds of damage.
fn guarded<T>(work: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => Ok(done?),
        Err(panic) => Err(IndexError::Panicked(panic_text(&*panic))),
    }
}

/// The message of a panic.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
pub(crate) mod tests;
