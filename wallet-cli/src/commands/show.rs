//! Transactions in words.

use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{AddressText, Outcome};
use lojal_wallet::time::utc;

use super::decimals::Decimals;
use super::words::in_words;
use crate::output::table;

/// Transactions as the account at `viewpoint` sees them, one line per operation.
pub(super) fn history_table(transactions: &[TransactionStatus], viewpoint: AddressText, decimals: &Decimals) -> String {
    let mut rows = vec![["BLOCK", "TIME (UTC)", "OUTCOME", "WHAT", "TRANSACTION"].map(str::to_owned).to_vec()];
    for status in transactions {
        let (height, time, outcome) = match &status.state {
            TransactionState::Committed { height, time_ms, receipt, .. } => {
                (height.to_string(), utc(*time_ms), outcome_name(*receipt))
            }
            TransactionState::Pending => (String::new(), String::new(), "waiting".to_owned()),
            TransactionState::Refused { problem } => (String::new(), String::new(), problem.code.clone()),
        };
        let mut words = operations_in_words(status, Some(viewpoint), decimals).into_iter();
        let first = words.next().unwrap_or_default();
        rows.push(vec![height, time, outcome, first, status.id.to_string()]);
        rows.extend(words.map(|more| vec![String::new(), String::new(), String::new(), more]));
    }
    table(&rows, &[0])
}

/// One transaction with all that is known about it.
pub(super) fn transaction_text(status: &TransactionStatus, decimals: &Decimals) -> String {
    let mut rows = vec![("transaction", status.id.to_string())];
    match &status.state {
        TransactionState::Pending => rows.push(("outcome", "waiting for a block, not final".to_owned())),
        TransactionState::Refused { problem } => rows.push(("outcome", format!("refused: {}", problem.detail))),
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
    rows.extend(operations_in_words(status, None, decimals).into_iter().map(|words| ("operation", words)));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    table(&rows, &[])
}

fn outcome_name(receipt: Outcome) -> String {
    match receipt {
        Outcome::Applied => "done".to_owned(),
        Outcome::Failed { code, .. } => code.to_string(),
    }
}

fn operations_in_words(status: &TransactionStatus, viewpoint: Option<AddressText>, decimals: &Decimals) -> Vec<String> {
    let Some(signed) = &status.transaction else { return Vec::new() };
    signed.transaction.operations.iter().map(|operation| in_words(operation, viewpoint, decimals)).collect()
}
