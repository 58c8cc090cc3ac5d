//! Checks that what brands have refunded is what their payments say, and what was donated what their campaigns say.
//!
//! "All refunds of a payment together are at most what was paid" (protocol, Vouchers and refunds).

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{Award, BrandId, GrossPoints, Lot, Totals};

use super::{ConservationError, read};
use crate::key::{CampaignKey, CapturedKey, GivenVoucherKey, MarkedKey, RedeemedKey, StateKey, TotalsKey};
use crate::overlay::Written;
use crate::record::{CampaignRecord, Paid};
use crate::state::View;

/// Points by brand, as differences.
type Sums = BTreeMap<BrandId, i128>;

/// The points that were refunded and donated: in the totals, and by the payments and campaigns that these sum up.
#[derive(Default)]
struct Tally {
    refunded: Sums,
    by_payments: Sums,
    donated: Sums,
    by_campaigns: Sums,
}

impl Tally {
    fn add(&mut self, key: &[u8], value: &[u8], sign: i128) -> Result<(), ConservationError> {
        if let Some((TotalsKey(brand), Totals { refunded, donated, .. })) = read::<TotalsKey>(key, value) {
            *self.refunded.entry(brand).or_default() += sign * of(refunded);
            *self.donated.entry(brand).or_default() += sign * of(donated);
        }
        if let Some((brand, paid)) = paid_in(key, value) {
            *self.by_payments.entry(brand).or_default() += sign * i128::from(paid.refunded.get());
            let lots: i128 = paid.lots.iter().map(|lot: &Lot| i128::from(lot.amount.get())).sum();
            if i128::from(paid.refunded.get()) > lots {
                return Err(ConservationError::RefundExceeds(brand));
            }
        }
        if let Some((key, record)) = read::<CampaignKey>(key, value) {
            *self.by_campaigns.entry(key.brand).or_default() += sign * donated_by(&record);
        }
        Ok(())
    }
    /// Checks of each brand what is counted against what its payments and campaigns say.
    fn check(&self, is_right: impl Fn(i128, i128) -> bool) -> Result<(), ConservationError> {
        let pairs = [(&self.refunded, &self.by_payments), (&self.donated, &self.by_campaigns)];
        let brands: BTreeSet<_> = pairs.iter().flat_map(|(counted, said)| counted.keys().chain(said.keys())).collect();
        for brand in brands.into_iter().copied() {
            for (counted, said) in pairs {
                let (counted, said) = (at(counted, brand), at(said, brand));
                if !is_right(counted, said) {
                    return Err(ConservationError::Refunds { brand, counted, said });
                }
            }
        }
        Ok(())
    }
}

fn of(sum: GrossPoints) -> i128 {
    // Sums of all points that a brand's members can pay are far below 2^127.
    i128::try_from(sum.get()).unwrap_or(i128::MAX)
}

fn at(sums: &Sums, brand: BrandId) -> i128 {
    sums.get(&brand).copied().unwrap_or_default()
}

/// The points of a payment, wherever they are remembered.
fn paid_in(key: &[u8], value: &[u8]) -> Option<(BrandId, Paid)> {
    if let Some((key, record)) = read::<RedeemedKey>(key, value) {
        return Some((key.brand, record.paid?));
    }
    if let Some((key, record)) = read::<CapturedKey>(key, value) {
        return Some((key.brand, record.paid?));
    }
    if let Some((key, record)) = read::<GivenVoucherKey>(key, value) {
        return Some((key.brand, record.paid()?));
    }
    read::<MarkedKey>(key, value).and_then(|(key, record)| Some((key.brand, record.paid()?)))
}

/// The points that members have donated by a campaign.
fn donated_by(record: &CampaignRecord) -> i128 {
    match record.terms.award {
        Award::Cause { .. } => of(record.paid),
        Award::Points { .. } | Award::Mark { .. } | Award::Voucher { .. } => 0,
    }
}

/// Checks what one block has written.
pub(super) fn check_block(written: &[Written<'_>]) -> Result<(), ConservationError> {
    let mut tally = Tally::default();
    for Written { key, before, after, .. } in written {
        let key = key.as_bytes();
        if let Some(before) = *before {
            tally.add(key, before, -1)?;
            // A campaign that is over goes with what it counted.
            if after.is_none() && CampaignKey::decode(key).is_some() {
                tally.add(key, before, 1)?;
            }
        }
        if let Some(after) = after.as_deref() {
            tally.add(key, after, 1)?;
        }
    }
    tally.check(|counted, said| counted == said)
}

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let mut tally = Tally::default();
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        tally.add(key, value, 1)?;
    }
    for (_, shelf) in view.shelves().iter() {
        for entry in shelf.iter() {
            let (key, value) = entry?;
            tally.add(key, value, 1)?;
        }
    }
    // What was paid on a shelf that is dropped since, and by a campaign that is over, is counted still.
    tally.check(|counted, said| counted >= said)
}
