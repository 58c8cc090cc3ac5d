//! `GET /v1/brands/{id}/accounts` and `GET /v1/brands/{id}/expiring`: who has points of a brand. The state is the list:
//! a page looks through a part of it, so it can be empty and not the last.

use std::sync::Arc;

use axum::extract::State;
use lojal_ledger::holders::{Bounds, Holder, Holders, holders};
use lojal_ledger::sums::{Sums, sums};
use lojal_ledger::{Missing, View};
use lojal_types::{BrandId, Expiry, Month, NetworkKind, api};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::brands::allowed;
use crate::clients::Client;
use crate::extract::{Params, Segment};
use crate::large::{Large, json};
use crate::limits::{CURSOR_BYTES_MAX, EXPIRING_MONTHS_MAX, LIST_ACCOUNTS_MAX, LIST_PAGES_MAX};
use crate::places::Pool;
use crate::problem::{Failure, Kind};
use crate::readers::Caller;

const BOUNDS: Bounds = Bounds { pages: LIST_PAGES_MAX, accounts: LIST_ACCOUNTS_MAX };

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountsQuery {
    cursor: Option<String>,
}

/// The accounts that have points of a brand.
pub(crate) async fn accounts(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    Segment(id): Segment<BrandId>,
    Params(AccountsQuery { cursor }): Params<AccountsQuery>,
) -> Result<Large, Failure> {
    app.read(move |view| allowed(view, &caller, id)).await??;
    let from = place_of(cursor.as_deref())?;
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let page = move |view: &View| accounts_in(view, id, from, BOUNDS);
    Ok(Large::json(app.blocking(move || Ok(json(&store.read(page)?))).await?, place))
}

fn accounts_in(view: &View, id: BrandId, from: u128, bounds: Bounds) -> Result<api::BrandAccounts, Missing> {
    let Holders { holders, next } = holders(view, id, None, from, bounds)?;
    let tip = view.tip();
    let accounts = holders.into_iter().map(|holder| account_of(holder, view.network())).collect();
    Ok(api::BrandAccounts { accounts, height: tip.height, time_ms: tip.time_ms, next_cursor: next.map(cursor_of) })
}

fn account_of(holder: Holder, network: NetworkKind) -> api::BrandAccount {
    let total = holder.total();
    let Holder { account, lots, held, pending } = holder;
    api::BrandAccount { account: account.to_text(network), total, lots, held, pending }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpiringQuery {
    months: Option<u8>,
    cursor: Option<String>,
}

/// The points of a brand in accounts that expire soon: with this month, unless more months are asked for.
pub(crate) async fn expiring(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    Segment(id): Segment<BrandId>,
    Params(ExpiringQuery { months, cursor }): Params<ExpiringQuery>,
) -> Result<Large, Failure> {
    app.read(move |view| allowed(view, &caller, id)).await??;
    let months = months.unwrap_or(1);
    if !(1..=EXPIRING_MONTHS_MAX).contains(&months) {
        let detail = format!("months must be 1, for those that expire with this month, to {EXPIRING_MONTHS_MAX}");
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    let from = place_of(cursor.as_deref())?;
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let page = move |view: &View| expiring_in(view, id, months, from, BOUNDS);
    Ok(Large::json(app.blocking(move || Ok(json(&store.read(page)?))).await?, place))
}

fn expiring_in(
    view: &View,
    id: BrandId,
    months: u8,
    from: u128,
    bounds: Bounds,
) -> Result<api::BrandExpiring, Missing> {
    let tip = view.tip();
    let month = tip.time_ms.month();
    let until = month.plus(months - 1);
    let sums = sums(view.tree(), id, month)?.unwrap_or_default();
    let Holders { holders, next } = holders(view, id, Some(until), from, bounds)?;
    let accounts = holders.into_iter().map(|holder| {
        let api::BrandAccount { account, total, lots, held: _, pending: _ } = account_of(holder, view.network());
        api::ExpiringAccount { account, total, lots }
    });
    Ok(api::BrandExpiring {
        until,
        points: points_of(&sums, Some(until)),
        accounts: accounts.collect(),
        height: tip.height,
        time_ms: tip.time_ms,
        next_cursor: next.map(cursor_of),
    })
}

/// The points in accounts by expiry, or those that expire by a month.
pub(crate) fn points_of(sums: &Sums, until: Option<Month>) -> Vec<api::PointsByExpiry> {
    let is_over = |expiry: Expiry| until.is_none_or(|last| matches!(expiry, Expiry::Month(month) if month <= last));
    let shown = sums.by_expiry.iter().filter(|(expiry, _)| is_over(*expiry));
    shown.map(|(expiry, points)| api::PointsByExpiry { expiry: *expiry, points: *points }).collect()
}

/// The cursor of a place in the state; opaque to clients.
fn cursor_of(place: u128) -> String {
    format!("{place:x}")
}

fn place_of(cursor: Option<&str>) -> Result<u128, Failure> {
    let Some(text) = cursor else { return Ok(0) };
    let place = if text.len() <= CURSOR_BYTES_MAX { u128::from_str_radix(text, 16).ok() } else { None };
    place.filter(|place| cursor_of(*place) == text).ok_or_else(|| {
        Failure::new(Kind::InvalidCursor, "this is no cursor; pass on next_cursor of the page before, unchanged")
    })
}

#[cfg(test)]
mod tests;
