//! Guardians and recoveries of lost accounts (protocol, Accounts and keys). A stolen guardian can annoy but not steal:
//! the owner can cancel whatever one starts, and it can't keep the others from agreeing on another key.

use lojal_types::limits::{BARRED_MS, CANCELLED_MS};
use lojal_types::{
    AgreedKey, Barred, Bounded, Cancelled, Code, FinishRecovery, Guardian, PublicKey, Recovery, RecoveryVote,
    StartRecovery, TimeMs,
};

use super::safeguards::delayed;
use super::{Context, authority};
use crate::key::AccountKey;
use crate::record::Account;
use crate::stop::Stop;

/// "`StartRecovery { account, new_key }` by a guardian stops the account at once and voids what waits." (protocol,
/// Accounts and keys)
pub(super) fn start(context: &mut Context<'_, '_>, start: &StartRecovery) -> Result<(), Stop> {
    let mut account = authority::account(context, start.account)?;
    let guardians = not_barred(&account, authority::guardians_of_sender(context, &account)?)?;
    new_key(&account, start)?;
    account.safeguards.waiting = None;
    let before = account.recovery.take();
    let recovery = agree(context, &account, before, &guardians, start.new_key)?;
    account.recovery = Some(recovery);
    context.overlay.put(&AccountKey(start.account), &account)?;
    Ok(())
}

/// `CancelRecovery` by the old key, before `FinishRecovery`: "Cancelling an agreement bars nobody, but nothing goes out
/// of the account for another `recovery_delay_ms`, and for 90 days the owner alone can't change guardians: such a
/// change happens by itself after them at the earliest." (protocol, Accounts and keys)
pub(super) fn cancel(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    let mut account = authority::account(context, context.sender)?;
    let recovery = take_recovery(&mut account)?;
    if recovery.agreed.is_none() {
        bar(&mut account, &recovery.votes, context.time.plus_ms(BARRED_MS));
    } else {
        first_agreement_or_of_one(&account)?;
        let stopped_until_ms = delayed(context);
        let until_ms = context.time.plus_ms(CANCELLED_MS);
        account.safeguards.cancelled = Some(Cancelled { stopped_until_ms, until_ms });
    }
    context.overlay.put(&AccountKey(context.sender), &account)?;
    Ok(())
}

/// "The old key can `CancelRecovery` until a guardian says `FinishRecovery { account }` after the clock; then the new
/// key signs." (protocol, Accounts and keys)
pub(super) fn finish(context: &mut Context<'_, '_>, finish: &FinishRecovery) -> Result<(), Stop> {
    let mut account = authority::account(context, finish.account)?;
    authority::guardians_of_sender(context, &account)?;
    let recovery = take_recovery(&mut account)?;
    let agreed = threshold_reached(recovery)?;
    clock_has_run(context, &agreed)?;
    account.rotated_key = Some(agreed.new_key);
    // "`FinishRecovery` ends this." (protocol, Accounts and keys)
    // Whoever cancelled an agreement before has lost the account.
    account.safeguards.cancelled = None;
    context.overlay.put(&AccountKey(finish.account), &account)?;
    Ok(())
}

/// "Cancelling votes below the threshold bars those guardians from asking for 30 days." (protocol, Accounts and keys)
/// Their votes don't count; one of whom no other is left is refused.
fn not_barred(account: &Account, mut guardians: Vec<Guardian>) -> Result<Vec<Guardian>, Code> {
    guardians.retain(|one| !account.safeguards.barred.iter().any(|barred| barred.guardian == *one));
    if guardians.is_empty() { Err(Code::GuardianBarred) } else { Ok(guardians) }
}

/// "Cancelling votes below the threshold bars those guardians from asking for 30 days." (protocol, Accounts and keys)
fn bar(account: &mut Account, votes: &[RecoveryVote], until_ms: TimeMs) {
    let before = std::mem::take(&mut account.safeguards.barred).into_inner();
    let voted = |barred: &Barred| votes.iter().any(|vote| vote.guardian == barred.guardian);
    let others = before.into_iter().filter(|barred| !voted(barred));
    let barred = others.chain(votes.iter().map(|vote| Barred { guardian: vote.guardian, until_ms })).collect();
    account.safeguards.barred = Bounded::new(barred).expect("guardians of the account, each once");
}

/// "A second agreement within those 90 days, by a threshold of at least 2, can't be cancelled." (protocol, Accounts and
/// keys)
fn first_agreement_or_of_one(account: &Account) -> Result<(), Code> {
    let stands = account.safeguards.cancelled.is_some() && account.guardians.threshold >= 2;
    if stands { Err(Code::RecoveryStands) } else { Ok(()) }
}

/// Only a recovery that is under way ends, cancelled or finished.
fn take_recovery(account: &mut Account) -> Result<Recovery, Code> {
    account.recovery.take().ok_or(Code::NoRecovery)
}

/// "When as many as the threshold want the same one, it is agreed, and the clock starts (`recovery_delay_ms`)."
/// (protocol, Accounts and keys)
fn threshold_reached(recovery: Recovery) -> Result<AgreedKey, Code> {
    recovery.agreed.ok_or(Code::RecoveryNeedsGuardians)
}

/// "The old key can `CancelRecovery` until a guardian says `FinishRecovery { account }` after the clock" (protocol,
/// Accounts and keys): until it has run, nobody finishes.
fn clock_has_run(context: &Context<'_, '_>, agreed: &AgreedKey) -> Result<(), Code> {
    if context.time < agreed.from_ms { Err(Code::RecoveryTooEarly) } else { Ok(()) }
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

/// "Each guardian wants one key, the last that it named. When as many as the threshold want the same one, it is agreed,
/// and the clock starts (`recovery_delay_ms`)." (protocol, Accounts and keys)
fn agree(
    context: &mut Context<'_, '_>,
    account: &Account,
    before: Option<Recovery>,
    guardians: &[Guardian],
    new_key: PublicKey,
) -> Result<Recovery, Stop> {
    undecided(before.as_ref())?;
    let mut votes = before.map(|recovery| recovery.votes.into_inner()).unwrap_or_default();
    changes_a_vote(&votes, guardians, new_key)?;
    votes.retain(|vote| !guardians.contains(&vote.guardian));
    votes.extend(guardians.iter().map(|guardian| RecoveryVote { guardian: *guardian, new_key }));
    let for_it = votes.iter().filter(|vote| vote.new_key == new_key).count();
    let agreed =
        (for_it >= usize::from(account.guardians.threshold)).then(|| AgreedKey { new_key, from_ms: delayed(context) });
    Ok(Recovery { votes: Bounded::new(votes).expect("one per guardian"), agreed })
}
