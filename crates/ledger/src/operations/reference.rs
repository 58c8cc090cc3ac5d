//! References, each of which is used once.

use lojal_types::{AnsweredRequest, Code, Request};

use super::Context;
use crate::key::StateKey;

/// Uses a reference: the record stands under the key, which says brand, kind and reference, from now on.
///
/// "References (1 to 32 opaque bytes) are unique per brand and kind of operation: the same receipt is never rewarded
/// twice, the same payment request never paid twice." (protocol, Points)
///
/// # Errors
/// [`Code::DuplicateReference`] if there is a record already.
pub(super) fn use_once<K: StateKey>(context: &mut Context<'_, '_>, key: &K, record: &K::Record) -> Result<(), Code> {
    if context.overlay.get(key).is_some() {
        return Err(Code::DuplicateReference);
    }
    context.overlay.put(key, record);
    Ok(())
}

/// Checks that an operation is what its reference asks for, and in time.
///
/// "If that isn't the reference, the operation fails as `request_mismatch`; from `until_ms` on it fails as
/// `request_expired`. A reference commits to what it asks for, so it is used by an answer of that amount or not at
/// all." (protocol, Points)
///
/// # Errors
/// [`Code::RequestMismatch`] or [`Code::RequestExpired`].
pub(super) fn answers(context: &Context<'_, '_>, asked: &Request, answered: &AnsweredRequest) -> Result<(), Code> {
    if asked.reference(&context.chain) != answered.reference {
        return Err(Code::RequestMismatch);
    }
    if context.time < asked.until_ms { Ok(()) } else { Err(Code::RequestExpired) }
}
