//! Keys and freezes of accounts (protocol, Accounts and keys).

use lojal_types::{Code, PublicKey, RotateKey};

use super::{Context, authority};
use crate::key::AccountKey;
use crate::record::Account;
use crate::stop::Stop;

/// "`RotateKey { new_key }`: the new key signs from the next transaction on." (protocol, Accounts and keys)
pub(super) fn rotate(context: &mut Context<'_, '_>, rotate: &RotateKey) -> Result<(), Stop> {
    can_sign(&rotate.new_key)?;
    let mut account = authority::account(context, context.sender)?;
    another_key(context, &account, &rotate.new_key)?;
    account.rotated_key = Some(rotate.new_key);
    context.overlay.put(&AccountKey(context.sender), &account)?;
    Ok(())
}

/// "A key of small order is nobody's: it can't be in a genesis document or become an account's." (protocol, Bytes)
fn can_sign(new_key: &PublicKey) -> Result<(), Code> {
    if new_key.is_valid() { Ok(()) } else { Err(Code::InvalidKey) }
}

/// The new key is another one than the account has.
fn another_key(context: &Context<'_, '_>, account: &Account, new_key: &PublicKey) -> Result<(), Code> {
    // Within one transaction an earlier operation may have replaced the signer already.
    let old_key = account.rotated_key.unwrap_or(context.signer);
    if old_key == *new_key { Err(Code::KeyUnchanged) } else { Ok(()) }
}

/// "`Freeze` by the owner stops the account at once, and withdraws what waits." (protocol, Accounts and keys) What
/// waits may be to be unfrozen.
///
/// # Errors
/// A freeze that changes nothing is surely a mistake.
pub(super) fn freeze(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    let mut account = authority::account(context, context.sender)?;
    let withdrawn = account.safeguards.waiting.take();
    if account.frozen && withdrawn.is_none() {
        return Err(Code::AlreadyFrozen.into());
    }
    account.frozen = true;
    context.overlay.put(&AccountKey(context.sender), &account)?;
    Ok(())
}
