//! The questions that members ask of a version of the state, answered from all of its records or from some that have
//! been proven. Everything is as of the version's block: holds that have expired by then have returned, counters of
//! days and months before are 0.

use lojal_types::{Address, BrandId, Lot, MemberRights, NetworkKind, Parameters, PendingLot, Points};

use crate::key::{
    AccountKey, BalanceKey, ClosingsKey, HoldsKey, HouseholdKey, InvitationKey, MemberKey, MembershipsKey, SpentKey,
    StateKey,
};
use crate::lots::total;
use crate::record::{Account, Balance, Counted, Holds, Issued, OpenHold, OpenOffer};
use crate::state::Tip;

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

/// Whoever knows records of one version of the state: all of them, or those that have been proven.
pub trait Records {
    /// A reason that a record can't be told.
    type Lack;

    /// The record under a key.
    ///
    /// # Errors
    /// When neither the record nor its absence is known.
    fn get<K: StateKey>(&self, key: &K) -> Result<Option<K::Record>, Self::Lack>;
    /// A record that another one names, so that it has to be there.
    ///
    /// # Errors
    /// When it isn't.
    fn named<T>(&self, record: Option<T>) -> Result<T, Self::Lack>;
    /// The block after which it is the state.
    fn tip(&self) -> Tip;
    /// The kind of network, which decides the prefix that addresses carry.
    fn network(&self) -> NetworkKind;
    /// Network-wide settings.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn parameters(&self) -> Result<Parameters, Self::Lack>;
    /// All brands' ids, sorted.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn brand_ids(&self) -> Result<Vec<BrandId>, Self::Lack>;

    /// An account.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn account(&self, address: Address) -> Result<Option<Account>, Self::Lack> {
        Ok(self.get(&AccountKey(address))?.map(|account| account.at(self.tip().time_ms)))
    }
    /// The lots of an account that can be used, of a brand that hasn't left, those of expired holds included: "From the
    /// first block that isn't earlier than that minute its lots are the account's again, for every rule and every
    /// read." (protocol, Holds)
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn lots(&self, account: Address, brand: BrandId) -> Result<Vec<Lot>, Self::Lack> {
        let month = self.tip().time_ms.month();
        let mut balance = self.balance(account, brand)?;
        let set_aside = self.set_aside(account, brand)?;
        if balance.lots.is_empty() && set_aside.is_empty() {
            return Ok(Vec::new());
        }
        if self.is_closed(brand)? {
            return Ok(Vec::new());
        }
        for (lots, _) in set_aside.ended(self.tip().time_ms) {
            let live: Vec<Lot> = lots.iter().filter(|lot| lot.expiry.is_live_in(month)).copied().collect();
            balance.add(&live, month);
        }
        Ok(balance.live(month).to_vec())
    }
    /// The points of an account that wait, of a brand that hasn't left, by rising day and expiry.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn pending(&self, account: Address, brand: BrandId) -> Result<Vec<PendingLot>, Self::Lack> {
        let pending = self.balance(account, brand)?.pending.into_inner();
        if pending.is_empty() || self.is_closed(brand)? { Ok(Vec::new()) } else { Ok(pending) }
    }
    /// The points that can still be reversed of an issue: those that earlier reversals have left of it, as far as the
    /// account still has points with its expiry.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn reversible(&self, brand: BrandId, issued: &Issued) -> Result<Points, Self::Lack> {
        let time = self.tip().time_ms;
        if time >= issued.reversible_until_ms {
            return Ok(Points::ZERO);
        }
        let lots = match issued.pending_until(time.day()) {
            Some(matures) => {
                let waits = self.pending(issued.to, brand)?.into_iter().filter(|lot| lot.matures == matures);
                waits.map(|lot| lot.lot()).collect()
            }
            None => self.lots(issued.to, brand)?,
        };
        let in_account = lots.iter().find(|lot| lot.expiry == issued.expiry).map_or(Points::ZERO, |lot| lot.amount);
        Ok(issued.left().min(in_account))
    }
    /// An account's own record of its points of a brand, in which what has matured has joined the lots.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn balance(&self, account: Address, brand: BrandId) -> Result<Balance, Self::Lack> {
        let mut balance = self.get(&BalanceKey { account, brand })?.unwrap_or_default();
        balance.mature(self.tip().time_ms.day());
        Ok(balance)
    }
    /// True if a brand has left.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn is_closed(&self, brand: BrandId) -> Result<bool, Self::Lack> {
        let closings = self.get(&ClosingsKey)?.unwrap_or_default();
        Ok(closings.closed_at(self.tip().time_ms).any(|closed| closed == brand))
    }
    /// The open holds of an account with a brand, the oldest first.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn holds(&self, account: Address, brand: BrandId) -> Result<Vec<OpenHold>, Self::Lack> {
        let holds = self.set_aside(account, brand)?.holds.into_inner().into_iter();
        Ok(holds.filter(|hold| self.tip().time_ms < hold.expires_ms).collect())
    }
    /// The open offers of an account with a brand, the oldest first.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn offers(&self, account: Address, brand: BrandId) -> Result<Vec<OpenOffer>, Self::Lack> {
        let offers = self.set_aside(account, brand)?.offers.into_inner().into_iter();
        Ok(offers.filter(|offer| self.tip().time_ms < offer.ends_ms).collect())
    }
    /// The household at an address.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn household(&self, address: Address) -> Result<Option<HouseholdView>, Self::Lack> {
        let Some(household) = self.get(&HouseholdKey(address))? else { return Ok(None) };
        let member = |member: &Address| {
            Ok((*member, self.named(self.get(&MemberKey { household: address, member: *member })?)?))
        };
        let invitation = |member: &Address| {
            Ok((*member, self.named(self.get(&InvitationKey { household: address, member: *member })?)?))
        };
        Ok(Some(HouseholdView {
            members: household.members.iter().map(member).collect::<Result<_, _>>()?,
            invited: household.invited.iter().map(invitation).collect::<Result<_, _>>()?,
            brands: household.brands.to_vec(),
        }))
    }
    /// The households that an account is a member of, by address.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn memberships(&self, account: Address) -> Result<Vec<Address>, Self::Lack> {
        Ok(self.get(&MembershipsKey(account))?.map(|memberships| memberships.households.to_vec()).unwrap_or_default())
    }
    /// The points that a member has spent of a limited brand from the pool this month. "What a hold returns in the same
    /// month is given back to the limit, at the minute of its end." (protocol, Households)
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn spent_this_month(&self, household: Address, member: Address, brand: BrandId) -> Result<Points, Self::Lack> {
        let month = self.tip().time_ms.month();
        let spent = self.get(&SpentKey { household, member })?.filter(|spent| spent.month == month);
        let counted = spent.map_or(Points::ZERO, |spent| spent.of(brand));
        let set_aside = self.set_aside(household, brand)?;
        let ended = set_aside.ended(self.tip().time_ms);
        let mut returned = ended.filter(|(_, counted)| *counted == Some(Counted { member, month }));
        returned.try_fold(counted, |left, (lots, _)| self.named(left.checked_sub(total(lots))))
    }
    /// The holds and offers of an account with a brand, those included that are over.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    fn set_aside(&self, account: Address, brand: BrandId) -> Result<Holds, Self::Lack> {
        Ok(self.get(&HoldsKey { account, brand })?.unwrap_or_default())
    }
}
