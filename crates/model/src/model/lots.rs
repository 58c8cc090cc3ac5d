//! The moves of lots.

use std::collections::BTreeMap;

use lojal_types::{Address, BrandId, Code, Expiry, Month};

use super::{Model, ensure};

impl Model {
    /// Nothing of a brand that has left lives.
    pub(super) fn is_live(&self, brand: BrandId, expiry: Expiry) -> bool {
        expiry.is_live_in(self.month) && !self.has_left(brand)
    }

    pub(crate) fn has_left(&self, brand: BrandId) -> bool {
        self.closing(brand).is_some_and(|closes| closes <= self.time)
    }

    pub(crate) fn closing(&self, brand: BrandId) -> Option<u64> {
        self.tables.brands.get(&brand)?.closes
    }

    pub(super) fn check_open(&self, brand: BrandId) -> Result<(), Code> {
        ensure(!self.has_left(brand), Code::BrandClosed)
    }

    /// A brand that gives points still.
    pub(super) fn check_stays(&self, brand: BrandId) -> Result<(), Code> {
        ensure(self.closing(brand).is_none(), Code::BrandClosing)
    }

    pub(super) fn give(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) -> Result<(), Code> {
        if to.as_bytes()[19] % 2 == 1 {
            ensure(self.tables.households.contains(&to), Code::UnknownHousehold)?;
        }
        self.return_expired(to, brand);
        self.put(to, brand, lots);
        Ok(())
    }

    fn put(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) {
        self.drop_dead(to, brand);
        self.add(to, brand, lots);
    }

    /// Dead lots too, as far as the 62 that an account can have leave room.
    pub(super) fn put_back(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) {
        self.add(to, brand, lots);
        let excess = self.recorded_lots(to, brand).len().saturating_sub(62);
        for (expiry, _) in self.recorded_lots(to, brand).into_iter().take(excess) {
            self.tables.lots.remove(&(to, brand, expiry));
        }
    }

    fn add(&mut self, to: Address, brand: BrandId, lots: Vec<(Expiry, u64)>) {
        for (expiry, amount) in lots.into_iter().filter(|(_, amount)| *amount > 0) {
            let key = (to, brand, expiry);
            let before = self.tables.lots.get(&key).copied().unwrap_or(0);
            self.tables.lots.set(key, before + amount);
        }
    }

    /// The earliest lot first.
    pub(super) fn take(&mut self, from: Address, brand: BrandId, amount: u64) -> Result<Vec<(Expiry, u64)>, Code> {
        self.return_expired(from, brand);
        let all = self.recorded_lots(from, brand);
        let live: Vec<_> = all.iter().copied().filter(|(expiry, _)| self.is_live(brand, *expiry)).collect();
        let sum = |lots: &[(Expiry, u64)]| lots.iter().map(|(_, amount)| amount).sum::<u64>();
        if sum(&live) < amount {
            return Err(if sum(&all) >= amount { Code::PointsExpired } else { Code::InsufficientPoints });
        }
        self.drop_dead(from, brand);
        let (mut missing, mut taken) = (amount, Vec::new());
        for (expiry, there) in live {
            let part = there.min(missing);
            missing -= part;
            let key = (from, brand, expiry);
            if part == there {
                self.tables.lots.remove(&key);
            } else {
                self.tables.lots.set(key, there - part);
            }
            if part > 0 {
                taken.push((expiry, part));
            }
        }
        Ok(taken)
    }

    /// The points that lie dead in accounts and in holds and offers that have ended, by brand.
    pub(super) fn all_gone(&self) -> BTreeMap<BrandId, u64> {
        let lots = self.tables.lots.iter().map(|((_, brand, expiry), amount)| (*brand, *expiry, *amount));
        let ended = self.tables.holds.iter().filter(|(_, hold)| hold.expires <= self.time);
        let held =
            ended.flat_map(|((_, brand, _), hold)| hold.lots.iter().map(|(expiry, amount)| (*brand, *expiry, *amount)));
        let offers = self.tables.programme.offers.iter().filter(|(_, offer)| self.has_ended(offer));
        let offered = offers.map(|((_, brand, _), offer)| (*brand, offer.expiry, offer.left));
        let all = lots.chain(held).chain(offered);
        let mut gone = BTreeMap::new();
        for (brand, _, amount) in all.filter(|(brand, expiry, _)| !self.is_live(*brand, *expiry)) {
            *gone.entry(brand).or_insert(0) += amount;
        }
        gone
    }

    pub(super) fn drop_dead(&mut self, account: Address, brand: BrandId) {
        for (expiry, _) in self.recorded_lots(account, brand) {
            if !self.is_live(brand, expiry) {
                self.tables.lots.remove(&(account, brand, expiry));
            }
        }
    }

    pub(super) fn recorded_lots(&self, account: Address, brand: BrandId) -> Vec<(Expiry, u64)> {
        let (first, last) = (Expiry::Month(Month::new(0)), Expiry::Never);
        let lots = self.tables.lots.range((account, brand, first)..=(account, brand, last));
        lots.map(|((_, _, expiry), amount)| (*expiry, *amount)).collect()
    }
}
