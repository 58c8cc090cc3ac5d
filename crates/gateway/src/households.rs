//! `GET /v1/households/{address}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::{View, answers};
use lojal_types::{Code, api};

use crate::app::App;
use crate::extract::AddressSegment;
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{is_member, not_permitted};

/// The members and invitations of a household; what is in its pool stands under its account.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::Household>, Failure> {
    let seen = move |view: &View| match is_member(view, &caller, address)? {
        true => answers::household(view, address).map(Some),
        false => Ok(None),
    };
    let household = app.read(seen).await?.ok_or_else(not_permitted)?;
    household.map(Json).ok_or_else(|| Failure::of_code_as(Code::UnknownHousehold, StatusCode::NOT_FOUND))
}
