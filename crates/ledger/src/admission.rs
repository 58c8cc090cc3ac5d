//! What a transaction must satisfy before it can be in a block at all (protocol §6). A block with one that doesn't is
//! invalid; whatever fails after this lands with a receipt.
//!
//! Form, size, network and signature are settled by [`VerifiedTransaction`] itself.

use lojal_types::limits::VALIDITY_WINDOW_MS_MAX;
use lojal_types::{Code, TimeMs, Transaction, VerifiedTransaction};

use crate::execute::Executor;
use crate::key::AccountKey;
use crate::overlay::Overlay;
use crate::recent::{RecentIds, minute_of};
use crate::state::State;

/// Whether a transaction could be in a block at `time`, and every operation would succeed there; nothing changes.
///
/// `time` comes from a clock, which may lag behind the last block's; the next block is later than that one anyway.
///
/// # Errors
/// The code of the first rule that it breaks right now.
pub fn validate(state: &State, transaction: &VerifiedTransaction, time: TimeMs) -> Result<(), Code> {
    let mut executor = Executor::new(state, next_block_time(state, time));
    match executor.push(transaction)?.outcome {
        lojal_types::Outcome::Applied => Ok(()),
        lojal_types::Outcome::Failed { code, .. } => Err(code),
    }
}

/// Whether a transaction could be in a block at `time`, whatever would become of it there; nothing changes. `time` as for
/// [`validate`].
///
/// # Errors
/// The code of the first rule that it breaks right now.
pub fn admissible(state: &State, transaction: &VerifiedTransaction, time: TimeMs) -> Result<(), Code> {
    let mut overlay = Overlay::new(state.view().tree());
    admit(&mut overlay, state.recent(), transaction, next_block_time(state, time))
}

fn next_block_time(state: &State, time: TimeMs) -> TimeMs {
    time.max(state.view().tip().time_ms.plus_ms(1))
}

pub(crate) fn admit(
    overlay: &mut Overlay<'_>,
    recent: &RecentIds,
    verified: &VerifiedTransaction,
    time: TimeMs,
) -> Result<(), Code> {
    let transaction = verified.transaction();
    not_expired(transaction, time)?;
    within_window(transaction, time)?;
    if recent.contains(minute_of(transaction), &verified.id()) {
        return Err(Code::DuplicateTransaction);
    }
    signed_by_owner(overlay, verified)
}

/// "`valid_until_ms` must be after the block's time …
pub fn not_expired(transaction: &Transaction, time: TimeMs) -> Result<(), Code> {
    if transaction.valid_until_ms > time { Ok(()) } else { Err(Code::TransactionExpired) }
}

/// … and at most one hour ahead of it." (protocol §6)
pub fn within_window(transaction: &Transaction, time: TimeMs) -> Result<(), Code> {
    let ahead_ms = transaction.valid_until_ms.since_ms(time);
    if ahead_ms <= VALIDITY_WINDOW_MS_MAX { Ok(()) } else { Err(Code::WindowTooLong) }
}

/// "An account exists as soon as it receives points", and "its address outlives its key" (protocol §4).
fn signed_by_owner(overlay: &mut Overlay<'_>, verified: &VerifiedTransaction) -> Result<(), Code> {
    let sender = verified.transaction().sender;
    let account = overlay.get(&AccountKey(sender)).ok_or(Code::UnknownAccount)?;
    if account.is_signed_by(&verified.public_key(), sender) { Ok(()) } else { Err(Code::WrongKey) }
}
