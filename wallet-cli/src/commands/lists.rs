//! A brand's lists and statistics, for its operators. All of it is the gateway's word, which is said.

use std::mem;

use lojal_client::BrandFilter;
use lojal_types::{BrandId, Lot, Points, api};
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::receipts;
use lojal_wallet::time::utc;

use super::context::Context;
use super::decimals::Decimals;
use super::show::{Reader, history_table};
use super::unsent::Taken;
use crate::cli::BrandTransactionsArgs;
use crate::error::CommandError;
use crate::output::{Report, grouped, paragraph};

/// Most pages of a list that are read at once.
const PAGES_MAX: usize = 1_000;
/// Most accounts that are shown at once.
const ACCOUNTS_MAX: usize = 100_000;

const BELIEVED: &str = "a gateway is believed: nothing proves that a list is whole";

/// `lojal brand transactions`.
pub(super) fn transactions(context: &Context, args: &BrandTransactionsArgs) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let since_ms = args.wanted.since.map(|day| day.start());
    let filter = BrandFilter { account: args.account, kind: args.wanted.kind, since_ms };
    let page = (args.limit, args.cursor.as_deref());
    let found = gateways.ask(|gateway| Ok(gateway.client()?.brand_transactions(&args.brand, &filter, page)?))?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let receipts = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let taken = Taken::new();
    let reader = Reader { viewpoint: None, decimals: &decimals, receipts: &receipts, taken: &taken };
    let mut text = match found.transactions.is_empty() {
        true => format!("there are no such transactions with points of {}", args.brand),
        false => history_table(&found.transactions, &[], &reader),
    };
    if let Some(first) = found.complete_from {
        text += &format!("\nthis gateway has blocks from height {first} on: another one may have earlier transactions");
    }
    Ok(Report::done(&found, ended(text, found.next_cursor.as_deref())))
}

/// `lojal brand accounts`.
pub(super) fn accounts(context: &Context, brand: BrandId, cursor: Option<&str>) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let ask = |cursor: Option<&str>| asked(&gateways, |client| client.brand_accounts(&brand, cursor));
    let list = pages(context, cursor, ask, |list| (&mut list.accounts, &mut list.next_cursor))?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?.of(brand);
    let points = |points: Points| grouped(points, decimals);
    let mut rows = vec![["ACCOUNT", "POINTS", "HELD", "EXPIRES FIRST", "OF THEM"].map(str::to_owned).to_vec()];
    for one in &list.accounts {
        let (expiry, first) = first_of(&one.lots, decimals);
        rows.push(vec![one.account.to_string(), points(one.total), points(one.held), expiry, first]);
    }
    let text = match list.accounts.is_empty() {
        true => format!("no account has points of {brand}"),
        false => lojal_print::table(&rows, &[1, 2, 4]),
    };
    Ok(Report::done(&list, ended(text, list.next_cursor.as_deref())))
}

/// `lojal brand expiring`.
pub(super) fn expiring(
    context: &Context,
    brand: BrandId,
    months: u8,
    cursor: Option<&str>,
) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let ask = |cursor: Option<&str>| asked(&gateways, |client| client.brand_expiring(&brand, months, cursor));
    let list = pages(context, cursor, ask, |list| (&mut list.accounts, &mut list.next_cursor))?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?.of(brand);
    let mut rows = vec![["EXPIRES WITH", "ACCOUNT", "POINTS"].map(str::to_owned).to_vec()];
    for one in &list.accounts {
        let row = |lot: &Lot| vec![lot.expiry.to_string(), one.account.to_string(), grouped(lot.amount, decimals)];
        rows.extend(one.lots.iter().map(row));
    }
    rows[1..].sort();
    let mut text = match list.accounts.is_empty() {
        true => format!("no points of {brand} in accounts expire by the end of {}", list.until),
        false => lojal_print::table(&rows, &[2]),
    };
    for api::PointsByExpiry { expiry, points } in &list.points {
        text += &format!("\nin all {} of {brand} expire with {expiry}", grouped(*points, decimals));
    }
    Ok(Report::done(&list, ended(text, list.next_cursor.as_deref())))
}

/// `lojal brand statistics`.
pub(super) fn statistics(context: &Context, brand: BrandId, by_expiry: bool) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let told = asked(&gateways, |client| client.brand_statistics(&brand))?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?.of(brand);
    let mut text = if by_expiry { expiry_table(&told, decimals) } else { month_table(&told, decimals) };
    text += &format!("\n{}", paragraph(format!("up to block {}, {} UTC", told.height, utc(told.time_ms))));
    if let Some(first) = told.complete_from {
        text += &format!("\n{}", paragraph(format!("counted from block {first} on: this gateway knows no more")));
    }
    Ok(Report::done(&told, ended(text, None)))
}

fn month_table(told: &api::BrandStatistics, decimals: u8) -> String {
    let head = ["MONTH", "ISSUED", "REDEEMED", "CONVERTED", "EXPIRED", "REVERSED", "OUTSTANDING", "HELD"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for one in &told.months {
        let mut row = vec![one.month.to_string()];
        let changes = [one.issued, one.redeemed, one.converted_out, one.expired, one.reversed];
        row.extend(changes.map(|points| grouped(points, decimals)));
        row.extend([one.outstanding, one.held].map(|points| grouped(points, decimals)));
        rows.push(row);
    }
    lojal_print::table(&rows, &[1, 2, 3, 4, 5, 6, 7])
}

fn expiry_table(told: &api::BrandStatistics, decimals: u8) -> String {
    let mut rows = vec![["AT THE END OF", "EXPIRES WITH", "POINTS"].map(str::to_owned).to_vec()];
    for one in &told.months {
        let row = |part: &api::PointsByExpiry| {
            vec![one.month.to_string(), part.expiry.to_string(), grouped(part.points, decimals)]
        };
        rows.extend(one.by_expiry.iter().map(row));
    }
    lojal_print::table(&rows, &[2])
}

/// The accounts of a list from a page on, as many as are shown at once, with what the last page says besides.
fn pages<L, T>(
    context: &Context,
    cursor: Option<&str>,
    ask: impl Fn(Option<&str>) -> Result<L, GatewaysError>,
    parts: fn(&mut L) -> (&mut Vec<T>, &mut Option<String>),
) -> Result<L, GatewaysError> {
    let progress = context.progress();
    let mut list = ask(cursor)?;
    for _ in 1..PAGES_MAX {
        let (accounts, next) = parts(&mut list);
        let Some(next) = next.take_if(|_| accounts.len() < ACCOUNTS_MAX) else { break };
        progress.tell(format!("read {} accounts", accounts.len()));
        let mut all = mem::take(accounts);
        list = ask(Some(&next))?;
        let (accounts, _) = parts(&mut list);
        all.append(accounts);
        *accounts = all;
    }
    Ok(list)
}

/// The first expiry of some lots, and the points that expire then.
fn first_of(lots: &[Lot], decimals: u8) -> (String, String) {
    let first = lots.first();
    first.map_or_else(Default::default, |lot| (lot.expiry.to_string(), grouped(lot.amount, decimals)))
}

fn ended(mut text: String, cursor: Option<&str>) -> String {
    if let Some(cursor) = cursor {
        text += &format!("\nmore with --cursor {cursor}");
    }
    format!("{text}\n{}", paragraph(BELIEVED.to_owned()))
}

fn asked<T>(
    gateways: &Gateways,
    question: impl Fn(&lojal_client::Client) -> Result<T, lojal_client::ClientError>,
) -> Result<T, GatewaysError> {
    gateways.ask(|gateway| Ok(question(gateway.client()?)?))
}
