//! The heights known to be damaged in the log of a running node, below its end.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use lojal_types::Height;
use tokio::sync::watch;

use crate::error::StoreError;
use crate::limits::DAMAGED_HEIGHTS_MAX;

/// The heights of which the log can't be read, and what has become of others. Whoever reads notes them.
#[derive(Debug)]
pub(crate) struct Damage {
    heights: watch::Sender<BTreeSet<Height>>,
    found: AtomicU64,
    mended: AtomicU64,
    /// The height up to which the log has been read through in the current pass, and how many passes there have been.
    pub(crate) scrubbed: AtomicU64,
    pub(crate) scrubs: AtomicU64,
}

impl Default for Damage {
    fn default() -> Self {
        let heights = watch::Sender::new(BTreeSet::new());
        Self {
            heights,
            found: AtomicU64::new(0),
            mended: AtomicU64::new(0),
            scrubbed: AtomicU64::new(0),
            scrubs: AtomicU64::new(0),
        }
    }
}

impl Damage {
    /// Takes note of a height that can't be read, and raises the alarm unless it is known. Faults of the index are none
    /// of the log.
    pub(crate) fn note(&self, height: Height, error: &StoreError) {
        if !matches!(error, StoreError::Damaged { .. } | StoreError::Io { .. }) {
            return;
        }
        let is_new =
            self.heights.send_if_modified(|heights| heights.len() < DAMAGED_HEIGHTS_MAX && heights.insert(height));
        if is_new {
            self.found.fetch_add(1, Ordering::Relaxed);
            let reason = error.at_rest();
            tracing::error!(
                %height, %reason,
                "the block log has rotted at this height: it is fetched from a peer and put right, and the node goes \
                 on; if this comes again, replace the disk"
            );
        }
    }

    /// A height can be read again, because it was put right or because it only could not be read for a moment.
    pub(crate) fn clear(&self, height: Height, is_mended: bool) {
        let was_known = self.heights.send_if_modified(|heights| heights.remove(&height));
        if was_known && is_mended {
            self.mended.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Forgets heights below one: their blocks are gone, damaged or not.
    pub(crate) fn forget_below(&self, first: Height) {
        self.heights.send_if_modified(|heights| {
            let kept = heights.split_off(&first);
            let has_changed = !heights.is_empty();
            *heights = kept;
            has_changed
        });
    }

    /// Follows the set of damaged heights: as it is now, and as it changes.
    pub(crate) fn watch(&self) -> watch::Receiver<BTreeSet<Height>> {
        self.heights.subscribe()
    }

    /// The numbers of heights that are damaged, were found to be, and were put right.
    pub(crate) fn counts(&self) -> (u64, u64, u64) {
        let now = self.heights.borrow().len() as u64;
        (now, self.found.load(Ordering::Relaxed), self.mended.load(Ordering::Relaxed))
    }
}
