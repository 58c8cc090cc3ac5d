//! The data that the writer, the readers and the checkpoint thread share.

use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use lojal_chain::CommittedBlock;
use lojal_types::Genesis;
use tokio::sync::{broadcast, watch};

use crate::damage::Damage;
use crate::error::StoreError;
use crate::foundation::Foundation;
use crate::index::{Base, Index};
use crate::log::segment::LogDirectory;
use crate::log::writer::LogCounters;
use crate::older::Older;
use crate::options::Options;
use crate::sets::Sets;
use crate::snapshots::Snapshots;
use crate::tail::Tail;

const UNPOISONED: &str = "nobody panics while holding this lock";

/// The messages to the checkpoint thread, and from it.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    /// True if a checkpoint is due.
    pub(crate) due: bool,
    /// True once the store is closed, or nobody uses it any more.
    pub(crate) stop: bool,
}

/// Locks are taken in the order `base`, `signal`, `tail`.
pub(crate) struct Shared {
    pub(crate) genesis: Genesis,
    pub(crate) options: Options,
    pub(crate) log: LogDirectory,
    pub(crate) log_counters: Arc<LogCounters>,
    pub(crate) checkpoints: AtomicU64,
    /// The moment of the last checkpoint, or else of the opening.
    checkpoint_at: Mutex<Instant>,
    /// The number of those who wait for a checkpoint.
    pub(crate) waiting: Arc<AtomicU32>,
    pub(crate) index: Index,
    pub(crate) sets: Sets,
    /// The snapshot on which the log rests, unless it begins with the first block.
    pub(crate) foundation: Foundation,
    /// The blocks before it that were fetched.
    pub(crate) older: Older,
    /// True if the log may have more than is kept.
    pub(crate) prune_due: AtomicBool,
    pub(crate) snapshots: Snapshots,
    pub(crate) damage: Damage,
    /// Held by whoever writes over what has rotted.
    pub(crate) mending: Mutex<()>,
    /// Held by whoever writes a checkpoint.
    base: Mutex<Base>,
    signal: Mutex<Signal>,
    /// Waited on with `signal`.
    pub(crate) changed: Condvar,
    tail: RwLock<Tail>,
    pub(crate) blocks: broadcast::Sender<Arc<CommittedBlock>>,
    pub(crate) failure: watch::Sender<Option<Arc<StoreError>>>,
    /// Last, so that it is let go after everything else.
    _lock: File,
}

/// The parts of a [`Shared`] that [`open`](crate::open) brings.
pub(crate) struct Parts {
    pub(crate) genesis: Genesis,
    pub(crate) options: Options,
    pub(crate) log: LogDirectory,
    pub(crate) index: Index,
    pub(crate) sets: Sets,
    pub(crate) foundation: Foundation,
    pub(crate) older: Older,
    pub(crate) snapshots: Snapshots,
    pub(crate) base: Base,
    pub(crate) tail: Tail,
    pub(crate) lock: File,
}

impl Shared {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            genesis: parts.genesis,
            options: parts.options,
            log: parts.log,
            log_counters: Arc::default(),
            checkpoints: AtomicU64::new(0),
            checkpoint_at: Mutex::new(Instant::now()),
            waiting: Arc::default(),
            index: parts.index,
            sets: parts.sets,
            foundation: parts.foundation,
            older: parts.older,
            // An earlier process may not have come to the end of it.
            prune_due: AtomicBool::new(true),
            snapshots: parts.snapshots,
            damage: Damage::default(),
            mending: Mutex::default(),
            base: Mutex::new(parts.base),
            signal: Mutex::default(),
            changed: Condvar::new(),
            tail: RwLock::new(parts.tail),
            blocks: broadcast::Sender::new(crate::limits::SUBSCRIPTION_BLOCKS_MAX),
            failure: watch::Sender::new(None),
            _lock: parts.lock,
        }
    }

    /// A checkpoint has been written.
    pub(crate) fn count_checkpoint(&self) {
        self.checkpoints.fetch_add(1, Ordering::Relaxed);
        *self.checkpoint_at.lock().expect(UNPOISONED) = Instant::now();
    }
    /// The time since the last checkpoint, or since the opening if there was none.
    pub(crate) fn checkpoint_age(&self) -> Duration {
        self.checkpoint_at.lock().expect(UNPOISONED).elapsed()
    }
    pub(crate) fn base(&self) -> MutexGuard<'_, Base> {
        self.base.lock().expect(UNPOISONED)
    }
    pub(crate) fn signal(&self) -> MutexGuard<'_, Signal> {
        self.signal.lock().expect(UNPOISONED)
    }
    pub(crate) fn wait<'a>(&self, signal: MutexGuard<'a, Signal>) -> MutexGuard<'a, Signal> {
        self.changed.wait(signal).expect(UNPOISONED)
    }
    pub(crate) fn tail(&self) -> RwLockReadGuard<'_, Tail> {
        self.tail.read().expect(UNPOISONED)
    }
    pub(crate) fn tail_mut(&self) -> RwLockWriteGuard<'_, Tail> {
        self.tail.write().expect(UNPOISONED)
    }
}

/// Somebody who waits for a checkpoint, counted.
pub(crate) struct Waiting<'a>(&'a AtomicU32);

impl<'a> Waiting<'a> {
    pub(crate) fn new(count: &'a AtomicU32) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
