//! Random households.

use lojal_types::{
    Address, Bounded, CreateHousehold, Invite, Join, Leave, MemberLimit, MemberLimits, MemberRole, Operation, Points,
    RemoveMember, SetMember,
};

use super::Workload;
use crate::world::{CAFE, GROCER, RESORT};

/// More are only made once in a while.
const HOUSEHOLDS: usize = 12;

impl Workload {
    pub(super) fn create_household(&mut self, sender: usize) -> Option<Operation> {
        let memberships = self.model.memberships(self.address(sender)).len();
        let enough = self.model.tables.households.iter().count() >= HOUSEHOLDS && !self.random.once_in(10);
        let created = self.model.used_today(self.address(sender)).households;
        let possible = memberships < 16 && !enough && created < usize::from(self.model.allowances.households);
        (possible || self.wild).then_some(Operation::CreateHousehold(CreateHousehold {}))
    }

    /// A household that an account decides about, or any.
    fn own(&mut self, sender: Address) -> Option<Address> {
        let own = self.households_as(sender, &[MemberRole::Admin]);
        if self.twist() { Some(self.any_household()) } else { self.random.pick(&own) }
    }

    /// A role with limits.
    fn rights(&mut self) -> (MemberRole, MemberLimits) {
        let brands = self.brands;
        let limit = |(brand, max): (usize, u64)| MemberLimit { brand: brands[brand], month_max: Points::new(max) };
        let (role, limits) = match self.random.within(0..6) {
            _ if self.twist() => (MemberRole::Adult, vec![(GROCER, 1), (GROCER, 2)]),
            _ if self.twist() => (MemberRole::Admin, vec![(GROCER, 1)]),
            0 => (MemberRole::Admin, vec![]),
            1 => (MemberRole::Adult, vec![]),
            2 => (MemberRole::Adult, vec![(RESORT, 20), (GROCER, 60)]),
            3 => (MemberRole::Child, vec![(GROCER, 30)]),
            4 => (MemberRole::Child, vec![(RESORT, 500), (CAFE, 500), (GROCER, 500)]),
            _ => (MemberRole::Adult, vec![(GROCER, 0)]),
        };
        (role, Bounded::new(limits.into_iter().map(limit).collect()).expect("at most three"))
    }

    pub(super) fn invite(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let size = |address: &Address| self.model.tables.households.get(address).map(|one| one.members.len());
        let largest = self.households_as(sender, &[MemberRole::Admin]).into_iter().max_by_key(size);
        // Half of the invitations make large households larger.
        let household = if self.random.once_in(2) { largest } else { self.own(sender) };
        let household = household?;
        let member = self.member();
        let (role, limits) = self.rights();
        let known = self.model.tables.households.get(&household);
        let possible = known.is_some_and(|one| {
            let same = one.invited.get(&member).is_some_and(|before| (before.role, &before.limits) == (role, &limits));
            !same && !one.members.contains_key(&member) && one.invited.len() < 16
        });
        (possible || self.wild).then_some(Operation::Invite(Invite { household, member, role, limits }))
    }

    pub(super) fn join(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let full = self.model.memberships(sender).len() >= 16;
        let households = self.model.tables.households.iter();
        let inviting = households.filter(|(_, one)| one.invited.contains_key(&sender));
        let inviting = inviting.filter(|(_, one)| self.wild || (one.members.len() < 16 && !full));
        let inviting: Vec<Address> = inviting.map(|(address, _)| *address).collect();
        let household = if self.twist() { self.any_household() } else { self.random.pick(&inviting)? };
        Some(Operation::Join(Join { household }))
    }

    pub(super) fn leave(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let mine = self.model.memberships(sender).into_iter().filter(|household| self.can_go(*household, sender));
        let mine: Vec<Address> = mine.collect();
        let household = if self.twist() {
            let any = self.any_household();
            self.random.pick(&self.model.memberships(sender)).unwrap_or(any)
        } else if self.twist() {
            self.any_household()
        } else {
            self.random.pick(&mine)?
        };
        Some(Operation::Leave(Leave { household }))
    }

    /// Tells whether a member can go and leave an admin or nothing.
    fn can_go(&self, household: Address, member: Address) -> bool {
        let Some(known) = self.model.tables.households.get(&household) else { return false };
        let others = known.members.iter().filter(|(other, _)| **other != member);
        let mut others = others.map(|(_, rights)| rights.role).peekable();
        if others.peek().is_some() {
            return others.any(|role| role == MemberRole::Admin);
        }
        let empty =
            |brand| self.model.balance(household, brand) == 0 && self.model.hold_numbers(household, brand).is_empty();
        self.brands.into_iter().all(empty)
    }

    /// A member of a household, or anybody.
    fn one_of(&mut self, household: Address) -> Option<Address> {
        let known = self.model.tables.households.get(&household);
        let members: Vec<Address> = known.map(|one| one.members.keys().copied().collect()).unwrap_or_default();
        if self.twist() { Some(self.anybody()) } else { self.random.pick(&members) }
    }

    pub(super) fn set_member(&mut self, sender: usize) -> Option<Operation> {
        let household = self.own(self.address(sender))?;
        let member = self.one_of(household)?;
        let (role, limits) = self.rights();
        let possible = role == MemberRole::Admin || self.can_go(household, member);
        (possible || self.wild).then_some(Operation::SetMember(SetMember { household, member, role, limits }))
    }

    pub(super) fn remove_member(&mut self, sender: usize) -> Option<Operation> {
        let household = self.own(self.address(sender))?;
        let known = self.model.tables.households.get(&household);
        let invited: Vec<Address> = known.map(|one| one.invited.keys().copied().collect()).unwrap_or_default();
        let member = if self.random.once_in(2) { self.random.pick(&invited) } else { self.one_of(household) };
        let member = member?;
        let possible = invited.contains(&member) || self.can_go(household, member);
        (possible || self.wild).then_some(Operation::RemoveMember(RemoveMember { household, member }))
    }
}
