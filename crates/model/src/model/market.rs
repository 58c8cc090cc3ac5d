//! The market once more.

use lojal_types::{Address, BrandId, Code, Expiry, Month, Offer, OfferId, Policy, Take, WithdrawOffer};

use super::{AMOUNT_MAX, Act, DAY_MS, MINUTE_MS, Model, check_amount, count, ensure};

/// An offer of which something is left. Once it is over its points count as its account's.
#[derive(Clone, Debug)]
pub(crate) struct Resting {
    /// The account that has made it.
    pub(crate) by: Address,
    pub(crate) expiry: Expiry,
    pub(crate) left: u64,
    pub(crate) wants: BrandId,
    pub(crate) num: u32,
    pub(crate) den: u32,
    pub(crate) wants_until: Expiry,
    pub(crate) min_take: u64,
    /// The minute of its end, if its points live until then.
    pub(crate) ends: u64,
    /// The member and month that it was counted for.
    pub(crate) counted: Option<(Address, Month)>,
}

impl Resting {
    /// The whole points that are no less than what so many cost.
    pub(crate) fn cost(&self, amount: u64) -> u128 {
        let (all, den) = (u128::from(amount) * u128::from(self.num), u128::from(self.den));
        all / den + u128::from(all % den > 0)
    }
}

impl Model {
    pub(crate) fn has_ended(&self, offer: &Resting) -> bool {
        self.time >= offer.ends || !offer.expiry.is_live_in(self.month)
    }

    /// The offers of an account that are recorded still.
    pub(crate) fn offers_of(&self, account: Address, brand: BrandId) -> Vec<(OfferId, Resting)> {
        let (first, last) = (OfferId::new([0; 16]), OfferId::new([255; 16]));
        let offers = self.tables.programme.offers.range((account, brand, first)..=(account, brand, last));
        offers.map(|((_, _, id), offer)| (*id, offer.clone())).collect()
    }

    /// The points in offers that are over and recorded still, and those of a member among them.
    pub(super) fn ended_offers(&self, account: Address, brand: BrandId) -> Vec<Resting> {
        let offers = self.offers_of(account, brand).into_iter().map(|(_, offer)| offer);
        offers.filter(|offer| self.has_ended(offer)).collect()
    }

    /// The points of those that count for a member in this month.
    pub(super) fn returned_to(&self, member: Address, account: Address, brand: BrandId) -> u64 {
        let ended = self.ended_offers(account, brand).into_iter();
        ended.filter(|offer| offer.counted == Some((member, self.month))).map(|offer| offer.left).sum()
    }

    pub(super) fn offer(&mut self, act: Act, offer: &Offer) -> Result<(), Code> {
        let (amount, sender) = (offer.amount.get(), act.sender);
        check_amount(amount)?;
        let policy = self.policy(offer.brand)?;
        self.in_force(offer.brand)?;
        let wanted = self.policy(offer.wants)?;
        self.in_force(offer.wants)?;
        ensure(policy.tradeable && wanted.tradeable, Code::PolicyForbidsTrade)?;
        let counted = self.spend(sender, offer.from, offer.brand, amount, true)?;
        ensure(wanted.poolable || !is_pool(offer.from), Code::PolicyForbidsPooling)?;
        self.check_offer(offer, &policy)?;
        self.count_transferred(sender, offer.brand, &policy, amount)?;
        self.return_expired(offer.from, offer.brand);
        let lot = (offer.from, offer.brand, offer.expiry);
        let there = self.tables.lots.get(&lot).copied().unwrap_or(0);
        ensure(there >= amount, Code::InsufficientPoints)?;
        self.drop_dead(offer.from, offer.brand);
        if there == amount {
            self.tables.lots.remove(&lot);
        } else {
            self.tables.lots.set(lot, there - amount);
        }
        ensure(self.offers_of(offer.from, offer.brand).len() < 16, Code::TooManyOffers)?;
        let closings = [offer.brand, offer.wants].into_iter().filter_map(|brand| self.closing(brand));
        let resting = Resting {
            by: sender,
            expiry: offer.expiry,
            left: amount,
            wants: offer.wants,
            num: offer.price_num,
            den: offer.price_den,
            wants_until: offer.wants_until,
            min_take: offer.min_take.get(),
            ends: closings.fold(offer.expires_ms.get().div_ceil(MINUTE_MS) * MINUTE_MS, u64::min),
            counted,
        };
        let id = lojal_types::offer_id(&self.chain, &act.transaction, act.index);
        self.tables.programme.offers.set((offer.from, offer.brand, id), resting);
        Ok(())
    }

    fn check_offer(&self, offer: &Offer, policy: &Policy) -> Result<(), Code> {
        let (amount, num, den) = (offer.amount.get(), offer.price_num, offer.price_den);
        let all = u128::from(amount) * u128::from(num);
        let priced = num > 0 && den > 0 && all >= u128::from(den);
        let payable = all <= u128::from(AMOUNT_MAX) * u128::from(den);
        let sized = amount >= policy.transfer_min.get() && amount <= policy.transfer_max.get();
        let least = offer.min_take.get();
        let live = offer.expiry.is_live_in(self.month) && offer.wants_until.is_live_in(self.month);
        let until = offer.expires_ms.get();
        let in_time = until > self.time && until <= self.time + 30 * DAY_MS;
        let holds = priced && payable && sized && least > 0 && least <= amount && live && in_time;
        ensure(holds && offer.brand != offer.wants, Code::OfferOutOfBounds)
    }

    pub(super) fn take_offer(&mut self, sender: Address, take: &Take) -> Result<(), Code> {
        let amount = take.amount.get();
        check_amount(amount)?;
        let policy = self.policy(take.brand)?;
        self.check_open(take.brand)?;
        let wanted = self.policy(take.wants)?;
        self.check_open(take.wants)?;
        ensure(policy.tradeable && wanted.tradeable, Code::PolicyForbidsTrade)?;
        let key = (take.owner, take.brand, take.offer);
        let offer = self.tables.programme.offers.get(&key).cloned().ok_or(Code::UnknownOffer)?;
        ensure(offer.wants == take.wants && offer.expiry == take.expiry, Code::UnknownOffer)?;
        ensure(!self.has_ended(&offer), Code::OfferOver)?;
        ensure(take.owner != take.from, Code::SameAccount)?;
        let household = self.tables.households.get(&take.owner);
        let rights = household.and_then(|household| household.members.get(&offer.by));
        let may = take.owner == offer.by || rights.is_some_and(|one| one.role != lojal_types::MemberRole::Child);
        ensure(may && self.stopped_by(offer.by).is_none(), Code::OfferSuspended)?;
        ensure(amount <= offer.left, Code::TakeExceedsOffer)?;
        ensure(amount >= offer.min_take || amount == offer.left, Code::TakeTooSmall)?;
        let pay = u64::try_from(offer.cost(amount)).unwrap_or(u64::MAX);
        ensure(pay <= take.max_pay.get(), Code::AboveMaxPay)?;
        self.spend(sender, take.from, take.wants, pay, true)?;
        ensure(policy.poolable || !is_pool(take.from), Code::PolicyForbidsPooling)?;
        ensure(wanted.poolable || !is_pool(take.owner), Code::PolicyForbidsPooling)?;
        self.count_transferred(sender, take.wants, &wanted, pay)?;
        let paid = self.take_until(take.from, take.wants, pay, offer.wants_until)?;
        self.give(take.owner, take.wants, paid)?;
        if offer.left == amount {
            self.tables.programme.offers.remove(&key);
        } else {
            self.tables.programme.offers.set(key, Resting { left: offer.left - amount, ..offer.clone() });
        }
        self.give(take.from, take.brand, vec![(offer.expiry, amount)])?;
        self.return_expired(take.owner, take.brand);
        Ok(())
    }

    /// The earliest lots first of those that can be used long enough.
    fn take_until(
        &mut self,
        from: Address,
        brand: BrandId,
        amount: u64,
        until: Expiry,
    ) -> Result<Vec<(Expiry, u64)>, Code> {
        self.return_expired(from, brand);
        let all = self.recorded_lots(from, brand).into_iter();
        let good: Vec<_> = all.filter(|(expiry, _)| self.is_live(brand, *expiry) && *expiry >= until).collect();
        ensure(good.iter().map(|(_, amount)| amount).sum::<u64>() >= amount, Code::InsufficientPoints)?;
        self.drop_dead(from, brand);
        let (mut missing, mut taken) = (amount, Vec::new());
        for (expiry, there) in good {
            let part = there.min(missing);
            missing -= part;
            self.tables.lots.remove(&(from, brand, expiry));
            if part < there {
                self.tables.lots.set((from, brand, expiry), there - part);
            }
            if part > 0 {
                taken.push((expiry, part));
            }
        }
        Ok(taken)
    }

    pub(super) fn withdraw_offer(&mut self, sender: Address, one: &WithdrawOffer) -> Result<(), Code> {
        self.policy(one.brand)?;
        self.check_open(one.brand)?;
        if sender != one.from {
            let household = self.tables.households.get(&one.from);
            let rights = household.and_then(|household| household.members.get(&sender)).ok_or(Code::NotOwner)?;
            ensure(rights.role != lojal_types::MemberRole::Child, Code::ChildMayNot)?;
        }
        let key = (one.from, one.brand, one.offer);
        ensure(self.tables.programme.offers.contains(&key), Code::UnknownOffer)?;
        self.return_offer(key);
        self.return_expired(one.from, one.brand);
        Ok(())
    }

    /// Returns what is left of the offers of an account that are over.
    pub(super) fn return_offers(&mut self, account: Address, brand: BrandId) {
        for (id, offer) in self.offers_of(account, brand) {
            if self.has_ended(&offer) {
                self.return_offer((account, brand, id));
            }
        }
    }

    /// Returns what is left of an offer to the balance, and to the member's limit. What is dead has become breakage
    /// with its month.
    fn return_offer(&mut self, key: (Address, BrandId, OfferId)) {
        let Some(offer) = self.tables.programme.offers.remove(&key) else { return };
        let (account, brand, _) = key;
        self.put_back(account, brand, vec![(offer.expiry, offer.left)]);
        if let Some((member, month)) = offer.counted
            && month == self.month
        {
            let key = (account, member, brand, month);
            let spent = self.tables.spent_in.get(&key).copied().unwrap_or(0);
            self.tables.spent_in.set(key, spent - offer.left);
        }
    }

    pub(super) fn uncount_offers(&mut self, pool: Address, member: Address) {
        let offers = self.tables.programme.offers.iter().filter(|((from, ..), _)| *from == pool);
        let offers = offers.filter(|(_, offer)| offer.counted.is_some_and(|(by, _)| by == member));
        let offers: Vec<_> = offers.map(|(key, offer)| (*key, Resting { counted: None, ..offer.clone() })).collect();
        for (key, offer) in offers {
            self.tables.programme.offers.set(key, offer);
        }
    }

    pub(super) fn count_transferred(
        &mut self,
        sender: Address,
        brand: BrandId,
        policy: &Policy,
        amount: u64,
    ) -> Result<(), Code> {
        let Some(max) = policy.transfer_daily_max else { return Ok(()) };
        let key = (sender, brand, self.time / DAY_MS);
        count(&mut self.tables.transferred_on, key, amount, max.get(), Code::TransferDailyMaxReached)
    }
}

fn is_pool(address: Address) -> bool {
    address.as_bytes()[19] % 2 == 1
}
