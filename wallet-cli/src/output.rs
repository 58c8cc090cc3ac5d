//! What people and programs get to see.

use std::io::{self, Write};

use lojal_types::TimeMs;
use serde_json::Value;

use crate::error::CommandError;

/// What a command found or did.
#[derive(Debug)]
pub struct Report {
    /// For programs.
    pub json: Value,
    /// For people, without the last line end.
    pub text: String,
    /// Whether a transaction's outcome is not known yet.
    pub is_open: bool,
}

impl Report {
    /// A report of something that is done.
    pub fn done(json: &impl serde::Serialize, text: String) -> Self {
        Self { json: to_value(json), text, is_open: false }
    }
}

/// The JSON of plain data.
pub fn to_value(data: &impl serde::Serialize) -> Value {
    serde_json::to_value(data).expect("plain data has a JSON form")
}

/// Prints the outcome and gives the exit code.
pub fn print(outcome: &Result<Report, CommandError>, json: bool) -> u8 {
    match outcome {
        Ok(report) if json => to_stdout(&report.json.to_string()),
        Ok(report) => to_stdout(&printable(&report.text)),
        Err(error) if json => to_stdout(&error.to_json().to_string()),
        Err(error) => note(&format!("error: {error}")),
    }
    match outcome {
        Ok(report) if report.is_open => 3,
        Ok(_) => 0,
        Err(error) => error.exit_code(),
    }
}

/// Prints a line to stdout. Whoever stopped reading wants no more.
pub fn to_stdout(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints a line to stderr, for people.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(text));
}

/// The text without what could steer a terminal: some of it comes from gateways.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// Rows in aligned columns, two spaces apart; the columns of `right` are aligned to the right.
pub fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|t| t.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, text)| {
            let width = widths[column];
            if right.contains(&column) { format!("{text:>width$}") } else { format!("{text:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A time as `2026-11-21 22:45:01` (UTC).
pub fn utc(time: TimeMs) -> String {
    let seconds = time.get() / 1000;
    let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{}-{:02} {hour:02}:{minute:02}:{second:02}", time.month(), day_of_month(days))
}

/// The day of the month (1 to 31) of a day counted from 1970-01-01, by the days-to-civil algorithm:
/// <https://howardhinnant.github.io/date_algorithms.html>.
fn day_of_month(days: u64) -> u64 {
    let day_of_era = (days + 719_468) % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    day_of_year - (153 * march_month + 2) / 5 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_also_around_leap_days() {
        let cases = [
            (0, "1970-01-01 00:00:00"),
            (951_782_399_999, "2000-02-28 23:59:59"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (951_868_800_000, "2000-03-01 00:00:00"),
            (1_798_761_599_999, "2026-12-31 23:59:59"),
            (1_798_761_600_000, "2027-01-01 00:00:00"),
        ];
        for (ms, text) in cases {
            assert_eq!(utc(TimeMs::new(ms).expect("in range")), text);
        }
    }

    #[test]
    fn tables_are_aligned_and_carry_no_trailing_spaces() {
        let rows = [vec!["åb".to_owned(), "5".to_owned(), String::new()], vec!["c".to_owned(), "1,250".to_owned()]];
        assert_eq!(table(&rows, &[1]), "åb      5\nc   1,250");
        assert_eq!(table(&[], &[]), "");
    }

    #[test]
    fn nothing_from_a_gateway_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\nc"), "a\u{fffd}[2Jb\u{fffd}\nc");
    }
}
