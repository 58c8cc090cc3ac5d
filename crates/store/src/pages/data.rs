//! The files that pages lie in, each page after its length (4 bytes, little-endian), at a multiple of 16 bytes.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::table::{FILES_MAX, LENGTH_BYTES, Place};
use crate::disk::ReadFile;
use crate::error::StoreError;

/// A file of pages. It stays open for as long as somebody may read from it, also when it has been deleted.
pub(super) struct PageData {
    file: ReadFile,
    path: PathBuf,
    /// The bytes that have been written.
    len: AtomicU64,
    /// The entries of the table that say it.
    pub(super) entries: AtomicU32,
}

impl PageData {
    /// The page at a place, which may be any bytes.
    pub(super) fn read(&self, place: &Place) -> Result<Vec<u8>, StoreError> {
        let left = self.len.load(Ordering::Acquire).saturating_sub(place.offset);
        let mut bytes = self.read_at(place.offset, place.read_bytes.min(left))?;
        let Some(length) = bytes.first_chunk::<LENGTH_BYTES>() else { return Err(self.damaged(place.offset)) };
        let end = LENGTH_BYTES as u64 + u64::from(u32::from_le_bytes(*length));
        let read = bytes.len() as u64;
        if end > left || (end > read && place.is_all) {
            return Err(self.damaged(place.offset));
        }
        if end > read {
            bytes.extend(self.read_at(place.offset.saturating_add(read), end.saturating_sub(read))?);
        }
        bytes.truncate(usize::try_from(end).unwrap_or(usize::MAX));
        bytes.drain(..LENGTH_BYTES);
        Ok(bytes)
    }

    /// Has the disk bring the page at a place.
    pub(super) fn prepare(&self, place: &Place) {
        self.file.prepare(place.offset, place.read_bytes);
    }

    fn read_at(&self, offset: u64, len: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; usize::try_from(len).map_err(|_| self.damaged(offset))?];
        match self.file.read_exact_at(&mut bytes, offset) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(self.damaged(offset)),
            Err(error) => Err(StoreError::io("read a page of the state in", &self.path)(error)),
        }
    }

    /// The fault of a page that isn't where it was.
    pub(super) fn damaged(&self, offset: u64) -> StoreError {
        StoreError::PageDamaged { path: self.path.clone(), offset }
    }
}

/// The open files by their numbers, from 1.
#[derive(Default)]
pub(super) struct Files {
    slots: Vec<Option<Arc<PageData>>>,
}

impl Files {
    /// Takes in a file of which so much has been written; none if there are too many.
    pub(super) fn add(&mut self, file: ReadFile, path: PathBuf, len: u64) -> Option<u16> {
        let free = self.slots.iter().position(Option::is_none).unwrap_or(self.slots.len());
        let number = u16::try_from(free).ok().filter(|number| *number < FILES_MAX)?;
        let data = Arc::new(PageData { file, path, len: AtomicU64::new(len), entries: AtomicU32::new(0) });
        if free == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[free] = Some(data);
        Some(number + 1)
    }

    pub(super) fn get(&self, number: u16) -> Option<&Arc<PageData>> {
        self.slots.get(usize::from(number).checked_sub(1)?)?.as_ref()
    }

    /// Notes that so much has been written.
    pub(super) fn grown(&self, number: u16, len: u64) {
        if let Some(data) = self.get(number) {
            data.len.store(len, Ordering::Release);
        }
    }

    /// Closes those that no entry says.
    pub(super) fn close_unused(&mut self) {
        for slot in &mut self.slots {
            slot.take_if(|data| data.entries.load(Ordering::Acquire) == 0);
        }
    }
}
