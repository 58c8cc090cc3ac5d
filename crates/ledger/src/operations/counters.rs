//! Points counted over a day or a month, against a cap.

use lojal_types::{Bounded, BrandId, Code, Month, Points, Policy};

use super::Context;
use crate::key::{SpentKey, StateKey, TransferredTodayKey};
use crate::record::{BrandCount, DayCount, Spent};
use crate::stop::Stop;
use crate::tree::Missing;

/// Counts points of this day (UTC); all of the day's together are at most `max`.
pub(super) fn count_day<K: StateKey<Record = DayCount>>(
    context: &mut Context<'_, '_>,
    key: &K,
    amount: Points,
    max: Points,
    beyond: Code,
) -> Result<(), Stop> {
    let day = context.time.day();
    let before = context.overlay.get(key)?.filter(|count| count.day == day).map_or(Points::ZERO, |count| count.points);
    let points = before.checked_add(amount).filter(|points| *points <= max).ok_or(beyond)?;
    context.overlay.put(key, &DayCount { day, points })?;
    Ok(())
}

/// "Transfers are within the policy's smallest and largest, and its daily cap per sender" (protocol, Points), whatever
/// account the sender takes the points from.
pub(super) fn within_daily_cap(
    context: &mut Context<'_, '_>,
    policy: &Policy,
    brand: BrandId,
    amount: Points,
) -> Result<(), Stop> {
    let Some(max) = policy.transfer_daily_max else { return Ok(()) };
    let key = TransferredTodayKey { sender: context.sender, brand };
    count_day(context, &key, amount, max, Code::TransferDailyMaxReached)
}

/// Counts what a member of a household spends in this month (UTC); all of the month's together is at most `max`.
pub(super) fn count_month(
    context: &mut Context<'_, '_>,
    key: &SpentKey,
    brand: BrandId,
    amount: Points,
    max: Points,
) -> Result<(), Stop> {
    let spent = this_month(context, key)?;
    let before = spent.as_ref().map_or(Points::ZERO, |spent| spent.of(brand));
    let points = before.checked_add(amount).filter(|points| *points <= max).ok_or(Code::MemberLimitReached)?;
    write_count(context, key, spent, BrandCount { brand, points })?;
    Ok(())
}

/// Takes back what was counted in this month and wasn't spent after all.
pub(super) fn uncount_month(
    context: &mut Context<'_, '_>,
    key: &SpentKey,
    brand: BrandId,
    amount: Points,
) -> Result<(), Missing> {
    let spent = this_month(context, key)?;
    let before = spent.as_ref().map_or(Points::ZERO, |spent| spent.of(brand));
    let points = before.checked_sub(amount).expect("at most what was counted in this month");
    write_count(context, key, spent, BrandCount { brand, points })
}

/// The points that a member has spent in this month, if any are counted.
pub(super) fn this_month(context: &mut Context<'_, '_>, key: &SpentKey) -> Result<Option<Spent>, Missing> {
    let month = context.time.month();
    Ok(context.overlay.get(key)?.filter(|spent| spent.month == month))
}

/// A count of nothing leaves no record.
fn write_count(
    context: &mut Context<'_, '_>,
    key: &SpentKey,
    before: Option<Spent>,
    count: BrandCount,
) -> Result<(), Missing> {
    let month: Month = context.time.month();
    let mut counts = before.map(|spent| spent.counts.into_inner()).unwrap_or_default();
    counts.retain(|other| other.brand != count.brand);
    if !count.points.is_zero() {
        let at = counts.partition_point(|other| other.brand < count.brand);
        counts.insert(at, count);
    }
    if counts.is_empty() {
        context.overlay.remove(key)?;
    } else {
        let counts = Bounded::new(counts).expect("there are no more brands than that");
        context.overlay.put(key, &Spent { month, counts })?;
    }
    Ok(())
}
