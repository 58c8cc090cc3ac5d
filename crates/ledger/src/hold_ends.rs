//! The ends of holds and offers: nothing sweeps accounts. "What holds set aside is kept by brand, minute of the end and
//! expiry, and at that block it moves from held to outstanding, or to expired if its month is over; so the end of a
//! month makes breakage of holds that have ended, too. The account's own record takes the lots back the next time that
//! its points of the brand are touched." (protocol, Holds)

use std::collections::BTreeMap;

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{Bounded, BrandId, Expiry, Lot, Points, TimeMs};

use crate::freed;
use crate::key::{HeldUntilKey, HoldEndsKey};
use crate::overlay::Overlay;
use crate::record::{BrandList, HeldLot, HeldUntil};
use crate::tree::Missing;

const MINUTE_MS: u64 = 60_000;
const HOUR_MINUTES: u64 = 60;
const BOUNDED: &str = "a brand's total bounds every sum of its points";

/// Points by brand and expiry.
type Ended = BTreeMap<BrandId, BTreeMap<Expiry, Points>>;

/// The hour of an end, and its minute within it.
fn hour_and_minute(end: TimeMs) -> (u64, u8) {
    let minutes = end.get() / MINUTE_MS;
    (minutes / HOUR_MINUTES, u8::try_from(minutes % HOUR_MINUTES).expect("less than 60"))
}

/// Notes that lots are held until a whole minute.
pub(crate) fn add(overlay: &mut Overlay<'_>, brand: BrandId, end: TimeMs, lots: &[Lot]) -> Result<(), Missing> {
    let (hour, minute) = hour_and_minute(end);
    let mut held = held_until(overlay, brand, hour)?;
    if held.is_empty() {
        let mut list = overlay.get(&HoldEndsKey(hour))?.unwrap_or_default();
        list.ids = list.ids.with_sorted(brand).expect("there are no more brands than that");
        write_list(overlay, hour, &list)?;
    }
    for lot in lots {
        match held.binary_search_by_key(&(minute, lot.expiry), |held| (held.minute, held.expiry)) {
            Ok(at) => held[at].amount = held[at].amount.checked_add(lot.amount).expect(BOUNDED),
            Err(at) => held.insert(at, HeldLot { minute, expiry: lot.expiry, amount: lot.amount }),
        }
    }
    write(overlay, HeldUntilKey { brand, hour }, held)
}

/// Notes that lots are held no longer, before their time.
pub(crate) fn remove(overlay: &mut Overlay<'_>, brand: BrandId, end: TimeMs, lots: &[Lot]) -> Result<(), Missing> {
    const KNOWN: &str = "what is set aside is a part of what is held until its end";
    let (hour, minute) = hour_and_minute(end);
    let mut held = held_until(overlay, brand, hour)?;
    for lot in lots {
        let at = held.binary_search_by_key(&(minute, lot.expiry), |held| (held.minute, held.expiry)).expect(KNOWN);
        held[at].amount = held[at].amount.checked_sub(lot.amount).expect(KNOWN);
    }
    held.retain(|held| !held.amount.is_zero());
    if held.is_empty() {
        let mut list = overlay.get(&HoldEndsKey(hour))?.unwrap_or_default();
        list.ids = list.ids.without(&brand);
        write_list(overlay, hour, &list)?;
    }
    write(overlay, HeldUntilKey { brand, hour }, held)
}

/// Moves what was held until a minute that has come between the last block and `time` from held to outstanding, or to
/// expired if its month is over.
pub(crate) fn end_holds(overlay: &mut Overlay<'_>, before: TimeMs, time: TimeMs) -> Result<(), Missing> {
    if before.get() / MINUTE_MS == time.get() / MINUTE_MS {
        return Ok(());
    }
    // No hold or offer lasts longer than this, however long the network stood still.
    let latest = time.min(before.plus_ms(HOLD_MS_MAX + MINUTE_MS));
    let hours = hour_and_minute(before).0..=hour_and_minute(latest).0;
    let lists = Missing::each(hours.map(|hour| Ok((hour, overlay.get(&HoldEndsKey(hour))?))))?;
    let lists = lists.into_iter().filter_map(|(hour, list)| Some((hour, list?)));
    let lists: Vec<(u64, BrandList)> = lists.collect();
    let held = lists.iter().flat_map(|(hour, list)| list.ids.iter().map(|brand| (*brand, *hour)));
    Missing::each(held.map(|(brand, hour)| held_until(overlay, brand, hour)))?;
    let mut ended = Ended::new();
    for (hour, brands) in lists {
        let mut left = Vec::new();
        for brand in brands.ids.into_inner() {
            if end_hour(overlay, brand, hour, time, ended.entry(brand).or_default())? {
                left.push(brand);
            }
        }
        let left = BrandList { ids: Bounded::new(left).expect("at most as many as before") };
        write_list(overlay, hour, &left)?;
    }
    Missing::each(ended.iter().map(|(brand, points)| freed::read(overlay, *brand, points.keys().copied())))?;
    ended.into_iter().try_for_each(|(brand, points)| {
        let lots = points.into_iter().map(|(expiry, amount)| Lot { expiry, amount });
        freed::set_free(overlay, brand, lots, time.month(), |totals| &mut totals.held)
    })
}

/// Takes out what of an hour has ended by `time`; answers whether anything is left of the hour.
fn end_hour(
    overlay: &mut Overlay<'_>,
    brand: BrandId,
    hour: u64,
    time: TimeMs,
    ended: &mut BTreeMap<Expiry, Points>,
) -> Result<bool, Missing> {
    let mut held = held_until(overlay, brand, hour)?;
    let has_ended = |held: &HeldLot| (hour * HOUR_MINUTES + u64::from(held.minute)) * MINUTE_MS <= time.get();
    let first_open = held.partition_point(has_ended);
    for held in held.drain(..first_open) {
        let sum = ended.entry(held.expiry).or_default();
        *sum = sum.checked_add(held.amount).expect(BOUNDED);
    }
    let is_left = !held.is_empty();
    if first_open > 0 {
        write(overlay, HeldUntilKey { brand, hour }, held)?;
    }
    Ok(is_left)
}

fn held_until(overlay: &mut Overlay<'_>, brand: BrandId, hour: u64) -> Result<Vec<HeldLot>, Missing> {
    Ok(overlay.get(&HeldUntilKey { brand, hour })?.map(|held| held.lots.into_inner()).unwrap_or_default())
}

/// An hour of which nothing is held leaves no record.
fn write(overlay: &mut Overlay<'_>, key: HeldUntilKey, held: Vec<HeldLot>) -> Result<(), Missing> {
    if held.is_empty() {
        overlay.remove(&key)?;
    } else {
        let lots = Bounded::new(held).expect("60 minutes, each with the expiries of three months' points");
        overlay.put(&key, &HeldUntil { lots })?;
    }
    Ok(())
}

/// Nor does one in which no brand's holds end.
fn write_list(overlay: &mut Overlay<'_>, hour: u64, list: &BrandList) -> Result<(), Missing> {
    if list.ids.is_empty() {
        overlay.remove(&HoldEndsKey(hour))?;
    } else {
        overlay.put(&HoldEndsKey(hour), list)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
