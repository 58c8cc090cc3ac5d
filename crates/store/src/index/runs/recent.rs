//! The minutes in which the validity of the latest transactions ends: files of numbers, in the order of the chain. The
//! ids of the transactions are in the runs.
//!
//! A checkpoint writes a file of its own, and makes one of small ones. A file goes when none of its transactions is
//! remembered any more.

use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::Height;

use super::folder::Folder;
use super::pages::{PageFile, PageWriter};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::limits::{RECENT_MERGE_TRANSACTIONS, RUN_BUFFER_PAGES};

const MINUTE_BYTES: usize = 4;

/// The record that the checkpoint has of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct RecentInfo {
    /// The block of the first transaction.
    pub(crate) first: Height,
    pub(crate) transactions: u32,
    /// The last of the minutes.
    pub(crate) last_minute: u32,
}

impl RecentInfo {
    pub(super) fn file_name(&self) -> String {
        format!("{:020}-{}.recent", self.first.get(), self.transactions)
    }

    fn key(&self) -> Vec<u8> {
        [&b"recent"[..], &self.first.get().to_le_bytes(), &self.transactions.to_le_bytes()].concat()
    }

    /// The minutes.
    pub(super) fn read(&self, disk: &Disk, directory: &Path) -> Result<Vec<u32>, StoreError> {
        let mut minutes = Vec::new();
        self.read_open(&self.open(disk, directory)?, &mut minutes)?;
        Ok(minutes)
    }

    /// Opens the file.
    pub(super) fn open(&self, disk: &Disk, directory: &Path) -> Result<PageFile, StoreError> {
        PageFile::open(disk, &directory.join(self.file_name()), self.key(), self.bytes())
    }

    /// Appends the minutes of the open file.
    pub(super) fn read_open(&self, file: &PageFile, minutes: &mut Vec<u32>) -> Result<(), StoreError> {
        let mut reader = file.reader(0, self.bytes(), RUN_BUFFER_PAGES);
        while let Some(minute) = reader.next()? {
            minutes.push(u32::from_le_bytes(minute));
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        u64::from(self.transactions).saturating_mul(MINUTE_BYTES as u64)
    }
}

/// The files after those with the minutes of some more transactions, without those of which none is remembered.
pub(super) fn add(
    folder: &Folder<'_>,
    before: &[RecentInfo],
    first: Option<Height>,
    minutes: &[u64],
    mut is_remembered: impl FnMut(u32) -> Result<bool, StoreError>,
) -> Result<Vec<RecentInfo>, StoreError> {
    let mut infos = before.to_vec();
    if let Some(first) = first {
        let too_late = |_| IndexError::Inconsistent("a transaction is valid for thousands of years");
        let minutes = minutes.iter().map(|minute| u32::try_from(*minute)).collect::<Result<Vec<u32>, _>>();
        infos.push(write(folder, first, &minutes.map_err(too_late)?)?);
    }
    // Minutes are forgotten one after the other, and checkpoints from the first one on.
    while let Some(info) = infos.first()
        && !is_remembered(info.last_minute)?
    {
        infos.remove(0);
    }
    if let Some(from) = first_to_merge(&infos) {
        let mut minutes = Vec::new();
        for info in &infos[from..] {
            minutes.extend(info.read(folder.disk, folder.directory)?);
        }
        let merged = write(folder, infos[from].first, &minutes)?;
        infos.truncate(from);
        infos.push(merged);
    }
    Ok(infos)
}

/// Writes a file, durably but for its name.
pub(super) fn write(folder: &Folder<'_>, first: Height, minutes: &[u32]) -> Result<RecentInfo, StoreError> {
    const TOO_MANY: IndexError = IndexError::Inconsistent("the latest transactions are too many for a file");
    let transactions = u32::try_from(minutes.len()).map_err(|_| TOO_MANY)?;
    let info = RecentInfo { first, transactions, last_minute: minutes.iter().copied().max().unwrap_or(0) };
    let mut writer = PageWriter::create(folder, &info.file_name(), info.key())?;
    minutes.iter().try_for_each(|minute| writer.write(&minute.to_le_bytes()))?;
    writer.finish()?;
    Ok(info)
}

/// The file from which on all have to become one: the first that has no more transactions than all after it, if
/// together they are few.
fn first_to_merge(infos: &[RecentInfo]) -> Option<usize> {
    let count = |infos: &[RecentInfo]| infos.iter().map(|info| u64::from(info.transactions)).sum::<u64>();
    (0..infos.len().saturating_sub(1)).find(|from| {
        let (own, after) = (count(&infos[*from..=*from]), count(&infos[from + 1..]));
        own <= after && own + after <= RECENT_MERGE_TRANSACTIONS
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::Pace;

    #[test]
    fn minutes_come_back_in_few_files_until_they_are_forgotten() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (disk, pace) = (Disk::real(), Pace::at_once());
        let folder = Folder { disk: &disk, directory: dir.path(), pace: &pace };
        let (mut infos, mut expected) = (Vec::new(), Vec::new());
        for height in 1..400_u64 {
            let minutes: Vec<u64> = (0..height % 5).map(|number| height + number).collect();
            let first = (!minutes.is_empty()).then_some(Height::new(height));
            infos = add(&folder, &infos, first, &minutes, |minute| Ok(u64::from(minute) + 60 > height)).expect("works");
            expected.extend(minutes.iter().map(|minute| (height, *minute as u32)));
            assert!(infos.len() < 12, "{} files", infos.len());
            let read = |info: &RecentInfo| info.read(&disk, dir.path()).expect("just written");
            let found: Vec<u32> = infos.iter().flat_map(read).collect();
            let from = infos.first().map_or(Height::new(u64::MAX), |info| info.first);
            let kept = expected.iter().filter(|(height, _)| *height >= from.get()).map(|(_, minute)| *minute);
            assert!(found.iter().copied().eq(kept), "{height}");
            let lost = expected.iter().filter(|(height, _)| *height < from.get());
            assert!(lost.clone().all(|(_, minute)| u64::from(*minute) + 60 <= height), "{height}");
        }
        assert!(infos[0].first > Height::new(250));
    }
}
