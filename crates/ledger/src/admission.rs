//! The rules that a transaction must keep to be in a block at all. "A block with one for which any of this fails is
//! invalid. What fails after that fails **with a receipt**: it is on the ledger, has no effect, and can never succeed
//! later." (protocol, Transactions)
//!
//! Form, size, network and signature are settled by [`VerifiedTransaction`](lojal_types::VerifiedTransaction) itself.

use lojal_types::limits::VALIDITY_WINDOW_MS_MAX;
use lojal_types::{Code, IdentifiedTransaction, TimeMs, Transaction};

use crate::key::AccountKey;
use crate::overlay::Overlay;
use crate::recent::{RecentIds, minute_of};
use crate::record::Account;
use crate::stop::Stop;

/// Checks that a transaction could be in a block at `time`, on top of what has been written to the block so far, as far
/// as its sender's allowance has room for it. Answers with the sender's account.
///
/// # Errors
/// The code of the first rule that it breaks.
pub(crate) fn admit(
    overlay: &mut Overlay<'_>,
    recent: &RecentIds,
    identified: &IdentifiedTransaction,
    time: TimeMs,
) -> Result<Account, Stop> {
    let transaction = identified.transaction();
    not_expired(transaction, time)?;
    within_window(transaction, time)?;
    // "its id has not been in a block" (protocol, Transactions)
    if recent.contains(minute_of(transaction), &identified.id()) {
        return Err(Code::DuplicateTransaction.into());
    }
    signed_by_owner(overlay, identified)
}

/// "`valid_until_ms` is after the block's time and at most one hour ahead of it" (protocol, Transactions)
pub fn not_expired(transaction: &Transaction, time: TimeMs) -> Result<(), Code> {
    if transaction.valid_until_ms > time { Ok(()) } else { Err(Code::TransactionExpired) }
}

/// "`valid_until_ms` is after the block's time and at most one hour ahead of it" (protocol, Transactions)
pub fn within_window(transaction: &Transaction, time: TimeMs) -> Result<(), Code> {
    let ahead_ms = transaction.valid_until_ms.since_ms(time);
    if ahead_ms <= VALIDITY_WINDOW_MS_MAX { Ok(()) } else { Err(Code::WindowTooLong) }
}

/// "the sender's account exists; the key is the one that signs for the sender" (protocol, Transactions)
fn signed_by_owner(overlay: &mut Overlay<'_>, identified: &IdentifiedTransaction) -> Result<Account, Stop> {
    let sender = identified.transaction().sender;
    let account = overlay.get(&AccountKey(sender))?.ok_or(Code::UnknownAccount)?;
    if account.is_signed_by(&identified.public_key(), sender) { Ok(account) } else { Err(Code::WrongKey.into()) }
}
