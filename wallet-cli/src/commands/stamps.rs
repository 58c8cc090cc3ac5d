//! Stamps, and what is taken back of them.

use lojal_types::api::ReferenceKind;
use lojal_types::{BrandId, Code, Day, Operation, Reference, Stamp, TakeBack, TakenBackOf, api};
use lojal_wallet::amount::AmountError;
use lojal_wallet::dates::{Dated, Kind};
use lojal_wallet::gateways::GatewaysError;

use super::context::Context;
use super::dating;
use super::points::one_reference;
use super::reference::used;
use super::transact::{Session, Wish, Words};
use crate::cli::{StampArgs, TakeBackArgs};
use crate::error::CommandError;
use crate::output::Report;

/// `lojal stamp`.
pub(super) fn stamp(context: &Context, args: StampArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let StampArgs { brand, track, to, amount, place, reference, dated, sending } = args;
    some(amount)?;
    let account = to.to_canonical(session.home.network())?;
    let reference = one_reference(&session, reference.receipt, reference.reference);
    let dated = dating::day(&session, Dated { brand, kind: Kind::Stamp, reference: &reference }, dated)?;
    let what = place.map_or_else(|| amount.to_string(), |place| format!("place {place}"));
    let done = format!("stamped {what} on track {track} of {brand} for {to}");
    let stamp = Stamp { brand, track, to: account, amount, place, reference, dated };
    session.transact(Operation::Stamp(stamp), &done, &sending)
}

/// `lojal takeback`. The day of the stamp and what is left of it come from the ledger.
pub(super) fn take_back(context: &Context, args: TakeBackArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let TakeBackArgs { brand, from, amount, mark, voucher, reference, dated, of, of_dated, sending } = args;
    amount.map_or(Ok(()), some)?;
    let account = from.to_canonical(session.home.network())?;
    let of_reference = one_reference(&session, of.of_receipt, of.of_reference);
    let reference = one_reference(&session, reference.receipt, reference.reference);
    let (of_dated, amount) = match (of_dated, amount) {
        (Some(day), Some(amount)) => (day, amount),
        (of_dated, amount) => {
            let stamped = stamped(&session, brand, &of_reference, of_dated)?;
            let left = amount.unwrap_or(stamped.left);
            (
                stamped.dated,
                Some(left).filter(|left| *left > 0).ok_or_else(|| nothing_left(&session, brand, &reference))?,
            )
        }
    };
    let dated = dating::day(&session, Dated { brand, kind: Kind::TakeBack, reference: &reference }, dated)?;
    let kind = match (mark, voucher) {
        (true, _) => TakenBackOf::Mark,
        (_, true) => TakenBackOf::Voucher,
        _ => TakenBackOf::Stamp,
    };
    let is_stamp = kind == TakenBackOf::Stamp;
    let take = TakeBack {
        brand,
        from: account,
        of: kind,
        of_reference: of_reference.clone(),
        of_dated,
        amount,
        reference,
        dated,
    };
    let words = |code: &str| {
        (is_stamp && code == Code::TakeBackExceeds.name()).then_some(())?;
        let left = stamped(&session, brand, &of_reference, Some(of_dated)).ok()?.left;
        let text = format!("of this stamp {left} are left to be taken back now, and {amount} were wanted");
        Some(Words { text, is_final: false })
    };
    let had = if is_stamp { "stamped" } else { "given" };
    let done = format!("took back {amount} of what {brand} had {had} for {from}");
    session.fulfil(Wish::new(Operation::TakeBack(take), &done).in_words(&words), &sending)
}

/// Nothing is never stamped or taken back.
fn some(amount: u64) -> Result<(), CommandError> {
    if amount == 0 { Err(AmountError::Zero.into()) } else { Ok(()) }
}

/// The refusal to take back all that is left of a stamp, where that is nothing; it may have been this that took it.
fn nothing_left(session: &Session<'_>, brand: BrandId, reference: &Reference) -> CommandError {
    if used(&session.gateways, brand, (ReferenceKind::TakeBack, reference), None).is_ok() {
        return CommandError::UsedBefore;
    }
    CommandError::of_code(
        Code::TakeBackExceeds,
        "nothing is left of this stamp that could be taken back now: lojal reference stamp tells what became of it",
    )
}

/// A stamp, as the ledger has it.
fn stamped(
    session: &Session<'_>,
    brand: BrandId,
    reference: &Reference,
    dated: Option<Day>,
) -> Result<api::Stamped, CommandError> {
    match session.gateways.ask(|gateway| Ok(gateway.client()?.stamp(&brand, reference, dated)?)) {
        Ok(stamped) => Ok(stamped),
        Err(GatewaysError::Client(error)) if error.is_problem(Code::UnknownReference.name()) => {
            Err(CommandError::UnknownStamp)
        }
        Err(error) => Err(error.into()),
    }
}
