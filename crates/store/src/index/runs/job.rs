//! A merge of large runs that goes on beside checkpoints, until one of them lists what it has made.
//!
//! If the process ends before that, the next start deletes its file, and the merge begins anew when it is due again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::folder::Folder;
use super::merge::{merge, merged_name};
use super::run::{Run, RunInfo};
use crate::disk::Disk;
use crate::error::StoreError;
use crate::index::panic_text;
use crate::pace::{Pace, give_way};

pub(super) struct MergeJob {
    disk: Disk,
    path: PathBuf,
    sources: Vec<RunInfo>,
    pace: Arc<Pace>,
    thread: Option<JoinHandle<Result<RunInfo, StoreError>>>,
}

impl MergeJob {
    /// Begins to make one run of several.
    ///
    /// # Errors
    /// When there can't be another thread.
    pub(super) fn start(folder: &Folder<'_>, runs: &[Arc<Run>], pace: Pace) -> Result<Self, StoreError> {
        let sources: Vec<RunInfo> = runs.iter().map(|run| run.info).collect();
        let (disk, pace, path) = (folder.disk, Arc::new(pace), folder.directory.join(merged_name(&sources)));
        let work = {
            let (disk, directory, pace) = (disk.clone(), folder.directory.to_owned(), Arc::clone(&pace));
            let runs = runs.to_vec();
            move || {
                give_way();
                let folder = Folder { disk: &disk, directory: &directory, pace: &pace };
                let merged = catch_unwind(AssertUnwindSafe(|| merge(&folder, &runs)));
                merged.unwrap_or_else(|panic| Err(StoreError::Thread(panic_text(&*panic))))
            }
        };
        let thread = thread::Builder::new().name("merge".to_owned()).spawn(work);
        let thread = thread.map_err(|error| StoreError::Thread(error.to_string()))?;
        Ok(Self { disk: disk.clone(), path, sources, pace, thread: Some(thread) })
    }

    /// The runs of which it makes one.
    pub(super) fn sources(&self) -> &[RunInfo] {
        &self.sources
    }

    /// The name of the file that it writes.
    pub(super) fn file_name(&self) -> String {
        merged_name(&self.sources)
    }

    pub(super) fn is_done(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits for it; returns the run, durable but for its name. After a failure nothing is left of it.
    pub(super) fn finish(mut self) -> Result<RunInfo, StoreError> {
        let thread = self.thread.take().ok_or(StoreError::Closed)?;
        // Its panics are caught where they happen.
        let merged = thread.join().unwrap_or(Err(StoreError::Closed));
        if merged.is_err() {
            self.clean();
        }
        merged
    }

    /// Removes what it has written.
    fn clean(&self) {
        if let Err(error) = self.disk.remove(&self.path) {
            tracing::debug!(%error, "what a merge has begun is left to the next start");
        }
    }
}

impl Drop for MergeJob {
    /// Gives it up.
    fn drop(&mut self) {
        self.pace.stop();
        let Some(thread) = self.thread.take() else { return };
        let _ = thread.join();
        self.clean();
    }
}
