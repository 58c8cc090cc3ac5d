//! Households once more.

use lojal_types::{Address, BrandId, Code, Invite, MemberLimits, MemberRights, MemberRole, RemoveMember, SetMember};

use super::{AMOUNT_MAX, Act, Model, ModelHousehold, ensure};

fn rights(role: MemberRole, limits: &MemberLimits) -> Result<MemberRights, Code> {
    let mut brands: Vec<BrandId> = limits.iter().map(|limit| limit.brand).collect();
    let listed = brands.clone();
    brands.sort();
    brands.dedup();
    let valid = brands == listed && limits.iter().all(|limit| limit.month_max.get() <= AMOUNT_MAX);
    ensure(valid && (role != MemberRole::Admin || listed.is_empty()), Code::InvalidLimits)?;
    Ok(MemberRights { role, limits: limits.clone() })
}

impl Model {
    pub(super) fn create_household(&mut self, act: Act) -> Result<(), Code> {
        let address = Address::of_household(&self.chain, &act.transaction, act.index);
        self.accounts.insert(address, Default::default());
        let admin = MemberRights { role: MemberRole::Admin, limits: Default::default() };
        self.households.insert(address, ModelHousehold::default());
        self.enter(act.sender, address, admin)
    }

    fn enter(&mut self, sender: Address, household: Address, rights: MemberRights) -> Result<(), Code> {
        let members = &mut self.households.get_mut(&household).expect("the caller looked").members;
        members.insert(sender, rights);
        ensure(members.len() <= 16, Code::TooManyMembers)?;
        ensure(self.memberships(sender).len() <= 16, Code::TooManyMemberships)
    }

    pub(in super::super) fn memberships(&self, member: Address) -> Vec<Address> {
        let of_member = self.households.iter().filter(|(_, household)| household.members.contains_key(&member));
        of_member.map(|(address, _)| *address).collect()
    }

    fn known(&mut self, household: Address) -> Result<&mut ModelHousehold, Code> {
        let household = self.households.get_mut(&household).ok_or(Code::UnknownHousehold)?;
        ensure(!household.members.is_empty(), Code::HouseholdDissolved)?;
        Ok(household)
    }

    fn of_admin(&mut self, sender: Address, household: Address) -> Result<&mut ModelHousehold, Code> {
        let household = self.known(household)?;
        let rights = household.members.get(&sender).ok_or(Code::NotMember)?;
        ensure(rights.role == MemberRole::Admin, Code::NotHouseholdAdmin)?;
        Ok(household)
    }

    pub(super) fn invite(&mut self, sender: Address, invite: &Invite) -> Result<(), Code> {
        let household = self.of_admin(sender, invite.household)?;
        let rights = rights(invite.role, &invite.limits)?;
        ensure(!household.members.contains_key(&invite.member), Code::AlreadyMember)?;
        household.invited.insert(invite.member, rights);
        ensure(household.invited.len() <= 16, Code::TooManyInvitations)
    }

    pub(super) fn join(&mut self, sender: Address, household: Address) -> Result<(), Code> {
        let rights = self.known(household)?.invited.remove(&sender).ok_or(Code::NotInvited)?;
        self.enter(sender, household, rights)
    }

    pub(super) fn leave(&mut self, sender: Address, household: Address) -> Result<(), Code> {
        ensure(self.known(household)?.members.contains_key(&sender), Code::NotMember)?;
        self.go(household, sender)
    }

    pub(super) fn set_member(&mut self, sender: Address, set: &SetMember) -> Result<(), Code> {
        let household = self.of_admin(sender, set.household)?;
        let rights = rights(set.role, &set.limits)?;
        ensure(household.members.contains_key(&set.member), Code::UnknownMember)?;
        household.members.insert(set.member, rights);
        let admins = household.members.values().filter(|rights| rights.role == MemberRole::Admin).count();
        ensure(admins > 0, Code::LastHouseholdAdmin)
    }

    pub(super) fn remove_member(&mut self, sender: Address, remove: &RemoveMember) -> Result<(), Code> {
        let household = self.of_admin(sender, remove.household)?;
        if household.members.contains_key(&remove.member) {
            return self.go(remove.household, remove.member);
        }
        household.invited.remove(&remove.member).map(drop).ok_or(Code::UnknownMember)
    }

    fn go(&mut self, address: Address, member: Address) -> Result<(), Code> {
        let household = self.known(address)?;
        household.members.remove(&member);
        if household.members.is_empty() {
            household.invited.clear();
            let brands: Vec<BrandId> = self.policies.keys().copied().collect();
            for brand in brands {
                self.return_expired(address, brand);
                ensure(self.recorded_balance(address, brand).is_empty(), Code::LastHouseholdAdmin)?;
                let held = self.holds.iter().any(|hold| hold.from == address && hold.brand == brand && !hold.over);
                ensure(!held, Code::LastHouseholdAdmin)?;
            }
            self.lots.retain(|(account, _, _), _| *account != address);
            return Ok(());
        }
        let admins = household.members.values().filter(|rights| rights.role == MemberRole::Admin).count();
        ensure(admins > 0, Code::LastHouseholdAdmin)
    }
}
