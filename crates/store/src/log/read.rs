//! Reads single blocks of the log.

use std::sync::Arc;

use lojal_types::{BlockId, Certificate, Height};

use crate::error::{IndexError, StoreError};
use crate::log::BlockPlace;
use crate::log::record::{ReadError, Record, RecordFault, RecordReader};
use crate::log::segment::LogDirectory;

/// Reads a committed block and its certificate from where they are.
///
/// # Errors
/// [`StoreError::Damaged`] when there is no good record, [`StoreError::Index`] when there is a good one of something
/// else.
pub(crate) fn read_pair(
    log: &LogDirectory,
    height: Height,
    id: BlockId,
    place: &BlockPlace,
) -> Result<(Arc<[u8]>, Certificate), StoreError> {
    let block = read_record(log, height, place.segment, place.block_offset)?;
    let commit = read_record(log, height, place.segment, place.commit_offset)?;
    match (block, commit) {
        (Record::Block { id: found, bytes, .. }, Record::Commit(certificate))
            if found == id && certificate.block == id && certificate.height == height =>
        {
            Ok((bytes, certificate))
        }
        _ => Err(IndexError::Inconsistent("a block is not where the index says").into()),
    }
}

fn read_record(log: &LogDirectory, height: Height, segment: u32, offset: u64) -> Result<Record, StoreError> {
    let path = log.segment(segment);
    let damaged = |fault: RecordFault| StoreError::Damaged { height, segment, offset, reason: fault.into() };
    match RecordReader::new(log.disk.read_from(&path, offset)?, offset).next() {
        Ok(Some(record)) => Ok(record),
        Ok(None) => Err(damaged(RecordFault::Incomplete)),
        Err(ReadError::Fault(fault)) => Err(damaged(fault)),
        Err(ReadError::Io(source)) => Err(StoreError::io("read", &path)(source)),
    }
}
