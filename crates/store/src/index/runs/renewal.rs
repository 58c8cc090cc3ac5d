//! Writing the state file of a checkpoint, and making one of small ones.
//!
//! For each byte of an entry that has changed, the next checkpoint writes two more of entries that have not, going
//! through all keys in turn, a slice of them at a time and none that it has not the bytes for. So in the long run the
//! files that checkpoints write of the state have at most three bytes for each byte of what has changed between one and
//! the next, however large the state is; and together they have about half as much again as the state.
//!
//! Making one of small files comes on top of it: that writes an entry again each time into a file about half as large
//! again as the one that it was in, apart from the first time, until the file has a sixteenth of all their bytes.

use std::collections::BTreeMap;

use lojal_ledger::StateTree;
use lojal_ledger::tree::Slice;
use lojal_types::{Height, Month};

use super::entries::each;
use super::folder::Folder;
use super::order::{Order, Span};
use super::state::{MALFORMED, Part, StateInfo, StateWriter, entry_bytes};
use crate::error::StoreError;
use crate::limits::{RENEWED_PER_CHANGED, STATE_MERGE_PARTS};

/// The changes written to one state file.
pub(crate) struct StateChanges<'a> {
    /// The shelf whose tree it is; none for the main tree.
    pub(crate) shelf: Option<Month>,
    /// Two versions of the state, of which the file gets the entries in which they differ. The older one is freed as
    /// the file is written.
    pub(crate) older: StateTree,
    pub(crate) newer: &'a StateTree,
    /// Changes of kinds that come after the state.
    pub(crate) others: Changed,
}

/// Keys with their new values, none for those that go.
pub(crate) type Changed = BTreeMap<Order, (Vec<u8>, Option<Vec<u8>>)>;

/// Notes the change of a whole key, unless that is empty.
pub(crate) fn note(changed: &mut Changed, key: &[u8], value: Option<Vec<u8>>) {
    if let (Some(order), Some((_, rest))) = (Order::of(key), key.split_first()) {
        changed.insert(order, (rest.to_vec(), value));
    }
}

/// The part of all keys that a file gets whole.
struct Renewal {
    span: Span,
    /// The bytes that it still owes.
    owed: u64,
    /// True once it goes no further, and if that is the end of everything.
    is_over: bool,
    has_end: bool,
}

impl Renewal {
    /// After the files before.
    fn after(infos: &[StateInfo]) -> Self {
        match infos.last() {
            None => Self { span: Span::ALL, owed: 0, is_over: false, has_end: true },
            Some(StateInfo { whole, owed, .. }) => {
                let span = Span { from: whole.to, to: whole.to, is_all: false };
                Self { span, owed: *owed, is_over: false, has_end: false }
            }
        }
    }

    /// The place in a slice, which ends at `end`, from which on it is written whole.
    fn take(&mut self, slice: &Slice, end: Order) -> Option<Order> {
        if self.span.is_all {
            return Some(Order::START);
        }
        if self.is_over || (end != Order::START && end <= self.span.from) {
            return None;
        }
        let from = self.span.from;
        let entries = slice.entries().filter(|(key_hash, ..)| from <= Order::of_state(**key_hash));
        let bytes = entries.map(|(_, key, value)| entry_bytes(key, Some(value))).sum::<u64>();
        self.is_over = bytes > self.owed;
        if self.is_over {
            return None;
        }
        self.owed = self.owed.saturating_sub(bytes);
        self.span.to = end;
        (self.is_over, self.has_end) = (end == Order::START, end == Order::START);
        self.span.is_all = self.has_end && from == Order::START;
        Some(from)
    }
}

/// Writes the changes of some blocks, durably but for the file's name. Entries go from the tree into the file one by
/// one: a list of them would be larger than the file.
pub(super) fn write(
    folder: &Folder<'_>,
    infos: &[StateInfo],
    heights: (Height, Height),
    changes: StateChanges<'_>,
) -> Result<StateInfo, StoreError> {
    let StateChanges { shelf, older, newer, others } = changes;
    let mut writer = StateWriter::create(folder, shelf, heights)?;
    let (mut renewal, mut changed) = (Renewal::after(infos), 0_u64);
    let mut slices = StateTree::slices(older, newer).peekable();
    while let Some(slice) = slices.next() {
        let end = slices.peek().map_or(Order::START, |next| Order::of_state(*next.first()));
        let from = renewal.take(&slice, end);
        changed = changed.saturating_add(write_slice(&mut writer, &slice, from)?);
    }
    if renewal.has_end {
        write_after_state(folder, infos, &mut writer, others)?;
    } else {
        for (order, (rest, value)) in &others {
            writer.write(order, rest, value.as_deref())?;
        }
    }
    writer.finish(renewal.span, renewal.owed.saturating_add(changed.saturating_mul(RENEWED_PER_CHANGED)))
}

/// Writes the changes in a slice, and from a place on all its entries; returns the bytes of the changes.
fn write_slice(writer: &mut StateWriter<'_>, slice: &Slice, whole: Option<Order>) -> Result<u64, StoreError> {
    let (mut written, mut changed) = (Ok(()), 0_u64);
    let is_whole = |order: &Order| whole.is_some_and(|from| from <= *order);
    if whole.is_none_or(|from| from > Order::of_state(*slice.first())) {
        slice.changes(|key_hash, key, value| {
            let order = Order::of_state(*key_hash);
            if written.is_ok() && !is_whole(&order) {
                written = writer.write(&order, key, value);
                changed = changed.saturating_add(entry_bytes(key, value));
            }
        });
    }
    written?;
    if whole.is_some() {
        for (key_hash, key, value) in slice.entries() {
            let order = Order::of_state(*key_hash);
            if is_whole(&order) {
                writer.write(&order, key, Some(value))?;
            }
        }
    }
    Ok(changed)
}

/// Writes everything that there is after the state.
fn write_after_state(
    folder: &Folder<'_>,
    infos: &[StateInfo],
    writer: &mut StateWriter<'_>,
    mut others: Changed,
) -> Result<(), StoreError> {
    each(folder.disk, folder.directory, infos, Part::AfterState, |order, key, value| {
        while let Some(change) = others.first_entry().filter(|change| change.key() < order) {
            let (order, (rest, value)) = change.remove_entry();
            value.map_or(Ok(()), |value| writer.write(&order, &rest, Some(&value)))?;
        }
        match (others.remove(order), value) {
            (Some((rest, Some(value))), _) => writer.write(order, &rest, Some(&value)),
            (None, Some(value)) => writer.write(order, key.get(1..).ok_or(MALFORMED)?, Some(value)),
            (Some((_, None)), _) | (None, None) => Ok(()),
        }
    })?;
    for (order, (rest, value)) in others {
        value.map_or(Ok(()), |value| writer.write(&order, &rest, Some(&value)))?;
    }
    Ok(())
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

/// True if files follow each other, and together have every entry.
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

/// Makes one file of several of the same tree that follow each other, durably but for its name.
pub(super) fn merge(folder: &Folder<'_>, infos: &[StateInfo]) -> Result<StateInfo, StoreError> {
    let (Some(first), Some(last)) = (infos.first(), infos.last()) else { return Err(MALFORMED.into()) };
    let whole = infos.iter().map(|info| info.whole).reduce(Span::and).ok_or(MALFORMED)?;
    let mut writer = StateWriter::create(folder, first.shelf, (first.first, last.last))?;
    each(folder.disk, folder.directory, infos, Part::Whole, |order, key, value| match value {
        // Of a part that is there whole, what isn't there went.
        None if whole.contains(order) => Ok(()),
        value => writer.write(order, key.get(1..).ok_or(MALFORMED)?, value),
    })?;
    writer.finish(whole, last.owed)
}

#[cfg(test)]
mod tests;
