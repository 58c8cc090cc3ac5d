//! Cutting a state into pieces, one after the other and with little memory.

use std::collections::BTreeMap;

use lojal_ledger::key::{RecentKey, ShelfKey, StateKey};
use lojal_ledger::recent::minutes_at;
use lojal_ledger::record::RecentDigest;
use lojal_ledger::shelves::months_at;
use lojal_ledger::tree::{PageAt, Proof, hash_branch};
use lojal_ledger::{Missing, StateTree};
use lojal_types::{ChainId, Hash, TimeMs, TransactionId};

use super::limits::{CHUNK_BYTES, RECENT_IDS_MAX};
use super::{ChunkInfo, RecentPart};

/// A chunk with its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its line of a manifest.
    pub info: ChunkInfo,
    /// The entries.
    pub bytes: Vec<u8>,
}

/// Puts the pages of one tree together to chunks: "A subtree is a chunk if its entries take at most 1 MiB, or if it is
/// a page; of subtrees that lie in each other the largest is." (protocol, Snapshots)
#[derive(Default)]
pub struct ChunkCutter {
    /// Subtrees next to each other, of which the last may still become a part of a larger one, and others with it.
    subtrees: Vec<Subtree>,
}

struct Subtree {
    path: [u8; 32],
    depth: u16,
    hash: [u8; 32],
    /// Its entries; none if parts of it have been cut off.
    whole: Option<Whole>,
}

struct Whole {
    entries: u32,
    bytes: Vec<u8>,
}

impl ChunkCutter {
    /// Takes the next page, in the order of the key hashes, with the bytes that are stored of it. Returns the chunks
    /// that are complete now, in their order.
    pub fn push(&mut self, page: &PageAt, bytes: &[u8]) -> Vec<Chunk> {
        let PageAt { path, depth, hash, entries } = *page;
        let whole = Some(Whole { entries: entries.into(), bytes: bytes.to_vec() });
        self.subtrees.push(Subtree { path, depth, hash, whole });
        let mut chunks = Vec::new();
        while self.has_branch() {
            self.join(&mut chunks);
        }
        chunks
    }

    /// The chunks that are left once all pages have been taken.
    pub fn finish(mut self) -> Vec<Chunk> {
        self.cut()
    }

    /// True if the last subtree and the one before it are the two sides of a branch.
    fn has_branch(&self) -> bool {
        let [.., left, right] = &self.subtrees[..] else { return false };
        left.depth == right.depth && right.depth > 0 && bit(&right.path, right.depth - 1)
    }

    /// Makes one subtree of the last two.
    fn join(&mut self, chunks: &mut Vec<Chunk>) {
        let bytes = |subtree: &Subtree| subtree.whole.as_ref().map(|whole| whole.bytes.len());
        let [.., left, right] = &self.subtrees[..] else { return };
        let is_whole = matches!((bytes(left), bytes(right)), (Some(left), Some(right)) if left + right <= CHUNK_BYTES);
        if !is_whole {
            // Nothing that has this branch in it is a chunk, so all that is whole now is as large as it can be.
            chunks.extend(self.cut());
        }
        let (right, left) = (self.subtrees.pop(), self.subtrees.pop());
        let (Some(left), Some(right)) = (left, right) else { return };
        let whole = left.whole.zip(right.whole).map(|(mut left, right)| {
            left.bytes.extend_from_slice(&right.bytes);
            Whole { entries: left.entries.saturating_add(right.entries), bytes: left.bytes }
        });
        let hash = hash_branch(&left.hash, &right.hash);
        self.subtrees.push(Subtree { path: left.path, depth: left.depth - 1, hash, whole });
    }

    fn cut(&mut self) -> Vec<Chunk> {
        let cut = |subtree: &mut Subtree| {
            let Whole { entries, bytes } = subtree.whole.take()?;
            let length = u32::try_from(bytes.len()).expect("a chunk has at most some MiB");
            let hash = Hash::new(subtree.hash);
            Some(Chunk { info: ChunkInfo { depth: subtree.depth, hash, entries, bytes: length }, bytes })
        };
        self.subtrees.iter_mut().filter_map(cut).collect()
    }
}

/// Bit `at` of a path, counted from the most significant.
fn bit(path: &[u8; 32], at: u16) -> bool {
    path[usize::from(at / 8)] & (0x80 >> (at % 8)) != 0
}

/// A part of the ids with what a manifest says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPart {
    /// Its line of a manifest.
    pub info: RecentPart,
    /// The ids.
    pub ids: Vec<TransactionId>,
}

/// Puts the remembered ids together to parts: "A minute's ids are cut into parts of 32,768, in the order in which they
/// came; parts stand in the order in which they are full, and then by minute those that aren't." (protocol, Snapshots)
pub struct RecentCutter {
    chain: ChainId,
    minutes: BTreeMap<u64, (RecentDigest, Vec<TransactionId>)>,
}

impl RecentCutter {
    /// Begins without ids of a chain.
    pub fn new(chain: ChainId) -> Self {
        Self { chain, minutes: BTreeMap::new() }
    }

    /// Takes the next id that is remembered, in the order of the chain. Returns the part that is full now, if one is.
    pub fn push(&mut self, minute: u64, id: TransactionId) -> Option<IdPart> {
        let (digest, ids) = self.minutes.entry(minute).or_insert_with(|| (RecentDigest::empty(), Vec::new()));
        *digest = digest.with(&id, &self.chain);
        ids.push(id);
        let is_full = ids.len() == RECENT_IDS_MAX;
        is_full.then(|| part(minute, digest, std::mem::take(ids)))
    }

    /// The parts that are left once all ids have been taken.
    pub fn finish(self) -> Vec<IdPart> {
        let left = self.minutes.into_iter().filter(|(_, (_, ids))| !ids.is_empty());
        left.map(|(minute, (digest, ids))| part(minute, &digest, ids)).collect()
    }
}

fn part(minute: u64, digest: &RecentDigest, ids: Vec<TransactionId>) -> IdPart {
    let count = u32::try_from(ids.len()).expect("a part has some thousand ids");
    IdPart { info: RecentPart { minute, ids: count, digest_after: digest.digest }, ids }
}

/// The proofs that a manifest of a state has: of its shelves and of its ids.
///
/// # Errors
/// When pages of the main tree are not in memory.
pub fn prove(main: &StateTree, time: TimeMs) -> Result<Vec<Proof>, Missing> {
    keys(time).map(|key| main.prove(&key)).collect()
}

/// The keys of the records that say which shelves there are, by month, and which ids, by minute.
pub(super) fn keys(time: TimeMs) -> impl Iterator<Item = Box<[u8]>> {
    let shelves = months_at(time).map(|month| ShelfKey(month).encode());
    shelves.chain(minutes_at(time).map(|minute| RecentKey(minute).encode()))
}
