//! Points counted over a day or a month, against a cap.

use lojal_types::{Code, Points};

use super::Context;
use crate::key::{SpentKey, StateKey};
use crate::record::{DayCount, MonthCount};

/// Counts points of this day (UTC); all of the day's together are at most `max`.
pub(super) fn count_day<K: StateKey<Record = DayCount>>(
    context: &mut Context<'_, '_>,
    key: &K,
    amount: Points,
    max: Points,
    beyond: Code,
) -> Result<(), Code> {
    let day = context.time.day();
    let before = context.overlay.get(key).filter(|count| count.day == day).map_or(Points::ZERO, |count| count.points);
    let points = before.checked_add(amount).filter(|points| *points <= max).ok_or(beyond)?;
    context.overlay.put(key, &DayCount { day, points });
    Ok(())
}

/// Counts what a member of a household spends in this month (UTC); all of the month's together is at most `max`.
pub(super) fn count_month(
    context: &mut Context<'_, '_>,
    key: &SpentKey,
    amount: Points,
    max: Points,
) -> Result<(), Code> {
    let month = context.time.month();
    let before = context.overlay.get(key).filter(|count| count.month == month);
    let before = before.map_or(Points::ZERO, |count| count.points);
    let points = before.checked_add(amount).filter(|points| *points <= max).ok_or(Code::MemberLimitReached)?;
    context.overlay.put(key, &MonthCount { month, points });
    Ok(())
}

/// Takes back what was counted in this month and wasn't spent after all.
pub(super) fn uncount_month(context: &mut Context<'_, '_>, key: &SpentKey, amount: Points) {
    let count = context.overlay.get(key).expect("it was counted in this month");
    let points = count.points.checked_sub(amount).expect("at most what was counted in this month");
    context.overlay.put(key, &MonthCount { points, ..count });
}
