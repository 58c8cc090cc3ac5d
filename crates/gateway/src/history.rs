//! `GET /v1/accounts/{address}/transactions` and `GET /v1/brands/{id}/transactions`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use lojal_store::{History, Store, StoreError, Subject};
use lojal_types::{
    Activity, Address, AddressText, Block, BrandId, Height, NetworkKind, OPERATION_NAMES, Operation, Outcome, TimeMs,
    api,
};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::brands::allowed;
use crate::clients::Client;
use crate::extract::{AddressSegment, Params, Segment};
use crate::large::{Large, json};
use crate::limits::{CURSOR_BYTES_MAX, HISTORY_BYTES_MAX, HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX};
use crate::outcome;
use crate::places::Pool;
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::rights::{Sight, not_permitted, sight};

/// Most transactions that are looked through at once for some of them.
const PAGE_SEARCHED: usize = 100;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    limit: Option<u32>,
    cursor: Option<String>,
    brand: Option<BrandId>,
    kind: Option<String>,
    since_ms: Option<TimeMs>,
}

/// The transactions of a history that are wanted.
#[derive(Debug, Default)]
struct Wanted {
    /// Those with an operation of this kind.
    kind: Option<String>,
    /// Those with points of these brands; all if it doesn't say. The kind has to be that of such an operation.
    brands: Option<Vec<BrandId>>,
    /// Those of blocks that are no earlier.
    since: Option<TimeMs>,
    /// Those that were applied.
    is_applied: bool,
}

impl Wanted {
    /// Those of an account that a query asks for, as far as somebody may see them.
    fn of(query: &Query, sight: &Sight) -> Result<Self, Failure> {
        let brands = match (&query.brand, sight) {
            (None, Sight::Whole) => None,
            (None, Sight::Of(brands)) => Some(brands.clone()),
            (Some(brand), Sight::Of(brands)) if !brands.contains(brand) => return Err(not_permitted()),
            (Some(brand), _) => Some(vec![*brand]),
        };
        Ok(Self { kind: kind_of(query.kind.as_ref())?, brands, since: query.since_ms, is_applied: false })
    }

    fn is_all(&self) -> bool {
        self.kind.is_none() && self.brands.is_none() && self.since.is_none() && !self.is_applied
    }

    fn has(&self, operation: &Operation<AddressText>) -> bool {
        self.kind.as_ref().is_none_or(|kind| operation.name() == kind)
            && self.brands.as_ref().is_none_or(|brands| operation.is_in_points_of(brands))
    }
}

/// A kind of operation, if it is one.
fn kind_of(kind: Option<&String>) -> Result<Option<String>, Failure> {
    if kind.is_some_and(|kind| !OPERATION_NAMES.contains(&kind.as_str())) {
        let detail = format!("kind is no type of an operation; write one of {}", OPERATION_NAMES.join(", "));
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    Ok(kind.cloned())
}

/// The number of transactions that a page may have.
fn limit_of(limit: Option<u32>) -> Result<usize, Failure> {
    let limit = limit.unwrap_or(HISTORY_LIMIT_DEFAULT);
    if !(1..=HISTORY_LIMIT_MAX).contains(&limit) {
        return Err(Failure::new(Kind::InvalidParameter, format!("limit must be 1 to {HISTORY_LIMIT_MAX}")));
    }
    Ok(limit as usize)
}

/// The place of a cursor.
fn place_of(cursor: Option<&String>) -> Result<Option<(Height, u32)>, Failure> {
    let cursor = cursor.map(|text| text.parse::<Cursor>()).transpose()?;
    Ok(cursor.map(|Cursor { height, index }| (height, index)))
}

/// An account's transactions, or some of them, the newest first.
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    AddressSegment(address): AddressSegment,
    Params(query): Params<Query>,
) -> Result<Large, Failure> {
    let sight = app.read(move |view| sight(view, &caller, address)).await?.ok_or_else(not_permitted)?;
    let (limit, before) = (limit_of(query.limit)?, place_of(query.cursor.as_ref())?);
    let wanted = Wanted::of(&query, &sight)?;
    let place = app.place(Pool::Histories, &client).await?;
    let (store, network) = (app.gateway.store.clone(), app.network());
    let read = move || {
        if wanted.is_all() {
            return Ok(json(&page(&store, network, address, before, limit)?));
        }
        let only_of = if let Sight::Of(brands) = sight { Some(brands) } else { None };
        let api::BrandTransactions { transactions, complete_from, next_cursor } =
            page_of(&store, (network, Subject::Account(address)), before, limit, &wanted)?;
        Ok(json(&api::History { transactions, before: None, head: None, only_of, complete_from, next_cursor }))
    };
    let bytes = app.blocking(read).await?;
    Ok(Large::json(bytes, place))
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BrandQuery {
    limit: Option<u32>,
    cursor: Option<String>,
    account: Option<AddressText>,
    kind: Option<String>,
    since_ms: Option<TimeMs>,
}

/// The transactions with points of a brand, or some of them, the newest first: those of one account are looked up in
/// its own history.
pub(crate) async fn of_brand(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    Segment(id): Segment<BrandId>,
    Params(query): Params<BrandQuery>,
) -> Result<Large, Failure> {
    app.read(move |view| allowed(view, &caller, id)).await??;
    let (limit, before) = (limit_of(query.limit)?, place_of(query.cursor.as_ref())?);
    let account = query.account.map(|account| account.to_canonical(app.network())).transpose();
    let account = account.map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))?;
    let kind = kind_of(query.kind.as_ref())?;
    let wanted = Wanted { kind, brands: Some(vec![id]), since: query.since_ms, is_applied: true };
    let place = app.place(Pool::Histories, &client).await?;
    let (store, network) = (app.gateway.store.clone(), app.network());
    let subject = account.map_or(Subject::Brand(id), Subject::Account);
    let read = move || Ok(json(&page_of(&store, (network, subject), before, limit, &wanted)?));
    Ok(Large::json(app.blocking(read).await?, place))
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
    if let Some((height, _)) = before.filter(|_| found.page.transactions.is_empty() && store.base().is_some()) {
        // Whoever goes on from there was told that there is more, and it has gone meanwhile.
        return Err(Failure::pruned(height, store.first_height()));
    }
    // Whose transactions are all before the first block of this node has done nothing since.
    let is_all_before = found.page.transactions.is_empty() && before.is_none();
    let before = if is_all_before { head.unwrap_or_default() } else { found.page.before };
    let (transactions, only_of) = (Vec::new(), None);
    let mut page = api::History { transactions, before: None, head, only_of, complete_from: None, next_cursor: None };
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
    let before = left_out.fold(before, |activity, placed| placed.added_to(activity));
    for (number, status) in (before.count.saturating_add(1)..).zip(page.transactions.iter_mut().rev()) {
        status.activity = Some(number);
    }
    page.before = Some(before);
    let is_cut = page.next_cursor.is_none() && before.count > 0;
    page.complete_from = is_cut.then(|| store.first_height());
    Ok(page)
}

/// One page of some of the transactions. Its numbers and its end tell nothing of the others, unless so many blocks had
/// to be read that it ends without having looked at all.
fn page_of(
    store: &Store,
    (network, subject): (NetworkKind, Subject),
    mut before: Option<(Height, u32)>,
    limit: usize,
    wanted: &Wanted,
) -> Result<api::BrandTransactions, Failure> {
    let mut page = api::BrandTransactions { transactions: Vec::new(), complete_from: None, next_cursor: None };
    let (mut last, mut bytes, mut shown) = (None::<Block>, 0_usize, None);
    'pages: loop {
        let found = store.history(subject, before, PAGE_SEARCHED)?.page.transactions;
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
            if wanted.since.is_some_and(|since| block.header.time_ms < since) {
                return Ok(page);
            }
            let status = outcome::status_in(&block, placed, network)?;
            let mut operations = status.transaction.iter().flat_map(|signed| signed.transaction.operations.iter());
            let is_outcome = !wanted.is_applied || placed.outcome == Outcome::Applied;
            if is_outcome && operations.any(|operation| wanted.has(operation)) {
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
    let complete_from = store.base().filter(|_| page.next_cursor.is_none()).map(|_| store.first_height());
    Ok(api::BrandTransactions { complete_from, ..page })
}

/// A part of a history, and the account's activity at its time.
fn found(
    store: &Store,
    address: Address,
    before: Option<(Height, u32)>,
    limit: usize,
) -> Result<(History, Option<Activity>), Failure> {
    loop {
        let found = store.history(Subject::Account(address), before, limit)?;
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
