//! `Issue`: a brand's operator gives new points to an account.

use lojal_types::limits::{EXPIRY_MONTHS_MAX, REVERSAL_WINDOW_MS_MAX};
use lojal_types::{Code, Expiry, Issue, Lot, Points, Policy, Role};

use super::allowance::{Gift, open};
use super::balances::{add_outstanding, amount, change_totals};
use super::counters::count_day;
use super::ledger::credit;
use super::reference::{place, use_once};
use super::{Context, authority};
use crate::half_id::HalfId;
use crate::key::{IssuedKey, IssuedTodayKey};
use crate::record::{Issued, Operator};
use crate::stop::Stop;

pub(super) fn apply(context: &mut Context<'_, '_>, issue: &Issue) -> Result<(), Stop> {
    amount(issue.amount)?;
    let brand = authority::brand_in_force(context, issue.brand)?;
    authority::stays(&brand)?;
    let operator = authority::operator(context, issue.brand, Role::Issue)?;
    within_issue_max(issue, &brand.policy)?;
    let expiry = expiry_of(context, issue, &brand.policy)?;
    let place = place(context, issue.dated)?;
    // "It is the time of the block plus the policy's `reversal_window_ms`, at most 400 days and not after the drop of
    // the issue's shelf; from then on nothing can be reversed." (protocol, Points)
    let window_ms = brand.policy.reversal_window_ms.min(REVERSAL_WINDOW_MS_MAX);
    let reversible_until_ms = context.time.plus_ms(window_ms).min(place.drop_ms);
    let (to, amount, dated) = (issue.to, issue.amount, issue.dated);
    let (reversed, transaction) = (Points::ZERO, HalfId::of(&context.transaction));
    let record = Issued { to, amount, expiry, dated, reversible_until_ms, reversed, transaction };
    let key = |shelf| IssuedKey { shelf, brand: issue.brand, reference: issue.reference.clone() };
    use_once(context, &place, key, &record)?;
    within_daily_limit(context, issue, &operator)?;
    let lot = Lot { expiry, amount: issue.amount };
    change_totals(context, issue.brand, |mut totals| {
        totals.issued = totals.issued.checked_add(issue.amount)?;
        totals.outstanding = totals.outstanding.checked_add(issue.amount)?;
        Some(totals)
    })?;
    add_outstanding(context, issue.brand, &[lot])?;
    open(context, issue.to, &brand.policy, issue.amount, Gift::Issue)?;
    credit(context, issue.to, issue.brand, &[lot])
}

/// "At most `issue_max` of the policy at once." (protocol, Points) A slip of the finger stays small.
fn within_issue_max(issue: &Issue, policy: &Policy) -> Result<(), Code> {
    if policy.issue_max.is_none_or(|max| issue.amount <= max) { Ok(()) } else { Err(Code::IssueTooLarge) }
}

/// "Without `expiry` its points live as long as the policy says. With it, a month, they can be used through that one,
/// which is not over, not later than the policy gives, and at most 60 months ahead (`issue_expiry_out_of_range`)."
/// (protocol, Points) So nobody gets more than the policy promises, and no account more lots than it can have.
fn expiry_of(context: &Context<'_, '_>, issue: &Issue, policy: &Policy) -> Result<Expiry, Code> {
    let now = context.time.month();
    let given = policy.expiry_of_issue_in(now);
    let Some(month) = issue.expiry else { return Ok(given) };
    let in_range = (now..=now.plus(EXPIRY_MONTHS_MAX)).contains(&month) && Expiry::Month(month) <= given;
    if in_range { Ok(Expiry::Month(month)) } else { Err(Code::IssueExpiryOutOfRange) }
}

/// "by an operator with the role *issue*, within its daily limit" (protocol, Points): a stolen till does damage of a
/// known size.
fn within_daily_limit(context: &mut Context<'_, '_>, issue: &Issue, operator: &Operator) -> Result<(), Stop> {
    let Some(max) = operator.issue_daily_max else { return Ok(()) };
    let key = IssuedTodayKey { brand: issue.brand, operator: context.sender };
    count_day(context, &key, issue.amount, max, Code::IssueDailyMaxReached)
}
