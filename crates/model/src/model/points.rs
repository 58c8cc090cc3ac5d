//! Issues, redemptions, transfers and reversals once more.

use lojal_types::{Address, BrandId, Code, Expiry, Issue, Month, Policy, Redeem, Reverse, Role, Transfer};

use super::{AMOUNT_MAX, DAY_MS, Issued, Model, check_amount, count, ensure};

impl Model {
    pub(super) fn issue(&mut self, sender: Address, issue: &Issue) -> Result<(), Code> {
        let amount = issue.amount.get();
        check_amount(amount)?;
        let policy = self.policy(issue.brand)?;
        self.check_role(issue.brand, sender, Role::Issue)?;
        let key = (issue.brand, issue.reference.clone());
        ensure(!self.tables.issues.contains(&key), Code::DuplicateReference)?;
        let operator = self.tables.operators.get(&(issue.brand, sender));
        if let Some(max) = operator.and_then(|operator| operator.issue_daily_max) {
            let key = (issue.brand, sender, self.time / DAY_MS);
            count(&mut self.tables.issued_on, key, amount, max, Code::IssueDailyMaxReached)?;
        }
        self.count_issued(issue.brand, amount)?;
        let expiry = self.expiry_under(&policy);
        self.give(issue.to, issue.brand, vec![(expiry, amount)])?;
        self.tables.issues.set(key, Issued { to: issue.to, amount, expiry, time: self.time, reversed: 0 });
        Ok(())
    }

    pub(super) fn redeem(&mut self, sender: Address, redeem: &Redeem) -> Result<(), Code> {
        let amount = redeem.amount.get();
        check_amount(amount)?;
        self.policy(redeem.brand)?;
        self.spend(sender, redeem.from, redeem.brand, amount, false)?;
        if let Some(reference) = &redeem.reference {
            let fresh = self.tables.redeemed.set_new((redeem.brand, reference.clone()), ());
            ensure(fresh, Code::DuplicateReference)?;
        }
        self.take(redeem.from, redeem.brand, amount, None)?;
        self.change_totals(redeem.brand, |totals| totals.redeemed += amount);
        Ok(())
    }

    pub(super) fn transfer(&mut self, sender: Address, transfer: &Transfer) -> Result<(), Code> {
        let amount = transfer.amount.get();
        check_amount(amount)?;
        let policy = self.policy(transfer.brand)?;
        self.spend(sender, transfer.from, transfer.brand, amount, true)?;
        ensure(transfer.from != transfer.to, Code::SameAccount)?;
        let pools = [transfer.from, transfer.to].map(|address| address.as_bytes()[19] % 2 == 1);
        ensure(policy.poolable || !pools[1], Code::PolicyForbidsPooling)?;
        ensure(policy.transferable || pools == [false, true], Code::PolicyForbidsTransfer)?;
        ensure(amount >= policy.transfer_min.get(), Code::TransferTooSmall)?;
        ensure(amount <= policy.transfer_max.get(), Code::TransferTooLarge)?;
        if let Some(max) = policy.transfer_daily_max {
            let key = (sender, transfer.brand, self.time / DAY_MS);
            count(&mut self.tables.transferred_on, key, amount, max.get(), Code::TransferDailyMaxReached)?;
        }
        let taken = self.take(transfer.from, transfer.brand, amount, None)?;
        self.give(transfer.to, transfer.brand, taken)
    }

    pub(super) fn reverse(&mut self, sender: Address, reverse: &Reverse) -> Result<(), Code> {
        let amount = reverse.amount.get();
        check_amount(amount)?;
        let policy = self.policy(reverse.brand)?;
        self.check_role(reverse.brand, sender, Role::Reverse)?;
        let fresh = self.tables.reversed.set_new((reverse.brand, reverse.reference.clone()), ());
        ensure(fresh, Code::DuplicateReference)?;
        let key = (reverse.brand, reverse.issue_reference.clone());
        let issue = self.tables.issues.get(&key).cloned().ok_or(Code::UnknownReference)?;
        ensure(issue.to == reverse.from, Code::IssueToOther)?;
        let window = policy.reversal_window_ms;
        ensure(window > 0 && self.time <= issue.time + window, Code::ReversalWindowClosed)?;
        ensure(amount <= issue.amount - issue.reversed, Code::ReversalExceedsIssue)?;
        self.take(reverse.from, reverse.brand, amount, Some(issue.expiry))?;
        self.tables.issues.set(key, Issued { reversed: issue.reversed + amount, ..issue });
        self.change_totals(reverse.brand, |totals| totals.reversed += amount);
        Ok(())
    }

    /// A brand can have issued only so much, ever.
    pub(super) fn count_issued(&mut self, brand: BrandId, amount: u64) -> Result<(), Code> {
        let issued = self.tables.totals.get(&brand).map_or(0, |totals| totals.issued).checked_add(amount);
        let issued = issued.filter(|issued| *issued <= AMOUNT_MAX).ok_or(Code::AmountTooLarge)?;
        self.change_totals(brand, |totals| totals.issued = issued);
        Ok(())
    }

    /// The expiry of what is issued now.
    pub(super) fn expiry_under(&self, policy: &Policy) -> Expiry {
        match policy.expiry_months {
            Some(months) => Expiry::Month(Month::new(self.month.get() + u16::from(months))),
            None => Expiry::Never,
        }
    }

    pub(super) fn policy(&self, brand: BrandId) -> Result<Policy, Code> {
        self.tables.policies.get(&brand).cloned().ok_or(Code::UnknownBrand)
    }
}
