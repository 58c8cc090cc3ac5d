//! The files of one snapshot: one that this node has cut, one that is being fetched, or the base of a log.
//!
//! They are named by the height of the block: `HEIGHT.chunks` has all chunks one after the other, `HEIGHT.recent` all
//! ids, `HEIGHT.certificate` the certificate. `HEIGHT.manifest` is named last, once all of them are durable: without it
//! there is no snapshot, and what else there is of that height is removed.

mod state;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::light::{SetChange, TrustedHeader};
use lojal_chain::snapshot::{Manifest, Offer, VerifiedManifest, trust};
use lojal_ledger::tree::Subtree;
use lojal_types::{Certificate, Genesis, Header, Height, TransactionId};

use crate::disk::{Disk, ReadFile};
use crate::error::StoreError;

/// The directories in a data directory: of the snapshot on which its log rests, and of those that are offered.
pub(crate) const BASE: &str = "base";
pub(crate) const SNAPSHOTS: &str = "snapshots";
/// The directory of those that are offered no more and become the base later.
pub(crate) const LATER: &str = "base.later";
/// The endings of the names.
const MANIFEST: &str = "manifest";
const CERTIFICATE: &str = "certificate";
const CHUNKS: &str = "chunks";
const RECENT: &str = "recent";
/// The ending of a manifest that is being written.
const UNFINISHED: &str = "manifest-unfinished";

/// The place of a snapshot's files.
#[derive(Clone, Debug)]
pub(crate) struct PiecesAt {
    disk: Disk,
    directory: PathBuf,
    height: Height,
}

/// The bytes of a part of the ids, and the ids.
pub type Ids = (Vec<u8>, Vec<TransactionId>);

/// A snapshot whose files are open: they can be read also after they have been deleted.
#[derive(Debug)]
pub struct Pieces {
    at: PiecesAt,
    manifest: VerifiedManifest,
    certificate: Certificate,
    chunks: ReadFile,
    recent: ReadFile,
}

impl PiecesAt {
    pub(crate) fn new(disk: &Disk, directory: &Path, height: Height) -> Self {
        Self { disk: disk.clone(), directory: directory.to_owned(), height }
    }

    /// The heights of the snapshots in a directory, ascending.
    pub(crate) fn heights(disk: &Disk, directory: &Path) -> Result<Vec<Height>, StoreError> {
        if !disk.exists(directory)? {
            return Ok(Vec::new());
        }
        let names = disk.names(directory)?;
        let mut heights: Vec<Height> = names.iter().filter_map(|name| height_of(name, MANIFEST)).collect();
        heights.sort_unstable();
        Ok(heights)
    }

    /// Removes what is left of snapshots that were never finished, or have been removed in part.
    pub(crate) fn clean(disk: &Disk, directory: &Path) -> Result<(), StoreError> {
        let whole = Self::heights(disk, directory)?;
        if !disk.exists(directory)? {
            return Ok(());
        }
        for name in disk.names(directory)? {
            let endings = [CERTIFICATE, CHUNKS, RECENT, UNFINISHED];
            let height = endings.iter().find_map(|ending| height_of(&name, ending));
            if height.is_some_and(|height| !whole.contains(&height)) {
                disk.remove(&directory.join(name))?;
            }
        }
        Ok(())
    }

    pub(crate) fn chunks(&self) -> PathBuf {
        self.path(CHUNKS)
    }

    pub(crate) fn recent(&self) -> PathBuf {
        self.path(RECENT)
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("{:020}.{ending}", self.height.get()))
    }

    /// Makes a snapshot of chunks and ids that are durable but for their names: it is there when this returns, and not
    /// before.
    pub(crate) fn finish(&self, manifest: &[u8], certificate: &Certificate) -> Result<(), StoreError> {
        let certificate = borsh::to_vec(certificate).expect("writing to memory doesn't fail");
        self.disk.write_whole(&self.path(CERTIFICATE), &certificate)?;
        let unfinished = self.path(UNFINISHED);
        self.disk.write_whole(&unfinished, manifest)?;
        self.disk.rename(&unfinished, &self.path(MANIFEST))?;
        self.disk.sync_directory(&self.directory)
    }

    /// Has the files in another directory, too, durably; returns their place there.
    pub(crate) fn link_to(&self, directory: &Path) -> Result<Self, StoreError> {
        self.disk.create_directory(directory)?;
        let at = Self::new(&self.disk, directory, self.height);
        at.remove()?;
        for ending in [CERTIFICATE, CHUNKS, RECENT] {
            self.disk.link(&self.path(ending), &at.path(ending))?;
        }
        self.disk.sync_directory(directory)?;
        self.disk.link(&self.path(MANIFEST), &at.path(MANIFEST))?;
        self.disk.sync_directory(directory)?;
        Ok(at)
    }

    /// Removes the files; the manifest goes first, durably.
    pub(crate) fn remove(&self) -> Result<(), StoreError> {
        self.disk.remove(&self.path(MANIFEST))?;
        self.disk.sync_directory(&self.directory)?;
        [UNFINISHED, CERTIFICATE, CHUNKS, RECENT].iter().try_for_each(|ending| self.disk.remove(&self.path(ending)))
    }

    /// Opens the files, and checks the manifest by way of the changes of the validators, but no piece.
    ///
    /// # Errors
    /// When they can't be read, or don't lead to a state of this network.
    pub(crate) fn open(self, genesis: &Genesis, changes: &[Arc<SetChange>]) -> Result<Pieces, StoreError> {
        let read = |ending: &str| {
            let bytes = self.disk.read_whole(&self.path(ending))?;
            bytes.ok_or_else(|| self.damaged(format!("its {ending} is missing")))
        };
        let certificate: Certificate =
            borsh::from_slice(&read(CERTIFICATE)?).map_err(|_| self.damaged("its certificate is malformed"))?;
        let manifest = Manifest::decode(&read(MANIFEST)?).map_err(|error| self.damaged(error))?;
        let changes = changes.iter().map(|change| &**change);
        let trusted: TrustedHeader =
            trust(genesis, changes, &manifest.header, &certificate).map_err(|error| self.damaged(error))?;
        let manifest = manifest.verify(&trusted).map_err(|error| self.damaged(error))?;
        if manifest.header().height != self.height {
            return Err(self.damaged("it is of another height than its name says"));
        }
        let (chunk_bytes, id_bytes) = manifest.bytes();
        for (path, bytes) in [(self.chunks(), chunk_bytes), (self.recent(), id_bytes)] {
            if !self.disk.exists(&path)? || self.disk.len(&path)? != bytes {
                return Err(self.damaged("a file is not as long as it was"));
            }
        }
        let [chunks, recent] = [self.chunks(), self.recent()].map(|path| self.disk.read_from(&path, 0));
        Ok(Pieces { manifest, certificate, chunks: chunks?, recent: recent?, at: self })
    }

    pub(crate) fn damaged(&self, reason: impl ToString) -> StoreError {
        StoreError::SnapshotDamaged { path: self.path(MANIFEST), reason: reason.to_string() }
    }
}

impl Pieces {
    /// The newest snapshot of a directory, if there is one; nothing is written.
    ///
    /// # Errors
    /// As of [`PiecesAt::open`].
    pub(crate) fn newest(
        disk: &Disk,
        directory: &Path,
        genesis: &Genesis,
        changes: &[Arc<SetChange>],
    ) -> Result<Option<Self>, StoreError> {
        let newest = PiecesAt::heights(disk, directory)?.last().copied();
        newest.map(|height| PiecesAt::new(disk, directory, height).open(genesis, changes)).transpose()
    }

    /// The place of the files.
    pub(crate) fn at(&self) -> &PiecesAt {
        &self.at
    }
    /// The file of its manifest.
    pub(crate) fn path(&self) -> PathBuf {
        self.at.path(MANIFEST)
    }
    /// The manifest.
    pub fn manifest(&self) -> &VerifiedManifest {
        &self.manifest
    }
    /// The header of its block.
    pub fn header(&self) -> &Header {
        self.manifest.header()
    }
    /// The height of its block.
    pub fn height(&self) -> Height {
        self.header().height
    }
    /// The certificate of its block.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }
    /// The words in which others hear of it.
    pub fn offer(&self) -> Offer {
        let (chunks, ids) = self.manifest.bytes();
        Offer {
            header: self.header().clone(),
            certificate: self.certificate.clone(),
            manifest: self.manifest.hash(),
            bytes: chunks.saturating_add(ids),
        }
    }

    /// The bytes of a chunk, checked, and the subtree that they are; none if there is no such chunk.
    ///
    /// # Errors
    /// When they can't be read, or have rotted.
    pub fn chunk(&self, number: u32) -> Result<Option<(Vec<u8>, Subtree)>, StoreError> {
        let Some(piece) = self.manifest.chunks().get(number as usize) else { return Ok(None) };
        let bytes = self.read(&self.chunks, &self.at.chunks(), piece.offset, piece.info.bytes as usize)?;
        let subtree = self.manifest.check_chunk(number, &bytes);
        let subtree = subtree.map_err(|error| self.at.damaged(format!("chunk {number}: {error}")))?;
        Ok(Some((bytes, subtree)))
    }

    /// The bytes of a part of the ids, checked, and the ids; none if there is no such part.
    ///
    /// # Errors
    /// When they can't be read, or have rotted.
    pub fn recent(&self, number: u32) -> Result<Option<Ids>, StoreError> {
        let Some((offset, length)) = self.manifest.recent_place(number) else { return Ok(None) };
        let bytes = self.read(&self.recent, &self.at.recent(), offset, length)?;
        let ids = self.manifest.check_recent(number, &bytes);
        let ids = ids.map_err(|error| self.at.damaged(format!("ids {number}: {error}")))?;
        Ok(Some((bytes, ids)))
    }

    /// Copies the files into another directory, durably, every piece checked.
    ///
    /// # Errors
    /// When they can't be read, have rotted, or can't be written.
    pub(crate) fn copy_to(&self, disk: &Disk, directory: &Path) -> Result<(), StoreError> {
        disk.create_directory(directory)?;
        let at = PiecesAt::new(disk, directory, self.height());
        let mut chunks = disk.create(&at.chunks())?;
        let mut number = 0;
        while let Some((bytes, _)) = self.chunk(number)? {
            chunks.append(&[&bytes])?;
            number += 1;
        }
        chunks.sync()?;
        let mut recent = disk.create(&at.recent())?;
        let mut number = 0;
        while let Some((bytes, _)) = self.recent(number)? {
            recent.append(&[&bytes])?;
            number += 1;
        }
        recent.sync()?;
        at.finish(&self.manifest.manifest().encode(), &self.certificate)
    }

    fn read(&self, file: &ReadFile, path: &Path, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, offset).map_err(StoreError::io("read", path))?;
        Ok(bytes)
    }
}

/// The height in the name of a file with this ending.
fn height_of(name: &str, ending: &str) -> Option<Height> {
    let number = name.strip_suffix(ending)?.strip_suffix('.')?;
    let is_number = number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().ok().map(Height::new)).flatten()
}
