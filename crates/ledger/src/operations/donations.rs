//! Donations: points that a member gives for a cause (protocol, Campaigns).

use lojal_types::{Address, BrandId, Points, Recipient};

use super::Context;
use super::awards::OWED_MICRO_MAX;
use super::balances::{change_totals, remove_outstanding};
use super::ledger::debit;
use super::obligations::owe;
use crate::stop::Stop;

/// Donates points: "What the brand owes to the recipient grows by `price_micro` for every point, which that settles
/// like any other debt." (protocol, Campaigns)
pub(super) fn give(
    context: &mut Context<'_, '_>,
    (from, brand): (Address, BrandId),
    amount: Points,
    to: Option<Recipient>,
) -> Result<(), Stop> {
    let taken = debit(context, from, brand, amount)?;
    remove_outstanding(context, brand, &taken)?;
    change_totals(context, brand, |mut totals| {
        totals.donated = totals.donated.checked_add(amount)?;
        totals.outstanding = totals.outstanding.checked_sub(amount)?;
        Some(totals)
    })?;
    let Some(to) = to else { return Ok(()) };
    // 2^53 points at 10^12 millionths are less than 2^93.
    let more_micro = u128::from(amount.get()) * u128::from(to.price_micro);
    owe(context, (brand, to.brand), more_micro, OWED_MICRO_MAX)
}
