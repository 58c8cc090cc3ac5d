//! The subjects of random operations: accounts, brands, points, references.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{
    Address, BrandId, Day, MemberRole, Operation, Points, PublicKey, Reference, Request, RequestKind, Role, Salt,
};

use super::{Workload, remember};
use crate::world::{BANK, GOVERNORS, HOUR_MS, MEMBERS, MEMBERS_WITH_POINTS};

/// Points that somebody may take.
#[derive(Clone, Copy)]
pub(super) struct Purse {
    pub(super) from: Address,
    pub(super) brand: BrandId,
    pub(super) points: u64,
}

impl Workload {
    /// One of the brands, seldom the one with the large numbers.
    pub(super) fn brand(&mut self) -> BrandId {
        if self.twist() && self.random.once_in(2) {
            return "nobody".parse().expect("a valid id");
        }
        if self.random.once_in(8) { self.brands[BANK] } else { self.brands[self.random.index(BANK)] }
    }

    /// A brand for which an actor acts in a role.
    pub(super) fn brand_of(&mut self, actor: usize, role: Role) -> Option<BrandId> {
        if self.twist() {
            return Some(self.brand());
        }
        let may = self.brands_of(self.address(actor), role);
        let wanted = self.brand();
        if may.contains(&wanted) { Some(wanted) } else { self.random.pick(&may) }
    }

    pub(super) fn brands_of(&self, account: Address, role: Role) -> Vec<BrandId> {
        let may = |brand: &BrandId| {
            let operator = self.model.tables.operators.get(&(*brand, account));
            let suspended = self.model.tables.brands.get(brand).is_some_and(|brand| brand.suspended);
            !suspended && operator.is_some_and(|operator| operator.roles.contains(&role))
        };
        self.brands.iter().copied().filter(may).collect()
    }

    pub(super) fn anybody(&mut self) -> Address {
        let actor = self.random.index(GOVERNORS);
        self.address(actor)
    }

    /// An address that nobody has a key for, and most likely without an account.
    pub(super) fn stranger(&mut self) -> Address {
        let mut bytes = [0x6e; 20];
        bytes[..8].copy_from_slice(&self.random.number().to_be_bytes());
        Address::new(bytes)
    }

    pub(super) fn member(&mut self) -> Address {
        let members = if self.twist() { MEMBERS } else { MEMBERS_WITH_POINTS };
        let actor = self.random.index(members);
        self.address(actor)
    }

    /// A household, or an address that is none.
    pub(super) fn any_household(&mut self) -> Address {
        let households: Vec<Address> = self.model.tables.households.iter().map(|(address, _)| *address).collect();
        let anybody = self.anybody();
        if self.random.once_in(5) { anybody } else { self.random.pick(&households).unwrap_or(anybody) }
    }

    /// The households of an account in which it has a role.
    pub(super) fn households_as(&self, account: Address, roles: &[MemberRole]) -> Vec<Address> {
        let has = |household: &Address| {
            let household = self.model.tables.households.get(household);
            household.and_then(|one| one.members.get(&account)).is_some_and(|rights| roles.contains(&rights.role))
        };
        self.model.memberships(account).into_iter().filter(has).collect()
    }

    /// Points that an account can take, its own or of a pool; of any brand for which something holds.
    pub(super) fn purse(
        &mut self,
        sender: Address,
        leaves: bool,
        suits: impl Fn(&Self, Address, BrandId) -> bool,
    ) -> Option<Purse> {
        if self.twist() {
            let from = if self.random.once_in(2) { self.any_household() } else { self.anybody() };
            let brand = self.brand();
            return Some(Purse { from, brand, points: self.model.balance(from, brand) });
        }
        let roles = [MemberRole::Admin, MemberRole::Adult, MemberRole::Child];
        let pools = self.households_as(sender, if leaves { &roles[..2] } else { &roles });
        let mut purses = Vec::new();
        for from in std::iter::once(sender).chain(pools) {
            for brand in self.brands {
                let points = self.model.balance(from, brand).min(self.allowance(from, sender, brand));
                if points > 0 && suits(self, from, brand) {
                    purses.push(Purse { from, brand, points });
                }
            }
        }
        self.random.pick(&purses)
    }

    /// The points that a member may still take from a pool this month.
    fn allowance(&self, from: Address, sender: Address, brand: BrandId) -> u64 {
        let household = self.model.tables.households.get(&from);
        let Some(rights) = household.and_then(|one| one.members.get(&sender)) else { return u64::MAX };
        let max = rights.month_max(brand).map_or(u64::MAX, |max| max.get());
        max.saturating_sub(self.model.spent_this_month(from, sender, brand))
    }

    /// Some of so many points: few, many or all.
    pub(super) fn part(&mut self, points: u64) -> u64 {
        if self.twist() {
            let odd = [0, points.saturating_add(1), POINTS_MAX - 300, POINTS_MAX, POINTS_MAX + 1, u64::MAX];
            return self.random.pick(&odd).expect("six");
        }
        match self.random.within(0..10) {
            0..7 => self.random.within(1..61).min(points),
            7..9 => self.random.within(1..points),
            _ => points,
        }
    }

    /// A reference that nobody has used, or one that somebody may have.
    pub(super) fn reference(&mut self) -> Reference {
        self.references += 1;
        let number = if self.twist() {
            self.random.within(self.references.saturating_sub(30)..self.references)
        } else {
            self.references
        };
        self.numbered(number)
    }

    /// A day for a reference: mostly today's, or that of a receipt that waited, or of a clock that is a little wrong.
    pub(super) fn day(&mut self) -> Day {
        let (today, most) = (self.time.day(), u32::from(self.model.receipt_days));
        if self.twist() {
            return self.random.pick(&[today.plus(2), today.minus(most + 1)]).expect("two");
        }
        match self.random.within(0..10) {
            0..7 => today,
            7 => today.plus(1),
            8 => today.minus(1.min(most)),
            _ => today.minus(u32::try_from(self.random.within(0..u64::from(most) + 1)).expect("few")),
        }
    }

    /// The day of something, or another one.
    pub(super) fn day_or_other(&mut self, day: Day) -> Day {
        if self.twist() && self.random.once_in(4) { day.plus(1) } else { day }
    }

    /// The answer to a request for something; now and then to one that was answered before or is over, or by something
    /// else than what it asks for.
    pub(super) fn answer(&mut self, brand: BrandId, from: Address, amount: Points, kind: RequestKind) -> Operation {
        self.references += 1;
        let mut salt = [0x73; 16];
        salt[..8].copy_from_slice(&self.references.to_be_bytes());
        let ms = if self.twist() { 0 } else { self.random.within(60_000..HOUR_MS) };
        let is_pool = self.model.tables.households.contains(&from);
        let household = (is_pool && self.random.once_in(2)).then_some(from);
        let until_ms = self.time.plus_ms(ms);
        let dated = self.day();
        let mut request = Request { brand, amount, kind, dated, until_ms, household, salt: Salt::new(salt) };
        if self.twist()
            && let Some(earlier) = self.requests.back()
        {
            request = earlier.clone();
        }
        remember(&mut self.requests, request.clone());
        let mut operation = request.answer(&self.chain, from);
        let squats = self.twist();
        match &mut operation {
            Operation::Redeem(redeem) if squats => redeem.amount = Points::new(1),
            Operation::Hold(hold) if squats => hold.amount = Points::new(1),
            _ => {}
        }
        operation
    }

    /// References have 8 to 32 bytes.
    fn numbered(&self, number: u64) -> Reference {
        let length = 8 + usize::try_from(number % 25).expect("small");
        let bytes = number.to_be_bytes().into_iter().chain([0x72; 24]).take(length).collect();
        Reference::new(bytes).expect("8 to 32 bytes")
    }

    /// A later key of an actor, or one that nobody has.
    pub(super) fn later_key(&mut self, account: Address) -> PublicKey {
        if self.twist() && self.random.once_in(4) {
            return PublicKey::new([2; 32]);
        }
        let actor = (0..GOVERNORS).find(|actor| self.address(*actor) == account).unwrap_or(0);
        let key = self.random.index(self.keys[actor].len());
        let signs = self.model.signs_for(&self.keys[actor][key].public_key(), account);
        // Mostly not the one that signs already.
        let key = if signs && !self.twist() { (key + 1) % self.keys[actor].len() } else { key };
        self.keys[actor][key].public_key()
    }

    /// A small number below another one.
    pub(super) fn small(&mut self, most: u64) -> u16 {
        u16::try_from(self.random.within(0..most)).expect("few")
    }
}
