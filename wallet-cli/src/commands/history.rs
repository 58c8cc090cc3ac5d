//! The history of an account: its transactions, and what happened without one.

use std::collections::BTreeMap;

use lojal_types::api::{self, TransactionStatus};
use lojal_types::{AddressText, BrandId, Points, TimeMs};
use lojal_wallet::gateways::{Gateway, GatewaysError};
use lojal_wallet::receipts;

use super::context::Context;
use super::decimals::Decimals;
use super::show::{Reader, history_table};
use super::unsent::{Expired, ReturnedHold, Taken, expired, open_reversals, returned_holds};
use crate::error::CommandError;
use crate::output::{Report, to_value};

/// Most transactions on a page of the gateway.
const PAGE_MAX: u32 = 100;
/// Most pages that are read beside the one that is shown.
const PAGES_MAX: usize = 50;
/// Most reversals that a gateway is asked about, the newest.
const REVERSALS_MAX: usize = 100;

/// A gateway's answers about an account, all of them after the same block as far as anybody can tell.
struct Known {
    /// The page that was asked for.
    page: api::History,
    /// The transactions after those of the page, as far as they were looked for; nothing if there are too many.
    later: Option<Vec<TransactionStatus>>,
    /// The transactions before those of the page, to the first; nothing if there are too many.
    earlier: Option<Vec<TransactionStatus>>,
    /// What the reversals took.
    taken: Taken,
    account: api::Account,
    now: TimeMs,
}

/// `lojal history`.
pub(super) fn history(
    context: &Context,
    address: Option<AddressText>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let gateways = context.gateways(home.as_ref())?;
    let known = gateways.ask(|gateway| look(gateway, &address, limit, cursor))?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let receipts = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let page = &known.page;
    let returned = known.later.as_ref().map(|later| returned_holds(&page.transactions, later, address, known.now));
    let reader = Reader { viewpoint: Some(address), decimals: &decimals, receipts: &receipts, taken: &known.taken };
    let mut text = match page.transactions.is_empty() {
        true => format!("{address} has no transactions"),
        false => history_table(&page.transactions, returned.as_deref().unwrap_or_default(), &reader),
    };
    let gone = cursor.is_none().then(|| expired_until_now(&known)).flatten();
    for (brand, expired) in gone.iter().flatten() {
        text += &format!("\n{}", expired_text(*brand, *expired, &decimals));
    }
    if let Some(cursor) = &page.next_cursor {
        text += &format!("\nmore with --cursor {cursor}");
    }
    let report = Report::done(page, text);
    let returned = returned.map(|holds| holds.iter().map(returned_json).collect::<Vec<_>>());
    Ok(report.with_field("returned_holds", &returned).with_field("expired", &gone.map(expired_json)))
}

fn look(gateway: &Gateway, address: &AddressText, limit: u32, cursor: Option<&str>) -> Result<Known, GatewaysError> {
    let client = gateway.client()?;
    let page = client.history(address, limit, cursor)?;
    let newest = page.transactions.first().map(|status| status.id);
    let later = match cursor {
        None => Some(Vec::new()),
        Some(_) => all_pages(gateway, address, None, |status| Some(status.id) == newest)?,
    };
    let earlier = match (cursor, &page.next_cursor) {
        (Some(_), _) => None,
        (None, None) => Some(Vec::new()),
        (None, Some(next)) => all_pages(gateway, address, Some(next.clone()), |_| false)?,
    };
    let mut taken = Taken::new();
    let known = [&page.transactions[..], earlier.as_deref().unwrap_or_default()];
    for (brand, reference) in known.iter().flat_map(|some| open_reversals(some, *address)).take(REVERSALS_MAX) {
        match client.reversal(&brand, reference) {
            Ok(reversal) => drop(taken.insert((brand, reference.clone()), reversal.amount)),
            // It is behind what the same gateway has just said: what isn't known is told as a range.
            Err(error) if error.is_problem("unknown_reference") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Known { page, later, earlier, taken, account: client.account(address)?, now: gateway.status()?.time_ms })
}

/// The transactions from a cursor on until one that is not wanted any more, or the first of all; nothing if there are
/// too many.
fn all_pages(
    gateway: &Gateway,
    address: &AddressText,
    mut cursor: Option<String>,
    is_end: impl Fn(&TransactionStatus) -> bool,
) -> Result<Option<Vec<TransactionStatus>>, GatewaysError> {
    let mut all = Vec::new();
    for _ in 0..PAGES_MAX {
        let page = gateway.client()?.history(address, PAGE_MAX, cursor.as_deref())?;
        for status in page.transactions {
            if is_end(&status) {
                return Ok(Some(all));
            }
            all.push(status);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(Some(all));
        }
    }
    Ok(None)
}

/// The points that expired, once all transactions are known.
fn expired_until_now(known: &Known) -> Option<BTreeMap<BrandId, Expired>> {
    let all = [&known.page.transactions[..], known.earlier.as_deref()?].concat();
    expired(&all, &known.taken, &known.account)
}

fn expired_text(brand: BrandId, expired: Expired, decimals: &Decimals) -> String {
    match expired {
        Expired::Exactly(points) => format!("expired until now: {}", decimals.in_words(points, brand)),
        Expired::Between(least, most) => {
            let (least, most) = (decimals.in_words(least, brand), decimals.in_words(most, brand));
            format!("expired until now: {least} to {most}; how many were taken back isn't known")
        }
    }
}

/// The points by brand; where it is known within bounds only, both of them.
fn expired_json(expired: BTreeMap<BrandId, Expired>) -> serde_json::Value {
    let points = |expired| match expired {
        Expired::Exactly(points) => to_value(&points),
        Expired::Between(least, most) => serde_json::json!({ "at_least": least, "at_most": most }),
    };
    let by_brand = expired.into_iter().map(|(brand, expired)| (brand.to_string(), points(expired)));
    serde_json::Value::Object(by_brand.collect())
}

fn returned_json(hold: &ReturnedHold) -> serde_json::Value {
    let points: Points = hold.amount;
    serde_json::json!({ "brand": hold.brand, "amount": points, "time_ms": hold.time_ms })
}
