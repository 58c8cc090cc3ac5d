//! Partnerships, conversions and settlements once more.

use lojal_types::{
    AcceptPartnership, Address, BrandId, Code, Convert, EndPartnership, PartnershipTerms, ProposePartnership, Role,
    Settle,
};

use super::brand_motions::Takes;
use super::{AMOUNT_MAX, DAY_MS, Model, Partnership, check_amount, count, ensure};
use crate::table::Table;

impl Model {
    fn pair(&self, from: BrandId, to: BrandId) -> Result<(), Code> {
        self.policy(from)?;
        self.policy(to)?;
        ensure(from != to, Code::SameBrand)
    }

    fn admin_of_either(&self, sender: Address, from: BrandId, to: BrandId) -> Result<BrandId, Code> {
        if let Some((brand, _)) = self.together {
            return if [from, to].contains(&brand) { Ok(brand) } else { Err(Code::ActionOfOtherBrand) };
        }
        let answers = [from, to].map(|brand| self.check_role(brand, sender, Role::Admin));
        match answers {
            [Ok(()), _] => Ok(from),
            [_, Ok(())] => Ok(to),
            [Err(Code::NotOperator), Err(Code::NotOperator)] => Err(Code::NotOperator),
            _ => Err(Code::RoleMissing),
        }
    }

    fn check_terms(&self, terms: &PartnershipTerms) -> Result<(), Code> {
        let holds = terms.rate_num > 0
            && terms.rate_den > 0
            && terms.price_micro <= 1_000_000_000_000
            && (1..=AMOUNT_MAX).contains(&terms.daily_max.get())
            && (1..=AMOUNT_MAX).contains(&terms.owed_max.get())
            && terms.ends_ms.get() > self.time;
        ensure(holds, Code::TermsOutOfBounds)
    }

    pub(super) fn propose(&mut self, sender: Address, proposal: &ProposePartnership) -> Result<(), Code> {
        self.pair(proposal.from, proposal.to)?;
        let by = self.admin_of_either(sender, proposal.from, proposal.to)?;
        self.in_force(by)?;
        self.check_admin(by, sender, Takes::SeveralAndTime)?;
        self.check_terms(&proposal.terms)?;
        let pair = (proposal.from, proposal.to);
        let terms = self.tables.partnerships.get(&pair).and_then(|partnership| partnership.terms.clone());
        self.tables.partnerships.set(pair, Partnership { terms, proposal: Some((by, proposal.terms.clone())) });
        Ok(())
    }

    pub(super) fn accept(&mut self, sender: Address, acceptance: &AcceptPartnership) -> Result<(), Code> {
        let pair = (acceptance.from, acceptance.to);
        self.pair(pair.0, pair.1)?;
        let proposal = self.tables.partnerships.get(&pair).and_then(|partnership| partnership.proposal.clone());
        let (by, terms) = proposal.ok_or(Code::UnknownProposal)?;
        let other = if by == pair.0 { pair.1 } else { pair.0 };
        self.check_admin(other, sender, Takes::SeveralAndTime)?;
        self.in_force(other)?;
        ensure(terms == acceptance.terms, Code::TermsDiffer)?;
        self.check_terms(&terms)?;
        self.tables.partnerships.set(pair, Partnership { terms: Some(terms), proposal: None });
        Ok(())
    }

    pub(super) fn end(&mut self, sender: Address, end: &EndPartnership) -> Result<(), Code> {
        self.pair(end.from, end.to)?;
        self.admin_of_either(sender, end.from, end.to)?;
        self.tables.partnerships.remove(&(end.from, end.to)).map(drop).ok_or(Code::UnknownPartnership)
    }

    pub(super) fn convert(&mut self, sender: Address, convert: &Convert) -> Result<(), Code> {
        let pair = (convert.from, convert.to);
        let (burned, received) = (convert.burned.get(), convert.received.get());
        check_amount(burned)?;
        check_amount(received)?;
        self.pair(pair.0, pair.1)?;
        self.check_open(pair.0)?;
        self.in_force(pair.1)?;
        self.check_stays(pair.1)?;
        let terms = self.tables.partnerships.get(&pair).and_then(|partnership| partnership.terms.clone());
        let terms = terms.ok_or(Code::UnknownPartnership)?;
        ensure(self.time < terms.ends_ms.get(), Code::PartnershipEnded)?;
        let (from, to) = (self.policy(pair.0)?, self.policy(pair.1)?);
        ensure(from.convertible && to.convertible, Code::PolicyForbidsConversion)?;
        ensure(to.poolable || !self.tables.households.contains(&convert.account), Code::PolicyForbidsPooling)?;
        let rate = |points: u128| points * u128::from(terms.rate_num) / u128::from(terms.rate_den);
        // One point less would give less.
        let exact = rate(burned.into()) == u128::from(received) && rate(u128::from(burned) - 1) < u128::from(received);
        ensure(exact, Code::ConversionDiffers)?;
        self.spend(sender, convert.account, pair.0, burned, true)?;
        let key = (pair.0, pair.1, self.time / DAY_MS);
        count(&mut self.tables.converted_on, key, burned, terms.daily_max.get(), Code::ConversionDailyMaxReached)?;
        let old = self.take(convert.account, pair.0, burned)?;
        self.change_totals(pair.0, |totals| totals.converted_out += u128::from(burned));
        self.count_issued(pair.1, received)?;
        // Point by point in spirit: each lot gets what its end gives more than its beginning.
        let (mut so_far, mut new) = (0_u128, Vec::new());
        let latest = self.expiry_under(&to);
        for (expiry, amount) in old {
            let until = so_far + u128::from(amount);
            let gives = u64::try_from(rate(until) - rate(so_far)).expect("at most what all of it gives");
            if gives > 0 {
                new.push((expiry.min(latest), gives));
            }
            so_far = until;
        }
        self.give(convert.account, pair.1, new)?;
        if terms.price_micro > 0 {
            let before = self.tables.incurred.get(&pair).copied().unwrap_or_default();
            self.tables.incurred.set(pair, before + u128::from(burned) * u128::from(terms.price_micro));
        }
        let bound = u128::from(terms.owed_max.get()) * 1_000_000;
        ensure(terms.price_micro == 0 || self.owed(pair) <= bound, Code::ObligationTooLarge)
    }

    pub(super) fn settle(&mut self, sender: Address, settle: &Settle) -> Result<(), Code> {
        check_amount(settle.amount.get())?;
        let pair = (settle.debtor, settle.creditor);
        self.pair(pair.0, pair.1)?;
        self.check_admin(settle.creditor, sender, Takes::Several)?;
        let fresh = self.tables.settlements.set_new((settle.creditor, settle.reference.clone()), ());
        ensure(fresh, Code::DuplicateReference)?;
        let paid = u128::from(settle.amount.get()) * 1_000_000;
        ensure(paid <= self.owed(pair), Code::SettlementExceedsDebt)?;
        let before = self.tables.settled.get(&pair).copied().unwrap_or_default();
        self.tables.settled.set(pair, before + paid);
        Ok(())
    }

    /// The debt of the first brand to the second, in millionths: Σ burned × price − settled.
    pub fn owed(&self, pair: (BrandId, BrandId)) -> u128 {
        let sum = |sums: &Table<_, u128>| sums.get(&pair).copied().unwrap_or_default();
        sum(&self.tables.incurred) - sum(&self.tables.settled)
    }
}
