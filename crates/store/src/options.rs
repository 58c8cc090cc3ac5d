//! The settings by which a store is opened: repairs, checkpoints, sizes, and the disk below it.

use std::time::Duration;

use crate::disk::Disk;
use crate::limits::{CHECKPOINT_BYTES, CHECKPOINT_INTERVAL, SEGMENT_BYTES_MAX, STATE_CACHE_BYTES};
use crate::retain::Retain;

/// The settings by which a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// True if a damaged log is cut where the damage begins; what is cut off stays beside it as `*.damaged`.
    pub repair: bool,
    /// The writer of the checkpoints that are due.
    pub checkpoints: Checkpoints,
    /// Bytes of log after which a checkpoint is due.
    pub checkpoint_bytes: u64,
    /// Time after which a checkpoint is due; of no meaning for [`Checkpoints::Inline`].
    pub checkpoint_interval: Duration,
    /// Size after which a segment of the log is closed at the next commit, in bytes.
    pub segment_bytes_max: u64,
    /// True if the state is cut into snapshots when its time has come.
    pub snapshots: bool,
    /// The blocks that are kept.
    pub retain: Retain,
    /// True if segments of the log that are not kept go to the archive beside it.
    pub archives: bool,
    /// True if blocks before the base are fetched, as far as they are to be kept.
    pub backfills: bool,
    /// Bytes of pages of the state above which some of them are given up in memory.
    pub state_cache_bytes: u64,
    /// The disk of the files.
    pub disk: Disk,
}

/// The writer of the checkpoints that are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoints {
    /// A thread of the store's, so that the writer need not wait.
    Thread,
    /// The writer itself, when it publishes the block that makes one due: everything happens in one order, for
    /// simulations.
    Inline,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            repair: false,
            checkpoints: Checkpoints::Thread,
            checkpoint_bytes: CHECKPOINT_BYTES,
            checkpoint_interval: CHECKPOINT_INTERVAL,
            segment_bytes_max: SEGMENT_BYTES_MAX,
            snapshots: true,
            retain: Retain::All,
            archives: true,
            backfills: false,
            state_cache_bytes: STATE_CACHE_BYTES,
            disk: Disk::real(),
        }
    }
}
