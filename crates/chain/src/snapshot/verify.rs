//! Checking a manifest against a header, and pieces against the manifest.

use std::collections::BTreeMap;

use borsh::BorshDeserialize;
use lojal_ledger::key::{RecentKey, ShelfKey, StateKey};
use lojal_ledger::recent::minutes_at;
use lojal_ledger::record::{RecentDigest, Shelf};
use lojal_ledger::shelves::months_at;
use lojal_ledger::tree::{Proof, ProofError, Subtree, root_of_subtrees};
use lojal_types::{Certificate, ChainId, Genesis, Hash, Header, Month, TransactionId};
use thiserror::Error;

use super::limits::{CHUNK_BYTES_MAX, CHUNKS_MAX, RECENT_IDS_MAX};
use super::{ChunkInfo, Manifest, RecentPart};
use crate::light::{LightError, LightState, SetChange, TrustedHeader};

/// Bytes of an id.
const ID_BYTES: usize = 32;

/// A reason that a manifest doesn't tell the truth: whoever made it up lies.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ManifestError {
    /// More bytes than one may have.
    #[error("the manifest is larger than one may be")]
    TooLarge,
    /// Not a manifest.
    #[error("the bytes are no manifest")]
    Malformed,
    /// Of a newer program.
    #[error("the manifest has form {0}, which this program doesn't know; upgrade it")]
    Format(u32),
    /// Of another block than the one that is trusted.
    #[error("the manifest is of another block")]
    OtherBlock,
    /// Chunks that don't make up the tree of the header.
    #[error("the chunks of the manifest don't make up the state of its block")]
    State,
    /// Chunks that don't make up the tree of a shelf that the state has.
    #[error("the manifest's chunks of the shelf of {0} don't make it up")]
    Shelf(Month),
    /// More chunks than a snapshot may have, or larger ones.
    #[error("the chunks of the manifest are too many or too large")]
    Chunks,
    /// Ids that are not as many as the state says, or others.
    #[error("the manifest's transaction ids of minute {0} are not those that the state has")]
    Recent(u64),
    /// Proofs that don't show what the state says.
    #[error("the proofs of the manifest don't hold: {0}")]
    Proof(#[from] ProofError),
    /// Fewer proofs than it takes, or more.
    #[error("the manifest has too few proofs, or too many")]
    Proofs,
}

/// A reason that a piece isn't the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PieceError {
    /// The manifest has no such piece.
    #[error("the snapshot has no such piece")]
    Unknown,
    /// Other bytes than those of the piece: whoever sent them lies, or its disk does.
    #[error("the bytes are not those of the piece")]
    OtherBytes,
    /// The piece, but not as large as the manifest says: whoever made up the manifest lies.
    #[error("the piece is not as large as its manifest says")]
    OtherSize,
}

/// A chunk of a snapshot, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The shelf whose tree it is of; none for the main tree.
    pub shelf: Option<Month>,
    /// The first bits of its key hashes, and 0 after them.
    pub path: [u8; 32],
    /// Its line of the manifest.
    pub info: ChunkInfo,
    /// The byte at which it begins if all chunks lie one after the other.
    pub offset: u64,
}

/// A manifest that makes up the state of a trusted header.
///
/// What its state root doesn't commit to, and a liar could still have changed: how large a chunk is
/// ([`PieceError::OtherSize`] tells), where trees are cut, and the digests between two parts of one minute's ids.
#[derive(Clone, Debug)]
pub struct VerifiedManifest {
    manifest: Manifest,
    hash: Hash,
    pieces: Vec<Piece>,
    /// The digest before each part of ids, and the number of ids before it if all parts lie one after the other.
    recent: Vec<(Hash, u64)>,
}

/// Shelves and ids that a state is proven to have, and it has no others.
struct Proven {
    shelves: BTreeMap<Month, Shelf>,
    digests: BTreeMap<u64, RecentDigest>,
}

/// Trust in a header from genesis: by the changes of the validators before its block, in their order, and its
/// certificate. Changes of that block and of later ones are left out of account.
///
/// # Errors
/// What doesn't lead on, or why the header isn't final.
pub fn trust<'a>(
    genesis: &Genesis,
    changes: impl IntoIterator<Item = &'a SetChange>,
    header: &Header,
    certificate: &Certificate,
) -> Result<TrustedHeader, LightError> {
    let mut way = LightState::genesis(genesis);
    for change in changes.into_iter().take_while(|change| change.header.height < header.height) {
        way.advance(change)?;
    }
    way.check(header, certificate)
}

impl Manifest {
    /// Checks that the pieces make up the state of a trusted header, and that the state has no other ones.
    ///
    /// # Errors
    /// What is untrue in it.
    pub fn verify(self, trusted: &TrustedHeader) -> Result<VerifiedManifest, ManifestError> {
        if self.header != *trusted.header() {
            return Err(ManifestError::OtherBlock);
        }
        let Proven { shelves, digests } = self.proven()?;
        let mut pieces = Vec::new();
        if add_pieces(&mut pieces, None, &self.chunks)?.0 != self.header.state_root {
            return Err(ManifestError::State);
        }
        let months: Vec<Month> = self.shelves.iter().map(|shelf| shelf.month).collect();
        if let Some(month) = shelves.keys().find(|month| !months.contains(month)) {
            return Err(ManifestError::Shelf(*month));
        }
        if let Some(pair) = months.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(ManifestError::Shelf(pair[1]));
        }
        for shelf in self.shelves.iter() {
            let (root, entries) = add_pieces(&mut pieces, Some(shelf.month), &shelf.chunks)?;
            let is_so = shelves.get(&shelf.month).is_some_and(|known| known.root == root && known.count == entries);
            if !is_so {
                return Err(ManifestError::Shelf(shelf.month));
            }
        }
        let recent = check_recent(&self.recent, digests)?;
        let hash = self.hash();
        Ok(VerifiedManifest { manifest: self, hash, pieces, recent })
    }

    /// The shelves and the ids that the state has, by its proofs: "There is one of each month that a shelf can be of,
    /// and one of each minute that ids can be of, in this order and rising" (protocol, Snapshots)
    fn proven(&self) -> Result<Proven, ManifestError> {
        let time = self.header.time_ms;
        let mut proofs = self.proofs.iter();
        let mut shelves = BTreeMap::new();
        for month in months_at(time) {
            let shelf = self.record(proofs.next(), &ShelfKey(month).encode())?;
            shelves.extend(shelf.map(|shelf| (month, shelf)));
        }
        let mut digests = BTreeMap::new();
        for minute in minutes_at(time) {
            let digest = self.record(proofs.next(), &RecentKey(minute).encode())?;
            digests.extend(digest.map(|digest| (minute, digest)));
        }
        proofs.next().map_or(Ok(Proven { shelves, digests }), |_| Err(ManifestError::Proofs))
    }

    /// The record that a proof shows under a key, or that there is none.
    fn record<R: BorshDeserialize>(&self, proof: Option<&Proof>, key: &[u8]) -> Result<Option<R>, ManifestError> {
        let page = proof.ok_or(ManifestError::Proofs)?.check(self.header.state_root.as_bytes(), key)?;
        let value = page.get(key).ok_or(ProofError::Hidden)?;
        value.map(|value| borsh::from_slice(value).map_err(|_| ManifestError::Proofs)).transpose()
    }
}

/// Adds the chunks of a tree with their places; returns its root and its number of entries.
fn add_pieces(
    pieces: &mut Vec<Piece>,
    shelf: Option<Month>,
    chunks: &[ChunkInfo],
) -> Result<(Hash, u64), ManifestError> {
    let wrong = shelf.map_or(ManifestError::State, ManifestError::Shelf);
    let subtrees: Vec<(u16, [u8; 32])> = chunks.iter().map(|chunk| (chunk.depth, *chunk.hash.as_bytes())).collect();
    let (root, paths) = root_of_subtrees(&subtrees).map_err(|_| wrong)?;
    let mut entries = 0_u64;
    for (info, path) in chunks.iter().zip(paths) {
        let offset = pieces.last().map_or(0, |piece| piece.offset.saturating_add(piece.info.bytes.into()));
        if pieces.len() == CHUNKS_MAX || info.bytes as usize > CHUNK_BYTES_MAX {
            return Err(ManifestError::Chunks);
        }
        entries = entries.saturating_add(info.entries.into());
        pieces.push(Piece { shelf, path, info: *info, offset });
    }
    Ok((Hash::new(root), entries))
}

/// Checks that each minute's parts lead to its digest; returns the digest before each part, and the number of ids.
fn check_recent(
    parts: &[RecentPart],
    mut digests: BTreeMap<u64, RecentDigest>,
) -> Result<Vec<(Hash, u64)>, ManifestError> {
    let mut reached = BTreeMap::<u64, RecentDigest>::new();
    let (mut before, mut ids) = (Vec::with_capacity(parts.len()), 0_u64);
    for part in parts {
        let digest = reached.entry(part.minute).or_insert_with(RecentDigest::empty);
        if !(1..=RECENT_IDS_MAX).contains(&(part.ids as usize)) {
            return Err(ManifestError::Recent(part.minute));
        }
        before.push((digest.digest, ids));
        let count = digest.count.saturating_add(part.ids.into());
        *digest = RecentDigest { count, digest: part.digest_after };
        ids = ids.saturating_add(part.ids.into());
    }
    for (minute, digest) in reached {
        if digests.remove(&minute) != Some(digest) {
            return Err(ManifestError::Recent(minute));
        }
    }
    digests.into_keys().next().map_or(Ok(before), |minute| Err(ManifestError::Recent(minute)))
}

impl VerifiedManifest {
    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
    /// The header of its block.
    pub fn header(&self) -> &Header {
        &self.manifest.header
    }
    /// The network.
    pub fn chain_id(&self) -> ChainId {
        self.manifest.header.chain_id
    }
    /// The hash by which offers name it.
    pub fn hash(&self) -> Hash {
        self.hash
    }
    /// All chunks, those of the main tree first and then by shelf; a chunk's place here is its number.
    pub fn chunks(&self) -> &[Piece] {
        &self.pieces
    }
    /// All parts of ids; a part's place here is its number.
    pub fn recent(&self) -> &[RecentPart] {
        &self.manifest.recent
    }
    /// The place of a part of ids if all parts lie one after the other, and its bytes.
    pub fn recent_place(&self, number: u32) -> Option<(u64, usize)> {
        let (part, (_, ids_before)) = self.recent_part(number)?;
        Some((ids_before.saturating_mul(ID_BYTES as u64), (part.ids as usize).saturating_mul(ID_BYTES)))
    }
    /// The bytes of all chunks, and of all ids.
    pub fn bytes(&self) -> (u64, u64) {
        let chunks = self.pieces.last().map_or(0, |last| last.offset.saturating_add(last.info.bytes.into()));
        let ids: u64 = self.recent().iter().map(|part| u64::from(part.ids)).sum();
        (chunks, ids.saturating_mul(ID_BYTES as u64))
    }

    /// Checks the bytes of a chunk.
    ///
    /// # Errors
    /// When they are not its bytes, or not as many as the manifest says.
    pub fn check_chunk(&self, number: u32, bytes: &[u8]) -> Result<Subtree, PieceError> {
        let piece = self.pieces.get(number as usize).ok_or(PieceError::Unknown)?;
        if bytes.len() > CHUNK_BYTES_MAX {
            return Err(PieceError::OtherBytes);
        }
        let subtree = Subtree::decode(&piece.path, piece.info.depth, bytes).map_err(|_| PieceError::OtherBytes)?;
        if *subtree.hash() != *piece.info.hash.as_bytes() {
            return Err(PieceError::OtherBytes);
        }
        let is_as_large = bytes.len() == piece.info.bytes as usize && subtree.len() == u64::from(piece.info.entries);
        if is_as_large { Ok(subtree) } else { Err(PieceError::OtherSize) }
    }

    /// Checks the bytes of a part of ids: each id's 32 bytes, one after the other.
    ///
    /// # Errors
    /// When they are not its bytes. Where a minute has several parts, the manifest may be the one that lies.
    pub fn check_recent(&self, number: u32, bytes: &[u8]) -> Result<Vec<TransactionId>, PieceError> {
        let (part, (before, _)) = self.recent_part(number).ok_or(PieceError::Unknown)?;
        let (ids, rest) = bytes.as_chunks::<ID_BYTES>();
        if ids.len() != part.ids as usize || !rest.is_empty() {
            return Err(PieceError::OtherBytes);
        }
        let ids: Vec<TransactionId> = ids.iter().map(|id| TransactionId::new(*id)).collect();
        let start = RecentDigest { count: 0, digest: before };
        let end = ids.iter().fold(start, |digest, id| digest.with(id, &self.chain_id()));
        if end.digest == part.digest_after { Ok(ids) } else { Err(PieceError::OtherBytes) }
    }

    fn recent_part(&self, number: u32) -> Option<(RecentPart, (Hash, u64))> {
        let number = number as usize;
        Some((*self.manifest.recent.get(number)?, *self.recent.get(number)?))
    }
}
