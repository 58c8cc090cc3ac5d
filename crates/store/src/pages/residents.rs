//! The pages in memory that lie in a file, in the order in which they have come: by loading, or by being written.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use lojal_ledger::tree::PagePath;
use lojal_types::Month;

const UNPOISONED: &str = "nobody panics while holding this lock";
/// Bytes that are kept of each page in memory besides.
const KNOWN_BYTES: u64 = 64;
/// Arrivals that count no more are put up with as long as there are at most so many, or as many as of those that count.
const OVER_MAX: usize = 4_096;

/// The place of a page among all that there are: its tree, that of a shelf or the main one, and the way to it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlaceInState {
    pub(super) shelf: Option<Month>,
    pub(super) path: PagePath,
}

/// A page is known by the first eight bytes of its hash. Of two pages with the same ones, only the later counts; and
/// the other one stays in memory.
pub(super) fn short(hash: &[u8; 32]) -> u64 {
    u64::from_le_bytes(*hash.first_chunk().expect("a hash has more bytes"))
}

pub(super) struct Residents {
    bytes_max: u64,
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    pages: HashMap<u64, Resident>,
    bytes: u64,
    /// The pages as they came, of which those count whose number is the resident's.
    arrivals: VecDeque<(u64, PlaceInState)>,
    /// The number of the first of them.
    first: u64,
}

#[derive(Clone, Copy)]
struct Resident {
    arrival: u64,
    bytes: u32,
}

/// The pages of one tree that have been in memory for longest.
#[derive(Default)]
pub(super) struct Eldest {
    /// In their order.
    pub(super) paths: Vec<PagePath>,
    /// The pages by what they are known by, with their paths.
    pub(super) pages: HashMap<u64, PagePath>,
}

impl Residents {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self { bytes_max, all: Mutex::default() }
    }

    /// The number of pages that there are, and the bytes that they take.
    pub(super) fn size(&self) -> (u64, u64) {
        let all = self.all();
        (all.pages.len() as u64, all.bytes)
    }

    /// Notes pages with these hashes and of so many bytes that are in memory now.
    pub(super) fn come<'a>(&self, pages: impl IntoIterator<Item = (PlaceInState, &'a [u8; 32], usize)>) {
        let mut all = self.all();
        for (place, hash, bytes) in pages {
            all.add(place, short(hash), bytes);
        }
    }

    /// Notes that a page is in the state no more.
    pub(super) fn go(&self, hash: &[u8; 32]) {
        self.all().remove(short(hash));
    }

    /// Takes out the pages that have been there for longest, by their trees, as long as there are too many bytes, and
    /// so many at most. They count no more; who finds that one has to stay says that it has come.
    pub(super) fn eldest(&self, pages_max: usize) -> BTreeMap<Option<Month>, Eldest> {
        let mut all = self.all();
        let mut eldest: BTreeMap<Option<Month>, Eldest> = BTreeMap::new();
        for _ in 0..pages_max {
            if all.bytes <= self.bytes_max {
                break;
            }
            let Some((page, place)) = all.pop() else { break };
            let tree = eldest.entry(place.shelf).or_default();
            tree.paths.push(place.path);
            tree.pages.insert(page, place.path);
        }
        eldest.values_mut().for_each(|tree| tree.paths.sort_unstable());
        eldest
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().expect(UNPOISONED)
    }
}

impl All {
    fn add(&mut self, place: PlaceInState, page: u64, bytes: usize) {
        self.remove(page);
        let arrival = self.first + self.arrivals.len() as u64;
        let resident = Resident { arrival, bytes: u32::try_from(bytes).unwrap_or(u32::MAX) };
        self.pages.insert(page, resident);
        self.bytes = self.bytes.saturating_add(resident.counted());
        self.arrivals.push_back((page, place));
        if self.arrivals.len() > self.pages.len().saturating_mul(2).saturating_add(OVER_MAX) {
            self.number_anew();
        }
    }

    fn remove(&mut self, page: u64) {
        if let Some(resident) = self.pages.remove(&page) {
            self.bytes = self.bytes.saturating_sub(resident.counted());
        }
    }

    /// Takes out the first page.
    fn pop(&mut self) -> Option<(u64, PlaceInState)> {
        loop {
            let (page, place) = self.arrivals.pop_front()?;
            let number = self.first;
            self.first += 1;
            if self.pages.get(&page).is_some_and(|resident| resident.arrival == number) {
                self.remove(page);
                return Some((page, place));
            }
        }
    }

    /// Leaves the arrivals out that count no more.
    fn number_anew(&mut self) {
        let (first, mut kept) = (self.first, VecDeque::with_capacity(self.pages.len()));
        for (number, (page, place)) in (first..).zip(std::mem::take(&mut self.arrivals)) {
            if let Some(resident) = self.pages.get_mut(&page).filter(|resident| resident.arrival == number) {
                resident.arrival = first + kept.len() as u64;
                kept.push_back((page, place));
            }
        }
        self.arrivals = kept;
    }
}

impl Resident {
    fn counted(self) -> u64 {
        u64::from(self.bytes).saturating_add(KNOWN_BYTES)
    }
}

#[cfg(test)]
mod tests;
