//! `Transfer`: the owner of points gives them to another account.

use lojal_types::{Code, Policy, Transfer};

use super::ledger::{amount, credit, debit};
use super::{Context, authority};

pub(super) fn apply(context: &mut Context<'_, '_>, transfer: &Transfer) -> Result<(), Code> {
    amount(transfer.amount)?;
    let brand = authority::brand(context, transfer.brand)?;
    authority::owner(context, transfer.from)?;
    to_another_account(transfer)?;
    policy_allows(&brand.policy, transfer)?;
    let lots = debit(context, transfer.from, transfer.brand, transfer.amount, None)?;
    // "Lots keep their expiry through every transfer." (protocol §5)
    credit(context, transfer.to, transfer.brand, &lots);
    Ok(())
}

/// A transfer to oneself moves nothing and is surely a mistake.
fn to_another_account(transfer: &Transfer) -> Result<(), Code> {
    if transfer.from == transfer.to { Err(Code::SameAccount) } else { Ok(()) }
}

/// "A brand's policy says whether its points may be transferred between members, the smallest and largest transfer."
/// (protocol §6)
fn policy_allows(policy: &Policy, transfer: &Transfer) -> Result<(), Code> {
    if !policy.transferable {
        return Err(Code::PolicyForbidsTransfer);
    }
    if transfer.amount < policy.transfer_min {
        return Err(Code::TransferTooSmall);
    }
    if transfer.amount > policy.transfer_max { Err(Code::TransferTooLarge) } else { Ok(()) }
}
