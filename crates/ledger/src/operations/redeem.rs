//! `Redeem`: the owner of points, or a member of the household that is, gives them back to the brand for what it
//! offers.

use lojal_types::{Address, BrandId, Lot, Points, Redeem};

use super::authority::Purpose;
use super::balances::{amount, change_totals, remove_outstanding};
use super::ledger::debit;
use super::payments::{Payment, remembered};
use super::reference::{Place, answers, place, use_once};
use super::{Context, authority};
use crate::key::RedeemedKey;
use crate::record::Redeemed;
use crate::stop::Stop;

pub(super) fn apply(context: &mut Context<'_, '_>, redeem: &Redeem) -> Result<(), Stop> {
    amount(redeem.amount)?;
    let of = authority::open_brand(context, redeem.brand)?;
    let counted = authority::spend(context, redeem.from, redeem.brand, Purpose::Redeem, redeem.amount)?;
    let used = use_reference(context, redeem)?;
    let lots = take(context, redeem.from, redeem.brand, redeem.amount)?;
    let (Some((place, key)), Some(answered)) = (used, &redeem.request) else { return Ok(()) };
    let payment = Payment { from: redeem.from, lots, counted };
    let paid = remembered(context, &place, &of.policy, answered.dated, payment);
    context.overlay.put(&key, &Redeemed { transaction: context.transaction, paid })?;
    Ok(())
}

/// Takes points back for what the brand offers. Answers with their lots.
pub(super) fn take(
    context: &mut Context<'_, '_>,
    from: Address,
    brand: BrandId,
    amount: Points,
) -> Result<Vec<Lot>, Stop> {
    let taken = debit(context, from, brand, amount)?;
    remove_outstanding(context, brand, &taken)?;
    change_totals(context, brand, |mut totals| {
        totals.redeemed = totals.redeemed.checked_add(amount)?;
        totals.outstanding = totals.outstanding.checked_sub(amount)?;
        Some(totals)
    })?;
    Ok(taken)
}

/// A till's payment request is paid once, whoever pays it; without a request there is nothing to use.
fn use_reference(context: &mut Context<'_, '_>, redeem: &Redeem) -> Result<Option<(Place, RedeemedKey)>, Stop> {
    let (Some(answered), Some(asked)) = (&redeem.request, redeem.asked()) else { return Ok(None) };
    answers(context, (&asked.reference(&context.chain), asked.until_ms), answered)?;
    let place = place(context, answered.dated)?.alone();
    let key = |shelf| RedeemedKey { shelf, brand: redeem.brand, reference: answered.reference.clone() };
    use_once(context, &place, key, &Redeemed { transaction: context.transaction, paid: None })?;
    Ok(Some((place, key(place.shelf))))
}
