//! The report as people read it: amounts in a brand's display decimals, times in UTC.

use std::fmt::Write;

use lojal_types::{Points, TimeMs};

use crate::verify::{BrandReport, Report};

/// The whole report: where the chain ends, and a balance sheet per brand.
pub fn text(report: &Report) -> String {
    let mut lines = vec![
        format!("network       {}", report.network),
        format!("chain id      {}", report.chain_id),
        format!("height        {}", report.height),
        format!("time          {}", utc(report.time_ms)),
        format!("block         {}", report.block),
        format!("state root    {}", report.state_root),
        format!("transactions  {} applied, {} failed", report.transactions.applied, report.transactions.failed),
        format!("duration      {}.{:03} s", report.duration_ms / 1000, report.duration_ms % 1000),
    ];
    for brand in &report.brands {
        lines.push(String::new());
        lines.extend(brand_lines(brand));
    }
    lines.push(String::new());
    lines.push(format!("Everything holds from genesis to height {}.", report.height));
    lines.join("\n") + "\n"
}

fn brand_lines(brand: &BrandReport) -> Vec<String> {
    let amount = |points: Points| format_points(points, brand.decimals);
    let mut rows = vec![
        ("issued".to_owned(), amount(brand.issued)),
        ("outstanding".to_owned(), amount(brand.outstanding)),
        ("redeemed".to_owned(), amount(brand.redeemed)),
        ("expired".to_owned(), amount(brand.expired)),
        ("reversed".to_owned(), amount(brand.reversed)),
        ("holders".to_owned(), brand.holders.to_string()),
    ];
    let liability = brand.liability.iter().map(|lot| (format!("  {}", lot.expiry), amount(lot.amount)));
    rows.push(("liability by last month".to_owned(), String::new()));
    rows.extend(liability);
    // Amounts stand under each other by their last digit.
    let label_chars = rows.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    let amount_chars = rows.iter().map(|(_, amount)| amount.len()).max().unwrap_or_default();
    let mut lines = vec![format!("{} ({})", brand.name, brand.id)];
    lines.extend(rows.iter().map(|(label, amount)| {
        let line = format!("  {label:<label_chars$}  {amount:>amount_chars$}");
        line.trim_end().to_owned()
    }));
    lines
}

/// An amount with all of the brand's decimals, such as `12.50`.
pub fn format_points(points: Points, decimals: u8) -> String {
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
