//! A snapshot of a real chain's last state, which hostile manifests and pieces are put beside.

use std::sync::LazyLock;

use lojal_chain::snapshot::{
    Chunk, ChunkCutter, Chunks, IdPart, MANIFEST_FORMAT, Manifest, RecentCutter, ShelfChunks, VerifiedManifest, prove,
    trust,
};
use lojal_chain::{CommittedBlock, TrustedHeader};
use lojal_ledger::recent::{minute_of, minutes_at};
use lojal_ledger::{State, StateTree};
use lojal_types::{Bounded, Genesis};

use super::chain::chain;

/// The pieces of a state.
pub struct Snapshot {
    /// The manifest.
    pub manifest: Manifest,
    /// The chunks' bytes, by number.
    pub chunks: Vec<Vec<u8>>,
    /// The bytes of the parts of ids, by number.
    pub recent: Vec<Vec<u8>>,
}

impl Snapshot {
    /// Cuts a state that is in memory, after the last of its blocks, which are all there are.
    pub fn of(state: &State, blocks: &[CommittedBlock]) -> Self {
        let view = state.view();
        let header = blocks.last().expect("there is a block").header.clone();
        let main = cut(view.tree());
        let shelves: Vec<_> = view.shelves().iter().map(|(month, tree)| (month, cut(tree))).collect();
        let remembered: Vec<u64> = minutes_at(header.time_ms).collect();
        let mut cutter = RecentCutter::new(header.chain_id);
        let mut parts: Vec<IdPart> = Vec::new();
        for transaction in blocks.iter().flat_map(|block| &block.transactions) {
            let minute = minute_of(transaction.transaction());
            if remembered.contains(&minute) {
                parts.extend(cutter.push(minute, transaction.id()));
            }
        }
        parts.extend(cutter.finish());
        let shelf = |(month, chunks): &(_, Vec<Chunk>)| ShelfChunks { month: *month, chunks: listed(chunks) };
        let manifest = Manifest {
            format: MANIFEST_FORMAT,
            chunks: listed(&main),
            shelves: Bounded::new(shelves.iter().map(shelf).collect()).expect("few"),
            recent: Bounded::new(parts.iter().map(|part| part.info).collect()).expect("few"),
            proofs: Bounded::new(prove(view.tree(), header.time_ms).expect("in memory")).expect("few"),
            header,
        };
        let chunks = main.into_iter().chain(shelves.into_iter().flat_map(|(_, chunks)| chunks));
        let ids = |part: &IdPart| part.ids.iter().flat_map(|id| *id.as_bytes()).collect();
        Self { manifest, chunks: chunks.map(|chunk| chunk.bytes).collect(), recent: parts.iter().map(ids).collect() }
    }
}

fn cut(tree: &StateTree) -> Vec<Chunk> {
    let (mut cutter, mut chunks) = (ChunkCutter::default(), Vec::new());
    tree.pages(|page, in_memory| {
        let mut bytes = Vec::new();
        if let Some(in_memory) = in_memory {
            in_memory.encode(&mut bytes);
        }
        chunks.extend(cutter.push(&page, &bytes));
    });
    chunks.extend(cutter.finish());
    chunks
}

fn listed(chunks: &[Chunk]) -> Chunks {
    Bounded::new(chunks.iter().map(|chunk| chunk.info).collect()).expect("few")
}

/// The header of the real chain's last block, trusted.
fn trusted(genesis: &Genesis) -> TrustedHeader {
    let last = chain().committed.last().expect("there are blocks");
    trust(genesis, [], &last.header, &last.certificate).expect("the validators of genesis have decided it")
}

/// The snapshot of the real chain's last state, made once.
pub fn snapshot() -> &'static (Snapshot, VerifiedManifest) {
    static SNAPSHOT: LazyLock<(Snapshot, VerifiedManifest)> = LazyLock::new(|| {
        let chain = chain();
        let snapshot = Snapshot::of(chain.last(), &chain.committed);
        let verified = snapshot.manifest.clone().verify(&trusted(&chain.genesis)).expect("it is true");
        (snapshot, verified)
    });
    &SNAPSHOT
}

/// Bytes of somebody who offers a snapshot: 0 and a manifest, 3, a place, and bytes that stand there in the true
/// manifest's stead, or 1 or 2, a number, and a chunk or ids. A manifest has
/// one encoding, and one that is taken leaves nothing out; and nothing is taken for a piece but its own bytes.
pub fn snapshot_pieces(data: &[u8]) {
    let (snapshot, verified) = snapshot();
    match data {
        [0, manifest @ ..] => takes_the_truth_alone(manifest, verified),
        [3, low, high, changed @ ..] => {
            let mut manifest = snapshot.manifest.encode();
            let place = usize::from(u16::from_le_bytes([*low, *high])).min(manifest.len());
            let end = place.saturating_add(changed.len()).min(manifest.len());
            manifest.splice(place..end, changed.iter().copied());
            takes_the_truth_alone(&manifest, verified);
        }
        [1, number, chunk @ ..] if verified.check_chunk((*number).into(), chunk).is_ok() => {
            assert!(snapshot.chunks[usize::from(*number)] == chunk, "other bytes are taken for a chunk");
        }
        [2, number, ids @ ..] if verified.check_recent((*number).into(), ids).is_ok() => {
            assert!(snapshot.recent[usize::from(*number)] == ids, "other ids are taken for a part");
        }
        _ => {}
    }
}

fn takes_the_truth_alone(manifest: &[u8], verified: &VerifiedManifest) {
    let Ok(read) = Manifest::decode(manifest) else { return };
    assert!(read.encode() == manifest, "two encodings of one manifest");
    let Ok(taken) = read.verify(&trusted(&chain().genesis)) else { return };
    assert_eq!(taken.header(), verified.header(), "the manifest of another block is taken");
    let ids = |one: &VerifiedManifest| one.recent().iter().map(|part| u64::from(part.ids)).sum::<u64>();
    assert_eq!(ids(&taken), ids(verified), "ids are left out or made up");
    let shelves = |one: &VerifiedManifest| one.chunks().iter().filter_map(|piece| piece.shelf).max();
    assert_eq!(shelves(&taken), shelves(verified), "a shelf is left out or made up");
}
