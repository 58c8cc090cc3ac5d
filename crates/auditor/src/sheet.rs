//! The report as people read it: points in a brand's display decimals, money in minor units with all of its
//! millionths, times in UTC.

use std::fmt::Write;

use lojal_text::{outside, wrap};
use lojal_types::api::{Netting, NettingPair};
use lojal_types::{BrandId, ExactMoney, GrossPoints, Height, Lot, TimeMs};

use crate::verify::{BrandReport, Report};

/// The beginning of a line under a title.
const INDENT: &str = "  ";

/// A label and what stands behind it.
type Row = (String, String);

/// The whole report: where the chain ends, a balance sheet per brand, and what they owe each other; in so many
/// `columns`, if there is a number.
pub fn text(report: &Report, columns: Option<usize>) -> String {
    let transactions = &report.transactions;
    let head = [
        ("network", outside(&report.network)),
        ("chain id", report.chain_id.to_string()),
        ("height", report.height.to_string()),
        ("time", utc(report.time_ms)),
        ("block", report.block.to_string()),
        ("state root", report.state_root.to_string()),
        ("transactions", format!("{} applied, {} failed", transactions.applied, transactions.failed)),
        ("duration", format!("{}.{:03} s", report.duration_ms / 1000, report.duration_ms % 1000)),
    ];
    let head = head.map(|(label, value)| vec![label.to_owned(), value]);
    let mut lines = vec![lojal_text::table(&head, &[], columns)];
    lines.push(String::new());
    // Each ends with a line's end, so that an empty line follows.
    lines.extend(report.brands.iter().map(|brand| brand_text(brand, columns)));
    lines.push(netting_text(&report.netting, columns));
    let from = match report.base {
        Height::GENESIS => "genesis".to_owned(),
        base => format!("the snapshot at height {base}, for which its certificate stands,"),
    };
    lines.push(format!("Everything holds from {from} to height {}.", report.height));
    lines.join("\n") + "\n"
}

/// A brand's balance sheet, in the brand's display decimals.
pub fn brand_text(brand: &BrandReport, columns: Option<usize>) -> String {
    let totals = &brand.totals;
    let total = |label: &str, points: GrossPoints| (label.to_owned(), format_points(points, brand.decimals));
    let heading = |label: &str| (label.to_owned(), String::new());
    let by_month = |lots: &[Lot]| -> Vec<Row> {
        lots.iter().map(|lot| (format!("  {}", lot.expiry), format_points(lot.amount.into(), brand.decimals))).collect()
    };
    let mut rows = vec![
        total("issued", totals.issued),
        total("outstanding", totals.outstanding.into()),
        total("held", totals.held.into()),
        total("redeemed", totals.redeemed),
        total("converted out", totals.converted_out),
        total("expired", totals.expired),
        total("reversed", totals.reversed),
    ];
    // Version 1 has none of them.
    let later = [("pending", totals.pending.into()), ("donated", totals.donated), ("refunded", totals.refunded)];
    let has_later = later.iter().any(|(_, points)| *points > GrossPoints::default());
    rows.extend(later.iter().filter(|_| has_later).map(|(label, points)| total(label, *points)));
    rows.extend([("holders".to_owned(), brand.holders.to_string()), heading("liability by last month")]);
    rows.extend(by_month(&brand.liability));
    if !brand.held_by_month.is_empty() {
        rows.push(heading("held by last month"));
        rows.extend(by_month(&brand.held_by_month));
    }
    if !brand.pending_by_month.is_empty() {
        rows.push(heading("pending by last month"));
        rows.extend(by_month(&brand.pending_by_month));
    }
    table(&format!("{} ({})", outside(&brand.name), brand.id), &rows, columns)
}

/// The netting statement: what every pair of brands owes each other, and the difference.
pub fn netting_text(netting: &Netting, columns: Option<usize>) -> String {
    let currency = netting.currency.map(|currency| format!(" of {currency}")).unwrap_or_default();
    let at = format!("after block {} of {}", netting.height, utc(netting.time_ms));
    let title = format!("Between brands, in minor units{currency}, {at}");
    let mut rows: Vec<Row> = netting.pairs.iter().flat_map(pair_rows).collect();
    if rows.is_empty() {
        rows.push(("no brand has ever owed another anything".to_owned(), String::new()));
    }
    table(&title, &rows, columns)
}

fn pair_rows(pair: &NettingPair) -> [Row; 3] {
    let owes = |debtor: BrandId, creditor: BrandId| format!("{debtor} owes {creditor}");
    let net = match pair.net_debtor {
        Some(debtor) if debtor == pair.first => owes(pair.first, pair.second),
        Some(_) => owes(pair.second, pair.first),
        None => "nothing".to_owned(),
    };
    [
        (owes(pair.first, pair.second), format_money(pair.first_owes)),
        (owes(pair.second, pair.first), format_money(pair.second_owes)),
        (format!("  net: {net}"), format_money(pair.net)),
    ]
}

/// Lines under a title; amounts stand under each other by their last digit.
fn table(title: &str, rows: &[Row], columns: Option<usize>) -> String {
    let row = |(label, amount): &Row| vec![format!("{INDENT}{label}"), amount.clone()];
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    let title = columns.map_or_else(|| title.to_owned(), |columns| wrap("", title, columns).join("\n"));
    format!("{title}\n{}\n", lojal_text::table(&rows, &[1], columns))
}

/// A sum in minor units with all of its millionths, such as `1250.500000`.
pub fn format_money(money: ExactMoney) -> String {
    format_micro(money.in_micro())
}

/// A sum in millionths of a minor unit, as [`format_money`] shows it.
pub fn format_micro(micro: u128) -> String {
    format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000)
}

/// An amount with all of the brand's decimals, such as `12.50`.
pub fn format_points(points: GrossPoints, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let digits = format!("{:0>width$}", points.get(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// A time as RFC 3339 writes it, such as `2026-11-21T08:15:00.000Z`.
pub fn utc(time: TimeMs) -> String {
    let ms = time.get();
    let (seconds, ms_of_second) = (ms / 1000, ms % 1000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let (hours, minute) = (minutes / 60, minutes % 60);
    let mut text = format!("{}-{:02}", time.month(), day_of_month(time));
    write!(text, "T{:02}:{minute:02}:{second:02}.{ms_of_second:03}Z", hours % 24)
        .expect("writing to memory can't fail");
    text
}

/// The day of the month, 1 to 31: days go by since the last one that lies in the month before.
fn day_of_month(time: TimeMs) -> u64 {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let in_this_month = |days: &u64| {
        let ms = time.get().checked_sub(days * DAY_MS);
        ms.and_then(|ms| TimeMs::new(ms).ok()).is_some_and(|earlier| earlier.month() == time.month())
    };
    (1..=31).find(|days| !in_this_month(days)).expect("no month has more than 31 days")
}

#[cfg(test)]
mod tests;
