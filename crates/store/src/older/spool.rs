//! Older blocks that have come and are no segment yet: a file to which each is appended, the newest first, until there
//! are enough. What a crash has left at its end is cut off, and what doesn't lead on from the block above is removed.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use lojal_types::{BlockId, Certificate, Header, Height, TimeMs};

use super::{BUFFER_BYTES, Older, Segment};
use crate::disk::AppendFile;
use crate::error::StoreError;
use crate::log::record::{Kind, ReadError, Record, RecordReader, encode, header_record, put};

/// The file of blocks that are no segment yet.
const SPOOL: &str = "spool";
/// The file of a segment that is being made.
pub(super) const UNFINISHED: &str = "unfinished";
/// Bytes that are written at once.
const WRITE_BYTES: usize = 1024 * 1024;

/// The facts about the lowest block that is there, by which the one below it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Above {
    pub(crate) height: Height,
    pub(crate) time_ms: TimeMs,
    /// The id of the block below it.
    pub(crate) parent: BlockId,
}

impl Above {
    /// Those of a block.
    pub(crate) fn of(header: &Header) -> Self {
        Self { height: header.height, time_ms: header.time_ms, parent: header.parent }
    }
}

/// Blocks that follow each other downwards.
pub(crate) struct Spool {
    path: PathBuf,
    file: Option<AppendFile>,
    /// The block above all of these, and the lowest of these, or that one.
    top: Above,
    lowest: Above,
    /// The places of the blocks, each with its certificate, the newest first.
    places: Vec<(u64, u64)>,
}

impl Spool {
    /// Goes on with what there is below a block.
    pub(crate) fn resume(older: &Older, top: Above) -> Result<Self, StoreError> {
        let path = older.directory.join(SPOOL);
        let mut spool = Self { path, file: None, top, lowest: top, places: Vec::new() };
        let path = &spool.path;
        if !older.disk.exists(path)? {
            return Ok(spool);
        }
        let input = BufReader::with_capacity(BUFFER_BYTES, older.disk.read_from(path, 0)?);
        let mut records = RecordReader::new(input, 0);
        let begins = next(path, &mut records)?;
        if !matches!(begins, Some(Record::Header(header)) if header.first_height == top.height) {
            older.disk.remove(path)?;
            return Ok(spool);
        }
        let mut end = records.offset();
        while let (Some(Record::Block { id, bytes, .. }), Some(Record::Commit(certificate))) =
            (next(path, &mut records)?, next(path, &mut records)?)
        {
            let header = Header::deserialize(&mut &*bytes).ok().filter(|_| certificate.block == id);
            let Some(header) = header.filter(|header| id == spool.lowest.parent && header.id() == id) else { break };
            spool.lowest = Above::of(&header);
            spool.places.push((end, records.offset()));
            end = records.offset();
        }
        older.disk.truncate(path, end)?;
        let mut file = older.disk.open_to_append(path)?;
        file.sync()?;
        spool.file = Some(file);
        Ok(spool)
    }

    /// The lowest block of all.
    pub(crate) fn lowest(&self) -> Above {
        self.lowest
    }

    /// The bytes in it.
    pub(crate) fn bytes(&self) -> u64 {
        self.file.as_ref().map_or(0, AppendFile::len)
    }

    /// Appends the blocks that come next, the newest first, durably; after an error it has to be resumed.
    pub(crate) fn append<'a>(
        &mut self,
        older: &Older,
        blocks: impl IntoIterator<Item = (Above, &'a [u8], &'a Certificate)>,
    ) -> Result<(), StoreError> {
        let file = match &mut self.file {
            Some(file) => file,
            empty => {
                older.disk.create_directory(&older.directory)?;
                older.directory.parent().map_or(Ok(()), |data| older.disk.sync_directory(data))?;
                let mut file = older.disk.create(&self.path)?;
                file.append(&[&header_record(older.chain_id, self.top.height)])?;
                older.disk.sync_directory(&older.directory)?;
                empty.insert(file)
            }
        };
        for (above, bytes, certificate) in blocks {
            let mut records = Vec::new();
            put(&mut records, Kind::Block, bytes);
            put(&mut records, Kind::Commit, &encode(certificate));
            let start = file.len();
            file.append(&[&records])?;
            self.places.push((start, file.len()));
            self.lowest = above;
        }
        file.sync()
    }

    /// Makes a segment of its blocks, durably, and begins anew below them; none if it has none.
    pub(crate) fn finish(&mut self, older: &Older, number: u32) -> Result<Option<Segment>, StoreError> {
        if self.places.is_empty() {
            return Ok(None);
        }
        let last = Height::new(self.top.height.get().saturating_sub(1));
        let segment = Segment { number, first: self.lowest.height, last };
        let (unfinished, target) = (older.directory.join(UNFINISHED), older.path(&segment));
        older.disk.remove(&unfinished)?;
        let mut file = older.disk.create(&unfinished)?;
        let source = older.disk.read_from(&self.path, 0)?;
        let mut buffer = header_record(older.chain_id, segment.first);
        for (start, end) in self.places.iter().rev() {
            let from = buffer.len();
            buffer.resize(from.saturating_add(usize::try_from(end - start).unwrap_or(usize::MAX)), 0);
            source.read_exact_at(&mut buffer[from..], *start).map_err(StoreError::io("read", &self.path))?;
            if buffer.len() >= WRITE_BYTES {
                file.append(&[&buffer])?;
                buffer.clear();
            }
        }
        file.append(&[&buffer])?;
        file.sync()?;
        older.disk.rename(&unfinished, &target)?;
        older.disk.sync_directory(&older.directory)?;
        self.clear(older)?;
        self.top = self.lowest;
        Ok(Some(segment))
    }

    /// Forgets the blocks that are no segment.
    pub(crate) fn clear(&mut self, older: &Older) -> Result<(), StoreError> {
        if self.file.take().is_none() {
            return Ok(());
        }
        self.places.clear();
        older.disk.remove(&self.path)?;
        older.disk.sync_directory(&older.directory)
    }
}

/// The next record; none at the end, or where nothing can be read.
fn next<R: std::io::Read>(path: &Path, records: &mut RecordReader<R>) -> Result<Option<Record>, StoreError> {
    match records.next() {
        Ok(record) => Ok(record),
        Err(ReadError::Fault(_)) => Ok(None),
        Err(ReadError::Io(source)) => Err(StoreError::io("read", path)(source)),
    }
}
