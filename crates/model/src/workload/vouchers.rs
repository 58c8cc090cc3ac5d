//! Random uses of vouchers, refunds, and vouchers that are taken back.

use lojal_types::{
    Address, AnsweredRequest, BrandId, Day, Operation, Payment, Points, Reference, Refund, Role, Salt, TakeBack,
    TakenBackOf, UseVoucher, VoucherId, VoucherRequest,
};

use super::Workload;
use super::mistakes::Possible;
use crate::world::{HOUR_MS, MEMBERS_WITH_POINTS, TILL};

/// A payment that could be refunded.
#[derive(Clone)]
struct Refundable {
    of: Payment,
    brand: BrandId,
    reference: Reference,
    dated: Day,
    from: Address,
    left: u64,
    /// The points of a part that can be refunded by itself.
    step: u64,
}

impl Workload {
    /// A member, or one of its household, uses a voucher.
    pub(super) fn use_voucher(&mut self, sender: usize) -> Option<Operation> {
        let own = self.address(sender);
        let accounts: Vec<Address> = std::iter::once(own).chain(self.model.memberships(own)).collect();
        let recorded = self.model.tables.programme.vouchers.iter();
        let recorded = recorded.filter(|((account, _), _)| accounts.contains(account));
        let all: Vec<_> = recorded.flat_map(|(key, list)| list.iter().map(|one| (*key, *one))).collect();
        let live: Vec<_> = all.iter().copied().filter(|(_, one)| one.until >= self.time.day()).collect();
        let from = if self.random.once_in(20) { all } else { live };
        let ((account, brand), one) = self.random.pick(&from)?;
        let quantity = if self.twist() { self.random.pick(&[0, 99]).expect("two") } else { 1 };
        let voucher = if self.twist() { VoucherId::new([9; 16]) } else { one.id };
        self.references += 1;
        let mut salt = [0x75; 16];
        salt[..8].copy_from_slice(&self.references.to_be_bytes());
        let ms = if self.twist() { 0 } else { self.random.within(60_000..HOUR_MS) };
        let (dated, until_ms, salt) = (self.day(), self.time.plus_ms(ms), Salt::new(salt));
        let for_household = account != own && self.random.once_in(2);
        let household = for_household.then_some(account);
        let asked = VoucherRequest { brand, campaign: one.campaign, quantity, dated, until_ms, household, salt };
        let reference = if self.twist() { self.reference() } else { asked.reference(&self.chain) };
        let request = AnsweredRequest { reference, dated, until_ms, for_household, salt };
        Some(Operation::UseVoucher(UseVoucher { brand, account, voucher, quantity, request }))
    }

    /// A brand, or the owner of a voucher, gives back what was paid.
    pub(super) fn refund(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let own = self.address(sender);
        let may = self.brands_of(own, Role::Reverse);
        let (time, wild) = (self.time.get(), self.wild);
        let mut known = self.payments();
        known.retain(|(one, until, returnable)| {
            let owns = one.of == Payment::Claim && one.from == own && *returnable;
            let owns = owns || (wild && one.of == Payment::Claim && one.from == own);
            (may.contains(&one.brand) || owns) && (wild || (one.left > 0 && time < *until))
        });
        let (one, ..) = self.random.pick(&known)?;
        let steps = one.left / one.step.max(1);
        let amount = match self.random.within(0..3) {
            _ if self.twist() && one.step > 1 => one.step - 1,
            _ if self.twist() => self.part(one.left),
            0 => one.left,
            _ => one.step * self.random.within(1..steps.max(1) + 1),
        };
        let to = if self.twist() { self.anybody() } else { one.from };
        let of_reference = if self.twist() { self.reference() } else { one.reference };
        let (of_dated, reference, dated) = (self.day_or_other(one.dated), self.reference(), self.day());
        let (of, brand, amount) = (one.of, one.brand, Points::new(amount));
        Some(Operation::Refund(Refund { brand, to, of, of_reference, of_dated, amount, reference, dated }))
    }

    /// The payments that are remembered, until when each can be refunded, and whether its owner can return it.
    fn payments(&self) -> Vec<(Refundable, u64, bool)> {
        let tables = &self.model.tables;
        let mut known = Vec::new();
        for (of, table) in [(Payment::Redeem, &tables.redeemed), (Payment::Capture, &tables.captured)] {
            for ((_, brand, reference), paid) in table.iter() {
                let Some(paid) = paid else { continue };
                let (reference, left) = (reference.clone(), paid.left());
                let (dated, from, brand) = (paid.dated, paid.from, *brand);
                let one = Refundable { of, brand, reference, dated, from, left, step: left.div_ceil(3) };
                known.push((one, paid.until, false));
            }
        }
        for (key, claimed) in tables.programme.claimed.iter() {
            let (paid, of) = (&claimed.paid, Payment::Claim);
            let all: u64 = paid.lots.iter().map(|(_, amount)| amount).sum();
            let step = all / claimed.quantity;
            let given = tables.programme.given_vouchers.get(key);
            let uses =
                given.map(|given| self.model.vouchers(given.to, key.1).into_iter().find(|one| one.id == given.id));
            let unused = uses.map_or(paid.left(), |one| one.map_or(0, |one| one.left * step));
            let campaign = tables.programme.campaigns.get(&(key.1, claimed.campaign));
            let returnable = campaign.is_some_and(|one| one.terms.returnable);
            let (reference, left) = (key.2.clone(), paid.left().min(unused));
            let (dated, from, brand) = (paid.dated, paid.from, key.1);
            known.push((Refundable { of, brand, reference, dated, from, left, step }, paid.until, returnable));
        }
        known
    }

    /// A voucher that is taken back.
    pub(super) fn take_back_voucher(&mut self, sender: usize) -> Option<Operation> {
        let own = self.brands_of(self.address(sender), Role::Reverse);
        let known = self.model.tables.programme.given_vouchers.iter().filter(|((_, brand, _), _)| own.contains(brand));
        let known: Vec<_> = known.map(|(key, one)| (key.clone(), one.clone())).collect();
        let ((_, brand, of_reference), one) = self.random.pick(&known)?;
        let held = self.model.vouchers(one.to, brand).into_iter().find(|voucher| voucher.id == one.id);
        let left = held.map_or(0, |held| held.left);
        if (left == 0 || self.time.get() >= one.until) && !self.wild {
            return None;
        }
        let from = if self.twist() { self.anybody() } else { one.to };
        let amount = if self.twist() { self.part(left) } else { self.random.within(1..left.max(1) + 1) };
        let (of_dated, reference, dated) = (self.day_or_other(one.dated), self.reference(), self.day());
        let of = TakenBackOf::Voucher;
        Some(Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated }))
    }

    /// A voucher is used or returned by its owner, or the till refunds a payment.
    pub(super) fn back(&mut self) -> Option<(usize, Vec<Operation>)> {
        if self.random.once_in(3) {
            let refund = if self.can_act(TILL) { self.refund(TILL) } else { None };
            return Some((TILL, vec![refund?]));
        }
        let first = self.random.index(MEMBERS_WITH_POINTS);
        let members = (0..MEMBERS_WITH_POINTS).map(|offset| (first + offset) % MEMBERS_WITH_POINTS);
        for member in members.filter(|member| self.can_act(*member)).collect::<Vec<_>>() {
            let operation = if self.random.once_in(3) { self.refund(member) } else { self.use_voucher(member) };
            if let Some(operation) = operation {
                return Some((member, vec![operation]));
            }
        }
        None
    }

    /// More uses of a voucher than are left of it.
    pub(super) fn using_more_than_is_left(&self) -> Possible {
        let (dated, until_ms, salt) = (self.time.day(), self.time.plus_ms(HOUR_MS), Salt::new([0x76; 16]));
        let all = self.model.tables.programme.vouchers.iter();
        let live = all.flat_map(|((account, brand), _)| {
            self.model.vouchers(*account, *brand).into_iter().map(|one| (*account, *brand, one))
        });
        let too_many = live.filter_map(|(account, brand, one)| {
            let quantity = u16::try_from(one.left + 1).ok()?;
            let campaign = one.campaign;
            let asked = VoucherRequest { brand, campaign, quantity, dated, until_ms, household: None, salt };
            let reference = asked.reference(&self.chain);
            let request = AnsweredRequest { reference, dated, until_ms, for_household: false, salt };
            let operation = UseVoucher { brand, account, voucher: one.id, quantity, request };
            Some((account, Operation::UseVoucher(operation)))
        });
        too_many.collect()
    }

    /// A refund of a part of a unit, or of what is used or isn't returnable.
    pub(super) fn refunding_in_vain(&self) -> Possible {
        let own = Reference::new(vec![0x77; 12]).expect("12 bytes");
        let dated = self.time.day();
        let claims = self
            .payments()
            .into_iter()
            .filter(|(one, until, _)| one.of == Payment::Claim && self.time.get() < *until && one.left > 0);
        let in_vain = claims.flat_map(|(one, _, returnable)| {
            let refund = |amount: u64| Refund {
                brand: one.brand,
                to: one.from,
                of: one.of,
                of_reference: one.reference.clone(),
                of_dated: one.dated,
                amount: Points::new(amount),
                reference: own.clone(),
                dated,
            };
            let part = (one.step > 1).then(|| (self.address(TILL), refund(one.step - 1)));
            let by_owner = (!returnable).then(|| (one.from, refund(one.step)));
            [part, by_owner]
        });
        let of_used = self.model.tables.programme.claimed.iter().filter_map(|(key, claimed)| {
            let given = self.model.tables.programme.given_vouchers.get(key)?;
            let left = self.model.vouchers(given.to, key.1).into_iter().find(|one| one.id == given.id);
            let paid = &claimed.paid;
            let step = (paid.left() + paid.refunded) / claimed.quantity;
            let is_used = left.map_or(0, |one| one.left) * step < paid.left();
            (is_used && self.time.get() < paid.until && paid.left() > 0).then(|| Refund {
                brand: key.1,
                to: paid.from,
                of: Payment::Claim,
                of_reference: key.2.clone(),
                of_dated: paid.dated,
                amount: Points::new(paid.left()),
                reference: own.clone(),
                dated,
            })
        });
        let of_used = of_used.map(|refund| (self.address(TILL), refund));
        in_vain.flatten().chain(of_used).map(|(sender, refund)| (sender, Operation::Refund(refund))).collect()
    }
}
