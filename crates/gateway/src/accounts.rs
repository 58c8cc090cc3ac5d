//! `GET /v1/accounts/{address}` and `GET /v1/accounts/{address}/transactions`.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::record::{Account, OpenHold};
use lojal_ledger::{Missing, View};
use lojal_store::{History, Store, StoreError};
use lojal_types::{Activity, Address, Block, BrandId, Height, Lot, NetworkKind, Points, api};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clients::Client;
use crate::extract::{AddressSegment, Params};
use crate::large::{Large, json};
use crate::limits::{CURSOR_BYTES_MAX, HISTORY_BYTES_MAX, HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX};
use crate::places::Pool;
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::rights::{Sight, helps, is_in_points_of, not_permitted, sight};
use crate::{households, outcome};

/// The balances, guardians and households of an account; an address that the ledger doesn't know has none. Of an
/// account that isn't its business a brand sees what it has of the brand's own points.
pub(crate) async fn account(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::Account>, Failure> {
    let seen = move |view: &View| match sight(view, &caller, address)? {
        None => Ok(None),
        Some(Sight::Whole) => account_in(view, address).map(Some),
        Some(Sight::Of(brands)) => Ok(Some(narrowed(account_in(view, address)?, brands))),
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}

/// The part of an account that some brands see; one without any of their points is as if there were none.
fn narrowed(account: api::Account, brands: Vec<BrandId>) -> api::Account {
    let api::Account { address, mut balances, mut holds, height, .. } = account;
    balances.retain(|balance| brands.contains(&balance.brand));
    holds.retain(|hold| brands.contains(&hold.brand));
    let exists = !balances.is_empty() || !holds.is_empty();
    api::Account { exists, balances, holds, only_of: Some(brands), ..api::Account::unknown(address, height) }
}

/// The keys and guardians of an account, and how far its recovery has come.
pub(crate) async fn recovery(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::AccountRecovery>, Failure> {
    let seen = move |view: &View| {
        if !helps(view, &caller, address)? {
            return Ok(None);
        }
        let api::Account { address, exists, rotated_key, frozen, guardians, recovery, safeguards, height, .. } =
            account_in(view, address)?;
        let time_ms = view.tip().time_ms;
        Ok(Some(api::AccountRecovery {
            address,
            exists,
            rotated_key,
            frozen,
            guardians,
            recovery,
            safeguards,
            height,
            time_ms,
        }))
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}

/// An account as a version of the state has it.
///
/// # Errors
/// When pages that it needs are not in memory.
pub fn account_in(view: &View, address: Address) -> Result<api::Account, Missing> {
    let record = view.account(address)?;
    let exists = record.is_some();
    let record = record.unwrap_or_default();
    let today = (exists && !address.is_household()).then(|| today(view, &record));
    let network = view.network();
    let Ok(guardians) = record.guardians.try_map(|address| Ok::<_, Infallible>(address.to_text(network)));
    let Ok(recovery) =
        record.recovery.map(|one| one.try_map(|it| Ok::<_, Infallible>(it.to_text(network)))).transpose();
    let Ok(safeguards) = record.safeguards.try_map(|address| Ok::<_, Infallible>(address.to_text(network)));
    let (mut balances, mut holds) = (Vec::new(), Vec::new());
    for brand in view.brand_ids().iter().copied().filter(|_| exists) {
        let lots = view.lots(address, brand)?;
        if !lots.is_empty() {
            balances.push(api::Balance { brand, total: total(&lots), lots });
        }
        holds.extend(holds_in(view, address, brand)?);
    }
    let household = |household: Address| household.to_text(network);
    Ok(api::Account {
        address: address.to_text(network),
        exists,
        rotated_key: record.rotated_key,
        frozen: record.frozen,
        guardians,
        recovery,
        safeguards,
        household: households::household(view, address)?,
        memberships: view.memberships(address)?.into_iter().map(household).collect(),
        balances,
        holds,
        today,
        only_of: None,
        height: view.tip().height,
    })
}

/// The part of its allowances that an account has used up on the day of the last block.
fn today(view: &View, account: &Account) -> api::Today {
    let (allowances, day) = (view.parameters().allowances, view.tip().time_ms.day());
    let (used, allowance) = (account.used_on(day), allowances.of(account.is_operator()));
    let part = |used: u64, most: u64| api::UsedUp { used, most };
    api::Today {
        ends_ms: day.plus(1).start(),
        bytes: part(used.sent.bytes, allowance.bytes),
        operations: part(used.sent.operations.into(), allowance.operations.into()),
        openings: (!account.is_operator()).then(|| part(used.opened.into(), allowances.openings.into())),
        households: part(used.households.into(), allowances.households.into()),
    }
}

fn holds_in(view: &View, account: Address, brand: BrandId) -> Result<Vec<api::Hold>, Missing> {
    let hold = |OpenHold { reference, dated, expires_ms, lots, .. }: OpenHold| {
        let lots = lots.into_inner();
        api::Hold { brand, reference, dated, total: total(&lots), lots, expires_ms }
    };
    Ok(view.holds(account, brand)?.into_iter().map(hold).collect())
}

fn total(lots: &[Lot]) -> Points {
    let sum = lots.iter().try_fold(Points::ZERO, |sum, lot| sum.checked_add(lot.amount));
    sum.expect("a brand's total is bounded, and no balance is larger")
}

/// Most transactions that are looked through at once for those with points of some brands.
const PAGE_SEARCHED: usize = 100;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// An account's transactions, the newest first.
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    AddressSegment(address): AddressSegment,
    Params(query): Params<Query>,
) -> Result<Large, Failure> {
    let sight = app.read(move |view| sight(view, &caller, address)).await?.ok_or_else(not_permitted)?;
    let limit = query.limit.unwrap_or(HISTORY_LIMIT_DEFAULT);
    if !(1..=HISTORY_LIMIT_MAX).contains(&limit) {
        let detail = format!("limit must be 1 to {HISTORY_LIMIT_MAX}");
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    let before = query.cursor.map(|text| text.parse::<Cursor>()).transpose()?;
    let place = app.place(Pool::Histories, &client).await?;
    let (store, network) = (app.gateway.store.clone(), app.network());
    let read = move || {
        let (before, limit) = (before.map(|Cursor { height, index }| (height, index)), limit as usize);
        Ok(json(&match sight {
            Sight::Whole => page(&store, network, address, before, limit)?,
            Sight::Of(brands) => page_of(&store, network, address, before, limit, brands)?,
        }))
    };
    let bytes = app.blocking(read).await?;
    Ok(Large::json(bytes, place))
}

/// One page; shorter than asked for when the blocks that hold its transactions are large.
fn page(
    store: &Store,
    network: NetworkKind,
    address: Address,
    before: Option<(Height, u32)>,
    limit: usize,
) -> Result<api::History, Failure> {
    let (found, head) = found(store, address, before, limit + 1)?;
    let before = found.page.before;
    let mut page = api::History { transactions: Vec::new(), before, head, only_of: None, next_cursor: None };
    let mut last: Option<(Cursor, Block)> = None;
    let mut bytes = 0_usize;
    for placed in &found.page.transactions {
        let cursor = Cursor { height: placed.height, index: placed.index };
        let same_block = last.as_ref().is_some_and(|(last, _)| last.height == cursor.height);
        if page.transactions.len() == limit || (!same_block && bytes > HISTORY_BYTES_MAX) {
            page.next_cursor = last.map(|(cursor, _)| cursor.to_string());
            break;
        }
        let block = match last {
            Some((_, block)) if same_block => block,
            _ => {
                let stored = outcome::stored(store, placed.height)?;
                bytes = bytes.saturating_add(stored.bytes.len());
                outcome::decode(&stored)?
            }
        };
        page.transactions.push(outcome::status_in(&block, placed, network)?);
        last = Some((cursor, block));
    }
    let left_out = found.page.transactions[page.transactions.len()..].iter().rev();
    page.before = left_out.fold(page.before, |activity, placed| placed.added_to(activity));
    for (number, status) in (page.before.count.saturating_add(1)..).zip(page.transactions.iter_mut().rev()) {
        status.activity = Some(number);
    }
    Ok(page)
}

/// One page of the transactions with points of some brands. Its numbers and its end tell nothing of the others, unless
/// so many blocks had to be read that it ends without having looked at all.
fn page_of(
    store: &Store,
    network: NetworkKind,
    address: Address,
    mut before: Option<(Height, u32)>,
    limit: usize,
    brands: Vec<BrandId>,
) -> Result<api::History, Failure> {
    let mut page = api::History {
        transactions: Vec::new(),
        before: Activity::default(),
        head: None,
        only_of: None,
        next_cursor: None,
    };
    let (mut last, mut bytes, mut shown) = (None::<Block>, 0_usize, None);
    'pages: loop {
        let found = store.history(&address, before, PAGE_SEARCHED)?.page.transactions;
        for placed in &found {
            let block = match last {
                Some(block) if block.header.height == placed.height => block,
                Some(block) if bytes > HISTORY_BYTES_MAX => {
                    page.next_cursor = Some(Cursor { height: block.header.height, index: 0 }.to_string());
                    break 'pages;
                }
                _ => {
                    let stored = outcome::stored(store, placed.height)?;
                    bytes = bytes.saturating_add(stored.bytes.len());
                    outcome::decode(&stored)?
                }
            };
            let status = outcome::status_in(&block, placed, network)?;
            let operations = status.transaction.iter().flat_map(|signed| signed.transaction.operations.iter());
            if operations.into_iter().any(|operation| is_in_points_of(operation, &brands)) {
                if page.transactions.len() == limit {
                    page.next_cursor = shown.map(|cursor: Cursor| cursor.to_string());
                    break 'pages;
                }
                page.transactions.push(status);
                shown = Some(Cursor { height: placed.height, index: placed.index });
            }
            (last, before) = (Some(block), Some((placed.height, placed.index)));
        }
        if found.len() < PAGE_SEARCHED {
            break;
        }
    }
    Ok(api::History { only_of: Some(brands), ..page })
}

/// A part of a history, and the account's activity at its time.
fn found(
    store: &Store,
    address: Address,
    before: Option<(Height, u32)>,
    limit: usize,
) -> Result<(History, Option<Activity>), Failure> {
    loop {
        let found = store.history(&address, before, limit)?;
        match store.read_of(found.view.clone(), |view| view.account(address)) {
            // Blocks have come meanwhile; both have to be of one time.
            Err(StoreError::PageGone) => {}
            account => return Ok((found, account?.map(|account| account.activity))),
        }
    }
}

/// The place of the last transaction of a page; opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    height: Height,
    index: u32,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.height.get(), self.index)
    }
}
impl FromStr for Cursor {
    type Err = Failure;
    fn from_str(text: &str) -> Result<Self, Failure> {
        let parse = || {
            let (height, index) = text.split_once('-')?;
            let height = Height::new(u64::from_str_radix(height, 16).ok()?);
            Some(Self { height, index: u32::from_str_radix(index, 16).ok()? })
        };
        let cursor = if text.len() <= CURSOR_BYTES_MAX { parse() } else { None };
        // There is one way to write a place, so nothing but what this gateway gave out comes back.
        cursor.filter(|cursor| cursor.to_string() == text).ok_or_else(|| {
            Failure::new(Kind::InvalidCursor, "this is no cursor; pass on next_cursor of the page before, unchanged")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_one_text_and_everything_else_is_refused() {
        let largest = Cursor { height: Height::new(u64::MAX), index: u32::MAX };
        for cursor in [Cursor { height: Height::new(1), index: 0 }, largest] {
            assert_eq!(cursor.to_string().parse::<Cursor>().ok(), Some(cursor));
        }
        let too_long = "0".repeat(CURSOR_BYTES_MAX + 1);
        for wrong in ["", "-", "1", "1-", "-1", "01-0", "+1-0", "1-0-0", "A-0", "1-100000000", "ä-1", &too_long] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
