//! The pages of the state: those on disk, by their hashes, and how many of them are in memory.
//!
//! A tree knows a page that is not in memory by its hash alone. [`Pages`] knows where it lies, and brings it:
//! [`Pages::load`]. Checkpoints write pages, and write them again elsewhere before a file goes (`index::runs`), which
//! changes one entry of the table here and no tree. [`Pages::turn`] makes a version that has fewer pages in memory.
//!
//! A page that a checkpoint has found to be in the state no more can be loaded until two more have been written. That
//! is for readers who are a little late; and a state that has become again what it was may know a page by its hash
//! alone, of which the checkpoint that is being written says that it went: the next one but one, at the latest, writes
//! it again.

mod data;
mod find;
mod residents;
mod table;

use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};

use lojal_ledger::tree::{LoadedPage, Missing, PagePath};
use lojal_ledger::{State, StateTree};
use lojal_types::Month;

use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::limits::TURN_PAGES_MAX;
use crate::trust::Trust;
use data::Files;
use residents::{Eldest, PlaceInState, Residents, short};
use table::{Entry, Table};
pub(crate) use table::{LENGTH_BYTES, Place, UNIT_BYTES};

const UNPOISONED: &str = "nobody panics while holding this lock";

/// The pages of the state that are on disk, and what is known of those in memory. Clones are of the same.
#[derive(Clone)]
pub struct Pages {
    all: Arc<All>,
}

struct All {
    table: Table,
    files: RwLock<Files>,
    residents: Residents,
    leaving: Mutex<Leaving>,
    /// The marks of the index that has them.
    trust: Option<Arc<Trust>>,
    asked: AtomicU64,
    loads: AtomicU64,
    loaded_bytes: AtomicU64,
    given_up: AtomicU64,
}

/// The entries of pages that are in the state no more.
#[derive(Default)]
struct Leaving {
    /// As the checkpoint has found that is being written.
    now: Vec<Entry>,
    /// As the ones before had found, the last one first.
    before: [Vec<Entry>; 2],
    /// The number of those who need everything that there was.
    pins: u32,
}

/// As long as it lives, no page is forgotten that was there when it was made.
pub(crate) struct Pin(Pages);

impl Drop for Pin {
    fn drop(&mut self) {
        let mut leaving = self.0.all.leaving.lock().expect(UNPOISONED);
        leaving.pins = leaving.pins.saturating_sub(1);
    }
}

/// The counts of pages, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// Pages in memory, about: what has been loaded or written by a checkpoint, and not given up.
    pub memory_pages: u64,
    /// The bytes that they take there.
    pub memory_bytes: u64,
    /// Pages on disk that can be loaded.
    pub stored_pages: u64,
    /// Times that pages were brought since the start, after each of which a block, a submission or a reader asked
    /// again.
    pub asked: u64,
    /// Pages that have been loaded since the start.
    pub loads: u64,
    /// Their bytes as they are stored.
    pub loaded_bytes: u64,
    /// Pages that have been given up since the start.
    pub given_up: u64,
    /// The memory that the table of places takes, in bytes.
    pub table_bytes: u64,
}

impl Default for Pages {
    /// No pages: those of a state that is in memory.
    fn default() -> Self {
        Self::with_table(Table::new(), None, u64::MAX)
    }
}

impl Pages {
    /// No pages yet of an index, of which so many bytes may be in memory.
    pub(crate) fn new(trust: Arc<Trust>, memory_bytes_max: u64) -> Self {
        Self::with_table(Table::new(), Some(trust), memory_bytes_max)
    }

    fn with_table(table: Table, trust: Option<Arc<Trust>>, memory_bytes_max: u64) -> Self {
        let none = || AtomicU64::new(0);
        let (files, residents, leaving) = (RwLock::default(), Residents::new(memory_bytes_max), Mutex::default());
        let (asked, loads, loaded_bytes, given_up) = (none(), none(), none(), none());
        let all = All { table, files, residents, leaving, trust, asked, loads, loaded_bytes, given_up };
        Self { all: Arc::new(all) }
    }

    /// The pages with these hashes, each of them once, and each checked. They count as pages in memory. Many at once
    /// are read at the same time; the caller waits for the disk.
    ///
    /// # Errors
    /// When one of them can't be had. Damage has the index checked at the next start.
    pub fn load(&self, pages: &[[u8; 32]]) -> Result<Vec<LoadedPage>, StoreError> {
        let pages = self.read(pages)?;
        self.keep(&pages);
        Ok(pages)
    }

    /// The same for somebody who has them for an answer only, or who says later that they are kept: they don't count as
    /// pages in memory.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    pub fn read(&self, pages: &[[u8; 32]]) -> Result<Vec<LoadedPage>, StoreError> {
        let mut pages = pages.to_vec();
        pages.sort_unstable();
        pages.dedup();
        let found = self.find_all(&pages)?;
        let bytes = found.iter().map(|found| found.bytes.len() as u64).sum();
        self.all.asked.fetch_add(1, Ordering::Relaxed);
        self.all.loads.fetch_add(found.len() as u64, Ordering::Relaxed);
        self.all.loaded_bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(found.into_iter().map(|found| found.page).collect())
    }

    /// Notes that pages that have been read are kept in memory.
    pub fn keep(&self, pages: &[LoadedPage]) {
        let place = |page: &LoadedPage| PlaceInState { shelf: page.shelf(), path: page.path() };
        self.all.residents.come(pages.iter().map(|page| (place(page), page.hash(), page.size())));
    }

    /// Has the disk bring pages that will be read soon, without waiting for it.
    pub fn prepare(&self, pages: &[[u8; 32]]) {
        for hash in pages {
            for (entry, data) in self.candidates(hash) {
                data.prepare(&entry.place());
            }
        }
    }

    /// Gives up the pages of a state that have been in memory for longest since they were loaded or written, as long as
    /// there are more bytes of pages in memory than should be, and as many as can be given up while a block waits. What
    /// lies in no file stays.
    ///
    /// It has to be the state after the last block, which is published next or has been: checkpoints write no older one
    /// after that.
    pub fn turn(&self, state: &mut State) {
        self.turn_of(|give_up| state.map_trees(give_up));
    }

    /// The same of the trees that `map` has.
    pub(crate) fn turn_of(&self, map: impl FnOnce(&mut dyn FnMut(Option<Month>, &StateTree) -> StateTree)) {
        let mut eldest = self.all.residents.eldest(TURN_PAGES_MAX);
        if eldest.is_empty() {
            return;
        }
        map(&mut |shelf, tree| {
            eldest.remove(&shelf).map_or_else(|| tree.clone(), |some| self.without(shelf, tree, &some))
        });
    }

    /// The version of a tree without those pages that a file has.
    fn without(&self, shelf: Option<Month>, tree: &StateTree, eldest: &Eldest) -> StateTree {
        let (mut given_up, mut staying) = (0, Vec::new());
        let tree = tree.without_pages(&eldest.paths, |hash, size| {
            // Another page may lie there now.
            let Some(path) = eldest.pages.get(&short(hash)) else { return false };
            let is_given_up = self.is_in_file(hash);
            if is_given_up {
                given_up += 1;
            } else {
                staying.push((PlaceInState { shelf, path: *path }, *hash, size));
            }
            is_given_up
        });
        self.all.given_up.fetch_add(given_up, Ordering::Relaxed);
        self.all.residents.come(staying.iter().map(|(place, hash, size)| (*place, hash, *size)));
        tree
    }

    /// The counts of pages.
    pub fn counts(&self) -> PageCounts {
        let ((memory_pages, memory_bytes), (stored_pages, table_bytes)) =
            (self.all.residents.size(), self.all.table.size());
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PageCounts {
            memory_pages,
            memory_bytes,
            stored_pages,
            asked: count(&self.all.asked),
            loads: count(&self.all.loads),
            loaded_bytes: count(&self.all.loaded_bytes),
            given_up: count(&self.all.given_up),
            table_bytes,
        }
    }

    /// Asks a tree, and loads what it lacks for its answer, until it has one.
    ///
    /// # Errors
    /// When a page can't be had.
    pub fn ask<T>(
        &self,
        tree: &mut StateTree,
        mut question: impl FnMut(&StateTree) -> Result<T, Missing>,
    ) -> Result<T, StoreError> {
        loop {
            match question(tree) {
                Ok(answer) => return Ok(answer),
                Err(missing) => *tree = tree.with_pages(&self.load(missing.pages())?),
            }
        }
    }

    /// The stored bytes of a page, checked.
    pub(crate) fn bytes_of(&self, hash: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
        Ok(self.find(hash)?.bytes)
    }

    /// Reads pages and keeps none of them.
    ///
    /// # Errors
    /// When one of them can't be had.
    pub(crate) fn verify(&self, pages: &[[u8; 32]]) -> Result<(), StoreError> {
        self.find_all(pages).map(drop)
    }

    /// Opens a file of pages of which so much has been written; returns its number.
    pub(crate) fn open(&self, disk: &Disk, path: &Path, len: u64) -> Result<u16, StoreError> {
        const TOO_MANY: IndexError = IndexError::Inconsistent("the files of the state are too many");
        let file = disk.read_from(path, 0)?;
        let number = self.all.files.write().expect(UNPOISONED).add(file, path.to_owned(), len);
        Ok(number.ok_or(TOO_MANY)?)
    }

    /// Notes that so much of a file has been written.
    pub(crate) fn grown(&self, file: u16, len: u64) {
        self.files().grown(file, len);
    }

    /// Takes in a page at a start: no other one with its hash has come.
    pub(crate) fn insert(&self, hash: &[u8; 32], place: &Place) {
        self.add(self.all.table.entry(hash, place));
    }

    /// Notes that a page has been written at a place, a new one or, if it is known, one that lay elsewhere before.
    ///
    /// # Errors
    /// When the disk fails that has to tell whether it is known.
    pub(crate) fn put(&self, hash: &[u8; 32], place: &Place, is_known: bool) -> Result<(), StoreError> {
        let before = self.own(hash, is_known)?;
        let entry = self.all.table.entry(hash, place);
        match before {
            Some(before) if self.all.table.shard(entry.key()).replace(before, entry) => {
                let files = self.files();
                count(&files, entry, |entries| _ = entries.fetch_add(1, Ordering::AcqRel));
                count(&files, before, |entries| _ = entries.fetch_sub(1, Ordering::AcqRel));
            }
            _ => self.add(entry),
        }
        Ok(())
    }

    /// Notes that a page of the state before is in that state no more which is being written into a file, unless that
    /// file has it.
    ///
    /// # Errors
    /// When the disk fails that has to tell which page it is.
    pub(crate) fn leave(&self, hash: &[u8; 32], file: Option<u16>) -> Result<(), StoreError> {
        let Some(entry) = self.own(hash, true)?.filter(|entry| Some(entry.place().file) != file) else { return Ok(()) };
        if self.all.table.shard(entry.key()).replace(entry, entry.leaving()) {
            self.all.leaving.lock().expect(UNPOISONED).now.push(entry);
        }
        Ok(())
    }

    /// The stored bytes of pages, in their order, checked; the disk brings many at the same time.
    pub(crate) fn bytes_of_all(&self, pages: &[[u8; 32]]) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(self.find_all(pages)?.into_iter().map(|found| found.bytes).collect())
    }

    /// Has nothing forgotten from now on.
    pub(crate) fn pin(&self) -> Pin {
        self.all.leaving.lock().expect(UNPOISONED).pins += 1;
        Pin(self.clone())
    }

    /// Forgets at the end of a checkpoint what had left two checkpoints before, unless somebody needs it.
    pub(crate) fn end_checkpoint(&self) {
        let left = {
            let mut leaving = self.all.leaving.lock().expect(UNPOISONED);
            let Leaving { now, before: [one, two], pins } = &mut *leaving;
            let last = std::mem::replace(one, std::mem::take(now));
            if *pins > 0 {
                two.extend(last);
                return;
            }
            std::mem::replace(two, last)
        };
        for entry in left {
            let mut shard = self.all.table.shard(entry.key());
            let is_left = shard.entries(entry.key()).any(|now| now.place() == entry.place() && now.is_leaving());
            if is_left && shard.remove(entry) {
                count(&self.files(), entry, |entries| _ = entries.fetch_sub(1, Ordering::AcqRel));
            }
        }
        self.all.files.write().expect(UNPOISONED).close_unused();
    }

    /// Notes that a page in memory has been written by a checkpoint, or that one is in the state no more.
    pub(crate) fn written(&self, shelf: Option<Month>, path: &[u8; 32], hash: &[u8; 32], size: usize) {
        self.all.residents.come([(PlaceInState { shelf, path: PagePath::of(path) }, hash, size)]);
    }
    pub(crate) fn gone(&self, hash: &[u8; 32]) {
        self.all.residents.go(hash);
    }

    /// The entry of a page among those with its key, if it has one; if it surely has one and there is only one, that is
    /// it.
    fn own(&self, hash: &[u8; 32], is_known: bool) -> Result<Option<Entry>, StoreError> {
        let key = self.all.table.key(hash);
        let entries: Vec<Entry> = self.all.table.shard(key).entries(key).collect();
        if let [only] = entries[..]
            && is_known
        {
            return Ok(Some(only));
        }
        for entry in entries {
            let Some(data) = self.files().get(entry.place().file).cloned() else { continue };
            match data.read(&entry.place()) {
                Ok(bytes) if LoadedPage::decode(hash, &bytes).is_ok() => return Ok(Some(entry)),
                Ok(_) | Err(StoreError::PageDamaged { .. }) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(None)
    }

    fn add(&self, entry: Entry) {
        // The file is held before anybody can find the entry.
        count(&self.files(), entry, |entries| _ = entries.fetch_add(1, Ordering::AcqRel));
        self.all.table.shard(entry.key()).insert(entry);
    }

    /// True if a page surely lies in a file of a checkpoint.
    fn is_in_file(&self, hash: &[u8; 32]) -> bool {
        let key = self.all.table.key(hash);
        let shard = self.all.table.shard(key);
        let mut entries = shard.entries(key);
        // Of pages that meet, nobody knows here which one it is.
        matches!((entries.next(), entries.next()), (Some(entry), None) if !entry.is_leaving())
    }

    fn files(&self) -> RwLockReadGuard<'_, Files> {
        self.all.files.read().expect(UNPOISONED)
    }
}

/// Counts an entry of a file.
fn count(files: &Files, entry: Entry, change: impl FnOnce(&AtomicU32)) {
    if let Some(data) = files.get(entry.place().file) {
        change(&data.entries);
    }
}

#[cfg(test)]
mod tests;
