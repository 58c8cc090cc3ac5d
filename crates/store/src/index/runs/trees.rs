//! The files of the main tree, and of the shelves: after a checkpoint, and at a start.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;

use lojal_ledger::tree::{Half, MisplacedPage, PageAt};
use lojal_ledger::{Shelves, StateTree};
use lojal_types::{Height, Month};

use super::folder::Folder;
use super::live::Live;
use super::pages::PageFile;
use super::renewal::{self, StateChanges};
use super::state::{MALFORMED, Part, StateInfo};
use crate::disk::Disk;
use crate::error::StoreError;
use crate::index::panic_text;
use crate::limits::{PACE_FREED_BYTES, PAGES_CHECKED_AT_ONCE};
use crate::pace::Pace;
use crate::pages::{Pages, Place};

/// The files of one tree with those of its changes.
pub(super) fn add(
    folder: &Folder<'_>,
    pages: &Pages,
    mut states: Vec<StateInfo>,
    heights: (Height, Height),
    changes: StateChanges<'_>,
) -> Result<Vec<StateInfo>, StoreError> {
    states.push(renewal::write(folder, pages, &states, heights, changes)?);
    states.drain(..renewal::first_needed(&states));
    let sizes: Vec<u64> = states.iter().map(StateInfo::bytes).collect();
    if let Some(from) = renewal::first_to_merge(&sizes) {
        folder.pace.plan_at_least(sizes[from..].iter().sum());
        let merged = folder.pace.aside(|| renewal::merge(folder, pages, &states[from..]))?;
        states.truncate(from);
        states.push(merged);
    }
    Ok(states)
}

/// The files of all shelves that there are: those that haven't changed stay, and those of a shelf that was dropped
/// aren't listed any more.
pub(super) fn add_shelves(
    folder: &Folder<'_>,
    pages: &Pages,
    before: &[StateInfo],
    heights: (Height, Height),
    (mut older, newer): (BTreeMap<Month, StateTree>, &Shelves),
) -> Result<Vec<StateInfo>, StoreError> {
    let mut all = Vec::new();
    for (month, newer) in newer.iter() {
        let infos: Vec<StateInfo> = before.iter().filter(|info| info.shelf == Some(month)).copied().collect();
        let older = older.remove(&month).unwrap_or_default();
        if older.root() == newer.root() {
            all.extend(infos);
            continue;
        }
        all.extend(add(folder, pages, infos, heights, StateChanges { shelf: Some(month), older, newer })?);
    }
    let free = |(_, dropped)| free(pages, dropped, folder.pace);
    folder.pace.aside(|| older.into_iter().try_for_each(free))?;
    Ok(all)
}

/// Frees the tree of a shelf slice by slice, unless somebody else has it, and has its pages forgotten.
fn free(pages: &Pages, tree: StateTree, pace: &Pace) -> Result<(), StoreError> {
    let bytes = |entries: u64| entries.saturating_mul(PACE_FREED_BYTES);
    pace.plan_at_least(bytes(tree.len()));
    for slice in StateTree::slices(tree, &StateTree::new()) {
        let (freed, mut done) = (slice.older_len(), Ok(()));
        slice.gone_pages(|page| {
            if done.is_ok() {
                done = renewal::leave(pages, &page, None);
            }
        });
        done?;
        drop(slice);
        pace.did(bytes(freed))?;
    }
    Ok(())
}

/// The files of one tree, open.
pub(super) struct OpenTree<'a> {
    infos: &'a [StateInfo],
    directories: Vec<PageFile>,
    /// The numbers by which the places of pages are known.
    files: Vec<u16>,
    pages: &'a Pages,
}

impl<'a> OpenTree<'a> {
    pub(super) fn open(
        disk: &Disk,
        directory: &Path,
        infos: &'a [StateInfo],
        pages: &'a Pages,
    ) -> Result<Self, StoreError> {
        let directories = infos.iter().map(|info| info.open_directory(disk, directory)).collect::<Result<_, _>>()?;
        let files = infos.iter().map(|info| info.open_pages(disk, directory, pages)).collect::<Result<_, _>>()?;
        Ok(Self { infos, directories, files, pages })
    }

    /// The tree, with none of its pages in memory, of which nobody has checked yet that it is the right one. Unless it
    /// is small, two threads make half of it each, or one both if `is_alone`.
    pub(super) fn load(&self, is_alone: bool) -> Result<StateTree, StoreError> {
        if self.infos.iter().any(|info| info.is_small) || self.infos.is_empty() {
            return self.make(Part::Whole, |pages| StateTree::of_pages(pages));
        }
        let half = |is_right: bool| {
            let part = if is_right { Part::Second } else { Part::First };
            self.make(part, |pages| Half::of_pages(is_right, pages))
        };
        let (left, right) = if is_alone {
            (half(false), half(true))
        } else {
            thread::scope(|scope| {
                let right = scope.spawn(|| half(true));
                let left = half(false);
                let panicked = |panic: Box<dyn std::any::Any + Send>| Err(StoreError::Thread(panic_text(&*panic)));
                (left, right.join().unwrap_or_else(panicked))
            })
        };
        Ok(StateTree::of_halves(left?, right?).map_err(|MisplacedPage| MALFORMED)?)
    }

    /// Makes something of a part of the pages, whose places are known then.
    fn make<T>(
        &self,
        part: Part,
        make: impl FnOnce(&mut dyn Iterator<Item = PageAt>) -> Result<T, MisplacedPage>,
    ) -> Result<T, StoreError> {
        let mut live = Live::start(self.infos, &self.directories, part)?;
        let mut fault = None;
        let mut pages = std::iter::from_fn(|| match self.next(&mut live) {
            Ok(page) => page,
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        let made = make(&mut pages);
        match fault {
            Some(fault) => Err(fault),
            None => Ok(made.map_err(|MisplacedPage| MALFORMED)?),
        }
    }

    fn next(&self, live: &mut Live<'_>) -> Result<Option<PageAt>, StoreError> {
        let Some(found) = live.next()? else { return Ok(None) };
        if found.line.page.entries > 0 {
            let place = Place::new(self.files[found.source], found.offset, found.line.length).ok_or(MALFORMED)?;
            self.pages.insert(&found.line.page.hash, &place);
        }
        Ok(Some(found.line.page))
    }

    /// Reads every page.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        let mut live = Live::start(self.infos, &self.directories, Part::Whole)?;
        let mut hashes = Vec::new();
        loop {
            let found = live.next()?;
            hashes.extend(found.filter(|found| found.line.page.entries > 0).map(|found| found.line.page.hash));
            if found.is_none() || hashes.len() == PAGES_CHECKED_AT_ONCE {
                self.pages.verify(&hashes)?;
                hashes.clear();
            }
            if found.is_none() {
                return Ok(());
            }
        }
    }
}
