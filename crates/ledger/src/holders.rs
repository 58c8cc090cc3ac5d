//! The accounts that have points of a brand, in the order of the state, by and by: the state is the only list of them
//! that is complete on every node, also on one that has begun with a snapshot.

use lojal_types::api::is_listed;
use lojal_types::{Address, BrandId, Expiry, Lot, Month, Points};

use crate::key::{BalanceKey, HoldsKey, StandingKey, StateKey};
use crate::lots::total;
use crate::pending::total_pending;
use crate::record::{OpenOffer, Standing};
use crate::records::Records;
use crate::state::View;
use crate::tree::Missing;

/// An account that has points of a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: Address,
    /// The lots that it can use, by rising expiry.
    pub lots: Vec<Lot>,
    /// The points that its open holds and offers have set aside.
    pub held: Points,
    /// The points that wait.
    pub pending: Points,
}

/// Some of those accounts, next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holders {
    /// The accounts.
    pub holders: Vec<Holder>,
    /// The place from which to go on; none at the end.
    pub next: Option<u128>,
}

/// The amounts up to which one answer goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Most pages of the state that are looked through.
    pub pages: usize,
    /// Most accounts, and no fewer than there can be in one page.
    pub accounts: usize,
}

/// The accounts from a place on, 0 at first, that have points of a brand; with a month only their lots that are over
/// with it, and only accounts that have some.
///
/// # Errors
/// All the pages that have to be looked through and are not in memory.
pub fn holders(
    view: &View,
    brand: BrandId,
    until: Option<Month>,
    from: u128,
    bounds: Bounds,
) -> Result<Holders, Missing> {
    let mut path = [0; 32];
    path[..16].copy_from_slice(&from.to_be_bytes());
    let range = view.tree().pages_from(&path, bounds.pages)?;
    let in_page = |keys: &[&[u8]]| {
        let found = Missing::each(keys.iter().filter_map(|key| at(view, brand, key).transpose()))?;
        Missing::each(found.into_iter().filter_map(|account| holder(view, brand, until, account).transpose()))
    };
    let pages = Missing::each(range.pages.iter().map(|page| Ok((page.path, in_page(&page.keys)?))))?;
    let mut holders = Vec::new();
    for (path, found) in pages {
        if !holders.is_empty() && holders.len() + found.len() > bounds.accounts {
            return Ok(Holders { holders, next: Some(place(&path)) });
        }
        holders.extend(found);
    }
    Ok(Holders { holders, next: range.next.as_ref().map(place) })
}

/// An account and the brand of its points, with its offers of them.
pub type Offers = ((Address, BrandId), Vec<OpenOffer>);

/// Accounts with offers, in the order of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offering {
    /// The accounts.
    pub accounts: Vec<Offers>,
    /// The place from which to go on; none at the end.
    pub next: Option<u128>,
}

/// The accounts that have offers in so many pages of the state from a place on, 0 at first.
///
/// # Errors
/// All the pages that have to be looked through and are not in memory.
pub fn offering(view: &View, from: u128, pages: usize) -> Result<Offering, Missing> {
    let mut path = [0; 32];
    path[..16].copy_from_slice(&from.to_be_bytes());
    let range = view.tree().pages_from(&path, pages)?;
    let keys = range.pages.iter().flat_map(|page| &page.keys).filter_map(|key| HoldsKey::decode(key));
    let mut accounts = offers_of(view, keys.map(|key| (key.account, key.brand)))?;
    accounts.retain(|(_, offers)| !offers.is_empty());
    Ok(Offering { accounts, next: range.next.as_ref().map(place) })
}

/// The offers of accounts that haven't ended, each of one brand's points.
///
/// # Errors
/// All the pages that are not in memory.
pub fn offers_of(view: &View, accounts: impl Iterator<Item = (Address, BrandId)>) -> Result<Vec<Offers>, Missing> {
    Missing::each(accounts.map(|of| Ok((of, Records::offers(view, of.0, of.1)?))))
}

/// Accounts that let brands list them by rank, in the order of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The accounts, each with a brand.
    pub accounts: Vec<(Address, BrandId)>,
    /// The place from which to go on; none at the end.
    pub next: Option<u128>,
}

/// The accounts with a standing in so many pages of the state from a place on, 0 at first, that let its brand list
/// them by rank.
///
/// # Errors
/// All the pages that have to be looked through and are not in memory.
pub fn listed(view: &View, from: u128, pages: usize) -> Result<Listed, Missing> {
    let mut path = [0; 32];
    path[..16].copy_from_slice(&from.to_be_bytes());
    let range = view.tree().pages_from(&path, pages)?;
    let keys = range.pages.iter().flat_map(|page| &page.keys).filter_map(|key| StandingKey::decode(key));
    let listed = |key: StandingKey| {
        let is_listed = view.get(&key)?.as_ref().is_some_and(|one| is_listed(one.consents));
        Ok(is_listed.then_some((key.account, key.brand)))
    };
    let accounts = Missing::each(keys.map(listed))?.into_iter().flatten().collect();
    Ok(Listed { accounts, next: range.next.as_ref().map(place) })
}

/// The same pages looked through for both: accounts with offers, and those that are listed.
///
/// # Errors
/// As for each.
pub fn look_through(view: &View, from: u128, pages: usize) -> Result<(Offering, Listed), Missing> {
    Missing::both(offering(view, from, pages), listed(view, from, pages))
}

/// The standings of accounts at a brand.
///
/// # Errors
/// All the pages that are not in memory.
pub fn standings_of(
    view: &View,
    brand: BrandId,
    accounts: &[Address],
) -> Result<Vec<(Address, Option<Standing>)>, Missing> {
    Missing::each(accounts.iter().map(|account| Ok((*account, view.standing(*account, brand)?))))
}

/// The place of a page. Key hashes that agree in 128 bits don't come about.
fn place(path: &[u8; 32]) -> u128 {
    u128::from_be_bytes(*path.first_chunk().expect("32 bytes are more than 16"))
}

/// The account that is listed where a key is: at its balance of the brand, or if it has none at its holds.
fn at(view: &View, brand: BrandId, key: &[u8]) -> Result<Option<Address>, Missing> {
    if let Some(key) = BalanceKey::decode(key) {
        return Ok((key.brand == brand).then_some(key.account));
    }
    let Some(HoldsKey { account, .. }) = HoldsKey::decode(key).filter(|key| key.brand == brand) else {
        return Ok(None);
    };
    Ok(view.get(&BalanceKey { account, brand })?.is_none().then_some(account))
}

fn holder(view: &View, brand: BrandId, until: Option<Month>, account: Address) -> Result<Option<Holder>, Missing> {
    let (lots, set_aside) = Missing::both(Records::lots(view, account, brand), view.set_aside(account, brand))?;
    let is_over = |lot: &Lot| until.is_none_or(|last| matches!(lot.expiry, Expiry::Month(month) if month <= last));
    let lots: Vec<Lot> = lots.into_iter().filter(is_over).collect();
    let time = view.tip().time_ms;
    let holds = set_aside.holds.iter().filter(|hold| time < hold.expires_ms).flat_map(|hold| hold.lots.iter());
    let offers = set_aside.offers.iter().filter(|offer| time < offer.ends_ms).map(|offer| &offer.lot);
    let held = total(&holds.chain(offers).copied().collect::<Vec<_>>());
    let pending = total_pending(&Records::pending(view, account, brand)?);
    let is_shown = !lots.is_empty() || (until.is_none() && !(held.is_zero() && pending.is_zero()));
    Ok(is_shown.then_some(Holder { account, lots, held, pending }))
}

impl Holder {
    /// The sum of its lots.
    pub fn total(&self) -> Points {
        total(&self.lots)
    }
}

#[cfg(test)]
mod tests;
