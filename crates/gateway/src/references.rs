//! `GET /v1/brands/{id}/references/{kind}/{reference}`: what a till asks that has lost an answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use lojal_ledger::key::{AwardedKey, CapturedKey, HeldKey, MarkedKey, RedeemedKey, ReversedKey, TakenBackKey};
use lojal_ledger::record::{Held, Issued, Marked, Stamped};
use lojal_ledger::{Missing, Records, Tip, View, answers};
use lojal_store::{Placed, Store, Use};
use lojal_types::api::{ReferenceKind, TransactionStatus, UsedReference, UsedState, UsedUnits};
use lojal_types::{Address, BrandId, Day, Operation, Points, Reference, TakenBackOf, TransactionId};

use crate::app::App;
use crate::extract::{Dated, Params, written_at};
use crate::outcome;
use crate::problem::{Failure, Kind};
use crate::programme::stamped;
use crate::readers::Caller;
use crate::reversals::{issued, unknown_reference};
use crate::rights::{acts_for, not_permitted, owns};

/// A reference of a path, with its kind and its brand.
pub(crate) struct Asked {
    brand: BrandId,
    kind: ReferenceKind,
    reference: Reference,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let invalid = Kind::InvalidParameter;
        let path = Path::<(String, String, String)>::from_request_parts(parts, state).await;
        let Path((brand, kind, reference)) = path.map_err(|rejection| Failure::new(invalid, rejection.body_text()))?;
        Ok(Self {
            brand: written_at(parts, 3, &brand, invalid)?,
            kind: written_at(parts, 5, &kind, invalid)?,
            reference: written_at(parts, 6, &reference, invalid)?,
        })
    }
}

/// The record of a reference that was used.
enum Record {
    /// With the points that a reversal could take now.
    Issued(Issued, Points),
    Redeemed(TransactionId),
    Held(Held),
    Captured,
    Reversed(Points),
    /// With the units that could be taken back now.
    Stamped(Stamped, u64),
    /// With the number of units.
    TakenBack(u64),
    /// With the days that could be taken back now.
    Marked(Marked, u32),
}

/// The use of a reference, for its brand, and for whoever may read the account that the state knows of it.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<UsedReference>, Failure> {
    let store = app.gateway.store.clone();
    let answer = app.blocking(move || {
        let seen = store.read(|view| {
            let record = record(view, &asked, dated)?;
            let owner = record.as_ref().and_then(owner);
            let is_permitted = acts_for(view, &caller, asked.brand)?
                || owner.map_or(Ok(false), |account| owns(view, &caller, account))?;
            Ok(is_permitted.then_some((record, view.tip())))
        });
        let (record, tip) = seen?.ok_or_else(not_permitted)?;
        shown(&store, &asked, record.ok_or_else(unknown_reference)?, tip)
    });
    answer.await.map(Json)
}

/// The account that the state knows of a record: the one that got something or was stamped, or whose points are held.
fn owner(record: &Record) -> Option<Address> {
    match record {
        Record::Issued(issued, _) => Some(issued.to),
        Record::Held(held) => Some(held.from),
        Record::Stamped(stamped, _) => Some(stamped.to),
        Record::Marked(marked, _) => Some(marked.to),
        Record::Redeemed(_) | Record::Captured | Record::Reversed(_) | Record::TakenBack(_) => None,
    }
}

fn record(view: &View, asked: &Asked, dated: Option<Day>) -> Result<Option<Record>, Missing> {
    let (brand, reference) = (asked.brand, || asked.reference.clone());
    Ok(match asked.kind {
        ReferenceKind::Issue => match issued(view, brand, &asked.reference, dated)? {
            Some(issued) => Some(with_left(view, brand, issued)?),
            None => None,
        },
        ReferenceKind::Grant => granted(view, asked, dated)?,
        ReferenceKind::Redeem => {
            let redeemed = view.latest(|shelf| RedeemedKey { shelf, brand, reference: reference() }, dated)?;
            redeemed.map(|redeemed| Record::Redeemed(redeemed.transaction))
        }
        ReferenceKind::Hold => {
            let held = view.latest(|shelf| HeldKey { shelf, brand, reference: reference() }, dated)?;
            held.map(Record::Held)
        }
        ReferenceKind::Capture => {
            let used = view.latest(|shelf| CapturedKey { shelf, brand, reference: reference() }, dated)?;
            used.map(|_| Record::Captured)
        }
        ReferenceKind::Reverse => {
            let reversed = view.latest(|shelf| ReversedKey { shelf, brand, reference: reference() }, dated)?;
            reversed.map(|reversed| Record::Reversed(reversed.amount))
        }
        ReferenceKind::Stamp => stamped(view, brand, &asked.reference, dated)?.map(|stamped| {
            let left = answers::stamped(view, &stamped).left;
            Record::Stamped(stamped, left)
        }),
        ReferenceKind::TakeBack => {
            let taken = view.latest(|shelf| TakenBackKey { shelf, brand, reference: reference() }, dated)?;
            taken.map(|taken| Record::TakenBack(taken.amount))
        }
    })
}

fn with_left(view: &View, brand: BrandId, issued: Issued) -> Result<Record, Missing> {
    let left = issued.reversible(&view.lots(issued.to, brand)?, view.tip().time_ms);
    Ok(Record::Issued(issued, left))
}

/// A mark, or points that name their campaign. Marks have references of their own, and come first.
fn granted(view: &View, asked: &Asked, dated: Option<Day>) -> Result<Option<Record>, Missing> {
    let (brand, reference) = (asked.brand, || asked.reference.clone());
    if let Some(marked) = view.latest(|shelf| MarkedKey { shelf, brand, reference: reference() }, dated)? {
        let left = if view.tip().time_ms < marked.take_back_until_ms { marked.left() } else { 0 };
        return Ok(Some(Record::Marked(marked, left)));
    }
    let Some(issued) = issued(view, brand, &asked.reference, dated)? else { return Ok(None) };
    let by_campaign = view.get(&AwardedKey { shelf: issued.dated.month(), brand, reference: reference() })?;
    by_campaign.map(|_| with_left(view, brand, issued)).transpose()
}

/// A transaction of the ledger, and the part of it that has used a reference.
struct Used {
    status: TransactionStatus,
    state: UsedState,
    account: Address,
    /// The points; none of what moves none.
    amount: Option<Points>,
    dated: Day,
}

/// The answer about a record, with the transactions that this node has of it.
fn shown(store: &Store, asked: &Asked, record: Record, tip: Tip) -> Result<UsedReference, Failure> {
    let answer = |state: UsedState, used: Option<Used>| answer(store, tip, state, used);
    let by_use = |kind: Use| by_use(store, asked, kind);
    let by_id = |id: &TransactionId| used_by(store, store.transaction(id)?, asked);
    let text = |account: Address| Some(account.to_text(store.genesis().network()));
    Ok(match record {
        Record::Issued(issued, left) => {
            // Of two issues under one reference, which only a false date makes, the index has the last one.
            let by = |kind| Ok::<_, Failure>(by_use(kind)?.filter(|used| used.dated == issued.dated));
            let used = by(Use::Issue)?.map_or_else(|| by(Use::Grant), |used| Ok(Some(used)))?;
            let ended_by = if issued.reversed == Points::ZERO { None } else { by_use(Use::ReversalOfIssue)? };
            let state = if issued.reversed == issued.amount { UsedState::Reversed } else { UsedState::Issued };
            UsedReference {
                dated: Some(issued.dated),
                account: text(issued.to),
                amount: Some(issued.amount),
                taken: Some(issued.reversed),
                left: Some(left),
                until_ms: Some(issued.reversible_until_ms),
                ended_by: ended_by.map(|used| used.status),
                ..answer(state, used)
            }
        }
        Record::Redeemed(id) => answer(UsedState::Redeemed, by_id(&id)?),
        Record::Held(held) => {
            let end = if held.closed { by_use(Use::EndOfHold)? } else { None };
            let state = match &end {
                Some(end) => end.state,
                None if held.closed => UsedState::Closed,
                None if tip.time_ms < held.expires_ms => UsedState::Held,
                None => UsedState::Expired,
            };
            let taken = end.as_ref().filter(|end| end.state == UsedState::Captured).and_then(|end| end.amount);
            UsedReference {
                dated: Some(held.dated),
                account: text(held.from),
                taken,
                until_ms: Some(held.expires_ms),
                ended_by: end.map(|end| end.status),
                ..answer(state, by_id(&held.transaction)?)
            }
        }
        Record::Captured => answer(UsedState::Captured, by_use(Use::Capture)?),
        Record::Reversed(amount) => {
            UsedReference { amount: Some(amount), ..answer(UsedState::Reversed, by_use(Use::Reversal)?) }
        }
        Record::Stamped(stamped, left) => {
            let used = by_use(Use::Stamp)?.filter(|used| used.dated == stamped.dated);
            let ended_by = if stamped.taken_back == 0 { None } else { by_use(Use::TakeBackOfStamp)? };
            let state = if stamped.left() == 0 { UsedState::TakenBack } else { UsedState::Stamped };
            UsedReference {
                dated: Some(stamped.dated),
                account: text(stamped.to),
                units: Some(units_of(&stamped, left)),
                until_ms: Some(stamped.take_back_until_ms),
                ended_by: ended_by.map(|used| used.status),
                ..answer(state, used)
            }
        }
        Record::Marked(marked, left) => shown_mark(store, asked, (&marked, left), tip)?,
        Record::TakenBack(amount) => {
            let units = UsedUnits { amount, track: None, place: None, taken_back: None, left: None };
            UsedReference { units: Some(units), ..answer(UsedState::TakenBack, by_use(Use::TakeBack)?) }
        }
    })
}

/// The same about a mark, with the days that could be taken back now.
fn shown_mark(
    store: &Store,
    asked: &Asked,
    (marked, left): (&Marked, u32),
    tip: Tip,
) -> Result<UsedReference, Failure> {
    let used = by_use(store, asked, Use::Grant)?.filter(|used| used.dated == marked.dated);
    let ended_by = if marked.taken_back == 0 { None } else { by_use(store, asked, Use::TakeBackOfMark)? };
    let state = if marked.left() == 0 { UsedState::TakenBack } else { UsedState::Granted };
    Ok(UsedReference {
        dated: Some(marked.dated),
        account: Some(marked.to.to_text(store.genesis().network())),
        units: Some(days_of(marked, left)),
        until_ms: Some(marked.take_back_until_ms),
        ended_by: ended_by.map(|used| used.status),
        ..answer(store, tip, state, used)
    })
}

fn units_of(stamped: &Stamped, left: u64) -> UsedUnits {
    UsedUnits {
        amount: stamped.amount(),
        track: Some(stamped.track),
        place: stamped.place(),
        taken_back: Some(stamped.taken_back),
        left: Some(left),
    }
}

/// The days of a mark; 1 of one without end.
fn days_of(marked: &Marked, left: u32) -> UsedUnits {
    UsedUnits {
        amount: marked.days.unwrap_or(1).into(),
        track: None,
        place: None,
        taken_back: Some(marked.taken_back.into()),
        left: Some(left.into()),
    }
}

fn by_use(store: &Store, asked: &Asked, kind: Use) -> Result<Option<Used>, Failure> {
    used_by(store, store.used(kind, asked.brand, &asked.reference)?, asked)
}

/// The part of an answer that the transaction tells which has used the reference.
fn answer(store: &Store, tip: Tip, state: UsedState, used: Option<Used>) -> UsedReference {
    let of = used.as_ref();
    UsedReference {
        state,
        dated: of.map(|used| used.dated),
        account: of.map(|used| used.account.to_text(store.genesis().network())),
        amount: of.and_then(|used| used.amount),
        taken: None,
        left: None,
        units: None,
        until_ms: None,
        transaction: used.map(|used| used.status),
        ended_by: None,
        height: tip.height,
        time_ms: tip.time_ms,
    }
}

/// The part of a transaction that has used the reference, if this node has the transaction.
fn used_by(store: &Store, placed: Option<Placed>, asked: &Asked) -> Result<Option<Used>, Failure> {
    let Some(placed) = placed else { return Ok(None) };
    let block = outcome::decode(&outcome::stored(store, placed.height)?)?;
    let mut status = outcome::status_in(&block, &placed, store.genesis().network())?;
    // Whoever wants its content has its id.
    status.transaction = None;
    let index = usize::try_from(placed.index).unwrap_or(usize::MAX);
    let operations = block.transactions.get(index).map(|signed| &signed.transaction.operations);
    let used = operations.and_then(|operations| operations.iter().find_map(|operation| part(operation, asked)));
    Ok(used.map(|(state, account, amount, dated)| Used { status, state, account, amount, dated }))
}

/// The state that an operation has given the reference, with its account, its points, if it moves any, and its day.
fn part(operation: &Operation, asked: &Asked) -> Option<(UsedState, Address, Option<Points>, Day)> {
    let is_it = |brand: BrandId, reference: &Reference| brand == asked.brand && *reference == asked.reference;
    match (asked.kind, operation) {
        (ReferenceKind::Issue, Operation::Issue(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Issued, one.to, Some(one.amount), one.dated))
        }
        (ReferenceKind::Issue | ReferenceKind::Grant, Operation::Reverse(one))
            if is_it(one.brand, &one.issue_reference) =>
        {
            Some((UsedState::Reversed, one.from, Some(one.amount), one.issue_dated))
        }
        (ReferenceKind::Issue | ReferenceKind::Grant, Operation::Grant(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Granted, one.to, None, one.dated))
        }
        (ReferenceKind::Redeem, Operation::Redeem(one)) => {
            let request = one.request.as_ref().filter(|request| is_it(one.brand, &request.reference))?;
            Some((UsedState::Redeemed, one.from, Some(one.amount), request.dated))
        }
        (ReferenceKind::Hold, Operation::Hold(one)) if is_it(one.brand, &one.request.reference) => {
            Some((UsedState::Held, one.from, Some(one.amount), one.request.dated))
        }
        (ReferenceKind::Hold, Operation::Capture(one)) if is_it(one.brand, &one.hold_reference) => {
            Some((UsedState::Captured, one.from, Some(one.amount), one.hold_dated))
        }
        (ReferenceKind::Hold, Operation::Release(one)) if is_it(one.brand, &one.hold_reference) => {
            Some((UsedState::Released, one.from, None, one.hold_dated))
        }
        (ReferenceKind::Capture, Operation::Capture(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Captured, one.from, Some(one.amount), one.dated))
        }
        (ReferenceKind::Reverse, Operation::Reverse(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Reversed, one.from, Some(one.amount), one.dated))
        }
        (ReferenceKind::Stamp, Operation::Stamp(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Stamped, one.to, None, one.dated))
        }
        (ReferenceKind::Stamp, Operation::TakeBack(one))
            if one.of == TakenBackOf::Stamp && is_it(one.brand, &one.of_reference) =>
        {
            Some((UsedState::TakenBack, one.from, None, one.of_dated))
        }
        (ReferenceKind::Grant, Operation::TakeBack(one))
            if one.of == TakenBackOf::Mark && is_it(one.brand, &one.of_reference) =>
        {
            Some((UsedState::TakenBack, one.from, None, one.of_dated))
        }
        (ReferenceKind::TakeBack, Operation::TakeBack(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::TakenBack, one.from, None, one.dated))
        }
        _ => None,
    }
}
