//! Files of pages of the state: the pages that have changed between two checkpoints and, of a part of the key hashes,
//! all of them, each tree's in files of its own, which go with it.
//!
//! What the newest file that has a page there says of a place is so: an older page that has key hashes in common with
//! it counts for nothing. Of a part of the key hashes a file has every page, whether that has changed or not. Such
//! parts follow each other from file to file until every page has had its turn, so that old files can go without ever
//! having been merged.
//!
//! There are two of them: the pages, which nobody believes without their hashes ([`Pages`]), and their directory
//! ([`directory`](crate::directory)), a stream with checksums. A start reads directories alone. Where the second half
//! of the key hashes begins is known, so that two threads can build half a tree each.

use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::tree::PageAt;
use lojal_types::{Height, Month};

use super::folder::Folder;
use super::pages::{PacedFile, PageFile, PageReader, PageWriter};
use super::span::Span;
use crate::directory::{LINE_BYTES_MAX, Line};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::limits::RUN_BUFFER_PAGES;
use crate::pages::{LENGTH_BYTES, Pages, Place, UNIT_BYTES};

pub(super) const MALFORMED: IndexError = IndexError::Inconsistent("a directory of the state is malformed");
const TOO_LARGE: IndexError = IndexError::Inconsistent("a file of the state is too large");

/// About the bytes of a line of a directory.
const LINE_BYTES: u64 = 40;

/// The pages to read: all, or those before or after the middle of the key hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    First,
    Second,
}

/// The record that the checkpoint has of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct StateInfo {
    /// The shelf whose pages are in it; none for the main tree.
    pub(crate) shelf: Option<Month>,
    /// The first block whose changes are in it, and the last.
    pub(crate) first: Height,
    pub(crate) last: Height,
    /// The bytes of the pages, and of the stream of their directory.
    page_bytes: u64,
    directory_bytes: u64,
    /// The same before the second half of the key hashes.
    pages_middle: u64,
    directory_middle: u64,
    /// True if its one page is all of a small tree.
    pub(crate) is_small: bool,
    /// The part of which it has every page.
    pub(super) whole: Span,
    /// The bytes of pages that files after it have to write again.
    pub(super) owed: u64,
}

impl StateInfo {
    fn name(&self, extension: &str) -> String {
        let (first, last) = (self.first.get(), self.last.get());
        let shelf = self.shelf.map_or(String::new(), |month| format!("{month}-"));
        format!("{shelf}{first:020}-{last:020}.{extension}")
    }

    /// The names of its files: that of the pages, and that of their directory.
    pub(super) fn file_names(&self) -> [String; 2] {
        ["pages", "directory"].map(|extension| self.name(extension))
    }

    fn key(&self) -> Vec<u8> {
        let shelf = self.shelf.map_or(Vec::new(), |month| month.get().to_le_bytes().to_vec());
        [&b"pages"[..], &self.first.get().to_le_bytes(), &self.last.get().to_le_bytes(), &shelf].concat()
    }

    /// The bytes of the pages and of their directory.
    pub(super) fn bytes(&self) -> u64 {
        self.page_bytes.saturating_add(self.directory_bytes)
    }

    /// Opens the pages; returns the number by which their places are known.
    pub(super) fn open_pages(&self, disk: &Disk, directory: &Path, pages: &Pages) -> Result<u16, StoreError> {
        let path = directory.join(self.name("pages"));
        if !disk.exists(&path)? {
            return Err(IndexError::Inconsistent("a file of the state is missing").into());
        }
        if disk.len(&path)? != self.page_bytes {
            return Err(IndexError::Inconsistent("a file of the state is not as long as it was").into());
        }
        pages.open(disk, &path, self.page_bytes)
    }

    /// Opens the directory.
    pub(super) fn open_directory(&self, disk: &Disk, directory: &Path) -> Result<PageFile, StoreError> {
        PageFile::open(disk, &directory.join(self.name("directory")), self.key(), self.directory_bytes)
    }

    /// A reader of a part of the directory.
    pub(super) fn lines<'a>(&self, file: &'a PageFile, part: Part) -> Lines<'a> {
        let (from, to, offset) = match part {
            Part::Whole => (0, self.directory_bytes, 0),
            Part::First => (0, self.directory_middle, 0),
            Part::Second => (self.directory_middle, self.directory_bytes, self.pages_middle),
        };
        let reader = file.reader(from, to, RUN_BUFFER_PAGES);
        Lines { reader, buffer: Vec::new(), at: 0, offset, last: None }
    }

    /// True if it has every page of some part, and not of all.
    #[cfg(test)]
    pub(crate) fn is_whole_in_part(&self) -> bool {
        !self.whole.is_all && self.whole.from != self.whole.to
    }
}

/// The bytes that a page takes in its file.
fn stored_bytes(page_bytes: u64) -> u64 {
    if page_bytes == 0 { 0 } else { page_bytes.saturating_add(LENGTH_BYTES as u64).next_multiple_of(UNIT_BYTES) }
}

/// The bytes that a page takes in a file and its directory.
pub(super) fn cost(page: &[u8]) -> u64 {
    stored_bytes(page.len() as u64).saturating_add(LINE_BYTES)
}

/// The lines of a directory with the places of their pages, one after the other.
pub(super) struct Lines<'a> {
    reader: PageReader<'a>,
    buffer: Vec<u8>,
    /// The part of the buffer that has been read.
    at: usize,
    offset: u64,
    last: Option<Line>,
}

impl Lines<'_> {
    /// The next line, and the place of its page in the file; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Line, u64)>, StoreError> {
        if self.buffer.len() - self.at < LINE_BYTES_MAX {
            self.fill()?;
        }
        let mut rest = &self.buffer[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let line = Line::decode(&mut rest).map_err(|_| MALFORMED)?;
        self.at = self.buffer.len() - rest.len();
        if self.last.is_some_and(|last| last.page.path >= line.page.path || last.page.overlaps(&line.page)) {
            return Err(MALFORMED.into());
        }
        self.last = Some(line);
        let offset = self.offset;
        self.offset = offset.saturating_add(stored_bytes(line.length.into()));
        Ok(Some((line, offset)))
    }

    /// Reads on until the buffer has a line.
    fn fill(&mut self) -> Result<(), StoreError> {
        self.buffer.drain(..self.at);
        self.at = 0;
        while self.buffer.len() < LINE_BYTES_MAX {
            let before = self.buffer.len();
            self.reader.next_bytes(&mut self.buffer)?;
            if self.buffer.len() == before {
                break;
            }
        }
        Ok(())
    }
}

/// Writes a file of pages of which each comes after the one before.
pub(super) struct StateWriter<'a> {
    pages: &'a Pages,
    data: PacedFile<'a>,
    directory: PageWriter<'a>,
    /// The number of the file of pages.
    pub(super) file: u16,
    /// The pages that aren't in the file yet, with their places, and whether they were known before.
    pending: Vec<([u8; 32], Place, bool)>,
    info: StateInfo,
    line: Vec<u8>,
}

impl<'a> StateWriter<'a> {
    pub(super) fn create(
        folder: &Folder<'a>,
        pages: &'a Pages,
        shelf: Option<Month>,
        (first, last): (Height, Height),
    ) -> Result<Self, StoreError> {
        let info = StateInfo {
            shelf,
            first,
            last,
            page_bytes: 0,
            directory_bytes: 0,
            pages_middle: u64::MAX,
            directory_middle: u64::MAX,
            is_small: false,
            whole: Span::ALL,
            owed: 0,
        };
        let [data_name, directory_name] = info.file_names();
        let data = PacedFile::create(folder, &data_name)?;
        let directory = PageWriter::create(folder, &directory_name, info.key())?;
        let file = pages.open(folder.disk, &folder.directory.join(data_name), 0)?;
        Ok(Self { pages, data, directory, file, pending: Vec::new(), info, line: Vec::new() })
    }

    /// Writes a page, one that was on disk before if it is known.
    pub(super) fn write(&mut self, page: &PageAt, bytes: &[u8], is_known: bool) -> Result<(), StoreError> {
        let length = u32::try_from(bytes.len()).map_err(|_| TOO_LARGE)?;
        if page.path[0] >= 0x80 {
            self.info.pages_middle = self.info.pages_middle.min(self.info.page_bytes);
            self.info.directory_middle = self.info.directory_middle.min(self.info.directory_bytes);
        }
        self.info.is_small = page.depth == 0;
        if page.entries > 0 {
            let place = Place::new(self.file, self.info.page_bytes, length).ok_or(TOO_LARGE)?;
            self.pending.push((page.hash, place, is_known));
            let stored = stored_bytes(length.into());
            let filling = stored.saturating_sub(u64::from(length)).saturating_sub(LENGTH_BYTES as u64);
            let filling = &[0; UNIT_BYTES as usize][..usize::try_from(filling).map_err(|_| TOO_LARGE)?];
            self.info.page_bytes = self.info.page_bytes.saturating_add(stored);
            if self.data.write(&[&length.to_le_bytes(), bytes, filling])? {
                self.settle()?;
            }
        }
        self.line.clear();
        Line { page: *page, length }.encode(&mut self.line);
        self.info.directory_bytes = self.info.directory_bytes.saturating_add(self.line.len() as u64);
        self.directory.write(&self.line)
    }

    /// Has the pages found that are in the file now.
    fn settle(&mut self) -> Result<(), StoreError> {
        self.pages.grown(self.file, self.info.page_bytes);
        for (hash, place, is_known) in self.pending.drain(..) {
            self.pages.put(&hash, &place, is_known)?;
        }
        Ok(())
    }

    /// Makes it durable but for its names; it has every page of this part.
    pub(super) fn finish(mut self, whole: Span, owed: u64) -> Result<StateInfo, StoreError> {
        self.data.finish()?;
        self.settle()?;
        self.directory.finish()?;
        (self.info.whole, self.info.owed) = (whole, owed);
        self.info.pages_middle = self.info.pages_middle.min(self.info.page_bytes);
        self.info.directory_middle = self.info.directory_middle.min(self.info.directory_bytes);
        Ok(self.info)
    }
}
