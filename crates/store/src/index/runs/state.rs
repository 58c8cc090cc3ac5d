//! The entries of a checkpoint that are read at a start only, those of the state, and until when
//! the latest transactions are valid: files of changes. Each shelf has files of its own, which go with it.
//!
//! A file holds what was changed between two checkpoints; what the newest file that names a key says is so. Its stream
//! is one entry after the other, numbers little-endian:
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
use lojal_ledger::StateTree;
use lojal_ledger::tree::hash_key;
use lojal_types::{Height, Month};

use super::pages::{PageFile, PageReader, PageWriter};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::index::keys;
use crate::limits::RUN_BUFFER_PAGES;

const HEAD_BYTES: usize = 6;
const REMOVED: u32 = u32::MAX;
const MALFORMED: IndexError = IndexError::Inconsistent("a file of the state is malformed");

/// The changes written to one state file.
pub(crate) struct StateChanges<'a> {
    /// The shelf whose tree it is; none for the main tree.
    pub(crate) shelf: Option<Month>,
    /// Two versions of the state, of which the file gets the entries in which they differ.
    pub(crate) older: &'a StateTree,
    pub(crate) newer: &'a StateTree,
    /// Changes of other kinds; of the same key the last one counts.
    pub(crate) others: Vec<Change>,
}

/// A key with its new value, none if it goes.
pub(crate) struct Change {
    order: Order,
    /// Without its kind.
    rest: Vec<u8>,
    value: Option<Vec<u8>>,
}

impl Change {
    /// Of a whole key; none if that is empty.
    pub(crate) fn new(key: &[u8], value: Option<Vec<u8>>) -> Option<Self> {
        let (order, (_, rest)) = (Order::of(key)?, key.split_first()?);
        Some(Self { order, rest: rest.to_vec(), value })
    }
}

/// The place of a key among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    kind: u8,
    /// The hash of the key without its kind.
    pub(crate) key_hash: [u8; 32],
}

impl Order {
    /// None for the empty key, which has no kind.
    fn of(key: &[u8]) -> Option<Self> {
        let (kind, rest) = key.split_first()?;
        Some(Self { kind: *kind, key_hash: hash_key(rest) })
    }

    /// The beginning of the second half of the state.
    fn middle() -> Self {
        let mut key_hash = [0; 32];
        key_hash[0] = 0x80;
        Self { kind: keys::STATE, key_hash }
    }
}

/// The entries to read: all, or those before or after the middle of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    First,
    Second,
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
    /// The place in the stream where the second half of the state begins.
    pub(crate) middle: u64,
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

    /// The places in the stream where a part begins and ends.
    fn range(&self, part: Part) -> (u64, u64) {
        match part {
            Part::Whole => (0, self.stream_bytes),
            Part::First => (0, self.middle),
            Part::Second => (self.middle, self.stream_bytes),
        }
    }
}

/// Writes a file of changes of which each key comes after the one before.
struct StateWriter {
    writer: PageWriter,
    info: StateInfo,
    is_after_middle: bool,
}

impl StateWriter {
    fn create(
        disk: &Disk,
        directory: &Path,
        shelf: Option<Month>,
        (first, last): (Height, Height),
    ) -> Result<Self, StoreError> {
        let info = StateInfo { shelf, first, last, stream_bytes: 0, middle: 0 };
        let writer = PageWriter::create(disk, &directory.join(info.file_name()), info.key())?;
        Ok(Self { writer, info, is_after_middle: false })
    }

    /// Writes a change, with the key without its kind.
    fn write(&mut self, order: &Order, rest: &[u8], value: Option<&[u8]>) -> Result<(), StoreError> {
        let key_bytes = u16::try_from(rest.len().saturating_add(1)).map_err(|_| MALFORMED)?;
        let value_bytes = match value {
            Some(value) => u32::try_from(value.len()).ok().filter(|len| *len != REMOVED).ok_or(MALFORMED)?,
            None => REMOVED,
        };
        self.is_after_middle = self.is_after_middle || *order >= Order::middle();
        let [k0, k1] = key_bytes.to_le_bytes();
        let [v0, v1, v2, v3] = value_bytes.to_le_bytes();
        for bytes in [&[k0, k1, v0, v1, v2, v3, order.kind], rest, value.unwrap_or_default()] {
            self.writer.write(bytes)?;
            self.info.stream_bytes = self.info.stream_bytes.saturating_add(bytes.len() as u64);
        }
        if !self.is_after_middle {
            self.info.middle = self.info.stream_bytes;
        }
        Ok(())
    }

    /// Writes changes in their order, of the same key the last one.
    fn write_last_of_each(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        for (index, Change { order, rest, value }) in changes.iter().enumerate() {
            if changes.get(index + 1).is_none_or(|next| next.order != *order) {
                self.write(order, rest, value.as_deref())?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<StateInfo, StoreError> {
        self.writer.finish()?;
        Ok(self.info)
    }
}

/// Writes the changes of some blocks, durably but for the file's name. Those of the state go from the tree into the
/// file one by one: a list of them would be larger than the file.
pub(super) fn write(
    disk: &Disk,
    directory: &Path,
    heights: (Height, Height),
    changes: StateChanges<'_>,
) -> Result<StateInfo, StoreError> {
    let StateChanges { shelf, older, newer, mut others } = changes;
    // Stable: of the same key the last one is still the last one.
    others.sort_by_key(|change| change.order);
    let (before, after) = others.split_at(others.partition_point(|change| change.order.kind < keys::STATE));
    let mut writer = StateWriter::create(disk, directory, shelf, heights)?;
    writer.write_last_of_each(before)?;
    let mut written = Ok(());
    StateTree::diff(older, newer, |key_hash, key, value| {
        let order = Order { kind: keys::STATE, key_hash: *key_hash };
        if written.is_ok() {
            written = writer.write(&order, key, value);
        }
    });
    written?;
    writer.write_last_of_each(after)?;
    writer.finish()
}

/// The file from which on all have to become one: the first that is at most twice as large as all after it. So there is
/// half as much again as in one file at most, and each file is less than half of the one before.
pub(super) fn first_to_merge(infos: &[StateInfo]) -> Option<usize> {
    (0..infos.len().saturating_sub(1)).find(|from| {
        let after: u64 = infos[from + 1..].iter().map(|info| info.stream_bytes).sum();
        infos[*from].stream_bytes <= after.saturating_mul(2)
    })
}

/// Makes one file of several of the same tree that follow each other, durably but for its name. With the oldest of all
/// among them, keys that went leave no trace.
pub(super) fn merge(
    disk: &Disk,
    directory: &Path,
    infos: &[StateInfo],
    with_oldest: bool,
) -> Result<StateInfo, StoreError> {
    let (Some(first), Some(last)) = (infos.first(), infos.last()) else { return Err(MALFORMED.into()) };
    let mut writer = StateWriter::create(disk, directory, first.shelf, (first.first, last.last))?;
    each(disk, directory, infos, Part::Whole, |order, key, value| match value {
        None if with_oldest => Ok(()),
        value => writer.write(order, key.get(1..).ok_or(MALFORMED)?, value),
    })?;
    writer.finish()
}

/// Goes through the keys in a part of files that follow each other, in order, with what the newest says of each.
pub(super) fn each(
    disk: &Disk,
    directory: &Path,
    infos: &[StateInfo],
    part: Part,
    mut f: impl FnMut(&Order, &[u8], Option<&[u8]>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let files: Vec<PageFile> = infos.iter().map(|info| info.open(disk, directory)).collect::<Result<_, _>>()?;
    // The newest first: of equal keys, the first one is the one that counts.
    let mut heads = Vec::new();
    for (file, info) in files.iter().zip(infos).rev() {
        let (at, end) = info.range(part);
        heads.extend(Head::start(file.reader(at, end, RUN_BUFFER_PAGES))?);
    }
    while let Some(newest) = heads.iter().min_by(|one, other| one.order.cmp(&other.order)) {
        let least = newest.order;
        f(&least, &newest.key, newest.value())?;
        let mut ended = false;
        for head in heads.iter_mut().filter(|head| head.order == least) {
            head.is_ended = !head.advance()?;
            ended |= head.is_ended;
        }
        if ended {
            heads.retain(|head| !head.is_ended);
        }
    }
    Ok(())
}

/// The change of a file at which its reader is.
struct Head<'a> {
    reader: PageReader<'a>,
    order: Order,
    key: Vec<u8>,
    is_removal: bool,
    /// Empty for a key that went.
    value: Vec<u8>,
    is_ended: bool,
}

impl<'a> Head<'a> {
    /// At the first change; none if there is none.
    fn start(reader: PageReader<'a>) -> Result<Option<Self>, StoreError> {
        let order = Order { kind: 0, key_hash: [0; 32] };
        let (key, value) = (Vec::new(), Vec::new());
        let mut head = Self { reader, order, key, is_removal: false, value, is_ended: false };
        Ok(head.advance()?.then_some(head))
    }

    /// Goes to the next change; true if there is one.
    fn advance(&mut self) -> Result<bool, StoreError> {
        let Some([k0, k1, v0, v1, v2, v3]) = self.reader.next::<HEAD_BYTES>()? else { return Ok(false) };
        self.reader.next_bytes(u16::from_le_bytes([k0, k1]).into(), &mut self.key)?;
        let value_bytes = u32::from_le_bytes([v0, v1, v2, v3]);
        self.is_removal = value_bytes == REMOVED;
        self.reader.next_bytes(if self.is_removal { 0 } else { value_bytes }, &mut self.value)?;
        self.order = Order::of(&self.key).filter(|order| *order > self.order).ok_or(MALFORMED)?;
        Ok(true)
    }

    fn value(&self) -> Option<&[u8]> {
        (!self.is_removal).then_some(self.value.as_slice())
    }
}

#[cfg(test)]
mod tests;
