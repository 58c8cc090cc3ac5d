//! Blocks before the base, fetched from other nodes: segments in `older`, beside the log that begins after the base.
//!
//! A segment there is one of the log without undecided blocks. Its name has its number, which counts down from that of
//! the log's first segment, and the heights of its blocks. They are made from the last one down, each whole before it
//! has its name, and never written again. What isn't a segment yet is in the [`spool`].

mod spool;

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard};

use lojal_types::{Certificate, ChainId, Height};

use crate::disk::Disk;
use crate::error::StoreError;
use crate::limits::OLDER_TABLES_MAX;
use crate::log::record::{ReadError, Record, RecordReader};
pub(crate) use spool::{Above, Spool};

/// The directory in a data directory.
pub(crate) const OLDER: &str = "older";
const ENDING: &str = ".log";
const BUFFER_BYTES: usize = 256 * 1024;
const UNPOISONED: &str = "nobody panics while holding this lock";

/// A segment of older blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) number: u32,
    pub(crate) first: Height,
    pub(crate) last: Height,
}

impl Segment {
    /// The name of its file.
    pub(crate) fn name(&self) -> String {
        format!("{:08}-{}-{}{ENDING}", self.number, self.first, self.last)
    }

    fn of_name(name: &str) -> Option<Self> {
        let mut parts = name.strip_suffix(ENDING)?.split('-');
        let number = parts.next()?.parse().ok()?;
        let mut height = || parts.next()?.parse().ok().map(Height::new);
        let segment = Self { number, first: height()?, last: height()? };
        // The one spelling of it, so that no two files are the same segment.
        (segment.name() == name && segment.first <= segment.last).then_some(segment)
    }
}

/// The segments in a directory, the last one first, and without those below a gap.
pub(crate) fn segments(disk: &Disk, directory: &Path) -> Result<Vec<Segment>, StoreError> {
    if !disk.exists(directory)? {
        return Ok(Vec::new());
    }
    let mut all: Vec<Segment> = disk.names(directory)?.iter().filter_map(|name| Segment::of_name(name)).collect();
    all.sort_unstable_by_key(|segment| Reverse((segment.number, segment.last)));
    let follow = |pair: &[Segment]| {
        pair[1].number.checked_add(1) == Some(pair[0].number) && pair[1].last.next() == pair[0].first
    };
    let gap = all.windows(2).position(|pair| !follow(pair));
    all.truncate(gap.map_or(all.len(), |at| at + 1));
    Ok(all)
}

/// The places at which the blocks of a segment begin, in their order.
type Table = Arc<[u64]>;

/// The bytes of a block, and its certificate.
pub(crate) type Decided = (Arc<[u8]>, Certificate);

/// The older blocks that there are.
pub(crate) struct Older {
    pub(crate) disk: Disk,
    pub(crate) directory: PathBuf,
    pub(crate) chain_id: ChainId,
    /// The last one first; they follow each other.
    segments: RwLock<Vec<Segment>>,
    /// Those of the segments that were read last.
    tables: Mutex<VecDeque<(Segment, Table)>>,
    /// Held by whoever changes anything.
    changing: Mutex<()>,
}

impl Older {
    /// The older blocks of a data directory. Whatever lies below a gap is removed: it can be fetched again.
    pub(crate) fn open(disk: &Disk, data: &Path, chain_id: ChainId) -> Result<Self, StoreError> {
        let directory = data.join(OLDER);
        let segments = segments(disk, &directory)?;
        if disk.exists(&directory)? {
            for name in disk.names(&directory)? {
                let is_stray = Segment::of_name(&name).is_some_and(|found| !segments.contains(&found));
                if is_stray || name == spool::UNFINISHED {
                    disk.remove(&directory.join(name))?;
                }
            }
        }
        let (segments, tables, changing) = (RwLock::new(segments), Mutex::default(), Mutex::default());
        Ok(Self { disk: disk.clone(), directory, chain_id, segments, tables, changing })
    }

    /// The first height of which there is a block when the base ends before `after_base`: that itself, unless there are
    /// older blocks up to the base's.
    pub(crate) fn first_height(&self, after_base: Height) -> Height {
        let segments = self.segments();
        let reaches = segments.first().is_some_and(|newest| newest.last.next() == after_base);
        segments.last().filter(|_| reaches).map_or(after_base, |oldest| oldest.first)
    }

    /// The oldest segment.
    pub(crate) fn oldest(&self) -> Option<Segment> {
        self.segments().last().copied()
    }

    /// The newest segment.
    pub(crate) fn newest(&self) -> Option<Segment> {
        self.segments().first().copied()
    }

    /// A block and its certificate; none if it isn't there.
    pub(crate) fn block(&self, height: Height) -> Result<Option<Decided>, StoreError> {
        let found = self.segments().iter().find(|segment| (segment.first..=segment.last).contains(&height)).copied();
        let Some(segment) = found else { return Ok(None) };
        let table = self.table(segment)?;
        let place = usize::try_from(height.get().saturating_sub(segment.first.get())).unwrap_or(usize::MAX);
        let path = self.path(&segment);
        let start = *table.get(place).ok_or_else(|| damaged(&path, "a block is missing"))?;
        let mut records = RecordReader::new(self.disk.read_from(&path, start)?, start);
        match (next(&path, &mut records)?, next(&path, &mut records)?) {
            (Some(Record::Block { height: found, id, bytes }), Some(Record::Commit(certificate)))
                if found == height && certificate.block == id =>
            {
                Ok(Some((bytes, certificate)))
            }
            _ => Err(damaged(&path, "a block isn't where it was")),
        }
    }

    /// The places at which the blocks of a segment begin: read off it, or remembered.
    fn table(&self, segment: Segment) -> Result<Table, StoreError> {
        if let Some((_, table)) = self.tables().iter().find(|(of, _)| *of == segment) {
            return Ok(Arc::clone(table));
        }
        let path = self.path(&segment);
        let input = std::io::BufReader::with_capacity(BUFFER_BYTES, self.disk.read_from(&path, 0)?);
        let (mut records, mut table) = (RecordReader::new(input, 0), Vec::new());
        loop {
            let offset = records.offset();
            match next(&path, &mut records)? {
                Some(Record::Block { .. }) => table.push(offset),
                Some(_) => (),
                None => break,
            }
        }
        let table: Table = table.into();
        let mut tables = self.tables();
        tables.push_front((segment, Arc::clone(&table)));
        tables.truncate(OLDER_TABLES_MAX);
        Ok(table)
    }

    /// The path of a segment.
    pub(crate) fn path(&self, segment: &Segment) -> PathBuf {
        self.directory.join(segment.name())
    }

    /// A segment that has been made, before all others, is there from now on.
    pub(crate) fn add(&self, segment: Segment) {
        self.segments.write().expect(UNPOISONED).push(segment);
    }

    /// Removes the oldest segment, durably.
    pub(crate) fn remove_oldest(&self) -> Result<(), StoreError> {
        let oldest = self.segments.write().expect(UNPOISONED).pop();
        let Some(oldest) = oldest else { return Ok(()) };
        self.disk.remove(&self.path(&oldest))?;
        self.disk.sync_directory(&self.directory)
    }

    /// Removes all segments, the oldest first.
    pub(crate) fn remove_all(&self) -> Result<(), StoreError> {
        let _change = self.change();
        while self.oldest().is_some() {
            self.remove_oldest()?;
        }
        Ok(())
    }

    /// Keeps everybody else from changing anything.
    pub(crate) fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().expect(UNPOISONED)
    }

    fn segments(&self) -> RwLockReadGuard<'_, Vec<Segment>> {
        self.segments.read().expect(UNPOISONED)
    }

    fn tables(&self) -> MutexGuard<'_, VecDeque<(Segment, Table)>> {
        self.tables.lock().expect(UNPOISONED)
    }
}

/// The next record of a segment that is whole.
fn next<R: std::io::Read>(path: &Path, records: &mut RecordReader<R>) -> Result<Option<Record>, StoreError> {
    match records.next() {
        Ok(record) => Ok(record),
        Err(ReadError::Fault(fault)) => Err(damaged(path, &fault.to_string())),
        Err(ReadError::Io(source)) => Err(StoreError::io("read", path)(source)),
    }
}

fn damaged(path: &Path, reason: &str) -> StoreError {
    StoreError::OlderDamaged { path: path.to_owned(), reason: reason.to_owned() }
}
