//! Transactions in words.

use std::collections::BTreeMap;

use lojal_text::outside;
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{AddressText, Outcome, Reference};
use lojal_wallet::reference::ReceiptText;
use lojal_wallet::time::utc;

use super::decimals::Decimals;
use super::holds::{Became, HoldEnd};
use super::unsent::{Taken, with_taken};
use super::words::{in_words, reference_of};

/// The reader of transactions, with what they know.
pub(super) struct Reader<'a> {
    /// The account that is spoken to, if there is one.
    pub(super) viewpoint: Option<AddressText>,
    /// The decimals of every brand.
    pub(super) decimals: &'a Decimals,
    /// The receipts of which the wallet has the text.
    pub(super) receipts: &'a BTreeMap<Reference, ReceiptText>,
    /// The points that reversals took whose transactions don't say it.
    pub(super) taken: &'a Taken,
}

/// Transactions one line per operation, and the ends of holds that no transaction tells; the newest first.
pub(super) fn history_table(transactions: &[TransactionStatus], ends: &[HoldEnd], reader: &Reader<'_>) -> String {
    let mut rows = vec![["BLOCK", "TIME (UTC)", "OUTCOME", "WHAT", "TRANSACTION"].map(str::to_owned).to_vec()];
    let mut ends: Vec<&HoldEnd> = ends.iter().collect();
    // The earliest last, to be taken from the front as the rows go back in time.
    ends.sort_by_key(|end| std::cmp::Reverse(end.time_ms));
    let mut ends = ends.into_iter().peekable();
    for status in transactions {
        let (height, time, outcome) = match &status.state {
            TransactionState::Committed { height, time_ms, receipt, .. } => {
                let before = std::iter::from_fn(|| ends.next_if(|end| end.time_ms >= *time_ms));
                rows.extend(before.map(|end| end_row(end, reader)));
                (height.to_string(), utc(*time_ms), outcome_name(*receipt))
            }
            TransactionState::Pending => (String::new(), String::new(), "waiting".to_owned()),
            TransactionState::Refused { problem } => (String::new(), String::new(), problem.code.clone()),
        };
        let mut words = operations_in_words(status, reader).into_iter();
        let first = words.next().unwrap_or_default();
        rows.push(vec![height, time, outcome, first, status.id.to_string()]);
        rows.extend(words.map(|more| vec![String::new(), String::new(), String::new(), more]));
    }
    lojal_print::table(&rows, &[0])
}

/// A row of what happened to held points without a transaction that says it.
fn end_row(end: &HoldEnd, reader: &Reader<'_>) -> Vec<String> {
    let (points, time) = (reader.decimals.in_words(end.amount, end.brand), utc(end.time_ms));
    let what = match end.became {
        Became::Back => format!("got back {points} that nobody took"),
        Became::Expired => format!("{points} of a hold expired at its end, {time} UTC"),
        Became::Unknown => format!("a hold of {points} ended; how many of them expired with it isn't known"),
    };
    vec![String::new(), time, "by itself".to_owned(), what]
}

/// One transaction with all that is known about it.
pub(super) fn transaction_text(status: &TransactionStatus, reader: &Reader<'_>) -> String {
    let mut rows = vec![("transaction", status.id.to_string())];
    match &status.state {
        TransactionState::Pending => rows.push(("outcome", "waiting for a block, not final".to_owned())),
        TransactionState::Refused { problem } => {
            rows.push(("outcome", format!("refused: {}", outside(&problem.detail))))
        }
        TransactionState::Committed { height, time_ms, receipt, .. } => {
            let outcome = match receipt {
                Outcome::Applied => "done".to_owned(),
                Outcome::Failed { operation, code } => {
                    let number = u16::from(*operation) + 1;
                    format!("failed, nothing happened: {} ({code}, operation {number})", code.explanation())
                }
            };
            rows.push(("outcome", outcome));
            rows.push(("block", format!("{height}, final, {} UTC", utc(*time_ms))));
        }
    }
    if let Some(signed) = &status.transaction {
        rows.push(("sender", signed.transaction.sender.to_string()));
    }
    let operations = status.transaction.iter().flat_map(|signed| signed.transaction.operations.iter());
    for (words, operation) in operations_in_words(status, reader).into_iter().zip(operations) {
        rows.push(("operation", words));
        rows.extend(reference_of(operation).map(|reference| ("reference", reference.to_string())));
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    lojal_print::table(&rows, &[])
}

fn outcome_name(receipt: Outcome) -> String {
    match receipt {
        Outcome::Applied => "done".to_owned(),
        Outcome::Failed { code, .. } => code.to_string(),
    }
}

fn operations_in_words(status: &TransactionStatus, reader: &Reader<'_>) -> Vec<String> {
    let Some(signed) = &status.transaction else { return Vec::new() };
    let operations = signed.transaction.operations.iter().map(|operation| {
        let words = in_words(&with_taken(operation, reader.taken), reader.viewpoint, reader.decimals);
        match reference_of(operation).and_then(|reference| reader.receipts.get(reference)) {
            Some(receipt) => format!("{words}, receipt {receipt}"),
            None => words,
        }
    });
    operations.collect()
}
