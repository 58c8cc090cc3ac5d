//! References, each of which is used once.

use lojal_types::Code;

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
