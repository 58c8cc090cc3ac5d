//! The end of the log, where records are appended.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use lojal_types::{BlockId, Certificate, Height};

use crate::disk::AppendFile;
use crate::error::StoreError;
use crate::limits::{FIRST_SEGMENT_AFTER_BASE, UNDECIDED_BLOCKS_MAX};
use crate::log::BlockPlace;
use crate::log::pairing::{Pairing, push_bounded};
use crate::log::record::{Kind, ProposalRecord, encode, head, header_record, identify};
use crate::log::segment::LogDirectory;

/// The counters of what the log has cost since the start.
#[derive(Debug, Default)]
pub(crate) struct LogCounters {
    /// Bytes in all segments.
    pub(crate) bytes: AtomicU64,
    /// Syncs of the log.
    pub(crate) syncs: AtomicU64,
    /// The time that they took together, in microseconds.
    pub(crate) sync_us_total: AtomicU64,
}

/// Appends records; there is one per log.
pub(crate) struct LogWriter {
    log: LogDirectory,
    segment: u32,
    file: AppendFile,
    next_height: Height,
    /// The blocks of `next_height` that every reader of the log still has when the certificate comes.
    undecided: VecDeque<(BlockId, u64)>,
    poisoned: bool,
    counters: Arc<LogCounters>,
}

impl LogWriter {
    /// Goes on at the end of a log whose torn end has been cut off; makes what is there durable.
    pub(crate) fn resume(
        log: &LogDirectory,
        pairing: &Pairing,
        counters: Arc<LogCounters>,
    ) -> Result<Self, StoreError> {
        let numbers = log.numbers()?;
        let segment = numbers.last().copied().unwrap_or(0);
        let (segment, file) = match segment {
            0 => {
                let is_whole = pairing.next_height == Height::GENESIS.next();
                let number = if is_whole { 1 } else { FIRST_SEGMENT_AFTER_BASE };
                (number, create_segment(log, number, pairing.next_height)?)
            }
            number => (number, open_segment(log, number, pairing.next_height)?),
        };
        let mut bytes = 0_u64;
        for number in numbers {
            bytes = bytes.saturating_add(log.disk.len(&log.segment(number))?);
        }
        counters.bytes.store(bytes.max(file.len()), Ordering::Relaxed);
        let undecided = pairing.blocks.iter().map(|block| (block.id, block.offset)).collect();
        let next_height = pairing.next_height;
        Ok(Self { log: log.clone(), segment, file, next_height, undecided, poisoned: false, counters })
    }

    /// Appends a proposal, before it the block if the log hasn't got it, and makes both durable.
    pub(crate) fn append_proposal(&mut self, record: &ProposalRecord, bytes: &[u8]) -> Result<(), StoreError> {
        self.check(record.height, record.block, bytes)?;
        self.guarded(|writer| {
            writer.roll_if_full()?;
            writer.append_block(record.block, bytes)?;
            writer.append(Kind::Proposal, &encode(record))?;
            writer.sync()
        })
    }

    /// Appends the certificate and makes it durable; before it the block if the log hasn't got it, which is made
    /// durable first: a certificate in the log says that all before it was.
    pub(crate) fn append_commit(&mut self, certificate: &Certificate, bytes: &[u8]) -> Result<BlockPlace, StoreError> {
        self.check(certificate.height, certificate.block, bytes)?;
        self.guarded(|writer| {
            writer.roll_if_full()?;
            if writer.append_block(certificate.block, bytes)? {
                writer.sync()?;
            }
            let block_offset = writer.offset_of(certificate.block).expect("appended above, if it was not there");
            let commit_offset = writer.file.len();
            writer.append(Kind::Commit, &encode(certificate))?;
            writer.sync()?;
            let end_offset = writer.file.len();
            writer.next_height = writer.next_height.next();
            writer.undecided.clear();
            Ok(BlockPlace { segment: writer.segment, block_offset, commit_offset, end_offset })
        })
    }

    fn check(&self, height: Height, block: BlockId, bytes: &[u8]) -> Result<(), StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        if height != self.next_height {
            return Err(StoreError::Misuse("it is not of the height that comes next"));
        }
        if !Kind::Block.payload_bytes().contains(&bytes.len()) {
            return Err(StoreError::Misuse("the block has more or fewer bytes than a block can have"));
        }
        match identify(bytes) {
            Ok(found) if found == (height, block) => Ok(()),
            _ => Err(StoreError::Misuse("the bytes are not those of the block")),
        }
    }

    /// After an error nobody knows what is on disk, and asking again would not tell: the writer takes no more.
    pub(crate) fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        self.poisoned = true;
        let done = work(self)?;
        self.poisoned = false;
        Ok(done)
    }

    /// Begins a new segment, if the last record is a certificate and the segment is full.
    fn roll_if_full(&mut self) -> Result<(), StoreError> {
        if self.file.len() < self.log.segment_bytes_max || !self.undecided.is_empty() {
            return Ok(());
        }
        let next = self.segment.checked_add(1).ok_or(StoreError::Misuse("there are no more segment numbers"))?;
        self.file = create_segment(&self.log, next, self.next_height)?;
        self.segment = next;
        self.counters.bytes.fetch_add(self.file.len(), Ordering::Relaxed);
        Ok(())
    }

    /// Appends a block, unless the log has it; returns whether it did.
    fn append_block(&mut self, id: BlockId, bytes: &[u8]) -> Result<bool, StoreError> {
        if self.offset_of(id).is_some() {
            return Ok(false);
        }
        let offset = self.file.len();
        self.append(Kind::Block, bytes)?;
        push_bounded(&mut self.undecided, (id, offset), UNDECIDED_BLOCKS_MAX);
        Ok(true)
    }

    fn offset_of(&self, id: BlockId) -> Option<u64> {
        self.undecided.iter().find(|(undecided, _)| *undecided == id).map(|(_, offset)| *offset)
    }

    fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<(), StoreError> {
        let before = self.file.len();
        self.file.append(&[&head(kind, payload), payload])?;
        self.counters.bytes.fetch_add(self.file.len().saturating_sub(before), Ordering::Relaxed);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        let start = Instant::now();
        self.file.sync()?;
        let took_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.counters.syncs.fetch_add(1, Ordering::Relaxed);
        self.counters.sync_us_total.fetch_add(took_us, Ordering::Relaxed);
        Ok(())
    }
}

fn create_segment(log: &LogDirectory, number: u32, first_height: Height) -> Result<AppendFile, StoreError> {
    let mut file = log.disk.create(&log.segment(number))?;
    file.append(&[&header_record(log.chain_id, first_height)])?;
    file.sync()?;
    log.disk.sync_directory(&log.path)?;
    Ok(file)
}

/// Opens the last segment. What a crashed process wrote may be in memory only, so it is synced before anything
/// rests on it.
fn open_segment(log: &LogDirectory, number: u32, first_height: Height) -> Result<AppendFile, StoreError> {
    let mut file = log.disk.open_to_append(&log.segment(number))?;
    if file.len() == 0 {
        file.append(&[&header_record(log.chain_id, first_height)])?;
    }
    file.sync()?;
    log.disk.sync_directory(&log.path)?;
    Ok(file)
}
