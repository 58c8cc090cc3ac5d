//! Writing the file of the state of a checkpoint, and making one of small ones.
//!
//! For every two bytes of pages that have changed, the next checkpoint writes five more of pages that have not, going
//! through all key hashes in turn, and none that it has not the bytes for. So the files that checkpoints write of the
//! state have at most three and a half bytes for each byte of what has changed between one and the next, however large
//! the state is; and together they have about half as much again as the state. A page that is not in memory is read
//! where it lies.
//!
//! Making one of small files comes on top of it: that writes a page again each time into a file about half as large
//! again as the one that it was in, apart from the first time, until the file has a sixteenth of all their bytes.

use lojal_ledger::StateTree;
use lojal_ledger::tree::{PageAt, PageInMemory};
use lojal_types::{Height, Month};

use super::folder::Folder;
use super::live::Live;
use super::span::{START, Span};
use super::state::{MALFORMED, Part, StateInfo, StateWriter, cost};
use crate::error::StoreError;
use crate::limits::{RENEWED_PER_TWO_CHANGED, STATE_MERGE_PARTS};
use crate::pages::Pages;

/// The changes written to one file.
pub(crate) struct StateChanges<'a> {
    /// The shelf whose tree it is; none for the main tree.
    pub(crate) shelf: Option<Month>,
    /// Two versions of the state, of which the file gets the pages in which they differ. The older one is freed as the
    /// file is written.
    pub(crate) older: StateTree,
    pub(crate) newer: &'a StateTree,
}

/// The part of all key hashes that a file gets whole.
struct Renewal {
    span: Span,
    /// The bytes that it still owes.
    owed: u64,
    /// True once it goes no further.
    is_over: bool,
}

impl Renewal {
    /// After the files before.
    fn after(infos: &[StateInfo]) -> Self {
        match infos.last() {
            None => Self { span: Span::ALL, owed: 0, is_over: true },
            Some(StateInfo { whole, owed, .. }) => {
                let span = Span { from: whole.to, to: whole.to, is_all: false };
                Self { span, owed: *owed, is_over: false }
            }
        }
    }

    /// True if it may take a page of a slice that ends here.
    fn reaches(&self, end: [u8; 32]) -> bool {
        !self.is_over && (end == START || end > self.span.from)
    }

    /// True if it is at a page, which is not before its beginning.
    fn is_at(&self, page: &PageAt) -> bool {
        let (bytes, bits) = (usize::from(page.depth) / 8, usize::from(page.depth) % 8);
        let mut from = self.span.from;
        // The first key hash of a page of this depth that has the beginning in it.
        for (index, byte) in from.iter_mut().enumerate().skip(bytes) {
            *byte &= if index == bytes { !(0xff_u8 >> bits) } else { 0 };
        }
        !self.is_over && page.path >= from
    }

    /// Takes a page of so many bytes that hasn't changed, or ends before it.
    fn take(&mut self, page: &PageAt, bytes: u64) -> bool {
        match self.owed.checked_sub(bytes) {
            Some(owed) => self.owed = owed,
            None => {
                self.is_over = true;
                self.span.to = page.path.max(self.span.from);
            }
        }
        !self.is_over
    }

    /// The part that it has got, at the end.
    fn span(&self) -> Span {
        if self.is_over { self.span } else { Span { to: START, is_all: self.span.from == START, ..self.span } }
    }
}

/// A file that is written.
struct Writing<'a> {
    pages: &'a Pages,
    shelf: Option<Month>,
    writer: StateWriter<'a>,
    renewal: Renewal,
    /// The bytes of pages that have changed.
    changed: u64,
    bytes: Vec<u8>,
}

impl Writing<'_> {
    fn take(&mut self, page: &PageAt, in_memory: Option<PageInMemory<'_>>, is_changed: bool) -> Result<(), StoreError> {
        if !is_changed && !self.renewal.is_at(page) {
            return Ok(());
        }
        self.bytes.clear();
        match in_memory {
            Some(in_memory) => in_memory.encode(&mut self.bytes),
            None => self.bytes = self.pages.bytes_of(&page.hash)?,
        }
        let bytes = cost(&self.bytes);
        if is_changed {
            self.changed = self.changed.saturating_add(bytes);
            in_memory.inspect(|in_memory| self.pages.written(self.shelf, &page.path, &page.hash, in_memory.size()));
        } else if !self.renewal.take(page, bytes) {
            return Ok(());
        }
        self.writer.write(page, &self.bytes, !is_changed)
    }

    /// A page of the older version that the newer one hasn't.
    fn leave(&mut self, page: &PageAt) -> Result<(), StoreError> {
        leave(self.pages, page, Some(self.writer.file))
    }
}

/// Notes that a page is in the state no more, but perhaps in the file that is being written.
pub(super) fn leave(pages: &Pages, page: &PageAt, file: Option<u16>) -> Result<(), StoreError> {
    pages.gone(&page.hash);
    if page.entries > 0 {
        pages.leave(&page.hash, file)?;
    }
    Ok(())
}

/// Writes the changes of some blocks, durably but for the files' names. Pages go from the tree into the file one by
/// one: a list of them would be larger than the file.
pub(super) fn write(
    folder: &Folder<'_>,
    pages: &Pages,
    infos: &[StateInfo],
    heights: (Height, Height),
    changes: StateChanges<'_>,
) -> Result<StateInfo, StoreError> {
    let StateChanges { shelf, older, newer } = changes;
    let writer = StateWriter::create(folder, pages, shelf, heights)?;
    let renewal = Renewal::after(infos);
    let mut writing = Writing { pages, shelf, writer, renewal, changed: 0, bytes: Vec::new() };
    let mut slices = StateTree::slices(older, newer).peekable();
    while let Some(slice) = slices.next() {
        let end = slices.peek().map_or(START, |next| *next.first());
        let (mut done, is_reached) = (Ok(()), writing.renewal.reaches(end));
        let mut take = |page: PageAt, in_memory: Option<PageInMemory<'_>>, is_changed: bool| {
            if done.is_ok() {
                done = writing.take(&page, in_memory, is_changed);
            }
        };
        if is_reached {
            slice.pages(take);
        } else {
            slice.changed_pages(|page, in_memory| take(page, in_memory, true));
        }
        slice.gone_pages(|page| {
            if done.is_ok() {
                done = writing.leave(&page);
            }
        });
        done?;
    }
    let Writing { writer, renewal, changed, .. } = writing;
    let span = renewal.span();
    // A file that has everything owes nothing.
    let owed = if infos.is_empty() { 0 } else { changed.saturating_mul(RENEWED_PER_TWO_CHANGED) / 2 };
    writer.finish(span, renewal.owed.saturating_add(owed))
}

/// The first file that is still needed: those after it have not yet written everything anew.
pub(super) fn first_needed(infos: &[StateInfo]) -> usize {
    let mut newer: Option<Span> = None;
    for (index, info) in infos.iter().enumerate().rev() {
        let whole = newer.map_or(info.whole, |newer| info.whole.and(newer));
        if whole.is_all {
            return index;
        }
        newer = Some(whole);
    }
    0
}

/// True if files follow each other, and together have every page.
pub(super) fn are_complete(infos: &[StateInfo]) -> bool {
    let follow = infos.windows(2).all(|pair| pair[0].whole.to == pair[1].whole.from || pair[1].whole.is_all);
    let whole = infos.iter().map(|info| info.whole).reduce(Span::and);
    follow && whole.is_none_or(|whole| whole.is_all)
}

/// The file from which on all have to become one, of files of so many bytes: the first that is at most twice as large
/// as all after it, if together they are small beside the whole. Larger ones go when everything in them has been
/// written anew.
pub(super) fn first_to_merge(sizes: &[u64]) -> Option<usize> {
    let most = sizes.iter().sum::<u64>() / STATE_MERGE_PARTS;
    (0..sizes.len().saturating_sub(1)).find(|from| {
        let (own, after) = (sizes[*from], sizes[from + 1..].iter().sum::<u64>());
        own <= after.saturating_mul(2) && own.saturating_add(after) <= most
    })
}

/// Makes one file of the last ones of a tree, durably but for its names.
pub(super) fn merge(folder: &Folder<'_>, pages: &Pages, infos: &[StateInfo]) -> Result<StateInfo, StoreError> {
    let (Some(first), Some(last)) = (infos.first(), infos.last()) else { return Err(MALFORMED.into()) };
    let whole = infos.iter().map(|info| info.whole).reduce(Span::and).ok_or(MALFORMED)?;
    let open = |info: &StateInfo| info.open_directory(folder.disk, folder.directory);
    let directories = infos.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let mut writer = StateWriter::create(folder, pages, first.shelf, (first.first, last.last))?;
    let mut live = Live::start(infos, &directories, Part::Whole)?;
    while let Some(found) = live.next()? {
        let page = &found.line.page;
        let bytes = if page.entries > 0 { pages.bytes_of(&page.hash)? } else { Vec::new() };
        writer.write(page, &bytes, true)?;
    }
    writer.finish(whole, last.owed)
}

#[cfg(test)]
mod tests;
