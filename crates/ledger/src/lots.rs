//! Arithmetic on the lots of a balance (protocol, Points).

use lojal_types::limits::LOTS_MAX;
use lojal_types::{Bounded, Day, Expiry, Lot, Month, PendingLot, Points};

use crate::record::Balance;

const BOUNDED: &str = "a brand's total bounds every sum of its points";

/// The sum of lots.
pub(crate) fn total(lots: &[Lot]) -> Points {
    lots.iter().fold(Points::ZERO, |sum, lot| sum.checked_add(lot.amount).expect(BOUNDED))
}

/// Splits lots: the first ones that make up `amount`, and the others; `None` when they don't suffice.
pub(crate) fn split(lots: &[Lot], amount: Points) -> Option<(Vec<Lot>, Vec<Lot>)> {
    let mut missing = amount;
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    for lot in lots {
        let part = lot.amount.min(missing);
        missing = missing.checked_sub(part).expect("the part is at most what is missing");
        let left = lot.amount.checked_sub(part).expect("the part is at most the lot");
        taken.push(Lot { amount: part, ..*lot });
        rest.push(Lot { amount: left, ..*lot });
    }
    taken.retain(|lot| !lot.amount.is_zero());
    rest.retain(|lot| !lot.amount.is_zero());
    if missing.is_zero() { Some((taken, rest)) } else { None }
}

/// Adds lots to others that stand by rising expiry, those with the same expiry together.
pub(crate) fn merge(held: &mut Vec<Lot>, lots: &[Lot]) {
    for lot in lots {
        match held.binary_search_by_key(&lot.expiry, |held| held.expiry) {
            Ok(at) => held[at].amount = held[at].amount.checked_add(lot.amount).expect(BOUNDED),
            Err(at) => held.insert(at, *lot),
        }
    }
}

impl Balance {
    /// The lots that can still be used in `month`.
    pub fn live(&self, month: Month) -> &[Lot] {
        let dead = self.lots.partition_point(|lot| !lot.expiry.is_live_in(month));
        &self.lots[dead..]
    }

    /// Adds lots, merging those with the same expiry, and drops what is dead in `month`.
    pub(crate) fn add(&mut self, lots: &[Lot], month: Month) {
        let mut held = self.live(month).to_vec();
        merge(&mut held, lots);
        self.replace(held);
    }

    /// Gives lots back that a hold has set aside, dead ones too, so that a shortage can tell that they have expired.
    /// What is dead anyway gives way where there are too many: live lots always fit.
    pub(crate) fn put_back(&mut self, lots: &[Lot]) {
        let mut held = self.lots.to_vec();
        merge(&mut held, lots);
        let excess = held.len().saturating_sub(LOTS_MAX);
        self.replace(held.split_off(excess));
    }

    /// "Spending takes the earliest lot first." (protocol, Points) What is dead in `month` is dropped. Nothing changes
    /// when the live lots don't suffice.
    pub(crate) fn take(&mut self, amount: Points, month: Month) -> Option<Vec<Lot>> {
        let (taken, rest) = split(self.live(month), amount)?;
        self.replace(rest);
        Some(taken)
    }

    /// The same of lots with an expiry or a later one: "Payments take the earliest lots among those with `wants_until`
    /// or a later end." (protocol, Market)
    pub(crate) fn take_from(&mut self, first: Expiry, amount: Points, month: Month) -> Option<Vec<Lot>> {
        let live = self.live(month);
        let (early, late) = live.split_at(live.partition_point(|lot| lot.expiry < first));
        let (taken, rest) = split(late, amount)?;
        self.replace([early, &rest].concat());
        Some(taken)
    }

    /// Takes as much as there is with an expiry, at most `most`, and drops what is dead in `month`.
    pub(crate) fn take_of(&mut self, expiry: Expiry, most: Points, month: Month) -> Points {
        let mut held = self.live(month).to_vec();
        let Some(lot) = held.iter_mut().find(|lot| lot.expiry == expiry) else { return Points::ZERO };
        let taken = lot.amount.min(most);
        lot.amount = lot.amount.checked_sub(taken).expect("the part is at most the lot");
        held.retain(|lot| !lot.amount.is_zero());
        self.replace(held);
        taken
    }

    /// Takes in what has matured by a day, dead lots too, as those that a hold gives back.
    pub(crate) fn mature(&mut self, today: Day) {
        let matured = self.pending.partition_point(|lot| lot.matures <= today);
        if matured == 0 {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending).into_inner();
        let lots: Vec<Lot> = pending.drain(..matured).map(|lot| lot.lot()).collect();
        self.pending = Bounded::new(pending).expect("fewer than before");
        self.put_back(&lots);
    }

    /// Adds points that wait; false, and nothing changes, when there are too many parts of them.
    #[must_use]
    pub(crate) fn add_pending(&mut self, waits: &PendingLot) -> bool {
        let mut pending = self.pending.to_vec();
        match pending.binary_search_by_key(&(waits.matures, waits.expiry), |lot| (lot.matures, lot.expiry)) {
            Ok(at) => pending[at].amount = pending[at].amount.checked_add(waits.amount).expect(BOUNDED),
            Err(at) => pending.insert(at, *waits),
        }
        let Ok(pending) = Bounded::new(pending) else { return false };
        self.pending = pending;
        true
    }

    /// Takes as much as waits until a day with an expiry, at most `most`.
    pub(crate) fn take_pending(&mut self, (matures, expiry): (Day, Expiry), most: Points) -> Points {
        let mut pending = self.pending.to_vec();
        let lot = pending.iter_mut().find(|lot| (lot.matures, lot.expiry) == (matures, expiry));
        let Some(lot) = lot else { return Points::ZERO };
        let taken = lot.amount.min(most);
        lot.amount = lot.amount.checked_sub(taken).expect("the part is at most the lot");
        pending.retain(|lot| !lot.amount.is_zero());
        self.pending = Bounded::new(pending).expect("as many as before, or fewer");
        taken
    }

    fn replace(&mut self, lots: Vec<Lot>) {
        self.lots = Bounded::new(lots).expect("live expiries are 61 months and never");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Month = Month::new(700);

    fn lot(month: u16, amount: u64) -> Lot {
        Lot { expiry: Expiry::Month(Month::new(month)), amount: Points::new(amount) }
    }

    fn balance(lots: &[Lot]) -> Balance {
        Balance { lots: Bounded::new(lots.to_vec()).expect("few"), ..Balance::default() }
    }

    #[test]
    fn spending_takes_the_earliest_lot_first() {
        let mut held = balance(&[lot(700, 5), lot(701, 5), lot(702, 5)]);
        assert_eq!(held.take(Points::new(7), NOW), Some(vec![lot(700, 5), lot(701, 2)]));
        assert_eq!(*held.lots, [lot(701, 3), lot(702, 5)]);
    }

    #[test]
    fn as_much_as_there_is_of_one_expiry_is_taken_and_nothing_of_others() {
        let expiry = |month| Expiry::Month(Month::new(month));
        let mut held = balance(&[lot(699, 5), lot(700, 5), lot(702, 5)]);
        assert_eq!(held.take_of(expiry(702), Points::new(3), NOW), Points::new(3));
        assert_eq!(*held.lots, [lot(700, 5), lot(702, 2)]);
        assert_eq!(held.take_of(expiry(702), Points::new(3), NOW), Points::new(2));
        for gone in [699, 701, 702] {
            assert_eq!(held.take_of(expiry(gone), Points::new(3), NOW), Points::ZERO);
        }
        assert_eq!(*held.lots, [lot(700, 5)]);
    }

    #[test]
    fn a_payment_takes_the_earliest_lot_of_those_that_live_long_enough() {
        let mut held = balance(&[lot(699, 5), lot(700, 5), lot(701, 5), lot(702, 5)]);
        let from = |month| Expiry::Month(Month::new(month));
        assert_eq!(held.take_from(from(701), Points::new(11), NOW), None);
        assert_eq!(held.take_from(from(701), Points::new(7), NOW), Some(vec![lot(701, 5), lot(702, 2)]));
        assert_eq!(*held.lots, [lot(700, 5), lot(702, 3)]);
        assert_eq!(held.take_from(from(699), Points::new(6), NOW), Some(vec![lot(700, 5), lot(702, 1)]));
        assert_eq!(held.take_from(Expiry::Never, Points::new(1), NOW), None);
    }

    #[test]
    fn dead_lots_cover_nothing_and_vanish_when_the_balance_is_written() {
        let mut held = balance(&[lot(699, 5), lot(700, 5)]);
        assert_eq!(held.take(Points::new(6), NOW), None);
        assert_eq!(*held.lots, [lot(699, 5), lot(700, 5)], "a refusal changes nothing");
        held.add(&[lot(701, 1)], NOW);
        assert_eq!(*held.lots, [lot(700, 5), lot(701, 1)]);
    }

    #[test]
    fn what_a_hold_gives_back_is_kept_though_it_is_dead_as_long_as_there_is_room() {
        let mut held = balance(&[lot(700, 5)]);
        held.put_back(&[lot(698, 1), lot(700, 2)]);
        assert_eq!(*held.lots, [lot(698, 1), lot(700, 7)]);
        let mut full = balance(&(700..=760).map(|month| lot(month, 1)).collect::<Vec<_>>());
        full.put_back(&[lot(698, 1), lot(699, 1)]);
        assert_eq!((full.lots.len(), full.lots[0]), (62, lot(699, 1)));
    }

    #[test]
    fn what_has_matured_joins_the_lots_and_the_rest_waits() {
        let day = |day| Day::new(day).expect("before 6999");
        let waits = |matures, month, amount| {
            let Lot { expiry, amount } = lot(month, amount);
            PendingLot { matures: day(matures), expiry, amount }
        };
        let mut held = balance(&[lot(701, 5)]);
        for one in [waits(12, 701, 1), waits(10, 701, 2), waits(10, 700, 4), waits(12, 701, 8)] {
            assert!(held.add_pending(&one));
        }
        assert_eq!(*held.pending, [waits(10, 700, 4), waits(10, 701, 2), waits(12, 701, 9)]);
        held.mature(day(9));
        assert_eq!(*held.lots, [lot(701, 5)]);
        held.mature(day(11));
        assert_eq!((&*held.lots, &*held.pending), (&[lot(700, 4), lot(701, 7)][..], &[waits(12, 701, 9)][..]));
        assert_eq!(held.take_pending((day(12), Expiry::Never), Points::new(4)), Points::ZERO);
        assert_eq!(held.take_pending((day(12), lot(701, 1).expiry), Points::new(4)), Points::new(4));
        assert_eq!(held.take_pending((day(12), lot(701, 1).expiry), Points::new(9)), Points::new(5));
        assert!(held.pending.is_empty());
    }

    #[test]
    fn so_many_parts_wait_and_no_more() {
        let day = |day| Day::new(day).expect("before 6999");
        let mut held = Balance::default();
        let waits = |number: u16| PendingLot {
            matures: day(u32::from(number / 2)),
            expiry: Expiry::Month(Month::new(700 + number % 2)),
            amount: Points::new(1),
        };
        assert!((0..180).all(|number| held.add_pending(&waits(number))));
        let full = held.clone();
        assert!(!held.add_pending(&waits(180)));
        assert_eq!(held, full, "nothing changes");
        assert!(held.add_pending(&waits(7)), "a part that there is grows");
    }

    #[test]
    fn lots_split_at_any_amount_and_never_lose_a_point() {
        let lots = [lot(700, 5), lot(701, 5)];
        assert_eq!(split(&lots, Points::new(0)), Some((vec![], lots.to_vec())));
        assert_eq!(split(&lots, Points::new(5)), Some((vec![lot(700, 5)], vec![lot(701, 5)])));
        assert_eq!(split(&lots, Points::new(7)), Some((vec![lot(700, 5), lot(701, 2)], vec![lot(701, 3)])));
        assert_eq!(split(&lots, Points::new(10)), Some((lots.to_vec(), vec![])));
        assert_eq!(split(&lots, Points::new(11)), None);
    }

    #[test]
    fn equal_expiries_merge_and_the_full_spread_fits() {
        let mut held = Balance::default();
        let never = Lot { expiry: Expiry::Never, amount: Points::new(1) };
        for _ in 0..2 {
            held.add(&(700..=760).map(|month| lot(month, 1)).chain([never]).collect::<Vec<_>>(), NOW);
        }
        assert_eq!(held.lots.len(), 62);
        assert_eq!(total(&held.lots), Points::new(124));
    }
}
