//! The pages of a tree out of the directories of its files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::pages::PageFile;
use super::state::{Lines, Part, StateInfo};
use crate::directory::Line;
use crate::error::StoreError;

/// A page that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) line: Line,
    /// The place in the list of files, and in the file.
    pub(super) source: usize,
    pub(super) offset: u64,
}

/// Goes through the pages that count of files that follow each other, in the order of the key hashes: those with which
/// no page of a later file has key hashes in common.
pub(super) struct Live<'a> {
    sources: Vec<Lines<'a>>,
    heads: Vec<Option<(Line, u64)>>,
    /// The first key hashes of the heads; of equal ones, the newest file comes first.
    order: BinaryHeap<Reverse<([u8; 32], Reverse<usize>)>>,
    /// The page before the heads, which counts unless one of them says otherwise.
    last: Option<Found>,
}

impl<'a> Live<'a> {
    /// Of files with their open directories, the oldest first.
    pub(super) fn start(infos: &[StateInfo], directories: &'a [PageFile], part: Part) -> Result<Self, StoreError> {
        let sources: Vec<Lines<'a>> =
            infos.iter().zip(directories).map(|(info, file)| info.lines(file, part)).collect();
        let heads = vec![None; sources.len()];
        let mut live = Self { sources, heads, order: BinaryHeap::new(), last: None };
        (0..live.sources.len()).try_for_each(|source| live.advance(source))?;
        Ok(live)
    }

    /// The next page; none at the end.
    ///
    /// The part of the key hashes of a page that counts for nothing is all taken by later pages. So whatever overlaps
    /// such a page and counts, or is older, overlaps one of those, too.
    pub(super) fn next(&mut self) -> Result<Option<Found>, StoreError> {
        loop {
            let Some(Reverse((_, Reverse(source)))) = self.order.pop() else { return Ok(self.last.take()) };
            let Some((line, offset)) = self.heads[source].take() else { continue };
            self.advance(source)?;
            let found = Found { line, source, offset };
            match &mut self.last {
                Some(last) if last.line.page.overlaps(&line.page) => {
                    if last.source < source {
                        *last = found;
                    }
                }
                last => {
                    if let Some(counts) = last.replace(found) {
                        return Ok(Some(counts));
                    }
                }
            }
        }
    }

    fn advance(&mut self, source: usize) -> Result<(), StoreError> {
        self.heads[source] = self.sources[source].next()?;
        if let Some((line, _)) = &self.heads[source] {
            self.order.push(Reverse((line.page.path, Reverse(source))));
        }
        Ok(())
    }
}
