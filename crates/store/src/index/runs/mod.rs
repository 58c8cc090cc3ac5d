//! Immutable sorted files beside sled: where transactions are and which concern an account, the runs; files of pages of
//! the state; and until when the latest transactions are valid.
//!
//! Every checkpoint writes those of its blocks, and makes one of the latest when they have become many. A file counts
//! from the moment that the checkpoint does which lists it, and is durable before; one that isn't listed is deleted at
//! the next start or checkpoint. Files of a kind follow each other without a gap, the oldest first.

mod build;
mod due;
mod folder;
mod import;
mod job;
mod latest;
mod live;
mod marks;
mod merge;
mod onward;
mod pages;
mod recent;
mod renewal;
mod run;
mod span;
mod state;
mod trees;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::{Shelves, StateTree};
use lojal_types::{Address, Height, Month, TransactionId};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::limits::CHECKPOINT_MERGE_BYTES;
use crate::pace::Pace;
use crate::pages::Pages;
use crate::placed::{Page, Placed};
use crate::tail::Layer;
use due::Due;
use folder::Folder;
use job::MergeJob;
pub(super) use latest::RecentRuns;
pub(crate) use recent::RecentInfo;
pub(crate) use renewal::StateChanges;
use run::Run;
pub(crate) use run::RunInfo;
pub(crate) use state::StateInfo;
use trees::OpenTree;

const UNPOISONED: &str = "nobody panics while holding this lock";

/// The files of a checkpoint; clones are cheap.
#[derive(Clone, Default)]
pub(crate) struct Files {
    /// Open.
    runs: Arc<[Arc<Run>]>,
    states: Arc<[StateInfo]>,
    /// By shelf.
    shelves: Arc<[StateInfo]>,
    recent: Arc<[RecentInfo]>,
}

/// The list of files in a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct FileInfos {
    pub(crate) runs: Vec<RunInfo>,
    pub(crate) states: Vec<StateInfo>,
    /// Those of each shelf together, by month.
    pub(crate) shelves: Vec<StateInfo>,
    pub(crate) recent: Vec<RecentInfo>,
}

fn infos(runs: &[Arc<Run>]) -> Vec<RunInfo> {
    runs.iter().map(|run| run.info).collect()
}

impl Files {
    pub(super) fn infos(&self) -> FileInfos {
        let (states, shelves, recent) = (self.states.to_vec(), self.shelves.to_vec(), self.recent.to_vec());
        FileInfos { runs: infos(&self.runs), states, shelves, recent }
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
        let are_complete = shelves.iter().chain([&&self.states[..]]).all(|infos| renewal::are_complete(infos));
        let trees = shelves.into_iter().chain([&self.states[..]]).map(heights);
        let recent_follow = self.recent.windows(2).all(|pair| pair[0].first < pair[1].first)
            && self.recent.last().is_none_or(|info| info.first <= checkpoint);
        are_known
            && are_complete
            && recent_follow
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
    /// The pages of the state, with their places.
    pub(super) pages: Pages,
    list: RwLock<Files>,
    /// The merge that goes on beside checkpoints.
    job: Mutex<Option<MergeJob>>,
    /// The bytes up to which a merge is a part of a checkpoint that has a pace.
    pub(super) checkpoint_merge_bytes: u64,
}

impl Runs {
    /// The directory of the runs of an index; none of them is open yet.
    pub(super) fn new(disk: &Disk, index: &Path, pages: Pages) -> Result<Self, StoreError> {
        let directory = index.join("runs");
        disk.create_directory(&directory)?;
        let (disk, list, job) = (disk.clone(), RwLock::default(), Mutex::default());
        Ok(Self { disk, directory, pages, list, job, checkpoint_merge_bytes: CHECKPOINT_MERGE_BYTES })
    }

    /// Opens the files of a checkpoint.
    pub(super) fn open(&self, infos: &FileInfos) -> Result<(), StoreError> {
        let open = |info: &RunInfo| Run::open(&self.disk, &self.directory, *info).map(Arc::new);
        let runs = infos.runs.iter().map(open).collect::<Result<_, _>>()?;
        let (states, shelves) = (infos.states.as_slice().into(), infos.shelves.as_slice().into());
        self.set(Files { runs, states, shelves, recent: infos.recent.as_slice().into() });
        Ok(())
    }

    /// Writes the files of some blocks, and merges what has to be merged, durably; returns the files that there are
    /// then: without runs of which no block from `kept` on, and nothing that is remembered, is. Nobody sees them before
    /// [`Runs::replace`], but for the pages.
    pub(super) fn add(
        &self,
        layer: &Layer,
        changes: StateChanges<'_>,
        shelves: (BTreeMap<Month, StateTree>, &Shelves),
        (is_remembered, kept): (impl FnMut(u32) -> Result<bool, StoreError>, Height),
        pace: &Pace,
    ) -> Result<Files, StoreError> {
        let before = self.list();
        let folder = Folder { disk: &self.disk, directory: &self.directory, pace };
        let runs = pace.aside(|| self.add_run(&folder, &before, layer))?;
        let mut files = Files { runs, ..before.clone() };
        let heights = layer.blocks.first_key_value().zip(layer.blocks.last_key_value());
        if let Some(heights) = heights.map(|((first, _), (last, _))| (*first, *last)) {
            let pages = &self.pages;
            files.states = trees::add(&folder, pages, before.states.to_vec(), heights, changes)?.into();
            files.shelves = trees::add_shelves(&folder, pages, &before.shelves, heights, shelves)?.into();
        }
        let first = layer.transactions().first().map(|placed| placed.height);
        let recent = || recent::add(&folder, &before.recent, first, layer.minutes(), is_remembered);
        files.recent = pace.aside(recent)?.into();
        let needed = files.recent.first().map_or(kept, |recent| recent.first.min(kept));
        files.runs = files.runs[due::gone(&infos(&files.runs), &self.merging(), needed)..].into();
        self.disk.sync_directory(&self.directory)?;
        Ok(files)
    }

    /// The runs with that of some blocks. When they have become many, small ones are made one now, and large ones
    /// beside this checkpoint and later ones. What couldn't be done beside checkpoints is done now: if it fails again,
    /// so does the checkpoint.
    fn add_run(&self, folder: &Folder<'_>, before: &Files, layer: &Layer) -> Result<Arc<[Arc<Run>]>, StoreError> {
        let open = |info| Run::open(&self.disk, &self.directory, info).map(Arc::new);
        let mut runs = before.runs.to_vec();
        // Nothing is written while the lock is held: whoever closes the store takes it even after a panic.
        let done = self.job().take_if(|job| job.is_done());
        let mut now_bytes_max = self.now_bytes_max(folder.pace);
        if let Some(done) = done {
            let place = due::place(&infos(&runs), done.sources());
            match done.finish() {
                Ok(merged) => drop(runs.splice(place, [open(merged)?])),
                Err(error) => {
                    tracing::warn!(%error, "files could not be merged beside checkpoints");
                    now_bytes_max = None;
                }
            }
        }
        if let Some(info) = build::build(folder, layer)? {
            runs.push(open(info)?);
        }
        let from = match due::next(&infos(&runs), &self.merging(), now_bytes_max) {
            Due::Nothing => return Ok(runs.into()),
            Due::Now(from) => from,
            Due::Beside(from) if self.merge_beside(folder, &runs[from..]) => return Ok(runs.into()),
            Due::Beside(from) => from,
        };
        folder.pace.plan_at_least(due::bytes_of(&infos(&runs[from..])));
        let merged = merge::merge(folder, &runs[from..])?;
        runs.truncate(from);
        runs.push(open(merged)?);
        Ok(runs.into())
    }

    /// Begins a merge beside checkpoints; false if that is impossible.
    fn merge_beside(&self, folder: &Folder<'_>, runs: &[Arc<Run>]) -> bool {
        let Some(pace) = folder.pace.beside(due::bytes_of(&infos(runs))) else { return false };
        match MergeJob::start(folder, runs, pace) {
            Ok(job) => {
                let before = self.job().replace(job);
                drop(before);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "there is no thread to merge files beside checkpoints");
                false
            }
        }
    }

    /// The bytes up to which a merge is a part of a checkpoint of this pace.
    fn now_bytes_max(&self, pace: &Pace) -> Option<u64> {
        pace.is_paced().then_some(self.checkpoint_merge_bytes)
    }

    /// The bytes of the runs that a checkpoint of some blocks will write.
    pub(super) fn bytes_of_runs(&self, layer: &Layer, pace: &Pace) -> Result<u64, StoreError> {
        let Some(new) = build::run_of(layer)? else { return Ok(0) };
        let mut infos = infos(&self.list().runs);
        infos.push(new);
        let merged = match due::next(&infos, &self.merging(), self.now_bytes_max(pace)) {
            Due::Now(from) => due::bytes_of(&infos[from..]),
            Due::Nothing | Due::Beside(_) => 0,
        };
        Ok(new.stream_bytes().saturating_add(merged))
    }

    /// The bytes of the files of the state that become one if a checkpoint's own has so many.
    pub(super) fn bytes_of_merge(&self, own_bytes: u64) -> u64 {
        let sizes = self.list().states.iter().map(StateInfo::bytes).chain([own_bytes]).collect::<Vec<_>>();
        renewal::first_to_merge(&sizes).map_or(0, |from| sizes[from..].iter().sum())
    }

    /// The runs that are being merged beside checkpoints.
    fn merging(&self) -> Vec<RunInfo> {
        self.job().as_ref().map_or(Vec::new(), |job| job.sources().to_vec())
    }

    fn job(&self) -> MutexGuard<'_, Option<MergeJob>> {
        self.job.lock().expect(UNPOISONED)
    }

    /// Gives up the merge that goes on beside checkpoints: it begins anew at a later start.
    pub(super) fn give_up_merge(&self) {
        let given_up = self.job().take();
        drop(given_up);
    }

    /// Waits until no merge goes on beside checkpoints; the next one takes what it has made.
    #[cfg(test)]
    pub(super) fn await_merge(&self) {
        while self.job().as_ref().is_some_and(|job| !job.is_done()) {
            std::thread::yield_now();
        }
    }

    /// Has readers read these files from now on, those of a checkpoint that is durable.
    pub(super) fn replace(&self, list: Files) -> Result<(), StoreError> {
        self.set(list);
        self.clean()
    }

    /// Deletes the files that no checkpoint lists, but for the one that is being made beside checkpoints.
    pub(super) fn clean(&self) -> Result<(), StoreError> {
        let FileInfos { runs, states, shelves, recent } = self.list().infos();
        let mut listed: Vec<String> = runs.iter().map(RunInfo::file_name).collect();
        listed.extend(states.iter().chain(&shelves).flat_map(StateInfo::file_names));
        listed.extend(recent.iter().map(RecentInfo::file_name));
        listed.extend(self.job().as_ref().map(MergeJob::file_name));
        for name in self.disk.names(&self.directory)? {
            if !listed.contains(&name) {
                self.disk.remove(&self.directory.join(name))?;
            }
        }
        Ok(())
    }

    /// Reads every byte of every run. The other files are read at every start, but for the pages.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        self.list().runs.iter().try_for_each(|run| run.file.verify())
    }

    /// The trees of the state, the main one and those of shelves, with no pages in memory, of which nobody has checked
    /// yet that they are the right ones. From then on `pages` knows where theirs are. Checks every page, too, if asked
    /// to.
    pub(super) fn trees(
        &self,
        pages: &Pages,
        checks_pages: bool,
    ) -> Result<(StateTree, BTreeMap<Month, StateTree>), StoreError> {
        let list = self.list();
        let load = |infos: &[StateInfo]| {
            let tree = OpenTree::open(&self.disk, &self.directory, infos, pages)?;
            // A simulated fault meets the same read every time.
            let loaded = tree.load(self.disk.is_simulated())?;
            if checks_pages {
                tree.verify()?;
            }
            Ok::<_, StoreError>(loaded)
        };
        let mut shelves = BTreeMap::new();
        for infos in by_shelf(&list.shelves) {
            let Some(month) = infos.first().and_then(|info| info.shelf) else { continue };
            shelves.insert(month, load(infos)?);
        }
        Ok((load(&list.states)?, shelves))
    }

    /// Opens the files that say what the latest transactions are.
    pub(super) fn recent_runs(&self) -> Result<RecentRuns, StoreError> {
        let Files { runs, recent, .. } = self.list();
        let open = |info: &RecentInfo| Ok((*info, info.open(&self.disk, &self.directory)?));
        Ok(RecentRuns { runs, minutes: recent.iter().map(open).collect::<Result<_, StoreError>>()? })
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

    /// The transactions of a block, in its order.
    pub(super) fn placed_in(&self, height: Height) -> Result<Vec<Placed>, StoreError> {
        let list = self.list();
        let run = list.runs.iter().find(|run| (run.info.first..=run.info.last).contains(&height));
        run.map_or(Ok(Vec::new()), |run| run.placed_in(height))
    }

    /// An account's transactions before a place, the newest first.
    pub(super) fn history(&self, account: &Address, before: (Height, u32), limit: usize) -> Result<Page, StoreError> {
        let mut page = Page::default();
        for run in self.list().runs.iter().rev() {
            page.extend(run.history(account, before, limit.saturating_sub(page.transactions.len()))?);
        }
        Ok(page)
    }

    #[cfg(test)]
    pub(super) fn infos(&self) -> FileInfos {
        self.list().infos()
    }

    /// Writes the state and the minutes of the latest transactions anew, as `change` makes them of what there is;
    /// returns what a checkpoint lists then.
    #[cfg(test)]
    pub(super) fn rewrite(&self, change: impl FnOnce(&mut StateTree, &mut Vec<u32>)) -> Result<FileInfos, StoreError> {
        let FileInfos { runs, states, shelves, .. } = self.list().infos();
        let pace = Pace::at_once();
        let folder = Folder { disk: &self.disk, directory: &self.directory, pace: &pace };
        let (mut tree, _) = self.trees(&self.pages, false)?;
        let mut lacking = Vec::new();
        tree.pages(|page, _| lacking.push(page.hash));
        tree = tree.with_pages(&self.pages.load(&lacking)?);
        let first = self.list().recent.first().map_or(Height::GENESIS, |info| info.first);
        let mut minutes = self.recent_runs()?.minutes()?;
        change(&mut tree, &mut minutes);
        let heights = (states[0].first, states[states.len() - 1].last.next());
        let changes = StateChanges { shelf: None, older: StateTree::new(), newer: &tree };
        let states = trees::add(&folder, &self.pages, Vec::new(), heights, changes)?;
        Ok(FileInfos { runs, states, shelves, recent: vec![recent::write(&folder, first, &minutes)?] })
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
