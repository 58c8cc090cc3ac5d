//! The moves that all operations on points are made of. Each keeps the totals true.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Address, BrandId, Code, Expiry, Lot, Points};

use super::Context;
use crate::key::{AccountKey, BalanceKey, OutstandingKey, TotalsKey};
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
pub(super) fn credit(context: &mut Context<'_, '_>, account: Address, brand: BrandId, lots: &[Lot]) {
    if context.overlay.get(&AccountKey(account)).is_none() {
        context.overlay.put(&AccountKey(account), &Account::default());
    }
    let key = BalanceKey { account, brand };
    let mut balance = context.overlay.get(&key).unwrap_or_default();
    balance.add(lots, context.time.month());
    context.overlay.put(&key, &balance);
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
    let key = BalanceKey { account, brand };
    let mut balance = context.overlay.get(&key).unwrap_or_default();
    let taken = balance.take(amount, first, context.time.month()).ok_or_else(|| shortage(&balance, amount))?;
    if balance.lots.is_empty() {
        context.overlay.remove(&key);
    } else {
        context.overlay.put(&key, &balance);
    }
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

/// Adds a new lot to what is outstanding with its expiry.
pub(super) fn add_outstanding(context: &mut Context<'_, '_>, brand: BrandId, lot: Lot) {
    let key = OutstandingKey { brand, expiry: lot.expiry };
    let before = context.overlay.get(&key).unwrap_or_default();
    let after = before.checked_add(lot.amount).expect("at most what was issued");
    context.overlay.put(&key, &after);
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
