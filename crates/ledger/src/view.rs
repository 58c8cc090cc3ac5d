//! The questions that wallets, tills and brands ask of a version of the state. Everything is as of the last block:
//! holds that have expired by then have returned, counters of days and months before are 0.

use lojal_types::api::{NettingPair, Partnership};
use lojal_types::{
    Address, BrandId, CampaignId, Day, ExactMoney, Guardians, Month, NetworkKind, Parameters, Points, Recovery,
    Reference, Track, TrackId, TransactionId,
};

use crate::key::{
    CampaignKey, CampaignListKey, ConvertedTodayKey, CreditorsKey, HeldKey, IssuedTodayKey, ObligationKey, OperatorKey,
    OperatorListKey, PartnersKey, PartnershipKey, RedeemedKey, StandingKey, StateKey, TrackKey, TrackListKey,
    TransferredTodayKey, UsedVoucherKey, VouchersKey,
};
use crate::record::{Account, CampaignRecord, DayCount, Held, Operator, Standing, UsedVoucher, Voucher};
use crate::records::Records;
use crate::state::{Tip, View};
use crate::tree::Missing;

impl Records for View {
    type Lack = Missing;

    fn get<K: StateKey>(&self, key: &K) -> Result<Option<K::Record>, Missing> {
        self.get(key)
    }
    fn named<T>(&self, record: Option<T>) -> Result<T, Missing> {
        Ok(record.expect("the state has every record that another one names"))
    }
    fn tip(&self) -> Tip {
        self.tip()
    }
    fn network(&self) -> NetworkKind {
        self.network()
    }
    fn parameters(&self) -> Result<Parameters, Missing> {
        Ok(self.parameters().clone())
    }
    fn brand_ids(&self) -> Result<Vec<BrandId>, Missing> {
        Ok(self.brand_ids().to_vec())
    }
}

impl View {
    /// An account, as [`Records::account`] tells.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn account(&self, address: Address) -> Result<Option<Account>, Missing> {
        Records::account(self, address)
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
        let mut months = self.months_of_requests(dated);
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
    /// The use of a voucher that has answered a request, and its brand; without the request's day sought on the shelves
    /// of the days that are still taken.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn voucher_use(
        &self,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<Option<(BrandId, UsedVoucher)>, Missing> {
        for shelf in self.months_of_requests(dated) {
            for brand in self.brand_ids().iter().copied() {
                if let Some(used) = self.get(&UsedVoucherKey { shelf, brand, reference: reference.clone() })? {
                    return Ok(Some((brand, used)));
                }
            }
        }
        Ok(None)
    }
    /// The shelves of a request: that of its day, or those of the days that are still taken.
    fn months_of_requests(&self, dated: Option<Day>) -> impl Iterator<Item = Month> {
        let oldest = self.tip().time_ms.day().minus(self.parameters().receipt_days.into()).month();
        self.months(dated).filter(move |month| dated.is_some() || *month >= oldest)
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

    /// The tracks of a brand that aren't over, by number.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn tracks(&self, brand: BrandId) -> Result<Vec<(TrackId, Track)>, Missing> {
        let mut tracks = Vec::new();
        for track in self.get(&TrackListKey(brand))?.unwrap_or_default().tracks.iter().copied() {
            let terms = self.get(&TrackKey { brand, track })?.expect("every listed track has a record");
            if !terms.is_over_in(self.tip().time_ms.month()) {
                tracks.push((track, terms));
            }
        }
        Ok(tracks)
    }
    /// The standing of an account at a brand; none if it has never stamped anything for it.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn standing(&self, account: Address, brand: BrandId) -> Result<Option<Standing>, Missing> {
        self.get(&StandingKey { account, brand })
    }

    /// The campaigns of a brand that aren't over, by number.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn campaigns(&self, brand: BrandId) -> Result<Vec<(CampaignId, CampaignRecord)>, Missing> {
        let list = self.get(&CampaignListKey(brand))?.unwrap_or_default().campaigns;
        let known = list.iter().filter(|one| self.tip().time_ms < one.over_ms).map(|one| one.campaign);
        let record = |campaign| {
            let record = self.get(&CampaignKey { brand, campaign })?;
            Ok((campaign, record.expect("every listed campaign has a record")))
        };
        known.map(record).collect()
    }

    /// The vouchers that an account can use at a brand, by rising id.
    ///
    /// # Errors
    /// As of [`View::get`].
    pub fn vouchers(&self, account: Address, brand: BrandId) -> Result<Vec<Voucher>, Missing> {
        let today = self.tip().time_ms.day();
        let vouchers = self.get(&VouchersKey { account, brand })?.unwrap_or_default().vouchers;
        Ok(vouchers.iter().copied().filter(|one| one.is_live_on(today)).collect())
    }

    fn today<K: StateKey<Record = DayCount>>(&self, key: &K) -> Result<Points, Missing> {
        let count = self.get(key)?.filter(|count| count.day == self.tip().time_ms.day());
        Ok(count.map_or(Points::ZERO, |count| count.points))
    }
}
