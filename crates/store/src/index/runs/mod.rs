//! Where transactions are, and which concern an account: immutable sorted files beside sled, the runs.
//!
//! Every checkpoint writes the run of its blocks, and makes one of the latest runs when they have become many. A run
//! counts from the moment that the checkpoint does which lists it, and is durable before; a file that isn't listed is
//! deleted at the next start or checkpoint. Runs follow each other without a gap in transactions, the oldest first.

mod build;
mod merge;
mod pages;
mod run;

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use lojal_types::{Address, Height, TransactionId};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::reader::Placed;
use crate::tail::Layer;
use run::Run;
pub(crate) use run::RunInfo;

const UNPOISONED: &str = "nobody panics while holding this lock";

/// Open runs.
pub(crate) type RunList = Arc<[Arc<Run>]>;

/// The directory of the runs, and those of the last checkpoint.
pub(crate) struct Runs {
    disk: Disk,
    directory: PathBuf,
    list: RwLock<RunList>,
}

impl Runs {
    /// The directory of the runs of an index; none of them is open yet.
    pub(super) fn new(disk: &Disk, index: &Path) -> Result<Self, StoreError> {
        let directory = index.join("runs");
        disk.create_directory(&directory)?;
        Ok(Self { disk: disk.clone(), directory, list: RwLock::default() })
    }

    /// Opens the runs of a checkpoint.
    pub(super) fn open(&self, infos: &[RunInfo]) -> Result<(), StoreError> {
        let open = |info: &RunInfo| Run::open(&self.disk, &self.directory, *info).map(Arc::new);
        self.set(infos.iter().map(open).collect::<Result<_, _>>()?);
        Ok(())
    }

    /// Writes the run of some blocks, and merges what has to be merged, durably; returns the runs that there are then.
    /// Nobody sees them before [`Runs::replace`].
    pub(super) fn add(&self, layer: &Layer) -> Result<RunList, StoreError> {
        let list = self.list();
        let Some(info) = build::build(&self.disk, &self.directory, layer)? else { return Ok(list) };
        let mut runs = list.to_vec();
        runs.push(Arc::new(Run::open(&self.disk, &self.directory, info)?));
        let sizes: Vec<(u32, u32)> = runs.iter().map(|run| (run.info.transactions, run.info.postings)).collect();
        if let Some(from) = merge::first_to_merge(&sizes) {
            let merged = merge::merge(&self.disk, &self.directory, &runs[from..])?;
            runs.truncate(from);
            runs.push(Arc::new(Run::open(&self.disk, &self.directory, merged)?));
        }
        self.disk.sync_directory(&self.directory)?;
        Ok(runs.into())
    }

    /// Has readers read these runs from now on, those of a checkpoint that is durable.
    pub(super) fn replace(&self, list: RunList) -> Result<(), StoreError> {
        self.set(list);
        self.clean()
    }

    /// Deletes the files that no checkpoint lists.
    pub(super) fn clean(&self) -> Result<(), StoreError> {
        let listed: Vec<String> = self.list().iter().map(|run| run.info.file_name()).collect();
        for name in self.disk.names(&self.directory)? {
            if !listed.contains(&name) {
                self.disk.remove(&self.directory.join(name))?;
            }
        }
        Ok(())
    }

    /// Reads every byte of every run.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        self.list().iter().try_for_each(|run| run.file.verify())
    }

    /// A transaction.
    pub(super) fn transaction(&self, id: &TransactionId) -> Result<Option<Placed>, StoreError> {
        for run in self.list().iter().rev() {
            if let Some(placed) = run.transaction(id)? {
                return Ok(Some(placed));
            }
        }
        Ok(None)
    }

    /// An account's transactions before a place, the newest first.
    pub(super) fn history(
        &self,
        account: &Address,
        before: (Height, u32),
        limit: usize,
    ) -> Result<Vec<Placed>, StoreError> {
        let mut found = Vec::new();
        for run in self.list().iter().rev() {
            found.extend(run.history(account, before, limit.saturating_sub(found.len()))?);
        }
        Ok(found)
    }

    fn list(&self) -> RunList {
        Arc::clone(&self.list.read().expect(UNPOISONED))
    }

    fn set(&self, list: RunList) {
        *self.list.write().expect(UNPOISONED) = list;
    }
}

#[cfg(test)]
mod tests;
