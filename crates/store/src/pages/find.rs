//! Reading pages where they lie.

use std::sync::Arc;

use lojal_ledger::tree::{LoadedPage, PageError};

use super::Pages;
use super::data::PageData;
use super::table::Entry;
use crate::error::StoreError;

/// A page that was asked for.
pub(super) struct Found {
    pub(super) page: LoadedPage,
    pub(super) bytes: Vec<u8>,
}

impl Pages {
    /// Finds pages; the disk brings many of them at the same time.
    pub(super) fn find_all(&self, pages: &[[u8; 32]]) -> Result<Vec<Found>, StoreError> {
        if pages.len() > 1 {
            self.prepare(pages);
        }
        pages.iter().map(|hash| self.find(hash)).collect()
    }

    /// Finds a page: what lies where the table says is it, or another one that it meets there, or damaged.
    pub(super) fn find(&self, hash: &[u8; 32]) -> Result<Found, StoreError> {
        let mut damaged = None;
        for (entry, data) in self.candidates(hash) {
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
                Ok(page) => return Ok(Found { page, bytes }),
                Err(PageError::OtherHash { found }) if self.all.table.key(&found) == entry.key() => {}
                Err(_) => damaged = Some(data.damaged(place.offset)),
            }
        }
        if let (Some(_), Some(trust)) = (&damaged, &self.all.trust) {
            trust.distrust();
        }
        Err(damaged.unwrap_or(StoreError::PageGone))
    }

    /// The places where a page may lie.
    pub(super) fn candidates(&self, hash: &[u8; 32]) -> Vec<(Entry, Arc<PageData>)> {
        let key = self.all.table.key(hash);
        let shard = self.all.table.shard(key);
        // As long as the shard is locked, the files of its entries aren't closed.
        let files = self.files();
        let with_file = |entry: Entry| Some((entry, Arc::clone(files.get(entry.place().file)?)));
        shard.entries(key).filter_map(with_file).collect()
    }
}
