//! Reminders of points that will expire: the only events that no transaction makes.

use lojal_ledger::{Missing, Tip, View, answers};
use lojal_store::{Store, Subject};
use lojal_types::api::{EventPlace, Expiring, ExpiringPoints, REMINDER_INDEX};
use lojal_types::{Day, Expiry, Height, Month, Points, TimeMs};

use crate::outcome;
use crate::problem::Failure;
use crate::rights::Share;

/// The days before points expire on which their owner is reminded, the last first.
const DAYS: [u32; 3] = [1, 7, 30];

/// A reminder that is due: in the first block of its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reminder {
    pub(super) place: EventPlace,
    pub(super) month: Month,
    pub(super) days: u32,
}

/// The reminders that are due after a place, found where the reading comes to their days.
pub(super) struct Due {
    after: EventPlace,
    /// Those whose blocks nobody has looked for, by day.
    open: Vec<(Day, Month, u32)>,
    /// Those whose blocks are known, in order.
    found: Vec<Reminder>,
}

impl Due {
    /// Those after a place, all before which is of a day or of earlier ones, up to the last block; for each month only
    /// the last one, since it says all that those before it did.
    pub(super) fn after(after: EventPlace, since: Day, tip: &Tip) -> Self {
        let today = tip.time_ms.day();
        let mut open = Vec::new();
        for month in [today.month(), today.month().plus(1)] {
            let end = month.plus(1).start().day();
            let last = DAYS.map(|days| (end.minus(days), month, days)).into_iter().find(|(day, ..)| *day <= today);
            open.extend(last.filter(|(day, ..)| since < *day));
        }
        open.sort_unstable();
        Self { after, open, found: Vec::new() }
    }
    /// Those that come before a block of a day.
    pub(super) fn before(&mut self, store: &Store, height: Height, day: Day) -> Result<Vec<Reminder>, Failure> {
        self.find(store, height, day)?;
        let later = self.found.split_off(self.found.partition_point(|one| one.place.height < height));
        Ok(std::mem::replace(&mut self.found, later))
    }
    /// All that are left, up to the last block.
    pub(super) fn rest(mut self, store: &Store, tip: &Tip) -> Result<Vec<Reminder>, Failure> {
        self.find(store, tip.height, tip.time_ms.day())?;
        Ok(self.found)
    }
    /// Looks for the blocks of those that are due by a block of a day.
    fn find(&mut self, store: &Store, height: Height, day: Day) -> Result<(), Failure> {
        let later = self.open.split_off(self.open.partition_point(|(one, ..)| *one <= day));
        for (day, month, days) in std::mem::replace(&mut self.open, later) {
            let height = first_of(store, day, height_before(self.after), height)?;
            let place = EventPlace { height, index: REMINDER_INDEX, number: days };
            if place > self.after {
                self.found.push(Reminder { place, month, days });
            }
        }
        Ok(())
    }
}

/// The last block all of which is before a place, or at it.
fn height_before(place: EventPlace) -> Height {
    let height = place.height.get();
    Height::new(if place.is_end() { height } else { height.saturating_sub(1) })
}

/// The day of the last block that is as a whole before a place.
pub(super) fn day_before(store: &Store, place: EventPlace) -> Result<Day, Failure> {
    let height = height_before(place).min(store.tip().height);
    Ok(time_of(store, height)?.day())
}

/// The time of a block.
pub(super) fn time_of(store: &Store, height: Height) -> Result<TimeMs, Failure> {
    if height == Height::GENESIS {
        return Ok(store.genesis().document().time_ms);
    }
    Ok(outcome::decided(store, height)?.0.time_ms)
}

/// The first block of a day or after it, between one before the day and one that isn't.
fn first_of(store: &Store, day: Day, before: Height, last: Height) -> Result<Height, Failure> {
    let (mut low, mut high) = (before.get(), last.get());
    while high.saturating_sub(low) > 1 {
        let middle = low + (high - low) / 2;
        if time_of(store, Height::new(middle))?.day() < day { low = middle } else { high = middle }
    }
    Ok(Height::new(high))
}

/// The points of an account that a reminder is about, as far as somebody may be told; none if there are none.
pub(super) fn expiring(
    view: &View,
    of: Subject,
    share: &Share,
    reminder: &Reminder,
) -> Result<Option<Expiring>, Missing> {
    let Subject::Account(account) = of else { return Ok(None) };
    let brands = match share {
        Share::Whole => view.brand_ids().to_vec(),
        Share::Of(brands) => brands.clone(),
        Share::Recovery => Vec::new(),
    };
    let (balances, _) = answers::points(view, account, &brands)?;
    let mut points = Vec::new();
    for balance in balances {
        let lots = balance.lots.iter().filter(|lot| lot.expiry == Expiry::Month(reminder.month));
        let amount = lots.fold(Points::ZERO, |sum, lot| sum.checked_add(lot.amount).unwrap_or(sum));
        if !amount.is_zero() {
            points.push(ExpiringPoints { brand: balance.brand, amount });
        }
    }
    let Reminder { month: expiry, days, .. } = *reminder;
    let as_of = view.tip().height;
    Ok((!points.is_empty()).then_some(Expiring { expiry, days, points, as_of }))
}
