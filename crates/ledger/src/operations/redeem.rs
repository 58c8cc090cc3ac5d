//! `Redeem`: the owner of points, or a member of the household that is, gives them back to the brand for what it
//! offers.

use lojal_types::{Address, BrandId, Points, Redeem};

use super::authority::Purpose;
use super::balances::{amount, change_totals, remove_outstanding};
use super::ledger::debit;
use super::reference::{answers, place, use_once};
use super::{Context, authority};
use crate::key::RedeemedKey;
use crate::record::Redeemed;
use crate::stop::Stop;

pub(super) fn apply(context: &mut Context<'_, '_>, redeem: &Redeem) -> Result<(), Stop> {
    amount(redeem.amount)?;
    authority::open_brand(context, redeem.brand)?;
    authority::spend(context, redeem.from, redeem.brand, Purpose::Redeem, redeem.amount)?;
    use_reference(context, redeem)?;
    take(context, redeem.from, redeem.brand, redeem.amount)
}

/// Takes points back for what the brand offers.
pub(super) fn take(context: &mut Context<'_, '_>, from: Address, brand: BrandId, amount: Points) -> Result<(), Stop> {
    let taken = debit(context, from, brand, amount)?;
    remove_outstanding(context, brand, &taken)?;
    change_totals(context, brand, |mut totals| {
        totals.redeemed = totals.redeemed.checked_add(amount)?;
        totals.outstanding = totals.outstanding.checked_sub(amount)?;
        Some(totals)
    })
}

/// A till's payment request is paid once, whoever pays it; without a request there is nothing to use.
fn use_reference(context: &mut Context<'_, '_>, redeem: &Redeem) -> Result<(), Stop> {
    let (Some(answered), Some(asked)) = (&redeem.request, redeem.asked()) else { return Ok(()) };
    answers(context, &asked, answered)?;
    let place = place(context, answered.dated)?.alone();
    let key = |shelf| RedeemedKey { shelf, brand: redeem.brand, reference: answered.reference.clone() };
    let record = Redeemed { transaction: context.transaction };
    use_once(context, &place, key, &record)
}
