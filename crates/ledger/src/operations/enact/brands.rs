//! The actions of motions on brands.

use lojal_types::genesis::{GenesisBrand, GenesisError};
use lojal_types::name::confusable;
use lojal_types::{Address, Approvals, Bounded, BrandId, Code, Name, Role, SetBrandAdmins};

use super::super::approvals::{approvals, put_approvals};
use super::super::brand::{appoint, dismiss};
use super::super::{Context, authority};
use crate::founding::found_brand;
use crate::key::{BrandKey, BrandListKey, OperatorKey, OperatorListKey};
use crate::record::Operator;
use crate::stop::Stop;

/// `RegisterBrand`: "No brand's id or name could be taken for another brand's id or name." (protocol, Names)
pub(super) fn register(context: &mut Context<'_, '_>, brand: &GenesisBrand) -> Result<(), Stop> {
    brand.check().map_err(|error| match error {
        GenesisError::Policy(..) => Code::PolicyOutOfBounds,
        _ => Code::ParameterOutOfBounds,
    })?;
    let mut list = context.overlay.get(&BrandListKey)?.unwrap_or_default();
    let mut names: Vec<(BrandId, Name)> = vec![(brand.id, brand.name.clone())];
    for id in list.ids.iter() {
        names.push((*id, authority::brand(context, *id)?.name));
    }
    let texts = names.iter().flat_map(|(id, name)| [(*id, id.as_str()), (*id, name.as_str())]);
    if list.ids.contains(&brand.id) || confusable(texts).is_some() {
        return Err(Code::BrandExists.into());
    }
    list.ids = list.ids.with_sorted(brand.id).map_err(|_| Code::TooManyBrands)?;
    context.overlay.put(&BrandListKey, &list)?;
    found_brand(context.overlay, brand)?;
    Ok(())
}

/// `SuspendBrand`: see [`authority::brand_in_force`] for what it can't do then.
pub(super) fn suspend(context: &mut Context<'_, '_>, id: BrandId) -> Result<(), Stop> {
    let mut brand = authority::brand_in_force(context, id)?;
    brand.suspended = true;
    context.overlay.put(&BrandKey(id), &brand)?;
    Ok(())
}

pub(super) fn reinstate(context: &mut Context<'_, '_>, id: BrandId) -> Result<(), Stop> {
    let mut brand = authority::brand(context, id)?;
    if !brand.suspended {
        return Err(Code::BrandNotSuspended.into());
    }
    brand.suspended = false;
    context.overlay.put(&BrandKey(id), &brand)?;
    Ok(())
}

/// `SetBrandAdmins`: "these are its admins then and no others, and it asks for `needed` of them; what else they and
/// others may do stays, and how long it waits" (protocol, Governance).
pub(super) fn set_admins(context: &mut Context<'_, '_>, set: &SetBrandAdmins) -> Result<(), Stop> {
    authority::brand(context, set.brand)?;
    if !set.admins.iter().all(|key| key.is_valid()) {
        return Err(Code::InvalidKey.into());
    }
    if !set.admins.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(Code::ParameterOutOfBounds.into());
    }
    let brand = set.brand;
    let admins: Vec<Address> = set.admins.iter().map(Address::of_key).collect();
    let operators = context.overlay.get(&OperatorListKey(brand))?.unwrap_or_default().operators;
    for operator in operators.iter().filter(|operator| !admins.contains(operator)) {
        let key = OperatorKey { brand, operator: *operator };
        let record = context.overlay.get(&key)?.expect("every listed operator has a record");
        if !record.roles.contains(&Role::Admin) {
            continue;
        }
        let left: Vec<Role> = record.roles.iter().filter(|role| **role != Role::Admin).copied().collect();
        match Bounded::new(left) {
            Ok(roles) => context.overlay.put(&key, &Operator { roles, ..record })?,
            Err(_) => dismiss(context, key)?,
        }
    }
    for operator in admins {
        let key = OperatorKey { brand, operator };
        let record = context.overlay.get(&key)?;
        if record.as_ref().is_some_and(|record| record.roles.contains(&Role::Admin)) {
            continue;
        }
        let before = record.as_ref().map(|record| record.roles.to_vec()).unwrap_or_default();
        let roles = Bounded::new([before, vec![Role::Admin]].concat()).expect("each role once");
        let issue_daily_max = record.and_then(|record| record.issue_daily_max);
        appoint(context, key, &Operator { roles, issue_daily_max })?;
    }
    let Approvals { delay_ms, .. } = approvals(context, brand)?;
    put_approvals(context, brand, Approvals { needed: set.needed, delay_ms })
}
