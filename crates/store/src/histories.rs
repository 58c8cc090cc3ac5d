//! The histories of accounts and brands, and the uses of references.

use lojal_ledger::View;
use lojal_types::{Address, BrandId, Height, Reference};

use crate::error::StoreError;
use crate::limits::HISTORY_ITEMS_MAX;
use crate::placed::{Page, Placed};
use crate::reader::Store;
use crate::references::{Subject, Use};

/// A part of a history, and the state at whose time it is an account's.
#[derive(Clone)]
pub struct History {
    /// The part.
    pub page: Page,
    /// The state, whose record of the account has the activity after the newest of all its transactions.
    pub view: View,
}

impl Store {
    /// The transactions that concern an account, or name a brand, the newest first: those before a place, or the
    /// newest, of blocks that are there. At most `limit`, and at most [`HISTORY_ITEMS_MAX`]; the next page is what is
    /// before the last of them.
    ///
    /// # Errors
    /// When the index fails.
    pub fn history(&self, of: Subject, before: Option<(Height, u32)>, limit: usize) -> Result<History, StoreError> {
        let mut history = self.whole_history(&of.address(), before, limit)?;
        history.page.end_before(self.first_height());
        Ok(history)
    }

    /// The same, with what the index still knows of blocks that are gone.
    fn whole_history(
        &self,
        account: &Address,
        before: Option<(Height, u32)>,
        limit: usize,
    ) -> Result<History, StoreError> {
        let limit = limit.min(HISTORY_ITEMS_MAX);
        let before = before.unwrap_or((Height::new(u64::MAX), u32::MAX));
        let (mut page, view, checkpoint) = {
            let tail = self.shared().tail();
            let mut page = Page::default();
            for layer in tail.layers() {
                page.extend(layer.history(account, before, limit.saturating_sub(page.transactions.len())));
            }
            (page, tail.view.clone(), tail.checkpoint)
        };
        if page.transactions.len() < limit {
            let before = before.min((checkpoint.next(), 0));
            let left = limit.saturating_sub(page.transactions.len());
            page.extend(self.distrust_on_error(|| self.shared().index.history(account, before, left))?);
        }
        Ok(History { page, view })
    }

    /// The transactions that concern an account, or name a brand, from a place on, the oldest first: at most `limit`,
    /// and at most [`HISTORY_ITEMS_MAX`].
    ///
    /// # Errors
    /// When the index fails.
    pub fn history_from(&self, of: Subject, from: (Height, u32), limit: usize) -> Result<Vec<Placed>, StoreError> {
        let limit = limit.min(HISTORY_ITEMS_MAX);
        let address = of.address();
        let (later, checkpoint) = {
            let tail = self.shared().tail();
            let mut later = Vec::new();
            for layer in tail.frozen.as_deref().into_iter().chain([&tail.active]) {
                later.extend(layer.history_from(&address, from, limit.saturating_sub(later.len())));
            }
            (later, tail.checkpoint)
        };
        if from > (checkpoint, u32::MAX) {
            return Ok(later);
        }
        let read = || self.shared().index.history_from(&address, from, limit, checkpoint);
        let mut found = self.distrust_on_error(read)?;
        let left = limit.saturating_sub(found.len());
        found.extend(later.into_iter().take(left));
        Ok(found)
    }

    /// The last transaction that has made a use of a reference; none if there is none, or if this index was written
    /// before it had any.
    ///
    /// # Errors
    /// When the index fails.
    pub fn used(&self, kind: Use, brand: BrandId, reference: &Reference) -> Result<Option<Placed>, StoreError> {
        let newest = self.whole_history(&kind.address(brand, reference), None, 1)?;
        Ok(newest.page.transactions.first().copied())
    }
}
