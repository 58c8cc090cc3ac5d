//! Who may do what.

use lojal_types::{Address, BrandId, Code, Role};

use super::Context;
use crate::key::{BrandKey, OperatorKey};
use crate::record::Brand;

/// Every operation on points names an existing brand.
pub(super) fn brand(context: &mut Context<'_, '_>, id: BrandId) -> Result<Brand, Code> {
    context.overlay.get(&BrandKey(id)).ok_or(Code::UnknownBrand)
}

/// "An operator is a key that acts for a brand, with a role and limits." (protocol §2)
pub(super) fn operator(context: &mut Context<'_, '_>, brand: BrandId, role: Role) -> Result<(), Code> {
    let operator = context.overlay.get(&OperatorKey { brand, operator: context.sender }).ok_or(Code::NotOperator)?;
    if operator.roles.contains(&role) { Ok(()) } else { Err(Code::RoleMissing) }
}

/// "Redeem and Transfer are by the owner of the points: a brand can never take points by itself." (protocol §6)
pub(super) fn owner(context: &Context<'_, '_>, account: Address) -> Result<(), Code> {
    if context.sender == account { Ok(()) } else { Err(Code::NotOwner) }
}
