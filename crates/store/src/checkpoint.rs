//! Checkpoints: when they are due, and the thread that writes them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use lojal_ledger::View;
use lojal_types::{Height, Month};

use crate::error::StoreError;
use crate::index::{Base, Snapshot, panic_text};
use crate::limits::{CHECKPOINTS_BEHIND_MAX, PACE_INTERVAL_PARTS};
use crate::options::Checkpoints;
use crate::pace::{Pace, give_way};
use crate::shared::{Shared, Signal, Waiting};

impl Shared {
    /// Writes everything up to the last block to the index, as fast as it goes; returns that block's height. After a
    /// failure there are no more checkpoints: the log has everything, and the next start sorts out the index.
    pub(crate) fn checkpoint(&self) -> Result<Height, StoreError> {
        let _waiting = Waiting::new(&self.waiting);
        self.checkpoint_by_and_by()
    }

    /// The same, and with it all that could go on beside it, since there is nobody whom that would hinder.
    pub(crate) fn checkpoint_with_all(&self) -> Result<Height, StoreError> {
        self.checkpoint_from(self.base(), &Pace::at_once())
    }

    /// The same as long as nobody waits for it, but so that others hardly notice.
    fn checkpoint_by_and_by(&self) -> Result<Height, StoreError> {
        let base = self.base();
        let due = (self.options.checkpoint_bytes, self.until_due() / PACE_INTERVAL_PARTS);
        let pace = match self.options.checkpoints {
            Checkpoints::Thread => Pace::steady(&self.log_counters, due, &self.waiting),
            Checkpoints::Inline => Pace::at_once(),
        };
        self.checkpoint_from(base, &pace)
    }

    /// The time in which a checkpoint is due where the log hardly grows: sooner where the next state is cut sooner.
    fn until_due(&self) -> Duration {
        let cut_interval_ms = self.tail().view.parameters().snapshot_interval_ms;
        self.options.checkpoint_interval.min(Duration::from_millis(cut_interval_ms))
    }

    fn checkpoint_from(&self, mut base: MutexGuard<'_, Base>, pace: &Pace) -> Result<Height, StoreError> {
        if let Some(failure) = self.failure.borrow().clone() {
            return Err(StoreError::Checkpoint(failure));
        }
        let Some(snapshot) = self.freeze() else { return Ok(self.tail().checkpoint) };
        let last = std::mem::replace(&mut *base, Base::empty());
        let shelves: Vec<(Month, u64)> = last.shelves.iter().map(|(month, tree)| (*month, tree.len())).collect();
        let written = catch_unwind(AssertUnwindSafe(|| self.index.write(last, &snapshot, pace)));
        let written = written.unwrap_or_else(|panic| Err(StoreError::Thread(panic_text(&*panic))));
        match written {
            Ok(next) => *base = next,
            Err(error) => {
                let failure = Arc::new(error);
                self.fail(Arc::clone(&failure));
                return Err(StoreError::Checkpoint(failure));
            }
        }
        tell(&shelves, &snapshot.view);
        let height = snapshot.view.tip().height;
        let frozen = {
            let mut tail = self.tail_mut();
            tail.checkpoint = height;
            tail.frozen.take()
        };
        self.count_checkpoint();
        self.notify();
        let view = self.tail().view.clone();
        base.share(&view);
        // A snapshot that can't be cut is none of the checkpoint's faults.
        if let Err(error) = self.snapshots.prepare(|| self.index.remembered()) {
            tracing::error!(%error, "no snapshot is cut");
        }
        // Freeing many entries takes a while, so it is done without a lock that anybody else waits for.
        drop((frozen, snapshot, view));
        Ok(height)
    }

    /// Sets the blocks since the last checkpoint aside, unless there are none.
    fn freeze(&self) -> Option<Snapshot> {
        let mut tail = self.tail_mut();
        if tail.active.blocks.is_empty() {
            return None;
        }
        let layer = Arc::new(std::mem::take(&mut tail.active));
        tail.frozen = Some(Arc::clone(&layer));
        let waiting = self.snapshots.begin();
        let (view, before) = (tail.view.clone(), tail.before.clone());
        let set_changes = self.sets.count_to(view.tip().height);
        Some(Snapshot { layer, view, before, position: tail.position, waiting, set_changes })
    }

    /// Tells everybody that there will be no more checkpoints.
    fn fail(&self, failure: Arc<StoreError>) {
        self.index.distrust();
        self.failure.send_replace(Some(failure));
        self.notify();
    }

    /// Wakes the thread and the writer.
    fn notify(&self) {
        let _signal = self.signal();
        self.changed.notify_all();
    }

    /// Has a checkpoint written if enough blocks have come.
    pub(crate) fn ask_for_checkpoint(&self) {
        let is_due = self.tail().active.block_bytes >= self.options.checkpoint_bytes || self.snapshots.is_waiting();
        match self.options.checkpoints {
            Checkpoints::Thread if is_due => {
                self.signal().due = true;
                self.changed.notify_all();
            }
            // Whoever commits the next block is told of a failure, and whoever waits for one.
            Checkpoints::Inline if is_due => {
                log_failure(&self.checkpoint());
                self.cut();
            }
            Checkpoints::Thread | Checkpoints::Inline => (),
        }
    }

    /// Waits until the running checkpoint is done, if too much has come meanwhile.
    pub(crate) fn wait_for_room(&self) -> Result<(), StoreError> {
        // With nothing to write, no checkpoint makes room.
        let bytes_max = self.options.checkpoint_bytes.saturating_mul(CHECKPOINTS_BEHIND_MAX).max(1);
        let mut signal = self.signal();
        let mut waiting = None;
        loop {
            if let Some(failure) = self.failure.borrow().clone() {
                return Err(StoreError::Checkpoint(failure));
            }
            if signal.stop {
                return Err(StoreError::Closed);
            }
            let is_inline = self.options.checkpoints == Checkpoints::Inline;
            if is_inline || self.tail().active.block_bytes < bytes_max {
                return Ok(());
            }
            signal.due = true;
            waiting.get_or_insert_with(|| Waiting::new(&self.waiting));
            self.changed.notify_all();
            signal = self.wait(signal);
        }
    }
}

/// The thread; it ends when the store is closed, or when nobody has this any more.
pub(crate) struct CheckpointThread {
    shared: Arc<Shared>,
    handle: Mutex<Option<JoinHandle<()>>>,
}

impl CheckpointThread {
    /// Starts it, if it is the one that writes the checkpoints.
    pub(crate) fn start(shared: &Arc<Shared>, checkpoints: Checkpoints) -> Result<Self, StoreError> {
        if checkpoints == Checkpoints::Inline {
            return Ok(Self { shared: Arc::clone(shared), handle: Mutex::new(None) });
        }
        let of_thread = Arc::clone(shared);
        let handle = thread::Builder::new()
            .name("checkpoint".to_owned())
            .spawn(move || run(&of_thread))
            .map_err(|error| StoreError::Thread(error.to_string()))?;
        Ok(Self { shared: Arc::clone(shared), handle: Mutex::new(Some(handle)) })
    }

    /// Ends the thread and waits for it.
    pub(crate) fn stop(&self) {
        let _waiting = Waiting::new(&self.shared.waiting);
        self.shared.signal().stop = true;
        self.shared.changed.notify_all();
        let handle = self.handle.lock().expect("nobody panics while holding this lock").take();
        // Its panics are caught where they happen.
        let _ = handle.map(JoinHandle::join);
        self.shared.snapshots.stop();
    }
}

impl Drop for CheckpointThread {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(shared: &Arc<Shared>) {
    give_way();
    while wait_until_due(shared, shared.options.checkpoint_interval) {
        let written = shared.checkpoint_by_and_by();
        log_failure(&written);
        if written.is_err() {
            return;
        }
        shared.cut_beside();
    }
}

/// Logs how large the state of a checkpoint is, and which shelves have been dropped since the one before.
fn tell(before: &[(Month, u64)], view: &View) {
    let (height, records, references) = (view.tip().height, view.tree().len(), view.shelves().len());
    tracing::info!(%height, records, references, "checkpoint");
    for (month, references) in before.iter().filter(|(month, _)| view.shelves().get(*month).is_none()) {
        tracing::info!(%month, references, "the shelf of a month has been dropped");
    }
}

fn log_failure(written: &Result<Height, StoreError>) {
    if let Err(error) = written {
        tracing::error!(%error, "the checkpoint failed");
    }
}

/// Waits; false when the thread has to end.
fn wait_until_due(shared: &Shared, interval: Duration) -> bool {
    let signal = shared.signal();
    let idle = |signal: &mut Signal| !signal.due && !signal.stop;
    let (mut signal, _) =
        shared.changed.wait_timeout_while(signal, interval, idle).expect("nobody panics while holding this lock");
    signal.due = false;
    !signal.stop
}
