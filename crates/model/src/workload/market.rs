//! Random offers, takes and withdrawals.

use lojal_types::{Address, BrandId, Expiry, Offer, OfferId, Operation, Points, Take, WithdrawOffer};

use super::Workload;
use super::choices::Purse;
use super::mistakes::Possible;
use crate::model::Resting;
use crate::world::{DAY_MS, MEMBERS_WITH_POINTS, MINUTE_MS, SECOND_MS};

/// One more than an account can have.
const TOO_MANY: usize = 17;
const ENDS_MS: [u64; 7] = [SECOND_MS, MINUTE_MS, 60 * MINUTE_MS, DAY_MS, 20 * DAY_MS, 30 * DAY_MS, 30 * DAY_MS];
const PRICES: [(u32, u32); 6] = [(1, 1), (1, 3), (2, 3), (5, 2), (1, 10), (3, 1)];

type Named = ((Address, BrandId, OfferId), Resting);

impl Workload {
    fn is_tradeable(&self, brand: BrandId) -> bool {
        self.model.tables.policies.get(&brand).is_some_and(|policy| policy.tradeable)
    }

    pub(super) fn offer(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let suits = |workload: &Self, from, brand| {
            workload.is_tradeable(brand) && workload.model.offers_of(from, brand).len() < 15
        };
        let purse = self.purse(self.address(sender), true, suits)?;
        let offer = self.offer_of(sender, purse)?;
        let offer = if self.twist() { self.wrong_offer(offer)? } else { offer };
        Some(Operation::Offer(offer))
    }

    /// An offer of points of a purse that could be made.
    fn offer_of(&mut self, sender: usize, Purse { from, brand, points }: Purse) -> Option<Offer> {
        let policy = self.model.tables.policies.get(&brand)?.clone();
        let lots = self.model.lots(from, brand);
        let (expiry, there) = self.random.pick(&lots)?;
        let transferred = self.model.transferred_today(self.address(sender), brand);
        let left = policy.transfer_daily_max.map_or(u64::MAX, |max| max.get().saturating_sub(transferred));
        let most = there.min(points).min(policy.transfer_max.get()).min(left);
        let pool = self.model.tables.households.contains(&from);
        let others = self.brands.into_iter().filter(|other| *other != brand && self.is_tradeable(*other));
        let poolable = |other: &BrandId| self.model.tables.policies.get(other).is_some_and(|one| one.poolable);
        let others: Vec<BrandId> =
            others.filter(|other| !pool || poolable(other)).filter(|one| self.stays(*one)).collect();
        let wants = self.random.pick(&others)?;
        if !self.stays(brand) && !self.wild {
            return None;
        }
        let (price_num, price_den) = self.random.pick(&PRICES).expect("six");
        let least = policy.transfer_min.get().max(u64::from(price_den));
        let amount = self.part(most.max(1)).max(least);
        if amount > most && !self.wild {
            return None;
        }
        let now = self.time.month();
        let wants_until = match self.random.within(0..6) {
            0 => Expiry::Month(now.plus(3)),
            1 => Expiry::Never,
            _ => Expiry::Month(now),
        };
        let min_take = if self.random.once_in(3) { self.random.within(1..amount.max(1).saturating_add(1)) } else { 1 };
        let (amount, min_take) = (Points::new(amount), Points::new(min_take));
        let expires_ms = self.time.plus_ms(self.random.pick(&ENDS_MS).expect("seven"));
        Some(Offer { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms })
    }

    fn wrong_offer(&mut self, offer: Offer) -> Option<Offer> {
        let over = self.time.month().get().checked_sub(1).map(lojal_types::Month::new)?;
        let wrong = [
            Offer { price_num: 0, ..offer.clone() },
            Offer { price_den: 0, ..offer.clone() },
            Offer { price_den: u32::MAX, ..offer.clone() },
            Offer { wants: offer.brand, ..offer.clone() },
            Offer { min_take: Points::ZERO, ..offer.clone() },
            Offer { min_take: Points::new(offer.amount.get().saturating_add(1)), ..offer.clone() },
            Offer { expires_ms: self.time.plus_ms(30 * DAY_MS + MINUTE_MS), ..offer.clone() },
            Offer { expiry: Expiry::Month(over), ..offer.clone() },
            Offer { wants_until: Expiry::Month(over), ..offer },
        ];
        self.random.pick(&wrong)
    }

    /// The offers for which something holds.
    fn offers(&self, suits: impl Fn(&Self, &Named) -> bool) -> Vec<Named> {
        let all = self.model.tables.programme.offers.iter().map(|(key, offer)| (*key, offer.clone()));
        all.filter(|named| suits(self, named)).collect()
    }

    pub(super) fn take(&mut self, sender: usize) -> Option<Operation> {
        let address = self.address(sender);
        let mut from = address;
        let pools = self.model.memberships(address);
        if self.random.once_in(5)
            && let Some(pool) = self.random.pick(&pools)
        {
            from = pool;
        }
        let wild = self.wild;
        let offers = self.offers(|workload, named| wild || workload.can_buy(from, address, named));
        let ((owner, brand, offer), resting) = self.random.pick(&offers)?;
        Some(self.take_of((owner, brand, offer), &resting, from))
    }

    fn take_of(
        &mut self,
        (owner, brand, offer): (Address, BrandId, OfferId),
        resting: &Resting,
        from: Address,
    ) -> Operation {
        let amount = match self.random.within(0..4) {
            _ if self.twist() => self.part(resting.left),
            0 => resting.left,
            1 => resting.min_take.min(resting.left),
            _ => self.part(resting.left).max(resting.min_take).min(resting.left),
        };
        let pay = u64::try_from(resting.cost(amount)).unwrap_or(u64::MAX);
        let max_pay = Points::new(if self.twist() { pay.saturating_sub(1) } else { pay });
        let wants = if self.twist() && self.random.once_in(3) { self.brand() } else { resting.wants };
        let amount = Points::new(amount);
        let expiry = if self.waits() && self.twist() { Expiry::Never } else { resting.expiry };
        Operation::Take(Take { brand, owner, offer, from, amount, wants, max_pay, expiry })
    }

    /// Tells whether somebody could take all of an offer, as far as that is worth finding out.
    fn can_buy(&self, from: Address, sender: Address, ((owner, brand, _), one): &Named) -> bool {
        let good = self.model.lots(from, one.wants).into_iter().filter(|(expiry, _)| *expiry >= one.wants_until);
        let there: u128 = good.map(|(_, amount)| u128::from(amount)).sum();
        let poolable = |to: Address, brand: BrandId| {
            let pool = self.model.tables.households.contains(&to);
            !pool || self.model.tables.policies.get(&brand).is_some_and(|policy| policy.poolable)
        };
        let ways = poolable(from, *brand) && poolable(*owner, one.wants);
        let capped = self.model.tables.policies.get(&one.wants).is_some_and(|one| one.transfer_daily_max.is_some());
        let limited = from != sender
            && self.model.tables.households.get(&from).is_some_and(|household| {
                household.members.get(&sender).is_none_or(|rights| rights.role != lojal_types::MemberRole::Admin)
            });
        let open = !self.model.has_ended(one) && self.model.stopped_by(one.by).is_none() && *owner != from;
        let tradeable = self.is_tradeable(*brand) && self.is_tradeable(one.wants);
        open && tradeable && ways && !capped && !limited && there >= one.cost(one.left)
    }

    pub(super) fn withdraw_offer(&mut self, sender: usize) -> Option<Operation> {
        let sender = self.address(sender);
        let wild = self.wild;
        let own = self.offers(|_, ((owner, ..), _)| wild || *owner == sender);
        let ((from, brand, offer), _) = self.random.pick(&own)?;
        let offer = if self.twist() && self.random.once_in(3) { OfferId::new([7; 16]) } else { offer };
        Some(Operation::WithdrawOffer(WithdrawOffer { brand, from, offer }))
    }

    /// Somebody who takes of several offers at once, or of one more than once.
    pub(super) fn sweep(&mut self) -> Option<(usize, Vec<Operation>)> {
        let first = self.random.index(MEMBERS_WITH_POINTS);
        for sender in (first..MEMBERS_WITH_POINTS).chain(0..first) {
            let from = self.address(sender);
            if self.model.stopped_by(from).is_some() {
                continue;
            }
            let mut offers = self.offers(|workload, named| workload.can_buy(from, from, named));
            let rounds = self.random.within(1..4);
            let mut takes = Vec::new();
            for _ in 0..rounds {
                if offers.is_empty() {
                    break;
                }
                let at = self.random.index(offers.len());
                let (key, resting) = offers[at].clone();
                let Operation::Take(take) = self.take_of(key, &resting, from) else { continue };
                offers[at].1.left = resting.left.saturating_sub(take.amount.get());
                offers.retain(|(_, one)| one.left > 0);
                takes.push(Operation::Take(take));
            }
            if !takes.is_empty() {
                return Some((sender, takes));
            }
        }
        None
    }

    /// As many offers as there can be, or one more.
    pub(super) fn too_many_offers(&mut self, sender: usize) -> Option<Vec<Operation>> {
        let purse = self.purse(self.address(sender), true, |workload, _, brand| workload.is_tradeable(brand))?;
        if !self.has_programme() {
            return None;
        }
        let offer = self.offer_of(sender, purse)?;
        let amount =
            self.model.tables.policies.get(&purse.brand)?.transfer_min.max(Points::new(offer.price_den.into()));
        let count = if self.random.once_in(2) { TOO_MANY } else { 3 };
        let small = Offer { amount, min_take: Points::new(1), ..offer };
        Some(vec![Operation::Offer(small); count])
    }

    /// Takes of offers that are suspended or over, by whoever has some of the points that they want.
    pub(super) fn taking_in_vain(&self) -> Possible {
        let vain = self
            .offers(|workload, (_, one)| workload.model.has_ended(one) || workload.model.stopped_by(one.by).is_some());
        let takes = vain.into_iter().flat_map(|((owner, brand, offer), one)| {
            let takers = (0..MEMBERS_WITH_POINTS).map(|taker| self.address(taker)).filter(move |from| *from != owner);
            takers.map(move |from| {
                let (amount, wants, max_pay) = (Points::new(one.left), one.wants, Points::new(u64::MAX));
                (from, Operation::Take(Take { brand, owner, offer, from, amount, wants, max_pay, expiry: one.expiry }))
            })
        });
        takes.collect()
    }

    /// Takes of one point of offers of which more have to be taken, and of one more than is left.
    pub(super) fn taking_too_little_or_too_much(&self) -> Possible {
        let open = self.offers(|workload, (_, one)| !workload.model.has_ended(one));
        let takes = open.into_iter().flat_map(|((owner, brand, offer), one)| {
            let takers = (0..MEMBERS_WITH_POINTS).map(|taker| self.address(taker)).filter(move |from| *from != owner);
            takers.flat_map(move |from| {
                [one.min_take.saturating_sub(1).max(1), one.left + 1].map(|amount| {
                    let (amount, wants, max_pay) = (Points::new(amount), one.wants, Points::new(u64::MAX));
                    (
                        from,
                        Operation::Take(Take { brand, owner, offer, from, amount, wants, max_pay, expiry: one.expiry }),
                    )
                })
            })
        });
        takes.collect()
    }
}
