//! `Issue`: a brand's operator gives new points to an account.

use lojal_types::{Code, Issue, Lot, Role};

use super::ledger::{add_outstanding, amount, change_totals, credit};
use super::{Context, authority};
use crate::key::IssuedKey;
use crate::record::Issued;

pub(super) fn apply(context: &mut Context<'_, '_>, issue: &Issue) -> Result<(), Code> {
    amount(issue.amount)?;
    let brand = authority::brand(context, issue.brand)?;
    authority::operator(context, issue.brand, Role::Issue)?;
    unused_reference(context, issue)?;
    let expiry = brand.policy.expiry_of_issue_in(context.time.month());
    let lot = Lot { expiry, amount: issue.amount };
    change_totals(context, issue.brand, |mut totals| {
        totals.issued = totals.issued.checked_add(issue.amount)?;
        totals.outstanding = totals.outstanding.checked_add(issue.amount)?;
        Some(totals)
    })?;
    add_outstanding(context, issue.brand, lot);
    credit(context, issue.to, issue.brand, &[lot]);
    let record = Issued {
        to: issue.to,
        amount: issue.amount,
        expiry,
        time_ms: context.time,
        reversed: lojal_types::Points::ZERO,
    };
    context.overlay.put(&key(issue), &record);
    Ok(())
}

/// "The same receipt is never rewarded twice, whatever the till retries." (protocol §6)
fn unused_reference(context: &mut Context<'_, '_>, issue: &Issue) -> Result<(), Code> {
    match context.overlay.get(&key(issue)) {
        None => Ok(()),
        Some(_) => Err(Code::DuplicateReference),
    }
}

fn key(issue: &Issue) -> IssuedKey {
    IssuedKey { brand: issue.brand, reference: issue.reference.clone() }
}
