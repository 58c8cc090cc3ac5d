//! Backups of a data directory, and data directories out of them.
//!
//! A backup has the form of a data directory without an index: `base`, if it has one, `changes`, and in `log` the
//! blocks after the base. So nothing that a validator has signed, or may not forget, is in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::SetChange;
use lojal_types::{Genesis, Height};
use thiserror::Error;

use crate::archive::{self, ArchiveError};
use crate::disk::Disk;
use crate::error::StoreError;
use crate::import::{Import, ImportError, PieceId, made_in};
use crate::limits::FIRST_SEGMENT_AFTER_BASE;
use crate::log::segment::segment_path;
use crate::pieces::{BASE, Pieces};
use crate::sets::{self, CHANGES};

/// The directory of the log in a data directory.
const LOG: &str = "log";
/// The number of the one segment of a backup's log.
const SEGMENT: u32 = 1;
/// The number of times that a snapshot is looked for which a running node has removed just before it was opened.
const ATTEMPTS_MAX: u32 = 5;

/// A reason that there is no backup, or no data directory out of one.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The log can't be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file can't be read or written, or isn't what it was.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A change of the validators that isn't what it was.
    #[error(
        "{} is damaged: it is the change of the validators in block {height}; a node that starts makes it again from \
         its log if that has the block, and says so if not; of a backup, take another one",
        path.display()
    )]
    ChangeDamaged {
        /// The height of its block.
        height: Height,
        /// The file.
        path: PathBuf,
    },
    /// The snapshot can't be taken in.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// The blocks of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// The height of its snapshot; 0 if it begins with the first block.
    pub base: Height,
    /// The last block.
    pub last: Height,
}

/// Writes a backup of a data directory, on which a node may be running, into an empty directory, durably: the newest
/// snapshot, the blocks after it, and the changes of the validators.
///
/// # Errors
/// When something can't be read or written.
pub fn write(data: &Path, genesis: &Genesis, target: &Path) -> Result<BackedUp, BackupError> {
    let disk = Disk::real();
    let snapshot = newest(data, genesis)?;
    let base = snapshot.as_ref().map_or(Height::GENESIS, Pieces::height);
    if let Some(snapshot) = &snapshot {
        snapshot.copy_to(&disk, &target.join(BASE))?;
    }
    let last = write_log(&disk, data, genesis, base, &target.join(LOG))?;
    // After the log, so that they are there of every block in it.
    sets::write(&disk, &target.join(CHANGES), &whole_changes(&disk, data, genesis)?)?;
    disk.sync_directory(target)?;
    Ok(BackedUp { base, last })
}

/// The changes of the validators, all of which lead on from genesis.
fn whole_changes(disk: &Disk, directory: &Path, genesis: &Genesis) -> Result<Vec<Arc<SetChange>>, BackupError> {
    let (changes, wrong) = sets::read(disk, &directory.join(CHANGES), genesis)?;
    match wrong.into_iter().next() {
        Some((height, path)) => Err(BackupError::ChangeDamaged { height, path }),
        None => Ok(changes),
    }
}

/// The newest snapshot; a running node may remove it between the moments at which it is found and opened.
fn newest(data: &Path, genesis: &Genesis) -> Result<Option<Pieces>, StoreError> {
    let mut attempt = 1;
    loop {
        match archive::newest_snapshot(data, genesis) {
            Err(StoreError::SnapshotDamaged { .. } | StoreError::Io { .. }) if attempt < ATTEMPTS_MAX => attempt += 1,
            newest => return newest,
        }
    }
}

/// Writes the blocks after a height as one segment; returns the height of the last.
fn write_log(disk: &Disk, data: &Path, genesis: &Genesis, base: Height, target: &Path) -> Result<Height, BackupError> {
    disk.create_directory(target)?;
    let mut file = disk.create(&segment_path(target, SEGMENT))?;
    file.append(&[&archive::header(genesis.chain_id(), base.next())])?;
    let mut last = base;
    for block in archive::open_dir_near(data, base.next())? {
        let block = block?;
        let height = block.certificate.height;
        if height <= base {
            continue;
        }
        if height != last.next() {
            return Err(StoreError::BaseMissing { directory: data.to_owned(), first: height }.into());
        }
        file.append(&[&archive::decided_block(&block.bytes, &block.certificate)])?;
        last = height;
    }
    file.sync()?;
    disk.sync_directory(target)?;
    Ok(last)
}

/// Puts a data directory together out of a backup, in the making in a node's directory; returns where it is. The
/// snapshot is checked piece by piece; opening it checks the rest.
///
/// # Errors
/// When something can't be read or written, or isn't of this network.
pub fn read(backup: &Path, genesis: &Genesis, node: &Path) -> Result<PathBuf, BackupError> {
    let disk = Disk::real();
    let changes = whole_changes(&disk, backup, genesis)?;
    let base = archive::base(backup, genesis)?;
    // With room before it for the blocks before the base.
    let first = if base.is_some() { FIRST_SEGMENT_AFTER_BASE } else { SEGMENT };
    let data = match base {
        Some(base) => {
            let manifest = base.manifest().manifest().encode();
            let import = Import::start(&disk, node, genesis, &changes, (&manifest, base.certificate()))?;
            for id in import.missing()? {
                let bytes = match id {
                    PieceId::Chunk(number) => base.chunk(number)?.map(|(bytes, _)| bytes),
                    PieceId::Recent(number) => base.recent(number)?.map(|(bytes, _)| bytes),
                };
                import.put(id, &bytes.unwrap_or_default())?;
            }
            import.finish()?
        }
        None => made_in(node),
    };
    disk.create_directory(&data)?;
    // Also those after the base, which its blocks make once more.
    sets::write(&disk, &data.join(CHANGES), &changes)?;
    let log = data.join(LOG);
    disk.create_directory(&log)?;
    let (from, to) = (segment_path(&backup.join(LOG), SEGMENT), segment_path(&log, first));
    disk.copy_start(&from, &to, u64::MAX)?;
    disk.sync_directory(&log)?;
    disk.sync_directory(&data)?;
    Ok(data)
}
