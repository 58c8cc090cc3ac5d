//! Moving points.

use lojal_types::{AddressText, BrandId, Issue, Operation, Redeem, Reference, Reverse, Transfer};
use lojal_wallet::reference::ReceiptText;

use super::context::Context;
use super::transact::Session;
use crate::cli::{OfReceiptArgs, ReceiptArgs, Sending, SourceArgs};
use crate::error::CommandError;
use crate::output::Report;

/// The reference that was given, or that of the receipt that was given; the wallet keeps its text.
pub(super) fn reference(
    session: &Session<'_>,
    receipt: Option<ReceiptText>,
    given: Option<Reference>,
) -> Option<Reference> {
    if let Some(receipt) = &receipt {
        session.remember(receipt);
    }
    given.or_else(|| receipt.map(|text| text.reference()))
}

/// `lojal send`.
pub(super) fn send(
    context: &Context,
    to: AddressText,
    (amount, brand): (&str, BrandId),
    source: &SourceArgs,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(source)?;
    let receiver = to.on(session.home.network())?;
    let amount = session.amount(amount, brand)?;
    let transfer = Transfer { brand, from: source.address, to: receiver, amount: amount.points };
    let done = format!("sent {} to {to}{}", amount.text, source.words());
    session.transact(Operation::Transfer(transfer), &done, sending)
}

/// `lojal redeem`.
pub(super) fn redeem(
    context: &Context,
    (amount, brand): (&str, BrandId),
    (receipt, given): (Option<ReceiptText>, Option<Reference>),
    source: &SourceArgs,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(source)?;
    let amount = session.amount(amount, brand)?;
    let reference = reference(&session, receipt, given);
    let redeem = Redeem { brand, from: source.address, amount: amount.points, reference };
    session.transact(Operation::Redeem(redeem), &format!("redeemed {}{}", amount.text, source.words()), sending)
}

/// `lojal issue`.
pub(super) fn issue(
    context: &Context,
    to: AddressText,
    amount: &str,
    brand: BrandId,
    receipt: ReceiptArgs,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let receiver = to.on(session.home.network())?;
    let amount = session.amount(amount, brand)?;
    let reference = one_reference(&session, receipt.receipt, receipt.reference);
    let issue = Issue { brand, to: receiver, amount: amount.points, reference };
    session.transact(Operation::Issue(issue), &format!("issued {} to {to}", amount.text), sending)
}

/// What to do after a reversal that was to put an amount right.
const CORRECTION: &str = "the receipt stays used: to issue another amount for it, take a new one, such as its text with \"corrected\" after it";

/// `lojal reverse`.
pub(super) fn reverse(
    context: &Context,
    from: AddressText,
    amount: &str,
    brand: BrandId,
    (own, of): (ReceiptArgs, OfReceiptArgs),
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let holder = from.on(session.home.network())?;
    let amount = session.amount(amount, brand)?;
    let reverse = Reverse {
        brand,
        from: holder,
        amount: amount.points,
        issue_reference: one_reference(&session, of.of_receipt, of.of_reference),
        reference: one_reference(&session, own.receipt, own.reference),
    };
    let report =
        session.transact(Operation::Reverse(reverse), &format!("took back {} from {from}", amount.text), sending)?;
    Ok(report.with_hint(CORRECTION))
}

pub(super) fn one_reference(
    session: &Session<'_>,
    receipt: Option<ReceiptText>,
    given: Option<Reference>,
) -> Reference {
    reference(session, receipt, given).expect("the command line demands one of the two")
}
