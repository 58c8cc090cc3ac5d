//! The things that campaigns give once more.

use lojal_types::{Award, Campaign, Code, Day, Expiry, Month, Policy, voucher_id};

use super::super::given::Marked;
use super::super::vouchers::GivenVoucher;
use super::super::{AMOUNT_MAX, DAY_MS, Issued, Model, Shelved, ensure};
use super::Gift;

impl Model {
    pub(super) fn use_reference(&mut self, terms: &Campaign, policy: &Policy, gift: &Gift<'_>) -> Result<(), Code> {
        if matches!(terms.award, Award::Cause { .. }) {
            return Ok(());
        }
        let key: Shelved = (self.date(gift.dated)?, gift.brand, gift.reference.clone());
        let until = (self.time + policy.reversal_window_ms.min(400 * DAY_MS)).min(self.drop_of(key.0));
        match terms.award {
            Award::Points { months, .. } => {
                self.check_fresh(&self.tables.issues, gift.brand, gift.reference)?;
                let (expiry, matures) = self.life_of_award(terms, policy, months);
                let (to, amount, dated) = (gift.to, gift.points, gift.dated);
                self.tables.issues.set(key.clone(), Issued { to, amount, expiry, dated, until, reversed: 0, matures });
                self.tables.programme.awarded.set(key, gift.campaign);
            }
            Award::Mark { mark, days } => {
                self.check_fresh(&self.tables.programme.marks, gift.brand, gift.reference)?;
                let days = days.map(|days| u32::from(days) * u32::try_from(gift.units).expect("at most 100"));
                let (to, campaign, dated) = (gift.to, gift.campaign, gift.dated);
                self.tables.programme.marks.set(key, Marked { to, campaign, mark, days, dated, until, taken: 0 });
            }
            Award::Voucher { .. } => {
                self.check_fresh(&self.tables.programme.given_vouchers, gift.brand, gift.reference)?;
                let id = voucher_id(&self.chain, &gift.act.transaction, gift.act.index);
                let (to, campaign, quantity, dated) = (gift.to, gift.campaign, gift.units, gift.dated);
                let given = GivenVoucher { to, campaign, id, quantity, gone: 0, dated, until };
                self.tables.programme.given_vouchers.set(key, given);
            }
            Award::Cause { .. } => {}
        }
        Ok(())
    }

    fn life_of_award(&self, terms: &Campaign, policy: &Policy, months: Option<u8>) -> (Expiry, Option<Day>) {
        let from = self.lives_from(terms.pending_days);
        let latest = self.expiry_from(policy, from);
        let own = months.map(|months| Expiry::Month(Month::new(from.get() + u16::from(months))));
        (own.map_or(latest, |own| own.min(latest)), self.maturity(terms.pending_days))
    }

    pub(super) fn hand_over(&mut self, terms: &Campaign, policy: &Policy, gift: &Gift<'_>) -> Result<(), Code> {
        let Gift { brand, to, points, .. } = *gift;
        match terms.award {
            Award::Points { months, .. } => {
                self.count_issued(brand, points)?;
                self.open(to, policy, points, None)?;
                let (expiry, matures) = self.life_of_award(terms, policy, months);
                self.give_new(to, brand, (expiry, points), matures)?;
                let Some(sponsor) = terms.sponsor else { return Ok(()) };
                let pair = (sponsor.brand, brand);
                let before = self.tables.incurred.get(&pair).copied().unwrap_or_default();
                let more = u128::from(points) * u128::from(sponsor.price_micro);
                self.tables.incurred.set(pair, before + more);
                ensure(self.owed(pair) <= u128::from(AMOUNT_MAX) * 1_000_000, Code::ObligationTooLarge)
            }
            Award::Mark { mark, days } => {
                self.open_by_stamp(to)?;
                let mut relation = self.tables.programme.relations.get(&(to, brand)).cloned().expect("just taken out");
                let days = days.map(|days| u32::from(days) * u32::try_from(gift.units).expect("at most 100"));
                let before = relation.marks.get(&mark).copied().filter(|until| self.lasts(*until));
                let until = match (before, days) {
                    (Some(None), _) | (_, None) => None,
                    (Some(Some(until)), Some(days)) => Some(until.plus(days)),
                    (None, Some(days)) => Some(self.today().plus(days)),
                };
                relation.marks.insert(mark, until);
                let live = relation.marks.iter().filter(|(_, until)| self.lasts(**until)).count();
                ensure(live <= 32, Code::StandingFull)?;
                self.tables.programme.relations.set((to, brand), relation);
                Ok(())
            }
            Award::Voucher { valid_days } => {
                self.open_by_stamp(to)?;
                self.give_voucher(gift.act, (to, brand), gift.campaign, (gift.units, valid_days))
            }
            Award::Cause { .. } => Ok(()),
        }
    }
}
