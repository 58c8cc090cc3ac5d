//! `Issue`: a brand's operator gives new points to an account.

use lojal_types::limits::{EXPIRY_MONTHS_MAX, REVERSAL_WINDOW_MS_MAX};
use lojal_types::{
    Address, BrandId, CampaignId, Code, Day, Expiry, Issue, Lot, PendingLot, Points, Policy, Reference, Role, TimeMs,
};

use super::allowance::{Gift, open};
use super::balances::{add_outstanding, amount, change_totals};
use super::counters::count_day;
use super::ledger::{credit, credit_pending};
use super::reference::{Place, place, use_once};
use super::{Context, authority};
use crate::half_id::HalfId;
use crate::key::{IssuedKey, IssuedTodayKey};
use crate::pending::{self, lives_from, maturity};
use crate::record::{Besides, Issued, Operator};
use crate::stop::Stop;

pub(super) fn apply(context: &mut Context<'_, '_>, issue: &Issue) -> Result<(), Stop> {
    amount(issue.amount)?;
    let brand = authority::giving_brand(context, issue.brand)?;
    let operator = authority::operator(context, issue.brand, Role::Issue)?;
    within_issue_max(issue, &brand.policy)?;
    let matures = maturity(context.time.day(), brand.pending_days);
    let expiry = expiry_of(context, issue, &brand.policy, matures)?;
    let place = place(context, issue.dated)?;
    let Issue { brand: of, to, amount, dated, .. } = *issue;
    let new = New { brand: of, campaign: None, to, amount, expiry, matures, reference: &issue.reference, dated };
    remember(context, &place, &brand.policy, &new)?;
    within_daily_limit(context, (of, amount), &operator)?;
    pay_out(context, &brand.policy, &new)
}

/// New points that are about to be given.
#[derive(Clone, Copy)]
pub(super) struct New<'n> {
    pub(super) brand: BrandId,
    /// The campaign that gives them.
    pub(super) campaign: Option<CampaignId>,
    pub(super) to: Address,
    pub(super) amount: Points,
    pub(super) expiry: Expiry,
    /// The day on which they mature, if they wait.
    pub(super) matures: Option<Day>,
    pub(super) reference: &'n Reference,
    pub(super) dated: Day,
}

/// Uses the reference of an issue.
pub(super) fn remember(
    context: &mut Context<'_, '_>,
    place: &Place,
    policy: &Policy,
    new: &New<'_>,
) -> Result<(), Stop> {
    let reversible_until_ms = reversible_until(context, place, policy);
    let New { brand, campaign, to, amount, expiry, matures, dated, .. } = *new;
    let (reversed, transaction) = (Points::ZERO, HalfId::of(&context.transaction));
    let besides = Besides::of(campaign, matures);
    let record = Issued { to, amount, expiry, dated, reversible_until_ms, reversed, transaction, besides };
    let key = |shelf| IssuedKey { shelf, brand, reference: new.reference.clone() };
    use_once(context, place, key, &record)
}

/// The end of the time in which what is given now can be taken back: "It is the time of the block plus the policy's
/// `reversal_window_ms`, at most 400 days and not after the drop of the issue's shelf; from then on nothing can be
/// reversed." (protocol, Points)
pub(super) fn reversible_until(context: &Context<'_, '_>, place: &Place, policy: &Policy) -> TimeMs {
    let window_ms = policy.reversal_window_ms.min(REVERSAL_WINDOW_MS_MAX);
    context.time.plus_ms(window_ms).min(place.drop_ms)
}

/// Gives new points to an account, which it opens if there is none: at once, or "pending until the day on which they
/// mature" (protocol, Pending points).
pub(super) fn pay_out(context: &mut Context<'_, '_>, policy: &Policy, new: &New<'_>) -> Result<(), Stop> {
    let New { brand, to, amount, expiry, matures, .. } = *new;
    change_totals(context, brand, |mut totals| {
        totals.issued = totals.issued.checked_add(amount)?;
        let sum = if matures.is_some() { &mut totals.pending } else { &mut totals.outstanding };
        *sum = sum.checked_add(amount)?;
        Some(totals)
    })?;
    if let Some(matures) = matures {
        let waits = PendingLot { matures, expiry, amount };
        pending::add(context.overlay, brand, &waits)?;
        open(context, to, policy, amount, Gift::Issue)?;
        return credit_pending(context, to, brand, &waits);
    }
    let lot = Lot { expiry, amount };
    add_outstanding(context, brand, &[lot])?;
    open(context, to, policy, amount, Gift::Issue)?;
    credit(context, to, brand, &[lot])
}

/// "At most `issue_max` of the policy at once." (protocol, Points) A slip of the finger stays small.
fn within_issue_max(issue: &Issue, policy: &Policy) -> Result<(), Code> {
    if policy.issue_max.is_none_or(|max| issue.amount <= max) { Ok(()) } else { Err(Code::IssueTooLarge) }
}

/// "Without `expiry` its points live as long as the policy says. With it, a month, they can be used through that one,
/// which is not over, not later than the policy gives, and at most 60 months ahead (`issue_expiry_out_of_range`)."
/// (protocol, Points) So nobody gets more than the policy promises, and no account more lots than it can have. "What
/// waits lives from the day on which it matures, as what is issued on that day does." (protocol, Pending points)
fn expiry_of(context: &Context<'_, '_>, issue: &Issue, policy: &Policy, matures: Option<Day>) -> Result<Expiry, Code> {
    let from = lives_from(context.time, matures);
    let given = policy.expiry_of_issue_in(from);
    let Some(month) = issue.expiry else { return Ok(given) };
    let in_range = (from..=from.plus(EXPIRY_MONTHS_MAX)).contains(&month) && Expiry::Month(month) <= given;
    if in_range { Ok(Expiry::Month(month)) } else { Err(Code::IssueExpiryOutOfRange) }
}

/// "by an operator with the role *issue*, within its daily limit" (protocol, Points): a stolen till does damage of a
/// known size.
pub(super) fn within_daily_limit(
    context: &mut Context<'_, '_>,
    (brand, amount): (BrandId, Points),
    operator: &Operator,
) -> Result<(), Stop> {
    let Some(max) = operator.issue_daily_max else { return Ok(()) };
    let key = IssuedTodayKey { brand, operator: context.sender };
    count_day(context, &key, amount, max, Code::IssueDailyMaxReached)
}
