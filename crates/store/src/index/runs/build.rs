//! Writes the run of the blocks since the last checkpoint.

use std::path::Path;

use lojal_types::Height;

use super::pages::PageWriter;
use super::run::{RunInfo, encode_account, encode_id, encode_record};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::reader::Placed;
use crate::tail::Layer;

const TOO_MUCH: IndexError = IndexError::Inconsistent("the blocks since the last checkpoint are too many for a file");

/// Writes the run, durably but for its name; returns what it is, or none if there is no transaction.
pub(super) fn build(disk: &Disk, directory: &Path, layer: &Layer) -> Result<Option<RunInfo>, StoreError> {
    let mut transactions: Vec<&Placed> = layer.transactions.values().collect();
    transactions.sort_unstable_by_key(|placed| (placed.height, placed.index));
    let (Some(first), Some(last)) = (transactions.first(), transactions.last()) else { return Ok(None) };
    let mut info = RunInfo {
        first: first.height,
        last: last.height,
        transactions: u32::try_from(transactions.len()).map_err(|_| TOO_MUCH)?,
        accounts: 0,
        postings: u32::try_from(layer.history.len()).map_err(|_| TOO_MUCH)?,
    };
    let mut writer = PageWriter::create(disk, &directory.join(info.file_name()), info.key())?;
    for placed in &transactions {
        writer.write(&encode_record(placed, info.first).ok_or(TOO_MUCH)?)?;
    }
    let number_of = |height: Height, index: u32| -> Result<u32, IndexError> {
        let number = transactions.binary_search_by_key(&(height, index), |placed| (placed.height, placed.index));
        let number = number.map_err(|_| IndexError::Inconsistent("a history names a transaction that there isn't"))?;
        u32::try_from(number).map_err(|_| TOO_MUCH)
    };
    for (id, placed) in &layer.transactions {
        writer.write(&encode_id(id.as_bytes(), number_of(placed.height, placed.index)?))?;
    }
    let mut end = 0_u32;
    let mut postings = layer.history.keys().peekable();
    while let Some((account, ..)) = postings.next() {
        end = end.saturating_add(1);
        if postings.peek().is_none_or(|(next, ..)| next != account) {
            writer.write(&encode_account(account.as_bytes(), end))?;
            info.accounts = info.accounts.saturating_add(1);
        }
    }
    for (_, height, index) in layer.history.keys() {
        writer.write(&number_of(*height, *index)?.to_le_bytes())?;
    }
    writer.finish()?;
    Ok(Some(info))
}
