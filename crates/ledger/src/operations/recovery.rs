//! Guardians and recoveries of lost accounts (protocol §4). "A stolen guardian can annoy but not steal": the owner can
//! cancel whatever one starts, and it can't keep the others from agreeing on another key.

use lojal_types::{
    Address, AgreedKey, Bounded, Code, FinishRecovery, Guardian, Guardians, PublicKey, Recovery, RecoveryVote, Role,
    SetGuardians, StartRecovery,
};

use super::{Context, authority};
use crate::key::{AccountKey, ParametersKey};
use crate::record::Account;

/// `SetGuardians`: "names up to three guardians (accounts or brands) and a threshold".
pub(super) fn set_guardians(context: &mut Context<'_, '_>, set: &SetGuardians) -> Result<(), Code> {
    let guardians = &set.guardians;
    in_order(guardians)?;
    threshold_in_range(guardians)?;
    for guardian in guardians.guardians.iter() {
        trustworthy(context, guardian)?;
    }
    let mut account = account(context, context.sender)?;
    account.guardians = guardians.clone();
    context.overlay.put(&AccountKey(context.sender), &account);
    Ok(())
}

/// `StartRecovery`: "by a guardian freezes outgoing movements at once; when the threshold is reached the 72-hour clock
/// starts".
pub(super) fn start(context: &mut Context<'_, '_>, start: &StartRecovery) -> Result<(), Code> {
    let mut account = account(context, start.account)?;
    let guardians = guardians_of_sender(context, &account)?;
    new_key(&account, start)?;
    let before = account.recovery.take();
    let recovery = agree(context, &account, before, &guardians, start.new_key)?;
    account.recovery = Some(recovery);
    context.overlay.put(&AccountKey(start.account), &account);
    Ok(())
}

/// `CancelRecovery`: "the old key may at any time before `FinishRecovery`".
pub(super) fn cancel(context: &mut Context<'_, '_>) -> Result<(), Code> {
    let mut account = account(context, context.sender)?;
    take_recovery(&mut account)?;
    context.overlay.put(&AccountKey(context.sender), &account);
    Ok(())
}

/// `FinishRecovery`: by any guardian after the clock; the new key signs from the next transaction on.
pub(super) fn finish(context: &mut Context<'_, '_>, finish: &FinishRecovery) -> Result<(), Code> {
    let mut account = account(context, finish.account)?;
    guardians_of_sender(context, &account)?;
    let recovery = take_recovery(&mut account)?;
    let agreed = threshold_reached(recovery)?;
    clock_has_run(context, &agreed)?;
    account.rotated_key = Some(agreed.new_key);
    context.overlay.put(&AccountKey(finish.account), &account);
    Ok(())
}

fn account(context: &mut Context<'_, '_>, address: Address) -> Result<Account, Code> {
    context.overlay.get(&AccountKey(address)).ok_or(Code::UnknownAccount)
}

/// Guardians stand in order, each once, so that one set has one encoding.
fn in_order(guardians: &Guardians) -> Result<(), Code> {
    if guardians.are_in_order() { Ok(()) } else { Err(Code::GuardiansOutOfOrder) }
}

/// "Up to three guardians (accounts or brands) and a threshold" (protocol §4): from one of them to all of them, and 0
/// when there are none.
fn threshold_in_range(guardians: &Guardians) -> Result<(), Code> {
    if guardians.threshold_is_in_range() { Ok(()) } else { Err(Code::ThresholdOutOfRange) }
}

/// Only a recovery that is under way ends, cancelled or finished.
fn take_recovery(account: &mut Account) -> Result<Recovery, Code> {
    account.recovery.take().ok_or(Code::NoRecovery)
}

/// "When the threshold is reached the 72-hour clock starts …
fn threshold_reached(recovery: Recovery) -> Result<AgreedKey, Code> {
    recovery.agreed.ok_or(Code::RecoveryNeedsGuardians)
}

/// … the old key may `CancelRecovery` at any time before `FinishRecovery`" (protocol §4): until the clock has run,
/// nobody finishes.
fn clock_has_run(context: &Context<'_, '_>, agreed: &AgreedKey) -> Result<(), Code> {
    if context.time < agreed.from_ms { Err(Code::RecoveryTooEarly) } else { Ok(()) }
}

/// A guardian is somebody else, and a brand that exists.
fn trustworthy(context: &mut Context<'_, '_>, guardian: &Guardian) -> Result<(), Code> {
    match guardian {
        Guardian::Account(address) if *address == context.sender => Err(Code::OwnGuardian),
        Guardian::Account(_) => Ok(()),
        Guardian::Brand(brand) => authority::brand(context, *brand).map(drop),
    }
}

/// The guardians of an account that the sender is or, as an admin of a brand, acts for.
fn guardians_of_sender(context: &mut Context<'_, '_>, account: &Account) -> Result<Vec<Guardian>, Code> {
    let mut acts_for = |guardian: &Guardian| match guardian {
        Guardian::Account(address) => *address == context.sender,
        Guardian::Brand(brand) => authority::operator(context, *brand, Role::Admin).is_ok(),
    };
    let list: Vec<Guardian> = account.guardians.guardians.iter().filter(|one| acts_for(one)).copied().collect();
    if list.is_empty() { Err(Code::NotGuardian) } else { Ok(list) }
}

/// The new key is one that can sign, and another one.
fn new_key(account: &Account, start: &StartRecovery) -> Result<(), Code> {
    if !start.new_key.is_valid() {
        return Err(Code::InvalidKey);
    }
    if account.is_signed_by(&start.new_key, start.account) { Err(Code::KeyUnchanged) } else { Ok(()) }
}

/// Once enough guardians have agreed on a key, there is nothing more to say.
fn undecided(recovery: Option<&Recovery>) -> Result<(), Code> {
    let decided = recovery.is_some_and(|recovery| recovery.agreed.is_some());
    if decided { Err(Code::RecoveryDecided) } else { Ok(()) }
}

/// A vote for the key that all these guardians want already changes nothing and is surely a mistake.
fn changes_a_vote(votes: &[RecoveryVote], guardians: &[Guardian], new_key: PublicKey) -> Result<(), Code> {
    let wants = |guardian: &Guardian| votes.iter().any(|vote| vote.guardian == *guardian && vote.new_key == new_key);
    if guardians.iter().all(wants) { Err(Code::AlreadyAgreed) } else { Ok(()) }
}

/// Each guardian wants one key, the last one that it named; the first key that enough of them want is agreed on.
fn agree(
    context: &mut Context<'_, '_>,
    account: &Account,
    before: Option<Recovery>,
    guardians: &[Guardian],
    new_key: PublicKey,
) -> Result<Recovery, Code> {
    undecided(before.as_ref())?;
    let mut votes = before.map(|recovery| recovery.votes.into_inner()).unwrap_or_default();
    changes_a_vote(&votes, guardians, new_key)?;
    votes.retain(|vote| !guardians.contains(&vote.guardian));
    votes.extend(guardians.iter().map(|guardian| RecoveryVote { guardian: *guardian, new_key }));
    let for_it = votes.iter().filter(|vote| vote.new_key == new_key).count();
    let agreed = (for_it >= usize::from(account.guardians.threshold)).then(|| {
        let parameters = context.overlay.get(&ParametersKey).expect("written at genesis and never removed");
        AgreedKey { new_key, from_ms: context.time.plus_ms(parameters.recovery_delay_ms) }
    });
    Ok(Recovery { votes: Bounded::new(votes).expect("one per guardian"), agreed })
}
