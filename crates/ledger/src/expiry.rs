//! The end of a month (protocol §5): nothing sweeps accounts. What is outstanding of a brand with the month that is
//! over becomes breakage, one step per brand and month, and accounts drop their dead lots when next touched.

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
