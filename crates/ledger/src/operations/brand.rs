//! `SetPolicy`, `SetOperator` and `RemoveOperator`: what a brand's admins decide.

use lojal_types::limits::POINTS_MAX;
use lojal_types::operator::in_order;
use lojal_types::{Address, BrandId, Code, Policy, RemoveOperator, Role, SetOperator, SetPolicy};

use super::{Context, authority};
use crate::founding::count_brands;
use crate::key::{BrandKey, IssuedTodayKey, OperatorKey, OperatorListKey};
use crate::record::Operator;
use crate::stop::Stop;
use crate::tree::Missing;

/// `SetPolicy`, as all of these "by an admin of the brand" (protocol, Brands). "A change of policy changes no lot."
/// (protocol, Points)
pub(super) fn set_policy(context: &mut Context<'_, '_>, set: &SetPolicy) -> Result<(), Stop> {
    let mut brand = authority::brand_in_force(context, set.brand)?;
    authority::operator(context, set.brand, Role::Admin)?;
    policy_in_bounds(&set.policy)?;
    brand.policy = set.policy.clone();
    context.overlay.put(&BrandKey(set.brand), &brand)?;
    Ok(())
}

/// `SetOperator`: "An account exists from the first points it receives, an operator's from its appointment" (protocol,
/// Accounts and keys), so that the operator can act.
pub(super) fn set_operator(context: &mut Context<'_, '_>, set: &SetOperator) -> Result<(), Stop> {
    authority::brand_in_force(context, set.brand)?;
    authority::operator(context, set.brand, Role::Admin)?;
    valid_operator(set)?;
    let operator = Address::of_key(&set.public_key);
    if !set.roles.contains(&Role::Admin) {
        not_the_last_admin(context, set.brand, operator)?;
    }
    let record = Operator { roles: set.roles.clone(), issue_daily_max: set.issue_daily_max };
    appoint(context, OperatorKey { brand: set.brand, operator }, &record)
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
    authority::operator(context, brand, Role::Admin)?;
    let key = OperatorKey { brand, operator };
    known_operator(context, &key)?;
    not_the_last_admin(context, brand, operator)?;
    dismiss(context, key)?;
    Ok(())
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
/// could never change anything again.
fn not_the_last_admin(context: &mut Context<'_, '_>, brand: BrandId, operator: Address) -> Result<(), Stop> {
    let list = context.overlay.get(&OperatorListKey(brand))?.unwrap_or_default();
    let mut admins = Vec::new();
    for operator in list.operators.iter().copied() {
        let record = context.overlay.get(&OperatorKey { brand, operator })?;
        if record.is_some_and(|record| record.roles.contains(&Role::Admin)) {
            admins.push(operator);
        }
    }
    if admins == [operator] { Err(Code::LastAdmin.into()) } else { Ok(()) }
}

/// "A brand that has an admin always keeps one; it has at most 64 operators." (protocol, Brands)
fn list(context: &mut Context<'_, '_>, brand: BrandId, operator: Address) -> Result<(), Stop> {
    let mut list = context.overlay.get(&OperatorListKey(brand))?.unwrap_or_default();
    list.operators = list.operators.with_sorted(operator).map_err(|_| Code::TooManyOperators)?;
    context.overlay.put(&OperatorListKey(brand), &list)?;
    Ok(())
}
