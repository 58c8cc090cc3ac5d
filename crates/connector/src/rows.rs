//! The rows of a file of balances that customers bring along: CSV, checked as a whole before anything is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use csv::{ReaderBuilder, StringRecord};
use lojal_text::outside;
use lojal_types::limits::EXPIRY_MONTHS_MAX;
use lojal_types::{Expiry, Month, Points, api};
use lojal_wallet::amount;
use lojal_wallet::table::{Lines, text_and_delimiter};

use crate::customers::{CustomersError, number};
use crate::limits::{FAULTS_TOLD_MAX, FIELD_CHARS_MAX, ROWS_MAX};

/// The names of the columns, in any order.
const COLUMNS: [&str; 3] = ["customer", "amount", "expiry"];

/// A balance that a customer brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The line of the file, counted from 1.
    pub(crate) line: u64,
    pub(crate) customer: String,
    pub(crate) amount: Points,
    /// The last month of the points; none for that of the brand's policy.
    pub(crate) expiry: Option<Month>,
}

/// The lines of a file that can't be imported, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    told: Vec<(u64, String)>,
    more: u64,
}

impl Faults {
    fn add(&mut self, line: u64, reason: String) {
        if self.told.len() < FAULTS_TOLD_MAX {
            self.told.push((line, reason));
        } else {
            self.more += 1;
        }
    }
    fn one(line: u64, reason: String) -> Self {
        Self { told: vec![(line, reason)], more: 0 }
    }
}
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, reason) in &self.told {
            writeln!(f, "line {line}: {reason}")?;
        }
        if self.more > 0 {
            writeln!(f, "and {} more", self.more)?;
        }
        write!(f, "nothing was sent: put these lines right, and run it again")
    }
}

/// Reads the rows of a file, for a brand as it is in a month.
///
/// # Errors
/// The lines that can't be imported; then none should be.
pub(crate) fn read(text: &str, brand: &api::Brand, now: Month) -> Result<Vec<Row>, Faults> {
    let (text, delimiter) = text_and_delimiter(text);
    let mut reader = ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let columns = columns(&mut reader).map_err(|reason| Faults::one(1, reason))?;
    let (mut rows, mut faults, mut first_lines) = (Vec::new(), Faults::default(), BTreeMap::new());
    let mut lines = Lines::of(text);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = lines.line_of(error.position());
                faults.add(line, format!("expected {} columns as in line 1: {error}", COLUMNS.len()));
                continue;
            }
        };
        let line = lines.line_of(record.position());
        if rows.len() >= ROWS_MAX {
            faults.add(line, format!("a file has at most {ROWS_MAX} rows: split it"));
            break;
        }
        match row(&record, columns, line, brand, now) {
            Ok(row) => match first_lines.insert((row.customer.clone(), row.expiry), line) {
                Some(first) => faults.add(line, twice(&row, first)),
                None => rows.push(row),
            },
            Err(reason) => faults.add(line, reason),
        }
    }
    if rows.is_empty() && faults == Faults::default() {
        return Err(Faults::one(1, "there is no row below this one".to_owned()));
    }
    if faults == Faults::default() { Ok(rows) } else { Err(faults) }
}

/// The places of the columns in their order.
fn columns(reader: &mut csv::Reader<&[u8]>) -> Result<[usize; 3], String> {
    let expected = format!("expected a head with the columns {}, and no others", COLUMNS.join(", "));
    let head = reader.headers().map_err(|error| format!("{expected}: {error}"))?;
    let place = |name: &str| head.iter().position(|found| found.trim().eq_ignore_ascii_case(name));
    match COLUMNS.map(place) {
        [Some(customer), Some(amount), Some(expiry)] if head.len() == COLUMNS.len() => Ok([customer, amount, expiry]),
        _ => {
            let found = head.iter().take(COLUMNS.len() + 1).map(|name| fitting(name).unwrap_or("a long text"));
            Err(format!("{expected}, found: {}", outside(found.collect::<Vec<_>>().join(", "))))
        }
    }
}

fn row(
    record: &StringRecord,
    [customer, points, expiry]: [usize; 3],
    line: u64,
    brand: &api::Brand,
    now: Month,
) -> Result<Row, String> {
    let field = |at: usize| record.get(at).unwrap_or_default().trim();
    let customer = number(field(customer)).map_err(|error| error.to_string())?;
    let long = |what: &str| format!("{what} has more than {FIELD_CHARS_MAX} characters: is it in the wrong column?");
    let amount = fitting(field(points)).ok_or_else(|| long("the amount"))?;
    let amount = amount::parse(amount, brand.decimals).map_err(|error| format!("the amount: {error}"))?;
    if let Some(max) = brand.policy.issue_max.filter(|max| amount > *max) {
        let max = amount::format(max, brand.decimals);
        return Err(format!("{} issues at most {max} at once: split the amount by expiry, or raise it", brand.id));
    }
    let expiry = last_month(fitting(field(expiry)).ok_or_else(|| long("the expiry"))?, brand, now)?;
    Ok(Row { line, customer, amount, expiry })
}

/// A text, if it isn't too long to be one of these.
fn fitting(text: &str) -> Option<&str> {
    (text.chars().count() <= FIELD_CHARS_MAX).then_some(text)
}

/// Checks that every customer who isn't known yet has a row that opens an account.
///
/// # Errors
/// The first lines of those who have none; nothing should be imported then.
pub(crate) fn check_openings(
    rows: &[Row],
    brand: &api::Brand,
    mut is_known: impl FnMut(&str) -> Result<bool, CustomersError>,
) -> Result<Result<(), Faults>, CustomersError> {
    let min = brand.policy.opening_min;
    let opens: BTreeSet<&str> = rows.iter().filter(|row| row.amount >= min).map(|row| row.customer.as_str()).collect();
    let (mut faults, mut seen) = (Faults::default(), BTreeSet::new());
    for row in rows {
        if !opens.contains(row.customer.as_str()) && seen.insert(row.customer.as_str()) && !is_known(&row.customer)? {
            let (customer, min) = (outside(&row.customer), amount::format(min, brand.decimals));
            let id = brand.id;
            faults.add(
                row.line,
                format!(
                    "customer {customer} has no account yet, and no row of the {min} that open one: lower opening_min \
                     with `lojal policy set {id}`, or leave the customer out"
                ),
            );
        }
    }
    Ok(if faults == Faults::default() { Ok(()) } else { Err(faults) })
}

/// The rows that open accounts, and then those that are less, which are refused until their customer has one.
pub(crate) fn opening_first<'a>(rows: &'a [Row], brand: &api::Brand) -> [Vec<&'a Row>; 2] {
    let (opening, small) = rows.iter().partition(|row| row.amount >= brand.policy.opening_min);
    [opening, small]
}

/// The last month of a row's points, as the ledger will check it.
fn last_month(text: &str, brand: &api::Brand, now: Month) -> Result<Option<Month>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let month: Month = text.parse().map_err(|_| {
        let shown = outside(text);
        format!("{shown} is no last month: write one like 2027-03, or nothing for what the brand's policy gives")
    })?;
    let given = brand.policy.expiry_of_issue_in(now);
    if month < now {
        return Err(format!("points of {month} have expired: leave the row out"));
    }
    if Expiry::Month(month) > given {
        return Err(format!(
            "{} gives points until {given}, and not until {month}: leave expiry empty for that",
            brand.id
        ));
    }
    if month > now.plus(EXPIRY_MONTHS_MAX) {
        return Err(format!("{month} is more than {EXPIRY_MONTHS_MAX} months ahead: leave expiry empty for no end"));
    }
    Ok(Some(month))
}

fn twice(row: &Row, first: u64) -> String {
    let expiry = row.expiry.map_or_else(|| "no expiry of their own".to_owned(), |month| format!("expiry {month}"));
    format!("customer {} has points with {expiry} in line {first} already: add the two up", outside(&row.customer))
}

#[cfg(test)]
mod tests;
