//! The entries of a checkpoint that are read at a start only, those of the state, and until when the latest
//! transactions are valid: files of changes. Each shelf has files of its own, which go with it.
//!
//! A file holds what was changed between two checkpoints; what the newest file that names a key says is so. Of a part
//! of the keys it has every entry, whether that has changed or not: there the files before it count for nothing. Such
//! parts follow each other from file to file until every key has had its turn, so that old files can go without ever
//! having been merged. The stream is one entry after the other, numbers little-endian:
//!
//! ```text
//! 0       2               6      7
//! +-------+---------------+------+----------------+----------------+
//! | k     | v             | kind | rest of key    | value          |
//! +-------+---------------+------+----------------+----------------+
//!                         |<------ k bytes ------>|<-- v bytes --->|
//! ```
//!
//! For a key that went, `v` is all ones and no value follows.
//!
//! Entries are sorted by the kind, the first byte of the key, and then by the hash of the rest, which for an entry of
//! the state is the key hash of the state tree: a tree is built of the entries as they are read. Where the second half
//! of the key hashes begins is known, so that two threads can build half a tree each.

use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Height, Month};

use super::folder::Folder;
use super::order::{Order, Span};
use super::pages::{PageFile, PageWriter};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};

pub(super) const HEAD_BYTES: usize = 6;
pub(super) const REMOVED: u32 = u32::MAX;
pub(super) const MALFORMED: IndexError = IndexError::Inconsistent("a file of the state is malformed");

/// The entries to read: all, those before or after the middle of the state, or those after the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    First,
    Second,
    AfterState,
}

/// The record that the checkpoint has of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct StateInfo {
    /// The shelf whose records are in it; none for the main tree.
    pub(crate) shelf: Option<Month>,
    /// The first block whose changes are in it, and the last.
    pub(crate) first: Height,
    pub(crate) last: Height,
    pub(crate) stream_bytes: u64,
    /// The places in the stream where the second half of the state begins, and what comes after the state.
    middle: u64,
    state_end: u64,
    /// The part of which it has every entry.
    pub(super) whole: Span,
    /// The bytes of entries that files after it have to write again.
    pub(super) owed: u64,
}

impl StateInfo {
    pub(super) fn file_name(&self) -> String {
        let (first, last) = (self.first.get(), self.last.get());
        match self.shelf {
            None => format!("{first:020}-{last:020}.state"),
            Some(month) => format!("{month}-{first:020}-{last:020}.shelf"),
        }
    }

    fn key(&self) -> Vec<u8> {
        let shelf = self.shelf.map_or(Vec::new(), |month| month.get().to_le_bytes().to_vec());
        [&b"state"[..], &self.first.get().to_le_bytes(), &self.last.get().to_le_bytes(), &shelf].concat()
    }

    pub(super) fn open(&self, disk: &Disk, directory: &Path) -> Result<PageFile, StoreError> {
        PageFile::open(disk, &directory.join(self.file_name()), self.key(), self.stream_bytes)
    }

    /// True if it has every entry of some part, and not of all.
    #[cfg(test)]
    pub(crate) fn is_whole_in_part(&self) -> bool {
        !self.whole.is_all && self.whole.from != self.whole.to
    }

    /// The places in the stream where a part begins and ends.
    pub(super) fn range(&self, part: Part) -> (u64, u64) {
        match part {
            Part::Whole => (0, self.stream_bytes),
            Part::First => (0, self.middle),
            Part::Second => (self.middle, self.stream_bytes),
            Part::AfterState => (self.state_end, self.stream_bytes),
        }
    }
}

/// The bytes of an entry, given its key without the kind.
pub(super) fn entry_bytes(rest: &[u8], value: Option<&[u8]>) -> u64 {
    (HEAD_BYTES as u64).saturating_add(1).saturating_add((rest.len() + value.map_or(0, <[u8]>::len)) as u64)
}

/// Writes a file of changes of which each key comes after the one before.
pub(super) struct StateWriter<'a> {
    writer: PageWriter<'a>,
    info: StateInfo,
}

impl<'a> StateWriter<'a> {
    pub(super) fn create(
        folder: &Folder<'a>,
        shelf: Option<Month>,
        (first, last): (Height, Height),
    ) -> Result<Self, StoreError> {
        let (middle, state_end) = (u64::MAX, u64::MAX);
        let info = StateInfo { shelf, first, last, stream_bytes: 0, middle, state_end, whole: Span::ALL, owed: 0 };
        let writer = PageWriter::create(folder, &info.file_name(), info.key())?;
        Ok(Self { writer, info })
    }

    /// Writes a change, with the key without its kind.
    pub(super) fn write(&mut self, order: &Order, rest: &[u8], value: Option<&[u8]>) -> Result<(), StoreError> {
        let key_bytes = u16::try_from(rest.len().saturating_add(1)).map_err(|_| MALFORMED)?;
        let value_bytes = match value {
            Some(value) => u32::try_from(value.len()).ok().filter(|len| *len != REMOVED).ok_or(MALFORMED)?,
            None => REMOVED,
        };
        if *order >= Order::middle() {
            self.info.middle = self.info.middle.min(self.info.stream_bytes);
        }
        if order.is_after_state() {
            self.info.state_end = self.info.state_end.min(self.info.stream_bytes);
        }
        let [k0, k1] = key_bytes.to_le_bytes();
        let [v0, v1, v2, v3] = value_bytes.to_le_bytes();
        for bytes in [&[k0, k1, v0, v1, v2, v3, order.kind()], rest, value.unwrap_or_default()] {
            self.writer.write(bytes)?;
            self.info.stream_bytes = self.info.stream_bytes.saturating_add(bytes.len() as u64);
        }
        Ok(())
    }

    /// Makes it durable but for its name; it has every entry of this part.
    pub(super) fn finish(mut self, whole: Span, owed: u64) -> Result<StateInfo, StoreError> {
        self.writer.finish()?;
        (self.info.whole, self.info.owed) = (whole, owed);
        self.info.middle = self.info.middle.min(self.info.stream_bytes);
        self.info.state_end = self.info.state_end.min(self.info.stream_bytes);
        Ok(self.info)
    }
}
