//! Reading pages where they lie.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use lojal_ledger::tree::{LoadedPage, PageError};
use lojal_types::Month;

use super::data::PageData;
use super::table::Entry;
use super::{Pages, UNPOISONED};
use crate::error::StoreError;
use crate::limits::{PAGE_READERS_MAX, PAGES_PER_READER};

/// A page that was asked for.
pub(super) struct Found {
    pub(super) page: LoadedPage,
    pub(super) bytes: Vec<u8>,
    pub(super) shelf: Option<Month>,
}

impl Pages {
    /// Finds pages, many at the same time, which stay in memory for a while or don't.
    pub(super) fn find_all(&self, pages: &[[u8; 32]], stays: bool) -> Result<Vec<Found>, StoreError> {
        let threads = (pages.len() / PAGES_PER_READER).min(PAGE_READERS_MAX);
        if self.all.is_simulated || threads < 2 {
            return pages.iter().map(|hash| self.find(hash, stays)).collect();
        }
        let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(pages.len())));
        let read = || {
            let mut own = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(hash) = pages.get(index) else { break };
                own.push((index, self.find(hash, stays)));
            }
            found.lock().expect(UNPOISONED).extend(own);
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                let builder = thread::Builder::new().name("pages".to_owned());
                // Without more threads it takes longer.
                if builder.spawn_scoped(scope, read).is_err() {
                    break;
                }
            }
            read();
        });
        let mut found = found.into_inner().expect(UNPOISONED);
        found.sort_unstable_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, found)| found).collect()
    }

    /// Finds a page: what lies where the table says is it, or another one that it meets there, or damaged.
    pub(super) fn find(&self, hash: &[u8; 32], stays: bool) -> Result<Found, StoreError> {
        let mut damaged = None;
        for (entry, data) in self.candidates(hash, stays) {
            let place = entry.place();
            let bytes = match data.read(&place) {
                Ok(bytes) => bytes,
                Err(fault @ StoreError::PageDamaged { .. }) => {
                    damaged = Some(fault);
                    continue;
                }
                Err(fault) => return Err(fault),
            };
            match LoadedPage::decode(hash, &bytes) {
                Ok(page) => return Ok(Found { page, bytes, shelf: data.shelf }),
                Err(PageError::OtherHash { found }) if self.all.table.key(&found) == entry.key() => {}
                Err(_) => damaged = Some(data.damaged(place.offset)),
            }
        }
        if let (Some(_), Some(trust)) = (&damaged, &self.all.trust) {
            trust.distrust();
        }
        Err(damaged.unwrap_or(StoreError::PageGone))
    }

    /// The places where a page may lie, which has a turn more if it stays in memory.
    fn candidates(&self, hash: &[u8; 32], stays: bool) -> Vec<(Entry, Arc<PageData>)> {
        let key = self.all.table.key(hash);
        let mut shard = self.all.table.shard(key);
        let entries: Vec<Entry> = shard.entries(key).collect();
        // As long as the shard is locked, the files of its entries aren't closed.
        let files = self.files();
        let with_file = |entry: Entry| Some((entry, Arc::clone(files.get(entry.place().file)?)));
        for entry in entries.iter().filter(|_| stays) {
            shard.replace(*entry, entry.fresh(true));
        }
        entries.into_iter().filter_map(with_file).collect()
    }
}
