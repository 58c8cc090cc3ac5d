//! Segments of the log that a node gave up, compressed, in `archive` beside the log.
//!
//! Each is one segment as it was, in the form of gzip, which has a checksum and which other programs unpack, too. Its
//! name says which blocks it has. It is read back before the segment goes.

use std::collections::BTreeMap;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use lojal_types::Height;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::limits::ARCHIVE_LEVEL;

/// The directory in a data directory.
pub(crate) const ARCHIVE: &str = "archive";
const ENDING: &str = ".log.gz";
const UNFINISHED: &str = "unfinished";
const PIECE_BYTES: usize = 256 * 1024;

/// The name of a segment with these blocks.
pub(crate) fn name(number: u32, first: Height, last: Height) -> String {
    format!("{number:08}-{first}-{last}{ENDING}")
}

/// The segments in a directory, by number; none if there is no such directory.
pub(crate) fn segments(disk: &Disk, directory: &Path) -> Result<BTreeMap<u32, PathBuf>, StoreError> {
    if !disk.exists(directory)? {
        return Ok(BTreeMap::new());
    }
    let names = disk.names(directory)?;
    Ok(names.iter().filter_map(|name| Some((number_of(name)?, directory.join(name)))).collect())
}

fn number_of(file: &str) -> Option<u32> {
    let mut parts = file.strip_suffix(ENDING)?.split('-');
    let number = parts.next()?.parse().ok()?;
    let mut height = || parts.next()?.parse().ok().map(Height::new);
    let (first, last) = (height()?, height()?);
    (name(number, first, last) == file).then_some(number)
}

/// True if a file is named as one of these.
pub(crate) fn is_packed(path: &Path) -> bool {
    path.to_string_lossy().ends_with(ENDING)
}

/// Opens one, from its first byte on.
pub(crate) fn open(disk: &Disk, path: &Path) -> Result<impl Read + Send + use<>, StoreError> {
    Ok(GzDecoder::new(BufReader::with_capacity(PIECE_BYTES, disk.read_from(path, 0)?)))
}

/// Compresses a segment into a file, which has its name once it has been read back and is durable. Gives up, with
/// false, as soon as `go_on` says so between two pieces.
pub(crate) fn pack(
    disk: &Disk,
    segment: &Path,
    target: &Path,
    mut go_on: impl FnMut() -> bool,
) -> Result<bool, StoreError> {
    let packing = || StoreError::io("compress", segment);
    let unfinished = target.with_extension(UNFINISHED);
    disk.remove(&unfinished)?;
    let mut file = disk.create(&unfinished)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(ARCHIVE_LEVEL));
    let (mut source, mut piece) = (disk.read_from(segment, 0)?, vec![0; PIECE_BYTES]);
    loop {
        let read = read_piece(&mut source, &mut piece).map_err(StoreError::io("read", segment))?;
        if read == 0 {
            break;
        }
        encoder.write_all(&piece[..read]).map_err(packing())?;
        file.append(&[encoder.get_ref()])?;
        encoder.get_mut().clear();
        if !go_on() {
            return Ok(false);
        }
    }
    let rest = encoder.finish().map_err(packing())?;
    file.append(&[&rest])?;
    file.sync()?;
    if !is_same(disk, segment, &unfinished, go_on)? {
        return Ok(false);
    }
    disk.rename(&unfinished, target)?;
    target.parent().map_or(Ok(()), |directory| disk.sync_directory(directory))?;
    Ok(true)
}

/// Reads a compressed segment back; false if that was given up.
fn is_same(disk: &Disk, segment: &Path, packed: &Path, mut go_on: impl FnMut() -> bool) -> Result<bool, StoreError> {
    let (mut source, mut back) = (disk.read_from(segment, 0)?, open(disk, packed)?);
    let (mut one, mut other) = (vec![0; PIECE_BYTES], vec![0; PIECE_BYTES]);
    loop {
        let length = read_piece(&mut source, &mut one).map_err(StoreError::io("read", segment))?;
        let back_length = read_piece(&mut back, &mut other).map_err(StoreError::io("read back", packed))?;
        if one[..length] != other[..back_length] {
            let differs = io::Error::new(ErrorKind::InvalidData, "it isn't what was written");
            return Err(StoreError::io("read back", packed)(differs));
        }
        if length == 0 {
            return Ok(true);
        }
        if !go_on() {
            return Ok(false);
        }
    }
}

/// Reads until the buffer is full or nothing more comes.
fn read_piece(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
