//! The end of a month: nothing sweeps accounts. "At the first block of a new month, what is outstanding of each brand
//! with the month that is over becomes `expired`, one step per brand and month. Accounts drop dead lots when they are
//! next written; reads leave them out." (protocol, Points)

use lojal_types::limits::EXPIRY_MONTHS_MAX;
use lojal_types::{BrandId, Expiry, Month, TimeMs};

use crate::key::{OutstandingKey, TotalsKey};
use crate::overlay::Overlay;
use crate::state::View;

/// Moves what expired between the last block and `time` from outstanding to expired.
pub(crate) fn expire(overlay: &mut Overlay<'_>, before: &View, time: TimeMs) {
    let (from, to) = (before.tip().time_ms.month(), time.month());
    if from == to {
        return;
    }
    // No lot lives longer than this, however long the network stood still.
    let last = from.plus(EXPIRY_MONTHS_MAX);
    for brand in before.brand_ids() {
        for month in (from.get()..to.get()).map(Month::new).take_while(|month| *month <= last) {
            expire_month(overlay, brand, month);
        }
    }
}

fn expire_month(overlay: &mut Overlay<'_>, brand: BrandId, month: Month) {
    let key = OutstandingKey { brand, expiry: Expiry::Month(month) };
    let Some(points) = overlay.get(&key) else { return };
    let mut totals = overlay.get(&TotalsKey(brand)).expect("every brand has totals");
    totals.outstanding = totals.outstanding.checked_sub(points).expect("a month is a part of what is outstanding");
    totals.expired = totals.expired.checked_add(points).expect("at most what was issued");
    overlay.put(&TotalsKey(brand), &totals);
    overlay.remove(&key);
}
