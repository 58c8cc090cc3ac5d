//! The index: a cache of the log, and the checkpoint of the state (ARCHITECTURE.md, Storage).
//!
//! What there is much of lies in immutable sorted files: see [`runs`]. They are written first. sled holds where the
//! blocks are, and which files there are; the first byte of a key says what. The blocks are written ahead of the
//! checkpoint, because nobody asks the index about heights above the checkpoint, and writing the same again does no
//! harm. The checkpoint's description follows, with the list of the files, all or nothing: see [`redo`].
//!
//! sled's own flush doesn't ask the disk to keep anything. So while the files may be ahead of what is durable, a
//! mark lies beside them; whoever opens an index with that mark checks every entry against the digest that the
//! checkpoint keeps, and every page of the sorted files against its checksum. The state is checked against the state
//! root in any case.

mod contents;
mod keys;
mod load;
mod read;
pub(crate) mod redo;
mod runs;
mod write;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::{StateTree, Tip, View};
use lojal_types::{ChainId, Height, Month};

use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::limits::{INDEX_ATTEMPTS_MAX, INDEX_CACHE_BYTES, INDEX_RELEASE_WAIT};
use crate::log::Position;
use crate::log::record::encode;
use crate::pace::StateRate;
pub(crate) use load::Checkpoint;
pub use load::IndexRebuilt;
use runs::Runs;
pub(crate) use write::Snapshot;

const INDEX_VERSION: u32 = 8;
const RELEASE_POLL: Duration = Duration::from_millis(5);

/// The record that a checkpoint has of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Meta {
    pub(crate) chain_id: ChainId,
    /// The last block.
    pub(crate) tip: Tip,
    /// The place where the log goes on after it.
    pub(crate) position: Position,
    /// The digest over where all blocks up to it are.
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
}

/// The checkpoint that the next one starts from.
pub(crate) struct Base {
    /// The state of the last checkpoint; empty before the first.
    pub(crate) tree: StateTree,
    pub(crate) shelves: BTreeMap<Month, StateTree>,
    pub(crate) digest: Digest,
    pub(crate) recent: RecentParts,
    pub(crate) rate: StateRate,
}

impl Base {
    /// The base of the first checkpoint.
    pub(crate) fn empty() -> Self {
        let (tree, shelves) = (StateTree::new(), BTreeMap::new());
        Self { tree, shelves, digest: Digest::default(), recent: RecentParts::new(), rate: StateRate::UNKNOWN }
    }

    /// The base after a checkpoint of this state.
    fn of(view: &View, digest: Digest, recent: RecentParts, rate: StateRate) -> Self {
        let shelves = view.shelves().iter().map(|(month, tree)| (month, tree.clone())).collect();
        Self { tree: view.tree().clone(), shelves, digest, recent, rate }
    }
}

/// The checkpoints of whose transactions some are remembered: the block of the first transaction of each, and the last
/// minute in which the validity of one ends.
pub(crate) type RecentParts = BTreeMap<Height, u64>;

/// The open index.
pub(crate) struct Index {
    db: sled::Db,
    runs: Runs,
    disk: Disk,
    path: PathBuf,
    mark: PathBuf,
    redo: PathBuf,
    distrusted: AtomicBool,
}

impl Index {
    /// Makes an empty index, durably.
    fn create(disk: &Disk, directory: &Path) -> Result<Self, StoreError> {
        // The attempts that are counted are those to open the one before, which may be gone while its mark is there.
        disk.remove(&mark_in(directory))?;
        disk.remove(&redo_in(directory))?;
        let index = Self::open(disk, directory)?;
        guarded(|| index.db.insert([keys::CREATED], encode(&INDEX_VERSION)))?;
        index.persist()?;
        index.trust()?;
        Ok(index)
    }

    /// Opens the index of a data directory. It is marked as not verified.
    fn open(disk: &Disk, directory: &Path) -> Result<Self, StoreError> {
        let path = path_in(directory);
        let mark = mark_in(directory);
        if disk.mark(&mark, b".")? > INDEX_ATTEMPTS_MAX {
            return Err(IndexError::Inconsistent("the process died every time that it was opened").into());
        }
        let db = open_sled(&path)?;
        let runs = Runs::new(disk, &path)?;
        let (disk, redo) = (disk.clone(), redo_in(directory));
        Ok(Self { db, runs, disk, path, mark, redo, distrusted: AtomicBool::new(false) })
    }

    /// Marks the index as ahead of what is durable.
    fn unsettle(&self) -> Result<(), StoreError> {
        self.disk.mark(&self.mark, b"").map(|_| ())
    }

    /// Makes everything written so far durable.
    fn persist(&self) -> Result<(), StoreError> {
        guarded(|| self.db.flush())?;
        self.disk.sync_tree(&self.path)?;
        self.path.parent().map_or(Ok(()), |above| self.disk.sync_directory(above))
    }

    /// Takes the mark away: everything is durable, and has been checked.
    fn trust(&self) -> Result<(), StoreError> {
        if !self.distrusted.load(Ordering::SeqCst) {
            self.disk.remove(&self.mark)?;
        }
        // It may have come to be distrusted between the two.
        if self.distrusted.load(Ordering::SeqCst) { self.unsettle() } else { Ok(()) }
    }

    /// Has the whole index checked at the next start.
    pub(crate) fn distrust(&self) {
        self.distrusted.store(true, Ordering::SeqCst);
        if let Err(error) = self.unsettle() {
            tracing::error!(%error, "the index can't be marked for a check at the next start");
        }
    }
}

fn path_in(directory: &Path) -> PathBuf {
    directory.join("index")
}

fn mark_in(directory: &Path) -> PathBuf {
    directory.join("index.unverified")
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
