//! Households once more.

use lojal_types::{Address, BrandId, Code, Invite, MemberLimits, MemberRights, MemberRole, RemoveMember, SetMember};

use super::keys::can_sign;
use super::{AMOUNT_MAX, Account, Act, Hold, Household, Model, ensure};

fn rights(role: MemberRole, limits: &MemberLimits) -> Result<MemberRights, Code> {
    let mut brands: Vec<BrandId> = limits.iter().map(|limit| limit.brand).collect();
    let listed = brands.clone();
    brands.sort();
    brands.dedup();
    let valid = brands == listed && limits.iter().all(|limit| limit.month_max.get() <= AMOUNT_MAX);
    ensure(valid && (role != MemberRole::Admin || listed.is_empty()), Code::InvalidLimits)?;
    Ok(MemberRights { role, limits: limits.clone() })
}

impl Household {
    fn admins(&self) -> usize {
        self.members.values().filter(|rights| rights.role == MemberRole::Admin).count()
    }
}

impl Model {
    pub(super) fn create_household(&mut self, act: Act) -> Result<(), Code> {
        self.count_household(act.sender)?;
        let address = Address::of_household(&self.chain, &act.transaction, act.index);
        self.tables.accounts.set(address, Account::default());
        let admin = MemberRights { role: MemberRole::Admin, limits: Default::default() };
        self.enter(act.sender, address, Household::default(), admin)
    }

    fn enter(
        &mut self,
        sender: Address,
        address: Address,
        mut household: Household,
        rights: MemberRights,
    ) -> Result<(), Code> {
        household.members.insert(sender, rights);
        ensure(household.members.len() <= 16, Code::TooManyMembers)?;
        self.tables.households.set(address, household);
        ensure(self.memberships(sender).len() <= 16, Code::TooManyMemberships)
    }

    /// The households of an account, by address.
    pub fn memberships(&self, member: Address) -> Vec<Address> {
        let of_member = self.tables.households.iter().filter(|(_, household)| household.members.contains_key(&member));
        of_member.map(|(address, _)| *address).collect()
    }

    fn known(&self, address: Address) -> Result<Household, Code> {
        self.tables.households.get(&address).cloned().ok_or(Code::UnknownHousehold)
    }

    fn of_admin(&self, sender: Address, address: Address) -> Result<Household, Code> {
        let household = self.known(address)?;
        let rights = household.members.get(&sender).ok_or(Code::NotMember)?;
        ensure(rights.role == MemberRole::Admin, Code::NotHouseholdAdmin)?;
        Ok(household)
    }

    fn check_brands(&self, limits: &MemberLimits) -> Result<(), Code> {
        limits.iter().try_for_each(|limit| self.policy(limit.brand).map(drop))
    }

    pub(super) fn invite(&mut self, sender: Address, invite: &Invite) -> Result<(), Code> {
        let mut household = self.of_admin(sender, invite.household)?;
        let rights = rights(invite.role, &invite.limits)?;
        self.check_brands(&invite.limits)?;
        can_sign(invite.member)?;
        ensure(!household.members.contains_key(&invite.member), Code::AlreadyMember)?;
        let before = household.invited.insert(invite.member, rights.clone());
        ensure(before.as_ref() != Some(&rights), Code::AlreadyInvited)?;
        ensure(household.invited.len() <= 16, Code::TooManyInvitations)?;
        self.tables.households.set(invite.household, household);
        Ok(())
    }

    pub(super) fn join(&mut self, sender: Address, address: Address) -> Result<(), Code> {
        let mut household = self.known(address)?;
        let rights = household.invited.remove(&sender).ok_or(Code::NotInvited)?;
        self.enter(sender, address, household, rights)
    }

    pub(super) fn leave(&mut self, sender: Address, address: Address) -> Result<(), Code> {
        ensure(self.known(address)?.members.contains_key(&sender), Code::NotMember)?;
        self.go(address, sender)
    }

    pub(super) fn set_member(&mut self, sender: Address, set: &SetMember) -> Result<(), Code> {
        let mut household = self.of_admin(sender, set.household)?;
        let rights = rights(set.role, &set.limits)?;
        self.check_brands(&set.limits)?;
        ensure(household.members.contains_key(&set.member), Code::UnknownMember)?;
        household.members.insert(set.member, rights);
        ensure(household.admins() > 0, Code::LastHouseholdAdmin)?;
        self.tables.households.set(set.household, household);
        Ok(())
    }

    pub(super) fn remove_member(&mut self, sender: Address, remove: &RemoveMember) -> Result<(), Code> {
        let mut household = self.of_admin(sender, remove.household)?;
        if household.members.contains_key(&remove.member) {
            return self.go(remove.household, remove.member);
        }
        household.invited.remove(&remove.member).ok_or(Code::UnknownMember)?;
        self.tables.households.set(remove.household, household);
        Ok(())
    }

    fn go(&mut self, address: Address, member: Address) -> Result<(), Code> {
        let mut household = self.known(address)?;
        household.members.remove(&member);
        self.forget_what_was_spent(address, member);
        if household.members.is_empty() {
            self.leave_nothing(address)?;
            self.tables.households.remove(&address);
            self.tables.accounts.remove(&address);
            self.forget_standing(address);
        } else {
            ensure(household.admins() > 0, Code::LastHouseholdAdmin)?;
            self.tables.households.set(address, household);
        }
        Ok(())
    }

    fn forget_what_was_spent(&mut self, address: Address, member: Address) {
        let counts = self.tables.spent_in.iter().map(|(key, _)| *key);
        let counts: Vec<_> = counts.filter(|(from, by, ..)| (*from, *by) == (address, member)).collect();
        for key in counts {
            self.tables.spent_in.remove(&key);
        }
        let holds = self.tables.holds.iter().filter(|((from, ..), _)| *from == address);
        let holds = holds.filter(|(_, hold)| hold.counted.is_some_and(|(by, _)| by == member));
        let holds: Vec<_> = holds.map(|(key, hold)| (*key, Hold { counted: None, ..hold.clone() })).collect();
        for (key, hold) in holds {
            self.tables.holds.set(key, hold);
        }
        self.uncount_offers(address, member);
    }

    fn leave_nothing(&mut self, pool: Address) -> Result<(), Code> {
        let brands: Vec<BrandId> = self.tables.policies.iter().map(|(brand, _)| *brand).collect();
        for brand in brands {
            self.return_expired(pool, brand);
            ensure(self.lots(pool, brand).is_empty(), Code::LastHouseholdAdmin)?;
            ensure(self.pending(pool, brand).is_empty(), Code::LastHouseholdAdmin)?;
            ensure(self.hold_numbers(pool, brand).is_empty(), Code::LastHouseholdAdmin)?;
            ensure(self.offers_of(pool, brand).is_empty(), Code::LastHouseholdAdmin)?;
            self.drop_dead(pool, brand);
        }
        Ok(())
    }
}
