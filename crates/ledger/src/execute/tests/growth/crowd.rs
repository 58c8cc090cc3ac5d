//! People who collect and spend, share and leave, at random and always as much.

mod programme;

use lojal_model::Random;
use lojal_types::{Address, MemberRole, Operation, Policy, TimeMs, VerifiedTransaction};

use self::programme::Programme;
use crate::fixture::*;

/// The members, by the seeds of their keys.
const MEMBERS: std::ops::Range<u8> = 30..42;
/// Tills that come and go.
const SPARES: std::ops::Range<u8> = 50..53;
/// The number of issues and holds that are remembered to come back to.
const REMEMBERED: usize = 24;
/// The number of households above which nobody creates another.
const HOUSEHOLDS: usize = 6;

/// A sender and what it does.
type Act = Option<(u8, Vec<Operation>)>;

/// An issue or a hold: brand, account, points and reference.
type Noted = (&'static str, Address, u64, String);

pub(super) struct Crowd {
    pub(super) random: Random,
    pub(super) ledger: Ledger,
    programme: Programme,
    references: u64,
    people: Vec<(u8, Address)>,
    issues: Vec<Noted>,
    holds: Vec<Noted>,
}

impl Crowd {
    pub(super) fn new(seed: u64) -> Self {
        let people = MEMBERS.map(|seed| (seed, address(seed))).collect();
        let (random, mut ledger) = (Random::new(seed), Ledger::with_campaigns());
        for id in [GROCER, CAFE] {
            ledger.apply(TILL, set_policy(id, Policy { tradeable: true, ..policy_of(id) }));
        }
        ledger.apply(TILL, set_pending_days(CAFE, 2));
        Self::begin_tracks(&mut ledger);
        let (programme, issues, holds) = (Programme::default(), Vec::new(), Vec::new());
        Self { random, ledger, programme, references: 0, people, issues, holds }
    }

    /// The next transaction, for a block at this time.
    pub(super) fn next(&mut self, time: TimeMs) -> VerifiedTransaction {
        let (sender, operations) = loop {
            let act = match self.random.within(0..52) {
                0..=4 => self.collect(),
                5..=8 => self.spend(),
                9..=11 => self.hold(time),
                12..=13 => self.answer_a_hold(),
                14 => self.take_back(),
                15 => self.between(),
                16 => self.govern(),
                17 => self.guard(),
                18 => self.trade(time),
                19..=32 => self.programme(time),
                _ => self.share(),
            };
            // Whoever was never given a point has no account yet.
            if let Some(act) =
                act.filter(|(sender, _)| self.ledger.view().account(address(*sender)).expect("in memory").is_some())
            {
                break act;
            }
        };
        let transaction = self.ledger.sign_until(sender, time.plus_ms(MINUTE_MS), operations);
        self.note((sender, time), &transaction);
        transaction
    }

    /// The households that there are.
    pub(super) fn households(&self) -> Vec<Address> {
        let of = |(_, person): &(u8, Address)| self.ledger.view().memberships(*person).expect("in memory");
        let mut all: Vec<Address> = self.people.iter().flat_map(of).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn member(&mut self) -> (u8, Address) {
        self.random.pick(&self.people).expect("a dozen")
    }

    fn brand(&mut self) -> &'static str {
        self.random.pick(&BRANDS).expect("three")
    }

    fn reference(&mut self) -> String {
        self.references += 1;
        self.references.to_string()
    }

    fn points(&self, account: Address, id: &str) -> u64 {
        self.ledger.pool(account, id)
    }

    /// An own purse with points in it, or that of a household.
    fn purse(&mut self) -> Option<(u8, Address, &'static str, u64)> {
        let (member, own) = self.member();
        let pools = self.ledger.view().memberships(own).expect("in memory");
        let from = if self.random.once_in(2) { own } else { self.random.pick(&pools).unwrap_or(own) };
        let id = self.brand();
        let points = self.points(from, id);
        let part = if self.random.once_in(2) { points } else { self.random.within(1..points + 1) };
        (points > 0).then_some((member, from, id, part))
    }

    fn collect(&mut self) -> Act {
        let (id, receipt) = (self.brand(), self.reference());
        let (member, own) = self.member();
        let pools = self.ledger.view().memberships(own).expect("in memory");
        let pool = self.random.pick(&pools).filter(|_| id != CAFE);
        let at = pool.filter(|_| self.random.once_in(3)).unwrap_or(own);
        let amount = self.random.within(10..200);
        remember(&mut self.issues, (id, at, amount, receipt.clone()));
        let by = if id == GROCER && self.random.once_in(2) { ISSUER } else { TILL };
        Some((by, vec![to(at, issue(id, member, amount, &receipt))]))
    }

    fn take_back(&mut self) -> Act {
        let (id, from, amount, receipt) = self.random.pick(&self.issues)?;
        let own = self.reference();
        Some((TILL, vec![of(from, reverse_between(id, TILL, (1, amount), &receipt, &own))]))
    }

    fn spend(&mut self) -> Act {
        let (member, from, id, part) = self.purse()?;
        let (other, _) = self.member();
        let pools = self.ledger.view().memberships(address(member)).expect("in memory");
        let operation = match self.random.within(0..6) {
            0 => {
                let request = self.reference();
                if id == GROCER && from == address(member) {
                    remember(&mut self.programme.redeemed, (member, part, request.clone()));
                }
                redeem_for(id, member, part, &request)
            }
            1 => transfer(id, member, other, part),
            2 => to(self.random.pick(&pools)?, transfer(id, member, member, part)),
            3 => convert(member, id, if id == CAFE { GROCER } else { CAFE }, part, part),
            _ => redeem(id, member, part),
        };
        Some((member, vec![of(from, operation)]))
    }

    fn hold(&mut self, time: TimeMs) -> Act {
        let (member, from, id, part) = self.purse()?;
        let request = self.reference();
        let lasts_ms = self.random.within(HOUR_MS..20 * DAY_MS);
        remember(&mut self.holds, (id, from, part, request.clone()));
        Some((member, vec![of(from, hold(id, member, part, &request, time.plus_ms(lasts_ms)))]))
    }

    /// Half of the holds are left to end by themselves.
    fn answer_a_hold(&mut self) -> Act {
        let (id, from, amount, request) = self.random.pick(&self.holds)?;
        let own = self.reference();
        let operation = match self.random.within(0..4) {
            0 => capture(id, TILL, &request, amount, &own),
            1 => capture(id, TILL, &request, 1, &own),
            2 => release(id, TILL, &request),
            _ => return None,
        };
        Some((TILL, vec![of(from, operation)]))
    }

    fn between(&mut self) -> Act {
        let (from, other) = if self.random.once_in(2) { (GROCER, CAFE) } else { (CAFE, GROCER) };
        let terms = terms(1, 1);
        let operations = match self.random.within(0..4) {
            0 => vec![end(from, other)],
            1 => {
                let debt = self.ledger.view().owed(brand(from), brand(other)).expect("in memory").minor.get();
                vec![settle(other, from, debt.max(1), &self.reference())]
            }
            _ => vec![propose(from, other, &terms), accept(from, other, &terms)],
        };
        Some((TILL, operations))
    }

    fn govern(&mut self) -> Act {
        let (id, spare) = (self.brand(), SPARES.start + u8::try_from(self.random.index(SPARES.len())).expect("three"));
        let mut policy = policy_of(id);
        policy.tradeable = true;
        policy.transfer_daily_max = self.random.once_in(2).then(|| lojal_types::Points::new(1000));
        let operation = match self.random.within(0..3) {
            0 => set_policy(id, policy),
            1 => set_operator(id, spare, &[lojal_types::Role::Issue], Some(100)),
            _ => remove_operator(id, spare),
        };
        Some((TILL, vec![operation]))
    }

    /// A third of the offers are left to end by themselves.
    fn trade(&mut self, time: TimeMs) -> Act {
        let ((member, own), (other, taker)) = (self.member(), self.member());
        let open = self.random.pick(&self.ledger.offers(own));
        let Some(open) = open.filter(|_| self.random.once_in(2)) else {
            let lots = self.ledger.view().lots(own, brand(GROCER)).expect("in memory");
            let lot = self.random.pick(&lots)?;
            let (amount, lasts_ms) = (lot.amount.get().min(1000), self.random.within(HOUR_MS..20 * DAY_MS));
            let expiry = lot.expiry.to_string();
            let made = offer(own, (amount, &expiry), (1, 2), time.plus_ms(lasts_ms));
            return Some((member, vec![Operation::Offer(made)]));
        };
        match self.random.within(0..3) {
            0 => Some((member, vec![withdraw_offer(own, open.id)])),
            // Two points cost one of the café's.
            _ => {
                let amount = open.lot.amount.get().min(2 * self.points(taker, CAFE));
                (amount > 0).then(|| (other, vec![take_of(open.lot.expiry, own, open.id, taker, (amount, u64::MAX))]))
            }
        }
    }

    fn guard(&mut self) -> Act {
        let ((member, own), (other, _)) = (self.member(), self.member());
        let account = self.ledger.view().account(own).expect("in memory")?;
        let operation = match self.random.within(0..5) {
            0 => set_guardians(&[other], &[GROCER], 2),
            1 => set_guardians(&[], &[], 0),
            2 => return Some((TILL, vec![start_recovery(member, 99)])),
            3 if account.frozen => unfreeze(),
            3 => freeze(),
            _ => cancel_recovery(),
        };
        // Nobody stays stopped for long.
        let operation = if account.recovery.is_some() { cancel_recovery() } else { operation };
        let operation = if account.frozen && account.recovery.is_none() { unfreeze() } else { operation };
        Some((member, vec![operation]))
    }

    fn share(&mut self) -> Act {
        let ((member, own), (other, _)) = (self.member(), self.member());
        let pools = self.ledger.view().memberships(own).expect("in memory");
        let (role, of_month) = self.rights();
        match self.random.within(0..13) {
            0..=1 if self.households().len() < HOUSEHOLDS => Some((member, vec![create_household()])),
            0..=3 => Some((member, vec![invite(self.random.pick(&pools)?, other, role, &of_month)])),
            4..=6 => {
                let inviting: Vec<Address> = self
                    .households()
                    .into_iter()
                    .filter(|household| self.listed(*household, true).contains(&own))
                    .collect();
                Some((member, vec![join(self.random.pick(&inviting)?)]))
            }
            7 => Some((member, vec![set_member(self.random.pick(&pools)?, other, role, &of_month)])),
            8..=9 => {
                let household = self.random.pick(&pools)?;
                let invited = self.random.once_in(2);
                let goes = self.random.pick(&self.listed(household, invited))?;
                let (goes, _) = self.people.iter().find(|(_, person)| *person == goes)?;
                Some((member, vec![remove_member(household, *goes)]))
            }
            _ => {
                let household = self.random.pick(&pools)?;
                Some((member, self.going(member, household)))
            }
        }
    }

    /// The accounts that are invited to a household, or its members.
    fn listed(&self, household: Address, invited: bool) -> Vec<Address> {
        let Some(one) = self.ledger.view().household(household).expect("in memory") else { return Vec::new() };
        let list = if invited { one.invited } else { one.members };
        list.into_iter().map(|(person, _)| person).collect()
    }

    /// Whoever is the last spends what is in the pool, and goes.
    fn going(&self, member: u8, household: Address) -> Vec<Operation> {
        let members = self.ledger.view().household(household).expect("in memory").map_or(0, |one| one.members.len());
        let pools = BRANDS.iter().map(|id| (*id, self.points(household, id)));
        let rest = pools.filter(|(_, points)| members == 1 && *points > 0);
        rest.map(|(id, points)| of(household, redeem(id, member, points))).chain([leave(household)]).collect()
    }

    fn rights(&mut self) -> (MemberRole, Vec<(&'static str, u64)>) {
        match self.random.within(0..4) {
            0 => (MemberRole::Admin, vec![]),
            1 => (MemberRole::Adult, vec![]),
            2 => (MemberRole::Child, vec![(GROCER, 500)]),
            _ => (MemberRole::Adult, vec![(RESORT, 50), (GROCER, 200)]),
        }
    }
}

/// Remembers something to come back to, and forgets the oldest.
fn remember<T>(list: &mut Vec<T>, one: T) {
    list.push(one);
    if list.len() > REMEMBERED {
        list.remove(0);
    }
}
