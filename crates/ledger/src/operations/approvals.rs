//! The number of its admins that a brand asks for, and who they are (protocol, Brands).

use lojal_types::limits::OPERATORS_MAX;
use lojal_types::{Address, Approvals, Bounded, BrandId, Code, Role};

use super::Context;
use crate::key::{BrandMotionKey, BrandRegisterKey, OperatorKey, OperatorListKey};
use crate::record::{BrandMotion, BrandRegister};
use crate::stop::Stop;
use crate::tree::Missing;

/// The settings of a brand's admins about their motions, and the motions that are undecided.
pub(super) fn register(context: &mut Context<'_, '_>, brand: BrandId) -> Result<BrandRegister, Missing> {
    Ok(context.overlay.get(&BrandRegisterKey(brand))?.unwrap_or_default())
}

/// The number of its admins that a brand asks for, and its wait.
pub(super) fn approvals(context: &mut Context<'_, '_>, brand: BrandId) -> Result<Approvals, Missing> {
    Ok(register(context, brand)?.approvals)
}

/// The admins of a brand, by address.
pub(super) fn admins(context: &mut Context<'_, '_>, brand: BrandId) -> Result<Vec<Address>, Missing> {
    let list = context.overlay.get(&OperatorListKey(brand))?.unwrap_or_default();
    let mut admins = Vec::new();
    for operator in list.operators.iter().copied() {
        let record = context.overlay.get(&OperatorKey { brand, operator })?;
        if record.is_some_and(|record| record.roles.contains(&Role::Admin)) {
            admins.push(operator);
        }
    }
    Ok(admins)
}

/// Gives a brand other approvals, if its admins are enough for them: "`needed` is 1 to all of its admins, `delay_ms` at
/// most 7 days" (protocol, Brands).
pub(super) fn put_approvals(context: &mut Context<'_, '_>, brand: BrandId, new: Approvals) -> Result<(), Stop> {
    if !new.are_in_bounds(admins(context, brand)?.len()) {
        return Err(Code::ApprovalsOutOfBounds.into());
    }
    let register = BrandRegister { approvals: new, ..register(context, brand)? };
    context.overlay.put(&BrandRegisterKey(brand), &register)?;
    Ok(recount(context, brand)?)
}

/// "Whoever is an admin no more approves of nothing and stops nothing any more." (protocol, Brands) To be called when
/// a brand has lost an admin, or asks for another number of them.
pub(super) fn recount(context: &mut Context<'_, '_>, brand: BrandId) -> Result<(), Missing> {
    let BrandRegister { approvals, open, .. } = register(context, brand)?;
    if open.is_empty() {
        return Ok(());
    }
    let admins = admins(context, brand)?;
    for motion in open.iter() {
        let key = BrandMotionKey { brand, motion: *motion };
        let mut motion = context.overlay.get(&key)?.expect("every motion in the register has a record");
        motion.approved_by = among(motion.approved_by, &admins);
        motion.stopped_by = among(motion.stopped_by, &admins);
        end_wait_without_enough(&mut motion, approvals);
        context.overlay.put(&key, &motion)?;
    }
    Ok(())
}

/// "A motion that waits and has fewer approvals than the brand asks for waits no longer: its wait begins anew when it
/// has enough." (protocol, Brands)
pub(super) fn end_wait_without_enough(motion: &mut BrandMotion, approvals: Approvals) {
    if motion.approved_by.len() < usize::from(approvals.needed) {
        motion.from_ms = None;
    }
}

type Ballots = Bounded<Address, 0, OPERATORS_MAX>;

fn among(ballots: Ballots, admins: &[Address]) -> Ballots {
    let mut left = ballots.into_inner();
    left.retain(|one| admins.contains(one));
    Bounded::new(left).expect("no more than before")
}
