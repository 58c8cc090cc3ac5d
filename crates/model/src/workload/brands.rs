//! Random policies and operators.

use lojal_types::{
    Bounded, BrandId, KeyPair, Operation, Points, Policy, PublicKey, RemoveOperator, Role, SetOperator, SetPendingDays,
    SetPolicy,
};

use super::Workload;
use crate::world::{self, ALL_ROLES, DAY_MS, SPARES, TILL};

impl Workload {
    pub(super) fn set_policy(&mut self, sender: usize) -> Option<Operation> {
        let brand = self.brand_of(sender, Role::Admin)?;
        if self.waits() && self.has_programme() && self.random.once_in(2) {
            let days = if self.twist() { 91 } else { self.some_days() };
            return Some(Operation::SetPendingDays(SetPendingDays { brand, days }));
        }
        let policy = self.policy(brand);
        Some(Operation::SetPolicy(SetPolicy { brand, policy }))
    }

    /// One history in seven has points that wait.
    pub(super) fn waits(&self) -> bool {
        self.seed % 7 == 5
    }

    /// A number of days that points wait, mostly few.
    pub(super) fn some_days(&mut self) -> u8 {
        if !self.waits() || self.random.once_in(3) {
            return 0;
        }
        let most = if self.random.once_in(4) { 91 } else { 8 };
        u8::try_from(self.random.within(1..most)).expect("at most 90")
    }

    /// Mostly that with which the brand began, so that life goes on.
    fn policy(&mut self, brand: BrandId) -> Policy {
        let policy = self.first_policy(brand);
        if self.twist() {
            let wrong = [
                Policy { transfer_min: Points::new(0), ..policy.clone() },
                Policy { opening_min: Points::new(0), ..policy.clone() },
                Policy { expiry_months: Some(61), ..policy.clone() },
                Policy { transfer_min: Points::new(2), transfer_max: Points::new(1), ..policy.clone() },
                Policy { transfer_daily_max: Some(Points::new(0)), ..policy.clone() },
                Policy { issue_max: Some(Points::new(0)), ..policy.clone() },
                Policy { reversal_window_ms: 400 * DAY_MS + 1, ..policy },
            ];
            return self.random.pick(&wrong).expect("seven");
        }
        let months = self.random.within(1..61);
        let months = u8::try_from(months).expect("at most 60");
        match self.random.within(0..8) {
            0 => Policy { transfer_daily_max: Some(Points::new(70)), ..policy },
            1 => Policy { expiry_months: Some(months), convertible: true, poolable: true, ..policy },
            2 => Policy { expiry_months: None, convertible: true, poolable: true, transferable: true, ..policy },
            4 => Policy { issue_max: Some(Points::new(100)), ..policy },
            5 => Policy { reversal_window_ms: 400 * DAY_MS, ..policy },
            3 => Policy { convertible: false, poolable: false, transferable: false, tradeable: false, ..policy },
            _ => policy,
        }
    }

    pub(super) fn first_policy(&self, brand: BrandId) -> Policy {
        world::policy(self.brands.iter().position(|one| *one == brand).unwrap_or(0))
    }

    /// Every role of the version in force.
    fn all_roles(&self) -> Vec<Role> {
        let grants = self.has_programme();
        ALL_ROLES.into_iter().filter(|role| grants || *role != Role::Grant).collect()
    }

    pub(super) fn set_operator(&mut self, sender: usize) -> Option<Operation> {
        let mut brand = self.brand_of(sender, Role::Admin)?;
        // The till does most of the work: it is appointed again before anybody else.
        let (till, all) = (self.address(TILL), self.all_roles());
        let without = |brand: &BrandId| {
            let operator = self.model.tables.operators.get(&(*brand, till));
            operator.is_none_or(|operator| operator.roles.len() < all.len())
        };
        let orphan = self.brands_of(self.address(sender), Role::Admin).into_iter().find(without);
        if let Some(orphan) = orphan {
            return Some(set(orphan, self.keys[TILL][0].public_key(), all, None));
        }
        let actor = if self.twist() { self.random.index(TILL) } else { self.spare() };
        let mut roles = match self.random.within(0..5) {
            0 => all,
            1 => vec![Role::Issue],
            2 => vec![Role::Capture, Role::Admin],
            3 => vec![Role::Reverse, Role::Capture],
            _ => vec![Role::Issue, Role::Admin],
        };
        if roles[0] > *roles.last().expect("not empty") || roles == [Role::Reverse, Role::Capture] {
            roles.sort_unstable();
        }
        if self.twist() {
            roles.reverse();
            brand = self.brand();
        }
        let max = self.random.pick(&[None, None, Some(0), Some(50), Some(1000)]).flatten();
        let max = if self.twist() { Some(u64::MAX) } else { max };
        let invalid = self.twist() && self.random.once_in(3);
        let key = if invalid { PublicKey::new([2; 32]) } else { self.keys[actor][0].public_key() };
        Some(set(brand, key, roles, max))
    }

    fn spare(&mut self) -> usize {
        usize::try_from(self.random.within(SPARES)).expect("few actors")
    }

    pub(super) fn remove_operator(&mut self, sender: usize) -> Option<Operation> {
        let brand = self.brand_of(sender, Role::Admin)?;
        let spare = self.spare();
        let operator = self.address(spare);
        if !self.twist() {
            let known = self.model.tables.operators.contains(&(brand, operator));
            return known.then_some(Operation::RemoveOperator(RemoveOperator { brand, operator }));
        }
        let operator = if self.random.once_in(2) { self.address(TILL) } else { self.anybody() };
        Some(Operation::RemoveOperator(RemoveOperator { brand, operator }))
    }

    /// An operator that nobody knows, by its number.
    pub(super) fn appoint_stranger(&self, brand: BrandId, number: u8) -> Operation {
        let mut bytes = [number; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        set(brand, KeyPair::from_seed(&bytes).public_key(), vec![Role::Capture], None)
    }
}

fn set(brand: BrandId, public_key: PublicKey, roles: Vec<Role>, max: Option<u64>) -> Operation {
    let roles = Bounded::new(roles).expect("one to four roles");
    Operation::SetOperator(SetOperator { brand, public_key, roles, issue_daily_max: max.map(Points::new) })
}
