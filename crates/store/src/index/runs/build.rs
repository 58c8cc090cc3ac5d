//! Writes the run of the blocks since the last checkpoint.

use lojal_types::{Address, TransactionId};

use super::folder::Folder;
use super::marks;
use super::pages::PageWriter;
use super::run::{RunInfo, encode_account, encode_id, encode_record};
use crate::error::{IndexError, StoreError};
use crate::placed::Mark;
use crate::tail::{Layer, Postings};

const TOO_MUCH: IndexError = IndexError::Inconsistent("the blocks since the last checkpoint are too many for a file");

/// The run of the blocks; none if there is no transaction.
pub(super) fn run_of(layer: &Layer) -> Result<Option<RunInfo>, StoreError> {
    let transactions = layer.transactions();
    let (Some(first), Some(last)) = (transactions.first(), transactions.last()) else { return Ok(None) };
    let postings: usize = layer.postings().map(|(_, postings)| postings.numbers.len()).sum();
    let marks: usize = layer.postings().map(|(_, postings)| postings.marks.len()).sum();
    Ok(Some(RunInfo {
        first: first.height,
        last: last.height,
        transactions: u32::try_from(transactions.len()).map_err(|_| TOO_MUCH)?,
        accounts: u32::try_from(layer.postings().count()).map_err(|_| TOO_MUCH)?,
        postings: u32::try_from(postings).map_err(|_| TOO_MUCH)?,
        marks: u32::try_from(marks).map_err(|_| TOO_MUCH)?,
    }))
}

/// Writes the run, durably but for its name; returns what it is, or none if there is no transaction.
pub(super) fn build(folder: &Folder<'_>, layer: &Layer) -> Result<Option<RunInfo>, StoreError> {
    let Some(info) = run_of(layer)? else { return Ok(None) };
    let transactions = layer.transactions();
    let mut ids: Vec<(&TransactionId, u32)> = transactions.iter().map(|placed| &placed.id).zip(0..).collect();
    ids.sort_unstable();
    let mut accounts: Vec<(&Address, &Postings)> = layer.postings().collect();
    accounts.sort_unstable_by_key(|(account, _)| *account);
    let mut writer = PageWriter::create(folder, &info.file_name(), info.key())?;
    for placed in transactions {
        writer.write(&encode_record(placed, info.first).ok_or(TOO_MUCH)?)?;
    }
    for (id, number) in ids {
        writer.write(&encode_id(id.as_bytes(), number))?;
    }
    let mut end = 0_u32;
    for (account, postings) in &accounts {
        end = end.saturating_add(count(postings)?);
        writer.write(&encode_account(account.as_bytes(), end))?;
    }
    for number in accounts.iter().flat_map(|(_, postings)| &postings.numbers) {
        writer.write(&number.to_le_bytes())?;
    }
    let mut start = 0_u32;
    for (_, postings) in &accounts {
        for mark in &postings.marks {
            writer.write(&marks::encode(&Mark { posting: start.saturating_add(mark.posting), ..*mark }))?;
        }
        start = start.saturating_add(count(postings)?);
    }
    writer.finish()?;
    Ok(Some(info))
}

fn count(postings: &Postings) -> Result<u32, StoreError> {
    Ok(u32::try_from(postings.numbers.len()).map_err(|_| TOO_MUCH)?)
}
