//! Issues, redemptions, transfers and reversals once more.

use lojal_types::{
    Address, AnsweredRequest, BrandId, Code, Expiry, Issue, MemberRole, Month, Policy, Redeem, Request, Reverse, Role,
    Transfer,
};

use super::{AMOUNT_MAX, DAY_MS, Issued, Model, check_amount, count, ensure};

impl Model {
    pub(super) fn issue(&mut self, sender: Address, issue: &Issue) -> Result<(), Code> {
        let amount = issue.amount.get();
        check_amount(amount)?;
        let policy = self.policy(issue.brand)?;
        self.in_force(issue.brand)?;
        self.check_stays(issue.brand)?;
        self.check_role(issue.brand, sender, Role::Issue)?;
        ensure(policy.issue_max.is_none_or(|max| amount <= max.get()), Code::IssueTooLarge)?;
        let days = self.tables.brands.get(&issue.brand).map_or(0, |brand| brand.pending_days);
        let (matures, from) = (self.maturity(days), self.lives_from(days));
        let latest = self.expiry_from(&policy, from);
        let expiry = issue.expiry.map_or(latest, Expiry::Month);
        let months = issue.expiry.map_or(0, |month| i32::from(month.get()) - i32::from(from.get()));
        ensure((0..=60).contains(&months) && expiry <= latest, Code::IssueExpiryOutOfRange)?;
        let key = (self.date(issue.dated)?, issue.brand, issue.reference.clone());
        self.check_fresh(&self.tables.issues, issue.brand, &issue.reference)?;
        let operator = self.tables.operators.get(&(issue.brand, sender));
        if let Some(max) = operator.and_then(|operator| operator.issue_daily_max) {
            let key = (issue.brand, sender, self.time / DAY_MS);
            count(&mut self.tables.issued_on, key, amount, max, Code::IssueDailyMaxReached)?;
        }
        self.count_issued(issue.brand, amount)?;
        let until = (self.time + policy.reversal_window_ms.min(400 * DAY_MS)).min(self.drop_of(key.0));
        self.open(issue.to, &policy, amount, None)?;
        self.give_new(issue.to, issue.brand, (expiry, amount), matures)?;
        let (to, dated) = (issue.to, issue.dated);
        self.tables.issues.set(key, Issued { to, amount, expiry, dated, until, reversed: 0, matures });
        Ok(())
    }

    pub(super) fn redeem(&mut self, sender: Address, redeem: &Redeem) -> Result<(), Code> {
        let amount = redeem.amount.get();
        check_amount(amount)?;
        let policy = self.policy(redeem.brand)?;
        self.check_open(redeem.brand)?;
        let counted = self.spend(sender, redeem.from, redeem.brand, amount, false)?;
        let mut used = None;
        if let (Some(answered), Some(asked)) = (&redeem.request, redeem.asked()) {
            self.check_answer(&asked, answered)?;
            let month = self.date(answered.dated)?;
            self.check_fresh(&self.tables.redeemed, redeem.brand, &answered.reference)?;
            used = Some(((month, redeem.brand, answered.reference.clone()), answered.dated));
        }
        let lots = self.take(redeem.from, redeem.brand, amount)?;
        if let Some((key, dated)) = used {
            let paid = self.paid(&policy, (key.0, dated), redeem.from, lots, counted);
            self.tables.redeemed.set(key, paid);
        }
        self.change_totals(redeem.brand, |totals| totals.redeemed += u128::from(amount));
        Ok(())
    }

    pub(super) fn transfer(&mut self, sender: Address, transfer: &Transfer) -> Result<(), Code> {
        let amount = transfer.amount.get();
        check_amount(amount)?;
        let policy = self.policy(transfer.brand)?;
        self.check_open(transfer.brand)?;
        self.spend(sender, transfer.from, transfer.brand, amount, true)?;
        ensure(transfer.from != transfer.to, Code::SameAccount)?;
        let pools = [transfer.from, transfer.to].map(|address| address.as_bytes()[19] % 2 == 1);
        ensure(policy.poolable || !pools[1], Code::PolicyForbidsPooling)?;
        ensure(policy.transferable || pools == [false, true], Code::PolicyForbidsTransfer)?;
        ensure(amount >= policy.transfer_min.get(), Code::TransferTooSmall)?;
        ensure(amount <= policy.transfer_max.get(), Code::TransferTooLarge)?;
        self.count_transferred(sender, transfer.brand, &policy, amount)?;
        let taken = self.take(transfer.from, transfer.brand, amount)?;
        self.open(transfer.to, &policy, amount, Some(sender))?;
        self.give(transfer.to, transfer.brand, taken)
    }

    pub(super) fn reverse(&mut self, sender: Address, reverse: &Reverse) -> Result<(), Code> {
        let amount = reverse.amount.get();
        check_amount(amount)?;
        let at_least = reverse.at_least.get();
        ensure(1 <= at_least && at_least <= amount, Code::AtLeastOutOfRange)?;
        self.policy(reverse.brand)?;
        self.in_force(reverse.brand)?;
        self.check_role(reverse.brand, sender, Role::Reverse)?;
        let own = (self.date(reverse.dated)?, reverse.brand, reverse.reference.clone());
        self.check_fresh(&self.tables.reversed, reverse.brand, &reverse.reference)?;
        let key = (reverse.issue_dated.month(), reverse.brand, reverse.issue_reference.clone());
        let issue = self.shelved(&self.tables.issues, &key).ok_or(Code::UnknownReference)?;
        ensure(issue.dated == reverse.issue_dated, Code::UnknownReference)?;
        ensure(issue.to == reverse.from, Code::IssueToOther)?;
        ensure(self.time < issue.until, Code::ReversalWindowClosed)?;
        let left = issue.amount - issue.reversed;
        ensure(at_least <= left, Code::ReversalExceedsIssue)?;
        ensure(issue.expiry.is_live_in(self.month), Code::PointsExpired)?;
        self.return_expired(reverse.from, reverse.brand);
        let most = amount.min(left);
        let taken = match self.take_waiting(reverse.from, reverse.brand, &issue, most) {
            Some(taken) => taken,
            None => self.take_matured(reverse.from, reverse.brand, issue.expiry, most),
        };
        ensure(at_least <= taken, Code::InsufficientPoints)?;
        self.tables.issues.set(key.clone(), Issued { reversed: issue.reversed + taken, ..issue });
        self.back_to_campaign(&key, taken);
        self.tables.reversed.set(own, taken);
        self.change_totals(reverse.brand, |totals| totals.reversed += u128::from(taken));
        Ok(())
    }

    fn take_matured(&mut self, from: Address, brand: BrandId, expiry: Expiry, most: u64) -> u64 {
        let lot = (from, brand, expiry);
        let there = self.tables.lots.get(&lot).copied().unwrap_or(0);
        let taken = there.min(most);
        self.drop_dead(from, brand);
        if taken == there {
            self.tables.lots.remove(&lot);
        } else {
            self.tables.lots.set(lot, there - taken);
        }
        taken
    }

    /// Checks that the sender may take points, and counts them for a member's limit; gives the limit that they count
    /// for.
    pub(super) fn spend(
        &mut self,
        sender: Address,
        from: Address,
        brand: BrandId,
        amount: u64,
        leaves: bool,
    ) -> Result<Option<(Address, Month)>, Code> {
        if sender == from {
            return Ok(None);
        }
        let member = self.tables.households.get(&from).and_then(|household| household.members.get(&sender));
        let rights = member.cloned().ok_or(Code::NotOwner)?;
        ensure(!(leaves && rights.role == MemberRole::Child), Code::ChildMayNot)?;
        self.return_expired(from, brand);
        let listed = rights.limits.iter().find(|limit| limit.brand == brand).map(|limit| limit.month_max.get());
        let max = match rights.role {
            MemberRole::Admin => return Ok(None),
            MemberRole::Adult if listed.is_none() => return Ok(None),
            MemberRole::Adult | MemberRole::Child => listed.unwrap_or(0),
        };
        let key = (from, sender, brand, self.month);
        count(&mut self.tables.spent_in, key, amount, max, Code::MemberLimitReached)?;
        Ok(Some((sender, self.month)))
    }

    /// Only so many points of a brand can be in use at a time.
    pub(super) fn count_issued(&mut self, brand: BrandId, amount: u64) -> Result<(), Code> {
        let totals = self.totals(brand);
        let in_use = [totals.outstanding, totals.pending, totals.held].map(|sum| u128::from(sum.get()));
        let in_use = in_use.iter().sum::<u128>() + u128::from(amount);
        ensure(in_use <= u128::from(AMOUNT_MAX), Code::AmountTooLarge)?;
        self.change_totals(brand, |totals| totals.issued += u128::from(amount));
        Ok(())
    }

    /// A reference is used by what it asks for, in time, or not at all.
    pub(super) fn check_answer(&self, asked: &Request, answered: &AnsweredRequest) -> Result<(), Code> {
        ensure(asked.reference(&self.chain) == answered.reference, Code::RequestMismatch)?;
        ensure(self.time < answered.until_ms.get(), Code::RequestExpired)
    }

    /// The expiry of what lives from now on.
    pub(super) fn expiry_under(&self, policy: &Policy) -> Expiry {
        self.expiry_from(policy, self.month)
    }

    /// The expiry of what lives from a month on.
    pub(super) fn expiry_from(&self, policy: &Policy, from: Month) -> Expiry {
        match policy.expiry_months {
            Some(months) => Expiry::Month(Month::new(from.get() + u16::from(months))),
            None => Expiry::Never,
        }
    }

    pub(super) fn policy(&self, brand: BrandId) -> Result<Policy, Code> {
        self.tables.policies.get(&brand).cloned().ok_or(Code::UnknownBrand)
    }
}
