//! Making a data directory out of the pieces of a snapshot, wherever they come from.
//!
//! What is in the making lies in `join` in the node's directory: the pieces, each named by what it is checked against,
//! and at last `join/data`, which has the form of a data directory, with a base. It becomes `data.new`, and that
//! `data`, so that a crash at any moment leaves either no new data or all of it. A piece that is equal in a later
//! snapshot is not fetched again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::light::{LightError, SetChange};
use lojal_chain::snapshot::{Manifest, ManifestError, PieceError, VerifiedManifest, trust};
use lojal_types::{Certificate, Genesis, Hash};
use thiserror::Error;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::pieces::{BASE, PiecesAt};
use crate::sets::{self, CHANGES};

/// The directory of what is in the making, and the names in it.
const JOIN: &str = "join";
const PIECES: &str = "pieces";
/// The data directory, and one that takes its place.
const DATA: &str = "data";
const NEW: &str = "data.new";

/// A reason that a snapshot can't be taken in.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The header isn't final, as far as the changes of the validators lead.
    #[error("the snapshot's block is not trusted: {0}")]
    Untrusted(#[from] LightError),
    /// The manifest is a lie.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A piece isn't the one that was asked for.
    #[error(transparent)]
    Piece(#[from] PieceError),
    /// Pieces that are still missing, or have rotted since they came.
    #[error("{0} pieces of the snapshot are missing")]
    Missing(usize),
    /// The directory has data already.
    #[error("{} is there already; move it away first", .0.display())]
    Exists(PathBuf),
    /// The disk failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A snapshot that is being taken in.
pub struct Import {
    disk: Disk,
    /// The node's directory.
    directory: PathBuf,
    manifest: VerifiedManifest,
    certificate: Certificate,
    changes: Vec<Arc<SetChange>>,
}

/// One of the pieces of a snapshot, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PieceId {
    /// A chunk.
    Chunk(u32),
    /// A part of the ids.
    Recent(u32),
}

impl Import {
    /// Begins, or goes on where an earlier process has stopped: with a manifest, the certificate of its block, and all
    /// changes of the validators up to that block, none of which need be believed.
    ///
    /// # Errors
    /// What is untrue; when the disk fails.
    pub fn start(
        disk: &Disk,
        directory: &Path,
        genesis: &Genesis,
        changes: &[Arc<SetChange>],
        (manifest, certificate): (&[u8], &Certificate),
    ) -> Result<Self, ImportError> {
        let manifest = Manifest::decode(manifest)?;
        let trusted = trust(genesis, changes.iter().map(|change| &**change), &manifest.header, certificate)?;
        let manifest = manifest.verify(&trusted)?;
        let last = manifest.header().height;
        let changes = changes.iter().filter(|change| change.header.height <= last).cloned().collect();
        let import = Self {
            disk: disk.clone(),
            directory: directory.to_owned(),
            manifest,
            certificate: certificate.clone(),
            changes,
        };
        disk.create_directory(&import.pieces())?;
        Ok(import)
    }

    /// The manifest.
    pub fn manifest(&self) -> &VerifiedManifest {
        &self.manifest
    }

    /// The pieces that have not come yet, chunks first.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn missing(&self) -> Result<Vec<PieceId>, StoreError> {
        let here = self.disk.names(&self.pieces())?;
        let is_missing = |id: &PieceId| self.name(*id).is_some_and(|name| !here.contains(&name));
        Ok(self.all().filter(is_missing).collect())
    }

    /// Takes in the bytes of a piece.
    ///
    /// # Errors
    /// When they are not its bytes ([`ImportError::Piece`]: whoever sent them, or made up the manifest, lies); when the
    /// disk fails.
    pub fn put(&self, id: PieceId, bytes: &[u8]) -> Result<(), ImportError> {
        self.check(id, bytes)?;
        let name = self.name(id).ok_or(PieceError::Unknown)?;
        let path = self.pieces().join(&name);
        let unfinished = path.with_extension("unfinished");
        self.disk.write_whole(&unfinished, bytes)?;
        self.disk.rename(&unfinished, &path)?;
        Ok(self.disk.sync_directory(&self.pieces())?)
    }

    /// Puts a data directory together, durably, out of all pieces, each of which is checked again; returns where it is.
    /// What has rotted is missing then.
    ///
    /// # Errors
    /// [`ImportError::Missing`]: then the rest has to come first. When the disk fails.
    pub fn finish(&self) -> Result<PathBuf, ImportError> {
        let data = made_in(&self.directory);
        let base = data.join(BASE);
        self.disk.create_directory(&base)?;
        let at = PiecesAt::new(&self.disk, &base, self.manifest.header().height);
        // An earlier process may have been about to finish another one.
        for other in PiecesAt::heights(&self.disk, &base)? {
            PiecesAt::new(&self.disk, &base, other).remove()?;
        }
        at.remove()?;
        let is_chunk = |id: &PieceId| matches!(id, PieceId::Chunk(_));
        let missing = self.append(&at.chunks(), self.all().filter(is_chunk))?;
        let of_recent = self.append(&at.recent(), self.all().filter(|id| !is_chunk(id)))?;
        let missing = missing.saturating_add(of_recent);
        if missing > 0 {
            return Err(ImportError::Missing(missing));
        }
        sets::write(&self.disk, &data.join(CHANGES), &self.changes)?;
        at.finish(&self.manifest.manifest().encode(), &self.certificate)?;
        self.disk.sync_directory(&data)?;
        Ok(data)
    }

    /// Writes a file of pieces; returns how many of them are missing.
    fn append(&self, path: &Path, ids: impl Iterator<Item = PieceId>) -> Result<usize, StoreError> {
        let mut file = self.disk.create(path)?;
        let mut missing = 0_usize;
        for id in ids {
            let Some(name) = self.name(id) else { continue };
            let here = self.pieces().join(name);
            match self.disk.read_whole(&here)? {
                Some(bytes) if self.check(id, &bytes).is_ok() => file.append(&[&bytes])?,
                _ => {
                    self.disk.remove(&here)?;
                    missing = missing.saturating_add(1);
                }
            }
        }
        file.sync()?;
        Ok(missing)
    }

    fn check(&self, id: PieceId, bytes: &[u8]) -> Result<(), PieceError> {
        match id {
            PieceId::Chunk(number) => self.manifest.check_chunk(number, bytes).map(drop),
            PieceId::Recent(number) => self.manifest.check_recent(number, bytes).map(drop),
        }
    }

    fn all(&self) -> impl Iterator<Item = PieceId> {
        let chunks = (0..).zip(self.manifest.chunks()).map(|(number, _)| PieceId::Chunk(number));
        chunks.chain((0..).zip(self.manifest.recent()).map(|(number, _)| PieceId::Recent(number)))
    }

    /// The name of a piece's file; none of a chunk without entries, which needs no bytes.
    fn name(&self, id: PieceId) -> Option<String> {
        match id {
            PieceId::Chunk(number) => {
                let piece = self.manifest.chunks().get(number as usize)?;
                // Where it lies is a part of what it is.
                let place = Hash::new(piece.path);
                (piece.info.entries > 0).then(|| format!("{}-{}-{place}", piece.info.hash, piece.info.depth))
            }
            PieceId::Recent(number) => {
                let part = self.manifest.recent().get(number as usize)?;
                Some(format!("{}-{}-{}", part.minute, part.ids, part.digest_after))
            }
        }
    }

    fn pieces(&self) -> PathBuf {
        self.directory.join(JOIN).join(PIECES)
    }
}

/// The data directory that is in the making in a node's directory.
pub(crate) fn made_in(directory: &Path) -> PathBuf {
    directory.join(JOIN).join(DATA)
}

/// Has a data directory that was put together become the node's, whose directory this is: data that is there goes aside
/// if it may, to the place that is returned. What else is left of the making is removed.
///
/// # Errors
/// When there is data that may not go aside, or the disk fails.
pub fn install(disk: &Disk, directory: &Path, made: &Path, may_replace: bool) -> Result<Option<PathBuf>, ImportError> {
    let data = directory.join(DATA);
    if !may_replace && disk.exists(&data)? {
        return Err(ImportError::Exists(data));
    }
    disk.rename(made, &directory.join(NEW))?;
    disk.sync_directory(directory)?;
    let aside = complete(disk, directory)?;
    let join = directory.join(JOIN);
    // Nobody needs it, and nobody finds anything in it that would be believed.
    if let Err(error) = fs::remove_dir_all(&join) {
        tracing::debug!(%error, path = %join.display(), "what is left of the making can't be removed");
    }
    Ok(aside)
}

/// Completes what an [`install`] has begun that was interrupted, before the store of a node is opened; returns where
/// the data is that was there before.
///
/// # Errors
/// When the disk fails.
pub fn complete(disk: &Disk, directory: &Path) -> Result<Option<PathBuf>, StoreError> {
    let (data, new) = (directory.join(DATA), directory.join(NEW));
    if !disk.exists(&new)? {
        return Ok(None);
    }
    let mut aside = None;
    if disk.exists(&data)? {
        let mut number = 1_u32;
        let mut old = directory.join("data.old-1");
        while disk.exists(&old)? {
            number = number.saturating_add(1);
            old = directory.join(format!("data.old-{number}"));
        }
        disk.rename(&data, &old)?;
        disk.sync_directory(directory)?;
        aside = Some(old);
    }
    disk.rename(&new, &data)?;
    disk.sync_directory(directory)?;
    Ok(aside)
}
