//! Replacing the key.

use lojal_types::{Operation, Outcome, RotateKey};
use lojal_wallet::submission::Fate;

use super::Context;
use super::transact::{Session, report};
use crate::cli::Validity;
use crate::error::CommandError;
use crate::output::Report;

/// `lojal rotate-key`.
///
/// The new key is on disk before the transaction is sent, and is forgotten only if it is certain that no rotation to
/// it can happen. After a rotation that was cut short, the next one goes to the same key again.
pub(super) fn rotate_key(context: &Context, validity: &Validity) -> Result<Report, CommandError> {
    let mut session = Session::open(context)?;
    let passphrase = session.passphrase()?;
    let key = session.home.unlock(&passphrase)?;
    let is_first_try = session.home.next_public_key().is_none();
    let new_key = session.home.begin_rotation(&passphrase)?.public_key();
    let (id, fate) = session.submit(Operation::RotateKey(RotateKey { new_key }), &key, validity, false)?;
    match &fate {
        Fate::Final { receipt: Outcome::Applied, .. } => session.home.finish_rotation()?,
        Fate::Open { .. } => {}
        // An earlier try may still be on its way; then the key is kept for it.
        _ if is_first_try => session.home.abandon_rotation()?,
        _ => {}
    }
    report(id, fate, &format!("replaced the key by {new_key}"))
}
