//! The ends of months: what the points of each brand were in after the last block of a month. A month writes a few
//! hundred bytes for each brand, and nothing between two ends.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::sums::{Sums, brands, sums};
use lojal_ledger::{Missing, StateTree, View};
use lojal_types::{BrandId, Height, Month};

use super::keys;
use super::redo::Changes;
use super::{Digest, Index};
use crate::error::{IndexError, StoreError};
use crate::log::record::encode;
use crate::month_ends::{MonthEnd, MonthEnds};

const MALFORMED: IndexError = IndexError::Inconsistent("the end of a month is malformed");

/// The value under the key of a month's end.
#[derive(BorshSerialize, BorshDeserialize)]
struct Entry {
    height: Height,
    sums: Sums,
}

impl Index {
    /// Notes what the points are in where an index begins that doesn't know what was before.
    pub(super) fn open_months(&self, view: &View) -> Result<(), StoreError> {
        for (brand, sums) in self.all_sums(view)? {
            self.change(keys::of_brand(keys::OPENING, brand), Some(encode(&sums)))?;
        }
        self.change(vec![keys::OPENED], Some(encode(&view.tip().height)))?;
        Ok(())
    }

    /// Has a checkpoint write the ends of the months that were over during its blocks.
    pub(super) fn put_month_ends(
        &self,
        changes: &mut Changes,
        digest: &mut Digest,
        views: &[View],
    ) -> Result<(), StoreError> {
        for view in views {
            let (height, month) = (view.tip().height, view.tip().time_ms.month());
            for (brand, sums) in self.all_sums(view)? {
                let (key, value) = (keys::month_end(brand, month), encode(&Entry { height, sums }));
                digest.add(&key, &value);
                changes.put(key, value);
            }
        }
        Ok(())
    }

    /// The ends of months that blocks up to `checkpoint` have brought, for a brand, the oldest first.
    pub(crate) fn month_ends(&self, brand: BrandId, checkpoint: Height) -> Result<MonthEnds, IndexError> {
        let opened = self.get::<Height>(&[keys::OPENED])?;
        let opening = self.get::<Sums>(&keys::of_brand(keys::OPENING, brand))?;
        let prefix = keys::of_brand(keys::MONTH_END, brand);
        let mut ends = Vec::new();
        self.each(&prefix, |key, value| {
            let month = key.last_chunk().map(|month| Month::new(u16::from_be_bytes(*month))).ok_or(MALFORMED)?;
            let Entry { height, sums } = borsh::from_slice(value).map_err(|_| MALFORMED)?;
            // The block after it ends the month, and has to be one of those that the index has.
            if height < checkpoint {
                ends.push(MonthEnd { month, height, sums });
            }
            Ok(())
        })?;
        Ok(MonthEnds { opened: opened.unwrap_or(Height::GENESIS), opening: opening.unwrap_or_default(), ends })
    }

    /// The sums of all brands of a version; loads what it lacks for that.
    fn all_sums(&self, view: &View) -> Result<BTreeMap<BrandId, Sums>, StoreError> {
        let (mut tree, month) = (view.tree().clone(), view.tip().time_ms.month());
        let all = |tree: &StateTree| -> Result<BTreeMap<BrandId, Sums>, Missing> {
            let all = brands(tree)?.into_iter().map(|brand| Ok(sums(tree, brand, month)?.map(|sums| (brand, sums))));
            Ok(all.collect::<Result<Vec<_>, Missing>>()?.into_iter().flatten().collect())
        };
        self.pages().ask(&mut tree, all)
    }
}
