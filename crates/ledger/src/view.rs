//! The questions that wallets, tills and brands ask of a version of the state. Everything is as of the last block:
//! holds that have expired by then have returned, counters of days and months before are 0.

use lojal_types::api::{NettingPair, Partnership};
use lojal_types::{
    Address, BrandId, Day, ExactMoney, Guardians, Lot, MemberRights, Month, Points, Recovery, Reference, TransactionId,
};

use crate::key::{
    BalanceKey, ConvertedTodayKey, CreditorsKey, HeldKey, HoldsKey, HouseholdKey, InvitationKey, IssuedTodayKey,
    MemberKey, MembershipsKey, ObligationKey, OperatorKey, OperatorListKey, PartnersKey, PartnershipKey, RedeemedKey,
    SpentKey, StateKey, TransferredTodayKey,
};
use crate::lots::total;
use crate::record::{Counted, DayCount, Held, OpenHold, Operator};
use crate::state::View;
use crate::tree::Missing;

/// A household with its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdView {
    /// The members and what they may do, by address.
    pub members: Vec<(Address, MemberRights)>,
    /// The invited accounts with the rights that they would have, by address.
    pub invited: Vec<(Address, MemberRights)>,
    /// The brands whose points have ever been in the pool.
    pub brands: Vec<BrandId>,
}

impl View {
    /// The lots of an account that can be used, those of expired holds included: "From the first block that isn't
    /// earlier than that minute its lots are the account's again, for every rule and every read." (protocol, Holds)
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn lots(&self, account: Address, brand: BrandId) -> Result<Vec<Lot>, Missing> {
        let month = self.tip().time_ms.month();
        let mut balance = self.get(&BalanceKey { account, brand })?.unwrap_or_default();
        for hold in self.recorded_holds(account, brand)?.iter().filter(|hold| !self.is_open(hold)) {
            let live: Vec<Lot> = hold.lots.iter().filter(|lot| lot.expiry.is_live_in(month)).copied().collect();
            balance.add(&live, month);
        }
        Ok(balance.live(month).to_vec())
    }
    /// The open holds of an account with a brand, the oldest first.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn holds(&self, account: Address, brand: BrandId) -> Result<Vec<OpenHold>, Missing> {
        Ok(self.recorded_holds(account, brand)?.into_iter().filter(|hold| self.is_open(hold)).collect())
    }
    /// The brand, the transaction and, for points that are held, the hold that a request's reference has been used for.
    /// The reference commits to the request's day, so no other shelf has it; without the day those are looked through
    /// whose days are still taken.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn payment(
        &self,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<Option<(BrandId, TransactionId, Option<Held>)>, Missing> {
        let receipt_days = self.parameters().receipt_days;
        let oldest = self.tip().time_ms.day().minus(receipt_days.into()).month();
        let mut months = self.months(dated).filter(|month| dated.is_some() || *month >= oldest);
        months.find_map(|shelf| self.payment_on(shelf, reference).transpose()).transpose()
    }
    fn payment_on(
        &self,
        shelf: Month,
        reference: &Reference,
    ) -> Result<Option<(BrandId, TransactionId, Option<Held>)>, Missing> {
        for brand in self.brand_ids().iter().copied() {
            if let Some(held) = self.get(&HeldKey { shelf, brand, reference: reference.clone() })? {
                return Ok(Some((brand, held.transaction, Some(held))));
            }
            if let Some(redeemed) = self.get(&RedeemedKey { shelf, brand, reference: reference.clone() })? {
                return Ok(Some((brand, redeemed.transaction, None)));
            }
        }
        Ok(None)
    }
    /// The record of a reference under the key that a month gives: on the shelf of its day, or without the day on the
    /// latest shelf that has one.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn latest<K: StateKey>(
        &self,
        key: impl Fn(Month) -> K,
        dated: Option<Day>,
    ) -> Result<Option<K::Record>, Missing> {
        self.months(dated).find_map(|month| self.get(&key(month)).transpose()).transpose()
    }
    /// The months that have shelves, the latest first; of a day only its own.
    fn months(&self, dated: Option<Day>) -> impl Iterator<Item = Month> {
        let months = self.shelves().iter().rev().map(|(month, _)| month);
        months.filter(move |month| dated.is_none_or(|day| day.month() == *month))
    }
    /// The guardians who can bring an account back; none if it has no guardians or doesn't exist.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn guardians(&self, account: Address) -> Result<Guardians, Missing> {
        Ok(self.account(account)?.map(|account| account.guardians).unwrap_or_default())
    }
    /// The recovery of an account that is under way.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn recovery(&self, account: Address) -> Result<Option<Recovery>, Missing> {
        Ok(self.account(account)?.and_then(|account| account.recovery))
    }
    /// The household at an address.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn household(&self, address: Address) -> Result<Option<HouseholdView>, Missing> {
        let Some(household) = self.get(&HouseholdKey(address))? else { return Ok(None) };
        let listed = "every listed member and invitation has a record";
        let member = |member: &Address| {
            Ok((*member, self.get(&MemberKey { household: address, member: *member })?.expect(listed)))
        };
        let invitation = |member: &Address| {
            Ok((*member, self.get(&InvitationKey { household: address, member: *member })?.expect(listed)))
        };
        Ok(Some(HouseholdView {
            members: household.members.iter().map(member).collect::<Result<_, Missing>>()?,
            invited: household.invited.iter().map(invitation).collect::<Result<_, Missing>>()?,
            brands: household.brands.to_vec(),
        }))
    }
    /// The households that an account is a member of, by address.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn memberships(&self, account: Address) -> Result<Vec<Address>, Missing> {
        Ok(self.get(&MembershipsKey(account))?.map(|memberships| memberships.households.to_vec()).unwrap_or_default())
    }
    /// The points that a member has spent of a limited brand from the pool this month. "What a hold returns in the same
    /// month is given back to the limit, at the minute of its end." (protocol, Households)
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn spent_this_month(&self, household: Address, member: Address, brand: BrandId) -> Result<Points, Missing> {
        let month = self.tip().time_ms.month();
        let spent = self.get(&SpentKey { household, member })?.filter(|spent| spent.month == month);
        let counted = spent.map_or(Points::ZERO, |spent| spent.of(brand));
        let ended = self.recorded_holds(household, brand)?.into_iter().filter(|hold| !self.is_open(hold));
        let returned = ended.filter(|hold| hold.counted == Some(Counted { member, month }));
        let was_counted = "it was counted in this month";
        Ok(returned.fold(counted, |left, hold| left.checked_sub(total(&hold.lots)).expect(was_counted)))
    }
    /// The operators of a brand, by address.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn operators(&self, brand: BrandId) -> Result<Vec<(Address, Operator)>, Missing> {
        let list = self.get(&OperatorListKey(brand))?.unwrap_or_default().operators;
        let operator = |operator: &Address| {
            let record = self.get(&OperatorKey { brand, operator: *operator })?;
            Ok((*operator, record.expect("every listed operator has a record")))
        };
        list.iter().map(operator).collect()
    }
    /// The points that an operator has issued today; counted while it has a daily limit.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn issued_today(&self, brand: BrandId, operator: Address) -> Result<Points, Missing> {
        self.today(&IssuedTodayKey { brand, operator })
    }
    /// The points that a member has transferred today; counted while the brand has a daily cap.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn transferred_today(&self, sender: Address, brand: BrandId) -> Result<Points, Missing> {
        self.today(&TransferredTodayKey { sender, brand })
    }
    /// All partnerships and proposals, by the brands' ids.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn partnerships(&self) -> Result<Vec<Partnership>, Missing> {
        let mut partnerships = Vec::new();
        for from in self.brand_ids().iter().copied() {
            for to in self.partners(from)? {
                partnerships.push(self.partnership(from, to)?.expect("every listed partner has a record"));
            }
        }
        Ok(partnerships)
    }
    /// The brands into whose points those of a brand can be converted, or that there is a proposal about, by their ids.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn partners(&self, from: BrandId) -> Result<Vec<BrandId>, Missing> {
        Ok(self.get(&PartnersKey(from))?.unwrap_or_default().ids.into_inner())
    }
    /// The terms that two brands have agreed on in one direction, or are about to.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn partnership(&self, from: BrandId, to: BrandId) -> Result<Option<Partnership>, Missing> {
        let Some(record) = self.get(&PartnershipKey { from, to })? else { return Ok(None) };
        let converted_today = self.today(&ConvertedTodayKey { from, to })?;
        Ok(Some(Partnership { from, to, terms: record.terms, proposal: record.proposal, converted_today }))
    }
    /// The debt of one brand to another, exactly.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn owed(&self, debtor: BrandId, creditor: BrandId) -> Result<ExactMoney, Missing> {
        let owed_micro = self.get(&ObligationKey { debtor, creditor })?.unwrap_or_default().owed_micro;
        Ok(ExactMoney::from_micro(owed_micro).expect("obligations are bounded"))
    }
    /// The debts of all brands to each other: every pair of which one has ever owed the other anything, by their ids.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn netting(&self) -> Result<Vec<NettingPair>, Missing> {
        self.debts()?.into_iter().map(|(first, second)| self.net(first, second)).collect()
    }
    /// Every pair of brands of which one has ever owed the other anything, by their ids, each with the first first.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn debts(&self) -> Result<Vec<(BrandId, BrandId)>, Missing> {
        let mut pairs: Vec<(BrandId, BrandId)> = Vec::new();
        for debtor in self.brand_ids().iter().copied() {
            let creditors = self.get(&CreditorsKey(debtor))?.unwrap_or_default().ids.into_inner();
            pairs.extend(creditors.into_iter().map(|creditor| (debtor.min(creditor), debtor.max(creditor))));
        }
        pairs.sort_unstable();
        pairs.dedup();
        Ok(pairs)
    }
    /// The debts of two brands to each other.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn net(&self, first: BrandId, second: BrandId) -> Result<NettingPair, Missing> {
        let (first_owes, second_owes) = (self.owed(first, second)?, self.owed(second, first)?);
        let net_micro = first_owes.in_micro().abs_diff(second_owes.in_micro());
        let net = ExactMoney::from_micro(net_micro).expect("at most the larger of the two");
        let net_debtor = match first_owes.cmp(&second_owes) {
            std::cmp::Ordering::Less => Some(second),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(first),
        };
        Ok(NettingPair { first, second, first_owes, second_owes, net, net_debtor })
    }

    fn recorded_holds(&self, account: Address, brand: BrandId) -> Result<Vec<OpenHold>, Missing> {
        Ok(self.get(&HoldsKey { account, brand })?.map(|holds| holds.holds.into_inner()).unwrap_or_default())
    }

    fn is_open(&self, hold: &OpenHold) -> bool {
        self.tip().time_ms < hold.expires_ms
    }

    fn today<K: StateKey<Record = DayCount>>(&self, key: &K) -> Result<Points, Missing> {
        let count = self.get(key)?.filter(|count| count.day == self.tip().time_ms.day());
        Ok(count.map_or(Points::ZERO, |count| count.points))
    }
}
