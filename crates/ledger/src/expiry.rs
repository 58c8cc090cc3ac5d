//! The end of a month: nothing sweeps accounts. "At the first block of a new month, what is outstanding of each brand
//! with the month that is over becomes `expired`, one step per brand and month. Accounts drop dead lots when they are
//! next written; reads leave them out." (protocol, Points)

use lojal_types::limits::EXPIRY_MONTHS_MAX;
use lojal_types::{Expiry, Month, Points, TimeMs};

use crate::key::{OutstandingKey, TotalsKey};
use crate::overlay::Overlay;
use crate::state::View;
use crate::tree::Missing;

/// Moves what expired between the last block and `time` from outstanding to expired.
pub(crate) fn expire(overlay: &mut Overlay<'_>, before: &View, time: TimeMs) -> Result<(), Missing> {
    let (from, to) = (before.tip().time_ms.month(), time.month());
    if from == to {
        return Ok(());
    }
    // No lot lives longer than this, however long the network stood still.
    let last = from.plus(EXPIRY_MONTHS_MAX);
    let months = || (from.get()..to.get()).map(Month::new).take_while(|month| *month <= last);
    let keys = before.brand_ids().iter().flat_map(|brand| months().map(|month| (*brand, Expiry::Month(month))));
    let keys = keys.map(|(brand, expiry)| OutstandingKey { brand, expiry });
    let outstanding = Missing::each(keys.map(|key| Ok(overlay.get(&key)?.map(|points| (key, points)))))?;
    let outstanding: Vec<(OutstandingKey, Points)> = outstanding.into_iter().flatten().collect();
    Missing::each(outstanding.iter().map(|(key, _)| overlay.get(&TotalsKey(key.brand))))?;
    outstanding.into_iter().try_for_each(|(key, points)| expire_month(overlay, key, points))
}

fn expire_month(overlay: &mut Overlay<'_>, key: OutstandingKey, points: Points) -> Result<(), Missing> {
    let brand = key.brand;
    let mut totals = overlay.get(&TotalsKey(brand))?.expect("every brand has totals");
    totals.outstanding = totals.outstanding.checked_sub(points).expect("a month is a part of what is outstanding");
    totals.expired = totals.expired.checked_add(points).expect("at most what was issued");
    overlay.put(&TotalsKey(brand), &totals)?;
    overlay.remove(&key)
}
