//! Issues, redemptions, transfers and reversals once more.

use lojal_types::{Address, BrandId, Code, Expiry, Issue, Month, Redeem, Reference, Reverse, Role, Transfer};

use super::{AMOUNT_MAX, DAY_MS, Model, ModelIssue, check_amount, count, ensure};

impl Model {
    pub(super) fn issue(&mut self, sender: Address, issue: &Issue) -> Result<(), Code> {
        let amount = issue.amount.get();
        check_amount(amount)?;
        let policy = self.policy(issue.brand)?;
        self.check_role(issue.brand, sender, Role::Issue)?;
        let key = (issue.brand, issue.reference.clone());
        ensure(!self.issues.contains_key(&key), Code::DuplicateReference)?;
        if let Some(max) = self.operators[&(issue.brand, sender)].1 {
            let key = (self.time / DAY_MS, issue.brand, sender);
            count(&mut self.issued_on, key, amount, max, Code::IssueDailyMaxReached)?;
        }
        ensure(self.totals[&issue.brand].issued + amount <= AMOUNT_MAX, Code::AmountTooLarge)?;
        let expiry = match policy.expiry_months {
            Some(months) => Expiry::Month(Month::new(self.month.get() + u16::from(months))),
            None => Expiry::Never,
        };
        self.totals_mut(issue.brand).issued += amount;
        self.give(issue.to, issue.brand, vec![(expiry, amount)])?;
        self.issues.insert(key, ModelIssue { to: issue.to, amount, expiry, time: self.time, reversed: 0 });
        Ok(())
    }

    pub(super) fn redeem(&mut self, sender: Address, redeem: &Redeem) -> Result<(), Code> {
        let amount = redeem.amount.get();
        check_amount(amount)?;
        self.policy(redeem.brand)?;
        self.spend(sender, redeem.from, redeem.brand, amount, false)?;
        if let Some(reference) = &redeem.reference {
            let fresh = self.redeemed.insert((redeem.brand, reference.clone()));
            ensure(fresh, Code::DuplicateReference)?;
        }
        self.take(redeem.from, redeem.brand, amount, None)?;
        self.totals_mut(redeem.brand).redeemed += amount;
        Ok(())
    }

    pub(super) fn transfer(&mut self, sender: Address, transfer: &Transfer) -> Result<(), Code> {
        let amount = transfer.amount.get();
        check_amount(amount)?;
        let policy = self.policy(transfer.brand)?;
        self.spend(sender, transfer.from, transfer.brand, amount, true)?;
        ensure(transfer.from != transfer.to, Code::SameAccount)?;
        let pools = [transfer.from, transfer.to].map(|address| self.households.contains_key(&address));
        ensure(policy.poolable || !pools[1], Code::PolicyForbidsPooling)?;
        ensure(policy.transferable || pools == [false, true], Code::PolicyForbidsTransfer)?;
        ensure(amount >= policy.transfer_min.get(), Code::TransferTooSmall)?;
        ensure(amount <= policy.transfer_max.get(), Code::TransferTooLarge)?;
        if let Some(max) = policy.transfer_daily_max {
            let key = (self.time / DAY_MS, sender, transfer.brand);
            count(&mut self.transferred_on, key, amount, max.get(), Code::TransferDailyMaxReached)?;
        }
        let taken = self.take(transfer.from, transfer.brand, amount, None)?;
        self.give(transfer.to, transfer.brand, taken)
    }

    pub(super) fn reverse(&mut self, sender: Address, reverse: &Reverse) -> Result<(), Code> {
        let amount = reverse.amount.get();
        check_amount(amount)?;
        let policy = self.policy(reverse.brand)?;
        self.check_role(reverse.brand, sender, Role::Reverse)?;
        let fresh = self.reversed.insert((reverse.brand, reverse.reference.clone()));
        ensure(fresh, Code::DuplicateReference)?;
        let key = (reverse.brand, reverse.issue_reference.clone());
        let issue = self.issues.get(&key).cloned().ok_or(Code::UnknownReference)?;
        ensure(issue.to == reverse.from, Code::IssueToOther)?;
        let window = policy.reversal_window_ms;
        ensure(window > 0 && self.time <= issue.time + window, Code::ReversalWindowClosed)?;
        ensure(amount <= issue.amount - issue.reversed, Code::ReversalExceedsIssue)?;
        self.take(reverse.from, reverse.brand, amount, Some(issue.expiry))?;
        self.issues.get_mut(&key).expect("just found").reversed += amount;
        self.totals_mut(reverse.brand).reversed += amount;
        Ok(())
    }

    /// The references, receivers and unreversed rests of a brand's issues.
    pub(in super::super) fn issues(&self, brand: BrandId) -> Vec<(Reference, Address, u64)> {
        let of_brand = self.issues.iter().filter(|((b, _), _)| *b == brand);
        of_brand.map(|((_, key), issue)| (key.clone(), issue.to, issue.amount - issue.reversed)).collect()
    }
}
