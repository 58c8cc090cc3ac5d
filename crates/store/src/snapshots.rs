//! Snapshots of the state: kept when their block is committed, cut on a thread of their own, and read by whoever serves
//! them (protocol, Snapshots).
//!
//! A state that is to be cut is held from its commit on, and with it every page of it that lies on disk ([`Pin`]). Its
//! ids have to be in the index, so cutting begins after the next checkpoint, which is asked for at once. A node that
//! stops before it is done has no snapshot of that block; nobody waits for one.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Instant;

use lojal_chain::CommittedBlock;
use lojal_chain::light::SetChange;
use lojal_ledger::{StateTree, View};
use lojal_types::{Certificate, Genesis, Header, Height, Month};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::index::Remembered;
use crate::limits::{SNAPSHOT_READ_LATELY, SNAPSHOTS_KEPT};
use crate::pages::Pin;
use crate::pieces::{Pieces, PiecesAt, SNAPSHOTS};

const UNPOISONED: &str = "nobody panics while holding this lock";

/// A state that is to be cut.
pub(crate) struct Frozen {
    pub(crate) header: Header,
    pub(crate) certificate: Certificate,
    pub(crate) tree: StateTree,
    pub(crate) shelves: BTreeMap<Month, StateTree>,
    _pin: Pin,
}

impl Frozen {
    /// The state after a block, of which nothing is forgotten as long as the pin is there.
    pub(crate) fn new(block: &CommittedBlock, view: &View, pin: Pin) -> Self {
        Self {
            header: block.header.clone(),
            certificate: block.certificate.clone(),
            tree: view.tree().clone(),
            shelves: view.shelves().iter().map(|(month, tree)| (month, tree.clone())).collect(),
            _pin: pin,
        }
    }
}

/// A state whose ids are in the index, and where they are.
pub(crate) struct Ready {
    pub(crate) frozen: Frozen,
    pub(crate) remembered: Remembered,
}

/// The snapshots of a data directory.
pub(crate) struct Snapshots {
    pub(crate) disk: Disk,
    pub(crate) directory: PathBuf,
    inner: Mutex<Inner>,
    /// True once nothing more is cut.
    stop: AtomicBool,
}

#[derive(Default)]
struct Inner {
    /// The state whose ids the next checkpoint will write.
    frozen: Option<Frozen>,
    /// The state whose ids the running checkpoint writes.
    begun: Option<Frozen>,
    ready: Option<Ready>,
    /// Ascending.
    kept: Vec<Arc<Pieces>>,
    /// The moment at which the oldest was read last.
    oldest_read: Option<Instant>,
    thread: Option<JoinHandle<()>>,
}

impl Snapshots {
    /// Makes a new directory, or takes what one has of this network, and removes what was never finished.
    pub(crate) fn load(
        disk: &Disk,
        data: &Path,
        genesis: &Genesis,
        changes: &[Arc<SetChange>],
    ) -> Result<Self, StoreError> {
        let directory = data.join(SNAPSHOTS);
        disk.create_directory(&directory)?;
        PiecesAt::clean(disk, &directory)?;
        let mut kept = Vec::new();
        for height in PiecesAt::heights(disk, &directory)? {
            let at = PiecesAt::new(disk, &directory, height);
            match at.clone().open(genesis, changes) {
                Ok(pieces) => kept.push(Arc::new(pieces)),
                Err(error @ StoreError::SnapshotDamaged { .. }) => {
                    tracing::warn!(%error, "a snapshot is of no use and is removed");
                    at.remove()?;
                }
                Err(error) => return Err(error),
            }
        }
        let inner = Mutex::new(Inner { kept, ..Inner::default() });
        Ok(Self { disk: disk.clone(), directory, inner, stop: AtomicBool::new(false) })
    }

    /// True if a state waits for a checkpoint.
    pub(crate) fn is_waiting(&self) -> bool {
        self.inner().frozen.is_some()
    }

    /// Has the checkpoint that begins now write the ids of the state that waits; returns its main tree, since they must
    /// not be forgotten. A state that comes meanwhile doesn't take its place, or where states come faster than
    /// checkpoints are written, none would ever be cut.
    pub(crate) fn begin(&self) -> Option<StateTree> {
        let (before, tree) = {
            let mut inner = self.inner();
            let frozen = inner.frozen.take()?;
            let tree = frozen.tree.clone();
            (inner.begun.replace(frozen), tree)
        };
        drop(before);
        Some(tree)
    }

    /// Takes the state whose ids the checkpoint that is done has written.
    pub(crate) fn prepare(
        &self,
        remembered: impl FnOnce() -> Result<Remembered, StoreError>,
    ) -> Result<(), StoreError> {
        let Some(frozen) = self.inner().begun.take() else { return Ok(()) };
        let ready = Ready { frozen, remembered: remembered()? };
        let before = self.inner().ready.replace(ready);
        drop(before);
        Ok(())
    }

    /// Ends what is being cut, and waits for it.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let (thread, waiting) = {
            let mut inner = self.inner();
            (inner.thread.take(), (inner.frozen.take(), inner.begun.take(), inner.ready.take()))
        };
        drop(waiting);
        // One that has panicked has said so.
        let _ = thread.map(JoinHandle::join);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Takes in a state that is to be cut, instead of one for which no checkpoint has begun; not again what has been
    /// cut already.
    pub(crate) fn wait_for_ids(&self, frozen: Frozen) {
        let before = {
            let mut inner = self.inner();
            if inner.kept.last().is_some_and(|last| last.height() >= frozen.header.height) {
                return;
            }
            inner.frozen.replace(frozen)
        };
        // Freed where nobody waits for the lock.
        drop(before);
    }

    /// The state whose turn it is to be cut.
    pub(crate) fn take_ready(&self) -> Option<Ready> {
        self.inner().ready.take()
    }

    /// Begins to cut on a thread of its own, and what belongs to that, if there is something to do and none is busy.
    pub(crate) fn cut_beside(&self, has_more: bool, start: impl FnOnce() -> io::Result<JoinHandle<()>>) {
        let mut inner = self.inner();
        let is_busy = inner.thread.as_ref().is_some_and(|thread| !thread.is_finished());
        if is_busy || (inner.ready.is_none() && !has_more) {
            return;
        }
        match start() {
            Ok(thread) => inner.thread = Some(thread),
            Err(error) => tracing::warn!(%error, "there is no thread to cut a snapshot"),
        }
    }

    /// All that there are, the newest first.
    pub(crate) fn newest(&self) -> Vec<Arc<Pieces>> {
        self.inner().kept.iter().rev().cloned().collect()
    }

    /// The snapshot of a height, which somebody reads.
    pub(crate) fn read(&self, height: Height) -> Option<Arc<Pieces>> {
        let mut inner = self.inner();
        let at = inner.kept.iter().position(|pieces| pieces.height() == height)?;
        if at == 0 {
            inner.oldest_read = Some(Instant::now());
        }
        inner.kept.get(at).cloned()
    }

    /// Takes in a new snapshot. The oldest are offered no more, but for one that was read lately: they are returned,
    /// for their files to go, too.
    #[must_use]
    pub(crate) fn keep(&self, pieces: Pieces) -> Vec<Arc<Pieces>> {
        let mut gone = Vec::new();
        let mut inner = self.inner();
        inner.kept.push(Arc::new(pieces));
        let is_read = inner.oldest_read.is_some_and(|moment| moment.elapsed() < SNAPSHOT_READ_LATELY);
        let most = if is_read { SNAPSHOTS_KEPT + 1 } else { SNAPSHOTS_KEPT };
        while inner.kept.len() > most {
            gone.push(inner.kept.remove(0));
            inner.oldest_read = None;
        }
        gone
    }

    /// Gives a snapshot up of which something can't be read.
    pub(crate) fn give_up(&self, pieces: &Pieces, error: &StoreError) {
        tracing::warn!(%error, "a snapshot has rotted and is removed");
        self.inner().kept.retain(|kept| kept.height() != pieces.height());
        if let Err(error) = pieces.at().remove() {
            tracing::warn!(%error, "the snapshot can't be removed");
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect(UNPOISONED)
    }
}
