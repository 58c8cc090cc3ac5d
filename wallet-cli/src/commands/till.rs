//! A till and a member: payment, hold, capture, release.

use lojal_text::outside;
use lojal_types::{Capture, Code, Operation, Points, Reference, Release, Request, RequestKind, TimeMs, api};
use lojal_wallet::amount;
use lojal_wallet::dates::{Dated, Kind};
use lojal_wallet::gateways::Gateway;
use lojal_wallet::time::{hold_end, utc};
use lojal_wallet::uri::{HoldTicket, PaymentRequest};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::dating;
use super::points::reference;
use super::request::random_salt;
use super::transact::{Session, Source, Wish, Words, points_text};
use crate::ask;
use crate::cli::{CaptureArgs, HoldArgs, HoldTime, OptionalReceiptArgs, PayArgs, ReleaseArgs, Sending};
use crate::error::CommandError;
use crate::output::Report;

/// Points that were held.
#[derive(Serialize, JsonSchema)]
pub(super) struct Held {
    /// The reference of the hold.
    hold_reference: Reference,
    /// The text with which the till takes them.
    ticket: String,
}

/// `lojal pay`. Once the request has expired the transaction can't happen any more, so the till knows where it stands.
pub(super) fn pay(context: &Context, args: &PayArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let scanned = PaymentRequest::from_uri(&ask::scanned(&args.request)?)?;
    scanned.check(session.chain_tag(), session.ledger_time())?;
    let request = scanned.request;
    let source = source(&session, &request, args)?;
    let brand = session.brand(request.brand)?;
    let points = points_text(request.amount, &brand);
    ask::consent(&in_words(&session, &request, &source, &brand)?, args.consent, &args.sending)?;
    let latest = Some(request.until_ms);
    match request.kind {
        RequestKind::Redeem => {
            let done = format!("paid {points}{}", source.words());
            let operation = request.answer(&session.home.chain_id(), source.address);
            let words = |code: &str| answered_already(&session, &request, code);
            session.fulfil(Wish::new(operation, &done).before(latest).in_words(&words), &args.sending)
        }
        RequestKind::Hold { expires_ms } => {
            hold_points(&session, (&request, expires_ms), &source, &points, (latest, false), &args.sending)
        }
    }
}

/// `lojal hold`: answers a request of its own, which lasts as long as the ledger can take it.
pub(super) fn hold(context: &Context, args: &HoldArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let source = session.source(&args.source)?;
    let amount = session.amount(&args.amount, args.brand)?;
    let expires_ms = end_of_hold(&session, &args.time)?;
    let request = Request {
        brand: args.brand,
        amount: amount.points,
        kind: RequestKind::Hold { expires_ms },
        dated: session.today()?,
        until_ms: expires_ms,
        household: None,
        salt: random_salt()?,
    };
    hold_points(&session, (&request, expires_ms), &source, &amount.text, (None, true), &args.sending)
}

/// `lojal capture`. Without another reference the hold's own is used, so that a capture that is tried again can't take
/// anything twice.
pub(super) fn capture(context: &Context, args: CaptureArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let ticket = HoldTicket::from_uri(&ask::scanned(&args.ticket)?)?;
    ticket.check(session.chain_tag(), session.ledger_time())?;
    let brand = session.brand(ticket.brand)?;
    let points: Points = match &args.amount {
        Some(text) => amount::parse(text, brand.decimals)?,
        None => ticket.amount,
    };
    let HoldTicket { from, hold_reference, hold_dated, .. } = ticket;
    let OptionalReceiptArgs { receipt, reference: given } = args.reference;
    let reference = reference(&session, receipt, given).unwrap_or_else(|| hold_reference.clone());
    let of = Dated { brand: brand.id, kind: Kind::Capture, reference: &reference };
    let dated = dating::day(&session, of, args.dated)?;
    let capture = Capture { brand: brand.id, from, hold_reference, hold_dated, amount: points, reference, dated };
    let holder = from.to_text(session.home.network());
    let done = format!("took {} that {holder} had held", points_text(points, &brand));
    session.transact(Operation::Capture(capture), &done, &args.sending)
}

/// `lojal release`. A hold that has expired can still be released: then its owner has the points back at once.
pub(super) fn release(context: &Context, args: &ReleaseArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let ticket = HoldTicket::from_uri(&ask::scanned(&args.ticket)?)?;
    ticket.check(session.chain_tag(), TimeMs::default())?;
    let brand = session.brand(ticket.brand)?;
    let HoldTicket { from, hold_reference, hold_dated, amount, .. } = ticket;
    let release = Release { brand: brand.id, from, hold_reference, hold_dated };
    let done = format!("released {} to {}", points_text(amount, &brand), from.to_text(session.home.network()));
    session.transact(Operation::Release(release), &done, &args.sending)
}

/// Holds points, and shows the ticket once they are held.
fn hold_points(
    session: &Session<'_>,
    (request, expires_ms): (&Request, TimeMs),
    source: &Source,
    points: &str,
    (latest, is_random): (Option<TimeMs>, bool),
    sending: &Sending,
) -> Result<Report, CommandError> {
    let ticket = HoldTicket {
        chain: session.chain_tag(),
        brand: request.brand,
        from: source.address,
        hold_reference: request.reference(&session.home.chain_id()),
        hold_dated: request.dated,
        amount: request.amount,
        expires_ms,
    };
    let done = format!("held {points}{} until {} UTC", source.words(), utc(ticket.ends_ms()));
    let wish = Wish::new(request.answer(&session.home.chain_id(), source.address), &done).before(latest);
    let words = |code: &str| answered_already(session, request, code);
    let wish = wish.in_words(&words);
    let report = session.fulfil(if is_random { wish.with_random_reference() } else { wish }, sending)?;
    let uri = ticket.to_uri();
    let report = report.with(&Held { hold_reference: ticket.hold_reference, ticket: uri.clone() });
    if report.is_open {
        return Ok(report);
    }
    Ok(report.with_line("the till takes them with this ticket:").with_scan(&uri))
}

/// The refusal of a second answer to a request, with the first one if a gateway knows it.
fn answered_already(session: &Session<'_>, request: &Request, code: &str) -> Option<Words> {
    if code != Code::DuplicateReference.name() {
        return None;
    }
    let reference = request.reference(&session.home.chain_id());
    let ask = |gateway: &Gateway| Ok(gateway.client()?.payment(&reference, Some(request.dated))?);
    let first = session.gateways.ask(ask).ok()?;
    let how = if first.held_until_ms.is_some() { "its points are held" } else { "it is paid" };
    let who = if first.from == session.home.address_text() { "you".to_owned() } else { first.from.to_string() };
    let id = first.transaction.id;
    let text = format!(
        "this request has been answered: {how} already, by {who} with transaction {id}; for another payment ask the \
         till for a new one"
    );
    Some(Words { text, is_final: true })
}

/// The account that pays: the pool that the till names, or the one of the command line.
fn source(session: &Session<'_>, request: &Request, args: &PayArgs) -> Result<Source, CommandError> {
    let Some(household) = request.household else { return session.source(&args.source) };
    let asked = session.source_at(household.to_text(session.home.network()), household);
    if args.source.household.is_some() && session.source(&args.source)?.address != household {
        return Err(CommandError::OtherPool(asked.text));
    }
    Ok(asked)
}

/// The effect of paying, in words.
fn in_words(
    session: &Session<'_>,
    request: &Request,
    source: &Source,
    brand: &api::Brand,
) -> Result<String, CommandError> {
    let account = session.account(source.text).map_err(|error| source.refused(error))?;
    let balance = account.balances.iter().find(|balance| balance.brand == brand.id);
    let total = balance.map_or(Points::ZERO, |balance| balance.total);
    let points = points_text(request.amount, brand);
    let what = match request.kind {
        RequestKind::Redeem => format!("pay {points} to {}", outside(&brand.name)),
        RequestKind::Hold { expires_ms } => {
            format!(
                "hold {points} for {}, which can take up to all of it until {} UTC",
                outside(&brand.name),
                utc(hold_end(expires_ms))
            )
        }
    };
    Ok(format!("{what}{}; there are {} now", source.words(), points_text(total, brand)))
}

fn end_of_hold(session: &Session<'_>, time: &HoldTime) -> Result<TimeMs, CommandError> {
    match (time.until, time.duration_ms) {
        (Some(until), _) if (session.ledger_time().plus_ms(1)..=session.latest_end_of_hold()).contains(&until) => {
            Ok(until)
        }
        (Some(_), _) => Err(CommandError::Usage("a hold ends in the future, and within 30 days: see --until")),
        (None, duration_ms) => {
            let duration_ms = duration_ms.expect("the command line demands one of the two");
            Ok(session.now()?.plus_ms(duration_ms).min(session.latest_end_of_hold()))
        }
    }
}
