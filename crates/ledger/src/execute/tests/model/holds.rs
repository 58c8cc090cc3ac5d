//! Holds once more.

use lojal_types::{Address, BrandId, Capture, Code, Hold, Reference, Release, Role};

use super::{DAY_MS, Model, ModelHold, check_amount, ensure};

impl ModelHold {
    /// A hold that never was.
    pub(in super::super) fn of(hold: &Hold) -> Self {
        let Hold { brand, from, reference, expires_ms, .. } = hold.clone();
        let expires = expires_ms.get();
        Self { brand, from, reference, expires, lots: Vec::new(), counted: None, over: true, closed: true }
    }
}

impl Model {
    /// The references of an account's holds that have not expired, the oldest first.
    pub(in super::super) fn open_holds(&self, account: Address, brand: BrandId) -> Vec<Reference> {
        let open =
            |hold: &&ModelHold| hold.from == account && hold.brand == brand && !hold.over && self.time < hold.expires;
        self.holds.iter().filter(open).map(|hold| hold.reference.clone()).collect()
    }

    pub(super) fn hold(&mut self, sender: Address, hold: &Hold) -> Result<(), Code> {
        let (amount, expires) = (hold.amount.get(), hold.expires_ms.get());
        check_amount(amount)?;
        self.policy(hold.brand)?;
        let counted = self.spend(sender, hold.from, hold.brand, amount, false)?;
        ensure(expires > self.time && expires <= self.time + 30 * DAY_MS, Code::HoldExpiryOutOfRange)?;
        ensure(self.find(hold.brand, &hold.reference).is_none(), Code::DuplicateReference)?;
        let lots = self.take(hold.from, hold.brand, amount, None)?;
        let open = self.holds.iter().filter(|one| one.from == hold.from && one.brand == hold.brand && !one.over);
        ensure(open.count() < 16, Code::TooManyHolds)?;
        let reference = hold.reference.clone();
        let (brand, from) = (hold.brand, hold.from);
        self.holds.push(ModelHold { brand, from, reference, expires, lots, counted, over: false, closed: false });
        Ok(())
    }

    pub(super) fn capture(&mut self, sender: Address, capture: &Capture) -> Result<(), Code> {
        let amount = capture.amount.get();
        check_amount(amount)?;
        self.policy(capture.brand)?;
        self.check_role(capture.brand, sender, Role::Capture)?;
        ensure(self.captured.insert((capture.brand, capture.reference.clone())), Code::DuplicateReference)?;
        let at = self.find(capture.brand, &capture.hold_reference).ok_or(Code::UnknownHold)?;
        let hold = self.holds[at].clone();
        ensure(hold.from == capture.from, Code::UnknownHold)?;
        ensure(!hold.closed, Code::HoldClosed)?;
        ensure(self.time < hold.expires, Code::HoldExpired)?;
        ensure(amount <= hold.lots.iter().map(|(_, amount)| amount).sum(), Code::CaptureExceedsHold)?;
        let mut missing = amount;
        for (_, held) in &mut self.holds[at].lots {
            let part = missing.min(*held);
            *held -= part;
            missing -= part;
        }
        self.totals_mut(capture.brand).redeemed += amount;
        self.let_go(at);
        self.holds[at].closed = true;
        self.return_expired(capture.from, capture.brand);
        Ok(())
    }

    pub(super) fn release(&mut self, sender: Address, release: &Release) -> Result<(), Code> {
        self.policy(release.brand)?;
        let at = self.find(release.brand, &release.hold_reference);
        let at = at.filter(|at| self.holds[*at].from == release.from);
        if let Err(code) = self.check_role(release.brand, sender, Role::Capture) {
            let household = self.households.get(&release.from);
            let member = household.is_some_and(|household| household.members.contains_key(&sender));
            ensure(member || sender == release.from, code)?;
            let running = at.is_some_and(|at| !self.holds[at].closed && self.time < self.holds[at].expires);
            ensure(!running, Code::HoldNotExpired)?;
        }
        let at = at.ok_or(Code::UnknownHold)?;
        ensure(!self.holds[at].closed, Code::HoldClosed)?;
        ensure(!self.holds[at].over, Code::HoldExpired)?;
        self.holds[at].closed = self.time < self.holds[at].expires;
        self.let_go(at);
        self.return_expired(release.from, release.brand);
        Ok(())
    }

    pub(super) fn return_expired(&mut self, account: Address, brand: BrandId) {
        for at in 0..self.holds.len() {
            let hold = &self.holds[at];
            if hold.from == account && hold.brand == brand && !hold.over && hold.expires <= self.time {
                self.let_go(at);
            }
        }
    }

    /// What is left of a hold returns: to the balance, to breakage, to the member's limit.
    fn let_go(&mut self, at: usize) {
        self.holds[at].over = true;
        let hold = self.holds[at].clone();
        let left = hold.lots.iter().map(|(_, amount)| amount).sum::<u64>();
        let (live, dead): (Vec<_>, Vec<_>) =
            hold.lots.into_iter().partition(|(expiry, _)| expiry.is_live_in(self.month));
        self.put(hold.from, hold.brand, live);
        self.lots.retain(|_, amount| *amount > 0);
        self.totals_mut(hold.brand).expired += dead.iter().map(|(_, amount)| amount).sum::<u64>();
        if let Some((member, month)) = hold.counted
            && month == self.month
        {
            *self.spent_in.get_mut(&(month, hold.from, member, hold.brand)).expect("counted") -= left;
        }
    }

    fn find(&self, brand: BrandId, reference: &Reference) -> Option<usize> {
        self.holds.iter().position(|hold| hold.brand == brand && hold.reference == *reference)
    }
}
