//! The faults that a simulated disk has on demand.

use std::io;

/// The faults that come next. Counters count down; a fault that has happened is gone, unless it says that it stays.
///
/// Only what the store does itself is concerned. sled does its own input and output, which isn't simulated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Bytes that can still be written before the disk is full. It stays full until this is set anew.
    pub full_after_bytes: Option<u64>,
    /// Bytes that can still be written before one write is cut short and fails with an input/output error.
    pub write_fails_after_bytes: Option<u64>,
    /// Syncs that succeed before one fails. What it should have made durable counts as written for the operating
    /// system, as it does for Linux: a later sync succeeds without making it so (Rebello et al., "Can Applications
    /// Recover from fsync Failures?", USENIX ATC 2020).
    pub sync_fails_after: Option<u32>,
    /// True if syncs succeed and do nothing. It stays so until this is set anew.
    pub sync_lies: bool,
    /// Reads that succeed before one fails.
    pub read_fails_after: Option<u32>,
    /// Changes that succeed before the power is cut. From then on everything fails, until
    /// [`SimulatedDisk::crash`](crate::SimulatedDisk::crash).
    pub power_fails_after: Option<u32>,
    /// True if the power is cut.
    pub power_is_off: bool,
}

impl Faults {
    /// Before anything at all.
    pub(super) fn look(&self) -> io::Result<()> {
        if self.power_is_off { Err(io::Error::other("simulated: the power is off")) } else { Ok(()) }
    }

    /// Before any change.
    pub(super) fn change(&mut self) -> io::Result<()> {
        if has_come(&mut self.power_fails_after) {
            self.power_is_off = true;
        }
        self.look()
    }

    /// Before a file is made, which needs room.
    pub(super) fn create(&mut self) -> io::Result<()> {
        self.change()?;
        if self.full_after_bytes == Some(0) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    /// The part of a write that happens, and its error if it fails.
    pub(super) fn write(&mut self, bytes: usize) -> (usize, Option<io::Error>) {
        let was_off = self.power_is_off;
        if let Err(error) = self.change() {
            // Any part of it can have happened when the power is cut; which, is drawn with the crash.
            return (if was_off { 0 } else { bytes }, Some(error));
        }
        let room = spend(&mut self.full_after_bytes, bytes);
        let written = spend(&mut self.write_fails_after_bytes, room);
        if written < room {
            self.write_fails_after_bytes = None;
            return (written, Some(io::Error::other("simulated: the write failed")));
        }
        (room, (room < bytes).then(|| io::ErrorKind::StorageFull.into()))
    }

    /// Before a sync: whether it does anything.
    pub(super) fn sync(&mut self) -> io::Result<Sync> {
        self.change()?;
        if has_come(&mut self.sync_fails_after) {
            return Ok(Sync::Fails);
        }
        Ok(if self.sync_lies { Sync::Lies } else { Sync::Works })
    }

    /// Before a read.
    pub(super) fn read(&mut self) -> io::Result<()> {
        self.look()?;
        if has_come(&mut self.read_fails_after) {
            return Err(io::Error::other("simulated: the read failed"));
        }
        Ok(())
    }
}

/// The effect of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    Works,
    Fails,
    Lies,
}

impl Sync {
    pub(super) fn answer(self) -> io::Result<()> {
        if self == Self::Fails { Err(io::Error::other("simulated: the sync failed")) } else { Ok(()) }
    }
}

/// Counts down; true, once, when nothing is left.
fn has_come(counter: &mut Option<u32>) -> bool {
    match counter {
        Some(0) => {
            *counter = None;
            true
        }
        Some(left) => {
            *left -= 1;
            false
        }
        None => false,
    }
}

/// Takes as much of `bytes` as is left.
fn spend(left: &mut Option<u64>, bytes: usize) -> usize {
    let Some(left) = left else { return bytes };
    let spent = bytes.min(usize::try_from(*left).unwrap_or(usize::MAX));
    *left -= spent as u64;
    spent
}
