//! Points that wait once more: a sweep over all of them at the beginning of every block.

use lojal_types::{Address, BrandId, Code, Day, Expiry, Month, SetPendingDays};

use super::brand_motions::Takes;
use super::{Brand, Issued, Model, ensure};

/// The lots that an account has waiting, with the days on which they mature.
type Waiting = Vec<(Day, Expiry, u64)>;

impl Model {
    pub(super) fn set_pending_days(&mut self, sender: Address, set: &SetPendingDays) -> Result<(), Code> {
        self.policy(set.brand)?;
        self.in_force(set.brand)?;
        let brand = self.tables.brands.get(&set.brand).cloned().expect("it has a policy");
        let takes = if set.days < brand.pending_days { Takes::SeveralAndTime } else { Takes::One };
        self.check_admin(set.brand, sender, takes)?;
        ensure(set.days <= 90, Code::PolicyOutOfBounds)?;
        self.tables.brands.set(set.brand, Brand { pending_days: set.days, ..brand });
        Ok(())
    }

    /// Lets everything that waited until today or an earlier day join the lots.
    pub(super) fn mature(&mut self) {
        let today = self.today();
        let matured: Vec<_> =
            self.tables.programme.pending.iter().filter(|((_, _, day, _), _)| *day <= today).collect();
        let matured: Vec<_> = matured.into_iter().map(|(key, amount)| (*key, *amount)).collect();
        for (key, amount) in matured {
            self.tables.programme.pending.remove(&key);
            self.put_back(key.0, key.1, vec![(key.3, amount)]);
        }
    }

    /// The day on which what is given now matures, if it waits.
    pub(super) fn maturity(&self, days: u8) -> Option<Day> {
        (days > 0).then(|| self.today().plus(days.into()))
    }

    /// The month from which on what is given now lives.
    pub(super) fn lives_from(&self, days: u8) -> Month {
        self.maturity(days).map_or(self.month, Day::month)
    }

    /// Gives new points, at once or pending.
    pub(super) fn give_new(
        &mut self,
        to: Address,
        brand: BrandId,
        lot: (Expiry, u64),
        matures: Option<Day>,
    ) -> Result<(), Code> {
        let Some(day) = matures else { return self.give(to, brand, vec![lot]) };
        self.give(to, brand, Vec::new())?;
        let key = (to, brand, day, lot.0);
        let before = self.tables.programme.pending.get(&key).copied().unwrap_or(0);
        self.tables.programme.pending.set(key, before + lot.1);
        ensure(self.pending(to, brand).len() <= 180, Code::PendingFull)
    }

    /// The points of an account that wait, by day and expiry.
    pub fn pending(&self, account: Address, brand: BrandId) -> Waiting {
        let of_account =
            self.tables.programme.pending.iter().filter(|((of, its, ..), _)| (*of, *its) == (account, brand));
        of_account.map(|((_, _, day, expiry), amount)| (*day, *expiry, *amount)).collect()
    }

    /// The points of a brand that wait.
    pub(super) fn all_pending(&self, brand: BrandId) -> u64 {
        self.tables.programme.pending.iter().filter(|((_, of, ..), _)| *of == brand).map(|(_, amount)| amount).sum()
    }

    /// Takes what is left of an issue out of what waits; none if it waits no more.
    pub(super) fn take_waiting(&mut self, from: Address, brand: BrandId, issue: &Issued, most: u64) -> Option<u64> {
        let day = issue.matures.filter(|day| *day > self.today())?;
        let key = (from, brand, day, issue.expiry);
        let there = self.tables.programme.pending.get(&key).copied().unwrap_or(0);
        let taken = there.min(most);
        if taken == there {
            self.tables.programme.pending.remove(&key);
        } else {
            self.tables.programme.pending.set(key, there - taken);
        }
        Some(taken)
    }
}
