//! `Settle`: a creditor confirms that a debtor has paid.

use lojal_types::limits::MONEY_MAX;
use lojal_types::{Code, Settle};

use super::authority::Weight;
use super::partnership::two_brands;
use super::reference::use_for_ever;
use super::{Context, authority};
use crate::key::{ObligationKey, SettledKey};
use crate::record::{Obligation, Used};
use crate::stop::Stop;

/// "`Settle { creditor, debtor, amount, reference }` by an admin of the creditor when the money has arrived lowers it,
/// at most to zero." (protocol, Between brands)
pub(super) fn apply(context: &mut Context<'_, '_>, settle: &Settle) -> Result<(), Stop> {
    amount(settle)?;
    two_brands(context, settle.debtor, settle.creditor)?;
    authority::admin(context, settle.creditor, Weight::Joint)?;
    use_for_ever(context, &SettledKey { creditor: settle.creditor, reference: settle.reference.clone() }, &Used)?;
    lower(context, settle)
}

/// Sums of money are 1 to [`MONEY_MAX`] minor units.
fn amount(settle: &Settle) -> Result<(), Code> {
    match settle.amount.get() {
        0 => Err(Code::AmountZero),
        1..=MONEY_MAX => Ok(()),
        _ => Err(Code::AmountTooLarge),
    }
}

/// "by an admin of the creditor when the money has arrived lowers it, at most to zero" (protocol, Between brands)
fn lower(context: &mut Context<'_, '_>, settle: &Settle) -> Result<(), Stop> {
    let key = ObligationKey { debtor: settle.debtor, creditor: settle.creditor };
    let owed_micro = context.overlay.get(&key)?.unwrap_or_default().owed_micro;
    let owed_micro = owed_micro.checked_sub(settle.amount.micro()).ok_or(Code::SettlementExceedsDebt)?;
    context.overlay.put(&key, &Obligation { owed_micro })?;
    Ok(())
}
