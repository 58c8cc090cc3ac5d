//! Random issues, redemptions, transfers, reversals, holds, captures and releases.

use lojal_types::{
    Address, BrandId, Capture, Day, Issue, Month, Operation, Points, Redeem, Release, RequestKind, Reverse, Role,
    Transfer,
};

use super::choices::Purse;
use super::{Workload, remember};
use crate::world::{BANK, DAY_MS, MINUTE_MS, SECOND_MS};

/// A hold that was made.
struct Made {
    brand: BrandId,
    from: Address,
    reference: lojal_types::Reference,
    dated: Day,
    points: u64,
}

impl Workload {
    pub(super) fn issue(&mut self, sender: usize) -> Option<Operation> {
        let brand = self.brand_of(sender, Role::Issue)?;
        let operator = self.model.tables.operators.get(&(brand, self.address(sender))).cloned();
        let max = operator.and_then(|operator| operator.issue_daily_max).unwrap_or(u64::MAX);
        let left = max.saturating_sub(self.model.issued_today(brand, self.address(sender)));
        let most = self.model.tables.policies.get(&brand).and_then(|policy| policy.issue_max);
        let most = most.map_or(u64::MAX, |max| max.get());
        let amount = match self.twist() {
            true if self.random.once_in(2) => most.saturating_add(1),
            true => self.part(max),
            false => self.gift_amount(brand).min(left),
        };
        if amount == 0 && !self.wild {
            return None;
        }
        let to = self.receiver(brand);
        Some(self.issue_of(brand, to, amount))
    }

    /// The till gives somebody points.
    pub(super) fn gift(&mut self) -> Operation {
        let suspended = |brand: &BrandId| self.model.tables.brands.get(brand).is_some_and(|one| one.suspended);
        let brands: Vec<BrandId> = self.brands[..BANK].iter().copied().filter(|brand| !suspended(brand)).collect();
        let brand = self.random.pick(&brands).unwrap_or(self.brands[BANK]);
        let (to, amount) = (self.receiver(brand), self.gift_amount(brand));
        self.issue_of(brand, to, amount)
    }

    pub(super) fn issue_of(&mut self, brand: BrandId, to: Address, amount: u64) -> Operation {
        let (reference, dated, expiry) = (self.reference(), self.day(), self.earlier_end(brand));
        remember(&mut self.issues, (brand, reference.clone(), dated));
        Operation::Issue(Issue { brand, to, amount: Points::new(amount), reference, dated, expiry })
    }

    /// A last month of points that are issued: mostly none, often one that the policy allows, now and then another.
    fn earlier_end(&mut self, brand: BrandId) -> Option<Month> {
        if !self.random.once_in(4) {
            return None;
        }
        let now = self.time.month();
        let months = self.model.tables.policies.get(&brand).and_then(|policy| policy.expiry_months).unwrap_or(60);
        if self.twist() {
            let wrong = [now.get().saturating_sub(1), now.get() + u16::from(months) + 1];
            return self.random.pick(&wrong).map(Month::new);
        }
        Some(now.plus(u8::try_from(self.random.within(0..u64::from(months) + 1)).unwrap_or(0)))
    }

    fn gift_amount(&mut self, brand: BrandId) -> u64 {
        let most = if brand == self.brands[BANK] { 10_000_000_000_000 } else { 200 };
        let max = self.model.tables.policies.get(&brand).and_then(|policy| policy.issue_max);
        self.random.within(most / 10..most).min(max.map_or(u64::MAX, |max| max.get()))
    }

    /// A member, or a pool of one.
    fn receiver(&mut self, brand: BrandId) -> Address {
        if self.twist() {
            return self.any_household();
        }
        let member = self.member();
        let pools = self.model.memberships(member);
        let poolable = self.model.tables.policies.get(&brand).is_some_and(|policy| policy.poolable);
        let pool = if poolable && self.random.once_in(4) { self.random.pick(&pools) } else { None };
        pool.unwrap_or(member)
    }

    pub(super) fn redeem(&mut self, sender: usize) -> Option<Operation> {
        let purse = self.purse(self.address(sender), false, |_, _, _| true)?;
        let amount = Points::new(self.part(purse.points));
        let Purse { brand, from, .. } = purse;
        if self.random.once_in(3) {
            return Some(self.answer(brand, from, amount, RequestKind::Redeem));
        }
        Some(Operation::Redeem(Redeem { brand, from, amount, request: None }))
    }

    pub(super) fn transfer(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let purse = self.purse(sender, true, |workload, from, brand| workload.can_move(from, brand))?;
        let (brand, from) = (purse.brand, purse.from);
        let mut to = self.receiver(brand);
        let pooled = |workload: &Self, address: Address| workload.model.tables.households.contains(&address);
        if !self.twist() {
            let policy = self.model.tables.policies.get(&brand)?.clone();
            if !policy.transferable {
                to = self.random.pick(&self.model.memberships(sender))?;
            }
            if from == to || (pooled(self, to) && !policy.poolable) {
                return None;
            }
            let cap = policy.transfer_daily_max.map_or(u64::MAX, |max| max.get());
            let left = cap.saturating_sub(self.model.transferred_today(sender, brand));
            let most = purse.points.min(policy.transfer_max.get()).min(left);
            let amount = self.part(most).max(policy.transfer_min.get());
            if amount > most && !self.wild {
                return None;
            }
            return Some(Operation::Transfer(Transfer { brand, from, to, amount: Points::new(amount) }));
        }
        let bounds = self.model.tables.policies.get(&brand).map(|policy| (policy.transfer_min, policy.transfer_max));
        let (min, max) = bounds.unwrap_or_default();
        let points = match self.random.within(0..4) {
            0 => min.get().saturating_sub(1),
            1 => max.get() + 1,
            2 => self.part(purse.points),
            _ => {
                to = from;
                min.get()
            }
        };
        Some(Operation::Transfer(Transfer { brand, from, to, amount: Points::new(points) }))
    }

    /// Tells whether a brand's points can go from somewhere to anybody at all.
    fn can_move(&self, from: Address, brand: BrandId) -> bool {
        let pool = self.model.tables.households.contains(&from);
        let policy = self.model.tables.policies.get(&brand);
        policy.is_some_and(|policy| policy.transferable || (policy.poolable && !pool))
    }

    pub(super) fn reverse(&mut self, sender: usize) -> Option<Operation> {
        let index = self.random.index(self.issues.len().max(1));
        let (brand, issue_reference, issue_dated) = self.issues.get(index)?.clone();
        let issued = self.model.tables.issues.get(&(issue_dated.month(), brand, issue_reference.clone())).cloned();
        let may = self.brands_of(self.address(sender), Role::Reverse).contains(&brand);
        let nobody = self.anybody();
        let open = issued.as_ref().is_some_and(|one| self.time.get() < one.until);
        let expiry = issued.as_ref().map(|one| one.expiry);
        let (mut from, rest) = issued.map_or((nobody, 0), |one| (one.to, one.amount - one.reversed));
        let lots = self.model.lots(from, brand);
        let there = lots.iter().find(|(one, _)| Some(*one) == expiry).map_or(0, |(_, amount)| *amount);
        let points = rest.min(there);
        if (!may || points == 0 || !open) && !self.wild {
            return None;
        }
        if self.twist() && self.random.once_in(3) {
            from = nobody;
        }
        // All or nothing, as much as there is, or at least a part of more than there is.
        let at_least = if self.twist() { rest.saturating_add(1) } else { self.part(points.max(1)) };
        let amount = at_least.saturating_add(self.random.pick(&[0, 0, points, u64::from(u32::MAX)]).unwrap_or(0));
        let at_least =
            if self.twist() { self.random.pick(&[0, amount.saturating_add(1)]).unwrap_or(0) } else { at_least };
        let (amount, at_least, reference) = (Points::new(amount), Points::new(at_least), self.reference());
        let brand = if self.twist() { self.brand() } else { brand };
        let (issue_dated, dated) = (self.day_or_other(issue_dated), self.day());
        let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
        Some(Operation::Reverse(reverse))
    }

    pub(super) fn hold(&mut self, sender: usize) -> Option<Operation> {
        let suits = |workload: &Self, from, brand| workload.model.hold_numbers(from, brand).len() < 15;
        let purse = self.purse(self.address(sender), false, suits)?;
        let least = self.model.tables.policies.get(&purse.brand).map_or(1, |policy| policy.transfer_min.get());
        let amount = self.part(purse.points);
        let amount = if self.wild { amount } else { amount.max(least) };
        if amount > purse.points && !self.wild {
            return None;
        }
        let amount = Points::new(amount);
        let ms = if self.twist() {
            self.random.pick(&[0, 1, 30 * DAY_MS, 30 * DAY_MS + 1])
        } else {
            self.random.pick(&[SECOND_MS, 5 * SECOND_MS, MINUTE_MS, 60 * MINUTE_MS, DAY_MS, 20 * DAY_MS, 30 * DAY_MS])
        };
        let expires_ms = self.time.plus_ms(ms?);
        Some(self.hold_of(purse.brand, purse.from, amount, expires_ms))
    }

    pub(super) fn hold_of(
        &mut self,
        brand: BrandId,
        from: Address,
        amount: Points,
        expires_ms: lojal_types::TimeMs,
    ) -> Operation {
        let operation = self.answer(brand, from, amount, RequestKind::Hold { expires_ms });
        if let Operation::Hold(hold) = &operation {
            remember(&mut self.holds, (hold.brand, hold.request.reference.clone(), hold.request.dated));
        }
        operation
    }

    /// A hold for which something holds, or any.
    fn made(&mut self, suits: impl Fn(&Self, &Made, bool) -> bool) -> Option<Made> {
        let all = self.twist();
        let known = self.holds.iter().filter_map(|(brand, reference, day)| {
            let held = self.model.tables.held.get(&(day.month(), *brand, reference.clone()));
            let Some(held) = held else {
                let from = self.address(0);
                return all.then(|| Made { brand: *brand, from, reference: reference.clone(), dated: *day, points: 1 });
            };
            let open = self.model.tables.holds.get(&(held.from, *brand, held.number));
            let points = open.map_or(0, |hold| hold.lots.iter().map(|(_, amount)| amount).sum());
            let expired = held.expires <= self.time.get();
            let made = Made { brand: *brand, from: held.from, reference: reference.clone(), dated: *day, points };
            (all || (open.is_some() && suits(self, &made, expired))).then_some(made)
        });
        let mut known: Vec<Made> = known.collect();
        if known.is_empty() {
            return None;
        }
        let index = self.random.index(known.len());
        let mut made = known.swap_remove(index);
        if self.twist() && self.random.once_in(3) {
            made.from = self.anybody();
        }
        made.dated = self.day_or_other(made.dated);
        Some(made)
    }

    pub(super) fn capture(&mut self, sender: usize) -> Option<Operation> {
        let may = self.brands_of(self.address(sender), Role::Capture);
        let made = self.made(|_, made, expired| may.contains(&made.brand) && !expired)?;
        let amount = Points::new(self.part(made.points.max(1)));
        let (reference, dated) = (self.reference(), self.day());
        let Made { brand, from, reference: hold_reference, dated: hold_dated, .. } = made;
        Some(Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated }))
    }

    pub(super) fn release(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let may = self.brands_of(sender, Role::Capture);
        let owns =
            |workload: &Self, from: Address| from == sender || workload.model.memberships(sender).contains(&from);
        let made =
            self.made(|workload, made, expired| may.contains(&made.brand) || (expired && owns(workload, made.from)));
        let Made { brand, from, reference: hold_reference, dated: hold_dated, .. } = made?;
        Some(Operation::Release(Release { brand, from, hold_reference, hold_dated }))
    }
}
