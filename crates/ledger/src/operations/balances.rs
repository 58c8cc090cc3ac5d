//! Changes of balances and totals that all moves of points are made of.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Address, BrandId, Code, Lot, Points, Totals};

use super::Context;
use crate::key::{BalanceKey, OutstandingKey, TotalsKey};
use crate::record::Balance;
use crate::stop::Stop;
use crate::tree::Missing;

/// Amounts are "`u64` in the brand's smallest unit, 1 to 2^53 − 1 in one operation" (protocol, Bytes).
pub(super) fn amount(points: Points) -> Result<(), Code> {
    match points.get() {
        0 => Err(Code::AmountZero),
        1..=POINTS_MAX => Ok(()),
        _ => Err(Code::AmountTooLarge),
    }
}

/// An account's points of a brand, those included whose wait is over: "From the first block of that day they are the
/// account's, for every rule and every read." (protocol, Pending points)
pub(super) fn balance(context: &mut Context<'_, '_>, key: &BalanceKey) -> Result<Balance, Missing> {
    let mut balance = context.overlay.get(key)?.unwrap_or_default();
    balance.mature(context.time.day());
    Ok(balance)
}

/// Adds lots to a balance: "Accounts drop dead lots when they are next written; reads leave them out." (protocol,
/// Points)
pub(super) fn add_lots(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    lots: &[Lot],
) -> Result<(), Missing> {
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    balance.add(lots, context.time.month());
    write_balance(context, &key, &balance)
}

/// Puts what a hold had set aside back into a balance.
pub(super) fn put_back_lots(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    lots: &[Lot],
) -> Result<(), Missing> {
    let key = BalanceKey { account, brand };
    let mut balance = balance(context, &key)?;
    balance.put_back(lots);
    write_balance(context, &key, &balance)
}

/// An empty balance leaves no record.
pub(super) fn write_balance(context: &mut Context<'_, '_>, key: &BalanceKey, balance: &Balance) -> Result<(), Missing> {
    if balance.lots.is_empty() && balance.pending.is_empty() {
        context.overlay.remove(key)?;
    } else {
        context.overlay.put(key, balance)?;
    }
    Ok(())
}

/// Changes a brand's totals.
///
/// "What is outstanding, pending and held of a brand is together at most 2^53 − 1." (protocol, Points)
pub(super) fn change_totals(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    change: impl FnOnce(Totals) -> Option<Totals>,
) -> Result<(), Stop> {
    let totals = context.overlay.get(&TotalsKey(brand))?.expect("every brand has totals");
    let changed = change(totals).filter(in_use_is_bounded).ok_or(Code::AmountTooLarge)?;
    context.overlay.put(&TotalsKey(brand), &changed)?;
    Ok(())
}

fn in_use_is_bounded(totals: &Totals) -> bool {
    let in_use = totals.outstanding.checked_add(totals.held).and_then(|sum| sum.checked_add(totals.pending));
    in_use.is_some_and(|in_use| in_use.get() <= POINTS_MAX)
}

/// Adds lots to what is outstanding with their expiries.
pub(super) fn add_outstanding(context: &mut Context<'_, '_>, brand: BrandId, lots: &[Lot]) -> Result<(), Missing> {
    for lot in lots {
        let key = OutstandingKey { brand, expiry: lot.expiry };
        let before = context.overlay.get(&key)?.unwrap_or_default();
        let after = before.checked_add(lot.amount).expect("at most what is outstanding");
        context.overlay.put(&key, &after)?;
    }
    Ok(())
}

/// Removes lots from what is outstanding with their expiries.
pub(super) fn remove_outstanding(context: &mut Context<'_, '_>, brand: BrandId, lots: &[Lot]) -> Result<(), Missing> {
    for lot in lots {
        let key = OutstandingKey { brand, expiry: lot.expiry };
        let before = context.overlay.get(&key)?.unwrap_or_default();
        let after = before.checked_sub(lot.amount).expect("a live lot is a part of what is outstanding");
        if after.is_zero() {
            context.overlay.remove(&key)?;
        } else {
            context.overlay.put(&key, &after)?;
        }
    }
    Ok(())
}
