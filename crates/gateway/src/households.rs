//! `GET /v1/households/{address}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::{Missing, View};
use lojal_types::{Address, Code, MemberLimit, MemberRights, api};

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
        true => household(view, address).map(Some),
        false => Ok(None),
    };
    let household = app.read(seen).await?.ok_or_else(not_permitted)?;
    household.map(Json).ok_or_else(|| Failure::of_code_as(Code::UnknownHousehold, StatusCode::NOT_FOUND))
}

/// The household at an address, if there is one.
pub(crate) fn household(view: &View, address: Address) -> Result<Option<api::Household>, Missing> {
    let Some(household) = view.household(address)? else { return Ok(None) };
    let members = |list: Vec<(Address, MemberRights)>| {
        let each = list.into_iter().map(|(member, rights)| self::member(view, address, member, rights));
        each.collect::<Result<_, Missing>>()
    };
    Ok(Some(api::Household { members: members(household.members)?, invited: members(household.invited)? }))
}

/// A member with what it has spent of each of its limits; of brands without a limit nothing is counted.
fn member(view: &View, household: Address, member: Address, rights: MemberRights) -> Result<api::Member, Missing> {
    let spent = |MemberLimit { brand, .. }: &MemberLimit| {
        Ok(api::MemberSpent { brand: *brand, points: view.spent_this_month(household, member, *brand)? })
    };
    let spent = rights.limits.iter().map(spent).collect::<Result<_, Missing>>()?;
    Ok(api::Member { address: member.to_text(view.network()), rights, spent })
}
