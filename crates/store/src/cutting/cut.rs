//! Cutting one state into the files of a snapshot.

use std::thread;
use std::time::Instant;

use lojal_chain::snapshot::{
    Chunk, ChunkCutter, Chunks, IdPart, MANIFEST_FORMAT, Manifest, RecentCutter, RecentParts, ShelfChunks, prove,
};
use lojal_ledger::StateTree;
use lojal_ledger::tree::{PageAt, Proof, Slice};
use lojal_types::Bounded;

use crate::disk::AppendFile;
use crate::error::StoreError;
use crate::index::Remembered;
use crate::limits::{RUN_SYNC_BYTES, SNAPSHOT_PAUSES};
use crate::options::Checkpoints;
use crate::pieces::{Pieces, PiecesAt};
use crate::shared::Shared;
use crate::snapshots::Frozen;

const TOO_MANY: StoreError = StoreError::Misuse("the state has more pieces than a snapshot may");

/// A state that is being cut.
pub(super) struct Cut<'a> {
    shared: &'a Shared,
    frozen: Frozen,
    remembered: Remembered,
}

/// A file that is made durable from time to time: all at once would take long, and commits sync the same disk.
struct Growing {
    file: AppendFile,
    unsynced: usize,
}

impl Growing {
    fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.append(&[bytes])?;
        self.unsynced = self.unsynced.saturating_add(bytes.len());
        if self.unsynced >= RUN_SYNC_BYTES {
            self.file.sync()?;
            self.unsynced = 0;
        }
        Ok(())
    }
}

impl<'a> Cut<'a> {
    pub(super) fn new(shared: &'a Shared, frozen: Frozen, remembered: Remembered) -> Self {
        Self { shared, frozen, remembered }
    }

    /// Writes all pieces and then their manifest, and reads it as everybody does; nothing if the node stops.
    pub(super) fn run(mut self) -> Result<Option<Pieces>, StoreError> {
        let snapshots = &self.shared.snapshots;
        let at = PiecesAt::new(&snapshots.disk, &snapshots.directory, self.frozen.header.height);
        at.remove()?;
        let proofs = self.proofs()?;
        let Some(recent) = self.cut_ids(&at)? else { return Ok(None) };
        let mut file = Growing { file: snapshots.disk.create(&at.chunks())?, unsynced: 0 };
        let main = std::mem::take(&mut self.frozen.tree);
        let Some(chunks) = self.cut_tree(&mut file, main)? else { return Ok(None) };
        let mut shelves = Vec::new();
        for (month, tree) in std::mem::take(&mut self.frozen.shelves) {
            let Some(chunks) = self.cut_tree(&mut file, tree)? else { return Ok(None) };
            shelves.push(ShelfChunks { month, chunks });
        }
        file.file.sync()?;
        let shelves = Bounded::new(shelves).map_err(|_| TOO_MANY)?;
        let proofs = Bounded::new(proofs).map_err(|_| TOO_MANY)?;
        let (format, header) = (MANIFEST_FORMAT, self.frozen.header.clone());
        let manifest = Manifest { format, header, chunks, shelves, recent, proofs };
        at.finish(&manifest.encode(), &self.frozen.certificate)?;
        at.open(&self.shared.genesis, &self.shared.sets.all()).map(Some)
    }

    /// The proofs of what the state says of its shelves and ids; pages that this takes are kept no longer.
    fn proofs(&self) -> Result<Vec<Proof>, StoreError> {
        let mut tree = self.frozen.tree.clone();
        loop {
            match prove(&tree, self.frozen.header.time_ms) {
                Ok(proofs) => return Ok(proofs),
                Err(missing) => tree = tree.with_pages(&self.shared.index.pages().read(missing.pages())?),
            }
        }
    }

    /// Writes the ids that the state remembers.
    fn cut_ids(&self, at: &PiecesAt) -> Result<Option<RecentParts>, StoreError> {
        let (shared, header) = (self.shared, &self.frozen.header);
        let mut file = Growing { file: shared.snapshots.disk.create(&at.recent())?, unsynced: 0 };
        let mut cutter = RecentCutter::new(header.chain_id);
        let mut parts = Vec::new();
        let mut write = |IdPart { info, ids }: IdPart| {
            let bytes: Vec<u8> = ids.iter().flat_map(|id| *id.as_bytes()).collect();
            parts.push(info);
            file.append(&bytes)
        };
        let mut tree = self.frozen.tree.clone();
        self.remembered.each(shared.index.pages(), &mut tree, (header.height, header.time_ms), |minute, id| {
            cutter.push(minute, id).map_or(Ok(()), &mut write)
        })?;
        cutter.finish().into_iter().try_for_each(&mut write)?;
        file.file.sync()?;
        if shared.snapshots.is_stopped() { Ok(None) } else { Bounded::new(parts).map(Some).map_err(|_| TOO_MANY) }
    }

    /// Writes the chunks of a tree, whose pages are freed as they are written, if nobody else has them.
    fn cut_tree(&self, file: &mut Growing, tree: StateTree) -> Result<Option<Chunks>, StoreError> {
        let mut cutter = ChunkCutter::default();
        let mut infos = Vec::new();
        let mut write = |chunks: Vec<Chunk>| {
            chunks.into_iter().try_for_each(|chunk| {
                infos.push(chunk.info);
                file.append(&chunk.bytes)
            })
        };
        let slices = StateTree::slices(StateTree::new(), &tree);
        drop(tree);
        for slice in slices {
            if self.shared.snapshots.is_stopped() {
                return Ok(None);
            }
            let begun = Instant::now();
            for (page, bytes) in self.pages_of(&slice)? {
                write(cutter.push(&page, &bytes))?;
            }
            drop(slice);
            if self.shared.options.checkpoints == Checkpoints::Thread {
                thread::sleep(begun.elapsed().saturating_mul(SNAPSHOT_PAUSES));
            }
        }
        write(cutter.finish())?;
        Bounded::new(infos).map(Some).map_err(|_| TOO_MANY)
    }

    /// The pages of a slice with their bytes, wherever they lie.
    fn pages_of(&self, slice: &Slice) -> Result<Vec<(PageAt, Vec<u8>)>, StoreError> {
        let (mut pages, mut absent) = (Vec::new(), Vec::new());
        slice.pages(|page, in_memory, _| {
            let mut bytes = Vec::new();
            match in_memory {
                Some(in_memory) => in_memory.encode(&mut bytes),
                None => absent.push((pages.len(), page.hash)),
            }
            pages.push((page, bytes));
        });
        let hashes: Vec<[u8; 32]> = absent.iter().map(|(_, hash)| *hash).collect();
        let found = self.shared.index.pages().bytes_of_all(&hashes)?;
        for ((place, _), bytes) in absent.into_iter().zip(found) {
            pages[place].1 = bytes;
        }
        Ok(pages)
    }
}
