//! The ends of months for readers: those that the index has, and those of blocks that no checkpoint has yet.

use lojal_ledger::View;
use lojal_ledger::sums::{Sums, sums};
use lojal_types::{BrandId, Height, Month};

use crate::error::StoreError;
use crate::reader::Store;

/// Most times that the ends are looked up while checkpoints go on beside it.
const ATTEMPTS_MAX: usize = 16;

/// The sums of a brand's points after the last block of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthEnd {
    /// The month.
    pub month: Month,
    /// The block.
    pub height: Height,
    /// The sums.
    pub sums: Sums,
}

/// The ends of months of a brand, as far back as a node knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthEnds {
    /// The block after which they are known: that of the snapshot that the index was made of, or the genesis.
    pub opened: Height,
    /// The sums after that block.
    pub opening: Sums,
    /// The ends, the oldest first; a month without blocks has none.
    pub ends: Vec<MonthEnd>,
}

impl Store {
    /// The ends of months of a brand that are over. They stay known when the blocks go.
    ///
    /// # Errors
    /// When the index fails, or a page of the state can't be read.
    pub fn month_ends(&self, brand: BrandId) -> Result<MonthEnds, StoreError> {
        for _ in 0..ATTEMPTS_MAX {
            let (views, checkpoint) = {
                let tail = self.shared().tail();
                let layers = tail.frozen.as_deref().into_iter().chain([&tail.active]);
                (layers.flat_map(|layer| layer.month_ends.iter().cloned()).collect::<Vec<_>>(), tail.checkpoint)
            };
            let mut found = self.distrust_on_error(|| Ok(self.shared().index.month_ends(brand, checkpoint)?))?;
            match self.ends_in(views, brand) {
                // A checkpoint has come meanwhile, and has them.
                Err(StoreError::PageGone) => {}
                later => {
                    found.ends.extend(later?);
                    return Ok(found);
                }
            }
        }
        Err(StoreError::PageGone)
    }

    fn ends_in(&self, views: Vec<View>, brand: BrandId) -> Result<Vec<MonthEnd>, StoreError> {
        let mut ends = Vec::new();
        for view in views {
            let (height, month) = (view.tip().height, view.tip().time_ms.month());
            let sums = self.read_of(view, |view| sums(view.tree(), brand, month))?;
            ends.extend(sums.map(|sums| MonthEnd { month, height, sums }));
        }
        Ok(ends)
    }
}
