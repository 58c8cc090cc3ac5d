//! Snapshots: the whole state after a block in pieces, each of which can be checked by whoever trusts the header
//! (protocol, Snapshots).
//!
//! - [`Manifest`] lists the pieces, and [`Manifest::verify`] says whether it tells the truth about a header that is
//!   trusted ([`trust`] leads to one from genesis). Of a [`VerifiedManifest`] everything is true but the sizes of
//!   chunks and what lies between the parts of one minute's ids.
//! - [`ChunkCutter`] and [`RecentCutter`] cut a state, the same way on every node: two manifests of one block are the
//!   same bytes.
//! - [`Offer`] is what a node says that it has.
//!
//! Nothing here reads or writes: a store keeps the pieces, and a network carries them.

mod cut;
pub mod limits;
mod verify;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::tree::Proof;
use lojal_types::hash::{chain_hash, tag};
use lojal_types::{Bounded, Certificate, Hash, Header, Month, TimeMs};

pub use self::cut::{Chunk, ChunkCutter, IdPart, RecentCutter, prove};
use self::limits::{CHUNKS_MAX, MANIFEST_BYTES_MAX, PROOFS_MAX, RECENT_PARTS_MAX, SHELVES_MAX};
pub use self::verify::{ManifestError, Piece, PieceError, VerifiedManifest, trust};

/// The form of manifests that this program knows.
pub const MANIFEST_FORMAT: u32 = 1;

/// A subtree of a tree of the state: as large as one may be that is a chunk, so that no chunk lies in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChunkInfo {
    /// The number of branches above it.
    pub depth: u16,
    /// Its hash, as the branch above it has it.
    pub hash: Hash,
    /// The number of its entries.
    pub entries: u32,
    /// The bytes of these entries.
    pub bytes: u32,
}

/// The chunks of a tree, in the order of the key hashes.
pub type Chunks = Bounded<ChunkInfo, 1, CHUNKS_MAX>;

/// Parts of ids, those of one minute one after the other.
pub type RecentParts = Bounded<RecentPart, 0, RECENT_PARTS_MAX>;

/// The chunks of a shelf's tree.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ShelfChunks {
    /// The month of the shelf.
    pub month: Month,
    /// The chunks.
    pub chunks: Chunks,
}

/// Some of the ids of transactions that are remembered under one minute, in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecentPart {
    /// The minute, counted from 1970.
    pub minute: u64,
    /// The number of ids.
    pub ids: u32,
    /// The digest of the minute after the last of them.
    pub digest_after: Hash,
}

/// The list of all pieces of a state, as somebody gives it who need not be believed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Manifest {
    /// The form of all this: [`MANIFEST_FORMAT`].
    pub format: u32,
    /// The header of the block after which the state is this one.
    pub header: Header,
    /// The chunks of the main tree.
    pub chunks: Chunks,
    /// Those of the shelves, by month.
    pub shelves: Bounded<ShelfChunks, 0, SHELVES_MAX>,
    /// The remembered ids.
    pub recent: RecentParts,
    /// Proofs of what the main tree says of each shelf and of each minute's ids that there could be.
    pub proofs: Bounded<Proof, 0, PROOFS_MAX>,
}

/// A snapshot that a node has, as it says.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Offer {
    /// The header of its block.
    pub header: Header,
    /// The certificate of that block, which may be another one at another node.
    pub certificate: Certificate,
    /// The hash of the manifest.
    pub manifest: Hash,
    /// The bytes of all chunks and ids together.
    pub bytes: u64,
}

impl Manifest {
    /// Decodes canonical bytes.
    ///
    /// # Errors
    /// When they are too many, no manifest, or one of a form that this program doesn't know.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_BYTES_MAX {
            return Err(ManifestError::TooLarge);
        }
        let manifest: Self = borsh::from_slice(bytes).map_err(|_| ManifestError::Malformed)?;
        if manifest.format == MANIFEST_FORMAT { Ok(manifest) } else { Err(ManifestError::Format(manifest.format)) }
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }

    /// The hash by which offers name it.
    pub fn hash(&self) -> Hash {
        Hash::new(chain_hash(tag::SNAPSHOT, &self.header.chain_id, &[&self.encode()]))
    }
}

/// True if the state after a block is cut: "A snapshot is cut after each block whose time lies in another window of
/// `snapshot_interval_ms` than that of the block before it." (protocol, Snapshots) The interval is that which was in
/// force before the block; windows are counted from 1970.
pub fn is_cut_after(parent: TimeMs, block: TimeMs, interval_ms: u64) -> bool {
    let window = |time: TimeMs| time.get().checked_div(interval_ms);
    window(parent) != window(block)
}

#[cfg(test)]
mod tests;
