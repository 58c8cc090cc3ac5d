//! The sums that all points of a brand are in, and when those in accounts expire: statistics are made of them. All of
//! it is in the state, so that it costs a search for each month that points can live, however many accounts there are.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::EXPIRY_MONTHS_MAX;
use lojal_types::{BrandId, Expiry, Month, Points, Totals};

use crate::key::{BrandListKey, OutstandingKey, StateKey, TotalsKey};
use crate::tree::{Missing, StateTree};

/// The sums of a brand's points.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Sums {
    /// The sums that all that were ever issued are in.
    pub totals: Totals,
    /// The points in accounts that expire together, by rising expiry; none of it is 0.
    pub by_expiry: Vec<(Expiry, Points)>,
}

/// The brands of a version of the state with this tree, by id.
///
/// # Errors
/// When pages that it needs are not in memory.
pub fn brands(tree: &StateTree) -> Result<Vec<BrandId>, Missing> {
    Ok(record(tree, &BrandListKey)?.map(|list| list.ids.to_vec()).unwrap_or_default())
}

/// The sums of a brand after a block in a month; none if there is no such brand.
///
/// # Errors
/// All the pages that it needs and are not in memory.
pub fn sums(tree: &StateTree, brand: BrandId, month: Month) -> Result<Option<Sums>, Missing> {
    let last = month.plus(EXPIRY_MONTHS_MAX);
    let months = (month.get()..=last.get()).map(|month| Expiry::Month(Month::new(month)));
    let points = |expiry| Ok(record(tree, &OutstandingKey { brand, expiry })?.map(|points| (expiry, points)));
    let by_expiry = Missing::each(months.chain([Expiry::Never]).map(points));
    let (totals, by_expiry) = Missing::both(record(tree, &TotalsKey(brand)), by_expiry)?;
    let by_expiry = by_expiry.into_iter().flatten().filter(|(_, points)| !points.is_zero()).collect();
    Ok(totals.map(|totals| Sums { totals, by_expiry }))
}

fn record<K: StateKey>(tree: &StateTree, key: &K) -> Result<Option<K::Record>, Missing> {
    let record = |value| K::record(value).expect("the state holds only records that this crate encoded");
    Ok(tree.get(&key.encode())?.map(record))
}
