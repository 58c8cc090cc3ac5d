//! The moment at which a state is kept to be cut, and the thread that cuts it, and gives up
//! blocks.

mod cut;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use lojal_chain::CommittedBlock;
use lojal_chain::snapshot::is_cut_after;

use crate::pace::give_way;
use crate::shared::Shared;
use crate::snapshots::{Frozen, Ready};
use cut::Cut;

impl Shared {
    /// Keeps the state after a block that was committed just now, if it is to be cut, and has its ids written.
    pub(crate) fn freeze_if_cut(&self, block: &CommittedBlock) {
        if !self.options.snapshots || self.snapshots.is_stopped() {
            return;
        }
        let view = {
            let tail = self.tail();
            let (before, after) = (&tail.before, tail.view.tip());
            let interval_ms = before.parameters().snapshot_interval_ms;
            if !is_cut_after(before.tip().time_ms, after.time_ms, interval_ms) {
                return;
            }
            tail.view.clone()
        };
        self.snapshots.wait_for_ids(Frozen::new(block, &view, self.index.pages().pin()));
    }

    /// Cuts the state whose turn it is, on this thread, and then gives up the blocks that need not be kept any more.
    pub(crate) fn cut(&self) {
        self.cut_next();
        if self.prune_due.load(Ordering::Relaxed) && !self.snapshots.is_stopped() {
            match self.prune() {
                Ok(is_done) => self.prune_due.store(!is_done, Ordering::Relaxed),
                // The next checkpoint tries again.
                Err(error) => tracing::error!(%error, "blocks that need not be kept can't be given up"),
            }
        }
    }

    fn cut_next(&self) {
        let Some(Ready { frozen, remembered }) = self.snapshots.take_ready() else { return };
        let height = frozen.header.height;
        match Cut::new(self, frozen, remembered).run() {
            Ok(Some(pieces)) => {
                let (chunks, ids) = pieces.manifest().bytes();
                tracing::info!(%height, chunk_bytes = chunks, id_bytes = ids, "cut a snapshot");
                let now = pieces.header().time_ms;
                if let Err(error) = self.retire(&self.snapshots.keep(pieces), now) {
                    tracing::error!(%error, "an older snapshot can't be put away");
                }
                self.prune_due.store(true, Ordering::Relaxed);
            }
            // The node stops.
            Ok(None) => {}
            Err(error) => tracing::error!(%height, %error, "no snapshot was cut"),
        }
    }

    /// Begins to cut the state whose turn it is on a thread of its own, unless that is busy.
    pub(crate) fn cut_beside(self: &Arc<Self>) {
        self.snapshots.cut_beside(self.prune_due.load(Ordering::Relaxed), || {
            let shared = Arc::clone(self);
            thread::Builder::new().name("snapshot".to_owned()).spawn(move || {
                give_way();
                shared.cut();
            })
        });
    }
}
