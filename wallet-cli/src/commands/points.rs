//! Moving points.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{
    AddressText, BrandId, Code, Issue, Operation, Outcome, Points, Redeem, Reference, Reverse, Transfer, api,
};
use lojal_wallet::amount;
use lojal_wallet::gateways::Gateway;
use lojal_wallet::reference::ReceiptText;
use lojal_wallet::submission::Fate;

use super::context::Context;
use super::repeat::Repeat;
use super::transact::{Session, points_text, report};
use crate::ask;
use crate::cli::{Consent, OfReceiptArgs, ReceiptArgs, Sending, SourceArgs};
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
    let receiver = to.to_canonical(session.home.network())?;
    let amount = session.amount(amount, brand)?;
    let transfer = Transfer { brand, from: source.address, to: receiver, amount: amount.points };
    let done = format!("sent {} to {to}{}", amount.text, source.words());
    session.transact(Operation::Transfer(transfer), &done, sending)
}

/// `lojal redeem`.
pub(super) fn redeem(
    context: &Context,
    (amount, brand): (&str, BrandId),
    source: &SourceArgs,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(source)?;
    let amount = session.amount(amount, brand)?;
    let redeem = Redeem { brand, from: source.address, amount: amount.points, request: None };
    session.transact(Operation::Redeem(redeem), &format!("redeemed {}{}", amount.text, source.words()), sending)
}

/// `lojal issue`. So many points that it can be a slip of the finger are shown first.
pub(super) fn issue(
    context: &Context,
    to: AddressText,
    (amount, brand): (&str, BrandId),
    receipt: ReceiptArgs,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let receiver = to.to_canonical(session.home.network())?;
    let brand = session.brand(brand)?;
    let points = amount::parse(amount, brand.decimals)?;
    let text = points_text(points, &brand);
    let most = brand.policy.issue_max.unwrap_or(Points::new(POINTS_MAX));
    if points.get() > most.get() / 10 {
        let most = points_text(most, &brand);
        let what = format!("issue {text} to {to}: more than a tenth of what {} issues at most, {most}", brand.id);
        ask::consent(&what, consent)?;
    }
    let reference = one_reference(&session, receipt.receipt, receipt.reference);
    let issue = Issue { brand: brand.id, to: receiver, amount: points, reference };
    session.transact(Operation::Issue(issue), &format!("issued {text} to {to}"), sending)
}

/// The advice after a reversal that was to put an amount right.
const CORRECTION: &str = "the receipt stays used: to issue another amount for it, take a new one, such as its text \
                          with \"corrected\" after it";

/// `lojal reverse`. How much was taken, or how much there is to take, comes from the ledger.
pub(super) fn reverse(
    context: &Context,
    from: AddressText,
    (amount, at_least, brand): (&str, Option<&str>, BrandId),
    (own, of): (ReceiptArgs, OfReceiptArgs),
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let holder = from.to_canonical(session.home.network())?;
    let brand = session.brand(brand)?;
    let amount = amount::parse(amount, brand.decimals)?;
    let at_least = at_least.map(|text| amount::parse(text, brand.decimals)).transpose()?.unwrap_or(amount);
    if at_least > amount {
        return Err(CommandError::Usage("--at-least must be at most the amount that is to be taken back"));
    }
    let reverse = Reverse {
        brand: brand.id,
        from: holder,
        amount,
        at_least,
        issue_reference: one_reference(&session, of.of_receipt, of.of_reference),
        reference: one_reference(&session, own.receipt, own.reference),
    };
    let (id, fate) = session.sign_and_send(None, Operation::Reverse(reverse.clone()), sending)?;
    let taken = taken(&session, &reverse, &fate);
    let text = match taken {
        Some(taken) => points_text(taken, &brand),
        None => format!("{} to {}", points_text(at_least, &brand), points_text(amount, &brand)),
    };
    match report(id, fate, &format!("took back {text} from {from}"), Repeat::ReferenceIsUsed) {
        Ok(report) => Ok(report.with_field("taken", &taken).with_hint(CORRECTION)),
        Err(error) => Err(with_what_is_left(&session, &reverse, &brand, error)),
    }
}

/// The points that a reversal took; nothing is known of one that isn't final, or if no gateway answers.
fn taken(session: &Session<'_>, reverse: &Reverse, fate: &Fate) -> Option<Points> {
    let Fate::Final { receipt: Outcome::Applied, .. } = fate else { return None };
    if reverse.at_least == reverse.amount {
        return Some(reverse.amount);
    }
    let ask = |gateway: &Gateway| Ok(gateway.client()?.reversal(&reverse.brand, &reverse.reference)?);
    session.gateways.ask(ask).ok().map(|reversal| reversal.amount)
}

/// Says how much could be taken back, if a reversal failed because that is less than it should take.
fn with_what_is_left(
    session: &Session<'_>,
    reverse: &Reverse,
    brand: &api::Brand,
    error: CommandError,
) -> CommandError {
    const TOO_LITTLE: [Code; 3] = [Code::ReversalExceedsIssue, Code::InsufficientPoints, Code::PointsExpired];
    let CommandError::NotDone { code, message, id, height } = error else { return error };
    let is_too_little = TOO_LITTLE.iter().any(|one| one.name() == code);
    let ask = |gateway: &Gateway| Ok(gateway.client()?.issue(&reverse.brand, &reverse.issue_reference)?);
    let issue = if is_too_little { session.gateways.ask(ask).ok() } else { None };
    let message = match issue {
        Some(issue) => format!("{message}; {} can be taken back now", points_text(issue.reversible, brand)),
        None => message,
    };
    CommandError::NotDone { code, message, id, height }
}

pub(super) fn one_reference(
    session: &Session<'_>,
    receipt: Option<ReceiptText>,
    given: Option<Reference>,
) -> Reference {
    reference(session, receipt, given).expect("the command line demands one of the two")
}
