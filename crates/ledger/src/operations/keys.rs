//! Keys and freezes of accounts (protocol §4).

use lojal_types::{Code, PublicKey, RotateKey};

use super::{Context, authority};
use crate::key::AccountKey;
use crate::record::Account;

/// `RotateKey`: "replaces the key, signed by the old one".
pub(super) fn rotate(context: &mut Context<'_, '_>, rotate: &RotateKey) -> Result<(), Code> {
    can_sign(&rotate.new_key)?;
    let key = AccountKey(context.sender);
    let mut account = context.overlay.get(&key).expect("admission found the sender's account");
    another_key(context, &account, &rotate.new_key)?;
    account.rotated_key = Some(rotate.new_key);
    context.overlay.put(&key, &account);
    Ok(())
}

/// The new key is one that can sign …
fn can_sign(new_key: &PublicKey) -> Result<(), Code> {
    if new_key.is_valid() { Ok(()) } else { Err(Code::InvalidKey) }
}

/// … and another one than the account has.
fn another_key(context: &Context<'_, '_>, account: &Account, new_key: &PublicKey) -> Result<(), Code> {
    // Within one transaction an earlier operation may have replaced the signer already.
    let old_key = account.rotated_key.unwrap_or(context.signer);
    if old_key == *new_key { Err(Code::KeyUnchanged) } else { Ok(()) }
}

/// `Freeze` stops everything that goes out, and withdraws a change that waits, also to be unfrozen.
///
/// # Errors
/// A freeze that changes nothing is surely a mistake.
pub(super) fn freeze(context: &mut Context<'_, '_>) -> Result<(), Code> {
    let mut account = authority::account(context, context.sender)?;
    let withdrawn = account.safeguards.waiting.take();
    if account.frozen && withdrawn.is_none() {
        return Err(Code::AlreadyFrozen);
    }
    account.frozen = true;
    context.overlay.put(&AccountKey(context.sender), &account);
    Ok(())
}
