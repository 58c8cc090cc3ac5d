//! The last blocks, decoded: whoever follows what happens reads the same ones at the same time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_store::Store;
use lojal_types::{Block, Height};

use crate::limits::{DECODED_BLOCKS_MAX, DECODED_BYTES_MAX};
use crate::outcome;
use crate::problem::Failure;

/// Blocks that were decoded before; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Decoded(Arc<Mutex<VecDeque<Kept>>>);

struct Kept {
    height: Height,
    /// Its bytes as it is stored.
    bytes: usize,
    block: Arc<Block>,
}

impl Decoded {
    /// A block that the index says exists, and the number of its bytes that were read for it.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) fn block(&self, store: &Store, height: Height) -> Result<(Arc<Block>, usize), Failure> {
        if let Some(kept) = self.lock().iter().find(|kept| kept.height == height) {
            return Ok((kept.block.clone(), kept.bytes));
        }
        // Several may decode it at once; whoever reads on from a year ago holds nobody up.
        let stored = outcome::stored(store, height)?;
        let (block, bytes) = (Arc::new(outcome::decode(&stored)?), stored.bytes.len());
        self.keep(Kept { height, bytes, block: block.clone() });
        Ok((block, bytes))
    }
    fn keep(&self, new: Kept) {
        let mut kept = self.lock();
        if kept.iter().any(|one| one.height == new.height) {
            return;
        }
        kept.push_front(new);
        let fitting = fitting(kept.iter().map(|one| one.bytes));
        kept.truncate(fitting);
    }
    /// The list is whole after every statement that can panic.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of blocks that are kept, of some with so many bytes, the newest first.
fn fitting(blocks: impl Iterator<Item = usize>) -> usize {
    let mut all = 0_usize;
    let sums = blocks.take(DECODED_BLOCKS_MAX).map(|bytes| {
        all = all.saturating_add(bytes);
        all
    });
    sums.take_while(|sum| *sum <= DECODED_BYTES_MAX).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_blocks_are_kept_as_have_room_and_always_one() {
        let kept = |sizes: &[usize]| fitting(sizes.iter().copied());
        assert_eq!(kept(&[1; 9]), DECODED_BLOCKS_MAX);
        assert_eq!(kept(&[DECODED_BYTES_MAX, 1]), 1);
        assert_eq!(kept(&[1, DECODED_BYTES_MAX - 1, 1]), 2);
        assert_eq!(kept(&[usize::MAX, usize::MAX]), 1);
    }
}
