//! Giving up the blocks that need not be kept.
//!
//! The order keeps the truth on the disk. A snapshot becomes the base, durably and with every piece read; from then on
//! nobody is given a block up to it. Segments of the log that have nothing else are archived, if that is wanted, and go
//! one after the other, from the first on. What the index has of those blocks goes with later checkpoints. Each step is
//! done again where it was interrupted.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

use lojal_types::{Height, TimeMs};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::limits::SNAPSHOT_PAUSES;
use crate::log::segment::read_header;
use crate::older::Segment;
use crate::options::Checkpoints;
use crate::packed::{self, ARCHIVE};
use crate::pieces::{BASE, LATER, Pieces, PiecesAt};
use crate::retain::Retain;
use crate::shared::Shared;

impl Shared {
    /// Puts snapshots away that are offered no more, those to wait from which a base will come; the newest has this
    /// time.
    pub(crate) fn retire(&self, gone: &[Arc<Pieces>], now: TimeMs) -> Result<(), StoreError> {
        for pieces in gone {
            let place = (pieces.height(), pieces.header().time_ms);
            let last = self.waiting()?.last().map(|last| last.header().time_ms);
            if self.options.retain.needs_later(place, now, last) {
                pieces.at().link_to(&self.directory(LATER))?;
            }
            pieces.at().remove()?;
        }
        Ok(())
    }

    /// Gives up what need not be kept any more; false if that was interrupted because the node stops.
    pub(crate) fn prune(&self) -> Result<bool, StoreError> {
        if self.options.retain == Retain::All {
            return Ok(true);
        }
        if let Some(newest) = self.snapshots.newest().first() {
            self.raise_base(newest.header().time_ms)?;
        }
        Ok(self.shrink_older()? && self.shrink_log()?)
    }

    /// Has the log rest on the newest snapshot of those that wait that is old enough.
    fn raise_base(&self, now: TimeMs) -> Result<(), StoreError> {
        let (retain, first) = (self.options.retain, self.foundation.first_height());
        let is_due = |pieces: &Pieces| {
            pieces.height() >= first && retain.may_rest_on((pieces.height(), pieces.header().time_ms), now)
        };
        let Some(due) = self.waiting()?.into_iter().rfind(is_due) else { return Ok(()) };
        match self.check(&due) {
            Ok(true) => (),
            Ok(false) => return Ok(()),
            Err(error) => {
                due.at().remove()?;
                return Err(error);
            }
        }
        let directory = self.directory(BASE);
        let base = due.at().link_to(&directory)?.open(&self.genesis, &self.sets.all())?;
        let height = base.height();
        self.foundation.set(Some(Arc::new(base)));
        self.damage.forget_below(height.next());
        tracing::info!(%height, %retain, "the blocks up to this height are given up");
        remove_below(&self.log.disk, &directory, height)?;
        remove_below(&self.log.disk, &self.directory(LATER), height.next())
    }

    /// Reads every piece of a snapshot; false if the node stops meanwhile.
    fn check(&self, pieces: &Pieces) -> Result<bool, StoreError> {
        let mut go_on = self.slowly();
        let (chunks, parts) = (pieces.manifest().chunks().len(), pieces.manifest().recent().len());
        for number in (0_u32..).take(chunks) {
            pieces.chunk(number)?;
            if !go_on() {
                return Ok(false);
            }
        }
        for number in (0_u32..).take(parts) {
            pieces.recent(number)?;
            if !go_on() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes the older blocks away once the base has moved up, and there is a gap between them and what is kept; false
    /// if the node stops meanwhile.
    fn shrink_older(&self) -> Result<bool, StoreError> {
        let (older, kept) = (&self.older, self.foundation.first_height());
        let _change = older.change();
        if older.newest().is_none_or(|newest| newest.last.next() == kept) {
            return Ok(true);
        }
        while let Some(segment) = older.oldest() {
            let Segment { number, first, last } = segment;
            if self.options.archives && !self.archive(number, (first, last), &older.path(&segment))? {
                return Ok(false);
            }
            older.remove_oldest()?;
            tracing::info!(%first, %last, is_archived = self.options.archives, "a segment of older blocks has gone");
        }
        Ok(true)
    }

    /// Archives a segment with these blocks; false if the node stops meanwhile.
    fn archive(&self, number: u32, (first, last): (Height, Height), segment: &Path) -> Result<bool, StoreError> {
        let archive = self.directory(ARCHIVE);
        self.log.disk.create_directory(&archive)?;
        packed::pack(&self.log.disk, segment, &archive.join(packed::name(number, first, last)), self.slowly())
    }

    /// Takes segments away that have no block after the base; false if the node stops meanwhile.
    fn shrink_log(&self) -> Result<bool, StoreError> {
        let (log, kept) = (&self.log, self.foundation.first_height());
        for pair in log.numbers()?.windows(2) {
            let segment = log.segment(pair[0]);
            let headers = (read_header(&log.disk, &segment)?, read_header(&log.disk, &log.segment(pair[1]))?);
            let (Some(header), Some(next)) = headers else { return Ok(true) };
            if next.first_height > kept {
                return Ok(true);
            }
            let (first, last) = (header.first_height, Height::new(next.first_height.get().saturating_sub(1)));
            if self.options.archives && !self.archive(pair[0], (first, last), &segment)? {
                return Ok(false);
            }
            let bytes = log.disk.len(&segment)?;
            log.disk.remove(&segment)?;
            // No later one may go before it: a log with a hole can't be read.
            log.disk.sync_directory(&log.path)?;
            self.log_counters.bytes.fetch_sub(bytes, Ordering::Relaxed);
            tracing::info!(%first, %last, is_archived = self.options.archives, "a segment of the log has gone");
        }
        Ok(true)
    }

    /// The snapshots that wait to become the base, ascending. One that can't be read is removed.
    fn waiting(&self) -> Result<Vec<Pieces>, StoreError> {
        let (disk, directory) = (&self.log.disk, self.directory(LATER));
        let mut waiting = Vec::new();
        for height in PiecesAt::heights(disk, &directory)? {
            let at = PiecesAt::new(disk, &directory, height);
            match at.clone().open(&self.genesis, &self.sets.all()) {
                Ok(pieces) => waiting.push(pieces),
                Err(error @ StoreError::SnapshotDamaged { .. }) => {
                    tracing::warn!(%error, "a snapshot is of no use and is removed");
                    at.remove()?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(waiting)
    }

    fn directory(&self, name: &str) -> PathBuf {
        self.log.path.with_file_name(name)
    }

    /// A pause after each piece of work that leaves the machine to others; false once the node stops.
    fn slowly(&self) -> impl FnMut() -> bool {
        let mut since = Instant::now();
        move || {
            if self.options.checkpoints == Checkpoints::Thread {
                thread::sleep(since.elapsed().saturating_mul(SNAPSHOT_PAUSES));
                since = Instant::now();
            }
            !self.snapshots.is_stopped()
        }
    }
}

/// Removes what is left of snapshots that were put away or moved in parts, before a log is opened that rests on
/// `base`.
pub(crate) fn tidy(disk: &Disk, data: &Path, base: Option<&Pieces>, retain: Retain) -> Result<(), StoreError> {
    let (bases, later) = (data.join(BASE), data.join(LATER));
    for directory in [&bases, &later] {
        PiecesAt::clean(disk, directory)?;
    }
    let height = base.map_or(Height::GENESIS, Pieces::height);
    remove_below(disk, &bases, height)?;
    // Whoever keeps all has no use for them.
    let needed = if retain == Retain::All { Height::new(u64::MAX) } else { height.next() };
    remove_below(disk, &later, needed)
}

fn remove_below(disk: &Disk, directory: &Path, height: Height) -> Result<(), StoreError> {
    let heights = PiecesAt::heights(disk, directory)?;
    heights.into_iter().filter(|one| *one < height).try_for_each(|one| PiecesAt::new(disk, directory, one).remove())
}
