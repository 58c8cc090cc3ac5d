//! `Propose`, `Approve`, `Withdraw`, `Activate` and `SetEndpoint`: what governors do (protocol, Governance).

use lojal_types::governance::digest_of;
use lojal_types::limits::{CLOCK_DRIFT_MS_MAX, MOTIONS_OF_SEAT_MAX, SIGN_OF_LIFE_MS_MAX};
use lojal_types::{
    Activate, Approve, Bounded, Code, MotionId, MotionStatus, Name, Propose, PublicKey, Readiness, SetEndpoint,
    SignOfLife, ValidatorSet, Withdraw,
};

use super::Context;
use super::enact::{enact, valid_endpoint, validators};
use crate::key::{GovernorKey, MotionKey, RegisterKey, SeatKey, SettingsKey};
use crate::motions::{close, register};
use crate::record::{Motion, OpenMotion, Ready, Register};
use crate::stop::{Stop, decided};
use crate::tree::Missing;

/// Puts a motion forward: "What couldn't happen can't be proposed" and "Whoever proposes approves." (protocol,
/// Governance)
pub(super) fn propose(context: &mut Context<'_, '_>, motion: &Propose) -> Result<(), Stop> {
    let by = seat_of_sender(context)?;
    let mut register = register(context.overlay)?;
    room_for_one_more(&register, &by)?;
    let mark = context.overlay.mark();
    let could_happen = enact(context, &motion.actions);
    context.overlay.take_back_to(mark);
    could_happen?;
    let settings = context.overlay.get(&SettingsKey)?.expect("written at genesis and never removed");
    let id = register.next;
    let lapses_ms = context.time.plus_ms(settings.motion_lapse_ms);
    register.next = id.next();
    let open = OpenMotion { motion: id, by: by.clone(), lapses_ms };
    register.open = register.open.with_sorted(open).expect("there is room for one more");
    context.overlay.put(&RegisterKey, &register)?;
    let motion = Motion {
        digest: digest_of(&context.chain, &motion.actions),
        actions: motion.actions.clone(),
        created_ms: context.time,
        lapses_ms,
        approvals: Bounded::new(vec![by.clone()]).expect("one"),
        ready: Bounded::default(),
        status: MotionStatus::Open,
        by,
    };
    let set = validators(context)?;
    if is_enough(&set, &motion) {
        return decide(context, &set, id, motion);
    }
    context.overlay.put(&MotionKey(id), &motion)?;
    Ok(())
}

/// `Approve`: "Power is counted when it is needed, against the validators of that moment, by name." (protocol,
/// Governance)
pub(super) fn approve(context: &mut Context<'_, '_>, approve: &Approve) -> Result<(), Stop> {
    let by = seat_of_sender(context)?;
    let mut motion = undecided(context, approve.motion)?;
    same_actions(&motion, approve)?;
    let is_new = !motion.approvals.contains(&by);
    motion.approvals = motion.approvals.with_sorted(by).expect("there are no more seats than that");
    let set = validators(context)?;
    if is_enough(&set, &motion) && (is_new || motion.status == MotionStatus::Open) {
        return decide(context, &set, approve.motion, motion);
    }
    if !is_new {
        return Err(Code::AlreadyApproved.into());
    }
    context.overlay.put(&MotionKey(approve.motion), &motion)?;
    Ok(())
}

/// `Withdraw`: "Whoever has proposed a motion can withdraw it as long as it is undecided." (protocol, Governance)
pub(super) fn withdraw(context: &mut Context<'_, '_>, withdraw: &Withdraw) -> Result<(), Stop> {
    let by = seat_of_sender(context)?;
    let motion = undecided(context, withdraw.motion)?;
    if motion.by != by {
        return Err(Code::NotProposer.into());
    }
    close(context.overlay, withdraw.motion, motion, MotionStatus::Withdrawn)?;
    Ok(())
}

/// `Activate`: "A motion that is approved and needs signs of life happens when each of them is at most 10 minutes old"
/// (protocol, Governance)
pub(super) fn activate(context: &mut Context<'_, '_>, activate: &Activate) -> Result<(), Stop> {
    seat_of_sender(context)?;
    let mut motion = undecided(context, activate.motion)?;
    let set = validators(context)?;
    let awaited = motion.awaited(&set);
    if !is_enough(&set, &motion) || awaited.is_empty() {
        return Err(Code::NothingToActivate.into());
    }
    for sign in activate.signs.iter() {
        fresh(context, sign)?;
        signed_by_the_named_key(context, activate.motion, &motion, &awaited, sign)?;
        let mut ready = motion.ready.into_inner();
        ready.retain(|one| one.index != sign.index);
        ready.insert(
            ready.partition_point(|one| one.index < sign.index),
            Ready { index: sign.index, time_ms: sign.time_ms },
        );
        motion.ready = Bounded::new(ready).expect("one per action");
    }
    decide(context, &set, activate.motion, motion)
}

/// `SetEndpoint`: where a validator's node is reached, as its governor says.
pub(super) fn set_endpoint(context: &mut Context<'_, '_>, set: &SetEndpoint) -> Result<(), Stop> {
    let name = seat_of_sender(context)?;
    valid_endpoint(set.endpoint.as_ref())?;
    let key = SeatKey(name);
    let mut seat = context.overlay.get(&key)?.expect("every governor has a seat");
    seat.endpoint = set.endpoint.clone();
    context.overlay.put(&key, &seat)?;
    Ok(())
}

/// The name of the validator for which the sender speaks.
fn seat_of_sender(context: &mut Context<'_, '_>) -> Result<Name, Stop> {
    let governor = context.overlay.get(&GovernorKey(context.sender))?.ok_or(Code::NotGovernor)?;
    Ok(governor.seat)
}

/// "64 motions are undecided at most, and 8 of one validator." (protocol, Governance)
fn room_for_one_more(register: &Register, by: &Name) -> Result<(), Code> {
    let own = register.open.iter().filter(|open| open.by == *by).count();
    let is_full = register.open.len() == lojal_types::limits::MOTIONS_OPEN_MAX;
    if is_full || own >= MOTIONS_OF_SEAT_MAX { Err(Code::TooManyMotions) } else { Ok(()) }
}

/// A motion that is still to be decided.
fn undecided(context: &mut Context<'_, '_>, id: MotionId) -> Result<Motion, Stop> {
    let motion = context.overlay.get(&MotionKey(id))?.ok_or(Code::UnknownMotion)?;
    if motion.status.is_undecided() { Ok(motion) } else { Err(Code::MotionClosed.into()) }
}

/// "The digest is `lojal/motion/v1` of the actions, so nobody approves of other actions than those that were shown."
/// (protocol, Governance)
fn same_actions(motion: &Motion, approve: &Approve) -> Result<(), Code> {
    if motion.digest == approve.digest { Ok(()) } else { Err(Code::MotionDiffers) }
}

/// "A motion is approved by **more than** two thirds of the voting power." (protocol, Governance)
fn is_enough(set: &ValidatorSet, motion: &Motion) -> bool {
    set.is_quorum(motion.approving_power(set))
}

/// "at most 10 minutes old" (protocol, Governance), and no further ahead of the block's time than that may be of a
/// voter's clock.
fn fresh(context: &Context<'_, '_>, sign: &SignOfLife) -> Result<(), Code> {
    let is_old = context.time.since_ms(sign.time_ms) > SIGN_OF_LIFE_MS_MAX;
    let is_ahead = sign.time_ms.since_ms(context.time) > CLOCK_DRIFT_MS_MAX;
    if is_old || is_ahead { Err(Code::SignOfLifeStale) } else { Ok(()) }
}

fn signed_by_the_named_key(
    context: &Context<'_, '_>,
    id: MotionId,
    motion: &Motion,
    awaited: &[(u8, PublicKey)],
    sign: &SignOfLife,
) -> Result<(), Code> {
    let (_, key) = awaited.iter().find(|(index, _)| *index == sign.index).ok_or(Code::SignOfLifeInvalid)?;
    let readiness = Readiness { motion: id, digest: motion.digest, index: sign.index, time_ms: sign.time_ms };
    let holds = key.verify(&readiness.signing_bytes(&context.chain), &sign.signature);
    if holds { Ok(()) } else { Err(Code::SignOfLifeInvalid) }
}

/// Decides a motion that enough approve: it happens, or waits for signs of life. "If they can't happen any more, the
/// motion has failed, and nothing of it happens" (protocol, Governance)
fn decide(context: &mut Context<'_, '_>, set: &ValidatorSet, id: MotionId, mut motion: Motion) -> Result<(), Stop> {
    let is_ready = |index: u8| {
        let ready = motion.ready.iter().find(|ready| ready.index == index);
        ready.is_some_and(|ready| context.time.since_ms(ready.time_ms) <= SIGN_OF_LIFE_MS_MAX)
    };
    let height = context.height;
    if !motion.awaited(set).iter().all(|(index, _)| is_ready(*index)) {
        if motion.status == MotionStatus::Open {
            motion.status = MotionStatus::Approved { height };
        }
        context.overlay.put(&MotionKey(id), &motion)?;
        return Ok(());
    }
    let mark = context.overlay.mark();
    let status = match decided(enact(context, &motion.actions))? {
        Ok(removed) => {
            take_approvals_away(context, &removed)?;
            MotionStatus::Enacted { height }
        }
        Err(code) => {
            context.overlay.take_back_to(mark);
            MotionStatus::Failed { code }
        }
    };
    close(context.overlay, id, motion, status)?;
    Ok(())
}

/// "Whoever is a validator no more approves of nothing any more" (protocol, Governance): approvals go, and a motion
/// that is without enough of them waits for more.
fn take_approvals_away(context: &mut Context<'_, '_>, removed: &[Name]) -> Result<(), Missing> {
    if removed.is_empty() {
        return Ok(());
    }
    let set = validators(context)?;
    for open in register(context.overlay)?.open.iter() {
        let key = MotionKey(open.motion);
        // The motion that is being decided has no record yet if it is decided by whoever proposes it.
        let Some(mut motion) = context.overlay.get(&key)? else { continue };
        let mut approvals = motion.approvals.into_inner();
        approvals.retain(|name| !removed.contains(name));
        motion.approvals = Bounded::new(approvals).expect("no more than before");
        if !is_enough(&set, &motion) {
            motion.status = MotionStatus::Open;
        }
        context.overlay.put(&key, &motion)?;
    }
    Ok(())
}
