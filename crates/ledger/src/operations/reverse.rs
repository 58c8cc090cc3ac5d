//! `Reverse`: a brand's operator takes back what is left of an issue after a returned purchase.

use lojal_types::{Code, Points, Reverse, Role};

use super::balances::{amount, change_totals, remove_outstanding};
use super::ledger::{debit_of, debit_pending};
use super::reference::{place, use_once};
use super::{Context, authority};
use crate::half_id::HalfId;
use crate::key::{CampaignKey, IssuedKey, ReversedKey};
use crate::pending;
use crate::record::{Issued, Reversed};
use crate::stop::Stop;

/// Takes points back, "by an operator with the role *reverse*, until the issue's time for it is over" (protocol,
/// Points).
pub(super) fn apply(context: &mut Context<'_, '_>, reverse: &Reverse) -> Result<(), Stop> {
    amount(reverse.amount)?;
    at_least_in_range(reverse)?;
    authority::brand_in_force(context, reverse.brand)?;
    authority::operator(context, reverse.brand, Role::Reverse)?;
    let place = place(context, reverse.dated)?;
    let key = |shelf| ReversedKey { shelf, brand: reverse.brand, reference: reverse.reference.clone() };
    let transaction = HalfId::of(&context.transaction);
    use_once(context, &place, key, &Reversed { amount: Points::ZERO, transaction })?;
    let issued = issue_to(context, reverse)?;
    in_time(context, &issued)?;
    let most = reverse.amount.min(enough_is_left(&issued, reverse)?);
    let taken = take(context, reverse, &issued, most)?;
    let reversed = issued.reversed.checked_add(taken).expect("at most what was left of the issue");
    context.overlay.put(&issued_key(reverse), &Issued { reversed, transaction, ..issued })?;
    // "What was taken stands under the reference of the reversal." (protocol, Points)
    context.overlay.put(&key(place.shelf), &Reversed { amount: taken, transaction })?;
    let Some(campaign) = issued.campaign() else { return Ok(()) };
    return_to_campaign(context, &CampaignKey { brand: reverse.brand, campaign }, taken)
}

/// Takes what is left of an issue out of the account, from where it is: "Until they mature, a reversal takes them out
/// of what is pending, where nobody can have spent them." (protocol, Pending points)
fn take(context: &mut Context<'_, '_>, reverse: &Reverse, issued: &Issued, most: Points) -> Result<Points, Stop> {
    let (from, brand, bounds) = (reverse.from, reverse.brand, (reverse.at_least, most));
    let pending_until = issued.pending_until(context.time.day());
    let taken = if let Some(matures) = pending_until {
        let waits = debit_pending(context, from, brand, (matures, issued.expiry), bounds)?;
        pending::remove(context.overlay, brand, &waits)?;
        waits.amount
    } else {
        let lot = debit_of(context, from, brand, issued.expiry, bounds)?;
        remove_outstanding(context, brand, &[lot])?;
        lot.amount
    };
    change_totals(context, brand, |mut totals| {
        totals.reversed = totals.reversed.checked_add(taken)?;
        let sum = if pending_until.is_some() { &mut totals.pending } else { &mut totals.outstanding };
        *sum = sum.checked_sub(taken)?;
        Some(totals)
    })?;
    Ok(taken)
}

/// "What is reversed of it comes back to the budget" (protocol, Campaigns) of the campaign that has given the points.
fn return_to_campaign(context: &mut Context<'_, '_>, key: &CampaignKey, amount: Points) -> Result<(), Stop> {
    let Some(mut record) = context.overlay.get(key)? else { return Ok(()) };
    record.reversed = record.reversed.checked_add(amount).expect("at most what was given");
    context.overlay.put(key, &record)?;
    Ok(())
}

fn issued_key(reverse: &Reverse) -> IssuedKey {
    let (shelf, brand) = (reverse.issue_dated.month(), reverse.brand);
    IssuedKey { shelf, brand, reference: reverse.issue_reference.clone() }
}

/// "If that is less than `at_least` (1 to `amount`), it fails and takes nothing: `at_least = amount` is all or
/// nothing." (protocol, Points)
fn at_least_in_range(reverse: &Reverse) -> Result<(), Code> {
    let in_range = !reverse.at_least.is_zero() && reverse.at_least <= reverse.amount;
    if in_range { Ok(()) } else { Err(Code::AtLeastOutOfRange) }
}

/// A brand takes back only what it issued, from the account that it issued it to. "A reversal names the day of the
/// issue, a taking back that of the stamp, a capture and a release that of the hold." (protocol, References)
fn issue_to(context: &mut Context<'_, '_>, reverse: &Reverse) -> Result<Issued, Stop> {
    let issued = context.overlay.get(&issued_key(reverse))?.filter(|issued| issued.dated == reverse.issue_dated);
    let issued = issued.ok_or(Code::UnknownReference)?;
    if issued.to == reverse.from { Ok(issued) } else { Err(Code::IssueToOther.into()) }
}

/// "The end of that time is fixed when the points are issued; a later policy doesn't move it." (protocol, Points)
fn in_time(context: &Context<'_, '_>, issued: &Issued) -> Result<(), Code> {
    if context.time < issued.reversible_until_ms { Ok(()) } else { Err(Code::ReversalWindowClosed) }
}

/// "A reversal takes as many points with the expiry of the issue as the account has, up to `amount`, and all reversals
/// of an issue together up to what was issued." (protocol, Points) Answers with what is left of it.
fn enough_is_left(issued: &Issued, reverse: &Reverse) -> Result<Points, Code> {
    let left = issued.left();
    if left >= reverse.at_least { Ok(left) } else { Err(Code::ReversalExceedsIssue) }
}
