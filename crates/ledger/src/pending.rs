//! The ends of waits: nothing sweeps accounts. "What waits is kept by brand, day and expiry. In the first block of the
//! day it moves from pending to outstanding, or to expired if its month is over; the account's own record takes it in
//! the next time that it is written." (protocol, Pending points)

use lojal_types::limits::PENDING_DAYS_MAX;
use lojal_types::{Bounded, BrandId, Day, Month, PendingLot, Points, TimeMs};

use crate::freed;
use crate::key::PendingKey;
use crate::lots::merge;
use crate::overlay::Overlay;
use crate::record::Pending;
use crate::state::View;
use crate::tree::Missing;

const BOUNDED: &str = "a brand's total bounds every sum of its points";

/// Notes that points wait.
pub(crate) fn add(overlay: &mut Overlay<'_>, brand: BrandId, waits: &PendingLot) -> Result<(), Missing> {
    let key = PendingKey { brand, matures: waits.matures };
    let mut lots = overlay.get(&key)?.unwrap_or_default().lots.into_inner();
    merge(&mut lots, &[waits.lot()]);
    let lots = Bounded::new(lots).expect("what matures on a day lives for 0 to 60 months from then, or for ever");
    overlay.put(&key, &Pending { lots })
}

/// Notes that points that waited are taken back.
pub(crate) fn remove(overlay: &mut Overlay<'_>, brand: BrandId, waits: &PendingLot) -> Result<(), Missing> {
    const KNOWN: &str = "what waits in an account is a part of what the brand has pending until that day";
    let key = PendingKey { brand, matures: waits.matures };
    let mut lots = overlay.get(&key)?.unwrap_or_default().lots.into_inner();
    let at = lots.binary_search_by_key(&waits.expiry, |lot| lot.expiry).expect(KNOWN);
    lots[at].amount = lots[at].amount.checked_sub(waits.amount).expect(KNOWN);
    lots.retain(|lot| !lot.amount.is_zero());
    if lots.is_empty() {
        return overlay.remove(&key);
    }
    overlay.put(&key, &Pending { lots: Bounded::new(lots).expect("as many as before, or fewer") })
}

/// Moves what matured between the last block and `time` from pending to outstanding, or to expired.
pub(crate) fn mature(overlay: &mut Overlay<'_>, before: &View, time: TimeMs) -> Result<(), Missing> {
    let (from, to) = (before.tip().time_ms.day(), time.day());
    if from == to {
        return Ok(());
    }
    // Nothing waits longer than this, however long the network stood still.
    let to = to.min(from.plus(u32::from(PENDING_DAYS_MAX)));
    let days = || (from.get() + 1..=to.get()).map(|day| from.plus(day - from.get()));
    let keys = before.brand_ids().iter().flat_map(|brand| days().map(|matures| PendingKey { brand: *brand, matures }));
    let matured = Missing::each(keys.map(|key| Ok(overlay.get(&key)?.map(|pending| (key, pending)))))?;
    let matured: Vec<(PendingKey, Pending)> = matured.into_iter().flatten().collect();
    Missing::each(matured.iter().map(|(key, pending)| {
        let expiries = pending.lots.iter().map(|lot| lot.expiry);
        freed::read(overlay, key.brand, expiries)
    }))?;
    matured.into_iter().try_for_each(|(key, pending)| {
        let lots = pending.lots.into_inner().into_iter();
        freed::set_free(overlay, key.brand, lots, time.month(), |totals| &mut totals.pending)?;
        overlay.remove(&key)
    })
}

/// The day on which what is given on a day matures, if it waits: "at the beginning of the day so many days after that
/// of the block" (protocol, Pending points).
pub(crate) fn maturity(today: Day, days: u8) -> Option<Day> {
    (days > 0).then(|| today.plus(days.into()))
}

/// The month from which on what is given now lives: that in which it matures, if it waits.
pub(crate) fn lives_from(now: TimeMs, matures: Option<Day>) -> Month {
    matures.map_or(now.month(), Day::month)
}

/// The sum of lots that wait.
pub(crate) fn total_pending(lots: &[PendingLot]) -> Points {
    lots.iter().fold(Points::ZERO, |sum, lot| sum.checked_add(lot.amount).expect(BOUNDED))
}
