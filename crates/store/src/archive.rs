//! Reads committed blocks from the log of a data directory or from an exported file, without a store.
//!
//! An export is a segment of the log without its undecided blocks and proposals, so both are read alike. What is read
//! is complete and in order of height, but nobody has verified it: that is what `lojal_chain::Replay` is for.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::light::SetChange;
use lojal_types::{Certificate, ChainId, Genesis, Height};
use thiserror::Error;

use crate::disk::Disk;
use crate::error::{DamageReason, StoreError};
use crate::log::pairing::Pairing;
use crate::log::record::{
    Kind, LOG_VERSION, ReadError, Record, RecordFault, RecordReader, SegmentHeader, encode, header_record, put,
};
use crate::log::scan::certificates_after;
use crate::log::segment::{numbers, read_header, segment_path};
use crate::older::{self, OLDER};
use crate::packed::{self, ARCHIVE};
use crate::pieces::{BASE, Pieces, SNAPSHOTS};
use crate::sets::{self, CHANGES};

const BUFFER_BYTES: usize = 256 * 1024;

/// A committed block as the log holds it. Nobody has verified it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedBlock {
    /// The canonical bytes.
    pub bytes: Arc<[u8]>,
    /// The certificate that says that it is final.
    pub certificate: Certificate,
}

/// The reason an archive can't be read on.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// A file or directory can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream can't be read.
    #[error("cannot read the archive: {0}")]
    Io(#[from] io::Error),
    /// No segment in the directory.
    #[error("{} holds no block log", .0.display())]
    Empty(PathBuf),
    /// Not an export, or a damaged one.
    #[error("the archive doesn't start as one: {0}; export it again")]
    Start(DamageReason),
    /// An archived segment that isn't what it was.
    #[error("the archived segment {} is damaged: {reason}; take it from another copy of the archive", path.display())]
    Archived {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// A log of another version of this program.
    #[error("the archive has log version {0}, but this program knows {LOG_VERSION}; use the program that wrote it")]
    Version(u32),
    /// The stream doesn't hold what it should.
    #[error("the archive is damaged at height {height}, byte {offset}: {reason}")]
    Damaged {
        /// The first block that can't be read.
        height: Height,
        /// The byte at which the damage begins.
        offset: u64,
        /// The kind of damage there.
        reason: DamageReason,
    },
}

/// Reads the blocks of one stream of records: a segment, or an export.
pub struct Reader<R: Read> {
    records: RecordReader<BufReader<R>>,
    header: SegmentHeader,
    pairing: Pairing,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When the stream can't be read, isn't an archive, or is one of another version.
    pub fn new(input: R) -> Result<Self, ArchiveError> {
        let mut records = RecordReader::new(BufReader::with_capacity(BUFFER_BYTES, input), 0);
        let header = match records.next() {
            Ok(Some(Record::Header(header))) => header,
            Ok(Some(_)) => return Err(ArchiveError::Start(DamageReason::Order)),
            Ok(None) => return Err(ArchiveError::Start(RecordFault::Incomplete.into())),
            Err(ReadError::Fault(fault)) => return Err(ArchiveError::Start(fault.into())),
            Err(ReadError::Io(error)) => return Err(error.into()),
        };
        if header.version != LOG_VERSION {
            return Err(ArchiveError::Version(header.version));
        }
        Ok(Self { records, header, pairing: Pairing::new(header.first_height), ended: false })
    }

    /// The network that the archive is of.
    pub fn chain_id(&self) -> ChainId {
        self.header.chain_id
    }

    /// The height of its first block, if it has any.
    pub fn first_height(&self) -> Height {
        self.header.first_height
    }

    fn read(&mut self) -> Result<Option<ArchivedBlock>, ArchiveError> {
        loop {
            let offset = self.records.offset();
            let height = self.pairing.next_height;
            let damaged = |reason| ArchiveError::Damaged { height, offset, reason };
            let record = match self.records.next() {
                Ok(Some(record)) => record,
                Ok(None) => return Ok(None),
                Err(ReadError::Fault(fault)) => return Err(damaged(fault.into())),
                Err(ReadError::Io(error)) => return Err(error.into()),
            };
            if let Some(pair) = self.pairing.take(offset, record).map_err(damaged)? {
                return Ok(Some(ArchivedBlock { bytes: pair.block.bytes, certificate: pair.certificate }));
            }
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<ArchivedBlock, ArchiveError>;

    /// The next block; after an error there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

/// Reads the blocks of a data directory: of its archive, of those that it has fetched later, and of its log, as one.
pub struct Directory {
    log: PathBuf,
    /// The segments that follow each other up to the last, by number: those of the log, and others before them.
    segments: BTreeMap<u32, Segment>,
    segment: u32,
    last: u32,
    /// The length of the last segment when the reading began.
    last_bytes: u64,
    reader: Option<Reader<Box<dyn Read + Send>>>,
    next_height: Height,
    ended: bool,
}

/// A segment that is read.
enum Segment {
    /// One of the log.
    OfLog,
    /// One of the archive, or one of older blocks.
    Apart(PathBuf),
}

/// The record that an archive starts with.
pub fn header(chain_id: ChainId, first_height: Height) -> Vec<u8> {
    header_record(chain_id, first_height)
}

/// The records of a block and its certificate.
pub fn decided_block(bytes: &[u8], certificate: &Certificate) -> Vec<u8> {
    let mut records = Vec::new();
    put(&mut records, Kind::Block, bytes);
    put(&mut records, Kind::Commit, &encode(certificate));
    records
}

/// Opens the archive and the log of a data directory, only to read them. A node may be running on it: what it appends
/// from now on is left out, and so is a torn end.
///
/// # Errors
/// When there is no log or it can't be read.
pub fn open_dir(directory: &Path) -> Result<Directory, ArchiveError> {
    open_dir_near(directory, Height::GENESIS)
}

/// The same from the last segment on that begins at a height or before it, so that not everything before that has to
/// be read. What is read begins with an earlier block, or with the first.
///
/// # Errors
/// As of [`open_dir`].
pub fn open_dir_near(directory: &Path, height: Height) -> Result<Directory, ArchiveError> {
    let (disk, log) = (Disk::real(), directory.join("log"));
    if !disk.exists(&log)? {
        return Err(ArchiveError::Empty(directory.to_owned()));
    }
    let archived = packed::segments(&disk, &directory.join(ARCHIVE))?;
    let numbers = numbers(&disk, &log)?;
    let (Some(mut first), Some(last)) = (numbers.first().copied(), numbers.last().copied()) else {
        return Err(ArchiveError::Empty(directory.to_owned()));
    };
    // A segment that is in both is being given up just now, or was when the power failed.
    let mut segments: BTreeMap<u32, Segment> = numbers.iter().map(|number| (*number, Segment::OfLog)).collect();
    let older = directory.join(OLDER);
    let before =
        older::segments(&disk, &older)?.into_iter().map(|segment| (segment.number, older.join(segment.name())));
    for (number, path) in before.chain(archived.into_iter().rev()) {
        if number.checked_add(1) == Some(first) {
            segments.insert(number, Segment::Apart(path));
            first = number;
        }
    }
    // All segments but the last were complete before the last one was made.
    let last_bytes = disk.len(&segment_path(&log, last))?;
    let (reader, next_height) = (None, Height::GENESIS);
    let mut directory =
        Directory { log, segments, segment: first, last, last_bytes, reader, next_height, ended: false };
    directory.begin_near(height)?;
    Ok(directory)
}

/// Opens a segment that isn't in the log, from its first byte on.
fn open_apart(path: &Path) -> Result<Box<dyn Read + Send>, StoreError> {
    let disk = Disk::real();
    Ok(if packed::is_packed(path) { Box::new(packed::open(&disk, path)?) } else { Box::new(disk.read_from(path, 0)?) })
}

/// The snapshot on which the log of a data directory rests; none if it begins with the first block. Only read, as all
/// of these are: a node may be running on it.
///
/// # Errors
/// When it can't be read, or doesn't lead to a state of this network.
pub fn base(directory: &Path, genesis: &Genesis) -> Result<Option<Pieces>, StoreError> {
    Pieces::newest(&Disk::real(), &directory.join(BASE), genesis, &changes(directory, genesis)?)
}

/// The newest snapshot that a data directory has: of those that the node has cut, or else its base.
///
/// # Errors
/// As of [`base`]; also when the node removes it just then.
pub fn newest_snapshot(directory: &Path, genesis: &Genesis) -> Result<Option<Pieces>, StoreError> {
    let changes = changes(directory, genesis)?;
    match Pieces::newest(&Disk::real(), &directory.join(SNAPSHOTS), genesis, &changes)? {
        Some(newest) => Ok(Some(newest)),
        None => Pieces::newest(&Disk::real(), &directory.join(BASE), genesis, &changes),
    }
}

/// The changes of the validators that a data directory has, as far as they lead on from genesis.
///
/// # Errors
/// When they can't be read.
pub fn changes(directory: &Path, genesis: &Genesis) -> Result<Vec<Arc<SetChange>>, StoreError> {
    Ok(sets::read(&Disk::real(), &directory.join(CHANGES), genesis)?.0)
}

impl Directory {
    /// The height of the first block that will be read; none if its segment can't be read.
    pub fn first_height(&self) -> Option<Height> {
        self.header(self.segment).ok().flatten().map(|header| header.first_height)
    }

    /// Begins with the last segment that begins at a height or before it, if there is one.
    fn begin_near(&mut self, height: Height) -> Result<(), ArchiveError> {
        for number in self.segments.keys().rev().copied().collect::<Vec<_>>() {
            if self.header(number)?.is_some_and(|header| header.first_height <= height) {
                self.segment = number;
                break;
            }
        }
        Ok(())
    }

    /// The header of a segment, unless it is damaged, of which reading the segment tells.
    fn header(&self, number: u32) -> Result<Option<SegmentHeader>, StoreError> {
        match self.segments.get(&number) {
            Some(Segment::Apart(path)) => {
                let Ok(input) = open_apart(path) else { return Ok(None) };
                Ok(Reader::new(input).ok().map(|reader| reader.header))
            }
            _ => read_header(&Disk::real(), &segment_path(&self.log, number)),
        }
    }

    fn read(&mut self) -> Result<Option<ArchivedBlock>, ArchiveError> {
        loop {
            if self.reader.is_none() && !self.open_segment()? {
                return Ok(None);
            }
            let Some(reader) = &mut self.reader else { continue };
            match reader.next() {
                Some(Ok(block)) => {
                    self.next_height = reader.pairing.next_height;
                    return Ok(Some(block));
                }
                None if self.segment == self.last => return Ok(None),
                None => {
                    self.segment = self.segment.saturating_add(1);
                    self.reader = None;
                }
                Some(Err(error)) if self.archived().is_some() => return Err(self.of_archive(&error)),
                Some(Err(ArchiveError::Damaged { height, offset, reason })) => {
                    return if self.is_torn(&reason, offset, height)? {
                        Ok(None)
                    } else {
                        Err(StoreError::Damaged { height, segment: self.segment, offset, reason }.into())
                    };
                }
                Some(Err(error)) => return Err(error),
            }
        }
    }

    /// The file of the segment that is read, if it is an archived one.
    fn archived(&self) -> Option<&Path> {
        match self.segments.get(&self.segment) {
            Some(Segment::Apart(path)) => Some(path),
            _ => None,
        }
    }

    /// An error of reading that names the archived segment.
    fn of_archive(&self, error: &ArchiveError) -> ArchiveError {
        let path = self.archived().map(Path::to_owned).unwrap_or_default();
        ArchiveError::Archived { path, reason: error.to_string() }
    }

    /// Opens the segment that comes next; false if that is the last one and it has no header yet.
    fn open_segment(&mut self) -> Result<bool, ArchiveError> {
        let damaged = |height, reason| StoreError::Damaged { height, segment: self.segment, offset: 0, reason };
        let opened: Result<Reader<Box<dyn Read + Send>>, ArchiveError> = match self.archived() {
            Some(path) => {
                let opened = open_apart(path).map_err(ArchiveError::from).and_then(Reader::new);
                opened.map_err(|error| self.of_archive(&error))
            }
            None => {
                let path = segment_path(&self.log, self.segment);
                if !Disk::real().exists(&path)? {
                    // A node that runs may have archived it meanwhile.
                    let archive = self.log.with_file_name(ARCHIVE);
                    let archived = packed::segments(&Disk::real(), &archive)?.remove(&self.segment);
                    let missing = damaged(self.next_height, DamageReason::MissingSegment);
                    self.segments.insert(self.segment, Segment::Apart(archived.ok_or(missing)?));
                    return self.open_segment();
                }
                let bytes = if self.segment == self.last { self.last_bytes } else { u64::MAX };
                Reader::new(Box::new(Disk::real().read_from(&path, 0)?.take(bytes)))
            }
        };
        let reader = match opened {
            Ok(reader) => reader,
            Err(ArchiveError::Start(reason)) if self.is_torn(&reason, 0, self.next_height)? => return Ok(false),
            Err(ArchiveError::Start(reason)) => return Err(damaged(self.next_height, reason).into()),
            Err(error) => return Err(error),
        };
        let found = reader.first_height();
        // The first segment says itself where the log begins.
        if self.next_height != Height::GENESIS && found != self.next_height {
            let reason = DamageReason::Height { found, expected: self.next_height };
            return Err(damaged(self.next_height, reason).into());
        }
        self.next_height = found;
        self.reader = Some(reader);
        Ok(true)
    }

    /// True if what is bad at `offset` is only what a crash, or a running node, leaves at the end.
    fn is_torn(&self, reason: &DamageReason, offset: u64, height: Height) -> Result<bool, StoreError> {
        if self.segment != self.last || !matches!(reason, DamageReason::Record(_)) {
            return Ok(false);
        }
        let path = segment_path(&self.log, self.segment);
        Ok(certificates_after(&Disk::real(), &path, offset, self.last_bytes, height)?.is_empty())
    }
}

impl Iterator for Directory {
    type Item = Result<ArchivedBlock, ArchiveError>;

    /// The next block; after an error there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let read = self.read().transpose();
        self.ended = !matches!(read, Some(Ok(_)));
        read
    }
}

#[cfg(test)]
mod tests;
