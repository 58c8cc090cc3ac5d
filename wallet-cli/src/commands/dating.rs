//! The days of references, chosen before anything is signed.

use lojal_client::ClientError;
use lojal_types::{Code, Day};
use lojal_wallet::dates::{self, Dated, Kind};
use lojal_wallet::gateways::Gateway;

use super::transact::Session;
use crate::error::CommandError;

/// The day of a reference that is about to be sent: the one that it was first sent with, as this wallet or else the
/// ledger knows it; or now the given one, or today.
///
/// # Errors
/// [`CommandError::OtherDay`] if it was first sent with another day, [`CommandError::UsedBefore`] if the ledger knows
/// it and this wallet doesn't, [`CommandError::DayOutOfRange`] for a day that the ledger wouldn't take.
pub(super) fn day(session: &Session<'_>, dated: Dated<'_>, given: Option<Day>) -> Result<Day, CommandError> {
    let today = session.today()?;
    let (oldest, latest) = (today.minus(session.receipt_days()), today.plus(1));
    match dates::known(session.home.dir(), dated)? {
        // A hold is captured once whatever the day, so one that is too old by now is no hindrance.
        Some(first) if dated.kind == Kind::Capture && first < oldest && given.is_none() => return Ok(today),
        Some(first) => return one_day(first, given.unwrap_or(first)),
        None => {}
    }
    match given {
        Some(day) if !(oldest..=latest).contains(&day) => Err(CommandError::DayOutOfRange { day, oldest, latest }),
        Some(day) => Ok(day),
        // Another till, or this one long ago, may have used it under a day that nobody here knows.
        None if is_used(session, dated)? => Err(CommandError::UsedBefore),
        None => Ok(today),
    }
}

fn one_day(first: Day, given: Day) -> Result<Day, CommandError> {
    if first == given { Ok(first) } else { Err(CommandError::OtherDay(first)) }
}

/// Tells whether the ledger knows the reference, on any of its shelves.
fn is_used(session: &Session<'_>, Dated { brand, kind, reference }: Dated<'_>) -> Result<bool, CommandError> {
    let is_known = |known: Result<(), ClientError>| match known {
        Ok(()) => Ok(true),
        Err(error) if error.is_problem(Code::UnknownReference.name()) => Ok(false),
        // Whoever doesn't act for the brand is told so by the ledger.
        Err(error) if error.is_problem("not_permitted") => Ok(false),
        Err(error) => Err(error.into()),
    };
    let ask = |gateway: &Gateway| match kind {
        Kind::Issue => is_known(gateway.client()?.issue(&brand, reference, None).map(drop)),
        Kind::Reversal => is_known(gateway.client()?.reversal(&brand, reference, None, None).map(drop)),
        Kind::Stamp => is_known(gateway.client()?.stamp(&brand, reference, None).map(drop)),
        // They are bounded by what is left of what they name, whatever the day.
        Kind::Capture | Kind::TakeBack | Kind::Refund => Ok(false),
    };
    Ok(session.gateways.ask(ask)?)
}
