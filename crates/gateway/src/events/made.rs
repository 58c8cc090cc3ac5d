//! The events that a transaction gives, as far as somebody may be told.

use std::convert::Infallible;

use axum::body::Bytes;
use lojal_store::{Placed, Subject};
use lojal_types::api::{DATA_TYPE, Event, EventData, EventPlace, Expiring, SPEC_VERSION, TYPE_PREFIX};
use lojal_types::{Address, Block, Height, Operation, Outcome, SignedTransaction, TimeMs};

use super::subscription::Subscription;
use crate::rights::Share;

/// The type of the event of a transaction that failed.
const FAILED: &str = "transaction.failed";
/// The type of the event of points that will expire.
const EXPIRING: &str = "points.expiring";

/// The beginning of every event of a block.
pub(super) fn empty(height: Height, time_ms: TimeMs) -> EventData {
    EventData { height, time_ms, transaction: None, sender: None, operation: None, receipt: None, expiring: None }
}

/// The events of a transaction of a block: one for each operation that was applied, or one of its failure.
pub(super) fn events_of(
    asked: &Subscription,
    share: &Share,
    block: &Block,
    placed: &Placed,
    signed: &SignedTransaction,
) -> Vec<Event> {
    let operations = || signed.transaction.operations.iter();
    let is_of = |brands: &[_]| operations().any(|operation| operation.is_in_points_of(brands));
    let is_seen = match (asked.of, share) {
        (Subject::Account(_), Share::Of(brands)) => is_of(brands),
        _ => true,
    };
    if !is_seen {
        return Vec::new();
    }
    // An id opens its transaction, so it is told to whoever may read that.
    let is_whole = match (asked.of, share) {
        (_, Share::Recovery) => false,
        (Subject::Account(_), _) => true,
        (Subject::Brand(brand), _) => is_of(&[brand]),
    };
    let mut data = empty(placed.height, block.header.time_ms);
    if is_whole {
        data.transaction = Some(placed.id);
        data.sender = Some(signed.transaction.sender.to_text(asked.network));
    }
    let place = |number| EventPlace { height: placed.height, index: placed.index, number };
    if placed.outcome != Outcome::Applied {
        let is_told = asked.of == Subject::Account(signed.transaction.sender) && is_whole && asked.types.have(FAILED);
        let data = EventData { receipt: Some(placed.outcome), ..data };
        return if is_told { vec![event(asked, place(0), FAILED, data)] } else { Vec::new() };
    }
    let told = operations().zip(0_u32..).filter(|(operation, _)| {
        let is_about = match asked.of {
            Subject::Account(account) => is_about(operation, signed.transaction.sender, account),
            Subject::Brand(brand) => operation.brands().any(|one| one == brand),
        };
        let is_open = *share != Share::Recovery || is_of_keys(operation);
        is_about && is_open && asked.types.have(operation.event_type())
    });
    let made = told.map(|(operation, number)| {
        let text = operation.clone().try_map(|address| Ok::<_, Infallible>(address.to_text(asked.network)));
        let Ok(text) = text;
        event(asked, place(number), operation.event_type(), EventData { operation: Some(text), ..data.clone() })
    });
    made.collect()
}

/// Tells whether an operation of somebody is about an account: it is its own, names it, or makes it an operator.
fn is_about(operation: &Operation, sender: Address, account: Address) -> bool {
    sender == account
        || operation.accounts().any(|one| *one == account)
        || matches!(operation, Operation::SetOperator(one) if Address::of_key(&one.public_key) == account)
}

/// Tells whether an operation is about keys, guardians and safeguards, which an account's helpers may read.
fn is_of_keys(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RotateKey(_)
            | Operation::SetGuardians(_)
            | Operation::StartRecovery(_)
            | Operation::CancelRecovery(_)
            | Operation::FinishRecovery(_)
            | Operation::Freeze(_)
            | Operation::Unfreeze(_)
            | Operation::Agree(_)
    )
}

/// The event of points that will expire.
pub(super) fn expiring(asked: &Subscription, place: EventPlace, time_ms: TimeMs, expiring: Expiring) -> Option<Event> {
    let data = EventData { expiring: Some(expiring), ..empty(place.height, time_ms) };
    asked.types.have(EXPIRING).then(|| event(asked, place, EXPIRING, data))
}

fn event(asked: &Subscription, id: EventPlace, kind: &str, data: EventData) -> Event {
    let subject = match asked.of {
        Subject::Account(account) => account.to_text(asked.network).to_string(),
        Subject::Brand(brand) => brand.to_string(),
    };
    Event {
        specversion: SPEC_VERSION.to_owned(),
        id,
        source: format!("/lojal/{}", asked.genesis),
        kind: format!("{TYPE_PREFIX}{kind}"),
        subject,
        time: data.time_ms.to_rfc3339(),
        datacontenttype: DATA_TYPE.to_owned(),
        data,
    }
}

/// An event as its line of a stream.
pub(super) fn line(event: &Event) -> Bytes {
    let json = serde_json::to_string(event).expect("an event has a JSON form");
    format!("id: {}\ndata: {json}\n\n", event.id).into()
}
