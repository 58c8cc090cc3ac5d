//! The use of a reference, for a till that has lost an answer.

use lojal_types::api::{ReferenceKind, TransactionState, TransactionStatus, UsedReference, UsedState, UsedUnits};
use lojal_types::{BrandId, Code, Day, Points, Reference};
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use crate::cli::ReferenceOfArgs;
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// The reference that was asked for.
#[derive(Serialize, JsonSchema)]
pub(super) struct Asked {
    /// The reference.
    reference: Reference,
}

/// `lojal reference`.
pub(super) fn reference(context: &Context, args: ReferenceOfArgs) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let given = args.reference.reference.or_else(|| args.reference.receipt.map(|text| text.reference()));
    let reference = given.expect("the command line demands one of the two");
    let asked = (args.kind, &reference);
    let used = used(&gateways, args.brand, asked, args.dated)?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let points = |points: Option<Points>| match points {
        Some(points) => decimals.in_words(points, args.brand),
        None => format!("points of {}", args.brand),
    };
    let text = in_words(&used, &points);
    Ok(Report::done(&used, text).with(&Asked { reference }))
}

/// The use of a reference, as a gateway tells it.
///
/// # Errors
/// [`CommandError::NotUsed`] if nothing has happened under it.
pub(super) fn used(
    gateways: &Gateways,
    brand: BrandId,
    asked: (ReferenceKind, &Reference),
    dated: Option<Day>,
) -> Result<UsedReference, CommandError> {
    let answer = gateways.ask(|gateway| Ok(gateway.client()?.reference(&brand, asked, dated)?));
    answer.map_err(|error| match error {
        GatewaysError::Client(error) if error.is_problem(Code::UnknownReference.name()) => CommandError::NotUsed,
        error => error.into(),
    })
}

/// The answer for people: what happened, what became of it, and where it stands.
fn in_words(used: &UsedReference, points: &dyn Fn(Option<Points>) -> String) -> String {
    let amount = points(used.amount);
    let (to, from) = match used.account {
        Some(account) => (format!(" to {account}"), format!(" of {account}")),
        None => (String::new(), String::new()),
    };
    let until = used.until_ms.map(|until| format!(" until {} UTC", utc(until))).unwrap_or_default();
    let what = match used.state {
        UsedState::Issued => format!("issued {amount}{to}"),
        UsedState::Reversed if used.left.is_some() => format!("issued {amount}{to}, and took all of it back"),
        UsedState::Reversed => format!("took back {amount}{from}"),
        UsedState::Redeemed => format!("paid: {amount}{from}"),
        UsedState::Held => format!("held: {amount}{from}{until}"),
        UsedState::Expired => format!("{amount}{from} were held{until}, and are back"),
        UsedState::Captured if used.until_ms.is_some() && used.left.is_none() => {
            format!("{amount}{from} were held, and {} taken", points(used.taken))
        }
        UsedState::Stamped => format!("stamped {}{to}", stamped(used)),
        UsedState::Granted => format!("gave {}{to}", given(used)),
        UsedState::TakenBack if used.until_ms.is_some() => {
            let given = if used.units.is_some_and(|units| units.track.is_some()) {
                format!("stamped {}", stamped(used))
            } else {
                format!("gave {}", given(used))
            };
            format!("{given}{to}, and took all of it back")
        }
        UsedState::TakenBack => format!("took back {}{from}", stamped(used)),
        UsedState::Claimed => format!("claimed {} for {amount}{from}", stamped(used)),
        UsedState::Used => format!("used {} of a voucher{from}", stamped(used)),
        UsedState::Refunded if used.left.is_some() => format!("paid: {amount}{from}, and all of it refunded"),
        UsedState::Refunded => format!("refunded {amount}{to}"),
        UsedState::Captured => format!("took {amount}{from} that were held"),
        UsedState::Released => format!("{amount}{from} were held, and let go of"),
        UsedState::Closed => format!("{amount}{from} were held, and taken or let go of; the gateway can't tell which"),
    };
    let dated = used.dated.map(|day| format!(", dated {day}")).unwrap_or_default();
    let mut lines = vec![format!("{what}{dated}")];
    if let (UsedState::Issued, Some(left)) = (used.state, used.left) {
        let (taken, left) = (points(used.taken), points(Some(left)));
        lines.push(format!("taken back: {taken}; can be taken back now: {left}, at the latest{until}"));
    }
    if let (UsedState::Redeemed | UsedState::Captured | UsedState::Claimed, Some(left)) = (used.state, used.left) {
        let (refunded, left) = (points(used.taken), points(Some(left)));
        lines.push(format!("refunded: {refunded}; can be refunded now: {left}, at the latest{until}"));
    }
    if let (
        UsedState::Stamped | UsedState::Granted,
        Some(UsedUnits { taken_back: Some(taken), left: Some(left), .. }),
    ) = (used.state, used.units)
    {
        lines.push(format!("taken back: {taken}; can be taken back now: {left}, at the latest{until}"));
    }
    lines.push(match &used.transaction {
        Some(transaction) => place(transaction),
        None => "the gateway doesn't have the transaction; another one may".to_owned(),
    });
    lines.extend(used.ended_by.as_ref().map(|last| format!("then {}", place(last))));
    lines.into_iter().map(paragraph).collect::<Vec<_>>().join("\n")
}

/// The units of a stamp or a taking back, such as "40 on track 1", or the place.
fn stamped(used: &UsedReference) -> String {
    let Some(UsedUnits { amount, track, place, .. }) = used.units else { return "something".to_owned() };
    let on = track.map(|track| format!(" on track {track}")).unwrap_or_default();
    match place {
        Some(place) => format!("place {place}{on}"),
        None => format!("{amount}{on}"),
    }
}

/// A mark with its days, 1 of one without end, or a voucher with its uses.
fn given(used: &UsedReference) -> String {
    let most = used.units.map_or(0, |units| units.amount);
    format!("a mark or a voucher ({most} to take back at most)")
}

fn place(transaction: &TransactionStatus) -> String {
    let block = match transaction.state {
        TransactionState::Committed { height, time_ms, .. } => {
            format!(" · final in block {height}, {} UTC", utc(time_ms))
        }
        TransactionState::Pending | TransactionState::Refused { .. } => String::new(),
    };
    format!("transaction {}{block}", transaction.id)
}

#[cfg(test)]
mod tests {
    use lojal_types::{Height, TimeMs};

    use super::*;

    fn used(state: UsedState, units: UsedUnits, until_ms: Option<TimeMs>) -> String {
        let used = UsedReference {
            state,
            dated: None,
            account: None,
            amount: None,
            taken: None,
            left: None,
            units: Some(units),
            until_ms,
            transaction: None,
            ended_by: None,
            height: Height::new(1),
            time_ms: TimeMs::default(),
        };
        in_words(&used, &|_| "points".to_owned())
    }

    #[test]
    fn stamps_are_told_by_their_units_or_place_and_with_what_is_left() {
        let track = Some("3".parse().expect("a number"));
        let units = UsedUnits { amount: 40, track, place: None, taken_back: Some(15), left: Some(25) };
        let until = TimeMs::new(1_000).ok();
        let told = used(UsedState::Stamped, units, until);
        assert!(told.starts_with("stamped 40 on track 3\n"), "{told}");
        let left = "taken back: 15; can be taken back now: 25, at the latest until 1970-01-01 00:00:01 UTC";
        assert!(told.contains(left), "{told}");
        let place = UsedUnits { amount: 1, place: Some(4), ..units };
        assert!(used(UsedState::Stamped, place, until).starts_with("stamped place 4 on track 3\n"));
        let all = used(UsedState::TakenBack, units, until);
        assert!(all.starts_with("stamped 40 on track 3, and took all of it back\n"), "{all}");
        let back = UsedUnits { amount: 15, track: None, place: None, taken_back: None, left: None };
        assert!(used(UsedState::TakenBack, back, None).starts_with("took back 15\n"));
    }

    #[test]
    fn payments_are_told_with_what_was_refunded_of_them() {
        let used = |state: UsedState, left: Option<u64>| {
            let left = left.map(Points::new);
            let (dated, account, amount, taken) = (None, None, Some(Points::new(9)), Some(Points::ZERO));
            let (units, until_ms, transaction, ended_by) = (None, TimeMs::new(1_000).ok(), None, None);
            let (height, time_ms) = (Height::new(1), TimeMs::default());
            let used = UsedReference {
                state,
                dated,
                account,
                amount,
                taken,
                left,
                units,
                until_ms,
                transaction,
                ended_by,
                height,
                time_ms,
            };
            in_words(&used, &|points| points.map_or_else(String::new, |points| points.to_string()))
        };
        let paid = used(UsedState::Redeemed, Some(5));
        assert!(
            paid.contains("refunded: 0; can be refunded now: 5, at the latest until 1970-01-01 00:00:01"),
            "{paid}"
        );
        assert!(used(UsedState::Captured, Some(5)).starts_with("took 9 that were held\n"));
        assert!(used(UsedState::Refunded, Some(0)).starts_with("paid: 9, and all of it refunded\n"));
        assert!(used(UsedState::Refunded, None).starts_with("refunded 9\n"));
    }
}
