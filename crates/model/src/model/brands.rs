//! Policies and operators once more.

use lojal_types::{Address, BrandId, Code, Policy, RemoveOperator, Role, SetOperator, SetPolicy};

use super::{AMOUNT_MAX, Account, DAY_MS, Model, Operator, ensure};

impl Model {
    pub(super) fn set_policy(&mut self, sender: Address, set: &SetPolicy) -> Result<(), Code> {
        self.policy(set.brand)?;
        self.in_force(set.brand)?;
        self.check_role(set.brand, sender, Role::Admin)?;
        self.check_policy(&set.policy)?;
        self.tables.policies.set(set.brand, set.policy.clone());
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
        self.check_role(set.brand, sender, Role::Admin)?;
        ensure(set.public_key.is_valid(), Code::InvalidKey)?;
        let mut sorted = set.roles.to_vec();
        sorted.sort();
        sorted.dedup();
        ensure(sorted == *set.roles, Code::RolesOutOfOrder)?;
        let max = set.issue_daily_max.map(|max| max.get());
        ensure(max.is_none_or(|max| max <= AMOUNT_MAX), Code::AmountTooLarge)?;
        let operator = Address::of_key(&set.public_key);
        if !sorted.contains(&Role::Admin) {
            self.keep_an_admin(set.brand, operator)?;
        }
        self.tables.operators.set((set.brand, operator), Operator { roles: sorted, issue_daily_max: max });
        let operators = self.tables.operators.iter().filter(|((brand, _), _)| *brand == set.brand).count();
        ensure(operators <= 64, Code::TooManyOperators)?;
        if !self.tables.accounts.contains(&operator) {
            self.tables.accounts.set(operator, Account::default());
        }
        Ok(())
    }

    pub(super) fn remove_operator(&mut self, sender: Address, remove: &RemoveOperator) -> Result<(), Code> {
        self.policy(remove.brand)?;
        self.check_role(remove.brand, sender, Role::Admin)?;
        let key = (remove.brand, remove.operator);
        ensure(self.tables.operators.contains(&key), Code::UnknownOperator)?;
        self.keep_an_admin(remove.brand, remove.operator)?;
        self.tables.operators.remove(&key);
        self.tables.issued_on.remove(&(key.0, key.1, self.time / DAY_MS));
        Ok(())
    }

    fn keep_an_admin(&self, brand: BrandId, operator: Address) -> Result<(), Code> {
        let admins = self.tables.operators.iter();
        let admins = admins.filter(|((of, _), operator)| *of == brand && operator.roles.contains(&Role::Admin));
        let admins: Vec<Address> = admins.map(|((_, admin), _)| *admin).collect();
        ensure(admins != [operator], Code::LastAdmin)
    }
}
