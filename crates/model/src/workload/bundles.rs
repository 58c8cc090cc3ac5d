//! Transactions of many operations: bonus runs, and one more of something than there may be.

use lojal_types::{CreateHousehold, Invite, MemberRole, Operation, Policy, SetPolicy, Transfer};

use super::Workload;
use crate::world::{BANK, DAY_MS, MEMBERS, MEMBERS_WITH_POINTS, TILL};

/// One more than there may be of most things.
const TOO_MANY: usize = 17;
const OPERATORS: u8 = 64;
/// The number of issues, with a policy each, that fit into one transaction.
const LADDER: u64 = 45;

impl Workload {
    /// A sender and its bundle, if the one that comes to mind is possible.
    pub(super) fn bundle(&mut self) -> Option<(usize, Vec<Operation>)> {
        let member = self.random.index(MEMBERS_WITH_POINTS);
        match self.random.within(0..14) {
            0 => Some((TILL, self.ladder())),
            1 => Some((member, self.too_many_holds(member)?)),
            2 => Some((member, self.too_many_invitations(member)?)),
            3 => Some((member, vec![Operation::CreateHousehold(CreateHousehold {}); TOO_MANY])),
            4 => {
                let brand = self.random.index(self.brands.len());
                let strangers = (0..OPERATORS).map(|number| self.appoint_stranger(self.brands[brand], number));
                Some((Self::office(brand), strangers.collect()))
            }
            5 => Some((member, self.openings(member)?)),
            6 => Some((TILL, self.too_many_tracks()?)),
            7 => Some((TILL, self.too_many_marks()?)),
            8 => Some((member, self.too_many_offers(member)?)),
            _ => Some((TILL, self.bonus())),
        }
    }

    /// An operation that somebody waits for: an invitation is answered, or a recovery finished.
    pub(super) fn errand(&mut self) -> Option<(usize, Vec<Operation>)> {
        let sender = self.random.index(MEMBERS_WITH_POINTS);
        let first = if self.random.once_in(2) { Self::join } else { Self::finish_recovery };
        let sender_after = |workload: &mut Self, more| {
            let actor = (sender + more) % MEMBERS_WITH_POINTS;
            let operation = first(workload, actor)?;
            Some((actor, vec![operation]))
        };
        (0..MEMBERS_WITH_POINTS).find_map(|more| sender_after(self, more))
    }

    /// Points for up to a hundred members under one signature.
    fn bonus(&mut self) -> Vec<Operation> {
        let count = if self.random.once_in(10) { 100 } else { self.random.within(2..20) };
        (0..count).map(|_| self.gift()).collect()
    }

    /// Points of as many expiries as there can be, for one member.
    fn ladder(&mut self) -> Vec<Operation> {
        let brand = self.brands[self.random.index(BANK)];
        let (to, first) = (self.member(), self.random.within(0..61 - LADDER + 1));
        let mut operations = Vec::new();
        for months in first..first + LADDER {
            let months = u8::try_from(months).expect("at most 60");
            let expiry_months = (months > 0).then_some(months);
            let policy = Policy { expiry_months, ..self.first_policy(brand) };
            operations.push(Operation::SetPolicy(SetPolicy { brand, policy }));
            operations.push(self.issue_of(brand, to, u64::from(months) + 1));
        }
        let policy = self.first_policy(brand);
        operations.push(Operation::SetPolicy(SetPolicy { brand, policy }));
        operations
    }

    fn too_many_holds(&mut self, member: usize) -> Option<Vec<Operation>> {
        let purse = self.purse(self.address(member), false, |_, _, _| true)?;
        // One more, or just as many as there may be.
        let open = self.model.hold_numbers(purse.from, purse.brand).len();
        let count = if self.random.once_in(2) { TOO_MANY } else { (TOO_MANY - 1).saturating_sub(open).max(1) };
        let expires = self.time.plus_ms(self.random.within(1..2 * DAY_MS));
        let least = self.model.tables.policies.get(&purse.brand)?.transfer_min;
        Some((0..count).map(|_| self.hold_of(purse.brand, purse.from, least, expires)).collect())
    }

    /// Gifts to strangers, as few as nobody minds, or one more than a member may open accounts.
    fn openings(&mut self, member: usize) -> Option<Vec<Operation>> {
        let from = self.address(member);
        let purse = self.purse(from, true, |workload, _, brand| {
            workload.model.tables.policies.get(&brand).is_some_and(|policy| policy.transferable)
        })?;
        let policy = self.model.tables.policies.get(&purse.brand)?;
        let amount = policy.transfer_min.max(policy.opening_min);
        let most = u64::from(self.model.allowances.openings) + 1;
        let count = if self.random.once_in(2) { most } else { 2 };
        if count > 100 || count.saturating_mul(amount.get()) > purse.points {
            return None;
        }
        let (brand, from) = (purse.brand, purse.from);
        let gift = |_| {
            let to = self.stranger();
            Operation::Transfer(Transfer { brand, from, to, amount })
        };
        Some((0..count).map(gift).collect())
    }

    fn too_many_invitations(&mut self, member: usize) -> Option<Vec<Operation>> {
        let own = self.households_as(self.address(member), &[MemberRole::Admin]);
        let household = self.random.pick(&own)?;
        let known = self.model.tables.households.get(&household)?.clone();
        let count = if self.random.once_in(2) { MEMBERS } else { 16 };
        let guests = (0..MEMBERS).map(|guest| self.address(guest)).filter(|guest| !known.members.contains_key(guest));
        let invite = |guest| {
            let (role, limits) = (MemberRole::Adult, Default::default());
            Operation::Invite(Invite { household, member: guest, role, limits })
        };
        let invitations: Vec<Operation> = guests.take(count).map(invite).collect();
        (!invitations.is_empty()).then_some(invitations)
    }
}
