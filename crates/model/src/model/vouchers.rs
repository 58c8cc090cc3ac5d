//! Vouchers, refunds and donations once more.

use lojal_types::{
    Address, Award, BrandId, CampaignId, Code, Day, Expiry, Month, Payment, Policy, Refund, Role, TakeBack, UseVoucher,
    VoucherId, voucher_id,
};

use super::given::Offered;
use super::{AMOUNT_MAX, Act, DAY_MS, Model, Shelved, check_amount, ensure};

/// A voucher as its account has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voucher {
    pub(crate) id: VoucherId,
    pub(crate) campaign: CampaignId,
    pub(crate) left: u64,
    pub(crate) until: Day,
}

/// A voucher as long as its reference is remembered, and longer.
#[derive(Clone, Debug)]
pub(crate) struct GivenVoucher {
    pub(crate) to: Address,
    pub(crate) campaign: CampaignId,
    pub(crate) id: VoucherId,
    pub(crate) quantity: u64,
    pub(crate) gone: u64,
    pub(crate) dated: Day,
    pub(crate) until: u64,
}

/// Points that were paid, as long as it is remembered, and longer.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) from: Address,
    pub(crate) lots: Vec<(Expiry, u64)>,
    pub(crate) counted: Option<(Address, Month)>,
    pub(crate) dated: Day,
    pub(crate) until: u64,
    pub(crate) refunded: u64,
}

/// A claim that was paid for.
#[derive(Clone, Debug)]
pub(crate) struct Claimed {
    pub(crate) campaign: CampaignId,
    pub(crate) quantity: u64,
    pub(crate) paid: Paid,
}

impl Paid {
    pub(crate) fn left(&self) -> u64 {
        self.lots.iter().map(|(_, amount)| amount).sum::<u64>() - self.refunded
    }
}

impl Model {
    /// The memory of a payment; version 1 has none.
    pub(super) fn paid(
        &self,
        policy: &Policy,
        key: (Month, Day),
        from: Address,
        lots: Vec<(Expiry, u64)>,
        counted: Option<(Address, Month)>,
    ) -> Option<Paid> {
        let until = (self.time + policy.reversal_window_ms.min(400 * DAY_MS)).min(self.drop_of(key.0));
        let lots = lots.into_iter().filter(|(_, amount)| *amount > 0).collect();
        (self.version().0 >= 2).then_some(Paid { from, lots, counted, dated: key.1, until, refunded: 0 })
    }

    pub(super) fn donate(&mut self, brand: BrandId, award: Award, from: Address, amount: u64) -> Result<(), Code> {
        self.take(from, brand, amount)?;
        self.change_totals(brand, |totals| totals.donated += u128::from(amount));
        let Award::Cause { to: Some(to) } = award else { return Ok(()) };
        let pair = (brand, to.brand);
        let before = self.tables.incurred.get(&pair).copied().unwrap_or_default();
        self.tables.incurred.set(pair, before + u128::from(amount) * u128::from(to.price_micro));
        ensure(self.owed(pair) <= u128::from(AMOUNT_MAX) * 1_000_000, Code::ObligationTooLarge)
    }

    /// The vouchers that somebody can use today.
    pub(crate) fn vouchers(&self, account: Address, brand: BrandId) -> Vec<Voucher> {
        let all = self.tables.programme.vouchers.get(&(account, brand)).cloned().unwrap_or_default();
        all.into_iter().filter(|one| one.left > 0 && self.lasts(Some(one.until))).collect()
    }

    pub(super) fn give_voucher(
        &mut self,
        act: Act,
        (to, brand): (Address, BrandId),
        campaign: CampaignId,
        (quantity, days): (u64, u16),
    ) -> Result<(), Code> {
        let id = voucher_id(&self.chain, &act.transaction, act.index);
        let until = self.today().plus(days.into());
        let mut all = self.vouchers(to, brand);
        all.push(Voucher { id, campaign, left: quantity, until });
        ensure(all.len() <= 32, Code::TooManyVouchers)?;
        self.tables.programme.vouchers.set((to, brand), all);
        Ok(())
    }

    pub(super) fn use_voucher(&mut self, sender: Address, one: &UseVoucher) -> Result<(), Code> {
        let UseVoucher { brand, account, voucher, quantity, .. } = *one;
        self.policy(brand)?;
        self.check_open(brand)?;
        self.check_own(sender, account)?;
        // Vouchers whose time is over are known until something else is done with the account's.
        let recorded = self.tables.programme.vouchers.get(&(account, brand)).cloned().unwrap_or_default();
        let known = recorded.iter().find(|known| known.id == voucher && known.left > 0);
        let known = known.copied().ok_or(Code::UnknownVoucher)?;
        ensure(self.lasts(Some(known.until)), Code::VoucherOver)?;
        ensure(quantity > 0, Code::QuantityOutOfRange)?;
        ensure(u64::from(quantity) <= known.left, Code::VoucherExceeded)?;
        let asked = one.asked(known.campaign);
        ensure(asked.reference(&self.chain) == one.request.reference, Code::RequestMismatch)?;
        ensure(self.time < one.request.until_ms.get(), Code::RequestExpired)?;
        let key = (self.date(one.request.dated)?, brand, one.request.reference.clone());
        self.check_fresh(&self.tables.programme.used_vouchers, brand, &one.request.reference)?;
        self.tables.programme.used_vouchers.set(key, (voucher, u64::from(quantity)));
        self.shorten((account, brand), voucher, quantity.into());
        Ok(())
    }

    fn check_own(&self, sender: Address, account: Address) -> Result<(), Code> {
        let household = self.tables.households.get(&account);
        let is_member = household.is_some_and(|household| household.members.contains_key(&sender));
        ensure(sender == account || is_member, Code::NotOwner)
    }

    fn shorten(&mut self, key: (Address, BrandId), voucher: VoucherId, uses: u64) {
        let mut all = self.vouchers(key.0, key.1);
        for one in all.iter_mut().filter(|one| one.id == voucher) {
            one.left -= uses;
        }
        self.tables.programme.vouchers.set(key, all);
    }

    pub(super) fn take_back_voucher(&mut self, take: &TakeBack) -> Result<(), Code> {
        let key = (take.of_dated.month(), take.brand, take.of_reference.clone());
        let one = self.shelved(&self.tables.programme.given_vouchers, &key).ok_or(Code::UnknownReference)?;
        ensure(one.dated == take.of_dated, Code::UnknownReference)?;
        ensure(one.to == take.from, Code::AwardToOther)?;
        ensure(self.time < one.until, Code::TakeBackWindowClosed)?;
        self.return_voucher(&key, one, take.amount, Code::TakeBackExceeds)
    }

    fn return_voucher(&mut self, key: &Shelved, one: GivenVoucher, uses: u64, code: Code) -> Result<(), Code> {
        let left = self.vouchers(one.to, key.1).iter().find(|known| known.id == one.id).map_or(0, |known| known.left);
        ensure(uses <= left, code)?;
        self.shorten((one.to, key.1), one.id, uses);
        self.tables.programme.given_vouchers.set(key.clone(), GivenVoucher { gone: one.gone + uses, ..one });
        Ok(())
    }

    pub(super) fn refund(&mut self, sender: Address, refund: &Refund) -> Result<(), Code> {
        let (brand, amount) = (refund.brand, refund.amount.get());
        check_amount(amount)?;
        self.policy(brand)?;
        self.check_open(brand)?;
        let by_brand = self.check_role(brand, sender, Role::Reverse);
        if let Err(code) = by_brand {
            ensure(self.check_own(sender, refund.to).is_ok() && refund.of == Payment::Claim, code)?;
        }
        if by_brand.is_ok() {
            let own = (self.date(refund.dated)?, brand, refund.reference.clone());
            self.check_fresh(&self.tables.programme.refunded, brand, &refund.reference)?;
            self.tables.programme.refunded.set(own, amount);
        }
        let key = (refund.of_dated.month(), brand, refund.of_reference.clone());
        let paid = match refund.of {
            Payment::Redeem => {
                let paid = self.shelved(&self.tables.redeemed, &key).ok_or(Code::UnknownReference)?;
                let paid = self.check_refund(refund, paid)?;
                self.tables.redeemed.set(key, Some(paid.clone()));
                paid
            }
            Payment::Capture => {
                let paid = self.shelved(&self.tables.captured, &key).ok_or(Code::UnknownReference)?;
                let paid = self.check_refund(refund, paid)?;
                self.tables.captured.set(key, Some(paid.clone()));
                paid
            }
            Payment::Claim => self.refund_claim(refund, key, by_brand.is_ok())?,
        };
        let mut lots = self.latest_of(&paid, amount);
        let is_dead = |expiry: &Expiry, month: Month| !expiry.is_live_in(month);
        ensure(by_brand.is_ok() || !lots.iter().any(|(expiry, _)| is_dead(expiry, self.month)), Code::PointsExpired)?;
        for (expiry, _) in lots.iter_mut().filter(|(expiry, _)| is_dead(expiry, self.month)) {
            *expiry = Expiry::Month(Month::new(self.month.get() + 1));
        }
        let totals = self.totals(brand);
        let in_use = u128::from(totals.outstanding.get()) + u128::from(totals.held.get()) + u128::from(amount);
        ensure(in_use <= u128::from(AMOUNT_MAX), Code::AmountTooLarge)?;
        self.change_totals(brand, |totals| totals.refunded += u128::from(amount));
        self.give(refund.to, brand, lots)?;
        if let Some((member, month)) = paid.counted
            && month == self.month
        {
            let key = (refund.to, member, brand, month);
            let spent = self.tables.spent_in.get(&key).copied().unwrap_or(0);
            let open = self.open_of(refund.to, brand, (member, month));
            self.tables.spent_in.set(key, spent - amount.min(spent - open));
        }
        Ok(())
    }

    fn check_refund(&self, refund: &Refund, paid: Option<Paid>) -> Result<Paid, Code> {
        let paid = paid.ok_or(Code::NotRefundable)?;
        ensure(paid.dated == refund.of_dated, Code::UnknownReference)?;
        ensure(paid.from == refund.to, Code::AwardToOther)?;
        ensure(self.time < paid.until, Code::RefundWindowClosed)?;
        ensure(refund.amount.get() <= paid.left(), Code::RefundExceedsPayment)?;
        Ok(Paid { refunded: paid.refunded + refund.amount.get(), ..paid })
    }

    fn refund_claim(&mut self, refund: &Refund, key: Shelved, by_brand: bool) -> Result<Paid, Code> {
        let claimed = self.shelved(&self.tables.programme.claimed, &key).ok_or(Code::UnknownReference)?;
        let all: u64 = claimed.paid.lots.iter().map(|(_, amount)| amount).sum();
        let paid = self.check_refund(refund, Some(claimed.paid.clone()))?;
        let (amount, quantity) = (refund.amount.get(), claimed.quantity);
        ensure(u128::from(amount) * u128::from(quantity) % u128::from(all) == 0, Code::RefundNotWhole)?;
        let units = u128::from(amount) * u128::from(quantity) / u128::from(all);
        let units = u64::try_from(units).expect("at most the quantity");
        let of = self.tables.programme.campaigns.get(&(refund.brand, claimed.campaign)).cloned();
        let returnable = of.as_ref().is_some_and(|of| of.terms.returnable);
        ensure(by_brand || returnable, Code::NotReturnable)?;
        let given = self.shelved(&self.tables.programme.given_vouchers, &key);
        if let Some(one) = given.filter(|one| one.to == refund.to && one.campaign == claimed.campaign) {
            self.return_voucher(&key, one, units, Code::VoucherUsed)?;
        } else {
            let mark = self.shelved(&self.tables.programme.marks, &key).ok_or(Code::UnknownReference)?;
            let days = mark.days.map_or(1, |days| u64::from(days) * units / quantity);
            ensure(days <= u64::from(mark.days.unwrap_or(1) - mark.taken), Code::TakeBackExceeds)?;
            self.take_days(&key, &mark, u32::try_from(days).expect("at most what was given"));
        }
        if let Some(of) = of {
            let after = Offered { returned: of.returned + units, refunded: of.refunded + u128::from(amount), ..of };
            self.tables.programme.campaigns.set((refund.brand, claimed.campaign), after);
        }
        self.tables.programme.claimed.set(key, Claimed { paid: paid.clone(), ..claimed });
        Ok(paid)
    }

    /// The lots of the points that this refund, the last one, gives back: counted from the end of all that was paid.
    fn latest_of(&self, paid: &Paid, amount: u64) -> Vec<(Expiry, u64)> {
        let mut points: Vec<(Expiry, u64)> = paid.lots.iter().rev().copied().collect();
        let (mut skip, mut missing) = (paid.refunded - amount, amount);
        for (_, there) in &mut points {
            let skipped = skip.min(*there);
            skip -= skipped;
            *there = (*there - skipped).min(missing);
            missing -= *there;
        }
        points.retain(|(_, amount)| *amount > 0);
        points
    }

    /// The points that holds and offers of an account set aside on a member's account in a month.
    fn open_of(&self, account: Address, brand: BrandId, counted: (Address, Month)) -> u64 {
        let holds = self.hold_numbers(account, brand).into_iter();
        let holds = holds.filter_map(|number| self.tables.holds.get(&(account, brand, number)));
        let held = holds.filter(|hold| hold.counted == Some(counted)).flat_map(|hold| &hold.lots);
        let offers = self.offers_of(account, brand).into_iter().map(|(_, offer)| offer);
        let offered = offers.filter(|offer| offer.counted == Some(counted)).map(|offer| offer.left);
        held.map(|(_, amount)| amount).sum::<u64>() + offered.sum::<u64>()
    }
}
