//! The answers that gateways give about an account, and that clients make for themselves of what has been proven.

mod campaigns;
mod leaders;
mod market;
mod programme;
mod vouchers;

use std::convert::Infallible;

use lojal_types::{Activity, Address, BrandId, Lot, MemberLimit, MemberRights, Points, api};

pub use self::campaigns::campaigns;
pub use self::leaders::{Ranked, Ranking};
pub use self::market::{offers, offers_of, takeable};
pub use self::programme::{stamped, standings, standings_at, tracks};
pub use self::vouchers::{vouchers, vouchers_at};
use crate::record::{Account, OpenHold};
use crate::records::Records;

/// An account as a version of the state has it; an address that the state doesn't know has nothing.
///
/// # Errors
/// When records that it needs are not known.
pub fn account<R: Records>(records: &R, address: Address) -> Result<api::Account, R::Lack> {
    let account = account_of(records, address, &[])?;
    if !account.exists {
        return Ok(account);
    }
    let (balances, holds) = points(records, address, &records.brand_ids()?)?;
    Ok(api::Account { balances, holds, ..account })
}

/// The activity in an account's record; none if there is no record.
///
/// # Errors
/// When records that it needs are not known.
pub fn activity<R: Records>(records: &R, address: Address) -> Result<Option<Activity>, R::Lack> {
    Ok(records.account(address)?.map(|account| account.activity))
}

/// The same with the points of some brands only.
///
/// # Errors
/// When records that it needs are not known.
pub fn account_of<R: Records>(records: &R, address: Address, brands: &[BrandId]) -> Result<api::Account, R::Lack> {
    let record = records.account(address)?;
    let exists = record.is_some();
    let record = record.unwrap_or_default();
    let today = if exists && !address.is_household() { Some(today(records, &record)?) } else { None };
    let network = records.network();
    let Ok(guardians) = record.guardians.try_map(|address| Ok::<_, Infallible>(address.to_text(network)));
    let Ok(recovery) =
        record.recovery.map(|one| one.try_map(|it| Ok::<_, Infallible>(it.to_text(network)))).transpose();
    let Ok(safeguards) = record.safeguards.try_map(|address| Ok::<_, Infallible>(address.to_text(network)));
    let (balances, holds) = points(records, address, brands)?;
    let in_text = |household: Address| household.to_text(network);
    Ok(api::Account {
        address: address.to_text(network),
        exists,
        rotated_key: record.rotated_key,
        frozen: record.frozen,
        guardians,
        recovery,
        safeguards,
        household: household(records, address)?,
        memberships: records.memberships(address)?.into_iter().map(in_text).collect(),
        balances,
        holds,
        today,
        only_of: None,
        height: records.tip().height,
    })
}

/// The points of some brands that an account has, and those that it has set aside.
///
/// # Errors
/// When records that it needs are not known.
pub fn points<R: Records>(
    records: &R,
    address: Address,
    brands: &[BrandId],
) -> Result<(Vec<api::Balance>, Vec<api::Hold>), R::Lack> {
    let (mut balances, mut holds) = (Vec::new(), Vec::new());
    for brand in brands.iter().copied() {
        let lots = records.lots(address, brand)?;
        let pending = records.pending(address, brand)?;
        if !lots.is_empty() || !pending.is_empty() {
            balances.push(api::Balance { brand, total: records.named(total(&lots))?, lots, pending });
        }
        holds.extend(holds_of(records, address, brand)?);
    }
    Ok((balances, holds))
}

/// The household at an address, if there is one.
///
/// # Errors
/// When records that it needs are not known.
pub fn household<R: Records>(records: &R, address: Address) -> Result<Option<api::Household>, R::Lack> {
    let Some(household) = records.household(address)? else { return Ok(None) };
    let members = |list: Vec<(Address, MemberRights)>| {
        let each = list.into_iter().map(|(one, rights)| member(records, address, one, rights));
        each.collect::<Result<_, _>>()
    };
    Ok(Some(api::Household { members: members(household.members)?, invited: members(household.invited)? }))
}

/// A member with what it has spent of each of its limits; of brands without a limit nothing is counted.
fn member<R: Records>(
    records: &R,
    household: Address,
    member: Address,
    rights: MemberRights,
) -> Result<api::Member, R::Lack> {
    let spent = |MemberLimit { brand, .. }: &MemberLimit| {
        Ok(api::MemberSpent { brand: *brand, points: records.spent_this_month(household, member, *brand)? })
    };
    let spent = rights.limits.iter().map(spent).collect::<Result<_, _>>()?;
    Ok(api::Member { address: member.to_text(records.network()), rights, spent })
}

/// The part of its allowances that an account has used up on the day of the last block.
fn today<R: Records>(records: &R, account: &Account) -> Result<api::Today, R::Lack> {
    let (allowances, day) = (records.parameters()?.allowances, records.tip().time_ms.day());
    let (used, allowance) = (account.used_on(day), allowances.of(account.is_operator()));
    let part = |used: u64, most: u64| api::UsedUp { used, most };
    Ok(api::Today {
        ends_ms: day.plus(1).start(),
        bytes: part(used.sent.bytes, allowance.bytes),
        operations: part(used.sent.operations.into(), allowance.operations.into()),
        openings: (!account.is_operator()).then(|| part(used.opened.into(), allowances.openings.into())),
        households: part(used.households.into(), allowances.households.into()),
    })
}

fn holds_of<R: Records>(records: &R, account: Address, brand: BrandId) -> Result<Vec<api::Hold>, R::Lack> {
    let hold = |OpenHold { reference, dated, expires_ms, lots, .. }: OpenHold| {
        let lots = lots.into_inner();
        Ok(api::Hold { brand, reference, dated, total: records.named(total(&lots))?, lots, expires_ms })
    };
    records.holds(account, brand)?.into_iter().map(hold).collect()
}

/// The points of some lots: of a balance no more than the brand's total, which is bounded.
fn total(lots: &[Lot]) -> Option<Points> {
    lots.iter().try_fold(Points::ZERO, |sum, lot| sum.checked_add(lot.amount))
}
