//! Checks that what brands owe each other changes by what campaigns give, by conversions and by settlements, and by
//! nothing else.
//!
//! "Its debt to the brand grows by `price_micro` for every point, which a sponsor settles like any other." (protocol,
//! Campaigns)

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{Award, BrandId, GrossPoints, Recipient, Sponsor};

use super::{ConservationError, read};
use crate::key::{CampaignKey, ConvertedTodayKey, ObligationKey, SettledKey, StateKey};
use crate::overlay::Written;
use crate::record::CampaignRecord;

/// A debtor and its creditor.
type Pair = (BrandId, BrandId);

/// The things in a block by which debts change.
#[derive(Default)]
struct Changes {
    /// The growth of debts, in millionths.
    owed: BTreeMap<Pair, i128>,
    /// The growth for which campaigns have given something.
    due: BTreeMap<Pair, i128>,
    /// The brands whose campaigns have got other terms, so that nobody knows who has paid for what they gave.
    with_other_terms: BTreeSet<BrandId>,
    /// The pairs between which points were converted: their debts can have grown by more.
    converted: BTreeSet<Pair>,
    /// The creditors who have confirmed a payment: debts to them can have become smaller.
    settled: BTreeSet<BrandId>,
}

impl Changes {
    fn add(&mut self, key: &[u8], before: Option<&[u8]>, after: Option<&[u8]>) {
        for (value, sign) in [(before, -1), (after, 1)] {
            let Some((ObligationKey { debtor, creditor }, one)) = value.and_then(|value| read(key, value)) else {
                continue;
            };
            // Debts are at most 2^53 minor units, in millionths.
            let owed_micro = i128::try_from(one.owed_micro).unwrap_or(i128::MAX);
            *self.owed.entry((debtor, creditor)).or_default() += sign * owed_micro;
        }
        if let Some(key) = CampaignKey::decode(key) {
            self.add_campaign(key, before.and_then(CampaignKey::record), after.and_then(CampaignKey::record));
        }
        if let Some(ConvertedTodayKey { from, to }) = ConvertedTodayKey::decode(key) {
            self.converted.insert((from, to));
        }
        if let Some(SettledKey { creditor, .. }) = SettledKey::decode(key) {
            self.settled.insert(creditor);
        }
    }

    fn add_campaign(&mut self, key: CampaignKey, before: Option<CampaignRecord>, after: Option<CampaignRecord>) {
        // One that is gone has given nothing more.
        let Some(after) = after else { return };
        let Some(before) = before.filter(|before| before.terms == after.terms) else {
            self.with_other_terms.insert(key.brand);
            return;
        };
        // A debt is at most 2^53 minor units, in millionths.
        let micro = |points: GrossPoints, price_micro: u64| {
            let micro = points.get().checked_mul(price_micro.into());
            micro.and_then(|micro| i128::try_from(micro).ok()).unwrap_or(i128::MAX)
        };
        if let Some(Sponsor { brand, price_micro }) = after.terms.sponsor {
            let grew = micro(after.points, price_micro) - micro(before.points, price_micro);
            *self.due.entry((brand, key.brand)).or_default() += grew;
        }
        if let Award::Cause { to: Some(Recipient { brand, price_micro }) } = after.terms.award {
            let grew = micro(after.paid, price_micro) - micro(before.paid, price_micro);
            *self.due.entry((key.brand, brand)).or_default() += grew;
        }
    }

    fn check(&self) -> Result<(), ConservationError> {
        for pair @ (debtor, creditor) in self.owed.keys().chain(self.due.keys()).copied() {
            let at = |sums: &BTreeMap<Pair, i128>| sums.get(&pair).copied().unwrap_or_default();
            let (grew_micro, due_micro) = (at(&self.owed), at(&self.due));
            let is_known = [debtor, creditor].iter().all(|brand| !self.with_other_terms.contains(brand));
            let can_be_more = !is_known || self.converted.contains(&pair);
            let can_be_less = self.settled.contains(&creditor);
            if (grew_micro > due_micro && !can_be_more) || (grew_micro < due_micro && !can_be_less) {
                let excess_micro = grew_micro - due_micro;
                return Err(ConservationError::Sponsored { debtor, creditor, excess_micro });
            }
        }
        Ok(())
    }
}

/// Checks what one block has written.
pub(super) fn check_block(written: &[Written<'_>]) -> Result<(), ConservationError> {
    let mut changes = Changes::default();
    for Written { key, before, after, .. } in written {
        changes.add(key.as_bytes(), *before, after.as_deref());
    }
    changes.check()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lojal_types::{Campaign, CampaignId, Hash, Points};

    use super::*;
    use crate::fixture::*;
    use crate::key::PackedKey;
    use crate::record::{DayCount, Obligation, Used};

    /// The café pays 1.5 for each point of the grocer's campaign, which has given 10.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::with_campaigns();
        let terms = Campaign { sponsor: sponsor(CAFE, 1_500_000), ..gifts(ledger.now(), (60, 100)) };
        ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
        let digest = ledger.digest_of(GROCER, 1, &terms);
        ledger.apply(BARISTA, accept_sponsorship(GROCER, 1, digest));
        ledger.apply(TILL, grant(GROCER, 1, ANNA, 10, "gift"));
        ledger
    }

    fn put<'l, K: StateKey>(ledger: &'l Ledger, key: &K, record: &K::Record) -> Written<'l> {
        let value = key.value(record, &Hash::new([9; 32]));
        Written::new(ledger.view().tree(), PackedKey::from_bytes(&key.encode()), Some(value))
    }

    fn owed(ledger: &Ledger, micro: u128) -> Written<'_> {
        let key = ObligationKey { debtor: brand(CAFE), creditor: brand(GROCER) };
        put(ledger, &key, &Obligation { owed_micro: micro })
    }

    fn given(ledger: &Ledger, points: u128, change: impl Fn(&mut Campaign)) -> Written<'_> {
        let mut record = ledger.campaign(GROCER, 1);
        record.points = GrossPoints::new(points);
        change(Arc::make_mut(&mut record.terms));
        put(ledger, &CampaignKey { brand: brand(GROCER), campaign: CampaignId::new(1) }, &record)
    }

    fn sponsored(grew_micro: i128, due_micro: i128) -> Result<(), ConservationError> {
        let excess_micro = grew_micro - due_micro;
        Err(ConservationError::Sponsored { debtor: brand(CAFE), creditor: brand(GROCER), excess_micro })
    }

    #[test]
    fn a_sponsor_owes_for_each_point_and_for_nothing_else() {
        let ledger = ledger();
        let five_more = || given(&ledger, 15, |_| ());
        assert_eq!(check_block(&[five_more(), owed(&ledger, 22_500_000)]), Ok(()));
        assert_eq!(check_block(&[five_more()]), sponsored(0, 7_500_000), "its debt is forgotten");
        let wrong = [five_more(), owed(&ledger, 22_499_999)];
        assert_eq!(check_block(&wrong), sponsored(7_499_999, 7_500_000), "a millionth is lost");
        assert_eq!(check_block(&[owed(&ledger, 15_000_001)]), sponsored(1, 0), "out of nothing");
        assert_eq!(check_block(&[owed(&ledger, 0)]), sponsored(-15_000_000, 0), "nobody has confirmed a payment");
    }

    #[test]
    fn a_brand_owes_a_recipient_for_each_point_that_is_donated() {
        let mut ledger = Ledger::with_campaigns();
        ledger.apply(TILL, issue(GROCER, ANNA, 100, "points"));
        ledger.apply(TILL, set_campaign(GROCER, 1, meals(ledger.now(), 5, Some(CAFE))));
        ledger.apply(ANNA, claim_for(GROCER, 1, address(ANNA), (2, 10), None));
        let mut record = ledger.campaign(GROCER, 1);
        record.paid = GrossPoints::new(15);
        let key = CampaignKey { brand: brand(GROCER), campaign: CampaignId::new(1) };
        let donated = || put(&ledger, &key, &record);
        let key = ObligationKey { debtor: brand(GROCER), creditor: brand(CAFE) };
        let owed = |micro| put(&ledger, &key, &Obligation { owed_micro: micro });
        assert_eq!(check_block(&[donated(), owed(15 * 250_000)]), Ok(()));
        let (debtor, creditor, excess_micro) = (brand(GROCER), brand(CAFE), -5 * 250_000);
        let forgotten = ConservationError::Sponsored { debtor, creditor, excess_micro };
        assert_eq!(check_block(&[donated()]), Err(forgotten));
    }

    #[test]
    fn conversions_settlements_and_other_terms_change_a_debt_too() {
        let ledger = ledger();
        let settled = SettledKey { creditor: brand(GROCER), reference: reference("payment") };
        assert_eq!(check_block(&[owed(&ledger, 0), put(&ledger, &settled, &Used)]), Ok(()));
        let converted = |from, to| {
            let key = ConvertedTodayKey { from: brand(from), to: brand(to) };
            put(&ledger, &key, &DayCount { day: ledger.now().day(), points: Points::new(1) })
        };
        assert_eq!(check_block(&[owed(&ledger, 15_000_001), converted(CAFE, GROCER)]), Ok(()));
        assert_eq!(check_block(&[owed(&ledger, 15_000_001), converted(GROCER, CAFE)]), sponsored(1, 0));
        let alone = given(&ledger, 15, |terms| terms.sponsor = None);
        assert_eq!(check_block(&[alone]), Ok(()), "its sponsor has left within the block, before that or after it");
    }
}
