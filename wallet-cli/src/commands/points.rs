//! Moving points.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{
    AddressText, BrandId, Code, Day, Issue, Month, Operation, Operations, Outcome, Points, Redeem, Reference, Reverse,
    Transfer, api,
};
use lojal_wallet::amount;
use lojal_wallet::dates::{Dated, Kind};
use lojal_wallet::gateways::{Gateway, GatewaysError};
use lojal_wallet::reference::ReceiptText;
use lojal_wallet::submission::Fate;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::dating;
use super::repeat::Repeat;
use super::transact::{Session, Words, points_text, report_in_words};
use super::words::good_until;
use crate::ask;
use crate::cli::{Consent, OfReceiptArgs, ReceiptArgs, Sending, SourceArgs};
use crate::error::CommandError;
use crate::output::Report;

/// The points that a reversal took.
#[derive(Serialize, JsonSchema)]
pub(super) struct Taken {
    /// Null if that isn't known.
    taken: Option<Points>,
}

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
    (amount, brand, expiry): (&str, BrandId, Option<Month>),
    (receipt, dated): (ReceiptArgs, Option<Day>),
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
        ask::consent(&what, consent, sending)?;
    }
    let reference = one_reference(&session, receipt.receipt, receipt.reference);
    let of = Dated { brand: brand.id, kind: Kind::Issue, reference: &reference };
    let dated = dating::day(&session, of, dated)?;
    let issue = Issue { brand: brand.id, to: receiver, amount: points, reference, dated, expiry };
    let until = good_until(issue.expiry);
    session.transact(Operation::Issue(issue), &format!("issued {text} to {to}{until}"), sending)
}

/// The advice after a reversal that was to put an amount right.
const CORRECTION: &str = "the receipt stays used: to issue another amount for it, take a new one, such as its text \
                          with \"corrected\" after it";

/// `lojal reverse`. How much was taken, or how much there is to take, comes from the ledger.
pub(super) fn reverse(
    context: &Context,
    from: AddressText,
    (amount, at_least, brand): (&str, Option<&str>, BrandId),
    (own, dated): (ReceiptArgs, Option<Day>),
    (of, of_dated): (OfReceiptArgs, Option<Day>),
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
    let issue_reference = one_reference(&session, of.of_receipt, of.of_reference);
    let reference = one_reference(&session, own.receipt, own.reference);
    let issue_dated = match of_dated {
        Some(day) => day,
        None => day_of_issue(&session, brand.id, &issue_reference)?,
    };
    let own = Dated { brand: brand.id, kind: Kind::Reversal, reference: &reference };
    let dated = dating::day(&session, own, dated)?;
    let brand_id = brand.id;
    let reverse =
        Reverse { brand: brand_id, from: holder, amount, at_least, issue_dated, issue_reference, dated, reference };
    let operations = Operations::from([Operation::Reverse(reverse.clone())]);
    let words = |code: &str| too_little_left(&session, &reverse, &brand, code);
    let done = |taken: Option<Points>| {
        let text = match taken {
            Some(taken) => points_text(taken, &brand),
            None => format!("{} to {}", points_text(at_least, &brand), points_text(amount, &brand)),
        };
        format!("took back {text} from {from}")
    };
    session.rehearse(sending, None, &operations, (&done(None), &words))?;
    let (id, fate) = session.sign_and_send(None, operations, sending)?;
    let taken = taken(&session, &reverse, &fate);
    let report = report_in_words(id, fate, &done(taken), Repeat::ReferenceIsUsed, &words)?;
    Ok(report.with(&Taken { taken }).with_hint(CORRECTION))
}

/// The day of an issue, as the ledger has it.
fn day_of_issue(session: &Session<'_>, brand: BrandId, reference: &Reference) -> Result<Day, CommandError> {
    let issue = session.gateways.ask(|gateway| Ok(gateway.client()?.issue(&brand, reference, None)?));
    match issue {
        Ok(issue) => Ok(issue.dated),
        Err(GatewaysError::Client(error)) if error.is_problem(Code::UnknownReference.name()) => {
            Err(CommandError::UnknownIssue)
        }
        Err(error) => Err(error.into()),
    }
}

/// The points that a reversal took; nothing is known of one that isn't final, or if no gateway answers.
fn taken(session: &Session<'_>, reverse: &Reverse, fate: &Fate) -> Option<Points> {
    let Fate::Final { receipt: Outcome::Applied, .. } = fate else { return None };
    if reverse.at_least == reverse.amount {
        return Some(reverse.amount);
    }
    let ask = |gateway: &Gateway| {
        Ok(gateway.client()?.reversal(&reverse.brand, &reverse.reference, Some(reverse.dated), None)?)
    };
    session.gateways.ask(ask).ok().map(|reversal| reversal.amount)
}

/// The refusal of a reversal because less is left than it should take at least: what is left, if a gateway knows it.
fn too_little_left(session: &Session<'_>, reverse: &Reverse, brand: &api::Brand, code: &str) -> Option<Words> {
    const TOO_LITTLE: [Code; 3] = [Code::ReversalExceedsIssue, Code::InsufficientPoints, Code::PointsExpired];
    TOO_LITTLE.iter().find(|one| one.name() == code)?;
    let ask = |gateway: &Gateway| {
        Ok(gateway.client()?.issue(&reverse.brand, &reverse.issue_reference, Some(reverse.issue_dated))?)
    };
    let issue = session.gateways.ask(ask).ok()?;
    let (left, wanted) = (points_text(issue.reversible, brand), points_text(reverse.at_least, brand));
    let text = format!("of the points of this issue {left} are left to be taken back now, and {wanted} were wanted");
    Some(Words { text, is_final: false })
}

pub(super) fn one_reference(
    session: &Session<'_>,
    receipt: Option<ReceiptText>,
    given: Option<Reference>,
) -> Reference {
    reference(session, receipt, given).expect("the command line demands one of the two")
}
