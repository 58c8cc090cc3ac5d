//! Files of pages with checksums: a stream of bytes of which none is read without having been checked.
//!
//! ```text
//! 0                                            4092           4096
//! +--------------------------------------------+---------------+
//! | bytes of the stream, zeros after its end   | checksum (4)  |   one page; the next one follows at once
//! +--------------------------------------------+---------------+
//! ```
//!
//! The checksum is CRC-32C, little-endian, over the key of the file, the number of the page (8 bytes, from 0) and its
//! first 4092 bytes, so that no page is taken for another one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use crate::disk::{AppendFile, Disk, ReadFile};
use crate::error::{IndexError, StoreError};
use crate::limits::{RUN_BUFFER_PAGES, RUN_SYNC_BYTES};
use crate::pace::Pace;

/// Bytes of a page.
pub(super) const PAGE_BYTES: usize = 4096;
const CHECKSUM_BYTES: usize = 4;
/// Bytes of the stream in a page.
pub(super) const CONTENT_BYTES: usize = PAGE_BYTES - CHECKSUM_BYTES;

const DAMAGED: IndexError = IndexError::Inconsistent("a file of the index is damaged");

/// The number of pages of a stream of so many bytes.
fn pages(stream_bytes: u64) -> u64 {
    stream_bytes.div_ceil(CONTENT_BYTES as u64)
}

fn checksum(key: &[u8], page: u64, content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let place = crc32c::crc32c_append(crc32c::crc32c(key), &page.to_le_bytes());
    crc32c::crc32c_append(place, content).to_le_bytes()
}

/// A file that is written from its start to its end, at the pace of the checkpoint that it is for.
pub(super) struct PacedFile<'a> {
    pace: &'a Pace,
    file: AppendFile,
    /// Bytes that are in the file and not yet durable.
    unsynced: usize,
    /// Bytes that aren't in the file yet.
    buffer: Vec<u8>,
}

impl<'a> PacedFile<'a> {
    /// Makes the file; one of that name that an interrupted checkpoint has left goes.
    pub(super) fn create(folder: &Folder<'a>, name: &str) -> Result<Self, StoreError> {
        let path = folder.directory.join(name);
        folder.disk.remove(&path)?;
        Ok(Self { pace: folder.pace, file: folder.disk.create(&path)?, unsynced: 0, buffer: Vec::new() })
    }

    /// Takes bytes in; true if they, and all before them, are in the file now.
    pub(super) fn write(&mut self, parts: &[&[u8]]) -> Result<bool, StoreError> {
        parts.iter().for_each(|part| self.buffer.extend_from_slice(part));
        let is_full = self.buffer.len() >= RUN_BUFFER_PAGES * PAGE_BYTES;
        if is_full {
            self.flush()?;
        }
        Ok(is_full)
    }

    /// Writes the rest, and makes all of it durable.
    pub(super) fn finish(&mut self) -> Result<(), StoreError> {
        self.file.append(&[&self.buffer])?;
        self.buffer.clear();
        self.file.sync()
    }

    /// Writes what there is, and makes it durable from time to time: all at once would take long.
    fn flush(&mut self) -> Result<(), StoreError> {
        self.file.append(&[&self.buffer])?;
        self.unsynced = self.unsynced.saturating_add(self.buffer.len());
        if self.unsynced >= RUN_SYNC_BYTES {
            self.file.sync()?;
            self.unsynced = 0;
        }
        let written = self.buffer.len() as u64;
        self.buffer.clear();
        self.pace.did(written)
    }
}

/// Writes such a stream.
pub(super) struct PageWriter<'a> {
    file: PacedFile<'a>,
    key: Vec<u8>,
    written: u64,
    /// The content of the page after those that are whole.
    content: Vec<u8>,
}

impl<'a> PageWriter<'a> {
    /// Makes the file; one of that name that an interrupted checkpoint has left goes.
    pub(super) fn create(folder: &Folder<'a>, name: &str, key: Vec<u8>) -> Result<Self, StoreError> {
        Ok(Self { file: PacedFile::create(folder, name)?, key, written: 0, content: Vec::new() })
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        loop {
            let room = CONTENT_BYTES - self.content.len();
            if bytes.len() < room {
                self.content.extend_from_slice(bytes);
                return Ok(());
            }
            let (now, later) = bytes.split_at(room);
            self.content.extend_from_slice(now);
            self.end_page()?;
            bytes = later;
        }
    }

    /// Writes the rest, and makes all of it durable.
    pub(super) fn finish(mut self) -> Result<(), StoreError> {
        if !self.content.is_empty() {
            self.content.resize(CONTENT_BYTES, 0);
            self.end_page()?;
        }
        self.file.finish()
    }

    fn end_page(&mut self) -> Result<(), StoreError> {
        let checksum = checksum(&self.key, self.written, &self.content);
        self.file.write(&[&self.content, &checksum])?;
        self.content.clear();
        self.written = self.written.saturating_add(1);
        Ok(())
    }
}

/// A file that has been written.
pub(super) struct PageFile {
    file: ReadFile,
    path: PathBuf,
    key: Vec<u8>,
    pages: u64,
}

impl PageFile {
    /// Opens a file whose stream has so many bytes.
    pub(super) fn open(disk: &Disk, path: &Path, key: Vec<u8>, stream_bytes: u64) -> Result<Self, StoreError> {
        if !disk.exists(path)? {
            return Err(IndexError::Inconsistent("a file of the index is missing").into());
        }
        let pages = pages(stream_bytes);
        if disk.len(path)? != pages.saturating_mul(PAGE_BYTES as u64) {
            return Err(IndexError::Inconsistent("a file of the index is not as long as it was").into());
        }
        Ok(Self { file: disk.read_from(path, 0)?, path: path.to_owned(), key, pages })
    }

    /// A reader of the bytes from `at` up to `end`, that reads so many pages at once.
    pub(super) fn reader(&self, at: u64, end: u64, pages_at_once: usize) -> PageReader<'_> {
        PageReader { file: self, at, end, pages_at_once, first: 0, content: Vec::new() }
    }

    /// Reads everything.
    pub(super) fn verify(&self) -> Result<(), StoreError> {
        let mut content = Vec::new();
        let mut page = 0;
        while page < self.pages {
            page = self.load(page, RUN_BUFFER_PAGES, &mut content)?;
        }
        Ok(())
    }

    /// Reads the content of some pages, checked; returns the number of the page after them.
    fn load(&self, first: u64, count: usize, content: &mut Vec<u8>) -> Result<u64, StoreError> {
        content.clear();
        let end = first.saturating_add(count as u64).min(self.pages);
        let count = usize::try_from(end.saturating_sub(first)).map_err(|_| DAMAGED)?;
        content.resize(count * PAGE_BYTES, 0);
        match self.file.read_exact_at(content, first.saturating_mul(PAGE_BYTES as u64)) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(DAMAGED.into()),
            read => read.map_err(StoreError::io("read", &self.path))?,
        }
        for (index, page) in (0..count).zip(first..) {
            let start = index * PAGE_BYTES;
            let whole = &content[start..start + PAGE_BYTES];
            let (stream, sum) = whole.split_at(CONTENT_BYTES);
            if checksum(&self.key, page, stream) != *sum {
                return Err(DAMAGED.into());
            }
            content.copy_within(start..start + CONTENT_BYTES, index * CONTENT_BYTES);
        }
        content.truncate(count * CONTENT_BYTES);
        Ok(end)
    }
}

/// Reads a part of a stream, one thing after the other or anywhere; keeps the pages that it has read last.
pub(super) struct PageReader<'a> {
    file: &'a PageFile,
    at: u64,
    end: u64,
    pages_at_once: usize,
    /// The byte of the stream with which `content` begins.
    first: u64,
    content: Vec<u8>,
}

impl PageReader<'_> {
    /// The next bytes; none at the end.
    pub(super) fn next<const N: usize>(&mut self) -> Result<Option<[u8; N]>, StoreError> {
        if self.at >= self.end {
            return Ok(None);
        }
        let bytes = self.read(self.at)?;
        self.at = self.at.saturating_add(N as u64);
        Ok(Some(bytes))
    }

    /// Appends the next bytes to a buffer, as many as are at hand; none at the end.
    pub(super) fn next_bytes(&mut self, buffer: &mut Vec<u8>) -> Result<(), StoreError> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        if left > 0 {
            let here = self.at(self.at)?;
            let len = here.len().min(left);
            buffer.extend_from_slice(&here[..len]);
            self.at = self.at.saturating_add(len as u64);
        }
        Ok(())
    }

    /// The bytes at a place of the stream.
    pub(super) fn read<const N: usize>(&mut self, at: u64) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.fill(at, &mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), StoreError> {
        let mut done = 0;
        while done < bytes.len() {
            let here = self.at(at.saturating_add(done as u64))?;
            let count = here.len().min(bytes.len() - done);
            bytes[done..done + count].copy_from_slice(&here[..count]);
            done += count;
        }
        Ok(())
    }

    /// The bytes at a place: one at least.
    fn at(&mut self, at: u64) -> Result<&[u8], StoreError> {
        let is_here = at >= self.first && at < self.first.saturating_add(self.content.len() as u64);
        if !is_here {
            let page = at / CONTENT_BYTES as u64;
            // A reader that fails must not go on with what it has half read.
            let mut content = std::mem::take(&mut self.content);
            self.file.load(page, self.pages_at_once, &mut content)?;
            (self.first, self.content) = (page.saturating_mul(CONTENT_BYTES as u64), content);
        }
        let skipped = usize::try_from(at.saturating_sub(self.first)).map_err(|_| DAMAGED)?;
        match self.content.get(skipped..) {
            Some(here) if !here.is_empty() => Ok(here),
            _ => Err(DAMAGED.into()),
        }
    }
}

#[cfg(test)]
mod tests;
