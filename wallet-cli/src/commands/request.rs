//! A till's request, and what has answered it.

use std::thread::sleep;
use std::time::Duration;

use lojal_client::Seal;
use lojal_types::{AddressText, BrandId, Code, Day, Points, Reference, Request, RequestKind, Salt, TimeMs, api};
use lojal_wallet::clock;
use lojal_wallet::gateways::{Gateway, Gateways, GatewaysError, is_behind, is_lie};
use lojal_wallet::random::random_bytes;
use lojal_wallet::submission::GRACE;
use lojal_wallet::time::{hold_end, utc};
use lojal_wallet::uri::PaymentRequest;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use super::proofs::Proofs;
use super::transact::Session;
use crate::cli::RequestArgs;
use crate::error::CommandError;
use crate::output::{self, Report};

/// Pause between two questions whether a request is paid.
const PAUSE: Duration = Duration::from_millis(500);

/// A request as a till makes it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Requested {
    /// The brand of the points.
    brand: BrandId,
    /// The points.
    amount: Points,
    /// The reference under which it is answered.
    reference: Reference,
    /// Its day.
    dated: Day,
    /// The time from which on it can't be answered any more.
    expires_ms: TimeMs,
    /// The end of the hold that it asks for; null if it asks for a payment.
    hold_until_ms: Option<TimeMs>,
    /// The household whose pool is to pay; null if anybody may.
    household: Option<AddressText>,
    /// The text that the member scans.
    request: String,
}

/// The answer that a till has waited for.
#[derive(Serialize, JsonSchema)]
pub(super) struct Paid {
    /// The payment or hold.
    payment: api::Payment,
}

/// Random bytes that make a request unlike any other.
pub(super) fn random_salt() -> Result<Salt, CommandError> {
    Ok(Salt::new(*random_bytes()?))
}

/// `lojal request`: signs nothing, and needs no passphrase.
pub(super) fn request(context: &Context, args: &RequestArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let brand = args.brand.expect("the command line demands one without a campaign");
    let amount = session.amount(&args.amount, brand)?;
    let household = args.household.map(|text| text.to_canonical(session.home.network())).transpose()?;
    let expires_ms = session.now()?.plus_ms(args.hold_for).min(session.latest_end_of_hold());
    let (dated, until_ms) = times(&session, args)?;
    if args.hold && expires_ms < until_ms {
        return Err(CommandError::Usage("the hold must last as long as the request can be paid: see --hold-for"));
    }
    let kind = if args.hold { RequestKind::Hold { expires_ms } } else { RequestKind::Redeem };
    let (amount, salt, shown) = (amount.points, random_salt()?, amount.text);
    let request = Request { brand, amount, kind, dated, until_ms, household, salt };
    let reference = request.reference(&session.home.chain_id());
    let purpose = if args.hold { " to be held" } else { "" };
    let text = format!("ask for {shown}{purpose}, until {} UTC, reference {reference}", utc(until_ms));
    let uri = PaymentRequest { chain: session.chain_tag(), request }.to_uri();
    let requested = Requested {
        brand,
        amount,
        reference: reference.clone(),
        dated,
        expires_ms: until_ms,
        hold_until_ms: args.hold.then(|| hold_end(expires_ms)),
        household: args.household,
        request: uri.clone(),
    };
    let report = Report::done(&requested, text).with_scan(&uri);
    if !args.wait {
        return Ok(report);
    }
    let decimals = Decimals::ask(&session.gateways, Some(&session.home))?;
    output::show(&report, context.options.json);
    let proofs = Proofs::of(context, Some(&session.home), &session.gateways)?;
    let answer = |gateway: &Gateway| proofs.payment_at(gateway, &reference, Some(dated));
    let found = wait(&session.gateways, &reference, until_ms, answer)?;
    let (paid, seal) = found.ok_or(CommandError::NotPaid)?;
    let paid_report = Report { json: report.json, ..answered(&paid, &decimals) }.with(&Paid { payment: paid });
    Ok(proofs.report(paid_report, seal.as_ref()))
}

/// The day of a request, and the time from which on it can't be answered any more.
pub(super) fn times(session: &Session<'_>, args: &RequestArgs) -> Result<(Day, TimeMs), CommandError> {
    let now = session.now()?;
    let until_ms = args.until.unwrap_or_else(|| now.plus_ms(args.pay_within));
    if until_ms <= now {
        return Err(CommandError::Usage("the time of the request is over already: see --until and --pay-within"));
    }
    let (dated, receipt_days) = (session.today()?, session.receipt_days());
    if until_ms.day() > dated.plus(receipt_days) {
        return Err(CommandError::RequestTooLong { receipt_days });
    }
    Ok((dated, until_ms))
}

/// `lojal payment`.
pub(super) fn payment(context: &Context, reference: &Reference) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let (payment, seal) = proofs.payment(&gateways, reference).map_err(|error| match error {
        CommandError::Gateways(GatewaysError::Client(error)) if error.is_problem(Code::UnknownReference.name()) => {
            CommandError::Unanswered
        }
        error => error,
    })?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    Ok(proofs.report(answered(&payment, &decimals), seal.as_ref()))
}

fn answered(payment: &api::Payment, decimals: &Decimals) -> Report {
    let points = decimals.in_words(payment.amount, payment.brand);
    let what = match payment.held_until_ms {
        None => format!("{} paid {points}", payment.from),
        Some(end) => format!("{} held {points} until {} UTC", payment.from, utc(end)),
    };
    let block = match &payment.transaction.state {
        api::TransactionState::Committed { height, time_ms, .. } => {
            format!(" · final in block {height}, {} UTC", utc(*time_ms))
        }
        _ => String::new(),
    };
    Report::done(payment, format!("{what}{block} · transaction {}", payment.transaction.id))
}

/// The answer to a request, once there is one; none once the ledger has passed the request's end without one. Gateways
/// that don't answer are asked again as long as there can be one.
///
/// # Errors
/// What the gateways last said if none of them tells by then.
pub(super) fn wait<T>(
    gateways: &Gateways,
    reference: &Reference,
    until_ms: TimeMs,
    answer: impl Fn(&Gateway) -> Result<(T, Option<Seal>), GatewaysError>,
) -> Result<Option<(T, Option<Seal>)>, CommandError> {
    let give_up_ms = until_ms.plus_ms(u64::try_from(GRACE.as_millis()).unwrap_or(u64::MAX));
    loop {
        let is_late = clock::is_over(give_up_ms, clock::local_time()?);
        match gateways.ask(|gateway| ask(gateway, until_ms, &answer)) {
            Ok(Answer::Given(answer)) => return Ok(Some(*answer)),
            Ok(Answer::Over) => return Ok(None),
            Err(error @ GatewaysError::WrongNetwork { .. }) => return Err(error.into()),
            Err(error) if is_lie(&error) => return Err(error.into()),
            Err(error) if is_late && is_behind(&error) => return Err(CommandError::NotProvenYet(error)),
            Err(error) if is_late => return Err(error.into()),
            Ok(Answer::Open) if is_late => return Err(CommandError::StillOpen(reference.clone())),
            _ => sleep(PAUSE),
        }
    }
}

/// A gateway's knowledge of a request.
enum Answer<T> {
    /// It was answered.
    Given(Box<(T, Option<Seal>)>),
    /// It was not answered, and can't be any more.
    Over,
    /// It can still be answered.
    Open,
}

/// Asks for the time before the answer: what isn't there then was not answered before the request's end.
fn ask<T>(
    gateway: &Gateway,
    until_ms: TimeMs,
    answer: &impl Fn(&Gateway) -> Result<(T, Option<Seal>), GatewaysError>,
) -> Result<Answer<T>, GatewaysError> {
    let time_ms = gateway.status()?.time_ms;
    match answer(gateway) {
        Ok(given) => Ok(Answer::Given(Box::new(given))),
        Err(GatewaysError::Client(error)) if error.is_problem(Code::UnknownReference.name()) => {
            Ok(if time_ms >= until_ms { Answer::Over } else { Answer::Open })
        }
        Err(error) => Err(error),
    }
}
