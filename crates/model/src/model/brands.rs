//! Policies and operators once more.

use lojal_types::{Address, BrandId, CloseBrand, Code, Policy, RemoveOperator, Role, SetOperator, SetPolicy};

use super::brand_motions::{Takes, change_of_policy};
use super::{AMOUNT_MAX, Account, Brand, DAY_MS, Model, Operator, ensure};

impl Model {
    pub(super) fn set_policy(&mut self, sender: Address, set: &SetPolicy) -> Result<(), Code> {
        let before = self.policy(set.brand)?;
        self.in_force(set.brand)?;
        self.check_admin(set.brand, sender, change_of_policy(&before, &set.policy))?;
        self.check_policy(&set.policy)?;
        self.tables.policies.set(set.brand, set.policy.clone());
        Ok(())
    }

    pub(super) fn close_brand(&mut self, sender: Address, close: &CloseBrand) -> Result<(), Code> {
        self.policy(close.brand)?;
        self.check_open(close.brand)?;
        self.check_admin(close.brand, sender, Takes::SeveralAndTime)?;
        let closes = close.closes_ms.map(|closes| closes.get());
        let in_range = match closes {
            None => self.closing(close.brand).is_some(),
            Some(closes) => {
                let ahead = closes.saturating_sub(self.time);
                closes.is_multiple_of(60_000) && (90 * DAY_MS..=5 * 366 * DAY_MS).contains(&ahead)
            }
        };
        ensure(in_range, Code::ClosingOutOfRange)?;
        let brand = self.tables.brands.get(&close.brand).cloned().expect("it has a policy");
        self.tables.brands.set(close.brand, Brand { closes, ..brand });
        Ok(())
    }

    pub(super) fn check_policy(&self, policy: &Policy) -> Result<(), Code> {
        let months_hold = policy.expiry_months.is_none_or(|months| (1..=60).contains(&months));
        let (min, max) = (policy.transfer_min.get(), policy.transfer_max.get());
        let bounds_hold = 1 <= min && min <= max && max <= AMOUNT_MAX;
        let cap_holds = policy.transfer_daily_max.is_none_or(|cap| (1..=AMOUNT_MAX).contains(&cap.get()));
        let issue_holds = policy.issue_max.is_none_or(|max| (1..=AMOUNT_MAX).contains(&max.get()));
        let opening_holds = (1..=AMOUNT_MAX).contains(&policy.opening_min.get());
        let window_holds = policy.reversal_window_ms <= 400 * DAY_MS;
        let holds = months_hold && bounds_hold && cap_holds && issue_holds && window_holds && opening_holds;
        ensure(holds, Code::PolicyOutOfBounds)
    }

    pub(super) fn set_operator(&mut self, sender: Address, set: &SetOperator) -> Result<(), Code> {
        self.policy(set.brand)?;
        self.in_force(set.brand)?;
        let operator = Address::of_key(&set.public_key);
        self.check_admin(set.brand, sender, self.change_of_operator(set, operator))?;
        ensure(set.public_key.is_valid(), Code::InvalidKey)?;
        let mut sorted = set.roles.to_vec();
        sorted.sort();
        sorted.dedup();
        ensure(sorted == *set.roles, Code::RolesOutOfOrder)?;
        let max = set.issue_daily_max.map(|max| max.get());
        ensure(max.is_none_or(|max| max <= AMOUNT_MAX), Code::AmountTooLarge)?;
        if !sorted.contains(&Role::Admin) {
            self.keep_an_admin(set.brand, operator)?;
        }
        self.tables.operators.set((set.brand, operator), Operator { roles: sorted, issue_daily_max: max });
        let operators = self.tables.operators.iter().filter(|((brand, _), _)| *brand == set.brand).count();
        ensure(operators <= 64, Code::TooManyOperators)?;
        if !self.tables.accounts.contains(&operator) {
            self.tables.accounts.set(operator, Account::default());
        }
        self.forget_strangers(set.brand);
        Ok(())
    }

    fn change_of_operator(&self, set: &SetOperator, operator: Address) -> Takes {
        let Some(before) = self.tables.operators.get(&(set.brand, operator)) else { return Takes::SeveralAndTime };
        let issues = |max: Option<u64>| max.map_or(u128::MAX, u128::from);
        let more_issues = issues(set.issue_daily_max.map(|max| max.get())) > issues(before.issue_daily_max);
        if more_issues || !set.roles.iter().all(|role| before.roles.contains(role)) {
            return Takes::SeveralAndTime;
        }
        if before.roles.contains(&Role::Admin) { Takes::Several } else { Takes::One }
    }

    pub(super) fn remove_operator(&mut self, sender: Address, remove: &RemoveOperator) -> Result<(), Code> {
        self.policy(remove.brand)?;
        let takes = if self.admins(remove.brand).contains(&remove.operator) { Takes::Several } else { Takes::One };
        self.check_admin(remove.brand, sender, takes)?;
        let key = (remove.brand, remove.operator);
        ensure(self.tables.operators.contains(&key), Code::UnknownOperator)?;
        self.keep_an_admin(remove.brand, remove.operator)?;
        self.tables.operators.remove(&key);
        self.tables.issued_on.remove(&(key.0, key.1, self.time / DAY_MS));
        self.forget_strangers(remove.brand);
        Ok(())
    }

    fn keep_an_admin(&self, brand: BrandId, operator: Address) -> Result<(), Code> {
        let mut admins = self.admins(brand);
        let was_admin = admins.remove(&operator);
        ensure(!was_admin || admins.len() >= usize::from(self.approvals(brand).needed), Code::LastAdmin)
    }
}
