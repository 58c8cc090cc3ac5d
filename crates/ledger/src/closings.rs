//! The end of a brand that leaves: nothing sweeps accounts. "In the first block that isn't earlier than `closes_ms` the
//! brand has left: what is outstanding of it becomes `expired`, whatever its expiry" (protocol, Brands).

use lojal_types::limits::EXPIRY_MONTHS_MAX;
use lojal_types::{BrandId, Expiry, Month, Points, TimeMs};

use crate::key::{ClosingsKey, OutstandingKey, TotalsKey};
use crate::overlay::Overlay;
use crate::tree::Missing;

/// Moves what is left of the brands that have left between the last block and `time` from outstanding to expired. Holds
/// that were open until then have ended before.
pub(crate) fn close_brands(overlay: &mut Overlay<'_>, before: TimeMs, time: TimeMs) -> Result<(), Missing> {
    let Some(closings) = overlay.get(&ClosingsKey)? else { return Ok(()) };
    let leaving = closings.brands.iter().filter(|one| before < one.closes_ms && one.closes_ms <= time);
    let leaving: Vec<BrandId> = leaving.map(|one| one.brand).collect();
    let keys = leaving.iter().flat_map(|brand| expiries(time.month()).map(|expiry| (*brand, expiry)));
    let keys = keys.map(|(brand, expiry)| OutstandingKey { brand, expiry });
    let outstanding = Missing::each(keys.map(|key| Ok(overlay.get(&key)?.map(|points| (key, points)))))?;
    Missing::each(leaving.iter().map(|brand| overlay.get(&TotalsKey(*brand))))?;
    outstanding.into_iter().flatten().try_for_each(|(key, points)| expire(overlay, key, points))
}

/// Every expiry that lots can have which are live in a month.
fn expiries(month: Month) -> impl Iterator<Item = Expiry> {
    (0..=EXPIRY_MONTHS_MAX).map(move |months| Expiry::Month(month.plus(months))).chain([Expiry::Never])
}

fn expire(overlay: &mut Overlay<'_>, key: OutstandingKey, points: Points) -> Result<(), Missing> {
    let mut totals = overlay.get(&TotalsKey(key.brand))?.expect("every brand has totals");
    totals.outstanding = totals.outstanding.checked_sub(points).expect("an expiry is a part of what is outstanding");
    totals.expired = totals.expired.checked_add(points).expect("at most what was issued");
    overlay.put(&TotalsKey(key.brand), &totals)?;
    overlay.remove(&key)
}
