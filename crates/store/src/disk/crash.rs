//! The files as a power cut leaves them, and as they rot.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use lojal_random::Random;

use super::tracking::{Inode, InodeNumber, Tracking};

const SECTOR_BYTES: u64 = 512;

/// The state in which a power cut leaves the index, whose files sled writes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexAfterCrash {
    /// All that has been written.
    AsItIs,
    /// Nothing.
    Lost,
    /// As it was when the last checkpoint, or the start, had made it durable; what the store writes of it itself is as
    /// [`SimulatedDisk::crash`](crate::SimulatedDisk::crash) has left it.
    AtCheckpoint,
    /// All that has been written, but for one byte.
    Changed,
}

impl IndexAfterCrash {
    /// Every one of them, to draw from.
    pub const ALL: [Self; 4] = [Self::AsItIs, Self::Lost, Self::AtCheckpoint, Self::Changed];
}

/// Makes what everybody sees one of the states that could be durable.
pub(super) fn crash(tracking: &mut Tracking, seed: u64) -> io::Result<()> {
    let mut random = Random::new(seed);
    let names = names_left(tracking, &mut random);
    let mut contents = BTreeMap::<InodeNumber, Vec<u8>>::new();
    for (number, inode) in &tracking.inodes {
        contents.insert(*number, content_left(inode, &mut random)?);
    }
    let untouched = tracking.names.iter().filter(|(path, _)| !names.contains_key(*path));
    let untouched: Vec<_> = untouched.map(|(path, number)| (path.clone(), Some(*number))).collect();
    for (path, number) in names.into_iter().chain(untouched) {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => (),
        }
        if let Some(content) = number.and_then(|number| contents.get(&number)) {
            fs::write(&path, content)?;
        }
    }
    tracking.forget();
    Ok(())
}

/// The names after a power cut, of those that somebody has changed: every change is there or not, or all up to one.
fn names_left(tracking: &Tracking, random: &mut Random) -> BTreeMap<PathBuf, Option<InodeNumber>> {
    let mut names = tracking.before.clone();
    let first_lost = if random.coin() { Some(random.below(tracking.entries.len() as u64 + 1)) } else { None };
    for (entry, index) in tracking.entries.iter().zip(0..) {
        if !first_lost.map_or_else(|| random.coin(), |first| index < first) {
            continue;
        }
        if let Some(gone) = &entry.gone {
            names.insert(gone.clone(), None);
        }
        if let Some((come, number)) = &entry.come {
            names.insert(come.clone(), Some(*number));
        }
    }
    names
}

/// The content of a file after a power cut.
fn content_left(inode: &Inode, random: &mut Random) -> io::Result<Vec<u8>> {
    let mut content = inode.read(0..inode.len()?)?;
    for range in &inode.doubtful {
        scramble(&mut content, range.clone(), random);
    }
    // The last one first, so that what was there before all of them can come back.
    for (offset, before) in inode.overwritten.iter().rev() {
        undo(&mut content, *offset, before, random);
    }
    let synced = usize::try_from(inode.synced).map_err(io::Error::other)?;
    if !inode.cut_off.is_empty() && random.coin() {
        content.truncate(synced);
        content.extend(&inode.cut_off);
        return Ok(content);
    }
    let unsynced = content.len().saturating_sub(synced) as u64;
    let way = random.below(4);
    if way == 0 {
        return Ok(content);
    }
    let kept = if way == 1 { 0 } else { random.below(unsynced + 1) };
    content.truncate(synced + usize::try_from(kept).map_err(io::Error::other)?);
    if way == 3 {
        let end = content.len() as u64;
        scramble(&mut content, inode.synced..end, random);
    }
    Ok(content)
}

/// Leaves some sectors of a range as they are, and fills others with zeros or garbage.
fn scramble(content: &mut [u8], range: Range<u64>, random: &mut Random) {
    let mut start = range.start;
    while start < range.end {
        let end = (start / SECTOR_BYTES + 1).saturating_mul(SECTOR_BYTES).min(range.end);
        let sector = content.iter_mut().take(end as usize).skip(start as usize);
        match random.below(4) {
            0 => sector.for_each(|byte| *byte = 0),
            1 => sector.for_each(|byte| *byte = random.byte()),
            _ => (),
        }
        start = end;
    }
}

/// Leaves some sectors of what has been written over as they were before, some as they are now, and some as garbage.
fn undo(content: &mut [u8], offset: u64, before: &[u8], random: &mut Random) {
    let (mut start, end) = (offset, offset.saturating_add(before.len() as u64));
    while start < end {
        let next = (start / SECTOR_BYTES + 1).saturating_mul(SECTOR_BYTES).min(end);
        let (way, skipped) = (random.below(4), start.saturating_sub(offset) as usize);
        let sector = content.iter_mut().take(next as usize).skip(start as usize);
        for (byte, before) in sector.zip(before.iter().skip(skipped)) {
            match way {
                0 => *byte = random.byte(),
                1 | 2 => *byte = *before,
                _ => (),
            }
        }
        start = next;
    }
}

/// Makes the index one of the states that could be durable.
pub(super) fn crash_index(tracking: &Tracking, data: &Path, after: IndexAfterCrash, seed: u64) -> io::Result<()> {
    let index = data.join("index");
    // Files that the store writes and syncs itself are as the crash has left them.
    let runs = index.join("runs");
    match after {
        IndexAfterCrash::AsItIs => Ok(()),
        IndexAfterCrash::Lost => remove_tree(&index),
        IndexAfterCrash::AtCheckpoint => {
            for path in files(&index)?.iter().filter(|path| !path.starts_with(&runs)) {
                fs::remove_file(path)?;
            }
            for (path, content) in tracking.trees.get(&index).into_iter().flatten() {
                let path = index.join(path);
                if path.starts_with(&runs) {
                    continue;
                }
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(path, content)?;
            }
            Ok(())
        }
        IndexAfterCrash::Changed => {
            let mut random = Random::new(seed);
            flip_any(&files(&index)?, &mut random).map(|_| ())
        }
    }
}

pub(super) fn rot_log(data: &Path, seed: u64) -> io::Result<Option<(PathBuf, u64)>> {
    let mut segments = files(&data.join("log"))?;
    segments.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    flip_any(&segments, &mut Random::new(seed))
}

pub(super) fn flip_bit(path: &Path, offset: u64, bit: u8) -> io::Result<()> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset)?;
    byte[0] ^= 1 << (bit % 8);
    file.write_all_at(&byte, offset)
}

/// Flips a bit of one of the files, every bit as likely as any other.
fn flip_any(files: &[PathBuf], random: &mut Random) -> io::Result<Option<(PathBuf, u64)>> {
    let sizes: Vec<u64> = files.iter().map(|path| Ok(fs::metadata(path)?.len())).collect::<io::Result<_>>()?;
    let mut offset = random.below(sizes.iter().sum());
    for (path, size) in files.iter().zip(sizes) {
        if offset < size {
            flip_bit(path, offset, random.below(8) as u8)?;
            return Ok(Some((path.clone(), offset)));
        }
        offset -= size;
    }
    Ok(None)
}

/// The files in a directory and below, in the order of their names; none if there is no such directory.
fn files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !directory.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
