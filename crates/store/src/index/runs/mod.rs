//! Immutable sorted files beside sled: where transactions are and which concern an account, the runs; and files of
//! changes, the entries of the state and until when the latest transactions are valid.
//!
//! Every checkpoint writes those of its blocks, and makes one of the latest when they have become many. A file counts
//! from the moment that the checkpoint does which lists it, and is durable before; one that isn't listed is deleted at
//! the next start or checkpoint. Files of a kind follow each other without a gap, the oldest first.

mod build;
mod marks;
mod merge;
mod pages;
mod run;
mod state;

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::{Shelves, StateTree};
use lojal_types::{Address, Height, Month, TransactionId};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::placed::{Page, Placed};
use crate::tail::Layer;
use run::Run;
pub(crate) use run::RunInfo;
pub(crate) use state::{Change, Order, Part, StateChanges, StateInfo};

const UNPOISONED: &str = "nobody panics while holding this lock";

/// The files of a checkpoint; clones are cheap.
#[derive(Clone, Default)]
pub(crate) struct Files {
    /// Open.
    runs: Arc<[Arc<Run>]>,
    states: Arc<[StateInfo]>,
    /// By shelf.
    shelves: Arc<[StateInfo]>,
}

/// The list of files in a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct FileInfos {
    pub(crate) runs: Vec<RunInfo>,
    pub(crate) states: Vec<StateInfo>,
    /// Those of each shelf together, by month.
    pub(crate) shelves: Vec<StateInfo>,
}

impl Files {
    pub(super) fn infos(&self) -> FileInfos {
        let runs = self.runs.iter().map(|run| run.info).collect();
        FileInfos { runs, states: self.states.to_vec(), shelves: self.shelves.to_vec() }
    }
}

impl FileInfos {
    /// True if the files of each kind, and of each tree, follow each other, up to the checkpoint at most.
    pub(super) fn is_ordered(&self, checkpoint: Height) -> bool {
        let heights = |infos: &[StateInfo]| infos.iter().map(|info| (info.first, info.last)).collect::<Vec<_>>();
        let runs: Vec<_> = self.runs.iter().map(|info| (info.first, info.last)).collect();
        let shelves: Vec<&[StateInfo]> = by_shelf(&self.shelves).collect();
        let are_known = self.states.iter().all(|info| info.shelf.is_none())
            && self.shelves.iter().all(|info| info.shelf.is_some())
            && shelves.windows(2).all(|pair| pair[0][0].shelf < pair[1][0].shelf);
        let trees = shelves.into_iter().chain([&self.states[..]]).map(heights);
        are_known
            && trees.chain([runs]).all(|heights| {
                let follow = heights.windows(2).all(|pair| pair[0].1 < pair[1].0);
                follow && heights.iter().all(|(first, last)| first <= last && *last <= checkpoint)
            })
    }
}

/// The files of each shelf.
fn by_shelf(infos: &[StateInfo]) -> impl Iterator<Item = &[StateInfo]> {
    infos.chunk_by(|one, next| one.shelf == next.shelf)
}

/// The directory of the files, and those of the last checkpoint.
pub(crate) struct Runs {
    disk: Disk,
    directory: PathBuf,
    list: RwLock<Files>,
}

impl Runs {
    /// The directory of the runs of an index; none of them is open yet.
    pub(super) fn new(disk: &Disk, index: &Path) -> Result<Self, StoreError> {
        let directory = index.join("runs");
        disk.create_directory(&directory)?;
        Ok(Self { disk: disk.clone(), directory, list: RwLock::default() })
    }

    /// Opens the files of a checkpoint.
    pub(super) fn open(&self, infos: &FileInfos) -> Result<(), StoreError> {
        let open = |info: &RunInfo| Run::open(&self.disk, &self.directory, *info).map(Arc::new);
        let runs = infos.runs.iter().map(open).collect::<Result<_, _>>()?;
        self.set(Files { runs, states: infos.states.as_slice().into(), shelves: infos.shelves.as_slice().into() });
        Ok(())
    }

    /// Writes the files of some blocks, and merges what has to be merged, durably; returns the files that there are
    /// then. Nobody sees them before [`Runs::replace`].
    pub(super) fn add(
        &self,
        layer: &Layer,
        changes: StateChanges<'_>,
        shelves: (&Shelves, &Shelves),
    ) -> Result<Files, StoreError> {
        let before = self.list();
        let mut files = Files { runs: self.add_run(&before, layer)?, ..before.clone() };
        let heights = layer.blocks.first_key_value().zip(layer.blocks.last_key_value());
        if let Some(heights) = heights.map(|((first, _), (last, _))| (*first, *last)) {
            files.states = self.add_state(before.states.to_vec(), heights, changes)?.into();
            files.shelves = self.add_shelves(&before, heights, shelves)?.into();
        }
        self.disk.sync_directory(&self.directory)?;
        Ok(files)
    }

    /// The files of one tree with those of its changes.
    fn add_state(
        &self,
        mut states: Vec<StateInfo>,
        heights: (Height, Height),
        changes: StateChanges<'_>,
    ) -> Result<Vec<StateInfo>, StoreError> {
        states.push(state::write(&self.disk, &self.directory, heights, changes)?);
        if let Some(from) = state::first_to_merge(&states) {
            let merged = state::merge(&self.disk, &self.directory, &states[from..], from == 0)?;
            states.truncate(from);
            states.push(merged);
        }
        Ok(states)
    }

    /// The files of all shelves that there are: those that haven't changed stay, and those of a shelf that was dropped
    /// aren't listed any more.
    fn add_shelves(
        &self,
        before: &Files,
        heights: (Height, Height),
        (older, newer): (&Shelves, &Shelves),
    ) -> Result<Vec<StateInfo>, StoreError> {
        let (empty, mut all) = (StateTree::default(), Vec::new());
        for (month, newer) in newer.iter() {
            let infos: Vec<StateInfo> =
                before.shelves.iter().filter(|info| info.shelf == Some(month)).copied().collect();
            let older = older.get(month).unwrap_or(&empty);
            if older.root() == newer.root() {
                all.extend(infos);
                continue;
            }
            let changes = StateChanges { shelf: Some(month), older, newer, others: Vec::new() };
            all.extend(self.add_state(infos, heights, changes)?);
        }
        Ok(all)
    }

    fn add_run(&self, before: &Files, layer: &Layer) -> Result<Arc<[Arc<Run>]>, StoreError> {
        let Some(info) = build::build(&self.disk, &self.directory, layer)? else { return Ok(Arc::clone(&before.runs)) };
        let mut runs = before.runs.to_vec();
        runs.push(Arc::new(Run::open(&self.disk, &self.directory, info)?));
        let sizes: Vec<(u32, u32)> = runs.iter().map(|run| (run.info.transactions, run.info.postings)).collect();
        if let Some(from) = merge::first_to_merge(&sizes) {
            let merged = merge::merge(&self.disk, &self.directory, &runs[from..])?;
            runs.truncate(from);
            runs.push(Arc::new(Run::open(&self.disk, &self.directory, merged)?));
        }
        Ok(runs.into())
    }

    /// Has readers read these files from now on, those of a checkpoint that is durable.
    pub(super) fn replace(&self, list: Files) -> Result<(), StoreError> {
        self.set(list);
        self.clean()
    }

    /// Deletes the files that no checkpoint lists.
    pub(super) fn clean(&self) -> Result<(), StoreError> {
        let FileInfos { runs, states, shelves } = self.list().infos();
        let mut listed: Vec<String> = runs.iter().map(RunInfo::file_name).collect();
        listed.extend(states.iter().chain(&shelves).map(StateInfo::file_name));
        for name in self.disk.names(&self.directory)? {
            if !listed.contains(&name) {
                self.disk.remove(&self.directory.join(name))?;
            }
        }
        Ok(())
    }

    /// Reads every byte of every run. The other files are read at every start.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        self.list().runs.iter().try_for_each(|run| run.file.verify())
    }

    /// Goes through the transactions from a block on, in the order of the chain.
    pub(super) fn each_from(
        &self,
        first: Height,
        mut f: impl FnMut(Placed) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.list().runs.iter().try_for_each(|run| run.each_from(first, &mut f))
    }

    /// Goes through a part of the entries of the state and of what is recent, in their order.
    pub(super) fn each_entry(
        &self,
        part: Part,
        mut f: impl FnMut(&Order, &[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        state::each(&self.disk, &self.directory, &self.list().states, part, |order, key, value| {
            value.map_or(Ok(()), |value| f(order, key, value))
        })
    }

    /// Goes through a part of the records of each shelf, in their order, with its month.
    pub(super) fn each_shelved(
        &self,
        part: Part,
        mut f: impl FnMut(Month, &Order, &[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        for infos in by_shelf(&self.list().shelves) {
            let Some(month) = infos.first().and_then(|info| info.shelf) else { continue };
            state::each(&self.disk, &self.directory, infos, part, |order, key, value| {
                value.map_or(Ok(()), |value| f(month, order, key, value))
            })?;
        }
        Ok(())
    }

    /// A transaction.
    pub(super) fn transaction(&self, id: &TransactionId) -> Result<Option<Placed>, StoreError> {
        for run in self.list().runs.iter().rev() {
            if let Some(placed) = run.transaction(id)? {
                return Ok(Some(placed));
            }
        }
        Ok(None)
    }

    /// An account's transactions before a place, the newest first.
    pub(super) fn history(&self, account: &Address, before: (Height, u32), limit: usize) -> Result<Page, StoreError> {
        let mut page = Page::default();
        for run in self.list().runs.iter().rev() {
            page.extend(run.history(account, before, limit.saturating_sub(page.transactions.len()))?);
        }
        Ok(page)
    }

    /// Writes all entries anew; returns what a checkpoint lists then.
    #[cfg(test)]
    pub(super) fn rewrite_entries(&self, others: Vec<Change>) -> Result<FileInfos, StoreError> {
        let FileInfos { runs, states, shelves } = self.list().infos();
        let empty = StateTree::default();
        let entries = StateChanges { shelf: None, older: &empty, newer: &empty, others };
        let heights = (states[0].first, states[states.len() - 1].last);
        let states = vec![state::write(&self.disk, &self.directory, heights, entries)?];
        Ok(FileInfos { runs, states, shelves })
    }

    fn list(&self) -> Files {
        self.list.read().expect(UNPOISONED).clone()
    }

    fn set(&self, list: Files) {
        *self.list.write().expect(UNPOISONED) = list;
    }
}

#[cfg(test)]
mod tests;
