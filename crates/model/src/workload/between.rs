//! Random partnerships, conversions and settlements.

use lojal_types::limits::{MONEY_MAX, POINTS_MAX, PRICE_MICRO_MAX, TIME_MS_MAX};
use lojal_types::{
    AcceptPartnership, Address, BrandId, Convert, EndPartnership, Money, Operation, PartnershipTerms, Points,
    ProposePartnership, Role, Settle, TimeMs,
};

use super::Workload;
use crate::world::{BANK, DAY_MS};

impl Workload {
    /// Two brands, seldom one.
    fn pair(&mut self) -> (BrandId, BrandId) {
        let first = self.random.index(self.brands.len());
        let more = if self.twist() { 0 } else { 1 + self.random.index(self.brands.len() - 1) };
        let pair = (self.brands[first], self.brands[(first + more) % self.brands.len()]);
        if self.twist() { (self.brand(), pair.1) } else { pair }
    }

    fn terms(&mut self) -> PartnershipTerms {
        let daily = |max, terms| PartnershipTerms { daily_max: Points::new(max), ..terms };
        let terms = |rate_num, rate_den| PartnershipTerms {
            rate_num,
            rate_den,
            price_micro: 1_000_000,
            daily_max: Points::new(POINTS_MAX),
            owed_max: Money::new(MONEY_MAX),
            ends_ms: TimeMs::new(TIME_MS_MAX).expect("the last moment"),
        };
        if self.twist() {
            let wrong = [
                terms(0, 1),
                daily(0, terms(1, 1)),
                PartnershipTerms { owed_max: Money::new(0), ..terms(1, 1) },
                PartnershipTerms { ends_ms: self.time, ..terms(1, 1) },
            ];
            return self.random.pick(&wrong).expect("four");
        }
        let chosen = [
            terms(1, 1),
            terms(1, 10),
            PartnershipTerms { price_micro: 333_333, ..terms(7, 3) },
            daily(40, terms(2, 3)),
            PartnershipTerms { owed_max: Money::new(200), ..terms(1, 1) },
            PartnershipTerms { ends_ms: self.time.plus_ms(90 * DAY_MS), ..terms(3, 2) },
            PartnershipTerms { ends_ms: self.time.plus_ms(self.random.within(1..10_000)), ..terms(3, 2) },
            PartnershipTerms { price_micro: PRICE_MICRO_MAX, ..terms(1, 7) },
            PartnershipTerms { price_micro: PRICE_MICRO_MAX, ..terms(u32::MAX, 1) },
            PartnershipTerms { price_micro: 0, ..terms(1, u32::MAX) },
            PartnershipTerms { price_micro: 1, ..terms(u32::MAX, u32::MAX - 1) },
        ];
        self.random.pick(&chosen).expect("eleven")
    }

    pub(super) fn propose(&mut self, sender: usize) -> Option<Operation> {
        let (from, to) = self.pair();
        let may = self.brands_of(self.address(sender), Role::Admin);
        if !may.contains(&from) && !may.contains(&to) && !self.wild {
            return None;
        }
        let dear = from == self.brands[BANK] && self.random.once_in(2);
        let terms = self.terms();
        let terms = if dear { PartnershipTerms { price_micro: PRICE_MICRO_MAX, ..terms } } else { terms };
        Some(Operation::ProposePartnership(ProposePartnership { from, to, terms }))
    }

    pub(super) fn accept(&mut self, sender: usize) -> Option<Operation> {
        let may = self.brands_of(self.address(sender), Role::Admin);
        let partnerships = self.model.tables.partnerships.iter();
        let open = partnerships.filter_map(|((from, to), one)| {
            let (by, terms) = one.proposal.clone()?;
            let other = if by == *from { to } else { from };
            (self.wild || may.contains(other)).then_some((*from, *to, terms))
        });
        let open: Vec<_> = open.collect();
        let open = self.random.pick(&open);
        let (from, to, terms) = if self.twist() {
            let (from, to) = self.pair();
            (from, to, self.terms())
        } else {
            open?
        };
        let terms = if self.twist() { self.terms() } else { terms };
        Some(Operation::AcceptPartnership(AcceptPartnership { from, to, terms }))
    }

    pub(super) fn end(&mut self, sender: usize) -> Option<Operation> {
        let may = self.brands_of(self.address(sender), Role::Admin);
        let known = self.model.tables.partnerships.iter().map(|(pair, _)| *pair);
        let known: Vec<_> = known.filter(|(from, to)| may.contains(from) || may.contains(to)).collect();
        let (from, to) = if self.twist() { self.pair() } else { self.random.pick(&known)? };
        Some(Operation::EndPartnership(EndPartnership { from, to }))
    }

    pub(super) fn convert(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let suits = |workload: &Self, account, brand| !workload.targets(account, brand).is_empty();
        let purse = self.purse(sender, true, suits)?;
        let (to, terms) = match self.random.pick(&self.targets(purse.from, purse.brand)) {
            Some((to, terms)) if !self.twist() => (to, terms),
            _ if self.wild => (self.pair().1, self.terms()),
            _ => return None,
        };
        let left = terms.daily_max.get().saturating_sub(self.model.converted_today((purse.brand, to)));
        let bound_micro = u128::from(terms.owed_max.get()) * 1_000_000;
        let room_micro = bound_micro.saturating_sub(self.model.owed((purse.brand, to)));
        let room = room_micro.checked_div(u128::from(terms.price_micro)).unwrap_or(u128::MAX);
        let left = left.min(u64::try_from(room).unwrap_or(u64::MAX));
        let (num, den) = (u64::from(terms.rate_num), u64::from(terms.rate_den));
        let amount = self.part(purse.points.min(left)).max(den.div_ceil(num.max(1)));
        let received = u128::from(amount) * u128::from(num) / u128::from(den.max(1));
        let received = u64::try_from(received).unwrap_or(u64::MAX);
        if (amount > purse.points.min(left) || received > POINTS_MAX / 1000) && !self.wild {
            return None;
        }
        // What the terms give for it, and none of it for nothing.
        let least = (u128::from(received) * u128::from(den)).div_ceil(u128::from(num.max(1)));
        let least = u64::try_from(least).unwrap_or(u64::MAX);
        let burned = if self.twist() { self.random.pick(&[1, least.saturating_add(1)])? } else { least };
        let received = if self.twist() { received.saturating_add(1) } else { received };
        Some(Operation::Convert(Convert {
            account: purse.from,
            from: purse.brand,
            to,
            burned: Points::new(burned),
            received: Points::new(received),
        }))
    }

    /// The brands that an account's points of a brand can become now, with the terms.
    fn targets(&self, account: Address, from: BrandId) -> Vec<(BrandId, PartnershipTerms)> {
        let policies = &self.model.tables.policies;
        let pool = self.model.tables.households.contains(&account);
        let convertible = |brand: &BrandId| policies.get(brand).is_some_and(|policy| policy.convertible);
        let partnerships = self.model.tables.partnerships.iter().filter(|((brand, _), _)| *brand == from);
        let agreed = partnerships.filter_map(|((_, to), one)| Some((*to, one.terms.clone()?)));
        let possible = agreed.filter(|(to, terms)| {
            let poolable = policies.get(to).is_some_and(|policy| policy.poolable);
            terms.ends_ms > self.time && convertible(&from) && convertible(to) && (poolable || !pool)
        });
        possible.collect()
    }

    pub(super) fn settle(&mut self, sender: usize) -> Option<Operation> {
        let may = self.brands_of(self.address(sender), Role::Admin);
        let pairs = self.model.tables.incurred.iter().map(|(pair, _)| *pair);
        let owing = pairs.filter(|pair| may.contains(&pair.1) && self.model.owed(*pair) >= 1_000_000);
        let owing: Vec<_> = owing.collect();
        let (debtor, creditor) = if self.twist() { self.pair() } else { self.random.pick(&owing)? };
        let owed = u64::try_from(self.model.owed((debtor, creditor)) / 1_000_000).unwrap_or(u64::MAX);
        let (amount, reference) = (Money::new(self.part(owed)), self.reference());
        Some(Operation::Settle(Settle { creditor, debtor, amount, reference }))
    }
}
