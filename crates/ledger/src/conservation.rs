//! Conservation (protocol §5): for every brand, issued = outstanding + redeemed + expired + reversed, and outstanding
//! is the sum over all accounts' live lots. Checked from what a block changed after every block, and over the whole
//! state by the auditor, by code that shares nothing with the operations that keep the totals.

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{BrandId, Expiry, Month, Points};
use thiserror::Error;

use crate::key::{BalanceKey, OutstandingKey, StateKey, TotalsKey};
use crate::overlay::ChangeSet;
use crate::record::Totals;
use crate::state::View;
use crate::tree::StateTree;

/// Points appeared or vanished. Never the fault of a transaction: the program is wrong, or its memory.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConservationError {
    /// The equation of a brand's totals doesn't hold.
    #[error("brand {0}: issued is not outstanding + redeemed + expired + reversed")]
    Totals(BrandId),
    /// Accounts hold more or less than what is outstanding.
    #[error("brand {brand}, expiry {expiry}: accounts hold {held} points, but {outstanding} are outstanding")]
    Lots {
        /// The brand.
        brand: BrandId,
        /// The expiry of the lots.
        expiry: Expiry,
        /// In accounts; for a block, the change.
        held: i128,
        /// In the totals; for a block, the change.
        outstanding: i128,
    },
    /// What is outstanding by expiry doesn't add up to a brand's total.
    #[error("brand {brand}: {by_expiry} points are outstanding by expiry, but {total} in total")]
    Outstanding {
        /// The brand.
        brand: BrandId,
        /// The sum over the expiries; for a block, the change.
        by_expiry: i128,
        /// The total; for a block, the change.
        total: i128,
    },
}

/// Points by brand and expiry, as differences.
type Sums = BTreeMap<(BrandId, Expiry), i128>;

/// Checks the changes of one block against the state before it; `month` is that of the block.
pub(crate) fn check_block(before: &StateTree, changes: &ChangeSet, month: Month) -> Result<(), ConservationError> {
    let mut held = Sums::new();
    let mut outstanding = Sums::new();
    let mut outstanding_by_brand = BTreeMap::<BrandId, i128>::new();
    let mut totals = Vec::new();
    for (key, after) in changes {
        for (value, sign) in [(before.get(key), -1), (after.as_deref(), 1)] {
            let Some(value) = value else { continue };
            add_live_lots(&mut held, key, value, sign, month);
            if let Some((key, points)) = read::<OutstandingKey>(key, value) {
                let change = sign * i128::from(points.get());
                *outstanding_by_brand.entry(key.brand).or_default() += change;
                if key.expiry.is_live_in(month) {
                    *outstanding.entry((key.brand, key.expiry)).or_default() += change;
                }
            }
        }
        if let Some((TotalsKey(brand), after)) = after.as_deref().and_then(|value| read::<TotalsKey>(key, value)) {
            let before = before.get(key).and_then(|value| read::<TotalsKey>(key, value)).map(|(_, before)| before);
            totals.push((brand, before.unwrap_or_default(), after));
        }
    }
    same(&held, &outstanding)?;
    for (brand, before, after) in totals {
        balanced(brand, &after)?;
        let total = i128::from(after.outstanding.get()) - i128::from(before.outstanding.get());
        let by_expiry = outstanding_by_brand.remove(&brand).unwrap_or_default();
        if by_expiry != total {
            return Err(ConservationError::Outstanding { brand, by_expiry, total });
        }
    }
    // What is left changed by expiry without a change of the total.
    match outstanding_by_brand.into_iter().find(|(_, by_expiry)| *by_expiry != 0) {
        Some((brand, by_expiry)) => Err(ConservationError::Outstanding { brand, by_expiry, total: 0 }),
        None => Ok(()),
    }
}

/// One brand of a balance sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandSheet {
    /// The brand.
    pub brand: BrandId,
    /// Its totals.
    pub totals: Totals,
    /// What is outstanding by expiry: the brand's liability, the earliest first.
    pub liability: Vec<(Expiry, Points)>,
    /// Accounts that hold its points.
    pub holders: u64,
}

/// Adds up every account of a state and compares the sums with the totals, for every brand.
///
/// # Errors
/// The first brand whose points don't add up.
pub fn balance_sheet(view: &View) -> Result<Vec<BrandSheet>, ConservationError> {
    let month = view.tip().time_ms.month();
    let (mut held, mut outstanding) = (Sums::new(), Sums::new());
    let mut holders = BTreeMap::<BrandId, u64>::new();
    for (key, value) in view.tree().iter() {
        add_live_lots(&mut held, key, value, 1, month);
        if let Some((key, balance)) = read::<BalanceKey>(key, value)
            && !balance.live(month).is_empty()
        {
            *holders.entry(key.brand).or_default() += 1;
        }
        if let Some((key, points)) = read::<OutstandingKey>(key, value) {
            outstanding.insert((key.brand, key.expiry), i128::from(points.get()));
        }
    }
    same(&held, &outstanding)?;
    let sheet = |brand| {
        let totals = view.totals(brand).unwrap_or_default();
        balanced(brand, &totals)?;
        let of_brand = outstanding.iter().filter(|((of, _), _)| *of == brand);
        let by_expiry: i128 = of_brand.clone().map(|(_, points)| points).sum();
        let total = i128::from(totals.outstanding.get());
        if by_expiry != total {
            return Err(ConservationError::Outstanding { brand, by_expiry, total });
        }
        let points = |points: i128| Points::new(u64::try_from(points).expect("read as points above"));
        let liability = of_brand.map(|((_, expiry), sum)| (*expiry, points(*sum))).collect();
        Ok(BrandSheet { brand, totals, liability, holders: holders.get(&brand).copied().unwrap_or_default() })
    };
    // Points of a brand that isn't listed are points that nobody issued.
    let holding = outstanding.keys().map(|(brand, _)| *brand);
    let brands: BTreeSet<BrandId> = view.brand_ids().into_iter().chain(holding).collect();
    brands.into_iter().map(sheet).collect()
}

fn read<K: StateKey>(key: &[u8], value: &[u8]) -> Option<(K, K::Record)> {
    Some((K::decode(key)?, borsh::from_slice(value).ok()?))
}

fn add_live_lots(sums: &mut Sums, key: &[u8], value: &[u8], sign: i128, month: Month) {
    let Some((key, balance)) = read::<BalanceKey>(key, value) else { return };
    for lot in balance.live(month) {
        *sums.entry((key.brand, lot.expiry)).or_default() += sign * i128::from(lot.amount.get());
    }
}

fn balanced(brand: BrandId, totals: &Totals) -> Result<(), ConservationError> {
    let parts = [totals.outstanding, totals.redeemed, totals.expired, totals.reversed];
    let sum: u128 = parts.iter().map(|points| u128::from(points.get())).sum();
    if sum == u128::from(totals.issued.get()) { Ok(()) } else { Err(ConservationError::Totals(brand)) }
}

fn same(held: &Sums, outstanding: &Sums) -> Result<(), ConservationError> {
    for (brand, expiry) in held.keys().chain(outstanding.keys()).copied() {
        let at = |sums: &Sums| sums.get(&(brand, expiry)).copied().unwrap_or_default();
        if at(held) != at(outstanding) {
            let (held, outstanding) = (at(held), at(outstanding));
            return Err(ConservationError::Lots { brand, expiry, held, outstanding });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
