//! Snapshots as others get them from this node, and the one that it rests on.

use std::sync::Arc;

use borsh::BorshDeserialize;
use lojal_chain::snapshot::Offer;
use lojal_types::{Certificate, Header, Height};

use crate::error::StoreError;
use crate::pieces::Pieces;
use crate::reader::{Store, StoredBlock};

impl Store {
    /// The header and the certificate of a block, also of that of the base; none if the block isn't there.
    ///
    /// # Errors
    /// As of [`Store::block`].
    pub fn decided(&self, height: Height) -> Result<Option<(Header, Certificate)>, StoreError> {
        if let Some(base) = self.base().filter(|base| base.height() == height) {
            return Ok(Some((base.header().clone(), base.certificate().clone())));
        }
        let Some(StoredBlock { bytes, certificate }) = self.block(height)?.found() else { return Ok(None) };
        // The store has verified it before.
        Ok(Header::deserialize(&mut &*bytes).ok().map(|header| (header, certificate)))
    }

    /// The first height whose block this node has, or will have.
    pub fn first_block(&self) -> Height {
        self.shared().older.first_height(self.first_height())
    }

    /// The first height of what the index knows, which is also that of the log: 1, or the one after that of the base on
    /// which they rest. There may be older blocks ([`Store::first_block`]).
    pub fn first_height(&self) -> Height {
        self.shared().foundation.first_height()
    }

    /// The snapshot on which the log of this node rests, unless that begins with the first block.
    pub fn base(&self) -> Option<Arc<Pieces>> {
        self.shared().foundation.get()
    }

    /// The snapshots that there are, the newest first.
    pub fn snapshots(&self) -> Vec<Arc<Pieces>> {
        self.shared().snapshots.newest()
    }

    /// Snapshots as this node offers them to those who join, the newest first.
    pub fn offers(&self) -> Vec<Offer> {
        self.snapshots().iter().map(|pieces| pieces.offer()).collect()
    }

    /// The bytes of the manifest of the snapshot of a height; none if there is no such snapshot any more.
    pub fn manifest(&self, height: Height) -> Option<Vec<u8>> {
        let pieces = self.shared().snapshots.read(height)?;
        Some(pieces.manifest().manifest().encode())
    }

    /// The bytes of a chunk of the snapshot of a height; none if there is no such chunk, or no such snapshot any more.
    ///
    /// # Errors
    /// When it can't be read. One that has rotted goes.
    pub fn chunk(&self, height: Height, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.piece(height, |pieces| Ok(pieces.chunk(number)?.map(|(bytes, _)| bytes)))
    }

    /// The bytes of a part of the ids of the snapshot of a height; none if there is no such part, or no such snapshot
    /// any more.
    ///
    /// # Errors
    /// When it can't be read. One that has rotted goes.
    pub fn recent_ids(&self, height: Height, number: u32) -> Result<Option<Vec<u8>>, StoreError> {
        self.piece(height, |pieces| Ok(pieces.recent(number)?.map(|(bytes, _)| bytes)))
    }

    fn piece(
        &self,
        height: Height,
        read: impl FnOnce(&Pieces) -> Result<Option<Vec<u8>>, StoreError>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(pieces) = self.shared().snapshots.read(height) else { return Ok(None) };
        match read(&pieces) {
            Err(error @ StoreError::SnapshotDamaged { .. }) => {
                self.shared().snapshots.give_up(&pieces, &error);
                Ok(None)
            }
            piece => piece,
        }
    }
}
