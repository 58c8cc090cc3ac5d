//! `SetPolicy`, `SetOperator` and `RemoveOperator`: what a brand's admins decide.

use lojal_types::brand::is_wider;
use lojal_types::limits::{CLOSING_MS, PENDING_DAYS_MAX, POINTS_MAX};
use lojal_types::operator::in_order;
use lojal_types::{
    Address, BrandId, CloseBrand, Code, Policy, RemoveOperator, Role, SetOperator, SetPendingDays, SetPolicy, TimeMs,
};

use super::approvals::{admins, approvals, recount};
use super::authority::Weight;
use super::{Context, authority};
use crate::founding::count_brands;
use crate::key::{BrandKey, ClosingsKey, IssuedTodayKey, OperatorKey, OperatorListKey};
use crate::record::{Brand, Operator};
use crate::stop::Stop;
use crate::tree::Missing;

/// `SetPolicy`, as all of these "by an admin of the brand" (protocol, Brands). "A change of policy changes no lot."
/// (protocol, Points)
pub(super) fn set_policy(context: &mut Context<'_, '_>, set: &SetPolicy) -> Result<(), Stop> {
    let mut brand = authority::brand_in_force(context, set.brand)?;
    let weight = if set.policy.widens(&brand.policy) { Weight::Widens } else { Weight::Narrows };
    authority::admin(context, set.brand, weight)?;
    policy_in_bounds(&set.policy)?;
    brand.policy = set.policy.clone();
    context.overlay.put(&BrandKey(set.brand), &brand)?;
    Ok(())
}

/// `SetPendingDays`: "for how many days what is issued from now on is pending, 0 to 90 (`policy_out_of_bounds`)"
/// (protocol, Pending points). Fewer days let more happen, so they widen.
pub(super) fn set_pending_days(context: &mut Context<'_, '_>, set: &SetPendingDays) -> Result<(), Stop> {
    let mut brand = authority::brand_in_force(context, set.brand)?;
    let weight = if set.days < brand.pending_days { Weight::Widens } else { Weight::Narrows };
    authority::admin(context, set.brand, weight)?;
    if set.days > PENDING_DAYS_MAX {
        return Err(Code::PolicyOutOfBounds.into());
    }
    brand.pending_days = set.days;
    context.overlay.put(&BrandKey(set.brand), &brand)?;
    Ok(())
}

/// `SetOperator`: "An account exists from the first points or stamp it receives, an operator's from its appointment"
/// (protocol, Accounts and keys), so that the operator can act.
pub(super) fn set_operator(context: &mut Context<'_, '_>, set: &SetOperator) -> Result<(), Stop> {
    authority::brand_in_force(context, set.brand)?;
    let operator = Address::of_key(&set.public_key);
    let key = OperatorKey { brand: set.brand, operator };
    let record = Operator { roles: set.roles.clone(), issue_daily_max: set.issue_daily_max };
    let before = context.overlay.get(&key)?;
    authority::admin(context, set.brand, weight_of(before.as_ref(), &record))?;
    valid_operator(set)?;
    if !set.roles.contains(&Role::Admin) {
        not_the_last_admin(context, set.brand, operator)?;
    }
    appoint(context, key, &record)?;
    Ok(recount(context, set.brand)?)
}

/// The weight of a change of an operator: what it may do then that it couldn't before widens; what is taken from an
/// admin is joint, and from anybody else one admin's.
fn weight_of(before: Option<&Operator>, after: &Operator) -> Weight {
    let Some(before) = before else { return Weight::Widens };
    let gains = after.roles.iter().any(|role| !before.roles.contains(role));
    if gains || is_wider(after.issue_daily_max, before.issue_daily_max) {
        return Weight::Widens;
    }
    if before.roles.contains(&Role::Admin) { Weight::Joint } else { Weight::Narrows }
}

/// `CloseBrand`: "the brand leaves at `closes_ms`, a whole minute, 90 days to 5 years ahead; without it, it stays after
/// all" (protocol, Brands).
pub(super) fn close(context: &mut Context<'_, '_>, close: &CloseBrand) -> Result<(), Stop> {
    let CloseBrand { brand: id, closes_ms } = *close;
    let mut brand = authority::open_brand(context, id)?;
    authority::admin(context, id, Weight::Widens)?;
    closes_in_range(context, &brand, closes_ms)?;
    brand.closes_ms = closes_ms;
    context.overlay.put(&BrandKey(id), &brand)?;
    let closings = context.overlay.get(&ClosingsKey)?.unwrap_or_default().with(id, closes_ms);
    if closings.brands.is_empty() {
        context.overlay.remove(&ClosingsKey)?;
    } else {
        context.overlay.put(&ClosingsKey, &closings)?;
    }
    Ok(())
}

/// "a whole minute, 90 days to 5 years ahead" (protocol, Brands)
fn closes_in_range(context: &Context<'_, '_>, brand: &Brand, closes_ms: Option<TimeMs>) -> Result<(), Code> {
    let in_range = match closes_ms {
        None => brand.closes_ms.is_some(),
        Some(closes_ms) => {
            let is_whole = closes_ms.to_whole_minute() == Some(closes_ms);
            is_whole && closes_ms > context.time && CLOSING_MS.contains(&closes_ms.since_ms(context.time))
        }
    };
    if in_range { Ok(()) } else { Err(Code::ClosingOutOfRange) }
}

/// Makes an account an operator, or changes what it may do.
pub(super) fn appoint(context: &mut Context<'_, '_>, key: OperatorKey, record: &Operator) -> Result<(), Stop> {
    list(context, key.brand, key.operator)?;
    if context.overlay.get(&key)?.is_none() {
        count_brands(context.overlay, key.operator, |brands| brands.checked_add(1))?;
    }
    context.overlay.put(&key, record)?;
    Ok(())
}

/// `RemoveOperator`: the account stays, its authority goes.
pub(super) fn remove_operator(context: &mut Context<'_, '_>, remove: &RemoveOperator) -> Result<(), Stop> {
    let RemoveOperator { brand, operator } = *remove;
    authority::brand(context, brand)?;
    let key = OperatorKey { brand, operator };
    let is_admin = context.overlay.get(&key)?.is_some_and(|record| record.roles.contains(&Role::Admin));
    authority::admin(context, brand, if is_admin { Weight::Joint } else { Weight::Narrows })?;
    known_operator(context, &key)?;
    not_the_last_admin(context, brand, operator)?;
    dismiss(context, key)?;
    Ok(recount(context, brand)?)
}

/// Ends the authority of an operator that there is.
pub(super) fn dismiss(context: &mut Context<'_, '_>, key: OperatorKey) -> Result<(), Missing> {
    let OperatorKey { brand, operator } = key;
    context.overlay.remove(&key)?;
    count_brands(context.overlay, operator, |brands| brands.checked_sub(1))?;
    context.overlay.remove(&IssuedTodayKey { brand, operator })?;
    let mut list = context.overlay.get(&OperatorListKey(brand))?.unwrap_or_default();
    list.operators = list.operators.without(&operator);
    context.overlay.put(&OperatorListKey(brand), &list)
}

/// "Amounts in it are 1 to 2^53 − 1, `transfer_min` at most `transfer_max`." (protocol, Brands)
fn policy_in_bounds(policy: &Policy) -> Result<(), Code> {
    policy.check().map_err(|_| Code::PolicyOutOfBounds)
}

/// Only an operator of the brand can be removed.
fn known_operator(context: &mut Context<'_, '_>, key: &OperatorKey) -> Result<(), Stop> {
    Ok(context.overlay.get(key)?.map(drop).ok_or(Code::UnknownOperator)?)
}

/// An operator has a key that can sign, roles in order, and a limit that an amount can have.
fn valid_operator(set: &SetOperator) -> Result<(), Code> {
    if !set.public_key.is_valid() {
        return Err(Code::InvalidKey);
    }
    if !in_order(&set.roles) {
        return Err(Code::RolesOutOfOrder);
    }
    if set.issue_daily_max.is_some_and(|max| max.get() > POINTS_MAX) { Err(Code::AmountTooLarge) } else { Ok(()) }
}

/// "A brand that has an admin always keeps one; it has at most 64 operators." (protocol, Brands) Without an admin it
/// could never change anything again, and neither could it with fewer than it asks for.
fn not_the_last_admin(context: &mut Context<'_, '_>, brand: BrandId, operator: Address) -> Result<(), Stop> {
    let admins = admins(context, brand)?;
    let needed = usize::from(approvals(context, brand)?.needed);
    let is_needed = admins.contains(&operator) && admins.len() <= needed;
    if is_needed { Err(Code::LastAdmin.into()) } else { Ok(()) }
}

/// "A brand that has an admin always keeps one; it has at most 64 operators." (protocol, Brands)
fn list(context: &mut Context<'_, '_>, brand: BrandId, operator: Address) -> Result<(), Stop> {
    let mut list = context.overlay.get(&OperatorListKey(brand))?.unwrap_or_default();
    list.operators = list.operators.with_sorted(operator).map_err(|_| Code::TooManyOperators)?;
    context.overlay.put(&OperatorListKey(brand), &list)?;
    Ok(())
}
