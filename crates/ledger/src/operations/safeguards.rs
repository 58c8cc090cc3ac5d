//! Changes that wait, so that a thief who has the key can't make them before the owner or the guardians see them
//! (protocol, Accounts and keys).

use lojal_types::{
    Address, Agree, Bounded, Change, Code, Guardian, Guardians, Hash, Safeguards, SetGuardians, TimeMs, Waiting,
};

use super::{Context, authority};
use crate::key::AccountKey;
use crate::record::Account;
use crate::stop::Stop;

/// "`Unfreeze` asks to lift the freeze." (protocol, Accounts and keys)
///
/// "`Unfreeze` needs a recovery to be over first." (protocol, Accounts and keys)
pub(super) fn unfreeze(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    let mut account = authority::account(context, context.sender)?;
    if !account.frozen {
        return Err(Code::NotFrozen.into());
    }
    if account.recovery.is_some() {
        return Err(Code::AccountInRecovery.into());
    }
    let from_ms = delayed(context);
    wait(&mut account.safeguards, Change::Unfreeze, from_ms)?;
    context.overlay.put(&AccountKey(context.sender), &account)?;
    Ok(())
}

/// "`SetGuardians { guardians, threshold }` asks for up to three accounts or brands as guardians." (protocol, Accounts
/// and keys)
///
/// "To name those that there are withdraws what waits." (protocol, Accounts and keys)
pub(super) fn set_guardians(context: &mut Context<'_, '_>, set: &SetGuardians) -> Result<(), Stop> {
    in_order(&set.guardians)?;
    threshold_in_range(&set.guardians)?;
    for guardian in set.guardians.guardians.iter() {
        trustworthy(context, guardian)?;
    }
    let mut account = authority::account(context, context.sender)?;
    if account.guardians == set.guardians {
        account.safeguards.waiting = None;
    } else {
        let from_ms = not_by_the_owner_alone(context, &account.safeguards);
        wait(&mut account.safeguards, Change::SetGuardians { guardians: set.guardians.clone() }, from_ms)?;
    }
    context.overlay.put(&AccountKey(context.sender), &account)?;
    Ok(())
}

/// "`Agree { account, digest }` by a guardian. When as many guardians as the threshold agree to what waits, it happens
/// at once." (protocol, Accounts and keys)
pub(super) fn agree(context: &mut Context<'_, '_>, agree: &Agree) -> Result<(), Stop> {
    let mut account = authority::account(context, agree.account)?;
    let guardians = authority::guardians_of_sender(context, &account)?;
    let waiting = named(context, &mut account, agree.account, agree.digest)?;
    let new: Vec<Guardian> = guardians.into_iter().filter(|one| !waiting.agreed.contains(one)).collect();
    if new.is_empty() {
        return Err(Code::AlreadyAgreed.into());
    }
    let agreed = [waiting.agreed.into_inner(), new].concat();
    if agreed.len() >= usize::from(account.guardians.threshold) {
        account.make(waiting.change);
    } else {
        let agreed = Bounded::new(agreed).expect("each guardian once");
        account.safeguards.waiting = Some(Waiting { agreed, ..waiting });
    }
    context.overlay.put(&AccountKey(agree.account), &account)?;
    Ok(())
}

/// Takes what waits, if it is what the digest names, "so nobody agrees to another change than the one that was shown"
/// (protocol, Accounts and keys).
fn named(context: &Context<'_, '_>, account: &mut Account, address: Address, digest: Hash) -> Result<Waiting, Code> {
    let waiting = account.safeguards.waiting.take();
    waiting.filter(|one| one.digest(&context.chain, &address) == digest).ok_or(Code::UnknownChange)
}

/// "One change waits at a time: the last that was asked for, and the same is not asked for twice." (protocol, Accounts
/// and keys) To ask twice would only start its clock again.
fn wait(safeguards: &mut Safeguards, change: Change, from_ms: TimeMs) -> Result<(), Code> {
    if safeguards.waiting.as_ref().is_some_and(|waiting| waiting.change == change) {
        return Err(Code::ChangeWaits);
    }
    safeguards.waiting = Some(Waiting { change, from_ms, agreed: Bounded::default() });
    Ok(())
}

/// The time at which what is asked for now happens by itself: "`Unfreeze` and `SetGuardians` wait for
/// `recovery_delay_ms` of the genesis document (72 h) from the block in which the owner asked; then they happen by
/// themselves." (protocol, Accounts and keys)
pub(super) fn delayed(context: &Context<'_, '_>) -> TimeMs {
    context.time.plus_ms(context.parameters.recovery_delay_ms)
}

/// "for 90 days the owner alone can't change guardians: such a change happens by itself after them at the earliest"
/// (protocol, Accounts and keys)
fn not_by_the_owner_alone(context: &Context<'_, '_>, safeguards: &Safeguards) -> TimeMs {
    let delayed = delayed(context);
    safeguards.cancelled.map_or(delayed, |cancelled| delayed.max(cancelled.until_ms))
}

/// "They stand accounts first, by address, then brands, each once, and nobody is their own." (protocol, Accounts and
/// keys) So one set has one encoding.
fn in_order(guardians: &Guardians) -> Result<(), Code> {
    if guardians.are_in_order() { Ok(()) } else { Err(Code::GuardiansOutOfOrder) }
}

/// "The threshold is from 1 to all of them, and 0 without guardians." (protocol, Accounts and keys)
fn threshold_in_range(guardians: &Guardians) -> Result<(), Code> {
    if guardians.threshold_is_in_range() { Ok(()) } else { Err(Code::ThresholdOutOfRange) }
}

/// "They stand accounts first, by address, then brands, each once, and nobody is their own." (protocol, Accounts and
/// keys) An account is one that can sign, a brand one that exists.
fn trustworthy(context: &mut Context<'_, '_>, guardian: &Guardian) -> Result<(), Stop> {
    match guardian {
        Guardian::Account(address) if *address == context.sender => Err(Code::OwnGuardian.into()),
        Guardian::Account(address) => Ok(authority::can_sign(*address)?),
        Guardian::Brand(brand) => authority::brand(context, *brand).map(drop),
    }
}
