//! The events of an account or a brand, read from the ledger on from a place.

use std::sync::Arc;

use axum::body::Bytes;
use lojal_ledger::Tip;
use lojal_store::{Store, Subject};
use lojal_types::api::{Event, EventPlace};
use lojal_types::{Block, Day};

use super::made;
use super::reminders::{self, Due, Reminder};
use super::subscription::Subscription;
use crate::decoded::Decoded;
use crate::limits::{SLICE_BYTES_MAX, SLICE_READ_BYTES_MAX, SLICE_TRANSACTIONS_MAX};
use crate::outcome;
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{Share, event_share};

/// The part of the ledger that a reader has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    /// The place up to which it has.
    pub(crate) place: EventPlace,
    /// The day of the last block that is as a whole before it, if that is known.
    day: Option<Day>,
}

impl Reached {
    /// A reader that comes with a place.
    pub(crate) fn at(place: EventPlace) -> Self {
        Self { place, day: None }
    }
}

/// The next events.
pub(crate) struct Slice {
    /// They, in order.
    pub(crate) events: Vec<Event>,
    /// The same as lines of a stream.
    pub(crate) lines: Vec<Bytes>,
    /// The place up to which there are no others.
    pub(crate) to: Reached,
    /// The last block when they were read.
    pub(crate) tip: Tip,
    /// True if they are all that there are up to it.
    pub(crate) is_all: bool,
    bytes: usize,
}

impl Slice {
    /// Takes an event in, if it comes after what has been told; false if that is as much as fits.
    fn add(&mut self, event: Event) -> bool {
        if event.id <= self.to.place {
            return true;
        }
        self.to = Reached::at(event.id);
        let line = made::line(&event);
        self.bytes = self.bytes.saturating_add(line.len());
        self.events.push(event);
        self.lines.push(line);
        self.bytes < SLICE_BYTES_MAX
    }
}

/// Reads the next events after a place that somebody may be told now; nothing if they may be told nothing.
pub(crate) fn read(
    (store, decoded): (&Store, &Decoded),
    caller: &Caller,
    asked: &Subscription,
    after: Reached,
) -> Result<Option<Slice>, Failure> {
    let (share, tip) = store.read(|view| Ok((event_share(view, caller, asked.of)?, view.tip())))?;
    let Some(share) = share else { return Ok(None) };
    let mut slice = Slice { events: Vec::new(), lines: Vec::new(), to: after, tip, is_all: false, bytes: 0 };
    let is_whole = fill((store, decoded), asked, &share, &mut slice)?;
    if is_whole {
        let end = EventPlace::end_of(slice.tip.height).max(slice.to.place);
        slice.to = Reached { place: end, day: Some(slice.tip.time_ms.day()) };
        slice.is_all = true;
    }
    Ok(Some(slice))
}

/// Adds events until there are no more, or as many as fit; true if there are no more.
fn fill(
    (store, decoded): (&Store, &Decoded),
    asked: &Subscription,
    share: &Share,
    slice: &mut Slice,
) -> Result<bool, Failure> {
    let (after, tip) = (slice.to.place, slice.tip);
    let from = if after.is_end() { (after.height.next(), 0) } else { (after.height, after.index) };
    // Of what came before its first block this node can't tell all, and who goes on from there must not miss any.
    let first = store.first_height();
    if store.base().is_some() && from.0 < first {
        return Err(Failure::pruned(from.0, first));
    }
    let found = store.history_from(asked.of, from, SLICE_TRANSACTIONS_MAX)?;
    let is_last = found.len() < SLICE_TRANSACTIONS_MAX;
    let mut due = due(store, asked, slice)?;
    let (mut last, mut read) = (None::<Arc<Block>>, 0_usize);
    // What has come since the right was looked up is for another time.
    for placed in found.iter().take_while(|placed| placed.height <= tip.height) {
        let block = match last {
            Some(block) if block.header.height == placed.height => block,
            Some(_) if read > SLICE_READ_BYTES_MAX => return Ok(false),
            _ => {
                let (block, bytes) = decoded.block(store, placed.height)?;
                read = read.saturating_add(bytes);
                block
            }
        };
        for reminder in due.before(store, placed.height, block.header.time_ms.day())? {
            remind(store, asked, share, &reminder, slice)?;
        }
        let signed = outcome::signed_in(&block, placed)?;
        for event in made::events_of(asked, share, &block, placed, signed) {
            if !slice.add(event) {
                return Ok(false);
            }
        }
        let done = EventPlace { height: placed.height, index: placed.index, number: u32::MAX };
        slice.to = Reached::at(slice.to.place.max(done));
        last = Some(block);
    }
    if is_last {
        for reminder in due.rest(store, &tip)? {
            remind(store, asked, share, &reminder, slice)?;
        }
    }
    Ok(is_last)
}

/// The reminders that are due after a place; a brand gets none.
fn due(store: &Store, asked: &Subscription, slice: &Slice) -> Result<Due, Failure> {
    let today = slice.tip.time_ms.day();
    let since = match (asked.of, slice.to.day) {
        (Subject::Brand(_), _) => today,
        (Subject::Account(_), Some(day)) => day,
        (Subject::Account(_), None) => reminders::day_before(store, slice.to.place)?,
    };
    Ok(Due::after(slice.to.place, since, &slice.tip))
}

fn remind(
    store: &Store,
    asked: &Subscription,
    share: &Share,
    reminder: &Reminder,
    slice: &mut Slice,
) -> Result<(), Failure> {
    let time_ms = reminders::time_of(store, reminder.place.height)?;
    if let Some(expiring) = store.read(|view| reminders::expiring(view, asked.of, share, reminder))?
        && let Some(event) = made::expiring(asked, reminder.place, time_ms, expiring)
    {
        // Reminders are few, and need no bound of their own.
        let _ = slice.add(event);
    }
    Ok(())
}
