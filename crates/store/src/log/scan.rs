//! Reads the log from a position to its end.

use std::io::{BufReader, Read};
use std::path::Path;

use lojal_types::{Certificate, Height};

use crate::disk::{Disk, ReadFile};
use crate::error::{DamageReason, StoreError};
use crate::log::pairing::{Pair, Pairing};
use crate::log::record::{COMMIT_RECORD_BYTES_MAX, ReadError, Record, RecordReader, certificate_at};
use crate::log::segment::LogDirectory;
use crate::log::{BlockPlace, Position};

const BUFFER_BYTES: usize = 256 * 1024;

/// One step of a scan.
pub(crate) enum Step {
    /// A block with its certificate; nothing but checksums has been checked.
    Block { pair: Pair, place: BlockPlace },
    /// Nothing more.
    End,
    /// Bytes that can't be read follow.
    Bad(Bad),
}

/// The place where the log can't be read on, and the reason.
#[derive(Debug)]
pub(crate) struct Bad {
    pub(crate) height: Height,
    pub(crate) position: Position,
    pub(crate) reason: DamageReason,
    /// True if it is the kind of damage that a crash leaves at the end of the last segment.
    pub(crate) maybe_torn: bool,
}

impl Bad {
    pub(crate) fn into_error(self) -> StoreError {
        let Position { segment, offset } = self.position;
        StoreError::Damaged { height: self.height, segment, offset, reason: self.reason }
    }
}

/// Reads pairs of block and certificate, segment after segment.
pub(crate) struct Scan {
    log: LogDirectory,
    segment: u32,
    /// The last segment; 0 if there is none.
    last: u32,
    /// None before the segment has been opened.
    records: Option<RecordReader<BufReader<ReadFile>>>,
    pairing: Pairing,
}

impl Scan {
    /// Starts after the block below `next_height`, at a position, or at the beginning of the log, which is that of a
    /// block up to there.
    pub(crate) fn start(log: &LogDirectory, from: Option<Position>, next_height: Height) -> Result<Self, StoreError> {
        let numbers = log.numbers()?;
        let last = numbers.last().copied().unwrap_or(0);
        // A log that rests on nothing begins with the first segment, whichever there are, unless older blocks, which
        // came later, have lower numbers than that which was the first.
        let is_whole = next_height == Height::GENESIS.next();
        let begins = !is_whole || log.first_height()? == Some(next_height);
        let first = numbers.first().copied().filter(|_| begins).unwrap_or(1);
        let segment = from.map_or(first, |position| position.segment);
        let next_height = match from {
            None => log.first_height()?.map_or(next_height, |first| first.min(next_height)),
            Some(_) => next_height,
        };
        let mut scan = Self { log: log.clone(), segment, last, records: None, pairing: Pairing::new(next_height) };
        if let Some(Position { offset, .. }) = from {
            scan.records = Some(scan.reader(offset)?);
        }
        Ok(scan)
    }

    /// The place of the next record.
    pub(crate) fn position(&self) -> Position {
        Position { segment: self.segment, offset: self.records.as_ref().map_or(0, RecordReader::offset) }
    }

    /// The height that comes next.
    pub(crate) fn next_height(&self) -> Height {
        self.pairing.next_height
    }

    /// The records seen so far of the height that comes next.
    pub(crate) fn into_pairing(self) -> Pairing {
        self.pairing
    }

    /// Reads up to the next certificate.
    pub(crate) fn step(&mut self) -> Result<Step, StoreError> {
        loop {
            let Some(records) = &mut self.records else {
                if self.last == 0 {
                    return Ok(Step::End);
                }
                if !self.log.disk.exists(&self.log.segment(self.segment))? {
                    return Ok(Step::Bad(self.bad(DamageReason::MissingSegment)));
                }
                self.records = Some(self.reader(0)?);
                continue;
            };
            let offset = records.offset();
            match records.next() {
                Ok(Some(record)) => match self.take(offset, record) {
                    Ok(Some(step)) => return Ok(step),
                    Ok(None) => (),
                    Err(reason) => return Ok(Step::Bad(self.bad_at(offset, reason))),
                },
                // An empty file is a segment whose header was not written any more.
                Ok(None) if offset == 0 => {
                    return Ok(Step::Bad(self.bad(crate::log::record::RecordFault::Incomplete.into())));
                }
                Ok(None) if self.segment >= self.last => return Ok(Step::End),
                Ok(None) => {
                    self.segment = self.segment.saturating_add(1);
                    self.records = None;
                }
                Err(ReadError::Fault(fault)) => return Ok(Step::Bad(self.bad(fault.into()))),
                Err(ReadError::Io(source)) => {
                    return Err(StoreError::io("read", &self.log.segment(self.segment))(source));
                }
            }
        }
    }

    fn take(&mut self, offset: u64, record: Record) -> Result<Option<Step>, DamageReason> {
        if offset == 0 {
            return match record {
                Record::Header(header) if header.first_height == self.next_height() => Ok(None),
                Record::Header(header) => {
                    Err(DamageReason::Height { found: header.first_height, expected: self.next_height() })
                }
                _ => Err(DamageReason::Order),
            };
        }
        let Some(pair) = self.pairing.take(offset, record)? else { return Ok(None) };
        let place = BlockPlace {
            segment: self.segment,
            block_offset: pair.block.offset,
            commit_offset: offset,
            end_offset: self.position().offset,
        };
        Ok(Some(Step::Block { pair, place }))
    }

    fn reader(&self, offset: u64) -> Result<RecordReader<BufReader<ReadFile>>, StoreError> {
        let file = self.log.disk.read_from(&self.log.segment(self.segment), offset)?;
        Ok(RecordReader::new(BufReader::with_capacity(BUFFER_BYTES, file), offset))
    }

    fn bad(&self, reason: DamageReason) -> Bad {
        self.bad_at(self.position().offset, reason)
    }

    fn bad_at(&self, offset: u64, reason: DamageReason) -> Bad {
        let maybe_torn = self.segment == self.last && matches!(reason, DamageReason::Record(_));
        let position = Position { segment: self.segment, offset };
        Bad { height: self.next_height(), position, reason, maybe_torn }
    }
}

/// The certificates in the first `bytes` of a file that begin after `offset`, wherever they are, and are for `height`
/// or above.
///
/// A crash loses only what had not been synced, and a certificate is written only after everything before it has
/// been. So one of them says that what is bad at `offset` was once durable: it is damage, and not a torn tail.
pub(crate) fn certificates_after(
    disk: &Disk,
    path: &Path,
    offset: u64,
    bytes: u64,
    height: Height,
) -> Result<Vec<Certificate>, StoreError> {
    let start = offset.saturating_add(1);
    let mut file = disk.read_from(path, start)?.take(bytes.saturating_sub(start));
    let mut window = Vec::new();
    let mut found = Vec::new();
    loop {
        let wanted = BUFFER_BYTES + COMMIT_RECORD_BYTES_MAX - window.len();
        let read = file.by_ref().take(wanted as u64).read_to_end(&mut window).map_err(StoreError::io("read", path))?;
        let ended = read < wanted;
        let starts = if ended { window.len() } else { BUFFER_BYTES };
        let certificates = (0..starts).filter_map(|start| certificate_at(&window[start..]));
        found.extend(certificates.filter(|certificate| certificate.height >= height));
        if ended {
            return Ok(found);
        }
        window.drain(..BUFFER_BYTES);
    }
}

#[cfg(test)]
mod tests;
