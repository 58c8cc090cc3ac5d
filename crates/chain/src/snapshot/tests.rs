use std::collections::BTreeMap;

use lojal_ledger::recent::minute_of;
use lojal_ledger::shelves::months_at;
use lojal_ledger::tree::{PageInMemory, hash_branch};
use lojal_ledger::{State, StateTree};
use lojal_types::{Certificate, Genesis, Height, TransactionId};

use super::limits::{CHUNK_BYTES, CHUNK_BYTES_MAX, RECENT_IDS_MAX};
use super::*;
use crate::fixture::{certificate_of, genesis, issues, next_block, parameters, time};
use crate::light::LightError;
use crate::replay::commit;

const POWERS: [u64; 4] = [1, 1, 1, 1];

/// A state, and all that its snapshot has.
struct Place {
    genesis: Genesis,
    certificate: Certificate,
    manifest: Manifest,
    chunks: Vec<Vec<u8>>,
    parts: Vec<Vec<u8>>,
}

/// The chunks of a tree that is in memory.
fn cut(tree: &StateTree) -> Vec<Chunk> {
    let (mut cutter, mut chunks, mut bytes) = (ChunkCutter::default(), Vec::new(), Vec::new());
    tree.pages(|page, in_memory| {
        bytes.clear();
        in_memory.iter().for_each(|in_memory: &PageInMemory<'_>| in_memory.encode(&mut bytes));
        chunks.extend(cutter.push(&page, &bytes));
    });
    chunks.extend(cutter.finish());
    chunks
}

fn chunks_of(chunks: &[Chunk]) -> Chunks {
    Bounded::new(chunks.iter().map(|chunk| chunk.info).collect()).expect("few")
}

impl Place {
    fn new() -> Self {
        let genesis = genesis(&POWERS, parameters());
        let mut state = State::genesis(&genesis);
        let mut cutter = RecentCutter::new(genesis.chain_id());
        let (mut header, mut certificate, mut parts) = (None, None, Vec::new());
        for number in 0..5 {
            let transactions = vec![issues(&state, number, 40)];
            let block = next_block(&state, transactions.clone());
            for one in &transactions {
                parts.extend(cutter.push(minute_of(one.transaction()), one.id()));
            }
            certificate = Some(certificate_of(&state, &block, &[0, 1, 2]));
            header = Some(block.header().clone());
            commit(&mut state, block, certificate.clone().expect("just made")).expect("certified");
        }
        parts.extend(cutter.finish());
        let header = header.expect("five blocks");
        let main = cut(state.view().tree());
        let shelves: Vec<(Month, Vec<Chunk>)> =
            state.view().shelves().iter().map(|(month, tree)| (month, cut(tree))).collect();
        let proofs = prove(state.view().tree(), header.time_ms).expect("in memory");
        let shelf = |(month, chunks): &(Month, Vec<Chunk>)| ShelfChunks { month: *month, chunks: chunks_of(chunks) };
        let manifest = Manifest {
            format: MANIFEST_FORMAT,
            header,
            chunks: chunks_of(&main),
            shelves: Bounded::new(shelves.iter().map(shelf).collect()).expect("few"),
            recent: Bounded::new(parts.iter().map(|part| part.info).collect()).expect("few"),
            proofs: Bounded::new(proofs).expect("few"),
        };
        let chunks = main.into_iter().chain(shelves.into_iter().flat_map(|(_, chunks)| chunks));
        let bytes_of = |part: &IdPart| part.ids.iter().flat_map(|id| *id.as_bytes()).collect();
        Self {
            genesis,
            certificate: certificate.expect("five blocks"),
            manifest,
            chunks: chunks.map(|chunk| chunk.bytes).collect(),
            parts: parts.iter().map(bytes_of).collect(),
        }
    }

    fn verify(&self, manifest: Manifest) -> Result<VerifiedManifest, ManifestError> {
        let header = &self.manifest.header;
        manifest.verify(&trust(&self.genesis, [], header, &self.certificate).expect("final"))
    }

    fn verified(&self) -> VerifiedManifest {
        self.verify(self.manifest.clone()).expect("true")
    }

    /// The fault of a manifest that is changed.
    fn fault(&self, change: impl FnOnce(&mut Manifest)) -> Option<ManifestError> {
        let mut manifest = self.manifest.clone();
        change(&mut manifest);
        self.verify(manifest).err()
    }
}

/// A list with its items changed.
fn changed<T: Clone, const MIN: usize, const MAX: usize>(
    list: &Bounded<T, MIN, MAX>,
    change: impl FnOnce(&mut Vec<T>),
) -> Bounded<T, MIN, MAX> {
    let mut items = list.clone().into_inner();
    change(&mut items);
    Bounded::new(items).expect("within its bounds")
}

#[test]
fn a_true_manifest_is_found_to_be_true_and_its_pieces_give_the_state() {
    let place = Place::new();
    let bytes = place.manifest.encode();
    assert_eq!(Manifest::decode(&bytes).expect("canonical"), place.manifest);
    let verified = place.verified();
    assert_eq!((verified.hash(), verified.chunks().len()), (place.manifest.hash(), place.chunks.len()));
    let mut trees = BTreeMap::<Option<Month>, Vec<lojal_ledger::tree::Subtree>>::new();
    for ((number, piece), bytes) in (0..).zip(verified.chunks()).zip(&place.chunks) {
        trees.entry(piece.shelf).or_default().push(verified.check_chunk(number, bytes).expect("its bytes"));
    }
    let shelves = trees.len() - 1;
    assert_eq!(shelves, place.manifest.shelves.len());
    let main = StateTree::of_subtrees(trees.remove(&None).expect("there is one")).expect("a tree");
    assert_eq!(Hash::new(main.root()), place.manifest.header.state_root);
    let ids = (0..).zip(&place.parts).map(|(number, bytes)| verified.check_recent(number, bytes).expect("its bytes"));
    assert_eq!(ids.map(|ids| ids.len()).sum::<usize>(), 5);
    let (chunk_bytes, id_bytes) = verified.bytes();
    assert_eq!(chunk_bytes, place.chunks.iter().map(|bytes| bytes.len() as u64).sum::<u64>());
    assert_eq!(id_bytes, 5 * 32);
    assert_eq!(verified.recent_place(0), Some((0, 5 * 32)));
}

#[test]
fn a_manifest_that_lies_about_the_state_is_refused() {
    let place = Place::new();
    let month = place.manifest.shelves[0].month;
    let minute = place.manifest.recent[0].minute;
    let other = Hash::new([9; 32]);
    let lie = |change: fn(&mut ChunkInfo)| {
        move |manifest: &mut Manifest| manifest.chunks = changed(&manifest.chunks, |chunks| change(&mut chunks[0]))
    };
    assert_eq!(place.fault(lie(|chunk| chunk.hash = Hash::new([9; 32]))), Some(ManifestError::State));
    assert_eq!(place.fault(lie(|chunk| chunk.depth = 1)), Some(ManifestError::State));
    assert_eq!(place.fault(lie(|chunk| chunk.bytes = CHUNK_BYTES_MAX as u32 + 1)), Some(ManifestError::Chunks));
    let shelf = |change: fn(&mut ChunkInfo)| {
        move |manifest: &mut Manifest| {
            manifest.shelves = changed(&manifest.shelves, |shelves| {
                shelves[0].chunks = changed(&shelves[0].chunks, |chunks| change(&mut chunks[0]));
            });
        }
    };
    assert_eq!(place.fault(shelf(|chunk| chunk.hash = Hash::new([9; 32]))), Some(ManifestError::Shelf(month)));
    assert_eq!(place.fault(shelf(|chunk| chunk.entries += 1)), Some(ManifestError::Shelf(month)));
    let lost = place.fault(|manifest| manifest.shelves = Bounded::default());
    assert_eq!(lost, Some(ManifestError::Shelf(month)));
    let twice = |manifest: &mut Manifest| {
        manifest.shelves = changed(&manifest.shelves, |shelves| shelves.push(shelves[0].clone()));
    };
    assert_eq!(place.fault(twice), Some(ManifestError::Shelf(month)));
    let recent = |change: fn(&mut Vec<RecentPart>)| {
        move |manifest: &mut Manifest| manifest.recent = changed(&manifest.recent, change)
    };
    let lies: [fn(&mut Vec<RecentPart>); 4] = [
        |parts| parts.clear(),
        |parts| parts[0].ids += 1,
        |parts| parts[0].ids = 0,
        |parts| parts[0].digest_after = Hash::new([9; 32]),
    ];
    for lie in lies {
        assert_eq!(place.fault(recent(lie)), Some(ManifestError::Recent(minute)));
    }
    let fewer = |manifest: &mut Manifest| manifest.proofs = changed(&manifest.proofs, |proofs| drop(proofs.pop()));
    assert_eq!(place.fault(fewer), Some(ManifestError::Proofs));
    let more = |manifest: &mut Manifest| {
        manifest.proofs = changed(&manifest.proofs, |proofs| proofs.push(proofs[0].clone()));
    };
    assert_eq!(place.fault(more), Some(ManifestError::Proofs));
    let shown = months_at(place.manifest.header.time_ms).position(|one| one == month).expect("one of them");
    let moved = |manifest: &mut Manifest| manifest.proofs = changed(&manifest.proofs, |proofs| proofs.swap(shown, 100));
    assert!(matches!(place.fault(moved), Some(ManifestError::Proof(_))));
    assert_eq!(place.fault(|manifest| manifest.header.state_root = other), Some(ManifestError::OtherBlock));
}

#[test]
fn a_header_counts_by_the_changes_before_it_and_its_certificate_alone() {
    let place = Place::new();
    let mut other = place.certificate.clone();
    other.height = other.height.next();
    assert_eq!(trust(&place.genesis, [], &place.manifest.header, &other).err(), Some(LightError::OtherBlock));
    let strangers = genesis(&[1, 1, 1], parameters());
    assert_eq!(trust(&strangers, [], &place.manifest.header, &place.certificate).err(), Some(LightError::Chain));
    assert_eq!(place.verified().header().height, Height::new(5));
}

#[test]
fn other_bytes_are_told_from_a_manifest_that_lies_about_sizes() {
    let place = Place::new();
    let verified = place.verified();
    let bytes = &place.chunks[0];
    let mut flipped = bytes.clone();
    flipped[20] ^= 1;
    for wrong in [&flipped[..], &bytes[1..], &bytes[..bytes.len() - 1], &[], &vec![0; CHUNK_BYTES_MAX + 1]] {
        assert_eq!(verified.check_chunk(0, wrong).err(), Some(PieceError::OtherBytes));
    }
    assert_eq!(verified.check_chunk(u32::MAX, bytes).err(), Some(PieceError::Unknown));
    let lie = |change: fn(&mut ChunkInfo)| {
        let chunks = changed(&place.manifest.chunks, |chunks| change(&mut chunks[0]));
        place.verify(Manifest { chunks, ..place.manifest.clone() }).expect("sizes can't be told yet")
    };
    for lying in [lie(|chunk| chunk.bytes += 1), lie(|chunk| chunk.entries += 1)] {
        assert_eq!(lying.check_chunk(0, bytes).err(), Some(PieceError::OtherSize));
        assert_eq!(lying.check_chunk(0, &flipped).err(), Some(PieceError::OtherBytes));
    }
    let ids = &place.parts[0];
    let mut swapped = ids.clone();
    swapped.rotate_left(32);
    for wrong in [&swapped[..], &ids[32..], &ids[1..], &[]] {
        assert_eq!(verified.check_recent(0, wrong).err(), Some(PieceError::OtherBytes));
    }
    assert_eq!(verified.check_recent(9, ids).err(), Some(PieceError::Unknown));
}

/// A tree whose entries take so many bytes each.
fn tree(entries: u32, bytes: usize) -> StateTree {
    StateTree::from_entries((0..entries).map(|number| (number.to_be_bytes(), vec![number as u8; bytes])))
}

#[test]
fn chunks_are_as_large_as_they_may_be_and_no_larger() {
    let tree = tree(3_000, 900);
    let chunks = cut(&tree);
    assert!(chunks.len() > 3 && chunks.iter().all(|chunk| chunk.bytes.len() <= CHUNK_BYTES));
    assert_eq!(chunks.iter().map(|chunk| u64::from(chunk.info.entries)).sum::<u64>(), tree.len());
    let parts: Vec<(u16, [u8; 32])> =
        chunks.iter().map(|chunk| (chunk.info.depth, *chunk.info.hash.as_bytes())).collect();
    let (root, paths) = lojal_ledger::tree::root_of_subtrees(&parts).expect("a tree");
    assert_eq!(root, tree.root());
    let siblings = chunks.windows(2).zip(paths.windows(2)).filter(|(pair, paths)| {
        let depth = usize::from(pair[0].info.depth);
        let above = |path: &[u8; 32]| (0..depth - 1).map(|at| path[at / 8] & (0x80 >> (at % 8))).collect::<Vec<_>>();
        pair[0].info.depth == pair[1].info.depth && above(&paths[0]) == above(&paths[1])
    });
    for (pair, _) in siblings {
        assert!(pair[0].bytes.len() + pair[1].bytes.len() > CHUNK_BYTES, "together they are one");
    }
}

#[test]
fn a_page_is_a_chunk_however_large_it_is_and_a_small_tree_is_one() {
    let large = cut(&tree(16, 70_000));
    assert_eq!((large.len(), large[0].info.depth, large[0].info.entries), (1, 0, 16));
    assert!(large[0].bytes.len() > CHUNK_BYTES);
    let beside = cut(&tree(17, 100_000));
    let (one, other) = (beside[0].info, beside[1].info);
    let empty = beside.iter().filter(|chunk| chunk.info.entries == 0).count();
    assert!(beside.len() - empty >= 2 && beside.iter().map(|chunk| chunk.info.entries).sum::<u32>() == 17);
    if beside.len() == 2 {
        let root = hash_branch(one.hash.as_bytes(), other.hash.as_bytes());
        assert_eq!(root, tree(17, 100_000).root());
    }
    assert_eq!(cut(&tree(3_000, 100)).len(), 1);
    let nothing = cut(&StateTree::new());
    assert_eq!((nothing.len(), nothing[0].info.entries, nothing[0].bytes.len()), (1, 0, 0));
}

#[test]
fn ids_are_cut_where_a_part_is_full() {
    let chain = genesis(&POWERS, parameters()).chain_id();
    let id = |number: u32| {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        TransactionId::new(bytes)
    };
    let mut cutter = RecentCutter::new(chain);
    let mut parts = Vec::new();
    for number in 0..2 * RECENT_IDS_MAX as u32 + 5 {
        // The later minute is full first.
        let minute = if number % 3 == 0 { 7 } else { 9 };
        parts.extend(cutter.push(minute, id(number)));
    }
    let full: Vec<(u64, u32)> = parts.iter().map(|part| (part.info.minute, part.info.ids)).collect();
    assert_eq!(full, [(9, RECENT_IDS_MAX as u32)]);
    parts.extend(cutter.finish());
    let all: Vec<(u64, usize)> = parts.iter().map(|part| (part.info.minute, part.ids.len())).collect();
    let (seven, nine) = ((2 * RECENT_IDS_MAX + 5).div_ceil(3), (2 * RECENT_IDS_MAX + 5) * 2 / 3);
    assert_eq!(all, [(9, RECENT_IDS_MAX), (7, seven), (9, nine - RECENT_IDS_MAX)]);
    let digest = lojal_ledger::record::RecentDigest::empty();
    let folded = parts[1].ids.iter().fold(digest, |digest, id| digest.with(id, &chain));
    assert_eq!(folded.digest, parts[1].info.digest_after);
}

#[test]
fn a_state_is_cut_after_the_first_block_of_a_window_of_block_time() {
    for (parent, block, interval_ms, is_cut) in [
        (59_999, 60_000, 60_000, true),
        (60_000, 119_999, 60_000, false),
        (0, 59_999, 60_000, false),
        (59_999, 600_000, 60_000, true),
        (60_000, 60_001, 1_000, false),
    ] {
        assert_eq!(is_cut_after(time(parent), time(block), interval_ms), is_cut, "{parent} {block} {interval_ms}");
    }
}
