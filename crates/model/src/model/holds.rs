//! Holds once more.

use lojal_types::{Address, BrandId, Capture, Code, Release, Role};

use super::{DAY_MS, Held, Hold, MINUTE_MS, Model, check_amount, ensure};

impl Model {
    pub(super) fn hold(&mut self, sender: Address, hold: &lojal_types::Hold) -> Result<(), Code> {
        let (amount, expires) = (hold.amount.get(), hold.expires_ms.get());
        check_amount(amount)?;
        let policy = self.policy(hold.brand)?;
        self.check_open(hold.brand)?;
        let counted = self.spend(sender, hold.from, hold.brand, amount, false)?;
        ensure(amount >= policy.transfer_min.get(), Code::HoldTooSmall)?;
        ensure(expires > self.time && expires <= self.time + 30 * DAY_MS, Code::HoldExpiryOutOfRange)?;
        let expires = expires.div_ceil(MINUTE_MS) * MINUTE_MS;
        ensure(self.closing(hold.brand).is_none_or(|closes| expires <= closes), Code::HoldExpiryOutOfRange)?;
        self.check_answer(&hold.asked(), &hold.request)?;
        let dated = hold.request.dated;
        let key = (self.date(dated)?, hold.brand, hold.request.reference.clone());
        ensure(expires <= self.drop_of(key.0), Code::HoldExpiryOutOfRange)?;
        self.check_fresh(&self.tables.held, hold.brand, &hold.request.reference)?;
        let lots = self.take(hold.from, hold.brand, amount)?;
        ensure(self.hold_numbers(hold.from, hold.brand).len() < 16, Code::TooManyHolds)?;
        let (number, reference) = (self.holds_ever, hold.request.reference.clone());
        self.holds_ever += 1;
        self.tables.held.set(key, Held { from: hold.from, dated, expires, number, closed: false });
        let hold_key = (hold.from, hold.brand, number);
        self.tables.holds.set(hold_key, Hold { reference, dated, expires, lots, counted });
        Ok(())
    }

    pub(super) fn capture(&mut self, sender: Address, capture: &Capture) -> Result<(), Code> {
        let amount = capture.amount.get();
        check_amount(amount)?;
        let policy = self.policy(capture.brand)?;
        self.check_open(capture.brand)?;
        self.check_role(capture.brand, sender, Role::Capture)?;
        let key = (capture.hold_dated.month(), capture.brand, capture.hold_reference.clone());
        let held = self.shelved(&self.tables.held, &key).ok_or(Code::UnknownHold)?;
        ensure(held.from == capture.from && held.dated == capture.hold_dated, Code::UnknownHold)?;
        ensure(!held.closed, Code::HoldClosed)?;
        ensure(self.time < held.expires, Code::HoldExpired)?;
        let month = self.date(capture.dated)?;
        self.check_fresh(&self.tables.captured, capture.brand, &capture.reference)?;
        let hold_key = (capture.from, capture.brand, held.number);
        let mut hold = self.tables.holds.get(&hold_key).cloned().ok_or(Code::UnknownHold)?;
        ensure(amount <= hold.lots.iter().map(|(_, amount)| amount).sum(), Code::CaptureExceedsHold)?;
        let (mut missing, mut lots) = (amount, Vec::new());
        for (expiry, there) in &mut hold.lots {
            let part = missing.min(*there);
            *there -= part;
            missing -= part;
            lots.push((*expiry, part));
        }
        let paid = self.paid(&policy, (month, capture.dated), capture.from, lots, hold.counted);
        self.tables.captured.set((month, capture.brand, capture.reference.clone()), paid);
        self.tables.holds.set(hold_key, hold);
        self.tables.held.set(key, Held { closed: true, ..held });
        self.change_totals(capture.brand, |totals| totals.redeemed += u128::from(amount));
        self.let_go(hold_key);
        self.return_expired(capture.from, capture.brand);
        Ok(())
    }

    pub(super) fn release(&mut self, sender: Address, release: &Release) -> Result<(), Code> {
        self.policy(release.brand)?;
        self.check_open(release.brand)?;
        let key = (release.hold_dated.month(), release.brand, release.hold_reference.clone());
        let held = self.shelved(&self.tables.held, &key);
        let held = held.filter(|held| held.from == release.from && held.dated == release.hold_dated);
        if let Err(code) = self.check_role(release.brand, sender, Role::Capture) {
            let household = self.tables.households.get(&release.from);
            let member = household.is_some_and(|household| household.members.contains_key(&sender));
            ensure(member || sender == release.from, code)?;
            let running = held.as_ref().is_some_and(|held| !held.closed && self.time < held.expires);
            ensure(!running, Code::HoldNotExpired)?;
        }
        let held = held.ok_or(Code::UnknownHold)?;
        ensure(!held.closed, Code::HoldClosed)?;
        let hold_key = (release.from, release.brand, held.number);
        ensure(self.tables.holds.contains(&hold_key), Code::HoldExpired)?;
        let closed = self.time < held.expires;
        self.tables.held.set(key, Held { closed, ..held });
        self.let_go(hold_key);
        self.return_expired(release.from, release.brand);
        Ok(())
    }

    pub(super) fn return_expired(&mut self, account: Address, brand: BrandId) {
        for number in self.hold_numbers(account, brand) {
            let key = (account, brand, number);
            if self.tables.holds.get(&key).is_some_and(|hold| hold.expires <= self.time) {
                self.let_go(key);
            }
        }
        self.return_offers(account, brand);
    }

    /// The holds of which something is still to return, the oldest first.
    pub(crate) fn hold_numbers(&self, account: Address, brand: BrandId) -> Vec<u64> {
        let holds = self.tables.holds.range((account, brand, 0)..=(account, brand, u64::MAX));
        holds.map(|((_, _, number), _)| *number).collect()
    }

    /// Returns the points of a hold: to the balance, and those that are dead to breakage unless the hold's end has done
    /// that; and to the member's limit.
    fn let_go(&mut self, key: (Address, BrandId, u64)) {
        let Some(hold) = self.tables.holds.remove(&key) else { return };
        let (account, brand, _) = key;
        let left = hold.lots.iter().map(|(_, amount)| amount).sum::<u64>();
        if self.time < hold.expires {
            let dead = hold.lots.iter().filter(|(expiry, _)| !expiry.is_live_in(self.month));
            let dead = dead.map(|(_, amount)| amount).sum::<u64>();
            self.change_totals(brand, |totals| totals.expired += u128::from(dead));
        }
        self.put_back(account, brand, hold.lots);
        if let Some((member, month)) = hold.counted
            && month == self.month
        {
            let key = (account, member, brand, month);
            let spent = self.tables.spent_in.get(&key).copied().unwrap_or(0);
            self.tables.spent_in.set(key, spent - left);
        }
    }
}
