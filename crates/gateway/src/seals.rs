//! The header of the last block that was asked for, and what makes it final: every proof needs them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_store::Store;
use lojal_types::{Height, HexBytes};

use crate::outcome::{canonical, decided};
use crate::problem::Failure;

/// A header with its certificate, in their canonical bytes.
pub(crate) struct Seal {
    height: Height,
    pub(crate) header: HexBytes,
    pub(crate) certificate: HexBytes,
}

/// The last one that was read.
#[derive(Default)]
pub(crate) struct Seals(Mutex<Option<Arc<Seal>>>);

impl Seals {
    /// The seal of a block, if it was the last that was read.
    pub(crate) fn of(&self, height: Height) -> Option<Arc<Seal>> {
        self.lock().clone().filter(|seal| seal.height == height)
    }
    /// Reads that of a block from the store.
    ///
    /// # Errors
    /// When the store can't tell.
    pub(crate) fn read(&self, store: &Store, height: Height) -> Result<Arc<Seal>, Failure> {
        let (header, certificate) = decided(store, height)?;
        let seal = Seal { height, header: canonical(&header), certificate: canonical(&certificate) };
        let (seal, mut last) = (Arc::new(seal), self.lock());
        if last.as_ref().is_none_or(|last| last.height < height) {
            *last = Some(seal.clone());
        }
        Ok(seal)
    }
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Seal>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
