use std::time::Duration;

use crate::limits::{CHECKPOINT_BYTES, CHECKPOINT_INTERVAL};

/// How to open a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether a damaged log is cut where the damage begins; what is cut off stays beside it as `*.damaged`.
    pub repair: bool,
    /// Bytes of log after which a checkpoint is due.
    pub checkpoint_bytes: u64,
    /// Time after which a checkpoint is due.
    pub checkpoint_interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { repair: false, checkpoint_bytes: CHECKPOINT_BYTES, checkpoint_interval: CHECKPOINT_INTERVAL }
    }
}
