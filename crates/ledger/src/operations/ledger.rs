//! Points that enter and leave accounts, whose expired holds have returned first.

use lojal_types::{Address, BrandId, Code, Day, Expiry, Lot, PendingLot, Points};

use super::Context;
use super::balances::{add_lots, balance, write_balance};
use super::expired_holds::return_expired;
use crate::key::{BalanceKey, HouseholdKey};
use crate::lots::total;
use crate::record::Balance;
use crate::stop::Stop;
use crate::tree::Missing;

/// Gives lots to an account that there is.
pub(super) fn credit(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    lots: &[Lot],
) -> Result<(), Stop> {
    if account.is_household() {
        enter_pool(context, account, brand)?;
    }
    return_expired(context, account, brand)?;
    add_lots(context, account, brand, lots)?;
    Ok(())
}

/// Gives points that wait to an account that there is.
pub(super) fn credit_pending(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    waits: &PendingLot,
) -> Result<(), Stop> {
    if account.is_household() {
        enter_pool(context, account, brand)?;
    }
    return_expired(context, account, brand)?;
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    // "An account has at most 180 parts of a brand pending, by day and expiry (`pending_full`)." (protocol, Pending
    // points)
    if !balance.add_pending(waits) {
        return Err(Code::PendingFull.into());
    }
    Ok(write_balance(context, &key, &balance)?)
}

/// "Nothing is credited at a household's address without a household there: it fails as `unknown_household`."
/// (protocol, Households) A household remembers of which brands something is kept at its
/// address.
pub(super) fn enter_pool(context: &mut Context<'_, '_>, address: Address, brand: BrandId) -> Result<(), Stop> {
    let mut household = context.overlay.get(&HouseholdKey(address))?.ok_or(Code::UnknownHousehold)?;
    if !household.brands.contains(&brand) {
        household.brands = household.brands.with_sorted(brand).expect("there are no more brands than that");
        context.overlay.put(&HouseholdKey(address), &household)?;
    }
    Ok(())
}

/// Takes points from an account, the earliest lot first.
pub(super) fn debit(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    amount: Points,
) -> Result<Vec<Lot>, Stop> {
    return_expired(context, account, brand)?;
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    let taken = balance.take(amount, context.time.month()).ok_or_else(|| shortage(&balance, amount))?;
    write_balance(context, &key, &balance)?;
    Ok(taken)
}

/// Takes points out of an account's reach, as many as there are of them: for a trial that is taken back.
pub(crate) fn set_aside(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    amount: Points,
) -> Result<(), Missing> {
    return_expired(context, account, brand)?;
    let (key, month) = (BalanceKey { account, brand }, context.time.month());
    let mut balance = balance(context, &key)?;
    let there = total(balance.live(month)).min(amount);
    balance.take(there, month).expect("it is there");
    write_balance(context, &key, &balance)
}

/// Takes points with one expiry from an account: as many as there are, within bounds. "Points with another expiry,
/// points that are held, and points of other brands are never touched." (protocol, Points)
pub(super) fn debit_of(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    expiry: Expiry,
    (at_least, most): (Points, Points),
) -> Result<Lot, Stop> {
    return_expired(context, account, brand)?;
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    let month = context.time.month();
    if !expiry.is_live_in(month) {
        return Err(Code::PointsExpired.into());
    }
    let amount = balance.take_of(expiry, most, month);
    if amount < at_least {
        return Err(Code::InsufficientPoints.into());
    }
    write_balance(context, &key, &balance)?;
    Ok(Lot { expiry, amount })
}

/// Takes points that wait until a day from an account: as many as there are, within bounds.
pub(super) fn debit_pending(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    of: (Day, Expiry),
    (at_least, most): (Points, Points),
) -> Result<PendingLot, Stop> {
    return_expired(context, account, brand)?;
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    let amount = balance.take_pending(of, most);
    if amount < at_least {
        return Err(Code::InsufficientPoints.into());
    }
    write_balance(context, &key, &balance)?;
    Ok(PendingLot { matures: of.0, expiry: of.1, amount })
}

/// Takes points from an account for a payment, the earliest lot first of those with an expiry or a later one.
pub(super) fn debit_from(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    (first, amount): (Expiry, Points),
) -> Result<Vec<Lot>, Stop> {
    return_expired(context, account, brand)?;
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    let taken = balance.take_from(first, amount, context.time.month()).ok_or(Code::InsufficientPoints)?;
    write_balance(context, &key, &balance)?;
    Ok(taken)
}

/// "A shortage that only dead lots would have filled is refused as such (`points_expired`)." (protocol, Points)
fn shortage(balance: &Balance, amount: Points) -> Code {
    if total(&balance.lots) >= amount { Code::PointsExpired } else { Code::InsufficientPoints }
}
