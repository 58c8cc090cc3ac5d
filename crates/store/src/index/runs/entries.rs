//! Reading files of the state that follow each other as if they were one.

use std::path::Path;

use super::order::{Order, Span};
use super::pages::{PageFile, PageReader};
use super::state::{HEAD_BYTES, MALFORMED, Part, REMOVED, StateInfo};
use crate::disk::Disk;
use crate::error::StoreError;
use crate::limits::RUN_BUFFER_PAGES;

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
        heads.push(Head::start(file.reader(at, end, RUN_BUFFER_PAGES), info.whole)?);
    }
    while let Some(least) = heads.iter().filter(|head| !head.is_ended).map(|head| head.order).min() {
        let says = heads.iter().find(|head| head.is_at(&least) || head.whole.contains(&least));
        // A file that has everything there, and not this key, says that it went, and nobody need be told.
        if let Some(newest) = says.filter(|head| head.is_at(&least)) {
            f(&least, &newest.key, newest.value())?;
        }
        for head in heads.iter_mut().filter(|head| head.is_at(&least)) {
            head.advance()?;
        }
    }
    Ok(())
}

/// The change of a file at which its reader is.
struct Head<'a> {
    reader: PageReader<'a>,
    whole: Span,
    order: Order,
    key: Vec<u8>,
    is_removal: bool,
    /// Empty for a key that went.
    value: Vec<u8>,
    is_ended: bool,
}

impl<'a> Head<'a> {
    /// At the first change.
    fn start(reader: PageReader<'a>, whole: Span) -> Result<Self, StoreError> {
        let (key, value, order) = (Vec::new(), Vec::new(), Order::START);
        let mut head = Self { reader, whole, order, key, is_removal: false, value, is_ended: false };
        head.advance()?;
        Ok(head)
    }

    /// Goes to the next change, or ends.
    fn advance(&mut self) -> Result<(), StoreError> {
        let Some([k0, k1, v0, v1, v2, v3]) = self.reader.next::<HEAD_BYTES>()? else {
            self.is_ended = true;
            return Ok(());
        };
        self.reader.next_bytes(u16::from_le_bytes([k0, k1]).into(), &mut self.key)?;
        let value_bytes = u32::from_le_bytes([v0, v1, v2, v3]);
        self.is_removal = value_bytes == REMOVED;
        self.reader.next_bytes(if self.is_removal { 0 } else { value_bytes }, &mut self.value)?;
        self.order = Order::of(&self.key).filter(|order| *order > self.order).ok_or(MALFORMED)?;
        Ok(())
    }

    fn is_at(&self, order: &Order) -> bool {
        !self.is_ended && self.order == *order
    }

    fn value(&self) -> Option<&[u8]> {
        (!self.is_removal).then_some(self.value.as_slice())
    }
}
