//! The use of a reference, for a till that has lost an answer.

use lojal_types::api::{TransactionState, TransactionStatus, UsedReference, UsedState};
use lojal_types::{Code, Points, Reference};
use lojal_wallet::gateways::GatewaysError;
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
    let answer = gateways.ask(|gateway| Ok(gateway.client()?.reference(&args.brand, asked, args.dated)?));
    let used = answer.map_err(|error| match error {
        GatewaysError::Client(error) if error.is_problem(Code::UnknownReference.name()) => CommandError::NotUsed,
        error => error.into(),
    })?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let points = |points: Option<Points>| match points {
        Some(points) => decimals.in_words(points, args.brand),
        None => format!("points of {}", args.brand),
    };
    let text = in_words(&used, &points);
    Ok(Report::done(&used, text).with(&Asked { reference }))
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
        UsedState::Captured if used.until_ms.is_some() => {
            format!("{amount}{from} were held, and {} taken", points(used.taken))
        }
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
    lines.push(match &used.transaction {
        Some(transaction) => place(transaction),
        None => "the gateway doesn't have the transaction; another one may".to_owned(),
    });
    lines.extend(used.ended_by.as_ref().map(|last| format!("then {}", place(last))));
    lines.into_iter().map(paragraph).collect::<Vec<_>>().join("\n")
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
