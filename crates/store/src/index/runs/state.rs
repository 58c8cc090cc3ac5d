//! The entries of a checkpoint that are read at a start only, those of the state, and until when
//! the latest transactions are valid: files of changes.
//!
//! A file holds, sorted by key, what was changed between two checkpoints; what the newest file that names a key says is
//! so. An entry is the length of the key (2 bytes), that of the value (4, little-endian, all ones for a key that went),
//! key and value.

use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::Height;

use super::pages::{PageFile, PageReader, PageWriter};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::limits::RUN_BUFFER_PAGES;

const HEAD_BYTES: usize = 6;
const REMOVED: u32 = u32::MAX;
const MALFORMED: IndexError = IndexError::Inconsistent("a file of the state is malformed");

/// A key with its new value, none if it goes.
pub(crate) type Change = (Vec<u8>, Option<Vec<u8>>);

/// What the checkpoint knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct StateInfo {
    /// The first block whose changes are in it, and the last.
    pub(crate) first: Height,
    pub(crate) last: Height,
    pub(crate) stream_bytes: u64,
}

impl StateInfo {
    pub(super) fn file_name(&self) -> String {
        format!("{:020}-{:020}.state", self.first.get(), self.last.get())
    }

    fn key(&self) -> Vec<u8> {
        [&b"state"[..], &self.first.get().to_le_bytes(), &self.last.get().to_le_bytes()].concat()
    }

    pub(super) fn open(&self, disk: &Disk, directory: &Path) -> Result<PageFile, StoreError> {
        PageFile::open(disk, &directory.join(self.file_name()), self.key(), self.stream_bytes)
    }
}

/// Writes a file of changes of which each key comes after the one before.
struct StateWriter {
    writer: PageWriter,
    info: StateInfo,
}

impl StateWriter {
    fn create(disk: &Disk, directory: &Path, first: Height, last: Height) -> Result<Self, StoreError> {
        let info = StateInfo { first, last, stream_bytes: 0 };
        Ok(Self { writer: PageWriter::create(disk, &directory.join(info.file_name()), info.key())?, info })
    }

    fn write(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), StoreError> {
        let key_bytes = u16::try_from(key.len()).map_err(|_| MALFORMED)?;
        let value_bytes = match value {
            Some(value) => u32::try_from(value.len()).ok().filter(|len| *len != REMOVED).ok_or(MALFORMED)?,
            None => REMOVED,
        };
        for bytes in [&key_bytes.to_le_bytes()[..], &value_bytes.to_le_bytes(), key, value.unwrap_or_default()] {
            self.writer.write(bytes)?;
            self.info.stream_bytes = self.info.stream_bytes.saturating_add(bytes.len() as u64);
        }
        Ok(())
    }

    fn finish(self) -> Result<StateInfo, StoreError> {
        self.writer.finish()?;
        Ok(self.info)
    }
}

/// Writes the changes of some blocks, durably but for the file's name. Of the same key the last change counts.
pub(super) fn write(
    disk: &Disk,
    directory: &Path,
    (first, last): (Height, Height),
    mut changes: Vec<Change>,
) -> Result<StateInfo, StoreError> {
    // Stable: of the same key the last one is still the last one.
    changes.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut writer = StateWriter::create(disk, directory, first, last)?;
    for (index, (key, value)) in changes.iter().enumerate() {
        if changes.get(index + 1).is_none_or(|(next, _)| next != key) {
            writer.write(key, value.as_deref())?;
        }
    }
    writer.finish()
}

/// From which file on all have to become one: the first that is at most twice as large as all after it. So there is
/// half as much again as in one file at most, and each file is less than half of the one before.
pub(super) fn first_to_merge(infos: &[StateInfo]) -> Option<usize> {
    (0..infos.len().saturating_sub(1)).find(|from| {
        let after: u64 = infos[from + 1..].iter().map(|info| info.stream_bytes).sum();
        infos[*from].stream_bytes <= after.saturating_mul(2)
    })
}

/// Makes one file of several that follow each other, durably but for its name. With the oldest of all among them, keys
/// that went leave no trace.
pub(super) fn merge(
    disk: &Disk,
    directory: &Path,
    infos: &[StateInfo],
    with_oldest: bool,
) -> Result<StateInfo, StoreError> {
    let (Some(first), Some(last)) = (infos.first(), infos.last()) else { return Err(MALFORMED.into()) };
    let mut writer = StateWriter::create(disk, directory, first.first, last.last)?;
    each(disk, directory, infos, |key, value| match value {
        None if with_oldest => Ok(()),
        value => writer.write(&key, value.as_deref()),
    })?;
    writer.finish()
}

/// Goes through the keys of files that follow each other, in order, with what the newest says of each.
pub(super) fn each(
    disk: &Disk,
    directory: &Path,
    infos: &[StateInfo],
    mut f: impl FnMut(Vec<u8>, Option<Vec<u8>>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let files: Vec<PageFile> = infos.iter().map(|info| info.open(disk, directory)).collect::<Result<_, _>>()?;
    let mut heads = Vec::new();
    // The newest first: of equal keys, the first one is the one that counts.
    for (file, info) in files.iter().zip(infos).rev() {
        let mut reader = file.reader(0, info.stream_bytes, RUN_BUFFER_PAGES);
        heads.push((next(&mut reader)?, reader));
    }
    loop {
        let least = heads.iter().filter_map(|(change, _)| change.as_ref().map(|(key, _)| key)).min().cloned();
        let Some(least) = least else { return Ok(()) };
        let mut newest = None;
        for (change, reader) in &mut heads {
            if change.as_ref().is_some_and(|(key, _)| *key == least) {
                let (_, value) = std::mem::replace(change, next(reader)?).ok_or(MALFORMED)?;
                newest.get_or_insert(value);
            }
        }
        f(least, newest.flatten())?;
    }
}

/// The next change of a file; none at its end.
fn next(reader: &mut PageReader<'_>) -> Result<Option<Change>, StoreError> {
    let Some([k0, k1, v0, v1, v2, v3]) = reader.next::<HEAD_BYTES>()? else { return Ok(None) };
    let key = reader.next_bytes(u16::from_le_bytes([k0, k1]).into())?;
    let value = match u32::from_le_bytes([v0, v1, v2, v3]) {
        REMOVED => None,
        len => Some(reader.next_bytes(len)?),
    };
    Ok(Some((key, value)))
}

#[cfg(test)]
mod tests;
