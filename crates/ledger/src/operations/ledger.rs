//! The moves that all operations on points are made of. Each keeps the totals true.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Address, BrandId, Code, Expiry, Lot, Points};

use super::{Context, holds};
use crate::key::{AccountKey, BalanceKey, HouseholdKey, OutstandingKey, TotalsKey};
use crate::lots::total;
use crate::record::{Account, Balance, Totals};

/// Amounts are 1 to [`POINTS_MAX`].
pub(super) fn amount(points: Points) -> Result<(), Code> {
    match points.get() {
        0 => Err(Code::AmountZero),
        1..=POINTS_MAX => Ok(()),
        _ => Err(Code::AmountTooLarge),
    }
}

/// Gives lots to an account. "An account exists as soon as it receives points." (protocol §4)
pub(super) fn credit(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    lots: &[Lot],
) -> Result<(), Code> {
    match context.overlay.get(&AccountKey(account)) {
        None => context.overlay.put(&AccountKey(account), &Account::default()),
        Some(known) if known.is_household => enter_pool(context, account, brand)?,
        Some(_) => {}
    }
    holds::return_expired(context, account, brand);
    add_lots(context, account, brand, lots);
    Ok(())
}

/// Nobody could ever use points in a dissolved household; another one remembers which brands its pool holds.
fn enter_pool(context: &mut Context<'_, '_>, address: Address, brand: BrandId) -> Result<(), Code> {
    let mut household = context.overlay.get(&HouseholdKey(address)).expect("a household's record is never removed");
    if household.members.is_empty() {
        return Err(Code::HouseholdDissolved);
    }
    if !household.brands.contains(&brand) {
        household.brands = household.brands.with_sorted(brand).expect("there are no more brands than that");
        context.overlay.put(&HouseholdKey(address), &household);
    }
    Ok(())
}

/// Adds lots to a balance and drops its dead ones.
pub(super) fn add_lots(context: &mut Context<'_, '_>, account: Address, brand: BrandId, lots: &[Lot]) {
    let key = BalanceKey { account, brand };
    let mut balance = context.overlay.get(&key).unwrap_or_default();
    balance.add(lots, context.time.month());
    write_balance(context, &key, &balance);
}

/// An empty balance leaves no record.
fn write_balance(context: &mut Context<'_, '_>, key: &BalanceKey, balance: &Balance) {
    if balance.lots.is_empty() {
        context.overlay.remove(key);
    } else {
        context.overlay.put(key, balance);
    }
}

/// Takes points from an account, a lot with expiry `first` before all others: "spending takes the earliest lot
/// first" (protocol §5).
pub(super) fn debit(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    amount: Points,
    first: Option<Expiry>,
) -> Result<Vec<Lot>, Code> {
    holds::return_expired(context, account, brand);
    let key = BalanceKey { account, brand };
    let mut balance = context.overlay.get(&key).unwrap_or_default();
    let taken = balance.take(amount, first, context.time.month()).ok_or_else(|| shortage(&balance, amount))?;
    write_balance(context, &key, &balance);
    Ok(taken)
}

/// A shortage that only expired lots would have filled says so.
fn shortage(balance: &Balance, amount: Points) -> Code {
    if total(&balance.lots) >= amount { Code::PointsExpired } else { Code::InsufficientPoints }
}

/// Changes a brand's totals.
pub(super) fn change_totals(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    change: impl FnOnce(Totals) -> Option<Totals>,
) -> Result<(), Code> {
    let totals = context.overlay.get(&TotalsKey(brand)).expect("every brand has totals");
    let changed = change(totals).filter(|totals| totals.issued.get() <= POINTS_MAX).ok_or(Code::AmountTooLarge)?;
    context.overlay.put(&TotalsKey(brand), &changed);
    Ok(())
}

/// Adds lots to what is outstanding with their expiries.
pub(super) fn add_outstanding(context: &mut Context<'_, '_>, brand: BrandId, lots: &[Lot]) {
    for lot in lots {
        let key = OutstandingKey { brand, expiry: lot.expiry };
        let before = context.overlay.get(&key).unwrap_or_default();
        let after = before.checked_add(lot.amount).expect("at most what was issued");
        context.overlay.put(&key, &after);
    }
}

/// Removes lots from what is outstanding with their expiries.
pub(super) fn remove_outstanding(context: &mut Context<'_, '_>, brand: BrandId, lots: &[Lot]) {
    for lot in lots {
        let key = OutstandingKey { brand, expiry: lot.expiry };
        let before = context.overlay.get(&key).unwrap_or_default();
        let after = before.checked_sub(lot.amount).expect("a live lot is a part of what is outstanding");
        if after.is_zero() {
            context.overlay.remove(&key);
        } else {
            context.overlay.put(&key, &after);
        }
    }
}
