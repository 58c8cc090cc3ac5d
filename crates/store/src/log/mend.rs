//! Checks the log height by height, and puts what has rotted right, in place.
//!
//! Every byte of the log before its end belongs to one decided height: the segment's header if the height is the first
//! of it, the block, the certificate, and in the two gaps before and between them what else was proposed. All of that
//! is known or not needed any more: the header follows from the height, block and certificate can be had from a peer,
//! and a gap is filled. So every piece keeps its length, nothing else moves, and a power cut while a piece is written
//! leaves the piece as bad as it was before, to be found again.

use std::io::Read;
use std::ops::Range;

use lojal_types::{BlockId, Certificate, Height};

use crate::error::{DamageReason, StoreError};
use crate::log::BlockPlace;
use crate::log::record::{
    HEADER_RECORD_BYTES, Kind, LOG_VERSION, RECORD_HEAD_BYTES, ReadError, Record, RecordFault, RecordReader,
    SIGNATURE_BYTES, SegmentHeader, UNSIGNED_COMMIT_BYTES, encode, put,
};
use crate::log::segment::LogDirectory;

/// The bytes of the log that belong to one decided height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) height: Height,
    pub(crate) block: BlockId,
    /// The byte of the segment at which it begins: 0, with the header, or where the height before ends.
    pub(crate) start: u64,
    pub(crate) place: BlockPlace,
}

/// A part of a stretch that is right or wrong by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Header,
    /// The records of what was proposed beside the decided block.
    Gap,
    Block,
    Commit,
}

/// A reason a stretch can't be put right.
#[derive(Debug)]
pub(crate) enum Misfit {
    /// The disk failed, or still shows damage.
    Store(StoreError),
    /// The block or the certificate is longer or shorter than the one that was there.
    Length,
}

impl From<StoreError> for Misfit {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Stretch {
    /// The number of its bytes.
    pub(crate) fn len(&self) -> u64 {
        self.place.end_offset.saturating_sub(self.start)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for the first thing that is wrong.
    pub(crate) fn check(&self, log: &LogDirectory) -> Result<(), StoreError> {
        for (piece, range) in self.pieces(self.block_end(log)?) {
            self.check_piece(log, piece, &range)?;
        }
        Ok(())
    }

    /// The number of signatures that the certificate has.
    pub(crate) fn signatures(&self) -> usize {
        let bytes = self.place.end_offset.saturating_sub(self.place.commit_offset);
        let signatures = bytes.saturating_sub((RECORD_HEAD_BYTES + UNSIGNED_COMMIT_BYTES) as u64);
        usize::try_from(signatures).unwrap_or(usize::MAX) / SIGNATURE_BYTES
    }

    /// Writes again whatever of it is wrong, durably, and checks it.
    ///
    /// # Errors
    /// When the disk fails, or block or certificate don't have the length of those that were there; then nothing is
    /// written.
    pub(crate) fn mend(&self, log: &LogDirectory, block: &[u8], certificate: &Certificate) -> Result<(), Misfit> {
        let block_end = self.place.block_offset.saturating_add((RECORD_HEAD_BYTES + block.len()) as u64);
        let mut wrong = Vec::new();
        for (piece, range) in self.pieces(block_end) {
            if self.check_piece(log, piece, &range).is_err() {
                wrong.push((range.clone(), self.right(log, piece, &range, block, certificate).ok_or(Misfit::Length)?));
            }
        }
        let path = log.segment(self.place.segment);
        for (range, bytes) in wrong {
            log.disk.overwrite(&path, range.start, &bytes)?;
        }
        Ok(self.check(log)?)
    }

    /// The end of the block's record; at the certificate if it can't be read, so that checking it tells why.
    fn block_end(&self, log: &LogDirectory) -> Result<u64, StoreError> {
        let BlockPlace { segment, block_offset, commit_offset, .. } = self.place;
        let mut reader = RecordReader::new(log.disk.read_from(&log.segment(segment), block_offset)?, block_offset);
        Ok(if matches!(reader.next(), Ok(Some(_))) { reader.offset().min(commit_offset) } else { commit_offset })
    }

    fn pieces(&self, block_end: u64) -> Vec<(Piece, Range<u64>)> {
        let BlockPlace { block_offset, commit_offset, end_offset, .. } = self.place;
        let mut pieces = Vec::new();
        let mut start = self.start;
        if start == 0 {
            start = HEADER_RECORD_BYTES as u64;
            pieces.push((Piece::Header, 0..start));
        }
        pieces.push((Piece::Gap, start..block_offset));
        pieces.push((Piece::Block, block_offset..block_end));
        pieces.push((Piece::Gap, block_end..commit_offset));
        pieces.push((Piece::Commit, commit_offset..end_offset));
        pieces
    }

    fn check_piece(&self, log: &LogDirectory, piece: Piece, range: &Range<u64>) -> Result<(), StoreError> {
        let path = log.segment(self.place.segment);
        let damaged =
            |offset, reason| StoreError::Damaged { height: self.height, segment: self.place.segment, offset, reason };
        let file = log.disk.read_from(&path, range.start)?.take(range.end.saturating_sub(range.start));
        let mut records = RecordReader::new(file, range.start);
        let mut count = 0_u32;
        loop {
            let offset = records.offset();
            match records.next() {
                Ok(Some(record)) => {
                    count += 1;
                    self.expect(log, piece, &record).map_err(|reason| damaged(offset, reason))?;
                }
                Ok(None) if offset == range.end && (count == 1 || piece == Piece::Gap) => return Ok(()),
                Ok(None) => return Err(damaged(offset, RecordFault::Incomplete.into())),
                Err(ReadError::Fault(fault)) => return Err(damaged(offset, fault.into())),
                Err(ReadError::Io(source)) => return Err(StoreError::io("read", &path)(source)),
            }
        }
    }

    /// Checks that a record can be in a piece.
    fn expect(&self, log: &LogDirectory, piece: Piece, record: &Record) -> Result<(), DamageReason> {
        let of_height = |found: Height| {
            if found == self.height { Ok(()) } else { Err(DamageReason::Height { found, expected: self.height }) }
        };
        match (piece, record) {
            (Piece::Header, Record::Header(header)) if *header == self.header(log) => Ok(()),
            (Piece::Gap, Record::Block { height, .. }) => of_height(*height),
            (Piece::Gap, Record::Proposal(proposal)) => of_height(proposal.height),
            (Piece::Gap, Record::Filler) => Ok(()),
            (Piece::Block, Record::Block { id, .. }) if *id == self.block => Ok(()),
            (Piece::Commit, Record::Commit(certificate)) if certificate.block == self.block => {
                of_height(certificate.height)
            }
            _ => Err(DamageReason::Order),
        }
    }

    fn header(&self, log: &LogDirectory) -> SegmentHeader {
        SegmentHeader { version: LOG_VERSION, chain_id: log.chain_id, first_height: self.height }
    }

    /// The bytes that a piece should have; none if they don't fit.
    fn right(
        &self,
        log: &LogDirectory,
        piece: Piece,
        range: &Range<u64>,
        block: &[u8],
        certificate: &Certificate,
    ) -> Option<Vec<u8>> {
        let length = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        let mut bytes = Vec::with_capacity(length);
        match piece {
            Piece::Header => put(&mut bytes, Kind::Header, &encode(&self.header(log))),
            Piece::Gap => fill(&mut bytes, length)?,
            Piece::Block => put(&mut bytes, Kind::Block, block),
            Piece::Commit => put(&mut bytes, Kind::Commit, &encode(certificate)),
        }
        (bytes.len() == length).then_some(bytes)
    }
}

/// Records that say nothing, so many bytes of them; none if there is no room for even one.
fn fill(bytes: &mut Vec<u8>, length: usize) -> Option<()> {
    let payload_max = *Kind::Filler.payload_bytes().end();
    while bytes.len() < length {
        let payload = (length - bytes.len()).checked_sub(RECORD_HEAD_BYTES)?;
        let rest = payload.saturating_sub(payload_max);
        // What is left has room for a head, too.
        let payload = if rest == 0 { payload } else { payload_max - RECORD_HEAD_BYTES };
        put(bytes, Kind::Filler, &vec![0; payload]);
    }
    Some(())
}

#[cfg(test)]
mod tests;
