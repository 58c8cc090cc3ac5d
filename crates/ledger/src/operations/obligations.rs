//! The debts of brands to each other (protocol, Between brands).

use lojal_types::{BrandId, Code};

use super::Context;
use crate::key::{CreditorsKey, ObligationKey};
use crate::record::Obligation;
use crate::stop::Stop;

/// Adds to what one brand owes another, up to a bound; both in millionths.
///
/// # Errors
/// [`Code::ObligationTooLarge`] beyond the bound.
pub(super) fn owe(
    context: &mut Context<'_, '_>,
    (debtor, creditor): (BrandId, BrandId),
    more_micro: u128,
    most_micro: u128,
) -> Result<(), Stop> {
    let key = ObligationKey { debtor, creditor };
    let before = context.overlay.get(&key)?;
    if before.is_none() {
        let mut creditors = context.overlay.get(&CreditorsKey(debtor))?.unwrap_or_default();
        creditors.ids = creditors.ids.with_sorted(creditor).expect("there are no more brands than that");
        context.overlay.put(&CreditorsKey(debtor), &creditors)?;
    }
    let owed_micro = before.unwrap_or_default().owed_micro.checked_add(more_micro);
    let owed_micro = owed_micro.filter(|micro| *micro <= most_micro).ok_or(Code::ObligationTooLarge)?;
    context.overlay.put(&key, &Obligation { owed_micro })?;
    Ok(())
}
