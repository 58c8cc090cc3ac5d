//! `GET /v1/brands/{id}/references/{kind}/{reference}`: what a till asks that has lost an answer.

mod part;
mod record;
mod told;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use lojal_ledger::record::{GivenVoucher, Held, Issued, Marked, Paid, Redeemed, Stamped, UsedVoucher};
use lojal_types::api::{ReferenceKind, UsedReference};
use lojal_types::{Address, BrandId, Points, Reference};

use self::record::record;
use self::told::Teller;
use crate::app::App;
use crate::extract::{Dated, Params, written_at};
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::reversals::unknown_reference;
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
    Redeemed(Redeemed),
    Held(Held),
    /// With the points; version 1 doesn't remember them.
    Captured(Option<Paid>),
    Reversed(Points),
    /// With the units that could be taken back now.
    Stamped(Stamped, u64),
    /// With the number of units.
    TakenBack(u64),
    /// With the days that could be taken back now.
    Marked(Marked, u32),
    /// With the uses that could be taken back now.
    Given(GivenVoucher, u16),
    /// A claim that cost points: the units, the payment, and the points that a refund could give back now.
    Claimed(u16, Paid, Points),
    Used(UsedVoucher),
    /// With the number of points.
    Refunded(Points),
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
        Teller { store: &store, asked: &asked, tip }.told(record.ok_or_else(unknown_reference)?)
    });
    answer.await.map(Json)
}

/// The account that the state knows of a record: the one that got something or was stamped, or whose points are held
/// or were paid.
fn owner(record: &Record) -> Option<Address> {
    match record {
        Record::Issued(issued, _) => Some(issued.to),
        Record::Held(held) => Some(held.from),
        Record::Stamped(stamped, _) => Some(stamped.to),
        Record::Marked(marked, _) => Some(marked.to),
        Record::Given(given, _) => Some(given.to),
        Record::Redeemed(Redeemed { paid, .. }) | Record::Captured(paid) => paid.as_ref().map(|paid| paid.from),
        Record::Claimed(_, paid, _) => Some(paid.from),
        Record::Reversed(_) | Record::TakenBack(_) | Record::Used(_) | Record::Refunded(_) => None,
    }
}
