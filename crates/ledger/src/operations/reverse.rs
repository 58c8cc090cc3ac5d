//! `Reverse`: a brand's operator takes back all or part of an issue after a returned purchase.

use lojal_types::{Code, Reverse, Role};

use super::balances::{amount, change_totals, remove_outstanding};
use super::ledger::debit;
use super::reference::use_once;
use super::{Context, authority};
use crate::key::{IssuedKey, ReversedKey};
use crate::record::{Issued, Used};

pub(super) fn apply(context: &mut Context<'_, '_>, reverse: &Reverse) -> Result<(), Code> {
    amount(reverse.amount)?;
    let brand = authority::brand(context, reverse.brand)?;
    authority::operator(context, reverse.brand, Role::Reverse)?;
    use_once(context, &ReversedKey { brand: reverse.brand, reference: reverse.reference.clone() }, &Used)?;
    let mut issued = issue_to(context, reverse)?;
    within_window(context, &issued, brand.policy.reversal_window_ms)?;
    issued.reversed = at_most_what_is_left(&issued, reverse)?;
    context.overlay.put(&issued_key(reverse), &issued);
    // "Unspent lots of it first, then others of that brand; fails cleanly if too little is left." (protocol §6)
    let taken = debit(context, reverse.from, reverse.brand, reverse.amount, Some(issued.expiry))?;
    remove_outstanding(context, reverse.brand, &taken);
    change_totals(context, reverse.brand, |mut totals| {
        totals.reversed = totals.reversed.checked_add(reverse.amount)?;
        totals.outstanding = totals.outstanding.checked_sub(reverse.amount)?;
        Some(totals)
    })
}

fn issued_key(reverse: &Reverse) -> IssuedKey {
    IssuedKey { brand: reverse.brand, reference: reverse.issue_reference.clone() }
}

/// A brand takes back only what it issued, from the account that it issued it to.
fn issue_to(context: &mut Context<'_, '_>, reverse: &Reverse) -> Result<Issued, Code> {
    let issued = context.overlay.get(&issued_key(reverse)).ok_or(Code::UnknownReference)?;
    if issued.to == reverse.from { Ok(issued) } else { Err(Code::IssueToOther) }
}

/// The policy's reversal window, counted from the block of the issue.
fn within_window(context: &Context<'_, '_>, issued: &Issued, window_ms: u64) -> Result<(), Code> {
    let open = window_ms > 0 && context.time.since_ms(issued.time_ms) <= window_ms;
    if open { Ok(()) } else { Err(Code::ReversalWindowClosed) }
}

/// All reversals of an issue together take at most what it gave; answers with their new sum.
fn at_most_what_is_left(issued: &Issued, reverse: &Reverse) -> Result<lojal_types::Points, Code> {
    let sum = issued.reversed.checked_add(reverse.amount).filter(|sum| *sum <= issued.amount);
    sum.ok_or(Code::ReversalExceedsIssue)
}
