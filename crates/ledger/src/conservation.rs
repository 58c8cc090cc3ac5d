//! Conservation (protocol §5): for every brand, issued = outstanding + held + redeemed + converted out + expired +
//! reversed; outstanding is the sum over all accounts' live lots, and held that over all their holds; what is over
//! never comes back. Checked from what a block changed after every block, and over the whole state by the auditor, by
//! code that shares nothing with the operations that keep the totals.

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{BrandId, Expiry, Lot, Month, Points};
use thiserror::Error;

use crate::key::{BalanceKey, HoldsKey, OutstandingKey, StateKey, TotalsKey};
use crate::overlay::Written;
use crate::record::Totals;
use crate::state::View;

/// Points appeared or vanished. Never the fault of a transaction: the program is wrong, or its memory.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConservationError {
    /// The equation of a brand's totals doesn't hold.
    #[error("brand {0}: issued is not outstanding + held + redeemed + converted out + expired + reversed")]
    Totals(BrandId),
    /// A brand's totals are gone.
    #[error("brand {0}: its totals are gone")]
    TotalsGone(BrandId),
    /// A total that can only grow has fallen.
    #[error("brand {brand}: the points {total} have become fewer")]
    Fallen {
        /// The brand.
        brand: BrandId,
        /// Which of its totals.
        total: &'static str,
    },
    /// Holds set aside more or less than the brand's total.
    #[error("brand {brand}: holds set aside {in_holds} points, but {held} are held")]
    Held {
        /// The brand.
        brand: BrandId,
        /// In holds; for a block, the change.
        in_holds: i128,
        /// In the totals; for a block, the change.
        held: i128,
    },
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

/// What changed in a block, or stands in a state, by brand.
#[derive(Default)]
struct Tally {
    in_accounts: Sums,
    outstanding: Sums,
    outstanding_by_brand: BTreeMap<BrandId, i128>,
    in_holds: BTreeMap<BrandId, i128>,
}

impl Tally {
    fn add(&mut self, key: &[u8], value: &[u8], sign: i128, month: Month) {
        let points = |lot: &Lot| sign * i128::from(lot.amount.get());
        if let Some((key, balance)) = read::<BalanceKey>(key, value) {
            for lot in balance.live(month) {
                *self.in_accounts.entry((key.brand, lot.expiry)).or_default() += points(lot);
            }
        }
        if let Some((key, record)) = read::<HoldsKey>(key, value) {
            let lots = record.holds.iter().flat_map(|hold| hold.lots.iter());
            *self.in_holds.entry(key.brand).or_default() += lots.map(points).sum::<i128>();
        }
        if let Some((key, outstanding)) = read::<OutstandingKey>(key, value) {
            let change = sign * i128::from(outstanding.get());
            *self.outstanding_by_brand.entry(key.brand).or_default() += change;
            // What leaves a month that is over has become breakage, and the accounts' lots of it count no more;
            // whatever still stands there is found.
            if key.expiry.is_live_in(month) || change > 0 {
                *self.outstanding.entry((key.brand, key.expiry)).or_default() += change;
            }
        }
    }

    /// What was tallied of a brand must be the change of its totals; from nothing to the totals, for a whole state.
    fn settle(&mut self, brand: BrandId, before: &Totals, after: &Totals) -> Result<(), ConservationError> {
        let change = |of: fn(&Totals) -> Points| i128::from(of(after).get()) - i128::from(of(before).get());
        let total = change(|totals| totals.outstanding);
        let by_expiry = self.outstanding_by_brand.remove(&brand).unwrap_or_default();
        if by_expiry != total {
            return Err(ConservationError::Outstanding { brand, by_expiry, total });
        }
        let held = change(|totals| totals.held);
        let in_holds = self.in_holds.remove(&brand).unwrap_or_default();
        if in_holds == held { Ok(()) } else { Err(ConservationError::Held { brand, in_holds, held }) }
    }

    /// What is left changed without a change of the totals.
    fn nothing_is_left(self) -> Result<(), ConservationError> {
        let changed = |sums: BTreeMap<BrandId, i128>| sums.into_iter().find(|(_, points)| *points != 0);
        if let Some((brand, by_expiry)) = changed(self.outstanding_by_brand) {
            return Err(ConservationError::Outstanding { brand, by_expiry, total: 0 });
        }
        match changed(self.in_holds) {
            Some((brand, in_holds)) => Err(ConservationError::Held { brand, in_holds, held: 0 }),
            None => Ok(()),
        }
    }
}

/// Checks what one block has written; `month` is that of the block.
pub(crate) fn check_block(written: &[Written<'_>], month: Month) -> Result<(), ConservationError> {
    let mut tally = Tally::default();
    let mut totals = Vec::new();
    for Written { key, before, after, .. } in written {
        let key = key.as_bytes();
        for (value, sign) in [(*before, -1), (after.as_deref(), 1)] {
            let Some(value) = value else { continue };
            tally.add(key, value, sign, month);
        }
        let Some(TotalsKey(brand)) = TotalsKey::decode(key) else { continue };
        let before = before.and_then(|value| read::<TotalsKey>(key, value)).map(|(_, before)| before);
        let after = after.as_deref().and_then(|value| read::<TotalsKey>(key, value));
        let (_, after) = after.ok_or(ConservationError::TotalsGone(brand))?;
        totals.push((brand, before.unwrap_or_default(), after));
    }
    same(&tally.in_accounts, &tally.outstanding)?;
    for (brand, before, after) in totals {
        balanced(brand, &after)?;
        nothing_fell(brand, &before, &after)?;
        tally.settle(brand, &before, &after)?;
    }
    tally.nothing_is_left()
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
    /// What is set aside by holds by expiry, the earliest first; of a month that is over it becomes breakage when it
    /// returns, unless the brand takes it.
    pub held: Vec<(Expiry, Points)>,
    /// Accounts that hold its points.
    pub holders: u64,
}

/// Adds up every account of a state and compares the sums with the totals, for every brand.
///
/// # Errors
/// The first brand whose points don't add up.
pub fn balance_sheet(view: &View) -> Result<Vec<BrandSheet>, ConservationError> {
    let month = view.tip().time_ms.month();
    let mut tally = Tally::default();
    let mut set_aside = Sums::new();
    let mut holders = BTreeMap::<BrandId, u64>::new();
    for (key, value) in view.tree().iter() {
        tally.add(key, value, 1, month);
        if let Some((key, balance)) = read::<BalanceKey>(key, value)
            && !balance.live(month).is_empty()
        {
            *holders.entry(key.brand).or_default() += 1;
        }
        if let Some((key, record)) = read::<HoldsKey>(key, value) {
            for lot in record.holds.iter().flat_map(|hold| hold.lots.iter()) {
                *set_aside.entry((key.brand, lot.expiry)).or_default() += i128::from(lot.amount.get());
            }
        }
    }
    same(&tally.in_accounts, &tally.outstanding)?;
    // Points of a brand that isn't listed are points that nobody issued.
    let holding = tally.outstanding_by_brand.keys().chain(tally.in_holds.keys()).copied();
    let brands: BTreeSet<BrandId> = view.brand_ids().into_iter().chain(holding).collect();
    let by_expiry = |sums: &Sums, brand| {
        let points = |points: i128| Points::new(u64::try_from(points).expect("a sum of points that add up"));
        sums.iter().filter(|((of, _), _)| *of == brand).map(|((_, expiry), sum)| (*expiry, points(*sum))).collect()
    };
    let mut sheets = Vec::new();
    for brand in brands {
        let totals = view.totals(brand).unwrap_or_default();
        balanced(brand, &totals)?;
        tally.settle(brand, &Totals::default(), &totals)?;
        let (liability, held) = (by_expiry(&tally.outstanding, brand), by_expiry(&set_aside, brand));
        let holders = holders.get(&brand).copied().unwrap_or_default();
        sheets.push(BrandSheet { brand, totals, liability, held, holders });
    }
    Ok(sheets)
}

fn read<K: StateKey>(key: &[u8], value: &[u8]) -> Option<(K, K::Record)> {
    Some((K::decode(key)?, borsh::from_slice(value).ok()?))
}

fn balanced(brand: BrandId, totals: &Totals) -> Result<(), ConservationError> {
    let Totals { issued, outstanding, held, redeemed, converted_out, expired, reversed } = totals;
    let parts = [outstanding, held, redeemed, converted_out, expired, reversed];
    let sum: u128 = parts.iter().map(|points| u128::from(points.get())).sum();
    if sum == u128::from(issued.get()) { Ok(()) } else { Err(ConservationError::Totals(brand)) }
}

/// What was issued stays issued, and what is over never comes back.
fn nothing_fell(brand: BrandId, before: &Totals, after: &Totals) -> Result<(), ConservationError> {
    let growing = [
        ("issued", before.issued, after.issued),
        ("redeemed", before.redeemed, after.redeemed),
        ("converted out", before.converted_out, after.converted_out),
        ("expired", before.expired, after.expired),
        ("reversed", before.reversed, after.reversed),
    ];
    match growing.into_iter().find(|(_, before, after)| after < before) {
        Some((total, ..)) => Err(ConservationError::Fallen { brand, total }),
        None => Ok(()),
    }
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
