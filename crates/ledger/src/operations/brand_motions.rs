//! `ProposeForBrand`, `ApproveForBrand`, `StopForBrand` and `SetApprovals`: what a brand's admins decide together
//! (protocol, Brands).

use std::mem;

use lojal_types::limits::{BRAND_MOTIONS_MAX, MOTIONS_OF_ADMIN_MAX};
use lojal_types::operation::brand_digest;
use lojal_types::{
    Address, Approvals, ApproveForBrand, Bounded, BrandAction, BrandId, Code, ProposeForBrand, Role, SetApprovals,
    StopForBrand,
};

use super::approvals::{approvals, end_wait_without_enough, put_approvals, register};
use super::authority::{self, Weight};
use super::{By, Context, act};
use crate::key::{BrandMotionKey, BrandRegisterKey};
use crate::record::{BrandMotion, BrandRegister};
use crate::stop::Stop;
use crate::tree::Missing;

/// Puts a motion forward: "What couldn't happen can't be proposed. Whoever proposes approves." (protocol, Brands)
pub(super) fn propose(context: &mut Context<'_, '_>, motion: &ProposeForBrand) -> Result<(), Stop> {
    let ProposeForBrand { brand, actions } = motion;
    authority::brand(context, *brand)?;
    authority::operator(context, *brand, Role::Admin)?;
    let mut register = without_lapsed(context, *brand)?;
    room_for_one_more(context, *brand, &register)?;
    let mark = context.overlay.mark();
    let could_happen = enact(context, *brand, actions);
    context.overlay.take_back_to(mark);
    could_happen?;
    let id = register.next;
    register.next = id.next();
    register.open = register.open.with_sorted(id).expect("there is room for one more");
    context.overlay.put(&BrandRegisterKey(*brand), &register)?;
    let motion = BrandMotion {
        by: context.sender,
        digest: brand_digest(&context.chain, *brand, actions),
        actions: actions.clone(),
        created_ms: context.time,
        approved_by: Bounded::new(vec![context.sender]).expect("one"),
        stopped_by: Bounded::default(),
        from_ms: None,
    };
    let key = BrandMotionKey { brand: *brand, motion: id };
    context.overlay.put(&key, &motion)?;
    if is_enough(context, *brand, &motion.approved_by)? { decide(context, key, motion) } else { Ok(()) }
}

/// `ApproveForBrand`: "Admins are counted when it is needed, against those of that moment" (protocol, Brands).
pub(super) fn approve(context: &mut Context<'_, '_>, approve: &ApproveForBrand) -> Result<(), Stop> {
    let key = BrandMotionKey { brand: approve.brand, motion: approve.motion };
    let mut motion = undecided(context, key)?;
    same_actions(&motion, approve)?;
    let is_new = !motion.approved_by.contains(&context.sender);
    motion.stopped_by = motion.stopped_by.without(&context.sender);
    motion.approved_by = motion.approved_by.with_sorted(context.sender).expect("there are no more admins than that");
    context.overlay.put(&key, &motion)?;
    if is_enough(context, key.brand, &motion.approved_by)? {
        return match motion.from_ms {
            Some(from_ms) if context.time < from_ms => too_early(is_new),
            _ => decide(context, key, motion),
        };
    }
    if is_new { Ok(()) } else { Err(Code::AlreadyApproved.into()) }
}

/// `StopForBrand`: "Whoever has proposed a motion takes it back by that; else it is stopped when as many admins as the
/// brand asks for want it." (protocol, Brands)
pub(super) fn stop(context: &mut Context<'_, '_>, stop: &StopForBrand) -> Result<(), Stop> {
    let key = BrandMotionKey { brand: stop.brand, motion: stop.motion };
    let mut motion = undecided(context, key)?;
    if motion.by == context.sender {
        return Ok(close(context, key)?);
    }
    let is_new = !motion.stopped_by.contains(&context.sender);
    motion.approved_by = motion.approved_by.without(&context.sender);
    motion.stopped_by = motion.stopped_by.with_sorted(context.sender).expect("there are no more admins than that");
    if is_enough(context, key.brand, &motion.stopped_by)? {
        return Ok(close(context, key)?);
    }
    if !is_new {
        return Err(Code::AlreadyApproved.into());
    }
    end_wait_without_enough(&mut motion, approvals(context, key.brand)?);
    context.overlay.put(&key, &motion)?;
    Ok(())
}

/// `SetApprovals`: "`needed` is 1 to all of its admins, `delay_ms` at most 7 days" (protocol, Brands).
pub(super) fn set_approvals(context: &mut Context<'_, '_>, set: &SetApprovals) -> Result<(), Stop> {
    let SetApprovals { brand, needed, delay_ms } = *set;
    authority::brand_in_force(context, brand)?;
    let new = Approvals { needed, delay_ms };
    let weight = if new.widen(&approvals(context, brand)?) { Weight::Widens } else { Weight::Joint };
    authority::admin(context, brand, weight)?;
    put_approvals(context, brand, new)
}

/// Does what a motion asks for; after an error the caller takes it back. Says whether it widens anything.
fn enact(context: &mut Context<'_, '_>, brand: BrandId, actions: &[BrandAction]) -> Result<bool, Stop> {
    let sender = mem::replace(&mut context.by, By::Motion { brand, widens: false });
    let done = actions.iter().try_for_each(|action| act(context, &action.clone().into_operation()));
    let by = mem::replace(&mut context.by, sender);
    done?;
    Ok(matches!(by, By::Motion { widens: true, .. }))
}

/// Carries out a motion that enough approve, or lets it wait: "What widens something waits, if the brand waits" and
/// "The actions of a motion happen in their order, together or not at all." (protocol, Brands)
fn decide(context: &mut Context<'_, '_>, key: BrandMotionKey, mut motion: BrandMotion) -> Result<(), Stop> {
    let Approvals { delay_ms, .. } = approvals(context, key.brand)?;
    let mark = context.overlay.mark();
    let widens = enact(context, key.brand, &motion.actions)?;
    if widens && delay_ms > 0 && motion.from_ms.is_none() {
        context.overlay.take_back_to(mark);
        motion.from_ms = Some(context.time.plus_ms(delay_ms));
        context.overlay.put(&key, &motion)?;
        return Ok(());
    }
    Ok(close(context, key)?)
}

/// "What is decided is forgotten." (protocol, Brands)
fn close(context: &mut Context<'_, '_>, key: BrandMotionKey) -> Result<(), Missing> {
    let mut register = register(context, key.brand)?;
    register.open = register.open.without(&key.motion);
    context.overlay.remove(&key)?;
    context.overlay.put(&BrandRegisterKey(key.brand), &register)
}

/// The register of a brand without the motions whose time is over, whose records go.
fn without_lapsed(context: &mut Context<'_, '_>, brand: BrandId) -> Result<BrandRegister, Missing> {
    let mut register = register(context, brand)?;
    let before = register.open.clone();
    for motion in before.iter() {
        let key = BrandMotionKey { brand, motion: *motion };
        let record = context.overlay.get(&key)?.expect("every motion in the register has a record");
        if record.lapses_ms() <= context.time {
            register.open = register.open.without(motion);
            context.overlay.remove(&key)?;
        }
    }
    if register.open != before {
        context.overlay.put(&BrandRegisterKey(brand), &register)?;
    }
    Ok(register)
}

/// "16 motions of a brand are undecided at most, and 4 of one admin." (protocol, Brands)
fn room_for_one_more(context: &mut Context<'_, '_>, brand: BrandId, register: &BrandRegister) -> Result<(), Stop> {
    let mut own = 0;
    for motion in register.open.iter() {
        let record = context.overlay.get(&BrandMotionKey { brand, motion: *motion })?;
        own += usize::from(record.is_some_and(|record| record.by == context.sender));
    }
    let is_full = register.open.len() == BRAND_MOTIONS_MAX;
    if is_full || own >= MOTIONS_OF_ADMIN_MAX { Err(Code::TooManyMotions.into()) } else { Ok(()) }
}

/// A motion of a brand for which the sender is an admin, that is still to be decided: "From the first block that isn't
/// earlier on it is no motion any more (`unknown_motion`)." (protocol, Brands)
fn undecided(context: &mut Context<'_, '_>, key: BrandMotionKey) -> Result<BrandMotion, Stop> {
    authority::brand(context, key.brand)?;
    authority::operator(context, key.brand, Role::Admin)?;
    let motion = context.overlay.get(&key)?.filter(|motion| context.time < motion.lapses_ms());
    Ok(motion.ok_or(Code::UnknownMotion)?)
}

/// "The digest is `lojal/brand-motion/v1` of the brand and the actions, so nobody approves of other actions than those
/// that were shown." (protocol, Brands)
fn same_actions(motion: &BrandMotion, approve: &ApproveForBrand) -> Result<(), Code> {
    if motion.digest == approve.digest { Ok(()) } else { Err(Code::MotionDiffers) }
}

/// An approval in the wait counts, if it is one more.
fn too_early(is_new: bool) -> Result<(), Stop> {
    if is_new { Ok(()) } else { Err(Code::MotionWaits.into()) }
}

/// "Admins are counted when it is needed, against those of that moment, and none whose account is stopped." (protocol,
/// Brands) Whoever is none any more stands in no list.
fn is_enough(context: &mut Context<'_, '_>, brand: BrandId, admins: &[Address]) -> Result<bool, Missing> {
    let mut count = 0;
    for admin in admins {
        count += usize::from(authority::is_active(context, *admin)?);
    }
    Ok(count >= usize::from(approvals(context, brand)?.needed))
}
