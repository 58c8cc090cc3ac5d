//! The segment files of a log.

use std::path::{Path, PathBuf};

use lojal_types::{ChainId, Height};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::log::record::{LOG_VERSION, ReadError, Record, RecordReader, SegmentHeader};

/// The directory of the segments, and what they belong to.
#[derive(Clone, Debug)]
pub(crate) struct LogDirectory {
    /// `log` in the data directory.
    pub(crate) path: PathBuf,
    /// The network.
    pub(crate) chain_id: ChainId,
    /// The disk that it is on.
    pub(crate) disk: Disk,
    /// Size after which a segment is closed.
    pub(crate) segment_bytes_max: u64,
}

impl LogDirectory {
    /// The file of a segment.
    pub(crate) fn segment(&self, number: u32) -> PathBuf {
        segment_path(&self.path, number)
    }

    /// The numbers of the segments, rising.
    pub(crate) fn numbers(&self) -> Result<Vec<u32>, StoreError> {
        numbers(&self.disk, &self.path)
    }

    /// The first height of the log, as the header of its first segment says; none if there is no such header.
    pub(crate) fn first_height(&self) -> Result<Option<Height>, StoreError> {
        let Some(first) = self.numbers()?.first().copied() else { return Ok(None) };
        Ok(read_header(&self.disk, &self.segment(first))?.map(|header| header.first_height))
    }

    /// Checks that what can be read of the segments' headers is of this chain and version.
    pub(crate) fn check_headers(&self) -> Result<(), StoreError> {
        for number in self.numbers()? {
            let Some(header) = read_header(&self.disk, &self.segment(number))? else { continue };
            if header.version != LOG_VERSION {
                return Err(StoreError::LogVersion { path: self.segment(number), found: header.version });
            }
            if header.chain_id != self.chain_id {
                return Err(StoreError::OtherChain {
                    directory: self.path.clone(),
                    found: header.chain_id,
                    expected: self.chain_id,
                });
            }
        }
        Ok(())
    }
}

/// The file of a segment in a directory of segments.
pub(crate) fn segment_path(directory: &Path, number: u32) -> PathBuf {
    directory.join(format!("{number:08}.log"))
}

/// The numbers of the segments in a directory, rising.
pub(crate) fn numbers(disk: &Disk, directory: &Path) -> Result<Vec<u32>, StoreError> {
    let mut numbers: Vec<u32> = disk.names(directory)?.iter().filter_map(|name| number_of(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".log")?.parse().ok()?;
    // The one spelling of a number, so that no two files are the same segment.
    if format!("{number:08}.log") == name { Some(number) } else { None }
}

/// The header of a segment, unless it is torn or damaged, of which reading the segment will tell.
pub(crate) fn read_header(disk: &Disk, path: &Path) -> Result<Option<SegmentHeader>, StoreError> {
    match RecordReader::new(disk.read_from(path, 0)?, 0).next() {
        Ok(Some(Record::Header(header))) => Ok(Some(header)),
        Ok(_) | Err(ReadError::Fault(_)) => Ok(None),
        Err(ReadError::Io(source)) => Err(StoreError::Io { action: "read", path: path.to_owned(), source }),
    }
}
